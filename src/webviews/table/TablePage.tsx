import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import type {
  Arrangement,
  ColumnFacts,
  CountState,
  TableCondition,
  TableFacts,
  TableOrder,
} from '../../shared/tableEditorContract.ts';
import { Button, IconButton, Message } from '../controls/controls.tsx';
import { DataGrid } from '../controls/DataGrid.tsx';
import { fill } from '../controls/fill.ts';
import {
  naturalWidths,
  sourceOf,
  type GridPosition,
  type GridSelection,
  type GridSource,
  type GridSpan,
  type SortDirection,
} from '../controls/gridModel.ts';
import { FilterRows } from './FilterRows.tsx';
import { RowCache } from './rowCache.ts';
import { keepCell, keptCell, messageOf, type TableSession } from './session.ts';
import { Summary } from './Summary.tsx';

interface TablePageProps {
  readonly session: TableSession;
  readonly facts: TableFacts;
  /** How far the rows are counted now. */
  readonly count: CountState;
  readonly reopen: () => void;
}

/** Work that goes through the table, of which there is one at a time. */
interface Work {
  /** With a place for the percentage. */
  readonly text: string;
  /** Absent while it is not known. */
  readonly share?: number;
}

interface Remark {
  readonly kind: 'info' | 'error';
  readonly text: string;
}

const patienceMs = 250;
const ctrl = navigator.platform.startsWith('Mac') ? '⌘' : 'Ctrl+';

/** A table that is open: its tools, its rows and what is known of a column. */
export function TablePage({ session, facts, count, reopen }: TablePageProps) {
  const { strings, host } = session;
  const [arrangement, setArrangement] = useState<Arrangement>(facts.arrangement);
  const [work, setWork] = useState<Work>();
  const [remark, setRemark] = useState<Remark>();
  const [lost, setLost] = useState<string>();
  const [hasFilter, setHasFilter] = useState(arrangement.conditions.length > 0);
  const [summary, setSummary] = useState<ColumnFacts>();
  const [goal, setGoal] = useState<GridSelection>();
  const [words, setWords] = useState('');
  const [matchCase, setMatchCase] = useState(false);
  const [revision, redraw] = useReducer((before: number) => before + 1, 0);
  const place = useRef<{ readonly selection: GridSelection; readonly active: GridPosition }>(origin);
  const findField = useRef<HTMLInputElement>(null);
  const rowField = useRef<HTMLInputElement>(null);
  const lastWork = useRef(0);

  useEffect(() => session.onWork((share) => setWork((before) => before && { ...before, share })), [session]);

  const cache = useMemo(() => {
    const rows = new RowCache(
      facts.columns.length,
      (asked) => host.rows({ ...asked, version: arrangement.version }),
      (error) => {
        if (error !== undefined && !isCancelled(error)) setLost(messageOf(error));
        redraw(undefined);
      },
    );
    if (arrangement.version === facts.arrangement.version) rows.put(facts.first);
    return rows;
  }, [arrangement.version]);

  const rowCount = arrangement.rowCount ?? count.rows;
  const source = useMemo<GridSource>(
    () => ({ rowCount, row: (index) => cache.row(index) }),
    [cache, rowCount, revision],
  );
  const columns = useMemo(
    () =>
      facts.columns.map(({ name, type }, i) => ({
        title: name || fill(strings.column, i + 1),
        subtitle: strings.types[type],
        numeric: type === 'integer' || type === 'number',
        ...(arrangement.order?.column === i ? { sorted: directionOf(arrangement.order) } : {}),
      })),
    [arrangement.order],
  );
  // The order of the rows does not move the columns.
  const widths = useMemo(() => naturalWidths(columns, sourceOf(facts.first.rows)), []);
  /** What is in sight, of which another arrangement has other rows. */
  const drawn = useRef<readonly [rows: GridSpan, columns: GridSpan]>(undefined);
  const wantRows = (rows: GridSpan, spanned: GridSpan): void => {
    drawn.current = [rows, spanned];
    cache.want(rows, spanned);
  };
  useEffect(() => {
    if (drawn.current) cache.want(...drawn.current);
  }, [cache]);
  const nameOf = (column: number): string => columns[column]?.title ?? fill(strings.column, column + 1);

  const goTo = (row: number, column: number): void =>
    setGoal({ top: row, bottom: row, left: column, right: column });

  useEffect(() => {
    const kept = keptCell();
    if (kept && (kept.row > 0 || kept.column > 0) && kept.row < rowCount) goTo(kept.row, kept.column);
  }, []);

  /** Runs work with its progress in sight. A later one ends it, and then nothing more is heard of it. */
  const run = async <T,>(text: string, start: () => Promise<T>, done: (result: T) => void): Promise<void> => {
    const id = ++lastWork.current;
    setRemark(undefined);
    setWork(undefined);
    // Work that is soon done does not move the page.
    const shown = setTimeout(() => setWork({ text }), patienceMs);
    try {
      const result = await start();
      if (id === lastWork.current) done(result);
    } catch (error) {
      if (id === lastWork.current && !isCancelled(error))
        setRemark({ kind: 'error', text: messageOf(error) });
    } finally {
      clearTimeout(shown);
      if (id === lastWork.current) setWork(undefined);
    }
  };

  const arrange = (conditions: readonly TableCondition[], order: TableOrder | undefined): void =>
    void run(
      strings.arranging,
      () => host.arrange({ conditions, ...(order ? { order } : {}) }),
      (arranged) => {
        setArrangement(arranged);
        setSummary(undefined);
        if (arranged.rowCount !== 0) goTo(0, place.current.active.column);
      },
    );

  const sort = (column: number, direction?: SortDirection): void =>
    arrange(arrangement.conditions, nextOrder(arrangement.order, column, direction));

  const find = (backwards: boolean): void => {
    if (words === '') return;
    const { row, column } = place.current.active;
    void run(
      strings.searching,
      () => host.find({ text: words, matchCase, backwards, row, column }),
      (found) => {
        if (!found) {
          setRemark({ kind: 'info', text: strings.notFound });
          return;
        }
        if (found.wrapped) setRemark({ kind: 'info', text: strings.foundWrapped });
        goTo(found.row, found.column);
      },
    );
  };

  const goToRow = (text: string): void => {
    const number = Number(text.replaceAll(/[\s.,'’]/g, ''));
    if (!Number.isInteger(number) || number < 1) return;
    void run(
      strings.goingToRow,
      () => host.placeOf({ number }),
      (row) => goTo(row, place.current.active.column),
    );
  };

  const describe = (): void => {
    const { column } = place.current.active;
    void run(strings.describing, () => host.describe({ column }), setSummary);
  };

  const copy = async (selection: GridSelection): Promise<void> => {
    setRemark(undefined);
    try {
      const outcome = await host.copy(selection);
      setRemark({
        kind: 'info',
        text:
          outcome.kind === 'copied'
            ? fill(strings.copied, outcome.cells.toLocaleString())
            : fill(strings.tooManyToCopy, outcome.limit.toLocaleString()),
      });
    } catch (error) {
      setRemark({ kind: 'error', text: messageOf(error) });
    }
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const field = shortcutField(event, findField.current, rowField.current);
    if (field) {
      field.focus();
      field.select();
    } else if (event.key === 'F3') find(event.shiftKey);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  if (facts.bytes === 0 || columns.length === 0) {
    return (
      <main class="remark">
        <Message kind="info">{strings.emptyFile}</Message>
      </main>
    );
  }
  return (
    <main class="table-editor" onKeyDown={onKeyDown}>
      <div class="table-tools" role="toolbar" aria-label={facts.name}>
        <input
          ref={findField}
          class="input find-field"
          type="search"
          placeholder={strings.find}
          aria-label={strings.find}
          title={fill(strings.findHint, `${ctrl}F`)}
          value={words}
          onInput={(event) => setWords(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') find(event.shiftKey);
          }}
        />
        <button
          type="button"
          class="icon-button"
          title={strings.matchCase}
          aria-label={strings.matchCase}
          aria-pressed={matchCase}
          onClick={() => setMatchCase(!matchCase)}
        >
          Aa
        </button>
        <IconButton label={strings.findPrevious} icon="previous" onClick={() => find(true)} />
        <IconButton label={strings.findNext} icon="next" onClick={() => find(false)} />
        <input
          ref={rowField}
          class="input row-field"
          inputMode="numeric"
          placeholder={strings.goToRow}
          aria-label={strings.goToRow}
          title={fill(strings.goToRowHint, `${ctrl}G`)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') goToRow(event.currentTarget.value);
          }}
        />
        <span role="status" class="table-rows muted">
          {rowsText(session, arrangement, count)}
        </span>
        <IconButton
          label={strings.addCondition}
          icon="filter"
          pressed={hasFilter}
          onClick={() => setHasFilter(!hasFilter)}
        />
        <IconButton label={strings.summary} icon="chart" onClick={describe} />
        <IconButton
          label={strings.copy}
          icon="copy"
          disabled={rowCount === 0}
          onClick={() => void copy(place.current.selection)}
        />
        <IconButton
          label={strings.save}
          icon="save"
          disabled={rowCount === 0}
          onClick={() => void host.save({ selection: place.current.selection })}
        />
        {facts.fitsText && (
          <IconButton label={strings.openAsText} icon="document" onClick={() => void host.openAsText()} />
        )}
      </div>
      {hasFilter && (
        <FilterRows
          strings={strings}
          columns={facts.columns}
          conditions={arrangement.conditions}
          column={place.current.active.column}
          onApply={(conditions) => arrange(conditions, arrangement.order)}
        />
      )}
      <Counting session={session} count={count} />
      {work && (
        <Progress {...work}>
          <Button kind="link" label={strings.cancel} onClick={() => void host.cancel()} />
        </Progress>
      )}
      {remark && (
        <div role="status">
          <Message kind={remark.kind}>{remark.text}</Message>
        </div>
      )}
      {(lost ?? count.problem) !== undefined && (
        <Message kind="error" actions={<Button label={strings.openAgain} icon="refresh" onClick={reopen} />}>
          {lost ?? count.problem}
        </Message>
      )}
      {count.unclosedQuote && <Message kind="warning">{strings.unclosedQuote}</Message>}
      <div class="table-content">
        <div class="table-rows-seen">
          <DataGrid
            label={fill(strings.table, facts.name)}
            columns={columns}
            source={source}
            widths={widths}
            rowNumberTitle={strings.rowNumber}
            nullText=""
            lastNumber={count.rows}
            numberOf={(row) => (arrangement.rowCount === undefined ? row + 1 : cache.numberOf(row))}
            onRange={wantRows}
            onSelect={(selection, active) => {
              place.current = { selection, active };
              keepCell(active.row, active.column);
            }}
            onCopy={(selection) => {
              if (rowCount > 0) void copy(selection);
            }}
            goTo={goal}
            sorting={{ hint: strings.sortHint, sort }}
            resizeHint={strings.resizeHint}
          />
          {rowCount === 0 && (count.kind === 'complete' || arrangement.rowCount === 0) && (
            <p class="table-empty muted">
              {arrangement.rowCount === 0 ? strings.noRowsMatch : strings.noRows}
            </p>
          )}
        </div>
        {summary && (
          <Summary
            strings={strings}
            name={nameOf(summary.column)}
            facts={summary}
            onClose={() => setSummary(undefined)}
          />
        )}
      </div>
    </main>
  );
}

const origin = { selection: { top: 0, bottom: 0, left: 0, right: 0 }, active: { row: 0, column: 0 } };

function Counting({ session, count }: { readonly session: TableSession; readonly count: CountState }) {
  const { strings, host } = session;
  const [isShown, show] = useState(false);
  useEffect(() => {
    const shown = setTimeout(() => show(true), patienceMs);
    return () => clearTimeout(shown);
  }, []);
  if (count.kind === 'complete' || !isShown) return null;
  return count.kind === 'counting' ? (
    <Progress text={strings.counting} share={count.share}>
      <Button kind="link" label={strings.stopCounting} onClick={() => void host.stopCounting()} />
    </Progress>
  ) : (
    <div class="progress">
      <span class="muted">{fill(strings.rowsSoFar, count.rows.toLocaleString())}</span>
      <Button kind="link" label={strings.goOnCounting} onClick={() => void host.count()} />
    </div>
  );
}

interface ProgressProps {
  readonly text: string;
  readonly share?: number;
  readonly children: ComponentChildren;
}

function Progress({ text, share, children }: ProgressProps) {
  const label = fill(text, Math.floor((share ?? 0) * 100));
  return (
    <div class="progress">
      <progress max={1} value={share} aria-label={label} />
      <span class="muted">{label}</span>
      {children}
    </div>
  );
}

function rowsText({ strings }: TableSession, arrangement: Arrangement, count: CountState): string {
  const { rowCount, matching, conditions } = arrangement;
  if (rowCount !== undefined && matching !== undefined && matching > rowCount)
    return fill(strings.rowsShownCut, rowCount.toLocaleString(), matching.toLocaleString());
  if (rowCount !== undefined && conditions.length > 0 && count.kind === 'complete')
    return fill(strings.rowsShown, rowCount.toLocaleString(), count.rows.toLocaleString());
  const rows = rowCount ?? count.rows;
  if (rowCount === undefined && count.kind !== 'complete')
    return fill(strings.rowsSoFar, rows.toLocaleString());
  return rows === 1 ? strings.oneRow : fill(strings.rows, rows.toLocaleString());
}

function directionOf({ descending }: TableOrder): SortDirection {
  return descending ? 'descending' : 'ascending';
}

/** The order after a title was clicked: up, down, and as it comes. */
function nextOrder(
  current: TableOrder | undefined,
  column: number,
  direction?: SortDirection,
): TableOrder | undefined {
  const isSame = current?.column === column;
  if (direction) {
    const descending = direction === 'descending';
    return isSame && current.descending === descending ? undefined : { column, descending };
  }
  if (!isSame) return { column, descending: false };
  return current.descending ? undefined : { column, descending: true };
}

function shortcutField(
  { key, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent,
  find: HTMLInputElement | null,
  row: HTMLInputElement | null,
): HTMLInputElement | null {
  if (!(ctrlKey || metaKey) || shiftKey || altKey) return null;
  if (key.toLowerCase() === 'f') return find;
  return key.toLowerCase() === 'g' ? row : null;
}

function isCancelled(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'Cancelled';
}
