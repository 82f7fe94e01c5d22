import { Failure } from '../../protocol/failure.ts';
import { byteOrderMarkLength, encodingOf, type TextEncoding } from '../../protocol/textEncoding.ts';
import { cellTypeOf, commonType, type ColumnType } from './cellTypes.ts';
import { RowCells } from './rowCells.ts';
import { RowFeed, type RowBytes } from './rowFeed.ts';

export type Delimiter = ',' | '\t' | ';';
export type TextEncodingName = Extract<TextEncoding, 'utf-8' | 'windows-1252'>;

/** How the bytes of a table are to be read. */
export interface Dialect {
  readonly delimiter: Delimiter;
  readonly encoding: TextEncodingName;
  /** Bytes before the first row: 3 for a byte order mark, else 0. */
  readonly start: number;
}

/** What the first rows tell about the table; a guess where the file says nothing. */
export interface Preview {
  /** Whether the first row names the columns. */
  readonly hasHeader: boolean;
  /** By the first rows; a row further down may have more or fewer cells. */
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[];
  /** Rows that were there to their ends. */
  readonly wholeRows: number;
}

/** Of two that fit as well, the first is right: commas stand in values, as decimal commas too, and tabs hardly ever. */
const delimiters: readonly Delimiter[] = ['\t', ';', ','];
const previewRows = 500;
/** Rows that a preview needs. */
export const namesAndValues = 2;
/** The columns of a wider table are not looked at one by one. */
const previewColumns = 100_000;
const longestName = 1_000;

/**
 * Finds out how a table is written from its first bytes. Throws a `Failure` with code `NotUtf8` for UTF-16; text that is
 * neither UTF-8 nor UTF-16 is read as Windows-1252, in which every byte is a character.
 */
export function detectDialect(sample: Uint8Array, isWhole: boolean, given?: Delimiter): Dialect {
  const encoding = encodingOf(sample, isWhole);
  if (encoding === 'utf-16le' || encoding === 'utf-16be') throw notUtf8();
  const start = byteOrderMarkLength(sample);
  return { delimiter: given ?? detectDelimiter(sample.subarray(start), isWhole), encoding, start };
}

/** Reads names and types from the first bytes. */
export function previewOf(sample: Uint8Array, isWhole: boolean, dialect: Dialect): Preview {
  const { rows, wholeRows } = sampleRows(sample.subarray(dialect.start), isWhole, dialect);
  const [names = [], ...data] = rows;
  const types = columnTypes(data);
  // Names do not take that much room.
  const hasHeader = wholeRows > 0 && isHeader(names, types);
  const shown = hasHeader ? types : columnTypes(rows);
  const columns = Array.from({ length: Math.max(names.length, shown.length) }, (_, i) => ({
    name: (hasHeader ? names[i]?.trim() : undefined) ?? '',
    type: shown[i] ?? ('empty' as const),
  }));
  return { hasHeader, columns, wholeRows };
}

/** The byte of a delimiter. */
export function delimiterByte(delimiter: Delimiter): number {
  return delimiter.charCodeAt(0);
}

/**
 * The one that splits most rows into as many cells as the first row, more than one; where a title stands above the table,
 * the one that splits most rows into the same number.
 */
function detectDelimiter(sample: Uint8Array, isWhole: boolean): Delimiter {
  const counts = delimiters.map((delimiter) => cellCounts(sample, isWhole, delimiter));
  return best(counts.map(likeFirst)) ?? best(counts.map(alike)) ?? ',';
}

function best(scores: readonly number[]): Delimiter | undefined {
  const highest = Math.max(...scores);
  return highest > 0 ? delimiters[scores.indexOf(highest)] : undefined;
}

function likeFirst(counts: readonly number[]): number {
  const [first = 1] = counts;
  return first > 1 ? counts.filter((count) => count === first).length : 0;
}

function alike(counts: readonly number[]): number {
  const frequency = new Map<number, number>();
  for (const count of counts) if (count > 1) frequency.set(count, (frequency.get(count) ?? 0) + 1);
  return Math.max(0, ...frequency.values());
}

function cellCounts(sample: Uint8Array, isWhole: boolean, delimiter: Delimiter): number[] {
  const counts: number[] = [];
  const cells = new RowCells(delimiterByte(delimiter), 'utf-8');
  eachRow(sample, isWhole, delimiter, ({ bytes, start, end }) => {
    // A blank line says nothing about the delimiter.
    if (end > start) counts.push(cells.split(bytes, start, end, previewColumns));
  });
  return counts;
}

function sampleRows(
  sample: Uint8Array,
  isWhole: boolean,
  dialect: Dialect,
): { rows: string[][]; wholeRows: number } {
  const rows: string[][] = [];
  const cells = new RowCells(delimiterByte(dialect.delimiter), dialect.encoding);
  const wholeRows = eachRow(sample, isWhole, dialect.delimiter, ({ bytes, start, end }) => {
    const count = cells.split(bytes, start, end, previewColumns);
    rows.push(Array.from({ length: count }, (_, i) => cells.text(i, longestName) ?? ''));
  });
  return { rows, wholeRows };
}

/**
 * Without the last row of a part of a table, which may go on, unless names or values would be missing without it. Gives the
 * number of rows that do not go on.
 */
function eachRow(
  sample: Uint8Array,
  isWhole: boolean,
  delimiter: Delimiter,
  take: (row: RowBytes) => void,
): number {
  let rows = 0;
  const feed = new RowFeed(delimiterByte(delimiter), { row: 0, offset: 0 }, Infinity, (row) => {
    take(row);
    rows += 1;
    return rows < previewRows;
  });
  feed.push(sample);
  const ended = rows;
  if (isWhole || rows < namesAndValues) feed.end();
  return isWhole ? rows : ended;
}

function columnTypes(rows: readonly (readonly string[])[]): ColumnType[] {
  const types: ColumnType[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) types[i] = commonType(types[i] ?? 'empty', cellTypeOf(cell));
  }
  return types;
}

/**
 * Names are texts, different ones unless a column below has values of another type. Where nothing tells the first row from
 * the others, it is taken for names, as nearly every file has them.
 */
function isHeader(names: readonly string[], types: readonly ColumnType[]): boolean {
  const kinds = names.map(cellTypeOf);
  if (!kinds.includes('text') || kinds.some((kind) => kind !== 'text' && kind !== 'empty')) return false;
  const isTyped = types.some((type) => type !== 'text' && type !== 'empty');
  return isTyped || new Set(names.map((name) => name.trim())).size === names.length;
}

function notUtf8(): Failure {
  return new Failure({
    code: 'NotUtf8',
    origin: 'client',
    sentence: 'The file is UTF-16, which cannot be read in parts. Save it as UTF-8, or open it as text.',
  });
}
