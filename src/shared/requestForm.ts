import type { Cell, Column, GlobalParameter, Port, ServiceSchema } from '../protocol/studio/serviceSchema.ts';
import { isItems, isMembers, type JsonEdit, type JsonMembers, type JsonValue } from './jsonEdits.ts';
import type { RequestData } from './requestData.ts';
import { secretReference } from './secretReference.ts';

/** A column of the form: what the schema says, or what the document lets guess. */
export interface FormColumn extends Column {
  /** The schema names it, or there is no schema. */
  readonly known: boolean;
  /** Where the document's table has it; absent when it does not, or in the swagger form. */
  readonly position?: number;
}

/** A cell that the document leaves out is `undefined`. */
export type FormRow = readonly (Cell | undefined)[];

export interface InputForm {
  readonly name: string;
  /** The schema names it, or there is no schema. */
  readonly known: boolean;
  readonly present: boolean;
  /** What the document has here is no table: it can be edited as JSON only. */
  readonly unreadable: boolean;
  readonly columns: readonly FormColumn[];
  /** There is a schema to hold the cells against. */
  readonly typed: boolean;
  readonly rowCount: number;
  /** Undefined beyond the last row. */
  row(index: number): FormRow | undefined;
  /** The row as it is in the document: the same object as long as nothing in it is changed. */
  rowItself(index: number): RowItself | undefined;
}

export type RowItself = readonly Cell[] | Readonly<Record<string, Cell>>;

export interface ParameterField extends GlobalParameter {
  readonly known: boolean;
  readonly required: boolean;
  /** Absent when the document leaves it out, which means the default. */
  readonly value?: Cell;
}

/** The inputs to show: those of the schema first, then what else the document has. */
export function inputForms(data: RequestData, schema?: ServiceSchema): InputForm[] {
  const ports = new Map(schema?.inputs.map((port) => [port.name, port]));
  const names = new Set([...ports.keys(), ...Object.keys(data.inputs)]);
  return [...names].map((name) => inputForm(data, name, ports.get(name), schema !== undefined));
}

function inputForm(data: RequestData, name: string, port: Port | undefined, hasSchema: boolean): InputForm {
  const value = own(data.inputs, name);
  const common = {
    name,
    known: port !== undefined || !hasSchema,
    present: value !== undefined,
    typed: port !== undefined,
  };
  const table = value === undefined ? emptyTable(data.format) : readTable(value, data.format);
  if (!table) {
    const nothing = (): undefined => undefined;
    return { ...common, unreadable: true, columns: [], rowCount: 0, row: nothing, rowItself: nothing };
  }
  const columns = settledColumns(name, formColumns(table, port, hasSchema));
  return {
    ...common,
    unreadable: false,
    columns,
    rowCount: table.rows.length,
    row(index) {
      const row = table.rows[index];
      return row && columns.map((column) => table.cell(row, column));
    },
    rowItself: (index) => table.rows[index],
  };
}

const lastColumns = new Map<string, readonly FormColumn[]>();

/** The same object as the last time when the columns are the same, so that what was found out about rows still holds. */
function settledColumns(input: string, columns: readonly FormColumn[]): readonly FormColumn[] {
  const last = lastColumns.get(input);
  if (last && JSON.stringify(last) === JSON.stringify(columns)) return last;
  lastColumns.set(input, columns);
  return columns;
}

interface ReadTable {
  readonly names: readonly string[];
  readonly positional: boolean;
  readonly rows: readonly RowItself[];
  readonly cell: (row: RowItself, column: Pick<FormColumn, 'name' | 'position'>) => Cell | undefined;
  /** Any cell of a column, to guess its type by. */
  readonly sample: (name: string, position: number) => Cell | undefined;
}

function emptyTable(format: RequestData['format']): ReadTable {
  return {
    names: [],
    positional: format === undefined,
    rows: [],
    cell: () => undefined,
    sample: () => undefined,
  };
}

/** By the value in the document, which is another object after each change. */
const readTables = {
  table: new WeakMap<object, ReadTable>(),
  swagger: new WeakMap<object, ReadTable>(),
};

function readTable(value: JsonValue, format: RequestData['format']): ReadTable | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const known = readTables[format ?? 'table'].get(value);
  if (known) return known;
  const table = format === 'swagger' ? readRowObjects(value) : readNamedRows(value);
  if (table) readTables[format ?? 'table'].set(value, table);
  return table;
}

function readNamedRows(value: JsonValue): ReadTable | undefined {
  if (!isMembers(value)) return undefined;
  const names = value.ColumnNames ?? [];
  const rows = value.Values ?? [];
  if (!isItems(names) || !isItems(rows) || !names.every((name) => typeof name === 'string')) return undefined;
  if (!rows.every(isRow)) return undefined;
  return {
    names,
    positional: true,
    rows,
    cell: (row, { position }) => (position === undefined || !isList(row) ? undefined : row[position]),
    sample: (_, position) => rows.find((row) => (row[position] ?? null) !== null)?.[position],
  };
}

function isList(row: RowItself): row is readonly Cell[] {
  return Array.isArray(row);
}

function isRow(row: JsonValue): row is readonly Cell[] {
  return isItems(row) && row.every(isCell);
}

function readRowObjects(value: JsonValue): ReadTable | undefined {
  if (!isItems(value) || !value.every(isRowObject)) return undefined;
  const names = new Set<string>();
  for (const row of value) for (const name of Object.keys(row)) names.add(name);
  return {
    names: [...names],
    positional: false,
    rows: value,
    cell: (row, { name }) => (isList(row) ? undefined : own(row, name)),
    sample: (name) => value.map((row) => own(row, name)).find((cell) => (cell ?? null) !== null),
  };
}

function isRowObject(row: JsonValue): row is Readonly<Record<string, Cell>> {
  return isMembers(row) && Object.values(row).every(isCell);
}

function isCell(value: JsonValue): value is Cell {
  return value === null || typeof value !== 'object';
}

function formColumns(table: ReadTable, port: Port | undefined, hasSchema: boolean): FormColumn[] {
  const positions = table.names.map((name, position) => ({ name, position }));
  const columns: FormColumn[] = [];
  for (const column of port?.columns ?? []) {
    const at = positions.findIndex(({ name }) => name === column.name);
    const [found] = at < 0 ? [] : positions.splice(at, 1);
    columns.push({ ...column, known: true, ...place(table, found?.position) });
  }
  for (const { name, position } of positions) {
    const type = guessType(table.sample(name, position));
    columns.push({ name, type, nullable: true, known: !hasSchema, ...place(table, position) });
  }
  return columns;
}

function place(table: ReadTable, position: number | undefined): { position?: number } {
  return table.positional && position !== undefined ? { position } : {};
}

function guessType(cell: Cell | undefined): Column['type'] {
  if (typeof cell === 'boolean') return 'boolean';
  return typeof cell === 'number' ? 'number' : 'string';
}

/** The global parameters to show: those of the schema first, then what else the document has. */
export function parameterFields(
  data: Pick<RequestData, 'globalParameters'>,
  schema?: ServiceSchema,
): ParameterField[] {
  const declared = schema?.globalParameters ?? [];
  const fields = declared.map((parameter): ParameterField => {
    const value = own(data.globalParameters, parameter.name);
    return {
      ...parameter,
      known: true,
      required: parameter.required ?? parameter.default === undefined,
      ...(value === undefined ? {} : { value: asCell(value) }),
    };
  });
  for (const [name, value] of Object.entries(data.globalParameters)) {
    if (declared.some((parameter) => parameter.name === name)) continue;
    const cell = asCell(value);
    fields.push({ name, type: guessType(cell), known: schema === undefined, required: false, value: cell });
  }
  return fields;
}

/** What is no scalar is shown, and edited, as its JSON text. */
function asCell(value: JsonValue): Cell {
  return isCell(value) ? value : JSON.stringify(value);
}

/** A cell as a person typed it: a number or truth value where the column is of that type and the text is exactly one. */
export function cellOfText(type: Column['type'], text: string): Cell {
  switch (type) {
    case 'integer':
    case 'number':
      return text !== '' && Number.isFinite(Number(text)) && String(Number(text)) === text
        ? Number(text)
        : text;
    case 'boolean':
      return text === 'true' || text === 'false' ? text === 'true' : text;
    default:
      return text;
  }
}

export type CellProblem =
  'missing' | 'null' | 'integer' | 'range' | 'number' | 'boolean' | 'dateTime' | 'notAllowed';

/** What a service of this schema is likely to refuse. Numbers and truth values may be sent as text. */
export function cellProblem(
  column: Pick<Column, 'type' | 'format' | 'nullable' | 'allowedValues'>,
  cell: Cell | undefined,
): CellProblem | undefined {
  if (cell === undefined) return 'missing';
  if (cell === null) return column.nullable ? undefined : 'null';
  const text = String(cell);
  if (column.allowedValues && !column.allowedValues.includes(text)) return 'notAllowed';
  switch (column.type) {
    case 'integer':
      if (typeof cell === 'number' && Number.isSafeInteger(cell)) {
        return isInIntRange(cell, column.format) ? undefined : 'range';
      }
      if (!/^\s*[+-]?\d+\s*$/.test(text)) return 'integer';
      return isInRange(BigInt(text.trim().replace('+', '')), column.format) ? undefined : 'range';
    case 'number':
      return text.trim() === '' || Number.isNaN(Number(text)) ? 'number' : undefined;
    case 'boolean':
      return /^(?:true|false)$/i.test(text) ? undefined : 'boolean';
    case 'date-time':
      return Number.isNaN(Date.parse(text)) ? 'dateTime' : undefined;
    default:
      return undefined;
  }
}

/** As `isInRange`, without a big integer for each cell of a long table. */
function isInIntRange(value: number, format: string | undefined): boolean {
  switch (format) {
    case undefined:
      return true;
    case 'int32':
      return value === (value | 0);
    default:
      return isInRange(BigInt(value), format);
  }
}

function isInRange(value: bigint, format: string | undefined): boolean {
  const match = /^(u?)int(8|16|32|64)$/.exec(format ?? '');
  if (!match) return true;
  const bits = Number(match[2]);
  return match[1] === 'u' ? BigInt.asUintN(bits, value) === value : BigInt.asIntN(bits, value) === value;
}

/** What a fresh row has in this column. */
export function blankCell(column: Pick<Column, 'type' | 'nullable' | 'allowedValues'>): Cell {
  if (column.allowedValues?.[0] !== undefined) return column.allowedValues[0];
  switch (column.type) {
    case 'integer':
    case 'number':
      return column.nullable ? null : 0;
    case 'boolean':
      return column.nullable ? null : false;
    case 'string':
      return '';
    default:
      return column.nullable ? null : '';
  }
}

/** `undefined` leaves the parameter out, so that the service's default counts. */
export function setParameter(name: string, value: Cell | undefined): JsonEdit {
  const path = ['globalParameters', name];
  return value === undefined ? { kind: 'remove', path } : { kind: 'set', path, value };
}

/** Switches between table and swagger form; inputs that cannot be said in the other form stay as they are. */
export function setFormat(data: RequestData, format: 'swagger' | undefined): JsonEdit[] {
  if (format === data.format) return [];
  const edits: JsonEdit[] =
    format === undefined
      ? [{ kind: 'remove', path: ['format'] }]
      : [{ kind: 'set', path: ['format'], value: format }];
  for (const [name, value] of Object.entries(data.inputs)) {
    const converted = format === 'swagger' ? rowObjectsOf(value) : namedRowsOf(value);
    if (converted) edits.push({ kind: 'set', path: ['inputs', name], value: converted });
  }
  return edits;
}

function rowObjectsOf(value: JsonValue): JsonValue | undefined {
  if (!isMembers(value) || !isItems(value.ColumnNames) || !isItems(value.Values)) return undefined;
  const names = value.ColumnNames.map(String);
  if (new Set(names).size < names.length || !value.Values.every(isItems)) return undefined;
  return value.Values.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i] ?? null])));
}

function namedRowsOf(value: JsonValue): JsonValue | undefined {
  if (!isItems(value) || !value.every(isMembers)) return undefined;
  const names = [...new Set(value.flatMap((row) => Object.keys(row)))];
  return { ColumnNames: names, Values: value.map((row) => names.map((name) => own(row, name) ?? null)) };
}

/** Inputs for a fresh request: the schema's sample rows, else one blank row. */
export function sampleInputs(schema: ServiceSchema): JsonMembers {
  return Object.fromEntries(
    schema.inputs.map(({ name, columns, sampleRows }) => [
      name,
      {
        ColumnNames: columns.map((column) => column.name),
        Values: sampleRows.length > 0 ? sampleRows : [columns.map(blankCell)],
      },
    ]),
  );
}

/** A member of its own, of whatever name. */
export function own<T extends JsonValue>(members: Readonly<Record<string, T>>, name: string): T | undefined;
export function own<T extends JsonValue>(
  members: JsonMembers,
  name: string,
  is: (value: JsonValue | undefined) => value is T,
): T | undefined;
export function own(
  members: JsonMembers,
  name: string,
  is?: (value: JsonValue | undefined) => boolean,
): JsonValue | undefined {
  const value = Object.hasOwn(members, name) ? members[name] : undefined;
  return !is || is(value) ? value : undefined;
}

const credentialNames = /^(?:proxy-)?authorization$|^(?:x-)?api-?key$|subscription-key$/i;

/**
 * Whether a header would put a key into the document; a reference to a secret is none. `filledByWorkspace` are the names
 * of headers that the workspace fills itself.
 */
export function holdsCredential(
  name: string,
  value: string,
  filledByWorkspace: readonly string[] = [],
): boolean {
  if (secretReference(value) !== undefined) return false;
  const trimmed = name.trim().toLowerCase();
  return (
    credentialNames.test(trimmed) ||
    filledByWorkspace.some((other) => other.toLowerCase() === trimmed) ||
    /^\s*(?:bearer|basic|sharedkey|sharedaccesssignature)\s+\S/i.test(value)
  );
}
