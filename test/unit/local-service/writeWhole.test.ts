import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '../../../src/local-service/writeWhole.ts';
import { temporaryFolder } from '../../support/batch.ts';
import { withFilesInUse } from '../../support/busyFiles.ts';

describe('a file that is written whole', () => {
  let folder: { path: string; remove: () => Promise<void> };

  beforeEach(async () => {
    folder = await temporaryFolder();
  });

  afterEach(() => folder.remove());

  it('replaces the one that somebody reads', async () => {
    const path = join(folder.path, 'file');
    await writeWhole(path, 'old', 0o600);
    await withFilesInUse(() => writeWhole(path, 'new', 0o600));
    assert.equal(await readFile(path, 'utf8'), 'new');
    assert.deepEqual(await readdir(folder.path), ['file']);
    if (process.platform !== 'win32') assert.equal((await stat(path)).mode & 0o777, 0o600);
  });

  it('leaves nothing behind where it cannot be written', async () => {
    const path = join(folder.path, 'file');
    await mkdir(join(path, 'in the way'), { recursive: true });
    await assert.rejects(writeWhole(path, 'text', 0o600));
    assert.deepEqual(await readdir(folder.path), ['file']);
  });
});
