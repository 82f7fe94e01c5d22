import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** So many documents of reopened entries are kept, beside those that were edited. */
const kept = 30;

/** Beside a document: the digest of what was written into it, which tells whether it was edited since. */
const digestFile = 'written.sha256';

/** A document of a reopened entry, in a folder of its own below `root`. */
export interface ReopenedDocument {
  readonly root: string;
  readonly folder: string;
  readonly name: string;
}

/**
 * Writes a document, and removes those that were opened the longest ago. This one stays, and so does what was edited and
 * what is shown; `isShown` is asked with the name of a folder.
 */
export async function writeReopened(
  document: ReopenedDocument,
  text: string,
  isShown: (folder: string) => boolean,
): Promise<void> {
  const { root, folder, name } = document;
  await mkdir(join(root, folder), { recursive: true });
  await writeFile(join(root, folder, digestFile), digestOf(text));
  await writeFile(join(root, folder, name), text);
  await forgetOldest(root, (each) => each === folder || isShown(each));
}

/** Makes a document the one that was opened last. */
export async function touchReopened({ root, folder, name }: ReopenedDocument): Promise<void> {
  const now = new Date();
  // An editor may hold a document whose file is gone.
  await utimes(join(root, folder, name), now, now).catch(() => undefined);
}

async function forgetOldest(root: string, stays: (folder: string) => boolean): Promise<void> {
  const opened = await Promise.all(
    (await readdir(root)).map(async (folder) => ({ folder, time: await timeOf(join(root, folder)) })),
  );
  const oldest = opened.sort((a, b) => b.time - a.time).slice(kept);
  for (const { folder } of oldest.filter((each) => !stays(each.folder))) {
    const path = join(root, folder);
    // What another window removes at the same time, or holds, is no reason not to open this one.
    if (!(await isEdited(path))) await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** When a document was last opened or saved, in milliseconds. */
async function timeOf(folder: string): Promise<number> {
  const name = await documentIn(folder);
  return stat(name === undefined ? folder : join(folder, name)).then(
    ({ mtimeMs }) => mtimeMs,
    () => Date.now(),
  );
}

/** A document of which nobody knows what was written counts as edited. */
async function isEdited(folder: string): Promise<boolean> {
  const name = await documentIn(folder);
  if (name === undefined) return false;
  try {
    const [text, digest] = await Promise.all(
      [name, digestFile].map((each) => readFile(join(folder, each), 'utf8')),
    );
    return text === undefined || digestOf(text) !== digest;
  } catch {
    return true;
  }
}

async function documentIn(folder: string): Promise<string | undefined> {
  const names = await readdir(folder).catch(() => []);
  return names.find((name) => name !== digestFile);
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
