import { throwIfCancelled } from './cancellation.ts';
import { BlockCache } from './blockCache.ts';
import type { ByteSource } from './byteSource.ts';
import type { ColumnSummary } from './columnSummary.ts';
import type { Condition, TextQuery } from './conditions.ts';
import {
  delimiterByte,
  detectDialect,
  namesAndValues,
  previewOf,
  type Delimiter,
  type Dialect,
  type Preview,
} from './dialect.ts';
import { IndexBuilder } from './indexBuilder.ts';
import { runJob, type JobProgress, type RunOptions } from './jobRunner.ts';
import { rowWriter } from './jobs/exportJob.ts';
import type { ExportColumn, ExportFormat, JobKind, Match, Outputs, Results, RowRange } from './jobs/jobs.ts';
import { uniqueNames } from './rowFormats.ts';
import { RowIndex } from './rowIndex.ts';
import { RowStore, type RowStoreOptions } from './rowStore.ts';
import { RowReader, type CellWindow, type RowPage, type TableRow } from './rowReader.ts';

export interface TableOptions {
  /** Default: found out from the first bytes. */
  readonly delimiter?: Delimiter;
  readonly signal?: AbortSignal;
  /** Bytes of one read of rows. */
  readonly pageSize?: number;
  /** Bytes of one block for the worker. Default: what the source prefers. */
  readonly blockSize?: number;
  /** Bytes of rows for one entry of the index. */
  readonly stride?: number;
}

/** What all work on the whole table takes. */
export interface WorkOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: JobProgress) => void;
}

/** Which rows, counted from 0 with the header; default all below the header. */
export interface RowSelection {
  readonly from?: number;
  /** Exclusive. */
  readonly to?: number;
  /** All of them must be fulfilled. */
  readonly conditions?: readonly Condition[];
}

export interface FilterResult {
  /** Row numbers, ascending; the first `limits.filteredRows`. */
  readonly rows: Float64Array;
  /** How many rows pass in all. */
  readonly count: number;
}

export interface ExportOptions extends WorkOptions, RowSelection {
  readonly format: ExportFormat;
  /** Column positions in the order to write them. Default: each row as it is. */
  readonly columns?: readonly number[];
  /** Row numbers in the order to write them; `conditions` and the range are then not looked at. */
  readonly rows?: Float64Array;
  /** Whether a CSV begins with the names of the columns, where the table has them. Default true. */
  readonly header?: boolean;
  /** Where many rows are kept that are written in another order than the file's. */
  readonly store?: RowStoreOptions;
}

/** What the work on a table is limited to. */
export const limits = {
  /** Row numbers that a filter keeps; more are counted. */
  filteredRows: 2_000_000,
  /** Rows that can be sorted. */
  sortedRows: 2_000_000,
  /** Different values of a column that are counted. */
  distinctValues: 10_000,
} as const;

/** Bytes that names and types are guessed from; more only where the first rows are longer. */
const sampleSize = 64 * 1024;
const biggestSample = 4 * 1024 * 1024;
const defaultPageSize = 256 * 1024;
const cachedBytes = 8 * 1024 * 1024;
const defaultStride = 64 * 1024;
const lookedUpAtOnce = 64;
/** What is read from a store at once. */
const storedAtOnce = { rows: 4_096, bytes: 4 * 1024 * 1024 };

/**
 * Opens a table of delimiter-separated text of any size. Reads its first bytes only. Rejects with `NotUtf8` or what the
 * source rejects with; the source is then the caller's to close.
 */
export async function openTable(source: ByteSource, options: TableOptions = {}): Promise<Table> {
  const pageSize = options.pageSize ?? defaultPageSize;
  const cache = new BlockCache(source, pageSize, Math.max(4, Math.floor(cachedBytes / pageSize)));
  for (let size = sampleSize; ; size *= 4) {
    const sample = await firstBytes(cache, Math.min(size, source.size), options.signal);
    const isWhole = sample.length === source.size;
    const dialect = detectDialect(sample, isWhole, options.delimiter);
    const preview = previewOf(sample, isWhole, dialect);
    if (isWhole || preview.wholeRows >= namesAndValues || sample.length >= biggestSample)
      return new Table(source, cache, dialect, preview, options);
  }
}

/** Rows are counted from 0; where the table has a header, it is row 0. */
export class Table {
  readonly dialect: Dialect;
  readonly preview: Preview;
  readonly #source: ByteSource;
  readonly #cache: BlockCache;
  readonly #blockSize: number | undefined;
  readonly #index: RowIndex;
  readonly #builder: IndexBuilder;
  readonly #reader: RowReader;
  readonly #closing = new AbortController();
  readonly #work = new Set<Promise<unknown>>();
  readonly #keepers = new Set<Promise<unknown>>();

  constructor(
    source: ByteSource,
    cache: BlockCache,
    dialect: Dialect,
    preview: Preview,
    options: Pick<TableOptions, 'blockSize' | 'stride'>,
  ) {
    this.dialect = dialect;
    this.preview = preview;
    this.#source = source;
    this.#cache = cache;
    this.#blockSize = options.blockSize;
    this.#index = new RowIndex(dialect.start);
    const stride = options.stride ?? defaultStride;
    this.#builder = new IndexBuilder(source, this.#reading(), this.#index, {
      stride,
      blockSize: options.blockSize,
    });
    this.#reader = new RowReader(source.size, cache, this.#index, this.#builder, dialect);
  }

  /** Bytes. */
  get size(): number {
    return this.#source.size;
  }

  /** How much of the table is known: rows can be counted when it is complete. */
  get known(): { readonly rows: number; readonly bytes: number; readonly complete: boolean } {
    return { rows: this.#index.knownRows, bytes: this.#index.knownBytes, complete: this.#index.complete };
  }

  /** Whether the last row is one quoted cell that is never closed, which may have swallowed rows. */
  get unclosedQuote(): boolean {
    return this.#builder.unclosedQuote;
  }

  /**
   * Finds where all rows begin, in one pass for all callers. When the last of them gives up it stops, and a later call goes
   * on from there. Resolves with the number of rows.
   */
  async index({ signal, onProgress }: WorkOptions = {}): Promise<number> {
    await this.#doing(this.#builder.until(() => false, this.#signalWith(signal), onProgress));
    return this.#index.knownRows;
  }

  /**
   * Up to `count` rows. Reads only what it needs: the first rows are there at once; rows beyond what is known wait for the
   * index to come so far. May give fewer rows when they are very long, but at least one unless the table ends.
   */
  rows(from: number, count: number, window: CellWindow = {}, signal?: AbortSignal): Promise<RowPage> {
    return this.#doing(this.#reader.page(from, count, window, this.#signalWith(signal)));
  }

  /** The rows with the given numbers, in that order; what the table does not have is left out. */
  rowsAt(
    rows: Iterable<number>,
    window: CellWindow = {},
    signal?: AbortSignal,
  ): Promise<readonly TableRow[]> {
    return this.#doing(this.#reader.rowsAt(rows, window, this.#signalWith(signal)));
  }

  /**
   * The next match from a row on (or before a row, with `backwards`), and its first column in that row. Does not go round.
   */
  async find(
    query: TextQuery,
    how: WorkOptions & RowSelection & { readonly backwards?: boolean } = {},
  ): Promise<Match | undefined> {
    const spec = { kind: 'find', ...this.#range(how), query, last: how.backwards === true } as const;
    return await this.#run('find', spec, how, () => undefined);
  }

  /** The rows that fulfil the conditions. */
  async filter(selection: RowSelection, how: WorkOptions = {}): Promise<FilterResult> {
    const spec = { kind: 'filter', ...this.#range(selection), limit: limits.filteredRows } as const;
    const parts: Float64Array[] = [];
    const { count } = await this.#run('filter', spec, how, (rows) => {
      parts.push(rows);
    });
    return { rows: joined(parts), count };
  }

  /** Describes columns in one pass. */
  summarize(
    columns: readonly number[],
    selection: RowSelection = {},
    how: WorkOptions = {},
  ): Promise<readonly ColumnSummary[]> {
    const spec = {
      kind: 'summary',
      ...this.#range(selection),
      columns,
      distinctLimit: limits.distinctValues,
    } as const;
    return this.#run('summary', spec, how, () => undefined);
  }

  /**
   * Row numbers in the order of a column: numbers, then texts as people order them, blank cells last. Rejects with
   * `TooManyRows` when more than `limits.sortedRows` are selected.
   */
  sort(
    column: number,
    descending: boolean,
    selection: RowSelection = {},
    how: WorkOptions = {},
  ): Promise<Float64Array> {
    const range = this.#range(selection);
    const spec = { kind: 'sort', ...range, column, descending, limit: limits.sortedRows } as const;
    return this.#run('sort', spec, how, () => undefined);
  }

  /** Selected rows as UTF-8, piece by piece. Rejects with `RowTooLong` rather than leave something out. */
  async *export(options: ExportOptions): AsyncGenerator<Uint8Array, void, undefined> {
    const names = await this.columnNames(options.signal);
    const columns = options.columns?.map((column) => ({
      column,
      name: names[column] ?? `column${column + 1}`,
    }));
    if (options.format.type === 'csv' && options.header !== false && this.preview.hasHeader) {
      yield* this.#exportHeader(options.format, options.columns, options.signal);
    }
    const how = { format: options.format, columns: columns ?? ('all' as const), names };
    const { rows } = options;
    if (rows === undefined) {
      yield* this.#exportInFileOrder({ ...how, ...this.#range(options) }, options);
    } else if (this.#areFew(rows)) {
      yield* this.#exportFew(how, rows, options);
    } else if (isAscending(rows)) {
      yield* this.#exportInFileOrder({ ...how, ...this.#rangeOf(rows), rows }, options);
    } else {
      yield* this.#exportInGivenOrder(how, rows, options);
    }
  }

  /** A name for each column of the first row, no two the same. */
  async columnNames(signal?: AbortSignal): Promise<readonly string[]> {
    const { rows } = await this.rows(0, 1, {}, signal);
    const [first] = rows;
    if (first === undefined) return [];
    const wide = Math.max(first.cells.length, this.preview.columns.length);
    const names = Array.from({ length: wide }, (_, i) =>
      this.preview.hasHeader ? (first.cells[i] ?? '').trim() : '',
    );
    return uniqueNames(names);
  }

  /** `release` waits for what uses the table, such as the writing of its rows to a file. */
  keepOpen<T>(use: Promise<T>): Promise<T> {
    return remembered(this.#keepers, use);
  }

  /** Closes the table as soon as nothing keeps it open. */
  async release(): Promise<void> {
    while (this.#keepers.size > 0) await Promise.allSettled(this.#keepers);
    await this.close();
  }

  /** Ends all work on the table, whatever keeps it open, and closes its source. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#work);
    this.#cache.close();
    await this.#source.close();
  }

  async *#exportHeader(
    format: ExportFormat,
    columns: readonly number[] | undefined,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Uint8Array> {
    const how = columns?.map((column) => ({ column, name: '' })) ?? ('all' as const);
    yield* this.#exportFew({ format, columns: how, names: [] }, Float64Array.of(0), { signal });
  }

  async *#exportInFileOrder(
    how: RowRange & WriterOptions & { readonly rows?: Float64Array },
    options: WorkOptions,
  ): AsyncGenerator<Uint8Array> {
    const run = this.#runOptions(options);
    for await (const { bytes } of runJob<'export'>(this.#source, { kind: 'export', ...how }, run))
      yield bytes;
  }

  /** Sorting has torn the rows apart: they are taken in the order of the file, in one pass, and then put in order. */
  async *#exportInGivenOrder(
    how: WriterOptions,
    rows: Float64Array,
    { signal, onProgress, store: storeOptions }: ExportOptions,
  ): AsyncGenerator<Uint8Array> {
    const totalBytes = this.size;
    const ascending = Float64Array.from(new Set(rows)).sort();
    const run = this.#runOptions({
      signal,
      onProgress: ({ doneBytes }) => onProgress?.({ doneBytes: doneBytes / 2, totalBytes }),
    });
    const spec = {
      ...how,
      ...this.#rangeOf(ascending),
      kind: 'export',
      rows: ascending,
      lengths: true,
    } as const;
    const store = new RowStore(storeOptions);
    try {
      for await (const { bytes, lengths } of runJob<'export'>(this.#source, spec, run)) {
        if (lengths !== undefined) await store.add(bytes, lengths);
      }
      let done = 0;
      for (const places of placesIn(store, ascending, rows)) {
        throwIfCancelled(run.signal);
        yield await store.read(places);
        done += places.length;
        onProgress?.({ doneBytes: (totalBytes * (1 + done / rows.length)) / 2, totalBytes });
      }
    } finally {
      await store.remove();
    }
  }

  /** Looks rows up, some at a time. */
  async *#exportFew(
    how: WriterOptions,
    rows: Float64Array,
    { signal, onProgress }: Omit<RunOptions, 'blockSize'>,
  ): AsyncGenerator<Uint8Array> {
    const write = rowWriter(how);
    const ending = this.#signalWith(signal);
    for (let done = 0; done < rows.length; done += lookedUpAtOnce) {
      const some = [...rows.subarray(done, done + lookedUpAtOnce)];
      const texts = await this.#doing(this.#reader.withCells(some, write, ending));
      yield Buffer.from(some.map((row) => texts.get(row) ?? '').join(''));
      const share = Math.min(1, (done + lookedUpAtOnce) / rows.length);
      onProgress?.({ doneBytes: this.size * share, totalBytes: this.size });
    }
  }

  /** Whether reading a block for each row is less work than reading from the first of them to the last. */
  #areFew(rows: Float64Array): boolean {
    const [first, last] = ends(rows);
    if (last >= this.#index.knownRows) return false;
    const bytes = this.#index.before(last).offset - this.#index.before(first).offset;
    return rows.length * this.#cache.blockSize * 4 < bytes;
  }

  async #run<K extends JobKind>(
    _kind: K,
    spec: Parameters<typeof runJob<K>>[1],
    options: WorkOptions,
    onOutput: (output: Outputs[K]) => void,
  ): Promise<Results[K]> {
    const job = runJob<K>(this.#source, spec, this.#runOptions(options));
    const finished = async () => {
      for (;;) {
        const { done, value } = await job.next();
        if (done === true) return value;
        onOutput(value);
      }
    };
    return this.#doing(finished());
  }

  #runOptions({ signal, onProgress }: Omit<RunOptions, 'blockSize'>): RunOptions {
    return { signal: this.#signalWith(signal), onProgress, blockSize: this.#blockSize };
  }

  #reading(): { delimiter: number; encoding: Dialect['encoding'] } {
    return { delimiter: delimiterByte(this.dialect.delimiter), encoding: this.dialect.encoding };
  }

  #range({ from = this.preview.hasHeader ? 1 : 0, to = Infinity, conditions = [] }: RowSelection): RowRange {
    return { ...this.#reading(), start: this.#index.before(from), from, to, conditions };
  }

  /** From the first of some rows to the last. */
  #rangeOf(rows: Float64Array): RowRange {
    const [from, last] = ends(rows);
    return this.#range({ from, to: last + 1 });
  }

  #signalWith(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]);
  }

  /** Closing waits for it. */
  #doing<T>(work: Promise<T>): Promise<T> {
    return remembered(this.#work, work);
  }
}

/** `promises` has it until it is settled. */
function remembered<T>(promises: Set<Promise<unknown>>, promise: Promise<T>): Promise<T> {
  promises.add(promise);
  const done = () => promises.delete(promise);
  promise.then(done, done);
  return promise;
}

interface WriterOptions {
  readonly format: ExportFormat;
  readonly columns: readonly ExportColumn[] | 'all';
  readonly names: readonly string[];
}

async function firstBytes(
  cache: BlockCache,
  atLeast: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  while (length < atLeast) {
    const piece = await cache.read(length, signal);
    pieces.push(piece);
    length += piece.length;
  }
  return pieces.length === 1 ? (pieces[0] ?? new Uint8Array(0)) : Buffer.concat(pieces);
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The places of rows in a store, in the order of the rows, as many at a time as are read at once. */
function* placesIn(store: RowStore, ascending: Float64Array, rows: Float64Array): Generator<number[]> {
  let places: number[] = [];
  let bytes = 0;
  for (const row of rows) {
    const place = placeOf(ascending, row);
    // The table has no such row.
    if (place >= store.count) continue;
    places.push(place);
    bytes += store.lengthOf(place);
    if (places.length < storedAtOnce.rows && bytes < storedAtOnce.bytes) continue;
    yield places;
    places = [];
    bytes = 0;
  }
  if (places.length > 0) yield places;
}

function placeOf(ascending: Float64Array, row: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) < row) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first and the last row; 0 and -1 where there is none. */
function ends(rows: Float64Array): readonly [first: number, last: number] {
  if (rows.length === 0) return [0, -1];
  return [
    rows.reduce((least, row) => Math.min(least, row), Infinity),
    rows.reduce((most, row) => Math.max(most, row), -1),
  ];
}

function isAscending(rows: Float64Array): boolean {
  return rows.every((row, i) => i === 0 || (rows[i - 1] ?? 0) < row);
}
