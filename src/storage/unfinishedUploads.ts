import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as v from 'valibot';
import { replaceFile } from '../local-service/replaceFile.ts';
import { isRunning } from '../shared/isRunning.ts';
import type { OpenFile } from './localFile.ts';

/** Storage drops blocks that were not made a blob for a week. Source: learn.microsoft.com rest/api/storageservices/put-block. */
const lifetimeMs = 7 * 24 * 60 * 60 * 1000;
const suffix = '.json';

const recordShape = v.object({
  version: v.literal(1),
  /** URL of the container, without a SAS. */
  container: v.string(),
  blob: v.string(),
  file: v.string(),
  /** Bytes. */
  size: v.number(),
  /** Nanoseconds since 1970, in decimal. */
  modified: v.string(),
  /** The process that sends; absent once it has given up. */
  pid: v.optional(v.number()),
});

type UploadRecord = v.InferOutput<typeof recordShape>;

/** An upload that is written down. */
export interface BegunUpload {
  readonly blob: string;
  /** It is over: there is nothing to take up again. */
  end(): Promise<void>;
  /** It failed: whoever sends the same file again may take it up. */
  leave(): Promise<void>;
}

/**
 * Which uploads may have left blocks at a storage: one file each, without any credential, so that sending the same file
 * again goes on where the last try ended, after a reload or a crash too. Nothing here rejects: what cannot be written
 * down is sent from the beginning the next time.
 */
export class UnfinishedUploads {
  readonly #folder: string;
  /** What this process is sending. */
  readonly #mine = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Writes an upload down, before its first block is sent. */
  async begin(container: string, blob: string, file: OpenFile): Promise<BegunUpload> {
    return this.#keep({
      version: 1,
      container,
      blob,
      file: resolve(file.path),
      size: file.size,
      modified: String(file.modified),
    });
  }

  /** An upload of the same unchanged file that nobody is working on any more; from now on it is this process's. */
  async takeUp(container: string, file: OpenFile): Promise<BegunUpload | undefined> {
    for (const name of await readdir(this.#folder).catch(() => [])) {
      const path = join(this.#folder, name);
      if (await isOlderThan(path, lifetimeMs)) await rm(path, { force: true }).catch(() => undefined);
      const record = name.endsWith(suffix) ? await readRecord(path) : undefined;
      if (record === undefined || !this.#isFree(name, record) || !isOf(record, container, file)) continue;
      const claimed = `${path}.${randomBytes(4).toString('hex')}`;
      // Of several that want it, the rename lets one have it.
      const isClaimed = await rename(path, claimed).then(
        () => true,
        () => false,
      );
      if (!isClaimed) continue;
      const begun = await this.#keep(record);
      await rm(claimed, { force: true }).catch(() => undefined);
      return begun;
    }
    return undefined;
  }

  async #keep(record: UploadRecord): Promise<BegunUpload> {
    const name = `${randomBytes(12).toString('hex')}${suffix}`;
    const path = join(this.#folder, name);
    this.#mine.add(name);
    await this.#write(path, { ...record, pid: process.pid });
    return {
      blob: record.blob,
      end: async () => {
        await rm(path, { force: true }).catch(() => undefined);
        this.#mine.delete(name);
      },
      leave: async () => {
        await this.#write(path, { ...record, pid: undefined });
        this.#mine.delete(name);
      },
    };
  }

  async #write(path: string, record: UploadRecord): Promise<void> {
    const temporary = `${path}.tmp`;
    try {
      await mkdir(this.#folder, { recursive: true });
      await writeFile(temporary, JSON.stringify(record));
      await replaceFile(temporary, path);
    } catch {
      await rm(temporary, { force: true }).catch(() => undefined);
    }
  }

  /** A process of the same number as this one, that is not this one, has ended. */
  #isFree(name: string, { pid }: UploadRecord): boolean {
    if (pid === process.pid) return !this.#mine.has(name);
    return pid === undefined || !isRunning(pid);
  }
}

function isOf(record: UploadRecord, container: string, file: OpenFile): boolean {
  return (
    record.container === container &&
    record.file === resolve(file.path) &&
    record.size === file.size &&
    record.modified === String(file.modified)
  );
}

async function readRecord(path: string): Promise<UploadRecord | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), recordShape), text);
  return parsed.success ? parsed.output : undefined;
}

function isOlderThan(path: string, ms: number): Promise<boolean> {
  return stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs > ms,
    () => false,
  );
}
