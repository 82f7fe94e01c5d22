import { Failure } from '../../protocol/failure.ts';
import type {
  Arrangement,
  CellBlock,
  ColumnFacts,
  FoundCell,
  RowBlock,
  TableCondition,
  TableQuery,
} from '../../shared/tableEditorContract.ts';
import type { Condition } from './conditions.ts';
import type { Table, WorkOptions } from './table.ts';

/** Cells of one copy, which a clipboard and what is pasted into can take. */
export const mostCopiedCells = 1_000_000;
/** UTF-16 units of one copy. */
const mostCopiedText = 64 * 1024 * 1024;
/** UTF-16 units of a cell that are shown. */
const shownText = 2_000;
const copiedAtOnce = 1_000;

/** The rows below the header of a table, filtered and in an order, as an editor shows them: places count from 0. */
export class ArrangedTable {
  readonly table: Table;
  readonly #headers: number;
  #arrangement: Arrangement = { version: 0, conditions: [] };
  /** Row numbers of the table by place; absent for all rows in their own order. */
  #rows: Float64Array | undefined;
  #seen = 0;

  constructor(table: Table) {
    this.table = table;
    this.#headers = table.preview.hasHeader ? 1 : 0;
  }

  get arrangement(): Arrangement {
    return this.#arrangement;
  }

  /** Rows below the header that are known so far. */
  get knownRows(): number {
    const { rows, complete } = this.table.known;
    return Math.max(0, (complete ? rows : Math.max(rows, this.#seen)) - this.#headers);
  }

  /** What the rows shown fulfil. */
  get wantedRows(): readonly Condition[] {
    return this.#arrangement.conditions.map(conditionOf);
  }

  async rows(
    from: number,
    count: number,
    window: { readonly firstColumn: number; readonly columns: number },
    signal?: AbortSignal,
  ): Promise<RowBlock> {
    const how = { ...window, cellLimit: shownText };
    const found = this.#rows
      ? await this.table.rowsAt(this.#rows.subarray(from, from + count), how, signal)
      : await this.#plainRows(from + this.#headers, count, how, signal);
    return {
      from,
      firstColumn: window.firstColumn,
      rows: found.map(({ cells }) => cells),
      numbers: found.map(({ row }) => row - this.#headers + 1),
    };
  }

  /** Shows the rows that fulfil all the conditions, in order. What was shown stays when this fails. */
  async arrange(
    { conditions, order }: Pick<Arrangement, 'conditions' | 'order'>,
    work: WorkOptions,
  ): Promise<Arrangement> {
    const version = this.#arrangement.version + 1;
    const wanted = conditions.map(conditionOf);
    if (order) {
      const rows = await this.table.sort(order.column, order.descending, { conditions: wanted }, work);
      this.#rows = rows;
      const rowCount = rows.length;
      this.#arrangement = { version, conditions, order, rowCount, matching: rowCount };
    } else if (wanted.length > 0) {
      const { rows, count } = await this.table.filter({ conditions: wanted }, work);
      this.#rows = rows;
      this.#arrangement = { version, conditions, rowCount: rows.length, matching: count };
    } else {
      this.#rows = undefined;
      this.#arrangement = { version, conditions };
    }
    return this.#arrangement;
  }

  /**
   * The place of the row with a number, counted from 1 below the header; of the next one that is shown when it is not, and
   * of the last one beyond the end. Waits until the rows are counted so far.
   */
  async placeOf(number: number, signal?: AbortSignal): Promise<number> {
    const row = Math.max(0, Math.floor(number) - 1) + this.#headers;
    if (this.#rows) return Math.max(0, placeIn(this.#rows, row, this.#arrangement.order !== undefined));
    const { rows } = await this.table.rows(row, 1, { columns: 1, cellLimit: 1 }, signal);
    if (rows.length > 0) {
      this.#seen = Math.max(this.#seen, row + 1);
      return row - this.#headers;
    }
    return Math.max(0, (await this.table.index(signal ? { signal } : {})) - this.#headers - 1);
  }

  /** The next match after a cell, or before it, row by row of the file; goes round once. */
  async find(query: TableQuery, work: WorkOptions): Promise<FoundCell | undefined> {
    const here = this.#rows ? (this.#rows[query.row] ?? this.#headers) : query.row + this.#headers;
    const inRow = await this.#matchInRow(here, query, work.signal);
    if (inRow !== undefined) return { row: query.row, column: inRow, wrapped: false };
    const { text, matchCase, backwards } = query;
    const conditions = this.wantedRows;
    const onward = backwards ? { to: here } : { from: here + 1 };
    const round = backwards ? { from: here } : { to: here + 1 };
    for (const [part, wrapped] of [
      [onward, false],
      [round, true],
    ] as const) {
      const match = await this.table.find({ text, matchCase }, { ...work, ...part, conditions, backwards });
      const place = match && this.#placeOfRow(match.row);
      if (match === undefined || place === undefined) continue;
      const column = backwards
        ? ((await this.#matches(match.row, query, work.signal)).at(-1) ?? 0)
        : match.column;
      return { row: place, column, wrapped };
    }
    return undefined;
  }

  /** About the values of a column in the rows that fulfil the conditions. */
  async describe(column: number, work: WorkOptions): Promise<ColumnFacts> {
    const conditions = this.wantedRows;
    const [summary] = await this.table.summarize([column], { conditions }, work);
    if (summary === undefined) throw new Error('There is no such column.');
    return summary;
  }

  /** The numbers of the rows in some places as the table counts them; absent for all rows in their own order. */
  rowsIn(top: number, bottom: number): Float64Array | undefined {
    return this.#rows?.subarray(top, bottom + 1);
  }

  /** The first row of the table in a place when all rows are shown in their own order. */
  rowAt(place: number): number {
    return place + this.#headers;
  }

  /** Tab-separated text that spreadsheets take, of whole cells; undefined when it would be too much. */
  async text({ top, bottom, left, right }: CellBlock, signal?: AbortSignal): Promise<string | undefined> {
    if ((bottom - top + 1) * (right - left + 1) > mostCopiedCells) return undefined;
    const width = right - left + 1;
    const window = { firstColumn: left, columns: width };
    const lines: string[] = [];
    let length = 0;
    for (let place = top; place <= bottom; place += copiedAtOnce) {
      const count = Math.min(copiedAtOnce, bottom - place + 1);
      const found = this.#rows
        ? await this.table.rowsAt(this.#rows.subarray(place, place + count), window, signal)
        : await this.#plainRows(place + this.#headers, count, window, signal);
      for (const { row, cells, cut } of found) {
        if (cut) throw rowTooLong(row - this.#headers + 1);
        const line = Array.from({ length: width }, (_, i) => tsvCell(cells[i] ?? '')).join('\t');
        lines.push(line);
        length += line.length;
      }
      if (length > mostCopiedText) return undefined;
    }
    return lines.join('\n');
  }

  /** Pages are shorter where rows are very long. */
  async #plainRows(
    from: number,
    count: number,
    window: Parameters<Table['rows']>[2],
    signal: AbortSignal | undefined,
  ) {
    const found = [];
    for (let atEnd = false; found.length < count && !atEnd;) {
      const page = await this.table.rows(from + found.length, count - found.length, window, signal);
      found.push(...page.rows);
      atEnd = page.atEnd || page.rows.length === 0;
    }
    this.#seen = Math.max(this.#seen, from + found.length);
    return found;
  }

  #placeOfRow(row: number): number | undefined {
    if (!this.#rows) return row - this.#headers;
    const place = placeIn(this.#rows, row, this.#arrangement.order !== undefined);
    return this.#rows[place] === row ? place : undefined;
  }

  async #matchInRow(row: number, query: TableQuery, signal: AbortSignal | undefined) {
    const columns = await this.#matches(row, query, signal);
    return query.backwards
      ? columns.findLast((column) => column < query.column)
      : columns.find((column) => column > query.column);
  }

  async #matches(row: number, { text, matchCase }: TableQuery, signal: AbortSignal | undefined) {
    const fold = (value: string): string => (matchCase ? value : value.toLowerCase());
    const wanted = fold(text);
    const [found] = await this.table.rowsAt([row], {}, signal);
    return (found?.cells ?? []).flatMap((cell, i) => (fold(cell).includes(wanted) ? [i] : []));
  }
}

/** Of the row, or of the first one behind it; the last place when there is none. */
function placeIn(rows: Float64Array, row: number, isSorted: boolean): number {
  if (isSorted) {
    const place = rows.indexOf(row);
    return place < 0 ? rows.length - 1 : place;
  }
  let low = 0;
  let high = rows.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle] ?? 0) < row) low = middle + 1;
    else high = middle;
  }
  return low;
}

function conditionOf({ column, test, value }: TableCondition): Condition {
  switch (test) {
    case 'contains':
    case 'doesNotContain':
      return { test, text: value, ...(column === undefined ? {} : { column }) };
    case 'empty':
    case 'notEmpty':
      return { test, column: column ?? 0 };
    default:
      return { test, column: column ?? 0, value };
  }
}

function tsvCell(cell: string): string {
  return /[\t\n\r"]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function rowTooLong(number: number): Failure {
  return new Failure({
    code: 'RowTooLong',
    origin: 'client',
    sentence: `Row ${number} is too long to be copied whole. Open the file as text instead.`,
  });
}
