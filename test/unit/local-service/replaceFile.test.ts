import assert from 'node:assert/strict';
import type { PathLike } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../../src/local-service/replaceFile.ts';
import { temporaryFolder } from '../../support/batch.ts';

describe('a file that is replaced', () => {
  let folder: { path: string; remove: () => Promise<void> };

  beforeEach(async () => {
    folder = await temporaryFolder();
  });

  afterEach(() => folder.remove());

  /** Node's own, which is refused with these codes first. */
  function renameAfter(codes: readonly string[]) {
    const left = [...codes];
    return async (from: PathLike, to: PathLike): Promise<void> => {
      const code = left.shift();
      if (code !== undefined) throw Object.assign(new Error(code), { code });
      await rename(from, to);
    };
  }

  it('may be read by somebody at that moment', async () => {
    const [from, to] = [join(folder.path, 'new'), join(folder.path, 'old')];
    await writeFile(from, 'new');
    await writeFile(to, 'old');
    await replaceFile(from, to, renameAfter(['EPERM', 'EBUSY', 'EACCES']));
    assert.equal(await readFile(to, 'utf8'), 'new');
  });

  it('is left as it is where that is no use', async () => {
    const missing = join(folder.path, 'missing');
    await assert.rejects(replaceFile(missing, join(folder.path, 'old')), { code: 'ENOENT' });
    await assert.rejects(replaceFile(missing, missing, renameAfter(Array<string>(9).fill('EPERM'))), {
      code: 'EPERM',
    });
  });
});
