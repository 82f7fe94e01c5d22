import { Fragment, type ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import {
  columnWindow,
  fittedWidths,
  gridKey,
  naturalWidths,
  rangeText,
  selectionOf,
  titleParts,
  type GridColumn,
  type GridPosition,
  type GridRow,
} from './gridModel.ts';

interface DataGridProps {
  readonly label: string;
  readonly columns: readonly GridColumn[];
  readonly rows: readonly GridRow[];
  readonly rowNumberTitle: string;
  readonly nullText: string;
}

const rowHeight = 24;
const overscan = 8;

/**
 * A table that renders the rows in sight only. Arrow keys move the active cell, Shift extends the selection, and
 * copying gives tab-separated text.
 */
export function DataGrid({ label, columns, rows, rowNumberTitle, nullText }: DataGridProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<GridPosition>({ row: 0, column: 0 });
  const [anchor, setAnchor] = useState<GridPosition>(active);
  const [view, setView] = useState({ top: 0, left: 0, height: 400, width: 0 });
  const natural = useMemo(() => naturalWidths(columns, rows), [columns, rows]);
  const widths = useMemo(() => fittedWidths(natural, view.width - numberWidth), [natural, view.width]);
  const shown = useMemo(() => columnWindow(widths, view.left, view.width), [widths, view.left, view.width]);
  const selection = selectionOf(anchor, active);

  useEffect(() => {
    setActive({ row: 0, column: 0 });
    setAnchor({ row: 0, column: 0 });
  }, [rows]);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    const measure = (): void =>
      setView({
        top: element.scrollTop,
        left: element.scrollLeft,
        height: element.clientHeight,
        width: element.clientWidth,
      });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, []);

  useLayoutEffect(() => {
    const { first, last, before, after } = shown;
    const tracks = [
      ...(before > 0 ? [before] : []),
      ...widths.slice(first, last),
      ...(after > 0 ? [after] : []),
    ];
    scroller.current?.style.setProperty('--columns', tracks.map((width) => `${width}px`).join(' '));
  }, [widths, shown]);

  const go = (to: GridPosition, extend: boolean): void => {
    setActive(to);
    if (!extend) setAnchor(to);
    if (scroller.current) reveal(scroller.current, to, widths);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor(view.height / rowHeight) - 2);
    const action = gridKey(event, active, { rows: rows.length, columns: columns.length, page });
    if (!action) return;
    event.preventDefault();
    // VS Code would act on it too, and Ctrl+A would select the whole page.
    event.stopPropagation();
    if (action === 'all') {
      setAnchor({ row: 0, column: 0 });
      setActive({ row: rows.length - 1, column: columns.length - 1 });
    } else {
      go(action, event.shiftKey);
    }
  };

  const onCopy = (event: ClipboardEvent): void => {
    event.clipboardData?.setData('text/plain', rangeText(rows, selection));
    event.preventDefault();
  };

  const onPointer = (event: PointerEvent): void => {
    const position = positionOf(event.target);
    if (!position || (event.type === 'pointermove' && event.buttons !== 1)) return;
    if (event.type === 'pointerdown' && event.button !== 0) return;
    const whole = position.column < 0;
    if (whole) {
      setAnchor({ row: event.shiftKey ? anchor.row : position.row, column: 0 });
      setActive({ row: position.row, column: columns.length - 1 });
    } else {
      setActive(position);
      if (event.type === 'pointerdown' && !event.shiftKey) setAnchor(position);
    }
  };

  const first = Math.max(0, Math.floor(view.top / rowHeight) - overscan);
  const titles = columns.slice(shown.first, shown.last);
  const gap = shown.before > 0 && <div aria-hidden="true" />;
  const last = Math.min(rows.length, Math.ceil((view.top + view.height) / rowHeight) + overscan);
  const isSelected = (row: number, column: number): boolean =>
    row >= selection.top && row <= selection.bottom && column >= selection.left && column <= selection.right;

  return (
    <div
      class="grid"
      role="grid"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      aria-multiselectable
      aria-readonly
      aria-activedescendant={rows.length > 0 ? cellId(active) : undefined}
      tabIndex={0}
      ref={scroller}
      onKeyDown={onKeyDown}
      onCopy={onCopy}
      onPointerDown={onPointer}
      onPointerMove={onPointer}
    >
      <div class="grid-head" role="row" aria-rowindex={1}>
        <div class="grid-corner" aria-hidden="true" title={rowNumberTitle} />
        {gap}
        {titles.map((column, i) => (
          <div
            key={shown.first + i}
            role="columnheader"
            aria-colindex={shown.first + i + 1}
            class={column.numeric ? 'grid-title numeric' : 'grid-title'}
            title={column.title.slice(0, 2000)}
          >
            <span class="grid-name">{breakable(column.title)}</span>
            {column.subtitle !== undefined && <span class="grid-type">{column.subtitle}</span>}
          </div>
        ))}
      </div>
      <div class="grid-body" role="rowgroup" style={{ height: `${rows.length * rowHeight}px` }}>
        {rows.slice(first, last).map((cells, offset) => {
          const row = first + offset;
          return (
            <div
              key={row}
              class="grid-row"
              role="row"
              aria-rowindex={row + 2}
              style={{ transform: `translateY(${row * rowHeight}px)` }}
            >
              <div class="grid-number" aria-hidden="true" data-row={row} data-column={-1}>
                {row + 1}
              </div>
              {gap}
              {titles.map((column, offset) => {
                const i = shown.first + offset;
                const cell = cells[i] ?? null;
                const isActive = row === active.row && i === active.column;
                return (
                  <div
                    key={i}
                    id={cellId({ row, column: i })}
                    role="gridcell"
                    aria-colindex={i + 1}
                    aria-selected={isSelected(row, i)}
                    class={`grid-cell${column.numeric ? ' numeric' : ''}${isActive ? ' active' : ''}${cell === null ? ' null' : ''}`}
                    data-row={row}
                    data-column={i}
                    title={cell !== null && cell.length > 20 ? cell.slice(0, 2000) : undefined}
                  >
                    {cell === null ? nullText : cell.slice(0, 500)}
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

function breakable(title: string): ComponentChildren {
  return titleParts(title).map((part, i) => (
    <Fragment key={i}>
      {i > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}

function cellId({ row, column }: GridPosition): string {
  return `cell-${row}-${column}`;
}

function positionOf(target: EventTarget | null): GridPosition | undefined {
  if (!(target instanceof HTMLElement)) return undefined;
  const { row, column } = target.dataset;
  return row === undefined || column === undefined ? undefined : { row: Number(row), column: Number(column) };
}

const numberWidth = 48;

/** Scrolls by as little as shows the whole cell, which sticky titles and numbers must not cover. */
function reveal(scroller: HTMLElement, { row, column }: GridPosition, widths: readonly number[]): void {
  const head = scroller.querySelector<HTMLElement>('.grid-head')?.offsetHeight ?? 0;
  const top = row * rowHeight;
  const bottom = top + rowHeight + head;
  if (top < scroller.scrollTop) scroller.scrollTop = top;
  else if (bottom > scroller.scrollTop + scroller.clientHeight)
    scroller.scrollTop = bottom - scroller.clientHeight;
  const left = widths.slice(0, column).reduce((sum, width) => sum + width, 0);
  const right = left + (widths[column] ?? 0) + numberWidth;
  if (left < scroller.scrollLeft) scroller.scrollLeft = left;
  else if (right > scroller.scrollLeft + scroller.clientWidth)
    scroller.scrollLeft = right - scroller.clientWidth;
}
