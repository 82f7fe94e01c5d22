import { useId, useMemo, useRef, useState } from 'preact/hooks';
import type { Cell } from '../../protocol/studio/serviceSchema.ts';
import {
  clearedCell,
  insertRows,
  removeRows,
  setCell,
  setCells,
  type CellBlock,
} from '../../shared/inputEdits.ts';
import { cellProblemAt, nextProblem, problemColumns } from '../../shared/inputProblems.ts';
import type { JsonEdit } from '../../shared/jsonEdits.ts';
import { pasteCells, pasteText, type Paste } from '../../shared/pasteEdits.ts';
import type { RequestData } from '../../shared/requestData.ts';
import { schemaOf, type ImportOutcome } from '../../shared/requestEditorContract.ts';
import type { FormColumn, InputForm } from '../../shared/requestForm.ts';
import type { RequestEditorStrings } from '../../shared/requestEditorStrings.ts';
import { DataGrid, type GridAct, type GridEditing } from '../controls/DataGrid.tsx';
import { IconButton, Button, Message } from '../controls/controls.tsx';
import type { GridColumn, GridPosition, GridSelection, GridSource } from '../controls/gridModel.ts';
import { CellEditor } from './CellEditor.tsx';
import { problemSentence } from './Problems.tsx';
import { useSession } from './session.ts';
import { fill } from './text.ts';

interface InputGridProps {
  readonly request: RequestData;
  readonly form: InputForm;
  /** The cell to go to, each time that it is another object. */
  readonly goTo?: GridPosition | undefined;
}

const firstCell: GridSelection = { top: 0, bottom: 0, left: 0, right: 0 };
/** Keeps null, numbers and truth values what they are on the way from grid to grid. */
const cellsFormat = 'application/x-azureml-cells';

/** The rows of an input as a spreadsheet. */
export function InputGrid({ request, form, goTo }: InputGridProps) {
  const session = useSession();
  const { strings, host, target } = session;
  const { columns } = form;
  const id = useId();
  const [selection, setSelection] = useState(firstCell);
  const [active, setActive] = useState<GridPosition>({ row: 0, column: 0 });
  const [own, setOwn] = useState<GridSelection>();
  const [news, setNews] = useState('');
  const wanted = useWanted(goTo, own);
  const gridColumns = useMemo(() => columns.map((column) => gridColumn(column, strings)), [columns]);
  const source: GridSource = {
    rowCount: form.rowCount,
    row: (index) => form.row(index)?.map(cellText),
  };

  const edit = (edits: readonly JsonEdit[]): void => session.edit(edits);
  const act = (kind: GridAct, range: GridSelection): void => {
    setNews('');
    if (kind === 'nextProblem' || kind === 'previousProblem') {
      const found = nextProblem(form, active, kind === 'previousProblem');
      if (found) setOwn({ top: found.row, bottom: found.row, left: found.column, right: found.column });
      return;
    }
    edit(actEdits(kind, request, form, range));
    // The new rows, in the columns that were selected.
    const count = range.bottom - range.top + 1;
    if (kind === 'insertRows') setOwn({ ...range });
    if (kind === 'duplicateRows') setOwn({ ...range, top: range.top + count, bottom: range.bottom + count });
  };

  const pasted = (paste: Paste | undefined): GridSelection | undefined => {
    if (!paste) return undefined;
    edit(paste.edits);
    setNews(pasteNews(paste, strings));
    return paste.range;
  };

  const cellName = ({ row, column }: GridPosition): string =>
    fill(strings.cellName, columns[column]?.name ?? '', row + 1);

  const sentenceAt = ({ row, column }: GridPosition): string | undefined => {
    if (!problemColumns(form, row).includes(column)) return undefined;
    const problem = cellProblemAt(form, row, column);
    return problem && problemSentence(problem, strings);
  };

  const editing: GridEditing = {
    editor: (at, typed, close) => {
      const column = columns[at.column];
      if (!column) return null;
      const current = form.row(at.row)?.[at.column];
      return (
        <CellEditor
          key={`${at.row}.${at.column}`}
          column={column}
          cell={current}
          typed={typed}
          label={cellName(at)}
          onCommit={(cell) => edit(setCell(request, form, at.row, column, cell))}
          onClose={close}
        />
      );
    },
    act,
    copy: (data, { top, bottom, left, right }) => {
      const rows = Array.from({ length: bottom - top + 1 }, (_, i) =>
        form.row(top + i)?.slice(left, right + 1),
      );
      data.setData(cellsFormat, JSON.stringify(rows));
    },
    paste: (data, to) => {
      const cells = cellsOf(data.getData(cellsFormat));
      const schema = schemaOf(target);
      return pasted(
        cells
          ? pasteCells(cells, request, form, schema, to)
          : pasteText(data.getData('text/plain'), request, form, schema, to),
      );
    },
    problem: sentenceAt,
    absentText: strings.notSent,
    describedBy: `${id}-help`,
    problemId: `${id}-status`,
  };

  const importRows = async (): Promise<void> => {
    setNews('');
    try {
      setNews(importNews(await host.importRows({ input: form.name }), strings));
    } catch (error) {
      session.refuse(error);
    }
  };

  const problem = sentenceAt(active);
  const isNone = form.rowCount === 0;
  return (
    <div class="input-grid">
      <div class="row-bar" role="toolbar" aria-label={form.name}>
        <IconButton
          label={strings.addRow}
          icon="add"
          disabled={columns.length === 0}
          onClick={() => {
            edit(insertRows(request, form, form.rowCount, [[]]));
            setOwn({ top: form.rowCount, bottom: form.rowCount, left: 0, right: 0 });
          }}
        />
        <IconButton
          label={strings.insertRows}
          icon="insertRow"
          disabled={isNone}
          onClick={() => act('insertRows', selection)}
        />
        <IconButton
          label={strings.duplicateRows}
          icon="duplicate"
          disabled={isNone}
          onClick={() => act('duplicateRows', selection)}
        />
        <IconButton
          label={strings.removeRows}
          icon="trash"
          disabled={isNone}
          onClick={() => act('removeRows', selection)}
        />
        <Button
          kind="link"
          label={strings.setNull}
          title={strings.setNullHint}
          disabled={isNone}
          onClick={() => act('setNull', selection)}
        />
        <span class="row-gap" />
        <Button
          kind="link"
          icon="import"
          label={strings.importRows}
          title={strings.importRowsHint}
          onClick={() => void importRows()}
        />
      </div>
      {columns.length === 0 ? (
        <p class="muted">{strings.noColumns}</p>
      ) : (
        <DataGrid
          key={form.name}
          label={fill(strings.tableOf, form.name)}
          columns={gridColumns}
          source={source}
          rowNumberTitle={strings.rowNumber}
          nullText={strings.nullValue}
          editing={editing}
          goTo={wanted}
          onSelect={(selected, at) => {
            setSelection(selected);
            setActive(at);
          }}
        />
      )}
      {isNone && columns.length > 0 && <p class="muted">{strings.noRowsHint}</p>}
      <div class="grid-status">
        <span id={`${id}-status`} class={problem === undefined ? 'muted' : 'field-problem'} role="status">
          {problem === undefined
            ? news || facts(form, selection, strings)
            : `${cellName(active)}: ${problem}`}
        </span>
      </div>
      <span id={`${id}-help`} class="sr-only">
        {strings.gridHelp}
      </span>
      {!form.present && <Message kind="warning">{strings.inputMissing}</Message>}
    </div>
  );
}

function actEdits(
  kind: Exclude<GridAct, 'nextProblem' | 'previousProblem'>,
  request: RequestData,
  form: InputForm,
  { top, bottom, left, right }: GridSelection,
): JsonEdit[] {
  if (form.rowCount === 0) return [];
  const rows = Array.from({ length: bottom - top + 1 }, (_, i) => top + i);
  const setAll = (cell: (column: FormColumn) => Cell): JsonEdit[] => {
    const row = form.columns.slice(left, right + 1).map(cell);
    return setCells(
      request,
      form,
      { row: top, column: left },
      rows.map(() => row),
    );
  };
  switch (kind) {
    case 'clear':
      return setAll(clearedCell);
    case 'setNull':
      return setAll(() => null);
    case 'insertRows':
      return insertRows(
        request,
        form,
        top,
        rows.map(() => []),
      );
    case 'duplicateRows':
      return insertRows(
        request,
        form,
        bottom + 1,
        rows.map((row) => form.row(row) ?? []),
      );
    case 'removeRows':
      return removeRows(request, form, top, rows.length);
  }
}

/** The later of two places to go to: one from outside, one of the grid's own. */
function useWanted(
  outside: GridPosition | undefined,
  own: GridSelection | undefined,
): GridSelection | undefined {
  const last = useRef<{ outside?: GridPosition | undefined; own?: GridSelection | undefined }>({});
  const wanted = useRef<GridSelection>(undefined);
  if (outside && outside !== last.current.outside) {
    const { row, column } = outside;
    wanted.current = { top: row, bottom: row, left: column, right: column };
  } else if (own && own !== last.current.own) {
    wanted.current = own;
  }
  last.current = { outside, own };
  return wanted.current;
}

function gridColumn(
  { name, type, format, nullable, known }: FormColumn,
  strings: RequestEditorStrings,
): GridColumn {
  const kind = `${format ?? type}${nullable && known ? ` | ${strings.nullValue}` : ''}`;
  return {
    title: name,
    subtitle: known ? kind : strings.unknownColumn,
    numeric: type === 'integer' || type === 'number',
  };
}

function cellText(cell: Cell | undefined): string | null | undefined {
  return cell === undefined || cell === null ? cell : String(cell);
}

/** What a grid of this page has put on the clipboard. */
function cellsOf(json: string): CellBlock | undefined {
  const value = parsed(json);
  if (!Array.isArray(value) || !value.every((row) => Array.isArray(row))) return undefined;
  return value.map((row: readonly unknown[]) =>
    row.map((cell) =>
      typeof cell === 'string' || typeof cell === 'number' || typeof cell === 'boolean' ? cell : null,
    ),
  );
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function facts(
  form: InputForm,
  { top, bottom, left, right }: GridSelection,
  strings: RequestEditorStrings,
): string {
  const rows = form.rowCount === 1 ? strings.oneRow : fill(strings.rowCount, form.rowCount.toLocaleString());
  const [height, width] = [bottom - top + 1, right - left + 1];
  if (height * width < 2 || form.rowCount === 0) return rows;
  return `${rows} · ${fill(strings.selected, height.toLocaleString(), width.toLocaleString())}`;
}

function pasteNews({ rows, hasHeader, leftOut }: Paste, strings: RequestEditorStrings): string {
  return [
    rows === 1 ? strings.pastedRow : fill(strings.pastedRows, rows.toLocaleString()),
    ...(hasHeader ? [strings.pastedByHeader] : []),
    ...(leftOut > 0 ? [fill(strings.columnsLeftOut, leftOut)] : []),
  ].join(' ');
}

function importNews(outcome: ImportOutcome, strings: RequestEditorStrings): string {
  if (outcome.kind === 'cancelled') return '';
  const { file, rows, unknown, missing } = outcome;
  return [
    fill(strings.imported, rows.toLocaleString(), file),
    ...(unknown.length > 0 ? [fill(strings.importUnknown, unknown.join(', '))] : []),
    ...(missing.length > 0 ? [fill(strings.importMissing, missing.join(', '))] : []),
  ].join(' ');
}
