import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { AnswerFiles } from '../../../src/requests/answerFiles.ts';

const dayMs = 24 * 60 * 60 * 1000;

describe('files of large answers', () => {
  let folder = '';

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'answers-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function fileOf(window: AnswerFiles): Promise<string> {
    const path = await window.newPath();
    await writeFile(path, '{}');
    return path;
  }

  async function age(path: string, days: number): Promise<void> {
    const time = new Date(Date.now() - days * dayMs);
    await utimes(path, time, time);
  }

  it('stay as long as a window uses them, whatever the other windows do', async () => {
    const [mine, other] = [new AnswerFiles(folder), new AnswerFiles(folder)];
    const path = await fileOf(mine);
    await age(path, 8);
    await mine.newPath();
    await other.newPath();
    assert.deepEqual(await readdir(folder), [basename(path)]);
  });

  it('are removed when the window that made them died a week ago', async () => {
    const [dead, young] = [await fileOf(new AnswerFiles(folder)), await fileOf(new AnswerFiles(folder))];
    await age(dead, 8);
    await age(young, 6);
    await new AnswerFiles(folder).newPath();
    assert.deepEqual(await readdir(folder), [basename(young)]);
  });

  it('are left alone by their window once it removed them', async () => {
    const window = new AnswerFiles(folder);
    const path = await fileOf(window);
    await window.remove(path);
    assert.deepEqual(await readdir(folder), []);
    // Another file of that name, of nobody.
    await writeFile(path, '{}');
    await age(path, 8);
    await window.newPath();
    assert.deepEqual(await readdir(folder), []);
  });
});
