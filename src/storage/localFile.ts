import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { Failure } from '../protocol/failure.ts';

/** A file that is being sent. */
export interface OpenFile {
  readonly path: string;
  readonly handle: FileHandle;
  readonly size: number;
  /** Nanoseconds. */
  readonly modified: bigint;
}

/** Opens a file for sending. Rejects with `FileNotFound`, `FileNotReadable`, `NotAFile` or `EmptyFile`. */
export async function openForSending(path: string): Promise<OpenFile> {
  const handle = await open(path, constants.O_RDONLY).catch((error: unknown) => {
    throw openFailure(path, error);
  });
  try {
    const stat = await handle.stat({ bigint: true });
    if (!stat.isFile()) throw fileFailure('NotAFile', `${path} is not a file. Choose a file.`);
    if (stat.size === 0n) {
      throw fileFailure(
        'EmptyFile',
        `${path} is empty. An input needs a line with the column names and rows below it.`,
      );
    }
    return { path, handle, size: Number(stat.size), modified: stat.mtimeNs };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Rejects with `FileChanged` when the file is no longer what it was when it was opened. */
export async function checkUnchanged(file: OpenFile): Promise<void> {
  const stat = await file.handle.stat({ bigint: true });
  if (Number(stat.size) !== file.size || stat.mtimeNs !== file.modified) throw changed(file);
}

/** Fills `buffer` with the bytes from `position` on; rejects with `FileChanged` when there are fewer. */
export async function readExactly(file: OpenFile, buffer: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < buffer.byteLength;) {
    const { bytesRead } = await file.handle.read(buffer, done, buffer.byteLength - done, position + done);
    if (bytesRead === 0) throw changed(file);
    done += bytesRead;
  }
}

function changed(file: OpenFile): Failure {
  return fileFailure(
    'FileChanged',
    `${file.path} changed while it was being sent, so nothing was kept. Run it again.`,
  );
}

function openFailure(path: string, error: unknown): Failure {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return fileFailure('FileNotFound', `${path} does not exist. Choose another file.`, error);
  }
  const why = error instanceof Error ? error.message : String(error);
  return fileFailure('FileNotReadable', `${path} cannot be read: ${why}`, error);
}

function fileFailure(code: string, sentence: string, cause?: unknown): Failure {
  return new Failure({ code, origin: 'client', sentence, cause });
}
