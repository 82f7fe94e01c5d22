import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../../src/protocol/failure.ts';
import { safeFileName, writeAtomically } from '../../../src/shared/wholeFile.ts';
import { temporaryFolder } from '../../support/batch.ts';

function failsWith(code: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof Failure, String(error));
    assert.equal(error.code, code, error.message);
    assert.equal(error.origin, 'client');
    return true;
  };
}

describe('writing a file whole', () => {
  let folder: { path: string; remove: () => Promise<void> };
  let target: string;

  const files = (): Promise<string[]> => readdir(folder.path);

  beforeEach(async () => {
    folder = await temporaryFolder();
    target = join(folder.path, 'result.csv');
  });

  afterEach(() => folder.remove());

  it('shows the file when it is whole, and not before', async () => {
    await writeAtomically(target, false, async (path) => {
      await writeFile(path, 'half');
      assert.ok(!existsSync(target));
      await writeFile(path, 'half and half');
    });
    assert.equal(await readFile(target, 'utf8'), 'half and half');
    assert.deepEqual(await files(), ['result.csv']);
  });

  it('leaves nothing behind when the writing fails or is cancelled', async () => {
    const stop = new Failure({ code: 'Cancelled', origin: 'client', sentence: '' });
    const fail = async (path: string): Promise<void> => {
      await writeFile(path, 'half');
      throw stop;
    };
    await assert.rejects(writeAtomically(target, false, fail), failsWith('Cancelled'));
    assert.deepEqual(await files(), []);
    await writeFile(target, 'before');
    await assert.rejects(writeAtomically(target, true, fail), failsWith('Cancelled'));
    assert.equal(await readFile(target, 'utf8'), 'before');
    assert.deepEqual(await files(), ['result.csv']);
  });

  it('says that the disk is full', async function () {
    if (!existsSync('/dev/full')) this.skip();
    const fill = async (path: string): Promise<void> => {
      await writeFile(path, 'half');
      await writeFile('/dev/full', 'the rest');
    };
    await assert.rejects(writeAtomically(target, false, fill), failsWith('DiskFull'));
    assert.deepEqual(await files(), []);
  });

  it('replaces a file only when it is allowed to, also one that appears meanwhile', async () => {
    await writeAtomically(target, false, (path) => writeFile(path, 'first'));
    let wrote = false;
    const second = (path: string): Promise<void> => {
      wrote = true;
      return writeFile(path, 'second');
    };
    await assert.rejects(writeAtomically(target, false, second), failsWith('TargetExists'));
    assert.equal(wrote, false, 'it is known before the download');
    await writeAtomically(target, true, second);
    assert.equal(await readFile(target, 'utf8'), 'second');

    const other = join(folder.path, 'other.csv');
    const late = async (path: string): Promise<void> => {
      await writeFile(path, 'mine');
      await writeFile(other, 'of someone else');
    };
    await assert.rejects(writeAtomically(other, false, late), failsWith('TargetExists'));
    assert.equal(await readFile(other, 'utf8'), 'of someone else');
  });

  it('needs a folder to write to, and writes over none', async () => {
    const inNone = join(folder.path, 'none', 'result.csv');
    await assert.rejects(
      writeAtomically(inNone, false, (path) => writeFile(path, '')),
      failsWith('FolderNotFound'),
    );
    const taken = join(folder.path, 'taken');
    await mkdir(taken);
    await assert.rejects(
      writeAtomically(taken, true, (path) => writeFile(path, '')),
      failsWith('TargetExists'),
    );
  });
});

describe('a file name from a server', () => {
  const cases: readonly (readonly [name: string, expected: string])[] = [
    ['container/path/output.csv', 'output.csv'],
    ['../../.ssh/authorized_keys', 'authorized_keys'],
    ['..\\..\\evil.csv', 'evil.csv'],
    ['c/..', 'fallback.csv'],
    ['c/', 'fallback.csv'],
    ['a:b*c?.csv', 'a_b_c_.csv'],
    ['c/nul.csv', '_nul.csv'],
    ['c/trailing. ', 'trailing'],
    ['c/\u0000x.csv', '_x.csv'],
  ];
  for (const [name, expected] of cases) {
    it(`${JSON.stringify(name)} becomes ${expected}`, () => {
      assert.equal(safeFileName(name, 'fallback.csv'), expected);
    });
  }
});
