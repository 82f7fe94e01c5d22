import type { FilterSpec, Job, Results } from './jobs.ts';
import { RowWalk } from './rowWalk.ts';

/** Tells the numbers of the rows that pass, up to a limit, and counts all of them. */
export class FilterJob implements Job<'filter'> {
  readonly #walk: RowWalk;
  #found: number[] = [];
  #count = 0;

  constructor(spec: FilterSpec) {
    this.#walk = new RowWalk(spec, ({ row }) => {
      this.#count += 1;
      if (this.#count <= spec.limit) this.#found.push(row);
      return true;
    });
  }

  block(bytes: Uint8Array): boolean {
    return this.#walk.push(bytes);
  }

  output(): Float64Array | undefined {
    if (this.#found.length === 0) return undefined;
    const found = Float64Array.from(this.#found);
    this.#found = [];
    return found;
  }

  end(): Results['filter'] {
    this.#walk.end();
    return { count: this.#count };
  }
}
