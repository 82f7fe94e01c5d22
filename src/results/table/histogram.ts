/** A range of numbers and how many values are in it; `to` is exclusive. */
export interface HistogramBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

const mostBins = 40;
const smallestWidth = 2 ** -1000;

/**
 * Counts numbers in bins of equal width without knowing their range: when it grows, pairs of bins become one, so that
 * every count stays exact. The width is a power of two, and each bin begins at a multiple of it.
 */
export class Histogram {
  #width = 0;
  #counts = new Map<number, number>();
  #min = Infinity;
  #max = -Infinity;

  add(value: number): void {
    if (value < this.#min || value > this.#max) this.#extend(value);
    const bin = binOf(value, this.#width);
    this.#counts.set(bin, (this.#counts.get(bin) ?? 0) + 1);
  }

  /** Without gaps, from the smallest value to the biggest; none when there are no values. */
  bins(): readonly HistogramBin[] {
    if (this.#counts.size === 0) return [];
    const first = binOf(this.#min, this.#width);
    const last = binOf(this.#max, this.#width);
    return Array.from({ length: last - first + 1 }, (_, i) => ({
      from: (first + i) * this.#width,
      to: (first + i + 1) * this.#width,
      count: this.#counts.get(first + i) ?? 0,
    }));
  }

  #extend(value: number): void {
    const hadValues = this.#min <= this.#max;
    const hadRange = this.#min < this.#max;
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
    if (!hadRange) {
      // One value has no range: what was counted so far is all the same number.
      const counted = [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
      const only = value === this.#min ? this.#max : this.#min;
      this.#width = this.#fittingWidth();
      this.#counts = new Map(hadValues ? [[binOf(only, this.#width), counted]] : []);
      return;
    }
    while (!this.#fits(this.#width)) this.#double();
  }

  #fittingWidth(): number {
    const range = this.#max - this.#min || Math.abs(this.#min) || 1;
    let width = Math.max(smallestWidth, 2 ** Math.floor(Math.log2(range / mostBins)));
    if (!Number.isFinite(width)) width = 2 ** 1000;
    while (!this.#fits(width)) width *= 2;
    return width;
  }

  #fits(width: number): boolean {
    return binOf(this.#max, width) - binOf(this.#min, width) < mostBins;
  }

  #double(): void {
    this.#width *= 2;
    const merged = new Map<number, number>();
    for (const [bin, count] of this.#counts) {
      const half = Math.floor(bin / 2);
      merged.set(half, (merged.get(half) ?? 0) + count);
    }
    this.#counts = merged;
  }
}

/** A negative number too small for the quotient is still below zero. */
function binOf(value: number, width: number): number {
  const bin = Math.floor(value / width);
  return bin === 0 && value < 0 ? -1 : bin;
}
