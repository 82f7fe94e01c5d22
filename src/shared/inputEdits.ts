import type { Cell, Column } from '../protocol/studio/serviceSchema.ts';
import {
  isItems,
  isMembers,
  type JsonEdit,
  type JsonMembers,
  type JsonPath,
  type JsonValue,
} from './jsonEdits.ts';
import type { RequestData } from './requestData.ts';
import { blankCell, own, type FormColumn, type FormRow, type InputForm } from './requestForm.ts';

/** Cells by row and column; `undefined` leaves a cell as it is. */
export type CellBlock = readonly (readonly (Cell | undefined)[])[];

/** Sets one cell. A column that the table does not have yet is added to it, with fresh cells in the other rows. */
export function setCell(
  data: RequestData,
  form: InputForm,
  row: number,
  column: FormColumn,
  value: Cell,
): JsonEdit[] {
  return setCells(data, form, { row, column: form.columns.indexOf(column) }, [[value]]);
}

/** Of the longest row; the rows may be more than a call takes arguments. */
export function widthOf(rows: readonly (readonly unknown[])[]): number {
  return rows.reduce((widest, row) => Math.max(widest, row.length), 0);
}

/** Sets a block of cells from this one on; rows and columns beyond the last ones are left out. */
export function setCells(
  data: RequestData,
  form: InputForm,
  at: { readonly row: number; readonly column: number },
  block: CellBlock,
): JsonEdit[] {
  const width = widthOf(block);
  const columns = form.columns.slice(at.column, at.column + width);
  const rows = block.slice(0, form.rowCount - at.row).map((row) => columns.map((_, i) => row[i]));
  const path = rowsPath(data, form);
  if (data.format === 'swagger') {
    return blockEdits(
      path,
      at.row,
      columns.map(({ name }) => name),
      rows,
    );
  }
  const isMissing = columns.some(({ position }) => position === undefined);
  const placed = isMissing ? withPositions(form) : form.columns;
  const positions = columns.map((column) => placed[form.columns.indexOf(column)]?.position ?? 0);
  const added = isMissing ? addColumns(data, form) : [];
  const needed = Math.max(-1, ...positions) + 1;
  const padding = isMissing ? [] : rows.flatMap((_, i) => padEdits(data, form, at.row + i, needed));
  return [...added, ...padding, ...blockEdits(path, at.row, positions, rows)];
}

function blockEdits(
  path: JsonPath,
  top: number,
  columns: readonly (string | number)[],
  rows: CellBlock,
): JsonEdit[] {
  const full = rows.map((row) => row.filter((cell) => cell !== undefined));
  const isSingle = rows.length === 1 && columns.length === 1;
  if (!isSingle && full.every((row) => row.length === columns.length)) {
    return rows.length === 0 || columns.length === 0
      ? []
      : [{ kind: 'block', path, top, columns, rows: full }];
  }
  return rows.flatMap((row, i) =>
    columns.flatMap((column, j): JsonEdit[] => {
      const value = row[j];
      return value === undefined ? [] : [{ kind: 'set', path: [...path, top + i, column], value }];
    }),
  );
}

/** Makes a row as long as it has to be. */
function padEdits(data: RequestData, form: InputForm, row: number, length: number): JsonEdit[] {
  const cells = form.rowItself(row);
  const has = Array.isArray(cells) ? cells.length : 0;
  if (has >= length) return [];
  const items = Array.from({ length: length - has }, () => null);
  return [{ kind: 'splice', path: [...rowsPath(data, form), row], at: has, remove: 0, items }];
}

/** The form's columns where those that the table does not have yet come after the ones that it has. */
function withPositions(form: InputForm): FormColumn[] {
  let next = form.columns.filter(({ position }) => position !== undefined).length;
  return form.columns.map((column) =>
    column.position === undefined ? { ...column, position: next++ } : column,
  );
}

/** Adds the columns of the form that the table does not have yet, with fresh cells in each row. */
function addColumns(data: RequestData, form: InputForm): JsonEdit[] {
  const added = form.columns.filter(({ position }) => position === undefined);
  const has = form.columns.length - added.length;
  if (added.length === 0) return [];
  const input = ['inputs', form.name];
  const names = added.map(({ name }) => name);
  const table = own(data.inputs, form.name, isMembers);
  const edits: JsonEdit[] = isItems(table?.ColumnNames)
    ? [{ kind: 'splice', path: [...input, 'ColumnNames'], at: has, remove: 0, items: names }]
    : [{ kind: 'set', path: [...input, 'ColumnNames'], value: names }];
  const blank = added.map((column) => blankCell(column));
  for (let row = 0; row < form.rowCount; row++) {
    const cells = form.rowItself(row);
    const length = Array.isArray(cells) ? cells.length : 0;
    const padding = Array.from({ length: Math.max(0, has - length) }, () => null);
    const path = [...input, 'Values', row];
    edits.push({ kind: 'splice', path, at: Math.min(length, has), remove: 0, items: [...padding, ...blank] });
  }
  return edits;
}

/** Inserts a row before index `at`: the given cells in the order of the form's columns, else a fresh one. */
export function insertRow(data: RequestData, form: InputForm, at: number, cells?: FormRow): JsonEdit[] {
  return insertRows(data, form, at, [cells ?? []]);
}

/** Inserts rows before index `at`, with cells in the order of the form's columns; a cell that is left out is a fresh one. */
export function insertRows(
  data: RequestData,
  form: InputForm,
  at: number,
  rows: readonly FormRow[],
): JsonEdit[] {
  return replaceRows(data, form, at, 0, rows);
}

/** Takes rows out and puts others in their place. */
export function replaceRows(
  data: RequestData,
  form: InputForm,
  at: number,
  remove: number,
  rows: readonly FormRow[],
): JsonEdit[] {
  const filled = rows.map((row) =>
    form.columns.map((column, i) => {
      const cell = row[i];
      return cell === undefined ? blankCell(column) : cell;
    }),
  );
  const input = own(data.inputs, form.name);
  if (data.format === 'swagger') {
    const items = filled.map((row) => rowObject(form, row));
    return isItems(input)
      ? [{ kind: 'splice', path: rowsPath(data, form), at, remove, items }]
      : [{ kind: 'set', path: ['inputs', form.name], value: items }];
  }
  const placed = withPositions(form);
  const order = placed
    .map(({ position = 0 }, i) => ({ position, i }))
    .toSorted((a, b) => a.position - b.position);
  const items = filled.map((row) => order.map(({ i }) => row[i] ?? null));
  if (!isMembers(input)) {
    const ColumnNames = order.map(({ i }) => form.columns[i]?.name ?? '');
    return [{ kind: 'set', path: ['inputs', form.name], value: { ColumnNames, Values: items } }];
  }
  const change: JsonEdit = isItems(input.Values)
    ? { kind: 'splice', path: rowsPath(data, form), at, remove, items }
    : { kind: 'set', path: rowsPath(data, form), value: items };
  return [...addColumns(data, form), change];
}

export function removeRow(data: RequestData, form: InputForm, at: number): JsonEdit[] {
  return removeRows(data, form, at, 1);
}

export function removeRows(data: RequestData, form: InputForm, at: number, count: number): JsonEdit[] {
  return [{ kind: 'splice', path: rowsPath(data, form), at, remove: count, items: [] }];
}

function rowsPath(data: RequestData, form: InputForm): JsonPath {
  return data.format === 'swagger' ? ['inputs', form.name] : ['inputs', form.name, 'Values'];
}

function rowObject(form: InputForm, cells: readonly JsonValue[]): JsonMembers {
  return Object.fromEntries(form.columns.map(({ name }, i) => [name, cells[i] ?? null]));
}

/** What a cell has in it when it is cleared: text that is empty, or null where no text is wanted. */
export function clearedCell({
  type,
  nullable,
  allowedValues,
}: Pick<Column, 'type' | 'nullable' | 'allowedValues'>): Cell {
  return nullable && (type !== 'string' || allowedValues !== undefined) ? null : '';
}

/** A cell from text that was typed, pasted or read from a file. */
export function cellFromText(
  column: Pick<Column, 'type' | 'nullable' | 'allowedValues'>,
  text: string,
): Cell {
  if (text === '') return clearedCell(column);
  const trimmed = text.trim();
  switch (column.type) {
    case 'boolean':
      return /^(?:true|false)$/i.test(trimmed) ? trimmed.toLowerCase() === 'true' : text;
    case 'integer':
    case 'number':
      return trimmed !== '' && String(Number(trimmed)) === trimmed && Number.isFinite(Number(trimmed))
        ? Number(trimmed)
        : trimmed;
    default:
      return text;
  }
}
