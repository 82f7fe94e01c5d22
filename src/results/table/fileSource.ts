import { open, type FileHandle } from 'node:fs/promises';
import { Failure } from '../../protocol/failure.ts';
import type { ByteSource } from './byteSource.ts';
import { throwIfCancelled } from './cancellation.ts';

const streamBlock = 1024 * 1024;

/**
 * A file on a disk, kept open until `close`. Rejects with `FileNotFound`, `FileNotReadable` or `NotAFile`; a read of a
 * file that has changed since it was opened rejects with `FileChanged`.
 */
export async function openFileSource(path: string): Promise<ByteSource> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw openFailure(path, error);
  });
  try {
    const stat = await handle.stat({ bigint: true });
    if (!stat.isFile()) throw failure('NotAFile', `${path} is not a file. Choose a file.`);
    return new FileSource(path, handle, Number(stat.size), stat.mtimeNs);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

class FileSource implements ByteSource {
  readonly streamBlock = streamBlock;
  readonly size: number;
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #modified: bigint;

  constructor(path: string, handle: FileHandle, size: number, modified: bigint) {
    this.#path = path;
    this.#handle = handle;
    this.size = size;
    this.#modified = modified;
  }

  async read(target: Uint8Array, position: number, signal?: AbortSignal): Promise<void> {
    throwIfCancelled(signal);
    for (let done = 0; done < target.length;) {
      const { bytesRead } = await this.#handle.read(target, done, target.length - done, position + done);
      if (bytesRead === 0) throw this.#changed();
      done += bytesRead;
    }
    // Looked at after the read: a change before it shows too.
    const stat = await this.#handle.stat({ bigint: true });
    if (Number(stat.size) !== this.size || stat.mtimeNs !== this.#modified) throw this.#changed();
    throwIfCancelled(signal);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  #changed(): Failure {
    return failure('FileChanged', `${this.#path} has changed since it was opened. Open it again.`);
  }
}

function openFailure(path: string, error: unknown): Failure {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return failure('FileNotFound', `${path} does not exist. Choose another file.`, error);
  }
  const why = error instanceof Error ? error.message : String(error);
  return failure('FileNotReadable', `${path} cannot be read: ${why}`, error);
}

function failure(code: string, sentence: string, cause?: unknown): Failure {
  return new Failure({ code, origin: 'client', sentence, cause });
}
