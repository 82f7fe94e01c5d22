import { QUOTE } from './bytes.ts';
import type { TextEncodingName } from './dialect.ts';

/** Splits one row after the other into cells. Holds positions in the bytes of the last row, not the bytes' copies. */
export class RowCells {
  readonly #delimiter: number;
  /** For another encoding than UTF-8. */
  readonly #decoder: InstanceType<typeof TextDecoder> | undefined;
  #bytes: Uint8Array = new Uint8Array(0);
  /** The same memory: making a view of it for each cell would cost more than decoding most cells. */
  #buffer: Buffer = Buffer.alloc(0);
  /** Where each cell begins, and one entry after the last. */
  #starts = new Int32Array(64);
  #count = 0;

  constructor(delimiter: number, encoding: TextEncodingName) {
    this.#delimiter = delimiter;
    this.#decoder = encoding === 'utf-8' ? undefined : new TextDecoder(encoding);
  }

  /** How many cells the row has, or how many were asked for if it has more. */
  get count(): number {
    return this.#count;
  }

  /** Looks at the first `most` cells of the row that `bytes` has between `start` and `end`. Returns `count`. */
  split(bytes: Uint8Array, start: number, end: number, most = Infinity): number {
    const delimiter = this.#delimiter;
    this.#look(bytes);
    let count = 0;
    let at = start;
    this.#starts[0] = start;
    while (count < most) {
      if (bytes[at] === QUOTE && at < end) at = afterQuotes(bytes, at, end);
      while (at < end && bytes[at] !== delimiter) at++;
      at++;
      count++;
      if (count >= this.#starts.length) this.#grow();
      this.#starts[count] = at;
      if (at > end) break;
    }
    this.#count = count;
    return count;
  }

  /** The value of a cell: without its quotes, at most `limit` UTF-16 units. A cell that is not there is undefined. */
  text(column: number, limit = Infinity): string | undefined {
    if (column >= this.#count) return undefined;
    const start = this.#starts[column] ?? 0;
    const end = (this.#starts[column + 1] ?? 0) - 1;
    // No character has more bytes than four, and quotes may be doubled.
    const enough = Math.min(end, start + limit * 8 + 16);
    const text =
      this.#bytes[start] === QUOTE && start < end
        ? this.#unquoted(start, enough)
        : this.#decode(start, enough);
    return text.length <= limit ? text : cutText(text, limit);
  }

  /** A whole row as it is written. */
  decoded(bytes: Uint8Array, start: number, end: number): string {
    this.#look(bytes);
    this.#count = 0;
    return this.#decode(start, end);
  }

  #look(bytes: Uint8Array): void {
    if (bytes === this.#bytes) return;
    this.#bytes = bytes;
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  #decode(start: number, end: number): string {
    if (this.#decoder === undefined) return this.#buffer.toString('utf8', start, end);
    return this.#decoder.decode(this.#bytes.subarray(start, Math.max(start, end)));
  }

  #unquoted(start: number, end: number): string {
    const bytes = this.#bytes;
    const first = bytes.indexOf(QUOTE, start + 1);
    if (first === -1 || first >= end) return this.#decode(start + 1, end);
    if (first === end - 1) return this.#decode(start + 1, first);
    return withoutQuotes(this.#decode(start + 1, end));
  }

  #grow(): void {
    const bigger = new Int32Array(this.#starts.length * 4);
    bigger.set(this.#starts);
    this.#starts = bigger;
  }
}

/** The position after the quote that closes the cell, or the row's end. */
function afterQuotes(bytes: Uint8Array, start: number, end: number): number {
  let at = start + 1;
  for (; at < end; at++) {
    if (bytes[at] !== QUOTE) continue;
    if (at + 1 >= end || bytes[at + 1] !== QUOTE) return at + 1;
    at++;
  }
  return at;
}

/** `raw` begins after the opening quote. What follows the closing quote belongs to the value as it is. */
function withoutQuotes(raw: string): string {
  let text = '';
  let from = 0;
  for (;;) {
    const quote = raw.indexOf('"', from);
    if (quote === -1) return text + raw.slice(from);
    text += raw.slice(from, quote);
    if (raw[quote + 1] !== '"') return text + raw.slice(quote + 1);
    text += '"';
    from = quote + 2;
  }
}

function cutText(text: string, limit: number): string {
  const splitsPair = /[\uD800-\uDBFF]/.test(text[limit - 1] ?? '');
  return text.slice(0, splitsPair ? limit - 1 : limit);
}
