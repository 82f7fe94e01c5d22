/** The core of the table editor: tables of any size, read by ranges. Runs in plain Node. */
export { ArrangedTable, mostCopiedCells } from './arrangedTable.ts';
export type { ByteSource } from './byteSource.ts';
export type { CellType, ColumnType } from './cellTypes.ts';
export type { ColumnSummary, NumberSummary } from './columnSummary.ts';
export type { Comparison, Condition, TextQuery } from './conditions.ts';
export type { Delimiter, Dialect, Preview } from './dialect.ts';
export { openFileSource } from './fileSource.ts';
export type { HistogramBin } from './histogram.ts';
export type { JobProgress } from './jobRunner.ts';
export type { ExportFormat, Match } from './jobs/jobs.ts';
export { openRangeSource, type RangeSourceOptions } from './rangeSource.ts';
export type { CellWindow, RowPage, TableRow } from './rowReader.ts';
export {
  limits,
  openTable,
  type ExportOptions,
  type FilterResult,
  type RowSelection,
  type Table,
  type TableOptions,
  type WorkOptions,
} from './table.ts';
