import { cellTypeOf, commonType, numberOf, type ColumnType } from './cellTypes.ts';
import { Histogram, type HistogramBin } from './histogram.ts';

/** What is known of the values of one column. */
export interface ColumnSummary {
  readonly column: number;
  /** The narrowest type that all values fit. */
  readonly type: ColumnType;
  /** Rows that were looked at. */
  readonly rows: number;
  /** Cells that are blank or that a short row does not have. */
  readonly empty: number;
  /** Different values; when it is not exact, there are more than so many. */
  readonly distinct: { readonly count: number; readonly exact: boolean };
  /** The most frequent values; absent when not all different ones could be kept. */
  readonly top?: readonly { readonly value: string; readonly count: number }[];
  /** Of the values that are numbers; absent when there are none. */
  readonly numbers?: NumberSummary;
  /** Of the values that are not; by the order of UTF-16 units, cut at 200 of them. */
  readonly texts?: { readonly count: number; readonly min: string; readonly max: string };
}

export interface NumberSummary {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Of the whole, not of a sample. */
  readonly standardDeviation: number;
  readonly histogram: readonly HistogramBin[];
}

const topValues = 10;
const shownText = 200;
/** UTF-16 units of all the different values that are kept of one column. */
const mostText = 4_000_000;

/** Takes the values of a column one by one. */
export class ColumnStatistics {
  readonly column: number;
  readonly #distinctLimit: number;
  #type: ColumnType = 'empty';
  #rows = 0;
  #empty = 0;
  #values: Map<string, number> | undefined = new Map<string, number>();
  #textKept = 0;
  #distinctAtLeast = 0;
  readonly #numbers = new NumberStatistics();
  #texts = 0;
  #minText = '';
  #maxText = '';

  constructor(column: number, distinctLimit: number) {
    this.column = column;
    this.#distinctLimit = distinctLimit;
  }

  /** `undefined` where a row has no such cell. */
  add(text: string | undefined): void {
    this.#rows += 1;
    if (text === undefined || text.trim() === '') {
      this.#empty += 1;
      return;
    }
    if (this.#type !== 'text') this.#type = commonType(this.#type, cellTypeOf(text));
    this.#addDistinct(text);
    const number = numberOf(text);
    if (number === undefined) this.#addText(text);
    else this.#numbers.add(number);
  }

  summary(): ColumnSummary {
    const exact = this.#values !== undefined;
    return {
      column: this.column,
      type: this.#type,
      rows: this.#rows,
      empty: this.#empty,
      distinct: { count: this.#values?.size ?? this.#distinctAtLeast, exact },
      ...(this.#values === undefined ? {} : { top: mostFrequent(this.#values) }),
      ...(this.#numbers.count === 0 ? {} : { numbers: this.#numbers.summary() }),
      ...(this.#texts === 0
        ? {}
        : { texts: { count: this.#texts, min: shown(this.#minText), max: shown(this.#maxText) } }),
    };
  }

  #addDistinct(text: string): void {
    if (this.#values === undefined) return;
    const count = this.#values.get(text) ?? 0;
    if (count === 0) this.#textKept += text.length;
    if (count === 0 && (this.#values.size >= this.#distinctLimit || this.#textKept > mostText)) {
      this.#distinctAtLeast = this.#values.size;
      this.#values = undefined;
      return;
    }
    this.#values.set(text, count + 1);
  }

  #addText(text: string): void {
    if (this.#texts === 0 || text < this.#minText) this.#minText = text;
    if (this.#texts === 0 || text > this.#maxText) this.#maxText = text;
    this.#texts += 1;
  }
}

/** Mean and deviation by Welford's method, which does not lose digits when values are big and close together. */
class NumberStatistics {
  count = 0;
  #min = Infinity;
  #max = -Infinity;
  #mean = 0;
  #squares = 0;
  readonly #histogram = new Histogram();

  add(value: number): void {
    this.count += 1;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    const distance = value - this.#mean;
    this.#mean += distance / this.count;
    this.#squares += distance * (value - this.#mean);
    this.#histogram.add(value);
  }

  summary(): NumberSummary {
    return {
      count: this.count,
      min: this.#min,
      max: this.#max,
      mean: this.#mean,
      standardDeviation: Math.sqrt(this.#squares / this.count),
      histogram: this.#histogram.bins(),
    };
  }
}

function mostFrequent(values: ReadonlyMap<string, number>): { value: string; count: number }[] {
  return [...values]
    .sort(([a, timesA], [b, timesB]) => timesB - timesA || (a < b ? -1 : 1))
    .slice(0, topValues)
    .map(([value, count]) => ({ value: shown(value), count }));
}

function shown(text: string): string {
  return text.length <= shownText ? text : `${text.slice(0, shownText - 1)}…`;
}
