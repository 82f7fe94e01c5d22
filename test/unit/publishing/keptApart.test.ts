import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { asObject } from '../../../src/protocol/json.ts';
import { Failure } from '../../../src/protocol/failure.ts';
import { publicationFor } from '../../../src/publishing/callArguments.ts';
import { writePrivateJson } from '../../../src/local-service/files.ts';
import { hasOpenPublications } from '../../../src/publishing/openPublications.ts';
import { PublicationLeases } from '../../../src/publishing/publicationLeases.ts';
import { PublicationStore } from '../../../src/publishing/publicationStore.ts';
import type { PublicationRecord } from '../../../src/publishing/publicationRecord.ts';
import { temporaryFolder } from '../../support/batch.ts';
import { eventually } from '../../support/eventually.ts';

const one: PublicationRecord = {
  version: 1,
  id: 'one',
  startedAt: '2026-11-21T12:00:00.000Z',
  endpoint: { workspace: 'Local', endpointId: 'e', label: 'Service' },
  instance: { id: '/subscriptions/s/service/demo', name: 'demo', gatewayUrl: 'http://127.0.0.1:1' },
  where: {
    account: { id: 'a', label: 'a@example.com' },
    tenantId: 't',
    subscriptionId: 's',
    subscriptionName: 'S',
  },
  publication: {
    apiId: 'azureml-demo',
    displayName: 'AzureML Demo API',
    serviceUrl: 'http://127.0.0.1:5000',
    path: 'azureml-demo',
    operations: [],
    product: { id: 'starter', displayName: 'Starter', subscriptionRequired: true },
  },
  steps: [],
  ended: false,
};
const nothing = (): Promise<void> => Promise.resolve();

describe('publications in several windows', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let window: PublicationLeases;
  let other: PublicationLeases;

  beforeEach(async () => {
    folder = await temporaryFolder();
    window = new PublicationLeases(folder.path);
    other = new PublicationLeases(folder.path);
  });
  afterEach(() => folder.remove());

  /** A lease that a process has taken and not given back. */
  async function leave({ pid, since }: { pid: number; since: number }): Promise<void> {
    let file = '';
    await other.during(one, async () => {
      file = await leaseFile();
    });
    // It goes with its lease.
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify({ pid, token: 'theirs', state: 'starting', since }));
  }

  async function leaseFile(): Promise<string> {
    const leases = join(folder.path, 'publications', 'leases');
    const [name = ''] = await readdir(leases);
    return join(leases, name, 'lease.json');
  }

  async function endedProcess(): Promise<number> {
    const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await once(child, 'exit');
    return child.pid ?? 0;
  }

  it('are left once the window that works on one lets go of it', async () => {
    const work = new EventEmitter();
    const working = window.during(one, () => once(work, 'end'));
    await eventually('the lease', () => other.isTaken(one));
    const left = other.isLeft(one);
    work.emit('end');
    await working;
    assert.ok(await left);
  });

  it('are not left to a window that closes itself', async () => {
    await window.during(one, async () => {
      const left = other.isLeft(one);
      other.dispose();
      assert.equal(await left, false);
    });
  });

  it('are carried out by one of them', async () => {
    await window.during(one, async () => {
      assert.ok(await other.isTaken(one));
      await assert.rejects(other.during(one, nothing), isRefusal('in another window'));
      await assert.rejects(other.check(one), isRefusal('in another window'));
      await assert.rejects(window.during(one, nothing), isRefusal('already'));
      await other.during({ ...one, instance: { ...one.instance, id: '/another' } }, nothing);
    });
    assert.equal(await other.isTaken(one), false);
    await assert.rejects(
      window.during(one, () => Promise.reject(new Error('broken'))),
      /broken/,
    );
    await other.during(one, nothing);
  });

  it('are free at once when their window closes or is killed', async () => {
    const gate = new EventEmitter();
    const ended = once(gate, 'end');
    let work: Promise<unknown> | undefined;
    const closing = await new Promise<AbortSignal>((begun) => {
      work = window.during(one, (signal) => {
        begun(signal);
        return ended;
      });
    });
    window.dispose();
    assert.ok(closing.aborted);
    await other.during(one, nothing);
    gate.emit('end');
    await work;
    await leave({ pid: await endedProcess(), since: Date.now() });
    assert.equal(await other.isTaken(one), false);
    await other.during(one, nothing);
  });

  it('are free when another program has the process id of a killed window', async () => {
    const { pid } = process;
    await leave({ pid, since: Date.now() });
    await assert.rejects(other.during(one, nothing), isRefusal('in another window'));
    await rm(dirname(await leaseFile()), { recursive: true });
    await leave({ pid, since: Date.now() - 61_000 });
    await other.during(one, nothing);
  });

  it('are held for as long as it takes', async () => {
    const busy = new PublicationLeases(folder.path, 1);
    await busy.during(one, async () => {
      const file = await leaseFile();
      const lease = asObject(JSON.parse(await readFile(file, 'utf8')));
      await writeFile(file, JSON.stringify({ ...lease, since: 0 }));
      await eventually('a lease that is held again', () => other.isTaken(one));
    });
    assert.equal(await other.isTaken(one), false);
  });

  it('are stopped where another window has taken them over', async () => {
    const asleep = new PublicationLeases(folder.path, 1);
    const stopped = asleep.during(one, async (signal) => {
      const file = await leaseFile();
      const theirs = { pid: process.pid, token: 'theirs', state: 'starting', since: Date.now() };
      // Again, since a renewal that was under way writes over it.
      while (!signal.aborted) await writePrivateJson(file, theirs);
      throw new Error('stopped');
    });
    await assert.rejects(stopped, isRefusal('in another window'));
    assert.ok(await other.isTaken(one));
  });

  it('of one API are one for a program, the newest', async () => {
    const store = new PublicationStore(folder.path);
    const id = '/subscriptions/s/resourceGroups/g/providers/Microsoft.ApiManagement/service/demo';
    const earlier = { ...one, instance: { ...one.instance, id } };
    const later = { ...earlier, id: 'two', startedAt: '2026-11-21T13:00:00.000Z' };
    await store.save(earlier);
    await store.save(later);
    const catalog = { find: () => assert.fail('Nobody is to be looked for.') };
    const found = (apiId: string) =>
      publicationFor({ catalog, store }, 'unpublish', { instance: id.toUpperCase(), apiId });
    assert.deepEqual(await found(one.publication.apiId), later);
    assert.deepEqual(await store.ofSameApi(earlier), [later, earlier]);
    await assert.rejects(
      found('another'),
      (error: unknown) => error instanceof Failure && error.code === 'NothingToPick',
    );
  });

  it('tell start-up that they are open, until they end or are forgotten', async () => {
    const store = new PublicationStore(folder.path);
    const isOpen = (): Promise<boolean> => hasOpenPublications(folder.path);
    assert.equal(await isOpen(), false);
    await store.save(one);
    assert.equal(await isOpen(), true);
    assert.deepEqual(await store.open(), [one]);
    await store.save({ ...one, ended: true });
    assert.equal(await isOpen(), false);
    assert.deepEqual(await store.open(), []);
    await store.save(one);
    await store.remove(one.id);
    assert.equal(await isOpen(), false);
  });
});

function isRefusal(where: string) {
  return (error: unknown): boolean =>
    error instanceof Failure && error.code === 'PublishingElsewhere' && error.sentence.includes(where);
}
