import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import * as v from 'valibot';
import { isRunning } from './isRunning.ts';
import { isTemporary, writeAtomically, type WriteFile } from './wholeFile.ts';

const recordShape = v.object({
  version: v.literal(1),
  /** Absolute path of the temporary file. */
  temporary: v.string(),
  /** Who writes it. */
  pid: v.number(),
  host: v.string(),
});

type SaveRecord = v.InferOutput<typeof recordShape>;

/** As `writeAtomically`. */
export type SaveFile = (target: string, overwrite: boolean, write: WriteFile) => Promise<void>;

/**
 * Writes files for the user. What a window leaves half-written when it dies would stay hidden for ever, so each temporary
 * file is written down before it is made, and the next window that saves removes it. One for each process.
 */
export class FileSaver {
  readonly #folder: string;
  #cleaning: Promise<void> | undefined;

  /** `folder` is where the records are kept, one file each. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  readonly save: SaveFile = async (target, overwrite, write) => {
    // Before this process's first record: those that name it are by an earlier one that had its number.
    await (this.#cleaning ??= this.#removeLeftovers());
    const record = join(this.#folder, `${randomBytes(12).toString('hex')}.json`);
    try {
      await writeAtomically(target, overwrite, async (temporary) => {
        await this.#note(record, temporary);
        await write(temporary);
      });
    } finally {
      await rm(record, { force: true }).catch(() => undefined);
    }
  };

  /** A file that cannot be written down is saved all the same. */
  async #note(record: string, temporary: string): Promise<void> {
    const noted: SaveRecord = {
      version: 1,
      temporary: resolve(temporary),
      pid: process.pid,
      host: hostname(),
    };
    try {
      await mkdir(this.#folder, { recursive: true });
      await writeAtomically(record, false, (path) => writeFile(path, JSON.stringify(noted)));
    } catch {
      // The disk may be full, which the user hears of if it concerns the file itself.
    }
  }

  async #removeLeftovers(): Promise<void> {
    for (const name of await readdir(this.#folder).catch(() => [])) {
      const path = join(this.#folder, name);
      const record = await readRecord(path);
      if (record === undefined || !isTemporary(record.temporary) || !isLeft(record)) continue;
      try {
        await rm(record.temporary, { force: true });
        await rm(path, { force: true });
      } catch {
        // In use, or on a disk that may not be written just now: the next window tries again.
      }
    }
  }
}

async function readRecord(path: string): Promise<SaveRecord | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), recordShape), text);
  return parsed.success ? parsed.output : undefined;
}

/** Of another machine's process nothing is known. */
function isLeft({ pid, host }: SaveRecord): boolean {
  return host === hostname() && (pid === process.pid || !isRunning(pid));
}
