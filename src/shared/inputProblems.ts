import type { ServiceSchema } from '../protocol/studio/serviceSchema.ts';
import type { RequestData } from './requestData.ts';
import { secretReference } from './secretReference.ts';
import {
  cellProblem,
  inputForms,
  parameterFields,
  type CellProblem,
  type FormColumn,
  type FormRow,
  type InputForm,
  type ParameterField,
  type RowItself,
} from './requestForm.ts';

/** Where a value does not fit the schema. */
export type Problem =
  | {
      readonly kind: 'cell';
      readonly input: string;
      readonly row: number;
      readonly column: number;
      readonly name: string;
      readonly type: string;
      readonly problem: CellProblem;
    }
  | {
      readonly kind: 'parameter';
      readonly name: string;
      readonly type: string;
      readonly problem: CellProblem | 'required';
    };

export interface Problems {
  readonly count: number;
  /** The first ones, in the order of the page. */
  readonly first: readonly Problem[];
}

const mostListed = 50;
const none: Problems = { count: 0, first: [] };

/** What of the request a service with this schema is likely to refuse. A body kept as text is not looked into. */
export function requestProblems(data: RequestData, schema: ServiceSchema | undefined): Problems {
  if (!schema || data.body !== undefined) return none;
  const first: Problem[] = [];
  let count = 0;
  for (const form of inputForms(data, schema)) {
    if (!form.typed) continue;
    for (let row = 0; row < form.rowCount; row++) {
      const columns = problemColumns(form, row);
      count += columns.length;
      if (columns.length === 0 || first.length >= mostListed) continue;
      first.push(
        ...columns.map((column) => cellProblemAt(form, row, column)).filter((each) => each !== undefined),
      );
    }
  }
  for (const field of parameterFields(data, schema)) {
    const problem = parameterProblem(field);
    if (problem === undefined) continue;
    count++;
    first.push({ kind: 'parameter', name: field.name, type: field.format ?? field.type, problem });
  }
  return { count, first: first.slice(0, mostListed) };
}

/** A parameter that is left out has its default, if there is one. */
export function parameterProblem(field: ParameterField): CellProblem | 'required' | undefined {
  if (field.value === undefined) return field.required ? 'required' : undefined;
  if (typeof field.value === 'string' && secretReference(field.value) !== undefined) return undefined;
  return field.known ? cellProblem({ ...field, nullable: false }, field.value) : undefined;
}

/** By the row in the document, which is another object after each change. */
const knownRows = new WeakMap<
  RowItself,
  { readonly columns: readonly FormColumn[]; readonly found: readonly number[] }
>();
const fine: readonly number[] = [];

/** The columns whose cells in this row do not fit the schema. */
export function problemColumns(form: InputForm, row: number): readonly number[] {
  const itself = form.rowItself(row);
  if (!form.typed || itself === undefined) return fine;
  const known = knownRows.get(itself);
  if (known?.columns === form.columns) return known.found;
  const found = wrongCells(form.columns, form.row(row) ?? []);
  knownRows.set(itself, { columns: form.columns, found });
  return found;
}

function wrongCells(columns: readonly FormColumn[], row: FormRow): readonly number[] {
  const found: number[] = [];
  for (const [i, column] of columns.entries())
    if (column.known && cellProblem(column, row[i]) !== undefined) found.push(i);
  return found.length === 0 ? fine : found;
}

/** What is wrong with this cell, as an entry of the list. */
export function cellProblemAt(form: InputForm, row: number, column: number): Problem | undefined {
  const described = form.columns[column];
  if (!described || !problemColumns(form, row).includes(column)) return undefined;
  const problem = cellProblem(described, form.row(row)?.[column]);
  if (problem === undefined) return undefined;
  const { name, format, type } = described;
  return { kind: 'cell', input: form.name, row, column, name, type: format ?? type, problem };
}

/** The next cell with a problem after this one, round the end to the beginning; `backwards` for the one before. */
export function nextProblem(
  form: InputForm,
  from: { readonly row: number; readonly column: number },
  backwards = false,
): { readonly row: number; readonly column: number } | undefined {
  for (let i = 0; i <= form.rowCount; i++) {
    const row = (((from.row + (backwards ? -i : i)) % form.rowCount) + form.rowCount) % form.rowCount;
    const isBeyond = (column: number): boolean => {
      if (i === 0) return backwards ? column < from.column : column > from.column;
      return true;
    };
    const columns = problemColumns(form, row).filter(isBeyond);
    const column = backwards ? columns.at(-1) : columns[0];
    if (column !== undefined) return { row, column };
  }
  return undefined;
}
