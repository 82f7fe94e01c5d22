import { CARRIAGE_RETURN, LINE_FEED } from './bytes.ts';
import { RowScanner } from './rowScanner.ts';
import type { RowStart } from './rowIndex.ts';

/** Pieces are scanned in parts of this size, which bounds the list of the rows in one. */
const partSize = 64 * 1024;

/** Used while one part is looked at, so all feeds of a thread share it. */
const starts = new Int32Array(partSize + 1);

/** One row in one piece, valid only during the call. */
export interface RowBytes {
  readonly row: number;
  readonly bytes: Uint8Array;
  readonly start: number;
  /** Exclusive; the line end is not in it. */
  readonly end: number;
  /** The row is longer than the limit, and this is its beginning. */
  readonly cut: boolean;
}

/** Takes a row; `false` when it needs no more. */
export type TakeRow = (row: RowBytes) => boolean;

/**
 * Puts rows together from bytes that come in pieces of any size. A row longer than `limit` is told as soon as so much of
 * it is there, and its rest is passed over.
 */
export class RowFeed {
  readonly #scanner: RowScanner;
  readonly #limit: number;
  readonly #take: TakeRow;
  #row: number;
  #carried = new Uint8Array(0);
  #carriedLength = 0;
  #told = false;
  #enough = false;
  /** Bytes of the current row so far. */
  #rowLength = 0;

  constructor(delimiter: number, first: RowStart, limit: number, take: TakeRow) {
    this.#scanner = new RowScanner(delimiter);
    this.#row = first.row;
    this.#limit = limit;
    this.#take = take;
  }

  /** The row that comes next, or of which a part is here. */
  get row(): number {
    return this.#row;
  }

  /** The beginning of the current row was told, and its end is not here yet. */
  get insideCutRow(): boolean {
    return this.#told;
  }

  /** `false` when no more is needed. */
  push(bytes: Uint8Array): boolean {
    for (let at = 0; at < bytes.length && !this.#enough; at += partSize) {
      this.#pushPart(bytes.subarray(at, at + partSize));
    }
    return !this.#enough;
  }

  /** There are no more bytes. */
  end(): void {
    if (this.#enough || this.#rowLength === 0) return;
    if (!this.#told) {
      const end = this.#scanner.endsWithReturn ? this.#carriedLength - 1 : this.#carriedLength;
      this.#tell(this.#carried, 0, Math.min(end, this.#limit), end > this.#limit);
    }
    this.#row += 1;
    this.#rowLength = 0;
    this.#told = false;
  }

  #pushPart(part: Uint8Array): void {
    const count = this.#scanner.scan(part, starts);
    let from = 0;
    for (let i = 0; i < count; i++) {
      const next = starts[i] ?? 0;
      this.#endRow(part, from, next);
      if (this.#enough) return;
      from = next;
    }
    if (from < part.length) this.#carry(part, from);
  }

  #endRow(part: Uint8Array, from: number, next: number): void {
    if (!this.#told) {
      if (this.#carriedLength === 0) {
        this.#tellEnded(part, from, next);
      } else {
        this.#append(part.subarray(from, next));
        this.#tellEnded(this.#carried, 0, this.#carriedLength);
      }
    }
    this.#row += 1;
    this.#carriedLength = 0;
    this.#rowLength = 0;
    this.#told = false;
  }

  #tellEnded(bytes: Uint8Array, start: number, next: number): void {
    let end = next;
    if (bytes[end - 1] === LINE_FEED) {
      end -= 1;
      if (end > start && bytes[end - 1] === CARRIAGE_RETURN) end -= 1;
    } else {
      end -= 1;
    }
    const cut = end - start > this.#limit;
    this.#tell(bytes, start, cut ? start + this.#limit : end, cut);
  }

  #carry(part: Uint8Array, from: number): void {
    this.#rowLength += part.length - from;
    if (this.#told) return;
    this.#append(part.subarray(from));
    // A line end of two bytes is not part of the row.
    if (this.#carriedLength <= this.#limit + 2) return;
    this.#tell(this.#carried, 0, this.#limit, true);
    this.#told = true;
    this.#carriedLength = 0;
  }

  #append(bytes: Uint8Array): void {
    const length = this.#carriedLength + bytes.length;
    if (length > this.#carried.length) {
      const bigger = new Uint8Array(Math.max(length, this.#carried.length * 2));
      bigger.set(this.#carried.subarray(0, this.#carriedLength));
      this.#carried = bigger;
    }
    this.#carried.set(bytes, this.#carriedLength);
    this.#carriedLength = length;
  }

  #tell(bytes: Uint8Array, start: number, end: number, cut: boolean): void {
    if (!this.#take({ row: this.#row, bytes, start, end, cut })) this.#enough = true;
  }
}
