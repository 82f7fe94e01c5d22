import type { Cell, ServiceSchema } from '../protocol/studio/serviceSchema.ts';
import { cellFromText, insertRows, setCells, widthOf, type CellBlock } from './inputEdits.ts';
import type { JsonEdit } from './jsonEdits.ts';
import { matchHeader, readPasted } from './pastedTable.ts';
import { editRequest, type RequestData } from './requestData.ts';
import { inputForms, type InputForm } from './requestForm.ts';

/** The cells that are selected, both ends included. */
export interface CellRange {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

export interface Paste {
  readonly edits: readonly JsonEdit[];
  /** Where the cells have gone. */
  readonly range: CellRange;
  readonly rows: number;
  /** The text began with names of columns, which the cells have followed. */
  readonly hasHeader: boolean;
  /** Columns of the text for which there was no place. */
  readonly leftOut: number;
}

/** Puts text into an input, from the selection on; rows are added as needed. Undefined when there is nothing to put. */
export function pasteText(
  text: string,
  data: RequestData,
  form: InputForm,
  schema: ServiceSchema | undefined,
  selection: CellRange,
): Paste | undefined {
  const table = readPasted(text, selection.left === 0 ? form.columns.length : 0);
  const header = matchHeader(
    table,
    form.columns.map(({ name }) => name),
  );
  const columnOf = (i: number): number => (header ? (header.columns[i] ?? -1) : selection.left + i);
  const width = widthOf(table);
  const left = header ? 0 : selection.left;
  const block = table.slice(header ? 1 : 0).map((cells) => {
    const row = Array.from<Cell | undefined>({ length: form.columns.length - left });
    for (const [i, cell] of cells.entries()) {
      const column = form.columns[columnOf(i)];
      if (column) row[columnOf(i) - left] = cellFromText(column, cell);
    }
    return row.slice(0, header ? undefined : width);
  });
  const leftOut = header ? header.unknown.length : Math.max(0, selection.left + width - form.columns.length);
  const pasted = pasteCells(block, data, form, schema, { ...selection, left });
  return pasted && { ...pasted, hasHeader: header !== undefined, leftOut };
}

/** Puts cells into an input, from the selection on; one cell fills the whole selection. */
export function pasteCells(
  cells: CellBlock,
  data: RequestData,
  form: InputForm,
  schema: ServiceSchema | undefined,
  selection: CellRange,
): Paste | undefined {
  const { top, left } = selection;
  const [[only] = []] = cells;
  const isSingle = cells.length === 1 && cells[0]?.length === 1;
  const block =
    isSingle && form.rowCount > 0
      ? Array.from({ length: selection.bottom - top + 1 }, () =>
          Array.from({ length: selection.right - left + 1 }, () => only),
        )
      : cells;
  const width = Math.min(widthOf(block), form.columns.length - left);
  if (block.length === 0 || width <= 0) return undefined;
  return {
    edits: blockEdits(block, data, form, schema, { row: top, column: left }),
    range: { top, left, bottom: top + block.length - 1, right: left + width - 1 },
    rows: block.length,
    hasHeader: false,
    leftOut: Math.max(0, left + widthOf(block) - form.columns.length),
  };
}

function blockEdits(
  block: CellBlock,
  data: RequestData,
  form: InputForm,
  schema: ServiceSchema | undefined,
  at: { readonly row: number; readonly column: number },
): JsonEdit[] {
  const there = Math.max(0, form.rowCount - at.row);
  const set = there > 0 ? setCells(data, form, at, block.slice(0, there)) : [];
  const further = block.slice(there);
  if (further.length === 0) return set;
  const padding = Array.from<undefined>({ length: at.column });
  const rows = further.map((row) => [...padding, ...row]);
  // The cells that are set may have added columns to the table.
  const after = editRequest(data, set);
  const grown = inputForms(after, schema).find(({ name }) => name === form.name) ?? form;
  return [...set, ...insertRows(after, grown, form.rowCount, rows)];
}
