import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { touchReopened, writeReopened } from '../../../src/requests/historyFolders.ts';

const name = 'S 10.00.00.rrs.json';

describe('documents of reopened calls', () => {
  let root = '';
  let shown: string[] = [];

  beforeEach(async () => {
    root = join(await mkdtemp(join(tmpdir(), 'reopened-')), 'history');
    shown = [];
  });
  afterEach(() => rm(join(root, '..'), { recursive: true }));

  const documentOf = (folder: string) => ({ root, folder, name });
  const reopen = (folder: string): Promise<void> =>
    writeReopened(documentOf(folder), `of ${folder}`, (each) => shown.includes(each));

  /** Entries of 2025, the first one opened the longest ago. */
  async function reopenMany(count: number): Promise<string[]> {
    const folders = Array.from({ length: count }, (_, index) => `2025-${String(index).padStart(2, '0')}`);
    for (const [index, folder] of folders.entries()) {
      await reopen(folder);
      const time = new Date(1_700_000_000_000 + index * 1_000);
      await utimes(join(root, folder, name), time, time);
    }
    return folders;
  }

  it('give way to the one that is opened, however old its call is', async () => {
    const folders = await reopenMany(30);
    await reopen('2001-00');
    assert.equal(await readFile(join(root, '2001-00', name), 'utf8'), 'of 2001-00');
    assert.deepEqual((await readdir(root)).sort(), ['2001-00', ...folders.slice(1)]);
  });

  it('stay when they were opened again lately', async () => {
    const [first = '', ...others] = await reopenMany(30);
    await touchReopened(documentOf(first));
    await reopen('2026-00');
    assert.deepEqual((await readdir(root)).sort(), [first, ...others.slice(1), '2026-00']);
  });

  it('stay when they were edited, or are shown', async () => {
    const [first = '', second = '', third = '', ...others] = await reopenMany(30);
    const old = new Date(1_600_000_000_000);
    await writeFile(join(root, first, name), 'edited');
    await utimes(join(root, first, name), old, old);
    shown = [second];
    for (const folder of ['2026-00', '2026-01', '2026-02']) await reopen(folder);
    const left = [first, second, ...others, '2026-00', '2026-01', '2026-02'];
    assert.deepEqual((await readdir(root)).sort(), left);
    assert.ok(!left.includes(third));
  });
});
