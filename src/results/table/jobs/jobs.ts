import type { Origin } from '../../../protocol/failure.ts';
import type { ColumnSummary } from '../columnSummary.ts';
import type { Condition, TextQuery } from '../conditions.ts';
import type { Delimiter, TextEncodingName } from '../dialect.ts';
import type { RowStart } from '../rowIndex.ts';

/** What every job in the worker is told. */
export interface Reading {
  /** As a byte. */
  readonly delimiter: number;
  readonly encoding: TextEncodingName;
  /** Where the bytes begin that the worker will get. */
  readonly start: RowStart;
}

/** The rows that a job is about. */
export interface RowRange extends Reading {
  /** Rows before it are passed over. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly conditions: readonly Condition[];
}

export interface IndexSpec extends Reading {
  readonly kind: 'index';
  /** Bytes of rows for one entry. */
  readonly stride: number;
}

export interface FindSpec extends RowRange {
  readonly kind: 'find';
  readonly query: TextQuery;
  /** The last match in the range rather than the first. */
  readonly last: boolean;
}

export interface FilterSpec extends RowRange {
  readonly kind: 'filter';
  /** So many row numbers are told; the rest is counted. */
  readonly limit: number;
}

export interface SummarySpec extends RowRange {
  readonly kind: 'summary';
  readonly columns: readonly number[];
  /** So many different values of a column are kept. */
  readonly distinctLimit: number;
}

export interface SortSpec extends RowRange {
  readonly kind: 'sort';
  readonly column: number;
  readonly descending: boolean;
  readonly limit: number;
}

export interface ExportSpec extends RowRange {
  readonly kind: 'export';
  readonly format: ExportFormat;
  /** Row numbers in ascending order; absent for all of the range. */
  readonly rows?: Float64Array;
  /** In the order in which they are written. */
  readonly columns: readonly ExportColumn[] | 'all';
  /** Names for `columns: 'all'`, by position. */
  readonly names: readonly string[];
  /** Whether the length of each row is told. */
  readonly lengths?: boolean;
}

/** Rows as UTF-8, one behind the other. */
export interface ExportPart {
  readonly bytes: Uint8Array;
  /** Bytes of each row, where they were asked for. */
  readonly lengths?: Uint32Array;
}

export interface ExportColumn {
  readonly column: number;
  readonly name: string;
}

export type ExportFormat =
  | { readonly type: 'csv'; readonly delimiter: Delimiter; readonly escapeFormulas: boolean }
  | { readonly type: 'jsonl' };

export interface Specs {
  index: IndexSpec;
  find: FindSpec;
  filter: FilterSpec;
  summary: SummarySpec;
  sort: SortSpec;
  export: ExportSpec;
}
export type JobKind = keyof Specs;

/** New entries of the index, and how far it knows the table. */
export interface IndexPart {
  readonly rows: Float64Array;
  readonly offsets: Float64Array;
  readonly knownRows: number;
  readonly knownBytes: number;
}

export interface Match {
  readonly row: number;
  readonly column: number;
}

/** What a job tells after a block of bytes. */
export interface Outputs {
  index: IndexPart;
  find: never;
  /** Row numbers, ascending. */
  filter: Float64Array;
  summary: never;
  sort: never;
  export: ExportPart;
}

/** What a job tells at its end. */
export interface Results {
  index: { readonly rows: number; readonly unclosedQuote: boolean };
  find: Match | undefined;
  filter: { readonly count: number };
  summary: readonly ColumnSummary[];
  /** Row numbers in order. */
  sort: Float64Array;
  export: { readonly rows: number };
}

export type ToWorker =
  | { readonly kind: 'block'; readonly buffer: ArrayBuffer; readonly length: number }
  | { readonly kind: 'end' };

export type FromWorker<K extends JobKind> =
  | {
      readonly kind: 'taken';
      readonly buffer: ArrayBuffer;
      readonly output: Outputs[K] | undefined;
      /** No more bytes are needed. */
      readonly enough: boolean;
    }
  | { readonly kind: 'result'; readonly result: Results[K] }
  | { readonly kind: 'failed'; readonly code: string; readonly origin: Origin; readonly sentence: string };

/** The work on one table in the worker: bytes come in order, in blocks of any size. */
export interface Job<K extends JobKind> {
  /** `false` when no more bytes are needed. The bytes are gone after the call. */
  block(bytes: Uint8Array): boolean;
  /** What has come together since it was asked last. Its memory is handed over. */
  output?(): Outputs[K] | undefined;
  end(): Results[K];
}
