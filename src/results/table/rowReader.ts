import { Failure } from '../../protocol/failure.ts';
import type { BlockCache } from './blockCache.ts';
import { delimiterByte, type Dialect } from './dialect.ts';
import type { IndexBuilder } from './indexBuilder.ts';
import { inLanes } from './lanes.ts';
import { RowCells } from './rowCells.ts';
import { RowFeed, type RowBytes } from './rowFeed.ts';
import type { RowIndex, RowStart } from './rowIndex.ts';

/** Which cells of the rows are wanted. */
export interface CellWindow {
  /** Default 0. */
  readonly firstColumn?: number;
  /** Default: all. */
  readonly columns?: number;
  /** UTF-16 units of one cell; the rest is left out. Default: all. */
  readonly cellLimit?: number;
}

export interface TableRow {
  /** From 0. */
  readonly row: number;
  /** Those of the window that the row has. */
  readonly cells: readonly string[];
  /** How many cells the row has in all, or at least has when it is cut. */
  readonly columnCount: number;
  /** Columns whose text is longer than the limit. */
  readonly shortened?: readonly number[];
  /** Only the beginning of the row was read, because it is very long. */
  readonly cut?: true;
}

export interface RowPage {
  readonly rows: readonly TableRow[];
  /** Nothing comes after these rows. */
  readonly atEnd: boolean;
}

/** Of a longer row the beginning is shown. */
const longestShownRow = 8 * 1024 * 1024;
/** A page is full when so many bytes were read for it. */
const fullPage = 32 * 1024 * 1024;
/** So far a row is looked for without the index. */
const lookAhead = 4 * 1024 * 1024;
/** Blocks that are read at the same time for rows that are far from each other. */
const lanes = 8;

type Take<T> = (row: RowBytes, cells: RowCells) => T;

/** Reads rows from the blocks that have them. */
export class RowReader {
  readonly #size: number;
  readonly #cache: BlockCache;
  readonly #index: RowIndex;
  readonly #builder: IndexBuilder;
  readonly #delimiter: number;
  readonly #cells: RowCells;

  constructor(size: number, cache: BlockCache, index: RowIndex, builder: IndexBuilder, dialect: Dialect) {
    this.#size = size;
    this.#cache = cache;
    this.#index = index;
    this.#builder = builder;
    this.#delimiter = delimiterByte(dialect.delimiter);
    this.#cells = new RowCells(this.#delimiter, dialect.encoding);
  }

  async page(from: number, count: number, window: CellWindow, signal: AbortSignal): Promise<RowPage> {
    const { taken, atEnd } = await this.#take(from, count, rowOf(window), signal);
    const isLast = this.#index.complete && from + taken.length >= this.#index.knownRows;
    return { rows: taken, atEnd: atEnd || isLast };
  }

  /** In the order that is wanted; they are read in the order of the file, so that a block is read once. */
  async rowsAt(
    rows: Iterable<number>,
    window: CellWindow,
    signal: AbortSignal,
  ): Promise<readonly TableRow[]> {
    const wanted = [...rows];
    const take = rowOf(window);
    const found = await this.#takeAt(wanted, take, signal);
    return wanted.flatMap((row) => found.get(row) ?? []);
  }

  /** What `use` makes of the cells of whole rows, by row; the table may not have all. Rejects with `RowTooLong`. */
  withCells<T>(
    rows: readonly number[],
    use: (cells: RowCells) => T,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<number, T>> {
    const take: Take<T> = ({ row, bytes, start, end, cut }, cells) => {
      if (cut) throw rowTooLong(row);
      cells.split(bytes, start, end);
      return use(cells);
    };
    return this.#takeAt(rows, take, signal);
  }

  async #takeAt<T>(
    rows: readonly number[],
    take: Take<T>,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<number, T>> {
    const found = new Map<number, T>();
    await inLanes(runsOf(rows), lanes, async ({ from, count }) => {
      for (let done = 0; done < count;) {
        const { taken } = await this.#take(from + done, count - done, take, signal);
        // Fewer come where they are very long, and none where the table has ended.
        if (taken.length === 0) return;
        for (const each of taken) found.set(from + done++, each);
      }
    });
    return found;
  }

  async #take<T>(
    from: number,
    count: number,
    take: Take<T>,
    signal: AbortSignal,
  ): Promise<{ taken: T[]; atEnd: boolean }> {
    const found = await this.#takeFrom(this.#index.before(from), from, count, take, signal, lookAhead);
    if (found !== undefined) return found;
    await this.#builder.until(() => this.#index.knownRows > from, signal);
    const start = this.#index.before(from);
    return (await this.#takeFrom(start, from, count, take, signal, Infinity)) ?? { taken: [], atEnd: true };
  }

  /** Undefined when the first row is not within `reach` bytes. */
  async #takeFrom<T>(
    start: RowStart,
    from: number,
    count: number,
    take: Take<T>,
    signal: AbortSignal,
    reach: number,
  ): Promise<{ taken: T[]; atEnd: boolean } | undefined> {
    const taken: T[] = [];
    if (count <= 0) return { taken, atEnd: false };
    const newFeed = (at: RowStart) =>
      new RowFeed(this.#delimiter, at, longestShownRow, (row) => {
        if (row.row >= from) taken.push(take(row, this.#cells));
        return taken.length < count;
      });
    let feed = newFeed(start);
    let position = start.offset;
    while (position < this.#size) {
      const block = await this.#cache.read(position, signal);
      position += block.length;
      if (!feed.push(block)) return { taken, atEnd: false };
      const read = position - start.offset;
      if (feed.row < from && read > reach && !this.#index.complete) return undefined;
      if (taken.length === 0) continue;
      if (read > fullPage) return { taken, atEnd: false };
      if (!feed.insideCutRow) continue;
      // The row is long, so the index has an entry for the next one, if it has come so far.
      const next = this.#index.before(feed.row + 1);
      if (next.row !== feed.row + 1)
        return { taken, atEnd: this.#index.knownRows === feed.row + 1 && this.#index.complete };
      feed = newFeed(next);
      position = next.offset;
    }
    feed.end();
    return { taken, atEnd: true };
  }
}

/** Rows next to each other, in ascending order. */
function runsOf(rows: readonly number[]): readonly { readonly from: number; readonly count: number }[] {
  const runs: { from: number; count: number }[] = [];
  for (const row of new Set(Float64Array.from(rows).sort())) {
    const last = runs.at(-1);
    if (last !== undefined && row === last.from + last.count) last.count += 1;
    else runs.push({ from: row, count: 1 });
  }
  return runs;
}

function rowOf({ firstColumn = 0, columns = Infinity, cellLimit = Infinity }: CellWindow): Take<TableRow> {
  return ({ row, bytes, start, end, cut }, cells) => {
    const columnCount = cells.split(bytes, start, end);
    const last = Math.min(columnCount, firstColumn + columns);
    const texts: string[] = [];
    const shortened: number[] = [];
    for (let column = firstColumn; column < last; column++) {
      const text = cells.text(column, cellLimit + 1) ?? '';
      if (text.length > cellLimit) shortened.push(column);
      texts.push(text.length > cellLimit ? text.slice(0, cellLimit) : text);
    }
    return {
      row,
      cells: texts,
      columnCount,
      ...(shortened.length === 0 ? {} : { shortened }),
      ...(cut ? { cut: true as const } : {}),
    };
  };
}

function rowTooLong(row: number): Failure {
  return new Failure({
    code: 'RowTooLong',
    origin: 'client',
    sentence: `Row ${row + 1} is longer than ${longestShownRow / 1024 / 1024} MB, so it cannot be written whole.`,
  });
}
