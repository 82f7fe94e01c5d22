import type { Readable } from 'node:stream';

import { DelimitedReader, formatDelimitedRow } from '../protocol/csv.ts';
import type { Port } from '../protocol/studio/serviceSchema.ts';
import { ArffReader, formatArffHeader, formatArffRow } from '../protocol/arff.ts';
import type { FileFormat } from './blobReference.ts';
import { CellError, formatCell, parseCell } from './cells.ts';
import type { OutputTable, Row } from './webService.ts';

/** A data file that does not fit the input it is for. */
export class DataFileError extends Error {}

type TextRow = readonly (string | null)[];

/**
 * Reads a data file as typed rows, in batches, and never holds more than a piece of it. The file names its
 * columns; their order is free.
 * @throws DataFileError
 */
export async function* readRows(
  content: Readable,
  format: FileFormat,
  port: Port,
  everyColumnTakesNull: boolean,
): AsyncGenerator<readonly Row[]> {
  let order: readonly number[] | undefined;
  let rowsRead = 0;
  for await (const batch of readTable(content, format)) {
    order ??= columnOrder(batch.names, port);
    const positions = order;
    const before = rowsRead;
    yield batch.rows.map((row, index) =>
      typedRow(row, positions, port, before + index + 1, everyColumnTakesNull),
    );
    rowsRead += batch.rows.length;
  }
  if (order === undefined)
    throw new DataFileError(`Input "${port.name}" is empty; its first row has to name the columns.`);
}

/** The start of an output file. */
export function formatHeader(format: FileFormat, output: OutputTable): string {
  if (format === 'arff') return formatArffHeader(output.name, output.columns);
  return formatDelimitedRow(
    output.columns.map((column) => column.name),
    delimiterOf(format),
  );
}

export function formatRows(format: FileFormat, output: OutputTable, rows: readonly Row[]): string {
  let text = '';
  for (const row of rows) {
    const cells = output.columns.map((column, index) => formatCell(row[index] ?? null, column));
    text += format === 'arff' ? formatArffRow(cells) : formatDelimitedRow(cells, delimiterOf(format));
  }
  return text;
}

interface TextBatch {
  readonly names: readonly string[];
  readonly rows: readonly TextRow[];
}

function readTable(content: Readable, format: FileFormat): AsyncGenerator<TextBatch> {
  return format === 'arff' ? readArff(content) : readDelimited(content, format);
}

async function* readDelimited(content: Readable, format: 'csv' | 'tsv'): AsyncGenerator<TextBatch> {
  const reader = new DelimitedReader(delimiterOf(format));
  let names: readonly string[] | undefined;
  const batchOf = (rows: string[][]): TextBatch | undefined => {
    if (names === undefined) {
      names = rows.shift();
      if (names === undefined) return undefined;
    }
    const columns = names.length;
    return { names, rows: columns === 1 ? rows : rows.filter((row) => row.length > 1 || row[0] !== '') };
  };
  for await (const text of decode(content)) {
    const batch = batchOf(reader.read(text));
    if (batch) yield batch;
  }
  const last = batchOf(reader.end());
  if (last) yield last;
}

async function* readArff(content: Readable): AsyncGenerator<TextBatch> {
  const reader = new ArffReader();
  for await (const text of decode(content)) {
    const rows = reader.read(text);
    if (rows.length > 0) yield { names: reader.names, rows };
  }
  const rows = reader.end();
  if (reader.names.length > 0) yield { names: reader.names, rows };
}

async function* decode(content: Readable): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8');
  for await (const chunk of content as AsyncIterable<Buffer>) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

function delimiterOf(format: 'csv' | 'tsv'): ',' | '\t' {
  return format === 'tsv' ? '\t' : ',';
}

/** For each column of the port, its position in the file. */
function columnOrder(names: readonly string[], port: Port): readonly number[] {
  const order = port.columns.map((column) => {
    const position = names.indexOf(column.name);
    if (position === -1) {
      throw new DataFileError(
        `Input "${port.name}" has no column "${column.name}"; its first row names ${names.join(', ')}.`,
      );
    }
    return position;
  });
  if (names.length !== order.length) {
    throw new DataFileError(`Input "${port.name}" has ${names.length} columns instead of ${order.length}.`);
  }
  return order;
}

function typedRow(
  row: TextRow,
  order: readonly number[],
  port: Port,
  number: number,
  everyColumnTakesNull: boolean,
): Row {
  if (row.length !== order.length) {
    throw new DataFileError(
      `Row ${number} of input "${port.name}" has ${row.length} cells instead of ${order.length}.`,
    );
  }
  return port.columns.map((column, index) => {
    const position = order[index];
    try {
      return parseCell(position === undefined ? null : (row[position] ?? null), column, everyColumnTakesNull);
    } catch (error) {
      if (!(error instanceof CellError)) throw error;
      throw new DataFileError(
        `Row ${number} of input "${port.name}", column "${column.name}": ${error.message}.`,
      );
    }
  });
}
