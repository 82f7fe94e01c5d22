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
export function rangeText(rows: readonly (readonly (string | null)[])[], selection: GridSelection): string {
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
