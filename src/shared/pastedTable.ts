import { DelimitedReader } from '../protocol/csv.ts';

/** Text as a table: what was copied from a spreadsheet, or is in a CSV file. */
export type TextTable = readonly (readonly string[])[];

/**
 * Reads pasted text. Tabs make cells always, as in a spreadsheet; commas and semicolons only where every row has as many,
 * and a single row only when it fills `columns`, because a sentence has commas too.
 */
export function readPasted(text: string, columns: number): TextTable {
  if (text.includes('\t')) return readDelimited(text, '\t') ?? lines(text).map((line) => line.split('\t'));
  for (const delimiter of [',', ';'] as const) {
    const rows = text.includes(delimiter) ? readDelimited(text, delimiter) : undefined;
    const width = rows?.[0]?.length ?? 0;
    if (!rows || width < 2 || rows.some((row) => row.length !== width)) continue;
    if (rows.length > 1 || width === columns) return rows;
  }
  return readDelimited(text, '\t') ?? lines(text).map((line) => [line]);
}

/** Reads a file: tabs, semicolons or commas, whichever its first line has most of. */
export function readTableFile(text: string): TextTable | undefined {
  const clean = text.replace(/^\uFEFF/, '');
  const [first = ''] = lines(clean.slice(0, 100_000));
  const count = (delimiter: string): number => first.split(delimiter).length;
  const delimiter = (['\t', ';'] as const).find((each) => count(each) > count(',')) ?? ',';
  return readDelimited(clean, delimiter)?.filter((row) => row.length > 1 || row[0] !== '');
}

/** Undefined when a quote is not closed. */
function readDelimited(text: string, delimiter: ',' | '\t' | ';'): string[][] | undefined {
  try {
    const reader = new DelimitedReader(delimiter);
    return [...reader.read(text), ...reader.end()];
  } catch {
    return undefined;
  }
}

function lines(text: string): string[] {
  return text.replace(/\r?\n$/, '').split(/\r\n|\n|\r/);
}

export interface HeaderMatch {
  /** For each cell of the header its column, or -1. */
  readonly columns: readonly number[];
  /** Cells of the header that are no column. */
  readonly unknown: readonly string[];
}

/**
 * The columns that a first row names, when it is a header: most of its cells are names of columns, each of another one.
 * Case and blanks around do not count. A single row is data.
 */
export function matchHeader(table: TextTable, names: readonly string[]): HeaderMatch | undefined {
  const [header, ...rest] = table;
  if (!header || rest.length === 0) return undefined;
  const columns = matchNames(header, names);
  const matched = columns.filter((column) => column >= 0).length;
  if (matched === 0 || matched * 2 < header.length) return undefined;
  return { columns, unknown: header.filter((_, i) => (columns[i] ?? -1) < 0) };
}

/** For each cell of a header its column, or -1; each column once. Case and blanks around do not count. */
export function matchNames(header: readonly string[], names: readonly string[]): number[] {
  const exact = new Map(names.map((name, index) => [name, index]));
  const folded = new Map<string, number>();
  const columns = header.map((cell) => take(exact, cell));
  for (const [name, index] of exact) folded.set(fold(name), index);
  return columns.map((column, i) => (column >= 0 ? column : take(folded, fold(header[i] ?? ''))));
}

function take(free: Map<string, number>, name: string): number {
  const index = free.get(name) ?? -1;
  free.delete(name);
  return index;
}

function fold(name: string): string {
  return name.trim().toLowerCase();
}
