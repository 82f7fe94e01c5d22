/** One figure of the benchmark beside what it is compared with. */
export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What was measured for comparison, in the same run; or what is known of peers. */
  readonly reference: string;
  /** The figure divided by the reference's; absent where the reference is words. */
  readonly ratio?: number;
  readonly budget: string;
  readonly withinBudget: boolean;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
