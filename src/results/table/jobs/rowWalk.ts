import { rowTest } from '../conditions.ts';
import { RowCells } from '../rowCells.ts';
import { RowFeed, type RowBytes } from '../rowFeed.ts';
import type { RowRange } from './jobs.ts';

/** Of a longer row, jobs look at the beginning. */
export const longestRow = 16 * 1024 * 1024;

/** Leads a job to the rows of its range that fulfil its conditions. */
export class RowWalk {
  readonly cells: RowCells;
  readonly #feed: RowFeed;

  /** `take` returns false when it needs no more. The cells are not split yet. */
  constructor(range: RowRange, take: (row: RowBytes, cells: RowCells) => boolean) {
    const cells = new RowCells(range.delimiter, range.encoding);
    const passes = rowTest(range.conditions);
    this.cells = cells;
    this.#feed = new RowFeed(range.delimiter, range.start, longestRow, (row) => {
      if (row.row < range.from) return true;
      if (row.row >= range.to) return false;
      return !passes(row, cells) || take(row, cells);
    });
  }

  /** `false` when no more bytes are needed. */
  push(bytes: Uint8Array): boolean {
    return this.#feed.push(bytes);
  }

  end(): void {
    this.#feed.end();
  }
}
