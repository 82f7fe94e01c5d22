import { isUtf8 } from 'node:buffer';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { Failure } from '../protocol/failure.ts';
import type { HttpAnswer } from '../transport/httpClient.ts';

/** Where the body of an answer goes that is more than is kept in memory. */
export interface Spill {
  /** In bytes: a body up to it stays in memory. */
  readonly limit: number;
  /** The path of a file that does not exist yet. */
  readonly newFile: () => Promise<string>;
  /** Told now and then how many bytes have come. */
  readonly onProgress?: (received: number) => void;
}

export interface ReadBody {
  /** The whole body or, with a file, its beginning. */
  readonly text: string;
  /** In bytes. */
  readonly size: number;
  /** Path of the file with the whole body. */
  readonly file?: string;
  /** Some bytes were no UTF-8: `text` has replacement characters in their places. */
  readonly notUtf8?: boolean;
}

/** How much of a body in a file is kept in memory too, in bytes. */
const beginningSize = 1024 * 1024;
/** Bytes between two reports of progress. */
const progressStep = 4 * 1024 * 1024;

/**
 * Reads a body into memory or, beyond the limit, into a file as it comes, so that no answer is held whole. Rejects with
 * the failure of the call, or `NotWritten`; then there is no file.
 */
export async function readBody(answer: HttpAnswer, spill: Spill): Promise<ReadBody> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let reported = 0;
  let file: SpillFile | undefined;
  try {
    for await (const chunk of answer.body) {
      size += chunk.length;
      if (file) await file.write(chunk);
      else {
        chunks.push(chunk);
        if (size > spill.limit) {
          file = await SpillFile.create(await spill.newFile());
          await file.take(chunks);
        }
      }
      if (size - reported >= progressStep) {
        reported = size;
        spill.onProgress?.(size);
      }
    }
    if (!file) {
      const bytes = Buffer.concat(chunks);
      return { text: utf8(bytes), size, ...(isUtf8(bytes) ? {} : { notUtf8: true }) };
    }
    await file.close();
    return { text: file.beginning(), size, file: file.path };
  } catch (error) {
    await file?.discard();
    throw error;
  }
}

class SpillFile {
  readonly path: string;
  readonly #handle: FileHandle;
  #beginning: Uint8Array[] = [];
  #kept = 0;

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  static async create(path: string): Promise<SpillFile> {
    return new SpillFile(path, await written(path, () => open(path, 'wx', 0o600)));
  }

  /** Writes the chunks and empties the list, so that nothing holds them any more. */
  async take(chunks: Uint8Array[]): Promise<void> {
    for (const chunk of chunks.splice(0)) await this.write(chunk);
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (this.#kept < beginningSize) {
      // A copy, because a chunk may be a part of a larger buffer that would be held with it.
      const part = Uint8Array.from(chunk.subarray(0, beginningSize - this.#kept));
      this.#beginning.push(part);
      this.#kept += part.length;
    }
    for (let at = 0; at < chunk.length;) {
      const { bytesWritten } = await written(this.path, () => this.#handle.write(chunk, at));
      at += bytesWritten;
    }
  }

  /** A character that is cut in two at the end is left out. */
  beginning(): string {
    return new TextDecoder().decode(Buffer.concat(this.#beginning), { stream: true });
  }

  async close(): Promise<void> {
    await written(this.path, () => this.#handle.close());
  }

  async discard(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    await rm(this.path, { force: true }).catch(() => undefined);
  }
}

async function written<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isFull = error instanceof Error && 'code' in error && error.code === 'ENOSPC';
    throw new Failure({
      code: isFull ? 'DiskFull' : 'NotWritten',
      origin: 'client',
      sentence: isFull
        ? `There is no room for the answer, which is written to ${path}. Make room and send again.`
        : `The answer is too large for the memory and cannot be written to ${path}: ${String(error)}`,
      cause: error,
    });
  }
}

function utf8(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}
