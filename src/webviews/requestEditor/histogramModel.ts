import type { WideTable } from './tableModel.ts';
import { numberOf } from './tableModel.ts';

export interface Histogram {
  /** From the least value to the greatest, of equal width. */
  readonly bins: readonly Bin[];
  readonly count: number;
  readonly least: number;
  readonly greatest: number;
  readonly median: number;
}

export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

const mostBins = 20;
/** A distribution of fewer values says nothing. */
const fewest = 5;

/** How the numbers of a column are spread; undefined for too few of them, or for numbers that are all the same. */
export function histogramOf(
  { rows }: WideTable,
  indices: readonly number[],
  column: number,
): Histogram | undefined {
  const values = Float64Array.from(
    indices.map((index) => numberOf(rows[index]?.[column] ?? null)).filter(Number.isFinite),
  ).sort();
  const least = values.at(0) ?? 0;
  const greatest = values.at(-1) ?? 0;
  if (values.length < fewest || least === greatest) return undefined;
  const count = Math.min(mostBins, Math.max(fewest, Math.ceil(Math.sqrt(values.length))));
  const width = (greatest - least) / count;
  const counts = new Array<number>(count).fill(0);
  for (const value of values) {
    const bin = Math.min(count - 1, Math.floor((value - least) / width));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const middle = values.length >> 1;
  const upper = values[middle] ?? 0;
  return {
    bins: counts.map((n, i) => ({ from: least + i * width, to: least + (i + 1) * width, count: n })),
    count: values.length,
    least,
    greatest,
    median: values.length % 2 === 1 ? upper : ((values[middle - 1] ?? 0) + upper) / 2,
  };
}

/** The column that a histogram is of unless another is chosen: a score, else what else came back as a number. */
export function scoreColumn({ columns }: WideTable): number | undefined {
  const numeric = [...columns.keys()].filter((i) => columns[i]?.kind === 'number');
  const back = numeric.filter((i) => columns[i]?.origin === 'scored' || columns[i]?.origin === 'plain');
  const named = (pattern: RegExp): number | undefined =>
    back.find((i) => pattern.test(columns[i]?.name ?? ''));
  return named(/prob/i) ?? named(/scor|predict/i) ?? back[0] ?? numeric[0];
}

/** A number short enough for a label. */
export function shortNumber(value: number): string {
  return Number(value.toPrecision(4)).toString();
}
