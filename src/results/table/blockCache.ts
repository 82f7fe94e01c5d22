import type { ByteSource } from './byteSource.ts';
import { abandonable, throwIfCancelled } from './cancellation.ts';

/**
 * The blocks of a source that were read last. A block that several callers want is read once, and the read goes on when
 * one of them gives up.
 */
export class BlockCache {
  readonly #source: ByteSource;
  readonly blockSize: number;
  readonly #most: number;
  readonly #blocks = new Map<number, Promise<Uint8Array>>();
  readonly #closing = new AbortController();

  /** Holds at most `most` blocks of `blockSize` bytes. */
  constructor(source: ByteSource, blockSize: number, most: number) {
    this.#source = source;
    this.blockSize = blockSize;
    this.#most = most;
  }

  /** The bytes from `position` to the end of their block. Rejects when `signal` aborts or the cache is closed. */
  async read(position: number, signal?: AbortSignal): Promise<Uint8Array> {
    throwIfCancelled(signal);
    const number = Math.floor(position / this.blockSize);
    const block = await abandonable(this.#block(number), signal);
    return block.subarray(position - number * this.blockSize);
  }

  close(): void {
    this.#closing.abort();
    this.#blocks.clear();
  }

  #block(number: number): Promise<Uint8Array> {
    const block = this.#blocks.get(number) ?? this.#fetch(number);
    this.#blocks.delete(number);
    this.#blocks.set(number, block);
    for (const oldest of this.#blocks.keys()) if (this.#blocks.size > this.#most) this.#blocks.delete(oldest);
    return block;
  }

  #fetch(number: number): Promise<Uint8Array> {
    const position = number * this.blockSize;
    const bytes = new Uint8Array(Math.min(this.blockSize, this.#source.size - position));
    const block = this.#source.read(bytes, position, this.#closing.signal).then(() => bytes);
    block.catch(() => {
      if (this.#blocks.get(number) === block) this.#blocks.delete(number);
    });
    return block;
  }
}
