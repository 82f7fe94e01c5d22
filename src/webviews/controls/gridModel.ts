export interface GridColumn {
  readonly title: string;
  /** Shown under the title, such as a type. */
  readonly subtitle?: string;
  readonly numeric: boolean;
  /** The rows are in the order of this column. */
  readonly sorted?: SortDirection;
  /** A class of its title and its cells. */
  readonly tone?: string;
}

export type SortDirection = 'ascending' | 'descending';

export type GridRow = readonly (string | null)[];

/** The rows of a grid, however many and wherever they are: a grid asks for those in sight only. */
export interface GridSource {
  readonly rowCount: number;
  /** Undefined while a row has not arrived yet. A cell that is `undefined` is left out of its row. */
  row(index: number): readonly (string | null | undefined)[] | undefined;
}

/** Rows that are all there. */
export function sourceOf(rows: readonly GridRow[]): GridSource {
  return { rowCount: rows.length, row: (index) => rows[index] };
}

/** From `first` to `last`, which is not in it any more. */
export interface GridSpan {
  readonly first: number;
  readonly last: number;
}

export interface GridPosition {
  readonly row: number;
  readonly column: number;
}

/** Both ends are included. */
export interface GridSelection {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

export function selectionOf(anchor: GridPosition, active: GridPosition): GridSelection {
  return {
    top: Math.min(anchor.row, active.row),
    bottom: Math.max(anchor.row, active.row),
    left: Math.min(anchor.column, active.column),
    right: Math.max(anchor.column, active.column),
  };
}

export function isIn({ top, bottom, left, right }: GridSelection, { row, column }: GridPosition): boolean {
  return row >= top && row <= bottom && column >= left && column <= right;
}

export interface GridSize {
  readonly rows: number;
  readonly columns: number;
  /** Rows that Page Up and Page Down go. */
  readonly page: number;
}

export interface GridKey {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
}

/** Where a key leads from a cell; `all` selects everything, undefined is no key of the grid. */
export function gridKey(
  { key, ctrlKey, metaKey }: GridKey,
  from: GridPosition,
  size: GridSize,
): GridPosition | 'all' | undefined {
  const toEnd = ctrlKey || metaKey;
  const to = (row: number, column: number): GridPosition => ({
    row: Math.max(0, Math.min(size.rows - 1, row)),
    column: Math.max(0, Math.min(size.columns - 1, column)),
  });
  switch (key) {
    case 'ArrowUp':
      return to(toEnd ? 0 : from.row - 1, from.column);
    case 'ArrowDown':
      return to(toEnd ? size.rows - 1 : from.row + 1, from.column);
    case 'ArrowLeft':
      return to(from.row, toEnd ? 0 : from.column - 1);
    case 'ArrowRight':
      return to(from.row, toEnd ? size.columns - 1 : from.column + 1);
    case 'Home':
      return to(toEnd ? 0 : from.row, 0);
    case 'End':
      return to(toEnd ? size.rows - 1 : from.row, size.columns - 1);
    case 'PageUp':
      return to(from.row - size.page, from.column);
    case 'PageDown':
      return to(from.row + size.page, from.column);
    case 'a':
    case 'A':
      return toEnd ? 'all' : undefined;
    default:
      return undefined;
  }
}

/** Which way a finished cell is left. */
export type GridStep = 'right' | 'left' | 'down' | 'up';

/**
 * The cell after this one, or undefined beyond the first and the last. Sideways goes on in the next row; `home` is the
 * column that a row of entries began in, to which the way down goes back.
 */
export function stepFrom(
  { row, column }: GridPosition,
  step: GridStep,
  { rows, columns }: Pick<GridSize, 'rows' | 'columns'>,
  home = column,
): GridPosition | undefined {
  const index = row * columns + column;
  switch (step) {
    case 'right':
      return index + 1 < rows * columns ? cellAt(index + 1, columns) : undefined;
    case 'left':
      return index > 0 ? cellAt(index - 1, columns) : undefined;
    case 'down':
      return row + 1 < rows ? { row: row + 1, column: home } : undefined;
    case 'up':
      return row > 0 ? { row: row - 1, column: home } : undefined;
  }
}

function cellAt(index: number, columns: number): GridPosition {
  return { row: Math.floor(index / columns), column: index % columns };
}

/** The selected cells as tab-separated text that spreadsheets take; null is empty. */
export function rangeText(source: GridSource, selection: GridSelection): string {
  const lines: string[] = [];
  for (let index = selection.top; index <= Math.min(selection.bottom, source.rowCount - 1); index++) {
    const row = source.row(index) ?? [];
    const cells: string[] = [];
    for (let column = selection.left; column <= selection.right; column++)
      cells.push(tsvCell(row[column] ?? ''));
    lines.push(cells.join('\t'));
  }
  return lines.join('\n');
}

function tsvCell(cell: string): string {
  return /[\t\n\r"]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** What is shown of a title, in characters: a column's name may be of any length. */
const longestTitle = 300;

/** Long names are made of parts: a line of a title ends after one rather than anywhere. */
export function titleParts(title: string): string[] {
  return title.slice(0, longestTitle).split(/(?<=[_.\-/ ])|(?<=[a-z])(?=[A-Z])/);
}

const titleLines = 3;
/** Pixels that one takes at most, by and large; what is cut from a title makes it another name. */
const characterWidth = 7.3;
const titleCharacterWidth = 7.7;
/** What is counted has more digits further down. */
const spareCharacters = 2;
/** At both sides of a cell together. */
const cellPadding = 20;
const widest = 260;
const narrowest = 64;
/** What a column of long text may shrink to, so that more columns are in sight. */
const shrunk = 140;

/** Rows that a column's width is chosen by. */
const sampleSize = 100;

/** Pixels for each column: wide enough for the first rows, within reason, and for the title on three lines. */
export function naturalWidths(columns: readonly GridColumn[], source: GridSource): number[] {
  const sample = Array.from(
    { length: Math.min(sampleSize, source.rowCount) },
    (_, index) => source.row(index) ?? [],
  );
  return columns.map(({ title, subtitle }, i) => {
    const cells = sample.map((row) => (row[i] ?? 'null').length);
    const content = Math.max(subtitle?.length ?? 0, ...cells.map((length) => length + spareCharacters));
    const needed = Math.max(titleWidth(title) * titleCharacterWidth, content * characterWidth);
    return Math.min(widest, Math.max(narrowest, Math.ceil(needed) + cellPadding));
  });
}

/** In characters: the least in which the parts of a title fit into its lines. */
function titleWidth(title: string): number {
  const parts = titleParts(title).map((part) => part.length);
  for (let width = Math.max(...parts); ; width++) {
    let lines = 1;
    let used = 0;
    for (const part of parts) {
      if (used + part > width) {
        lines++;
        used = 0;
      }
      used += part;
    }
    if (lines <= titleLines) return width;
  }
}

/** The widths with the widest columns made narrower, as far as that brings all of them into sight. */
export function fittedWidths(natural: readonly number[], available: number): number[] {
  const excess = natural.reduce((sum, width) => sum + width, 0) - available;
  const spare = natural.reduce((sum, width) => sum + Math.max(0, width - shrunk), 0);
  if (available <= 0 || excess <= 0 || spare === 0) return [...natural];
  const share = Math.min(1, excess / spare);
  return natural.map((width) => width - Math.floor(Math.max(0, width - shrunk) * share));
}

/** Where each column begins, and at the end where the last one ends. */
export function columnEdges(widths: readonly number[]): number[] {
  const edges = [0];
  for (const width of widths) edges.push((edges.at(-1) ?? 0) + width);
  return edges;
}

/** So few columns are all drawn, which spares work while scrolling sideways. */
const fewColumns = 30;
const columnOverscan = 3;

/** The columns to draw, `last` excluded, when this much of them is in sight. */
export function columnsInSight(
  edges: readonly number[],
  left: number,
  width: number,
): { readonly first: number; readonly last: number } {
  const count = edges.length - 1;
  if (count <= fewColumns) return { first: 0, last: count };
  const first = edges.findIndex((_, i) => (edges[i + 1] ?? Infinity) > left);
  const end = edges.findIndex((edge) => edge >= left + width);
  return {
    first: Math.max(0, first - columnOverscan),
    last: Math.min(count, (end < 0 ? count : end) + columnOverscan),
  };
}

/** Chromium draws nothing below 33,554,428 px, and places whole pixels exactly to 16,777,216 only. */
const highest = 15_000_000;

/** How the scroll bar of an element of limited height moves over rows that would be higher. */
export interface ScrollScale {
  /** Of the element that has the rows, in pixels. */
  readonly height: number;
  /** The scroll bar does not move by the pixels of the rows. */
  readonly isScaled: boolean;
  /** How far the rows can be scrolled. */
  readonly lastTop: number;
  toScroll(top: number): number;
  toTop(scroll: number): number;
}

/** @param viewport height in which rows are seen, in pixels */
export function scrollScale(rowsHeight: number, viewport: number): ScrollScale {
  const height = Math.min(rowsHeight, highest);
  const lastTop = Math.max(0, rowsHeight - viewport);
  const lastScroll = Math.max(1, height - viewport);
  const isScaled = rowsHeight > highest;
  const ratio = isScaled ? lastTop / lastScroll : 1;
  return {
    height,
    isScaled,
    lastTop,
    toScroll: (top) => top / ratio,
    toTop: (scroll) => Math.max(0, Math.min(lastTop, scroll * ratio)),
  };
}

/** Lines that the titles take at these widths. */
export function linesOfTitles(columns: readonly GridColumn[], widths: readonly number[]): number {
  return columns.reduce((most, { title }, i) => {
    if (most >= titleLines) return most;
    const room = Math.floor(((widths[i] ?? widest) - cellPadding) / titleCharacterWidth);
    return Math.max(most, Math.min(titleLines, linesOf(title, Math.max(1, room))));
  }, 1);
}

function linesOf(title: string, room: number): number {
  let lines = 1;
  let used = 0;
  for (const { length } of titleParts(title)) {
    if (used > 0 && used + length > room) {
      lines++;
      used = 0;
    }
    used += length;
    if (used > room) {
      lines += Math.ceil(used / room) - 1;
      used %= room;
    }
  }
  return lines;
}
