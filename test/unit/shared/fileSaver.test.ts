import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FileSaver } from '../../../src/shared/fileSaver.ts';
import { temporaryFolder } from '../../support/batch.ts';

const program = fileURLToPath(new URL('../../support/savingChild.ts', import.meta.url));

describe('saving files for the user', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let records: string;
  let saved: string;
  let child: ChildProcess | undefined;

  /** Another window, in the middle of a save. */
  const startToSave = async (): Promise<ChildProcess> => {
    const started = spawn(process.execPath, [program, records, join(saved, 'large.csv')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child = started;
    await once(started.stdout, 'data');
    return started;
  };
  const kill = async (process: ChildProcess): Promise<void> => {
    process.kill('SIGKILL');
    await once(process, 'exit');
  };
  const save = (name: string): Promise<void> =>
    new FileSaver(records).save(join(saved, name), false, (path) => writeFile(path, 'whole'));
  const names = async (): Promise<string[]> => (await readdir(saved)).sort();

  beforeEach(async () => {
    folder = await temporaryFolder();
    records = join(folder.path, 'records');
    saved = join(folder.path, 'saved');
    await mkdir(saved);
  });

  afterEach(async () => {
    child?.kill('SIGKILL');
    await folder.remove();
  });

  it('leaves nothing but the file', async () => {
    await save('first.csv');
    assert.equal(await readFile(join(saved, 'first.csv'), 'utf8'), 'whole');
    assert.deepEqual(await names(), ['first.csv']);
    assert.deepEqual(await readdir(records), []);
  });

  it('removes what a killed window has left half-written, and not before it is gone', async () => {
    const window = await startToSave();
    const before = await names();
    assert.equal(before.length, 1);
    assert.match(before[0] ?? '', /^\.large\.csv\.[\da-f]{8}\.part$/);

    await save('beside.csv');
    assert.deepEqual(await names(), [...before, 'beside.csv']);

    await kill(window);
    await save('after.csv');
    assert.deepEqual(await names(), ['after.csv', 'beside.csv']);
    assert.deepEqual(await readdir(records), []);
  });

  it('lets alone what is written on another machine, and what has no temporary name', async () => {
    const gone = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    const { pid } = gone;
    await once(gone, 'exit');
    await mkdir(records);
    const files = [
      { temporary: '.large.csv.0123abcd.part', host: 'another-machine' },
      { temporary: 'precious.csv', host: hostname() },
      { temporary: '.left.csv.0123abcd.part', host: hostname() },
    ];
    for (const [number, { temporary, host }] of files.entries()) {
      const path = join(saved, temporary);
      await writeFile(path, '');
      await writeFile(
        join(records, `${number}.json`),
        JSON.stringify({ version: 1, temporary: path, pid, host }),
      );
    }
    await writeFile(join(records, 'broken.json'), '{');
    await save('whole.csv');
    assert.deepEqual(await names(), ['.large.csv.0123abcd.part', 'precious.csv', 'whole.csv']);
  });

  it('saves without its records too', async () => {
    await writeFile(records, 'a file where the folder should be');
    await save('first.csv');
    assert.deepEqual(await names(), ['first.csv']);
  });
});
