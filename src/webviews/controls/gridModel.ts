export interface GridColumn {
  readonly title: string;
  /** Shown under the title, such as a type. */
  readonly subtitle?: string;
  readonly numeric: boolean;
}

export type GridRow = readonly (string | null)[];

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

/** The selected cells as tab-separated text that spreadsheets take; null is empty. */
export function rangeText(rows: readonly GridRow[], selection: GridSelection): string {
  return rows
    .slice(selection.top, selection.bottom + 1)
    .map((row) =>
      Array.from({ length: selection.right - selection.left + 1 }, (_, i) =>
        tsvCell(row[selection.left + i] ?? ''),
      ).join('\t'),
    )
    .join('\n');
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
const widest = 260;
const narrowest = 64;
/** What a column of long text may shrink to, so that more columns are in sight. */
const shrunk = 140;

/** Pixels for each column: wide enough for the first rows, within reason, and for the title on three lines. */
export function naturalWidths(columns: readonly GridColumn[], rows: readonly GridRow[]): number[] {
  const sample = rows.slice(0, 100);
  return columns.map(({ title, subtitle }, i) => {
    const cells = sample.map((row) => (row[i] ?? 'null').length);
    const longest = Math.max(titleWidth(title), subtitle?.length ?? 0, ...cells);
    return Math.min(widest, Math.max(narrowest, Math.ceil(longest * 7.3) + 20));
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

/** The columns to render, `last` not included, and how wide those before and after them are, in pixels. */
export interface ColumnWindow {
  readonly first: number;
  readonly last: number;
  readonly before: number;
  readonly after: number;
}

/** Tables of no more columns are rendered whole. */
const fewColumns = 60;
/** Rendered beyond what is in sight, in pixels. */
const columnOverscan = 400;

/** The columns between `left` and `left + width` pixels and some more; all of them when there are few. */
export function columnWindow(widths: readonly number[], left: number, width: number): ColumnWindow {
  if (widths.length <= fewColumns) return { first: 0, last: widths.length, before: 0, after: 0 };
  let first = 0;
  let before = 0;
  while (first < widths.length - 1 && before + (widths[first] ?? 0) < left - columnOverscan) {
    before += widths[first] ?? 0;
    first++;
  }
  let last = first;
  let end = before;
  while (last < widths.length && end < left + width + columnOverscan) {
    end += widths[last] ?? 0;
    last++;
  }
  return { first, last, before, after: widths.slice(last).reduce((sum, each) => sum + each, 0) };
}
