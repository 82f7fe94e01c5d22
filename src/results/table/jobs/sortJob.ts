import { Failure } from '../../../protocol/failure.ts';
import { numberOf } from '../cellTypes.ts';
import type { Job, SortSpec } from './jobs.ts';
import { RowWalk } from './rowWalk.ts';

/** UTF-16 units of all the texts that are compared. */
const mostText = 64_000_000;
/** A value is compared by its beginning. */
const comparedText = 1_000;

/** Numbers first, then texts; blank cells come last in either direction. */
const NUMBER = 0;
const TEXT = 1;
const EMPTY = 2;

/** Puts the numbers of rows in the order of a column; rows with the same value stay in theirs. */
export class SortJob implements Job<'sort'> {
  readonly #spec: SortSpec;
  readonly #walk: RowWalk;
  readonly #rows: number[] = [];
  readonly #kinds: number[] = [];
  readonly #numbers: number[] = [];
  /** By position; sparse, because a column has mostly numbers or mostly texts. */
  readonly #texts: string[] = [];
  #textKept = 0;

  constructor(spec: SortSpec) {
    this.#spec = spec;
    this.#walk = new RowWalk(spec, (row, cells) => {
      cells.split(row.bytes, row.start, row.end, spec.column + 1);
      this.#add(row.row, cells.text(spec.column, comparedText) ?? '');
      return true;
    });
  }

  block(bytes: Uint8Array): boolean {
    return this.#walk.push(bytes);
  }

  end(): Float64Array {
    this.#walk.end();
    const order = Uint32Array.from(this.#rows, (_, position) => position);
    order.sort(this.#comparison());
    return Float64Array.from(order, (position) => this.#rows[position] ?? 0);
  }

  #add(row: number, text: string): void {
    if (this.#rows.length >= this.#spec.limit) {
      throw tooMany(`Sorting takes up to ${this.#spec.limit} rows`);
    }
    const number = numberOf(text);
    this.#rows.push(row);
    this.#numbers.push(number ?? 0);
    if (number !== undefined) {
      this.#kinds.push(NUMBER);
      this.#texts.push('');
      return;
    }
    this.#kinds.push(text.trim() === '' ? EMPTY : TEXT);
    this.#texts.push(text);
    this.#textKept += text.length;
    if (this.#textKept > mostText) throw tooMany('The texts of the column are too long to be sorted');
  }

  #comparison(): (a: number, b: number) => number {
    const [kinds, numbers, texts] = [this.#kinds, this.#numbers, this.#texts];
    const { compare } = new Intl.Collator();
    const direction = this.#spec.descending ? -1 : 1;
    return (a, b) => {
      const kind = kinds[a] ?? EMPTY;
      const otherKind = kinds[b] ?? EMPTY;
      if (kind !== otherKind) {
        return kind === EMPTY || otherKind === EMPTY ? kind - otherKind : (kind - otherKind) * direction;
      }
      if (kind === EMPTY) return a - b;
      const order =
        kind === NUMBER ? (numbers[a] ?? 0) - (numbers[b] ?? 0) : compare(texts[a] ?? '', texts[b] ?? '');
      return order === 0 ? a - b : order * direction;
    };
  }
}

function tooMany(what: string): Failure {
  return new Failure({
    code: 'TooManyRows',
    origin: 'client',
    sentence: `${what}. Filter the table first, and sort what is left.`,
  });
}
