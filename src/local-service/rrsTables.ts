import type { Port } from '../protocol/studio/serviceSchema.ts';
import { CellError, formatCell, netTypeName, parseCell } from './cells.ts';
import { isObject, optionalObject, requireObject } from './jsonBody.ts';
import type { JsonObject } from './jsonBody.ts';
import { Refusal } from './mistakes.ts';
import type { OutputTable, Row, Scoring } from './webService.ts';

/** The two forms of a table in RRS bodies: one object for each table, or one object for each row. */
export type TableForm = 'table' | 'swagger';

/** The rows of every input of an RRS request. @throws Refusal */
export function parseInputs(
  body: JsonObject,
  ports: readonly Port[],
  form: TableForm,
  everyColumnTakesNull: boolean,
): ReadonlyMap<string, readonly Row[]> {
  const inputs = optionalObject(body, 'Inputs');
  checkInputNames(inputs, ports);
  const tables = new Map<string, readonly Row[]>();
  for (const port of ports) {
    const value = Object.hasOwn(inputs, port.name) ? inputs[port.name] : undefined;
    if (value === undefined || value === null) throw new Refusal('inputMissing', { input: port.name });
    const cells = form === 'table' ? tableCells(value, port) : swaggerCells(value, port);
    tables.set(port.name, typedRows(cells, port, everyColumnTakesNull));
  }
  return tables;
}

/** @throws Refusal `inputUnknown` */
export function checkInputNames(inputs: JsonObject, ports: readonly Port[]): void {
  const known = ports.map((port) => port.name);
  const unknown = Object.keys(inputs).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Refusal('inputUnknown', { input: unknown, known: listOf(known) });
}

export function listOf(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.map((name) => `"${name}"`).join(', ');
}

/** Runs a scoring on tables in memory. */
export async function scoreTables(
  scoring: Scoring,
  inputs: ReadonlyMap<string, readonly Row[]>,
): Promise<ReadonlyMap<string, readonly Row[]>> {
  const outputs = new Map<string, Row[]>(scoring.outputs.map(({ name }) => [name, []]));
  await scoring.run({
    async *read(input) {
      yield await Promise.resolve(inputs.get(input) ?? []);
    },
    write(output, rows) {
      const table = outputs.get(output);
      for (const row of rows) table?.push(row);
      return Promise.resolve();
    },
    writeModel(output) {
      return Promise.reject(new Error(`The output "${output}" is a trained model, which only a job writes.`));
    },
  });
  return outputs;
}

/** The body of an RRS answer; without `details` a table has no names and types. */
export function formatAnswer(
  outputs: readonly OutputTable[],
  rows: ReadonlyMap<string, readonly Row[]>,
  form: TableForm,
  details: boolean,
): object {
  const results = outputs.map((output) => {
    const values = (rows.get(output.name) ?? []).map((row) => textCells(row, output));
    return [output.name, form === 'swagger' ? swaggerRows(values, output) : table(values, output, details)];
  });
  return { Results: Object.fromEntries(results) as object };
}

type TextRow = readonly (string | null)[];

function textCells(row: Row, output: OutputTable): TextRow {
  return output.columns.map((column, index) => formatCell(row[index] ?? null, column));
}

function table(values: readonly TextRow[], output: OutputTable, details: boolean): object {
  const header = {
    ColumnNames: output.columns.map((column) => column.name),
    ColumnTypes: output.columns.map((column) => netTypeName(column)),
  };
  return { type: 'table', value: { ...(details ? header : {}), Values: values } };
}

function swaggerRows(values: readonly TextRow[], output: OutputTable): object[] {
  return values.map((row) => {
    return Object.fromEntries(output.columns.map((column, index) => [column.name, row[index] ?? null]));
  });
}

/** Untyped cells in the order of the port's columns. */
type RawRow = readonly unknown[];

function tableCells(value: unknown, port: Port): readonly RawRow[] {
  const place = `Inputs.${port.name}`;
  const { ColumnNames: names, Values: rows } = requireObject(value, place);
  const columnNames = stringArray(names, `${place}.ColumnNames`);
  const order = columnOrder(columnNames, port);
  return arrayOf(rows, `${place}.Values`).map((row, index) => {
    const cells = arrayOf(row, `${place}.Values[${index}]`);
    checkColumnCount(cells.length, columnNames.length, `Row ${index + 1} of input "${port.name}"`);
    return order.map((position) => cells[position]);
  });
}

/** For each column of the port, its position in the request. Names that occur twice are taken in turn. */
function columnOrder(names: readonly string[], port: Port): readonly number[] {
  checkColumnCount(names.length, port.columns.length, `Input "${port.name}"`);
  const free = new Map(names.map((name, index) => [index, name]));
  const order = port.columns.map((column) => {
    const position = [...free].find(([, name]) => name === column.name)?.[0];
    if (position !== undefined) free.delete(position);
    return position;
  });
  const [surplus] = free.values();
  if (surplus !== undefined) throw new Refusal('columnUnknown', { input: port.name, column: surplus });
  return order.filter((position) => position !== undefined);
}

function swaggerCells(value: unknown, port: Port): readonly RawRow[] {
  const place = `Inputs.${port.name}`;
  return arrayOf(value, place).map((row, index) => {
    if (!isObject(row))
      throw new Refusal('bodyShapeWrong', { member: `${place}[${index}]`, expected: 'a JSON object' });
    const names = Object.keys(row);
    const surplus = names.find((name) => !port.columns.some((column) => column.name === name));
    if (surplus !== undefined) throw new Refusal('columnUnknown', { input: port.name, column: surplus });
    checkColumnCount(names.length, port.columns.length, `Row ${index + 1} of input "${port.name}"`);
    return port.columns.map((column) => row[column.name]);
  });
}

function checkColumnCount(given: number, expected: number, place: string): void {
  if (given !== expected) throw new Refusal('columnCountWrong', { place, given, expected });
}

function typedRows(rows: readonly RawRow[], port: Port, everyColumnTakesNull: boolean): Row[] {
  return rows.map((row, rowIndex) => {
    return port.columns.map((column, index) => {
      const value = row[index];
      try {
        return parseCell(value, column, everyColumnTakesNull);
      } catch (error) {
        if (!(error instanceof CellError)) throw error;
        const mistake = value === null || value === '' ? 'cellMissing' : 'cellTypeWrong';
        const facts = { row: rowIndex + 1, input: port.name, column: column.name, reason: error.message };
        throw new Refusal(mistake, facts);
      }
    });
  });
}

function arrayOf(value: unknown, member: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Refusal('bodyShapeWrong', { member, expected: 'an array' });
  return value;
}

function stringArray(value: unknown, member: string): readonly string[] {
  const items = arrayOf(value, member);
  if (!items.every((item) => typeof item === 'string')) {
    throw new Refusal('bodyShapeWrong', { member, expected: 'an array of strings' });
  }
  return items;
}
