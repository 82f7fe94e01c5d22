import { CARRIAGE_RETURN, LINE_FEED, QUOTE } from './bytes.ts';

const SPACE = 32;

const PLAIN = 0;
const QUOTED = 1;
/** After a quote inside a quoted cell: its end, or the first half of a doubled quote. */
const CLOSING = 2;
/** After a CR, which a LF may follow. */
const AFTER_RETURN = 3;

/**
 * Finds where rows begin in delimiter-separated bytes (RFC 4180) that come in pieces of any size, by the rules of
 * `DelimitedReader`: rows end with CRLF, LF or CR outside quotes, and a quote opens a cell only at its start.
 */
export class RowScanner {
  readonly #delimiter: number;
  #state = PLAIN;
  #previous = LINE_FEED;

  /** Starts at the beginning of a row. `delimiter` is a byte. */
  constructor(delimiter: number) {
    this.#delimiter = delimiter;
  }

  /** Whether a row has ended right here that `scan` has not told of, because a LF may belong to its end. */
  get endsWithReturn(): boolean {
    return this.#state === AFTER_RETURN;
  }

  get insideQuotes(): boolean {
    return this.#state === QUOTED;
  }

  /**
   * Writes into `starts` where in `bytes` rows begin (`bytes.length` for one that begins with the next piece) and
   * returns how many do. `starts` needs room for one more than there are bytes.
   */
  scan(bytes: Uint8Array, starts: Int32Array): number {
    const length = bytes.length;
    const delimiter = this.#delimiter;
    if (length === 0) return 0;
    let count = 0;
    let at = 0;
    let state = this.#state;
    if (state === CLOSING) {
      state = bytes[0] === QUOTE ? QUOTED : PLAIN;
      if (state === QUOTED) at = 1;
    }
    if (state === AFTER_RETURN) {
      if (bytes[0] === LINE_FEED) at = 1;
      starts[count++] = at;
      state = PLAIN;
    }
    while (at < length) {
      if (state === PLAIN) {
        for (; at < length; at++) {
          const byte = bytes[at] ?? 0;
          if (byte > QUOTE || byte === SPACE) continue;
          if (byte === LINE_FEED) {
            starts[count++] = at + 1;
          } else if (byte === QUOTE) {
            const before = at === 0 ? this.#previous : (bytes[at - 1] ?? 0);
            if (before === delimiter || before === LINE_FEED || before === CARRIAGE_RETURN) {
              state = QUOTED;
              at++;
              break;
            }
          } else if (byte === CARRIAGE_RETURN) {
            if (at + 1 === length) {
              state = AFTER_RETURN;
            } else {
              if (bytes[at + 1] === LINE_FEED) at++;
              starts[count++] = at + 1;
            }
          }
        }
      }
      if (state === QUOTED) {
        for (; at < length; at++) {
          if (bytes[at] !== QUOTE) continue;
          if (at + 1 === length) {
            state = CLOSING;
          } else if (bytes[at + 1] === QUOTE) {
            at++;
          } else {
            state = PLAIN;
            at++;
            break;
          }
        }
      }
    }
    this.#state = state;
    this.#previous = bytes[length - 1] ?? 0;
    return count;
  }
}
