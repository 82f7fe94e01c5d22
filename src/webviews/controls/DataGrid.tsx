import { Fragment, type ComponentChildren } from 'preact';
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import {
  columnEdges,
  columnsInSight,
  fittedWidths,
  gridKey,
  isIn,
  linesOfTitles,
  naturalWidths,
  rangeText,
  scrollScale,
  selectionOf,
  sourceOf,
  stepFrom,
  titleParts,
  type GridColumn,
  type GridPosition,
  type GridRow,
  type GridSelection,
  type GridSource,
  type GridSpan,
  type GridStep,
  type SortDirection,
} from './gridModel.ts';

/** How the editor of a cell was left: on to another cell, back to the grid, or for something else on the page. */
export type EditEnd = GridStep | 'stay' | 'away';

/** What keys do with the selected cells. */
export type GridAct =
  'clear' | 'setNull' | 'insertRows' | 'removeRows' | 'duplicateRows' | 'nextProblem' | 'previousProblem';

/** Makes the cells of a grid editable. */
export interface GridEditing {
  /** The control in place of a cell; `typed` is what began the editing, if it was typing. */
  readonly editor: (
    at: GridPosition,
    typed: string | undefined,
    close: (end: EditEnd) => void,
  ) => ComponentChildren;
  readonly act: (act: GridAct, selection: GridSelection) => void;
  /** Takes what is pasted; gives what is to be selected afterwards. */
  readonly paste: (data: DataTransfer, selection: GridSelection) => GridSelection | undefined;
  /** Adds to what is copied, next to the text. */
  readonly copy: (data: DataTransfer, selection: GridSelection) => void;
  /** What is wrong with a cell. */
  readonly problem: (at: GridPosition) => string | undefined;
  /** Shown for a cell that its row leaves out. */
  readonly absentText: string;
  /** Id of the element that says how to edit. */
  readonly describedBy?: string;
  /** Id of the element that says what is wrong with the active cell. */
  readonly problemId?: string;
}

/** Makes the rows of a grid sortable by their columns, for who knows all of them. */
export interface GridSorting {
  /** A click on a title asks for no direction, the keys Alt+Up and Alt+Down do. */
  readonly sort: (column: number, direction?: SortDirection) => void;
  /** Says how, on the titles. */
  readonly hint: string;
}

interface DataGridProps {
  readonly label: string;
  readonly columns: readonly GridColumn[];
  /** All rows; or `source`, which is asked for those in sight. */
  readonly rows?: readonly GridRow[];
  readonly source?: GridSource;
  readonly rowNumberTitle: string;
  readonly nullText: string;
  readonly editing?: GridEditing;
  readonly sorting?: GridSorting;
  /** What a row is numbered as, when that is not its place; undefined while it is not known. */
  readonly numberOf?: (row: number) => number | undefined;
  /** The greatest number of a row; default: how many rows there are. */
  readonly lastNumber?: number;
  /** Pixels of each column; default: by the first rows. */
  readonly widths?: readonly number[];
  /** Copies instead of the grid, for a source that has not all cells here. */
  readonly onCopy?: (selection: GridSelection) => void;
  /** Makes columns as wide as one likes; the text says how. */
  readonly resizeHint?: string;
  /** A class for a cell that is not as the others. */
  readonly markOf?: (at: GridPosition) => string | undefined;
  /** Told whenever the selection has changed. */
  readonly onSelect?: (selection: GridSelection, active: GridPosition) => void;
  /** The rows and columns drawn, the last of them excluded, for a source that loads them. */
  readonly onRange?: (rows: GridSpan, columns: GridSpan) => void;
  /** Makes this cell the active one and focuses the grid, each time that it is another object. */
  readonly goTo?: GridSelection | undefined;
}

const rowHeight = 24;
const overscan = 4;
const numberWidths = { narrowest: 48, digit: 7.5, padding: 16 };
const narrowest = 32;
const keyStep = 16;
const noRows: readonly GridRow[] = [];
const noWidths: ReadonlyMap<number, number> = new Map();

/**
 * A table that renders the cells in sight only. Arrow keys move the active cell, Shift extends the selection, and
 * copying gives tab-separated text. With `editing` it is used like a spreadsheet. Tab goes past the grid until a key or
 * the pointer has been used in it, and again after Escape, so that nobody is caught in it.
 */
export function DataGrid(props: DataGridProps) {
  const { label, columns, rows = noRows, rowNumberTitle, nullText, editing, onSelect, onRange, goTo } = props;
  const given = props.source;
  const source = useMemo(() => given ?? sourceOf(rows), [given, rows]);
  const { rowCount } = source;
  const idBase = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [at, setActive] = useState<GridPosition>({ row: 0, column: 0 });
  const [from, setAnchor] = useState<GridPosition>(at);
  const [edit, setEdit] = useState<{ readonly at: GridPosition; readonly typed: string | undefined }>();
  const isInUse = useRef(false);
  const home = useRef<number>(undefined);

  const active = clamped(at, rowCount, columns.length);
  const selection = selectionOf(clamped(from, rowCount, columns.length), active);
  // A longer text in an edited cell does not move the columns.
  const natural = useMemo(
    () => props.widths ?? naturalWidths(columns, source),
    [columns, given ? rowCount > 0 : rows, props.widths],
  );
  const numberWidth = numberWidthFor(props.lastNumber ?? rowCount);
  const { view, scrollTo } = useViewport(scroller, rowCount * rowHeight);
  const [chosen, setChosen] = useState<ReadonlyMap<number, number>>(noWidths);
  const widths = useMemo(
    () => fittedWidths(natural, view.width - numberWidth).map((width, i) => chosen.get(i) ?? width),
    [natural, view.width, chosen, numberWidth],
  );
  const edges = useMemo(() => columnEdges(widths), [widths]);
  const titleLines = useMemo(() => linesOfTitles(columns, widths), [columns, widths]);
  const wide = columnsInSight(edges, view.left, view.width);
  const first = Math.max(0, Math.floor(view.top / rowHeight) - overscan);
  const last = Math.min(rowCount, Math.ceil((view.top + view.height) / rowHeight) + overscan);

  useEffect(() => {
    if (given) return;
    setActive({ row: 0, column: 0 });
    setAnchor({ row: 0, column: 0 });
  }, [rows]);

  useEffect(() => onRange?.({ first, last }, wide), [first, last, wide.first, wide.last]);

  useEffect(() => {
    onSelect?.(selection, active);
  }, [selection.top, selection.bottom, selection.left, selection.right, active.row, active.column]);

  useLayoutEffect(() => {
    const style = scroller.current?.style;
    const drawn = widths.slice(wide.first, wide.last);
    style?.setProperty(
      '--columns',
      [edges[wide.first] ?? 0, ...drawn].map((width) => `${width}px`).join(' '),
    );
    style?.setProperty('--width', `${numberWidth + (edges.at(-1) ?? 0)}px`);
    style?.setProperty('--number-width', `${numberWidth}px`);
    style?.setProperty('--title-lines', String(titleLines));
    style?.setProperty('--rows-height', `${view.bodyHeight}px`);
  }, [widths, wide.first, wide.last, titleLines, view.bodyHeight, numberWidth]);

  useEffect(() => {
    if (!goTo) return;
    select({ row: goTo.bottom, column: goTo.right }, { row: goTo.top, column: goTo.left });
    scroller.current?.focus();
  }, [goTo]);

  const reveal = ({ row, column }: GridPosition): void => {
    const element = scroller.current;
    if (!element) return;
    const head = element.querySelector<HTMLElement>('.grid-head')?.offsetHeight ?? 0;
    const seen = element.clientHeight - head;
    const top = row * rowHeight;
    if (top < view.latest().top) scrollTo(top);
    else if (top + rowHeight > view.latest().top + seen) scrollTo(top + rowHeight - seen);
    const left = edges[column] ?? 0;
    const right = (edges[column + 1] ?? left) + numberWidth;
    if (left < element.scrollLeft) element.scrollLeft = left;
    else if (right > element.scrollLeft + element.clientWidth)
      element.scrollLeft = right - element.clientWidth;
  };

  const select = (anchor: GridPosition, to: GridPosition): void => {
    setAnchor(anchor);
    setActive(to);
    reveal(to);
  };

  const step = (direction: GridStep): boolean => {
    if (direction === 'right') home.current ??= active.column;
    const size = { rows: rowCount, columns: columns.length };
    const to = stepFrom(active, direction, size, home.current);
    if (direction === 'down' || direction === 'up') home.current = undefined;
    if (to) select(to, to);
    return to !== undefined;
  };

  const startEdit = (typed?: string): void => {
    if (!editing || rowCount === 0 || columns.length === 0) return;
    reveal(active);
    setAnchor(active);
    setEdit({ at: active, typed });
  };

  const endEdit = (end: EditEnd): void => {
    setEdit(undefined);
    if (end === 'away') return;
    scroller.current?.focus();
    if (end !== 'stay') step(end);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== scroller.current) return;
    if (act(event)) {
      event.preventDefault();
      // VS Code would act on it too, and Ctrl+A would select the whole page.
      event.stopPropagation();
    }
  };

  /** Without a width, the column gets its own again. */
  const resize = (column: number, width?: number): void =>
    setChosen((before) => {
      const after = new Map(before);
      if (width === undefined) after.delete(column);
      else after.set(column, Math.max(narrowest, Math.round(width)));
      return after;
    });

  /** Whether the key was one of the grid's. */
  const act = (event: KeyboardEvent): boolean => {
    if (editing && actToEdit(event, editing)) return true;
    if (props.sorting && event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      props.sorting.sort(active.column, event.key === 'ArrowUp' ? 'ascending' : 'descending');
      return true;
    }
    const { shiftKey, altKey, key } = event;
    if (
      props.resizeHint !== undefined &&
      shiftKey &&
      altKey &&
      (key === 'ArrowLeft' || key === 'ArrowRight')
    ) {
      resize(active.column, (widths[active.column] ?? 0) + (key === 'ArrowLeft' ? -keyStep : keyStep));
      return true;
    }
    const page = Math.max(1, Math.floor(view.height / rowHeight) - 2);
    const to = gridKey(event, active, { rows: rowCount, columns: columns.length, page });
    if (!to) return false;
    isInUse.current = true;
    home.current = undefined;
    if (to === 'all') {
      setAnchor({ row: rowCount - 1, column: columns.length - 1 });
      setActive({ row: 0, column: 0 });
    } else {
      select(event.shiftKey ? clamped(from, rowCount, columns.length) : to, to);
    }
    return true;
  };

  const actToEdit = (event: KeyboardEvent, { act: change }: GridEditing): boolean => {
    const { key, shiftKey, altKey } = event;
    const withCommand = event.ctrlKey || event.metaKey;
    if (key === 'Tab' && !withCommand && !altKey) return isInUse.current && step(shiftKey ? 'left' : 'right');
    if (key === 'Escape') {
      const wasInUse = isInUse.current;
      isInUse.current = false;
      return wasInUse;
    }
    if (key === 'Enter' && !withCommand && !altKey) {
      isInUse.current = true;
      step(shiftKey ? 'up' : 'down');
      return true;
    }
    if (key === 'F2' && !withCommand) {
      isInUse.current = true;
      startEdit();
      return true;
    }
    const action = actOf(event);
    if (action) {
      isInUse.current = true;
      change(action, selection);
      return true;
    }
    if (withCommand || altKey || !/^.$/u.test(key)) return false;
    isInUse.current = true;
    startEdit(key);
    return true;
  };

  const onCopy = (event: ClipboardEvent): void => {
    if (event.target instanceof HTMLElement && event.target.closest('.grid-editor')) return;
    if (props.onCopy) {
      event.preventDefault();
      props.onCopy(selection);
      return;
    }
    event.clipboardData?.setData('text/plain', rangeText(source, selection));
    if (event.clipboardData) editing?.copy(event.clipboardData, selection);
    event.preventDefault();
    if (event.type === 'cut') editing?.act('clear', selection);
  };

  const onPaste = (event: ClipboardEvent): void => {
    if (!editing || !event.clipboardData || event.target !== scroller.current) return;
    event.preventDefault();
    isInUse.current = true;
    const pasted = editing.paste(event.clipboardData, selection);
    if (!pasted) return;
    setAnchor({ row: pasted.bottom, column: pasted.right });
    setActive({ row: pasted.top, column: pasted.left });
  };

  const onPointer = (event: PointerEvent): void => {
    const position = positionOf(event.target);
    if (!position || (event.type === 'pointermove' && event.buttons !== 1)) return;
    if (event.type === 'pointerdown' && event.button !== 0) return;
    isInUse.current = true;
    home.current = undefined;
    const whole = position.column < 0;
    if (whole) {
      const isExtended = event.shiftKey || event.type === 'pointermove';
      setAnchor({ row: isExtended ? from.row : position.row, column: columns.length - 1 });
      setActive({ row: position.row, column: 0 });
    } else {
      setActive(position);
      if (event.type === 'pointerdown' && !event.shiftKey) setAnchor(position);
    }
  };

  const onDblClick = (event: MouseEvent): void => {
    if ((positionOf(event.target)?.column ?? -1) >= 0) startEdit();
  };

  const cellId = ({ row, column }: GridPosition): string => `${idBase}-${row}-${column}`;
  const drawnColumns = columns.slice(wide.first, wide.last);
  // An element that goes out of sight on one side comes in on the other: that is cheaper than a new one.
  const pool = Math.ceil(view.height / rowHeight) + 2 * overscan + 1;
  const drawnRows = Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i);

  return (
    <div
      class={editing ? 'grid editable' : 'grid'}
      role="grid"
      aria-label={label}
      aria-rowcount={rowCount + 1}
      aria-colcount={columns.length}
      aria-multiselectable
      aria-readonly={editing ? undefined : true}
      aria-describedby={editing?.describedBy}
      aria-keyshortcuts={props.sorting ? 'Alt+ArrowUp Alt+ArrowDown' : undefined}
      aria-activedescendant={rowCount > 0 ? cellId(active) : undefined}
      tabIndex={0}
      ref={scroller}
      onKeyDown={onKeyDown}
      onCopy={onCopy}
      onCut={onCopy}
      onPaste={onPaste}
      onPointerDown={onPointer}
      onPointerMove={onPointer}
      onDblClick={onDblClick}
      onBlur={(event) => {
        const stays = event.relatedTarget instanceof Node && scroller.current?.contains(event.relatedTarget);
        if (!stays && document.hasFocus()) isInUse.current = false;
      }}
    >
      <div class="grid-head" role="row" aria-rowindex={1}>
        <div class="grid-corner" aria-hidden="true" title={rowNumberTitle} />
        <div aria-hidden="true" />
        {drawnColumns.map((column, i) => (
          <div
            key={wide.first + i}
            role="columnheader"
            aria-colindex={wide.first + i + 1}
            aria-sort={column.sorted}
            class={titleClass(column, props.sorting !== undefined)}
            title={[column.title.slice(0, 2000), ...(props.sorting ? [props.sorting.hint] : [])].join('\n')}
            onClick={() => props.sorting?.sort(wide.first + i)}
          >
            <span class="grid-name">{breakable(column.title)}</span>
            {column.subtitle !== undefined && <span class="grid-type">{column.subtitle}</span>}
            {props.resizeHint !== undefined && (
              <ResizeHandle
                hint={props.resizeHint}
                width={widths[wide.first + i] ?? 0}
                onResize={(width) => resize(wide.first + i, width)}
              />
            )}
          </div>
        ))}
      </div>
      <div class="grid-body" role="rowgroup" style={{ height: `${view.bodyHeight}px` }}>
        {drawnRows.map((row) => {
          const cells = source.row(row);
          return (
            <div
              key={row % pool}
              class={`grid-row${cells ? '' : ' pending'}${edit?.at.row === row ? ' editing' : ''}`}
              role="row"
              aria-rowindex={row + 2}
              style={{ transform: `translateY(${row * rowHeight - view.shift}px)` }}
            >
              <div class="grid-number" aria-hidden="true" data-row={row} data-column={-1}>
                {props.numberOf ? props.numberOf(row) : row + 1}
              </div>
              <div aria-hidden="true" />
              {drawnColumns.map((column, i) => {
                const place = { row, column: wide.first + i };
                const cell = cells?.[place.column];
                const isActive = row === active.row && place.column === active.column;
                const problem = cells && editing?.problem(place);
                const isEdited = edit && edit.at.row === row && edit.at.column === place.column;
                return (
                  <div
                    key={place.column}
                    id={cellId(place)}
                    role="gridcell"
                    aria-colindex={place.column + 1}
                    aria-selected={isIn(selection, place)}
                    aria-invalid={problem === undefined ? undefined : true}
                    aria-errormessage={isActive && problem !== undefined ? editing?.problemId : undefined}
                    class={cellClass(column, cell, {
                      isActive,
                      isInvalid: problem !== undefined,
                      isEdited: isEdited === true,
                      mark: props.markOf?.(place),
                    })}
                    data-row={row}
                    data-column={place.column}
                    title={titleOf(cell, problem)}
                  >
                    {isEdited && editing ? (
                      <div class="grid-editor">{editing.editor(place, edit.typed, endEdit)}</div>
                    ) : (
                      cells && cellText(given ? onOneLine(cell) : cell, nullText, editing?.absentText ?? '')
                    )}
                  </div>
                );
              })}
            </div>
          );
        })}
      </div>
    </div>
  );
}

interface ResizeHandleProps {
  readonly hint: string;
  readonly width: number;
  readonly onResize: (width?: number) => void;
}

/** The border of a column's title, to be dragged. */
function ResizeHandle({ hint, width, onResize }: ResizeHandleProps) {
  const start = useRef<{ readonly x: number; readonly width: number }>(undefined);
  return (
    <span
      class="grid-resize"
      title={hint}
      aria-hidden="true"
      onClick={(event) => event.stopPropagation()}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { x: event.clientX, width };
      }}
      onPointerMove={(event) => {
        if (start.current && event.buttons === 1)
          onResize(start.current.width + event.clientX - start.current.x);
      }}
      onPointerUp={() => (start.current = undefined)}
      onDblClick={() => onResize()}
    />
  );
}

type Cell = string | null | undefined;

function cellText(cell: Cell, nullText: string, absentText: string): string {
  if (cell === null) return nullText;
  return cell === undefined ? absentText : cell.slice(0, 500);
}

/** Line breaks in sight, where a cell has no room for lines. */
function onOneLine(cell: Cell): Cell {
  return typeof cell !== 'string' ? cell : cell.slice(0, 500).replaceAll(/\r\n|\r|\n/g, '↵');
}

function numberWidthFor(lastNumber: number): number {
  const { narrowest, digit, padding } = numberWidths;
  return Math.max(narrowest, Math.ceil(String(lastNumber).length * digit) + padding);
}

function titleClass({ numeric, sorted, tone }: GridColumn, isSortable: boolean): string {
  const parts = ['grid-title'];
  if (numeric) parts.push('numeric');
  if (isSortable) parts.push('sortable');
  if (sorted) parts.push(sorted);
  if (tone !== undefined) parts.push(tone);
  return parts.join(' ');
}

interface CellLook {
  readonly isActive: boolean;
  readonly isInvalid: boolean;
  readonly isEdited: boolean;
  readonly mark: string | undefined;
}

function cellClass(
  column: GridColumn,
  cell: Cell,
  { isActive, isInvalid, isEdited, mark }: CellLook,
): string {
  const parts = ['grid-cell'];
  if (column.tone !== undefined) parts.push(column.tone);
  if (mark !== undefined) parts.push(mark);
  if (column.numeric) parts.push('numeric');
  if (isActive) parts.push('active');
  if ((cell ?? null) === null) parts.push('null');
  if (isInvalid) parts.push('invalid');
  if (isEdited) parts.push('editing');
  return parts.join(' ');
}

function titleOf(cell: Cell, problem: string | undefined): string | undefined {
  if (problem !== undefined) return problem;
  return typeof cell === 'string' && cell.length > 20 ? cell.slice(0, 2000) : undefined;
}

function actOf({ key, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent): GridAct | undefined {
  const withCommand = ctrlKey || metaKey;
  if (altKey) return undefined;
  switch (key) {
    case 'Delete':
    case 'Backspace':
      return withCommand ? undefined : 'clear';
    case 'F8':
      return shiftKey ? 'previousProblem' : 'nextProblem';
    case '0':
      return withCommand && !shiftKey ? 'setNull' : undefined;
    case '+':
      return withCommand ? 'insertRows' : undefined;
    case '-':
      return withCommand ? 'removeRows' : undefined;
    case 'd':
    case 'D':
      return withCommand && shiftKey ? 'duplicateRows' : undefined;
    default:
      return undefined;
  }
}

function breakable(title: string): ComponentChildren {
  return titleParts(title).map((part, i) => (
    <Fragment key={i}>
      {i > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}

function clamped({ row, column }: GridPosition, rows: number, columns: number): GridPosition {
  return {
    row: Math.max(0, Math.min(rows - 1, row)),
    column: Math.max(0, Math.min(columns - 1, column)),
  };
}

function positionOf(target: EventTarget | null): GridPosition | undefined {
  if (!(target instanceof HTMLElement)) return undefined;
  const { row, column } = target.dataset;
  return row === undefined || column === undefined ? undefined : { row: Number(row), column: Number(column) };
}

interface Viewport {
  /** How far the rows are scrolled, in pixels of the rows. */
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/**
 * What is in sight. Rows higher than an element can be get a scroll bar that stands for more than its pixels; wheel and
 * keys still move by rows.
 */
function useViewport(scroller: { readonly current: HTMLDivElement | null }, rowsHeight: number) {
  const [view, setView] = useState<Viewport>({ top: 0, left: 0, height: 400, width: 0 });
  const head = scroller.current?.querySelector<HTMLElement>('.grid-head')?.offsetHeight ?? 0;
  const scale = scrollScale(rowsHeight, Math.max(1, view.height - head));
  const latest = useRef({ scale, top: 0, scroll: 0 });
  latest.current.scale = scale;

  const measure = (): void => {
    const element = scroller.current;
    if (!element) return;
    const { current } = latest;
    // A position of our own is known better than the scroll bar can say it.
    if (Math.abs(element.scrollTop - current.scroll) > 1) {
      current.scroll = element.scrollTop;
      current.top = current.scale.toTop(element.scrollTop);
    } else if (!current.scale.isScaled) {
      current.top = element.scrollTop;
    }
    setView({
      top: current.top,
      left: element.scrollLeft,
      height: element.clientHeight,
      width: element.clientWidth,
    });
  };

  const scrollTo = (top: number): void => {
    const element = scroller.current;
    if (!element) return;
    const { current } = latest;
    current.top = Math.max(0, Math.min(current.scale.lastTop, top));
    element.scrollTop = Math.round(current.scale.toScroll(current.top));
    current.scroll = element.scrollTop;
    measure();
  };

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    const onWheel = (event: WheelEvent): void => {
      if (!latest.current.scale.isScaled || event.ctrlKey || event.deltaY === 0 || event.shiftKey) return;
      event.preventDefault();
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? rowHeight : 1;
      scrollTo(latest.current.top + event.deltaY * unit);
      element.scrollLeft += event.deltaX * unit;
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
      element.removeEventListener('wheel', onWheel);
    };
  }, []);

  const shift = scale.isScaled ? view.top - latest.current.scroll : 0;
  return {
    view: { ...view, bodyHeight: scale.height, shift, latest: () => latest.current },
    scrollTo,
  };
}
