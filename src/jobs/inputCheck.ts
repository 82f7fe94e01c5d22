import { extname } from 'node:path';
import { ArffReader } from '../protocol/arff.ts';
import { DelimitedReader } from '../protocol/csv.ts';
import { Failure } from '../protocol/failure.ts';
import type { Column } from '../protocol/studio/serviceSchema.ts';
import { encodingOf, type TextEncoding } from '../protocol/textEncoding.ts';
import { cellFromText } from '../shared/inputEdits.ts';
import { matchNames } from '../shared/pastedTable.ts';
import { cellProblem } from '../shared/requestForm.ts';

export type Delimiter = ',' | '\t' | ';';

/** The beginning of a file. */
export interface Sample {
  readonly bytes: Uint8Array;
  /** There is no more of it. */
  readonly isWhole: boolean;
}

/** What a service is likely to refuse, or to read otherwise than it is meant. Rows are counted from 1 below the header. */
export type Finding =
  | { readonly kind: 'extension'; readonly extension: string }
  | { readonly kind: 'binary' | 'empty' | 'endlessRow' | 'noNames' | 'noRows' }
  | { readonly kind: 'encoding'; readonly encoding: Exclude<TextEncoding, 'utf-8'> }
  | { readonly kind: 'delimiter'; readonly found: Delimiter; readonly expected: Delimiter }
  | { readonly kind: 'openQuote'; readonly row: number }
  | { readonly kind: 'missing' | 'surplus'; readonly columns: readonly string[] }
  | { readonly kind: 'spelling'; readonly found: string; readonly column: string }
  | { readonly kind: 'order'; readonly columns: readonly string[] }
  | { readonly kind: 'width'; readonly rows: number; readonly first: number; readonly cells: number }
  | {
      readonly kind: 'values';
      readonly column: string;
      readonly type: string;
      /** Where the column takes only these. */
      readonly allowed?: readonly string[];
      readonly rows: number;
      readonly first: number;
      readonly text: string;
    };

export interface InputCheck {
  readonly findings: readonly Finding[];
  readonly encoding: TextEncoding;
  /** Not of an ARFF file. */
  readonly delimiter?: Delimiter;
  /** The names that the file gives to its columns. */
  readonly names: readonly string[];
  /** For each column of the service the place of its own in the file, or -1. */
  readonly places: readonly number[];
  /** How many rows were looked at. */
  readonly rows: number;
}

/** What a sample should have at least, in bytes, so that a header of thousands of columns fits. */
export const sampleBytes = 1024 * 1024;

const mostRows = 1_000;
const piece = 64 * 1024;
const extensions: readonly string[] = ['.csv', '.tsv', '.arff'];

/** The rows at the beginning of a table, and what it says of itself. */
interface Beginning {
  readonly names: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly findings: readonly Finding[];
  readonly delimiter?: Delimiter;
}

/**
 * Compares the beginning of a file with the columns that a service wants in an input; with no columns, as of a service
 * without a schema, only the file itself is looked at. The format is that of the extension, as for the service.
 */
export function checkInput(path: string, sample: Sample, columns: readonly Column[]): InputCheck {
  const encoding = encodingOf(sample.bytes, sample.isWhole);
  const text = new TextDecoder(encoding).decode(sample.bytes);
  const findings = [...ofExtension(path), ...ofEncoding(encoding)];
  const unread = { encoding, names: [], places: columns.map(() => -1), rows: 0 };
  if (text.includes('\0')) return { ...unread, findings: [...ofExtension(path), { kind: 'binary' }] };
  if (text.trim() === '') return { ...unread, findings: [...findings, { kind: 'empty' }] };
  const { names, rows, delimiter, ...beginning } = read(path, text, sample.isWhole, columns);
  const owners = matchNames(
    names,
    columns.map(({ name }) => name),
  );
  findings.push(...beginning.findings);
  if (names.length > 0 && columns.length > 0) findings.push(...ofNames(names, owners, columns));
  findings.push(...ofRows(names, rows, owners, columns));
  if (
    names.length > 0 &&
    rows.length === 0 &&
    sample.isWhole &&
    findings.every(({ kind }) => kind !== 'openQuote')
  )
    findings.push({ kind: 'noRows' });
  return {
    findings,
    encoding,
    ...(delimiter === undefined ? {} : { delimiter }),
    names,
    places: columns.map((_, column) => owners.indexOf(column)),
    rows: rows.length,
  };
}

/** What separates the cells of a file with this name, as services read it; undefined of an ARFF file. */
export function expectedDelimiter(path: string): ',' | '\t' | undefined {
  const extension = extname(path).toLowerCase();
  if (extension === '.arff') return undefined;
  return extension === '.tsv' ? '\t' : ',';
}

function ofExtension(path: string): Finding[] {
  const extension = extname(path);
  // A file without one is uploaded as .csv.
  if (extension === '' || extensions.includes(extension.toLowerCase())) return [];
  return [{ kind: 'extension', extension }];
}

function ofEncoding(encoding: TextEncoding): Finding[] {
  return encoding === 'utf-8' ? [] : [{ kind: 'encoding', encoding }];
}

function read(path: string, text: string, isWhole: boolean, columns: readonly Column[]): Beginning {
  const expected = expectedDelimiter(path);
  return expected === undefined ? readArff(text, isWhole) : readDelimited(text, isWhole, expected, columns);
}

function readArff(text: string, isWhole: boolean): Beginning {
  const reader = new ArffReader();
  const rows = [...reader.read(text), ...(isWhole ? reader.end() : [])].slice(0, mostRows);
  const { names } = reader;
  return names.length === 0
    ? { names, rows: [], findings: [{ kind: 'noNames' }] }
    : { names, rows, findings: [] };
}

/** With the delimiter that makes most of the wanted columns, if that is another one than the expected. */
function readDelimited(
  text: string,
  isWhole: boolean,
  expected: Delimiter,
  columns: readonly Column[],
): Beginning {
  const wanted = columns.map(({ name }) => name);
  const candidates = [expected, ...([',', ';', '\t'] as const).filter((each) => each !== expected)].map(
    (delimiter) => {
      const [header = []] = firstRows(text, isWhole, delimiter, 1).rows;
      return { delimiter, score: likeness(header, wanted) };
    },
  );
  const [best = { delimiter: expected }] = candidates.toSorted((a, b) => b.score - a.score);
  const { delimiter } = best;
  const { rows, openQuote } = firstRows(text, isWhole, delimiter, mostRows + 1);
  const [names, ...data] = rows;
  const findings: Finding[] =
    delimiter === expected ? [] : [{ kind: 'delimiter', found: delimiter, expected }];
  if (openQuote !== undefined) findings.push({ kind: 'openQuote', row: openQuote });
  else if (names === undefined) findings.push({ kind: 'endlessRow' });
  const isBlank = (row: readonly string[]): boolean => row.length === 1 && row[0] === '';
  return {
    names: names ?? [],
    // A blank line is passed over, unless it is a cell of the only column.
    rows: names === undefined || names.length === 1 ? data : data.filter((row) => !isBlank(row)),
    findings,
    delimiter,
  };
}

function likeness(header: readonly string[], wanted: readonly string[]): number {
  const matched = matchNames(header, wanted).filter((column) => column >= 0).length;
  if (header.length < 2) return matched * 4;
  return matched * 4 + (header.length === wanted.length ? 2 : 0) + 1;
}

function firstRows(
  text: string,
  isWhole: boolean,
  delimiter: Delimiter,
  most: number,
): { readonly rows: readonly string[][]; readonly openQuote?: number } {
  const reader = new DelimitedReader(delimiter);
  const rows: string[][] = [];
  for (let at = 0; at < text.length; at += piece) {
    for (const row of reader.read(text.slice(at, at + piece))) rows.push(row);
    if (rows.length >= most) return { rows: rows.slice(0, most) };
  }
  if (!isWhole) return { rows };
  try {
    return { rows: [...rows, ...reader.end()] };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { rows, openQuote: rows.length };
  }
}

function ofNames(names: readonly string[], owners: readonly number[], columns: readonly Column[]): Finding[] {
  const used = new Set(owners);
  const missing = columns.filter((_, column) => !used.has(column)).map(({ name }) => name);
  if (missing.length === columns.length && names.some(looksLikeValue)) return [{ kind: 'noNames' }];
  const surplus = names.filter((_, i) => owners[i] === -1);
  const spellings = names.flatMap((found, i): Finding[] => {
    const column = columns[owners[i] ?? -1]?.name;
    return column === undefined || column === found ? [] : [{ kind: 'spelling', found, column }];
  });
  const known = owners.filter((column) => column >= 0);
  const isInOrder = known.every((column, i) => i === 0 || column > (known[i - 1] ?? -1));
  return [
    ...(missing.length > 0 ? [{ kind: 'missing', columns: missing } as const] : []),
    ...(surplus.length > 0 ? [{ kind: 'surplus', columns: surplus } as const] : []),
    ...spellings,
    ...(isInOrder ? [] : [{ kind: 'order', columns: columns.map(({ name }) => name) } as const]),
  ];
}

/** Hardly a column is named like a number, or not at all. */
function looksLikeValue(name: string): boolean {
  return name.trim() === '' || Number.isFinite(Number(name));
}

function ofRows(
  names: readonly string[],
  rows: Beginning['rows'],
  owners: readonly number[],
  columns: readonly Column[],
): Finding[] {
  const ragged = rows.flatMap((row, i) =>
    row.length === names.length ? [] : [{ row: i + 1, cells: row.length }],
  );
  const [first] = ragged;
  return [
    ...(first === undefined
      ? []
      : [{ kind: 'width', rows: ragged.length, first: first.row, cells: first.cells } as const]),
    ...owners.flatMap((owner, place) => {
      const column = columns[owner];
      return column === undefined ? [] : ofValues(rows, place, column);
    }),
  ];
}

function ofValues(rows: Beginning['rows'], place: number, column: Column): Finding[] {
  const wrong = rows.flatMap((row, i) => {
    const text = row[place] ?? '';
    return fits(column, text) ? [] : [{ row: i + 1, text }];
  });
  const [first] = wrong;
  if (first === undefined) return [];
  const { name, format, type, allowedValues } = column;
  return [
    {
      kind: 'values',
      column: name,
      type: format ?? type,
      ...(allowedValues === undefined ? {} : { allowed: allowedValues }),
      rows: wrong.length,
      first: first.row,
      text: first.text,
    },
  ];
}

/** A cell that is empty or `NaN` is a missing value, which a column may have. */
function fits(column: Column, text: string): boolean {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed === 'NaN') return true;
  return cellProblem(column, cellFromText(column, text)) === undefined;
}
