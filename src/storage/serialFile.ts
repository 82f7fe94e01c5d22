import type { FileHandle } from 'node:fs/promises';

/** Writes of many at their places in one file, one at a time: the system would let them wait for each other, busily. */
export class SerialFile {
  readonly #handle: FileHandle;
  #last: Promise<unknown> = Promise.resolve();

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Rejects with what the system says of this write; others are not concerned. */
  write(bytes: Uint8Array, start: number): Promise<void> {
    const written = this.#last.then(() => this.#writeAll(bytes, start));
    this.#last = written.catch(() => undefined);
    return written;
  }

  /** The system may write fewer bytes than it was given. */
  async #writeAll(bytes: Uint8Array, start: number): Promise<void> {
    for (let done = 0; done < bytes.byteLength;) {
      done += (await this.#handle.write(bytes, done, bytes.byteLength - done, start + done)).bytesWritten;
    }
  }
}
