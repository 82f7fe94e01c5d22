import type { FileHandle } from 'node:fs/promises';

/** Writes of many at their places in one file, one at a time: the system would let them wait for each other, busily. */
export class SerialFile {
  readonly #handle: FileHandle;
  #last: Promise<unknown> = Promise.resolve();

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Rejects with what the system says of this write; others are not concerned. */
  write(pieces: readonly Uint8Array[], start: number): Promise<void> {
    const written = this.#last.then(() => this.#writeAll(pieces, start));
    this.#last = written.catch(() => undefined);
    return written;
  }

  /** One call of the system for many pieces; it may write fewer bytes than it was given. */
  async #writeAll(pieces: readonly Uint8Array[], start: number): Promise<void> {
    const total = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
    const { bytesWritten } = await this.#handle.writev(pieces, start);
    if (bytesWritten === total) return;
    const rest = Buffer.concat(pieces).subarray(bytesWritten);
    for (let done = 0; done < rest.byteLength;) {
      const position = start + bytesWritten + done;
      done += (await this.#handle.write(rest, done, rest.byteLength - done, position)).bytesWritten;
    }
  }
}
