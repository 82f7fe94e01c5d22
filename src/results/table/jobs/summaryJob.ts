import { ColumnStatistics, type ColumnSummary } from '../columnSummary.ts';
import type { Job, SummarySpec } from './jobs.ts';
import { RowWalk } from './rowWalk.ts';

/** Describes the values of columns in one pass. */
export class SummaryJob implements Job<'summary'> {
  readonly #walk: RowWalk;
  readonly #columns: readonly ColumnStatistics[];

  constructor(spec: SummarySpec) {
    const columns = spec.columns.map((column) => new ColumnStatistics(column, spec.distinctLimit));
    const cellsNeeded = Math.max(0, ...spec.columns) + 1;
    this.#columns = columns;
    this.#walk = new RowWalk(spec, (row, cells) => {
      cells.split(row.bytes, row.start, row.end, cellsNeeded);
      for (const statistics of columns) statistics.add(cells.text(statistics.column));
      return true;
    });
  }

  block(bytes: Uint8Array): boolean {
    return this.#walk.push(bytes);
  }

  end(): readonly ColumnSummary[] {
    this.#walk.end();
    return this.#columns.map((statistics) => statistics.summary());
  }
}
