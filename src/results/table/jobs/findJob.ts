import { columnFinder } from '../conditions.ts';
import type { FindSpec, Job, Match } from './jobs.ts';
import { RowWalk } from './rowWalk.ts';

/** Finds the first or the last row of a range in which a text occurs, and its first column there. */
export class FindJob implements Job<'find'> {
  readonly #walk: RowWalk;
  #match: Match | undefined;

  constructor(spec: FindSpec) {
    const find = columnFinder(spec.query);
    this.#walk = new RowWalk(spec, (row, cells) => {
      const column = find(row, cells);
      if (column >= 0) this.#match = { row: row.row, column };
      return column < 0 || spec.last;
    });
  }

  block(bytes: Uint8Array): boolean {
    return this.#walk.push(bytes);
  }

  end(): Match | undefined {
    this.#walk.end();
    return this.#match;
  }
}
