import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Lease, readLease } from '../../../src/local-service/lease.ts';
import { Failure } from '../../../src/protocol/failure.ts';

/** No process has it: Linux ends at 2^22, Windows and macOS below. */
const deadPid = 2 ** 30;

describe('the lease of a data folder', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'azureml-test-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  async function leaveBehind(content: string): Promise<void> {
    await writeFile(join(folder, 'lease.json'), content);
  }

  const left = { pid: deadPid, token: 'old', state: 'ready', port: 1, since: Date.now() };
  const remains: readonly [name: string, content: string | undefined][] = [
    ['a new folder', undefined],
    ['the lease of a dead process', JSON.stringify(left)],
    [
      'the lease of a start that never ended',
      JSON.stringify({ ...left, pid: process.pid, state: 'starting', since: 0 }),
    ],
  ];
  for (const [name, content] of remains) {
    it(`goes to exactly one of many that want ${name}`, async () => {
      for (let round = 0; round < 20; round += 1) {
        if (content !== undefined) await leaveBehind(content);
        const results = await Promise.allSettled(Array.from({ length: 8 }, () => Lease.take(folder)));
        const taken = results.filter((result) => result.status === 'fulfilled');
        assert.equal(taken.length, 1);
        for (const result of results) {
          if (result.status === 'rejected') assert.ok(result.reason instanceof Failure);
        }
        await taken[0]?.value.release();
        assert.deepEqual(await readdir(folder), []);
      }
    });
  }

  it('is not taken from a process that starts', async () => {
    const lease = await Lease.take(folder);
    await assert.rejects(Lease.take(folder), (error) => {
      return error instanceof Failure && error.code === 'LocalServiceInUse';
    });
    await lease.release();
    assert.equal(await readLease(folder), undefined);
  });

  it('is not given back, nor announced, by one that has lost it', async () => {
    const lost = await Lease.take(folder);
    await leaveBehind(JSON.stringify({ ...left, pid: process.pid, state: 'starting' }));
    await assert.rejects(lost.ready(1));
    await lost.release();
    const current = await readLease(folder);
    assert.ok(current !== undefined && current !== 'unreadable');
    assert.equal(current.token, 'old');
  });
});
