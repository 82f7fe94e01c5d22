import { randomBytes } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '../../protocol/failure.ts';
import { inLanes } from './lanes.ts';

export interface RowStoreOptions {
  /** Bytes that are kept in memory; when there are more, all go to a file. Default 64 MiB. */
  readonly memory?: number;
  /** Where the file is. Default: the system's folder for temporary files. */
  readonly folder?: string;
}

const defaultMemory = 64 * 1024 * 1024;
/** As many as the threads that Node reads files with, by default. */
const lanes = 4;

/** Texts of rows in one order, to be read in another. `remove` it in any case: it may have a file. */
export class RowStore {
  readonly #memory: number;
  readonly #folder: string;
  #kept = Buffer.alloc(0);
  #file: { readonly handle: FileHandle; readonly path: string } | undefined;
  #size = 0;
  /** Where each row ends, by place. */
  #ends = new Float64Array(1024);
  #count = 0;

  constructor({ memory = defaultMemory, folder = tmpdir() }: RowStoreOptions = {}) {
    this.#memory = memory;
    this.#folder = folder;
  }

  /** How many rows it has. */
  get count(): number {
    return this.#count;
  }

  /** Adds rows, one behind the other in `bytes`. Rejects with `DiskFull`. */
  async add(bytes: Uint8Array, lengths: Uint32Array): Promise<void> {
    if (this.#file === undefined && this.#size + bytes.length <= this.#memory) this.#keep(bytes);
    else await this.#write(bytes);
    let end = this.#size;
    for (const length of lengths) this.#addEnd((end += length));
    this.#size += bytes.length;
  }

  /** Bytes of the row in a place, from 0. */
  lengthOf(place: number): number {
    return (this.#ends[place] ?? 0) - this.#startOf(place);
  }

  /** The rows in some places, in that order. */
  async read(places: readonly number[]): Promise<Uint8Array> {
    const file = this.#file;
    const texts = places.map((place) =>
      file === undefined
        ? this.#kept.subarray(this.#startOf(place), this.#ends[place])
        : Buffer.allocUnsafe(this.lengthOf(place)),
    );
    if (file !== undefined) {
      await inLanes(texts.entries(), lanes, ([i, text]) =>
        fill(text, file.handle, this.#startOf(places[i] ?? 0)),
      );
    }
    return Buffer.concat(texts);
  }

  async remove(): Promise<void> {
    this.#kept = Buffer.alloc(0);
    await this.#file?.handle.close().catch(() => undefined);
    if (this.#file !== undefined) await rm(this.#file.path, { force: true }).catch(() => undefined);
  }

  #startOf(place: number): number {
    return place === 0 ? 0 : (this.#ends[place - 1] ?? 0);
  }

  #keep(bytes: Uint8Array): void {
    const size = this.#size + bytes.length;
    if (size > this.#kept.length) {
      const bigger = Buffer.alloc(Math.min(this.#memory, Math.max(size, this.#kept.length * 2)));
      this.#kept.copy(bigger, 0, 0, this.#size);
      this.#kept = bigger;
    }
    this.#kept.set(bytes, this.#size);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      const { handle } = (this.#file ??= await newFile(this.#folder));
      await writeAll(handle, this.#kept.subarray(0, this.#kept.length === 0 ? 0 : this.#size));
      this.#kept = Buffer.alloc(0);
      await writeAll(handle, bytes);
    } catch (error) {
      throw isOutOfRoom(error) ? diskFull(this.#folder, error) : error;
    }
  }

  #addEnd(end: number): void {
    if (this.#count === this.#ends.length) {
      const bigger = new Float64Array(this.#ends.length * 2);
      bigger.set(this.#ends);
      this.#ends = bigger;
    }
    this.#ends[this.#count] = end;
    this.#count += 1;
  }
}

/** Only its owner may read it. */
async function newFile(folder: string): Promise<{ handle: FileHandle; path: string }> {
  const path = join(folder, `azureml-rows-${randomBytes(8).toString('hex')}.tmp`);
  return { handle: await open(path, 'wx+', 0o600), path };
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += (await handle.write(bytes, done, bytes.length - done)).bytesWritten;
  }
}

async function fill(target: Uint8Array, handle: FileHandle, position: number): Promise<void> {
  for (let done = 0; done < target.length;) {
    const { bytesRead } = await handle.read(target, done, target.length - done, position + done);
    if (bytesRead === 0) throw new Error('The temporary file has become shorter.');
    done += bytesRead;
  }
}

function isOutOfRoom(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

function diskFull(folder: string, cause: unknown): Failure {
  return new Failure({
    code: 'DiskFull',
    origin: 'client',
    sentence: `There is no room in ${folder}, where the rows are put in order. Make room there, or save fewer rows.`,
    cause,
  });
}
