import { Failure } from '../failure.ts';
import { asArray, isJsonObject, jsonText, type JsonObject } from '../json.ts';

/** `table` is names beside rows, `swagger` one object for each row (`format=swagger`). */
export type BodyForm = 'table' | 'swagger';

/** One named result of a call. Every cell is text or null, as on the wire. */
export interface ExecuteOutput {
  readonly name: string;
  /** `other` is anything that is no table; it has no rows, see `value`. */
  readonly form: BodyForm | 'other';
  /** Absent when the service did not say (`details=false`). */
  readonly columnNames?: readonly string[];
  /** .NET type names such as `Double`; only with `details=true` in the table form. */
  readonly columnTypes?: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** What the service sent, when it was no table. */
  readonly value?: unknown;
}

/**
 * The outputs of an RRS answer, in the service's order. The form is read off the answer itself: an array is the
 * swagger form, an object with `value.Values` the table form. Numbers and booleans become their JSON text. Throws a
 * `Failure` (`MalformedAnswer`) when there is no `Results` object.
 */
export function parseExecuteAnswer(answer: unknown): ExecuteOutput[] {
  const results = isJsonObject(answer) ? answer.Results : undefined;
  if (!isJsonObject(results)) {
    throw new Failure({
      code: 'MalformedAnswer',
      origin: 'service',
      sentence:
        'The answer has no "Results" object, so it is no answer of an Azure ML Studio (classic) web service. Check the URL.',
    });
  }
  return Object.entries(results).map(([name, output]) => parseOutput(name, output));
}

function parseOutput(name: string, output: unknown): ExecuteOutput {
  if (Array.isArray(output)) {
    if (output.every(isJsonObject)) return parseSwaggerOutput(name, output);
    if (output.every(Array.isArray)) return { name, form: 'table', rows: output.map(parseRow) };
  } else if (isJsonObject(output)) {
    const value = isJsonObject(output.value) ? output.value : output;
    if (Array.isArray(value.Values)) return parseTableOutput(name, value);
  }
  return { name, form: 'other', rows: [], value: output };
}

function parseTableOutput(name: string, value: JsonObject): ExecuteOutput {
  const columnNames = texts(value.ColumnNames);
  const columnTypes = texts(value.ColumnTypes);
  return {
    name,
    form: 'table',
    ...(columnNames && { columnNames }),
    ...(columnTypes && { columnTypes }),
    rows: asArray(value.Values).map(parseRow),
  };
}

function texts(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.map((item) => cellText(item) ?? '') : undefined;
}

function parseRow(row: unknown): (string | null)[] {
  return Array.isArray(row) ? row.map(cellText) : [cellText(row)];
}

function parseSwaggerOutput(name: string, items: readonly JsonObject[]): ExecuteOutput {
  const columns = new Set<string>();
  for (const item of items) for (const column of Object.keys(item)) columns.add(column);
  const columnNames = [...columns];
  const cells = items.reduce((sum, item) => sum + Object.keys(item).length, 0);
  if (columnNames.length * items.length > mostlyEmpty(cells)) {
    return { name, form: 'other', rows: [], value: items };
  }
  return {
    name,
    form: 'swagger',
    columnNames,
    rows: items.map((item) =>
      columnNames.map((column) => (Object.hasOwn(item, column) ? cellText(item[column]) : null)),
    ),
  };
}

/** Rows that share next to no members are no table; written as one they would not fit into memory. */
function mostlyEmpty(cells: number): number {
  return 1_000_000 + 20 * cells;
}

function cellText(cell: unknown): string | null {
  if (typeof cell === 'string') return cell;
  return cell === null || cell === undefined ? null : jsonText(cell);
}
