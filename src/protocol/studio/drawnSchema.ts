import { asArray, asObject, isJsonObject } from '../json.ts';
import { parseExecuteAnswer } from './rrs.ts';
import type { Cell, Column, ColumnType, GlobalParameter, Port, ServiceSchema } from './serviceSchema.ts';

const keptRows = 3;

/**
 * What a request that worked, and its answer if there is one, tell about their service. Takes the parsed bodies, in
 * the table form or the swagger form. Texts stay texts, whatever they look like, and every column may be null, for
 * nothing says otherwise.
 */
export function drawSchema(title: string, request: unknown, answer?: unknown): ServiceSchema {
  const { Inputs: inputs, GlobalParameters: parameters } = asObject(request);
  return {
    title,
    inputs: Object.entries(asObject(inputs)).map(([name, input]) => portOf(name, input)),
    outputs: outputsOf(answer),
    globalParameters: Object.entries(asObject(parameters)).map(([name, value]) => parameterOf(name, value)),
  };
}

function portOf(name: string, input: unknown): Port {
  const { names, rows } = tableOf(input);
  return {
    name,
    columns: names.map((column, i) =>
      columnOf(
        column,
        rows.map((row) => row[i] ?? null),
      ),
    ),
    sampleRows: rows.slice(0, keptRows),
  };
}

function tableOf(input: unknown): { names: string[]; rows: Cell[][] } {
  if (isJsonObject(input) && Array.isArray(input.ColumnNames)) {
    const names = asArray(input.ColumnNames).map(String);
    const rows = asArray(input.Values).map((row) => names.map((_, i) => cellOf(asArray(row)[i])));
    return { names, rows };
  }
  const objects = (isJsonObject(input) ? [input] : asArray(input)).map(asObject);
  const names = [...new Set(objects.flatMap((row) => Object.keys(row)))];
  return { names, rows: objects.map((row) => names.map((name) => cellOf(row[name]))) };
}

function columnOf(name: string, cells: readonly Cell[]): Column {
  return { name, type: typeOf(cells), nullable: true };
}

function typeOf(cells: readonly Cell[]): ColumnType {
  const filled = cells.filter((cell) => cell !== null);
  if (filled.length === 0) return 'string';
  if (filled.every((cell) => typeof cell === 'boolean')) return 'boolean';
  return filled.every((cell) => typeof cell === 'number') ? 'number' : 'string';
}

/** A whole number in one request says nothing of the next one, so every number is a `number`. */
function parameterOf(name: string, value: unknown): GlobalParameter {
  return { name, type: typeOf([cellOf(value)]), required: false };
}

function outputsOf(answer: unknown): Port[] {
  const results = asObject(answer).Results;
  if (!isJsonObject(results)) return [];
  return parseExecuteAnswer({ Results: results }).map(({ name, columnNames = [], columnTypes = [] }) => ({
    name,
    columns: columnNames.map((column, i) => ({
      name: column,
      type: netType(columnTypes[i]),
      nullable: true,
    })),
    sampleRows: [],
  }));
}

/** The type behind a .NET name in `ColumnTypes`. Source: azure-docs studio/consume-web-services.md. */
function netType(name = ''): ColumnType {
  if (/^u?int\d*$|^s?byte$/i.test(name)) return 'integer';
  if (/^(?:double|single|float|decimal|numeric)$/i.test(name)) return 'number';
  if (/^bool/i.test(name)) return 'boolean';
  return /^datetime/i.test(name) ? 'date-time' : 'string';
}

function cellOf(value: unknown): Cell {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return value === null || value === undefined ? null : JSON.stringify(value);
}
