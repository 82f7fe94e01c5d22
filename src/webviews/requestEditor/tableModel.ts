import type { CellKind, OutputColumn, OutputView, TableRow } from '../../shared/answerContract.ts';
import type { SortDirection } from '../controls/gridModel.ts';

/** An output as the page shows it, with the sent columns in front where they are wanted. */
export interface WideTable {
  readonly columns: readonly (OutputColumn & { readonly origin: 'sent' | 'repeated' | 'scored' | 'plain' })[];
  readonly rows: readonly TableRow[];
}

export function wideTable({ columns, rows, sent }: OutputView, withSent: boolean): WideTable {
  const own = columns.map((column) => ({
    ...column,
    origin: !sent ? ('plain' as const) : column.repeated ? ('repeated' as const) : ('scored' as const),
  }));
  if (!sent || !withSent || sent.columns.length === 0) return { columns: own, rows };
  const width = columns.length;
  return {
    columns: [...sent.columns.map((column) => ({ ...column, origin: 'sent' as const })), ...own],
    rows: rows.map((row, i) => [
      ...(sent.rows[i] ?? []),
      ...(row.length === width ? row : Array.from({ length: width }, (_, c) => row[c] ?? null)),
    ]),
  };
}

export const tests = [
  'equal',
  'unequal',
  'less',
  'atMost',
  'greater',
  'atLeast',
  'contains',
  'isNull',
  'isNotNull',
] as const;

export type Test = (typeof tests)[number];

export interface Condition {
  readonly column: number;
  readonly test: Test;
  readonly value: string;
}

export interface Sorting {
  readonly column: number;
  readonly direction: SortDirection;
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/**
 * Indices of the rows that fit, in order. Words are looked for in all cells in any case; null matches no word and no
 * comparison. A comparison is by number or by time where the column and the value have one. Null comes last.
 */
export function arrange(
  { columns, rows }: WideTable,
  words: string,
  conditions: readonly Condition[],
  sorting: Sorting | undefined,
): number[] {
  const checks = [...wordChecks(words), ...conditions.flatMap((each) => conditionCheck(columns, each) ?? [])];
  const indices = [...rows.keys()].filter((index) => checks.every((fits) => fits(rows[index] ?? [])));
  if (!sorting) return indices;
  const kind = columns[sorting.column]?.kind ?? 'text';
  const sign = sorting.direction === 'ascending' ? 1 : -1;
  const keys = new Map(indices.map((index) => [index, sortKey(rows[index]?.[sorting.column] ?? null, kind)]));
  return indices.sort((a, b) => compareKeys(keys.get(a) ?? null, keys.get(b) ?? null, sign) || a - b);
}

type Check = (row: TableRow) => boolean;

function wordChecks(words: string): Check[] {
  const wanted = words.trim().toLowerCase();
  if (wanted === '') return [];
  return [(row) => row.some((cell) => cell?.toLowerCase().includes(wanted))];
}

/** Undefined while the condition has no value to compare with. */
function conditionCheck(
  columns: WideTable['columns'],
  { column, test, value }: Condition,
): Check | undefined {
  if (test === 'isNull') return (row) => (row[column] ?? null) === null;
  if (test === 'isNotNull') return (row) => (row[column] ?? null) !== null;
  if (value === '' && test !== 'equal' && test !== 'unequal') return undefined;
  if (test === 'contains') {
    const part = value.toLowerCase();
    return (row) => row[column]?.toLowerCase().includes(part) ?? false;
  }
  const kind = columns[column]?.kind ?? 'text';
  const other = sortKey(value.trim(), kind) ?? value;
  return (row) => {
    const key = sortKey(row[column] ?? null, kind);
    if (key === null) return false;
    return typeof key === typeof other ? passes(test, compareKeys(key, other, 1)) : test === 'unequal';
  };
}

function passes(test: Test, order: number): boolean {
  switch (test) {
    case 'equal':
      return order === 0;
    case 'unequal':
      return order !== 0;
    case 'less':
      return order < 0;
    case 'atMost':
      return order <= 0;
    case 'greater':
      return order > 0;
    default:
      return order >= 0;
  }
}

type SortKey = number | string | null;

/** What is no number or date in a column of these stays text, and comes after them. */
function sortKey(cell: string | null, kind: CellKind): SortKey {
  if (cell === null) return null;
  const value = kind === 'number' ? numberOf(cell) : kind === 'dateTime' ? Date.parse(cell) : Number.NaN;
  return Number.isNaN(value) ? cell : value;
}

export function numberOf(cell: string | null): number {
  return cell === null || cell.trim() === '' ? Number.NaN : Number(cell);
}

function compareKeys(a: SortKey, b: SortKey, sign: number): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (typeof a === 'number' && typeof b === 'number') return sign * (a - b);
  if (typeof a === 'string' && typeof b === 'string') return sign * collator.compare(a, b);
  return typeof a === 'number' ? -1 : 1;
}

/** The order after a title was clicked: up, down, and as it came. */
export function nextSorting(
  current: Sorting | undefined,
  column: number,
  direction?: SortDirection,
): Sorting | undefined {
  const isSame = current?.column === column;
  if (direction) return isSame && current.direction === direction ? undefined : { column, direction };
  if (!isSame) return { column, direction: 'ascending' };
  return current.direction === 'ascending' ? { column, direction: 'descending' } : undefined;
}

/** Tab-separated text that a spreadsheet takes; null is empty. */
export function tableText(
  { columns, rows }: WideTable,
  indices: readonly number[],
  nameless: string,
): string {
  const head = columns.map(({ name }, i) => name ?? nameless.replace('{0}', String(i + 1)));
  const body = indices.map((index) => columns.map((_, i) => rows[index]?.[i] ?? ''));
  return [head, ...body].map((cells) => cells.map(tsvCell).join('\t')).join('\n');
}

function tsvCell(cell: string): string {
  return /[\t\n\r"]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
