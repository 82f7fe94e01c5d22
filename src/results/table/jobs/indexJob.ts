import { RowScanner } from '../rowScanner.ts';
import type { IndexPart, IndexSpec, Job, Results } from './jobs.ts';

const partSize = 64 * 1024;

/** Finds where rows begin and keeps one place for each `stride` bytes. */
export class IndexJob implements Job<'index'> {
  readonly #scanner: RowScanner;
  readonly #stride: number;
  readonly #starts = new Int32Array(partSize + 1);
  #rows: number[] = [];
  #offsets: number[] = [];
  #row: number;
  #rowOffset: number;
  #offset: number;
  #nextEntry: number;

  constructor({ delimiter, start, stride }: IndexSpec) {
    this.#scanner = new RowScanner(delimiter);
    this.#stride = stride;
    this.#row = start.row;
    this.#rowOffset = start.offset;
    this.#offset = start.offset;
    this.#nextEntry = start.offset + stride;
  }

  block(bytes: Uint8Array): boolean {
    for (let at = 0; at < bytes.length; at += partSize) this.#part(bytes.subarray(at, at + partSize));
    return true;
  }

  output(): IndexPart {
    const part = {
      rows: Float64Array.from(this.#rows),
      offsets: Float64Array.from(this.#offsets),
      knownRows: this.#row,
      knownBytes: this.#offset,
    };
    this.#rows = [];
    this.#offsets = [];
    return part;
  }

  end(): Results['index'] {
    const lastHasBytes = this.#offset > this.#rowOffset;
    return { rows: this.#row + (lastHasBytes ? 1 : 0), unclosedQuote: this.#scanner.insideQuotes };
  }

  #part(part: Uint8Array): void {
    const starts = this.#starts;
    const count = this.#scanner.scan(part, starts);
    if (count > 0) {
      this.#rowOffset = this.#offset + (starts[count - 1] ?? 0);
      if (this.#rowOffset >= this.#nextEntry) this.#addEntries(count);
      this.#row += count;
    }
    this.#offset += part.length;
  }

  #addEntries(count: number): void {
    for (let i = 0; i < count; i++) {
      const offset = this.#offset + (this.#starts[i] ?? 0);
      if (offset < this.#nextEntry) continue;
      this.#rows.push(this.#row + i + 1);
      this.#offsets.push(offset);
      this.#nextEntry = offset + this.#stride;
    }
  }
}
