import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { formatDelimitedRow } from '../protocol/csv.ts';
import type { Cell, Column, Port } from '../protocol/studio/serviceSchema.ts';

/** Rows are made and written in pieces of this size, in characters. */
const pieceLength = 64 * 1024;

/** Every so many rows a nullable column has no value. */
const nullEvery = 10;

const words = [
  'good',
  'day',
  'bad',
  'night',
  'warm',
  'rain',
  'quick',
  'train',
  'long',
  'road',
  'small',
  'town',
];

/**
 * The text of a CSV file with a header and `rows` rows that fit an input, in pieces. The first rows are the service's own
 * samples; the others are made from a seed, so that the same call gives the same file.
 */
export function* sampleCsv(input: Port, rows: number, seed = 1): Generator<string> {
  const random = randomNumbers(seed);
  const telling = isTelling(input);
  let piece = formatDelimitedRow(input.columns.map(({ name }) => name));
  for (let row = 0; row < rows; row++) {
    const sample = telling ? input.sampleRows[row] : undefined;
    const cells = input.columns.map((column, index) => {
      const given = sample?.[index];
      const isUsable = given !== undefined && !(given === null && column.type === 'string');
      return isUsable ? given : valueFor(column, row, index, random);
    });
    piece += formatDelimitedRow(cells.map(text));
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

/** Writes the file as a stream and flushes it to the disk. */
export async function writeSampleCsv(
  path: string,
  input: Port,
  rows: number,
  signal?: AbortSignal,
): Promise<void> {
  const file = createWriteStream(path, { flags: 'wx', flush: true });
  await once(file, 'open');
  await pipeline(Readable.from(sampleCsv(input, rows)), file, signal === undefined ? {} : { signal });
}

/** Services without sample data of their own publish placeholders. */
function isTelling(input: Port): boolean {
  return input.sampleRows.some((row) =>
    row.some((cell) => cell !== null && cell !== '' && cell !== 'value' && cell !== 0),
  );
}

function valueFor(column: Column, row: number, index: number, random: () => number): Cell {
  // In a file, a text cell without text is an empty text, not a missing value.
  if (column.nullable && column.type !== 'string' && (row + index) % nullEvery === nullEvery - 1) return null;
  const { allowedValues } = column;
  if (allowedValues !== undefined && allowedValues.length > 0) return pick(allowedValues, random);
  switch (column.type) {
    case 'integer':
      return integerFor(column, random);
    case 'number':
      return Math.round(random() * 1_000_000) / 10_000;
    case 'boolean':
      return random() < 0.5;
    case 'date-time':
      return new Date(Date.UTC(2024, 0, 1) + Math.floor(random() * 366 * 86_400) * 1000).toISOString();
    case 'time-span':
      return `${twoDigits(random() * 24)}:${twoDigits(random() * 60)}:${twoDigits(random() * 60)}`;
    case 'string':
      return sentence(row, random);
  }
}

/** Within the smallest range that the format allows. */
function integerFor({ format = '' }: Column, random: () => number): number {
  const limit = /8$/.test(format) ? 100 : 1_000;
  const value = Math.floor(random() * limit);
  return /^u/i.test(format) || random() < 0.8 ? value : -value;
}

/** Now and then with a comma or a quote, as real texts are. */
function sentence(row: number, random: () => number): string {
  const text = Array.from({ length: 2 + Math.floor(random() * 5) }, () => pick(words, random)).join(' ');
  if (row % 7 === 3) return `${text}, ${pick(words, random)}`;
  return row % 11 === 5 ? `${text} "${pick(words, random)}"` : text;
}

function text(cell: Cell): string | null {
  if (typeof cell === 'boolean') return cell ? 'True' : 'False';
  return cell === null ? null : String(cell);
}

function pick<T>(values: readonly [T, ...T[]] | readonly T[], random: () => number): T {
  const value = values[Math.floor(random() * values.length)];
  if (value === undefined) throw new RangeError('There is nothing to pick from.');
  return value;
}

function twoDigits(value: number): string {
  return String(Math.floor(value)).padStart(2, '0');
}

/** mulberry32: small, and the same everywhere. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
