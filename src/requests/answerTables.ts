import { isJsonObject, tryParseJson } from '../protocol/json.ts';
import { parseExecuteAnswer, type ExecuteOutput } from '../protocol/studio/rrs.ts';
import type { Column, Port, ServiceSchema } from '../protocol/studio/serviceSchema.ts';
import type { CellKind, OutputColumn, SentTable, TableRow } from '../shared/answerContract.ts';
import { completeJson } from './answerBeginning.ts';
import type { RrsAnswer } from './execute.ts';

/** One output of an answer, all of its rows. */
export interface AnswerTable {
  readonly name: string;
  /** The service sent something else than a table. */
  readonly isTable: boolean;
  readonly columns: readonly OutputColumn[];
  readonly rows: readonly TableRow[];
  /** Only the rows are here that the beginning of a large answer has. */
  readonly beginning: boolean;
  readonly sent?: SentTable;
  readonly log?: string;
}

export interface TableContext {
  /** Names and types of columns that the answer leaves unnamed (`details=false`). */
  readonly schema?: ServiceSchema | undefined;
  /** The body that was sent. */
  readonly body?: string | undefined;
}

/** What is in an answer's body. */
export interface ReadAnswer {
  readonly isJson: boolean;
  /** The body has the `Results` of the contract, though there may be none. */
  readonly hasResults: boolean;
  /** None for an error, or when the body is no answer of the contract. */
  readonly tables: readonly AnswerTable[];
}

export function readAnswer(answer: RrsAnswer, { schema, body }: TableContext = {}): ReadAnswer {
  const isPart = answer.file !== undefined;
  const text = isPart ? completeJson(answer.text) : answer.text;
  const value = text === undefined ? undefined : tryParseJson(text);
  const outputs = answer.status >= 400 ? [] : outputsOf(value);
  const inputs = outputs.length === 0 ? [] : inputsOf(body);
  const tables = outputs.map((output) => {
    const port = schema?.outputs.find(({ name }) => name === output.name);
    const input = isPart ? undefined : inputs.find(({ rows }) => rows.length === output.rows.length);
    const inputPort = schema?.inputs.find(({ name }) => name === input?.name);
    return tableOf(output, port, isPart, input && { table: input, port: inputPort });
  });
  const hasResults = isJsonObject(value) && isJsonObject(value.Results);
  return { isJson: value !== undefined, hasResults, tables };
}

function outputsOf(value: unknown): ExecuteOutput[] {
  try {
    return parseExecuteAnswer(value);
  } catch {
    return [];
  }
}

/** Inputs have the shapes of outputs, in both forms of the body. */
function inputsOf(body: string | undefined): ExecuteOutput[] {
  const value = body === undefined ? undefined : tryParseJson(body);
  if (!isJsonObject(value)) return [];
  return outputsOf({ Results: value.Inputs }).filter(({ form, rows }) => form !== 'other' && rows.length > 0);
}

function tableOf(
  output: ExecuteOutput,
  port: Port | undefined,
  beginning: boolean,
  input: { readonly table: ExecuteOutput; readonly port: Port | undefined } | undefined,
): AnswerTable {
  const { name, rows } = output;
  const isTable = output.form !== 'other';
  const columns = columnsOf(output, port);
  const log = deviceLog(rows);
  const common = { name, isTable, rows, beginning, ...(log === undefined ? {} : { log }) };
  if (!isTable || log !== undefined || !input) return { ...common, columns };
  return { ...common, ...beside(columns, rows, input.table, columnsOf(input.table, input.port)) };
}

/** Marks the columns that only repeat what was sent, and gives the sent columns that are not among them. */
function beside(
  columns: readonly OutputColumn[],
  rows: readonly TableRow[],
  input: ExecuteOutput,
  inputColumns: readonly OutputColumn[],
): { columns: OutputColumn[]; sent: SentTable } {
  const source = columns.map((column, c) =>
    inputColumns.findIndex(({ name }, i) => {
      if (name === undefined || name !== column.name) return false;
      return rows.every((row, r) => isSame(row[c] ?? null, input.rows[r]?.[i] ?? null));
    }),
  );
  const others = inputColumns.flatMap((_, i) => (source.includes(i) ? [] : [i]));
  return {
    columns: columns.map((column, i) => ({ ...column, repeated: (source[i] ?? -1) >= 0 })),
    sent: {
      name: input.name,
      columns: others.flatMap((i) => inputColumns[i] ?? []),
      rows: input.rows.map((row) => others.map((i) => row[i] ?? null)),
    },
  };
}

/** A service may write a number in its own way. */
function isSame(a: string | null, b: string | null): boolean {
  if (a === b) return true;
  return a !== null && b !== null && looksNumeric(a) && looksNumeric(b) && Number(a) === Number(b);
}

function columnsOf(output: ExecuteOutput, port: Port | undefined): OutputColumn[] {
  const { rows } = output;
  const width = rows.reduce((most, row) => Math.max(most, row.length), output.columnNames?.length ?? 0);
  const bySchema = output.columnNames ? undefined : port?.columns.length === width ? port.columns : undefined;
  return Array.from({ length: width }, (_, i) => {
    const name = output.columnNames?.[i] ?? bySchema?.[i]?.name;
    const declared = bySchema?.[i] ?? port?.columns.find((column) => column.name === name);
    const type = output.columnTypes?.[i] ?? (declared && typeName(declared));
    return {
      ...(name === undefined ? {} : { name }),
      ...(type === undefined ? {} : { type }),
      kind: kindOfType(type) ?? kindOfCells(rows, i),
      repeated: false,
    };
  });
}

function typeName(column: Column): string {
  return column.format ?? column.type;
}

/** Knows the .NET names of `ColumnTypes` and the names of swagger; undefined for a type that says nothing. */
function kindOfType(type: string | undefined): CellKind | undefined {
  if (type === undefined || /^object$/i.test(type)) return undefined;
  if (/^(?:u?int(?:16|32|64|8)?|s?byte|integer|number|numeric|double|single|float|decimal)$/i.test(type))
    return 'number';
  if (/^bool(?:ean)?$/i.test(type)) return 'boolean';
  return /^date(?:-?time(?:offset)?)?$/i.test(type) ? 'dateTime' : 'text';
}

const guesses: readonly (readonly [CellKind, (cell: string) => boolean])[] = [
  ['number', looksNumeric],
  ['boolean', (cell) => /^(?:true|false)$/i.test(cell)],
  ['dateTime', (cell) => /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d|$)/.test(cell)],
];

function kindOfCells(rows: readonly TableRow[], column: number): CellKind {
  const cells = rows.flatMap((row) => row[column] ?? []);
  if (cells.length === 0) return 'text';
  return guesses.find(([, fits]) => cells.every(fits))?.[0] ?? 'text';
}

function looksNumeric(cell: string): boolean {
  return cell.trim() !== '' && !Number.isNaN(Number(cell));
}

/** Source: the answers of script modules, a row with a `data:text/plain` URI and a graphic or null. */
function deviceLog(rows: readonly TableRow[]): string | undefined {
  const [row] = rows;
  if (!row || rows.length > 1) return undefined;
  const [first, ...others] = row;
  if (!first || others.some((cell) => cell !== null && !cell.startsWith('data:'))) return undefined;
  const [, parameters, content] = /^data:text\/plain([^,]*),([^]*)$/i.exec(first) ?? [];
  if (parameters === undefined || content === undefined) return undefined;
  if (/;base64$/i.test(parameters)) return Buffer.from(content, 'base64').toString('utf8');
  try {
    return decodeURIComponent(content);
  } catch {
    return content;
  }
}
