import type {
  ComparedCell,
  ComparedOutput,
  ComparedRow,
  ComparisonView,
  OutputColumn,
  TableRow,
} from '../shared/answerContract.ts';
import type { AnswerTable } from './answerTables.ts';
import { firstRows } from './answerView.ts';

/** Holds an answer against an earlier one of the same service: outputs by name, columns by name, rows by position. */
export function compareAnswers(
  now: readonly AnswerTable[],
  before: readonly AnswerTable[],
  time: Date,
): ComparisonView {
  const names = new Set([...now, ...before].map(({ name }) => name));
  const named = (tables: readonly AnswerTable[], name: string): AnswerTable | undefined =>
    tables.find((table) => table.name === name);
  return {
    time: time.toISOString(),
    outputs: [...names].map((name) => compareTables(name, named(now, name), named(before, name))),
  };
}

interface ColumnPair {
  readonly column: OutputColumn;
  /** Position in the answer; absent for a column that is gone. */
  readonly now?: number;
  /** Position in the earlier answer; absent for a new column. */
  readonly before?: number;
}

function compareTables(
  name: string,
  now: AnswerTable | undefined,
  before: AnswerTable | undefined,
): ComparedOutput {
  const pairs = pairColumns(now?.columns ?? [], before?.columns ?? []);
  const count = Math.max(now?.rows.length ?? 0, before?.rows.length ?? 0);
  const rows = Array.from({ length: count }, (_, i) => compareRows(pairs, now?.rows[i], before?.rows[i]));
  const shown = firstRows(rows.map(({ cells }) => cells.map((cell) => cell.now))).length;
  return {
    name,
    columns: pairs.map((pair) => ({ ...pair.column, change: changeOf(pair) })),
    rows: rows.slice(0, shown),
    rowCount: count,
    changedRows: rows.filter(({ change }) => change !== 'same').length,
    changedCells: rows.reduce((sum, { cells }) => sum + cells.filter(isChanged).length, 0),
  };
}

/** Columns of one name go together in their order; columns without a name go by position. */
function pairColumns(now: readonly OutputColumn[], before: readonly OutputColumn[]): ColumnPair[] {
  const left = new Set(before.keys());
  const take = (column: OutputColumn, position: number): number | undefined => {
    const found =
      column.name === undefined
        ? before[position]?.name === undefined && left.has(position)
          ? position
          : undefined
        : [...left].find((i) => before[i]?.name === column.name);
    if (found !== undefined) left.delete(found);
    return found;
  };
  const paired = now.map((column, i): ColumnPair => {
    const match = take(column, i);
    return { column, now: i, ...(match === undefined ? {} : { before: match }) };
  });
  const gone = [...left].flatMap((i): ColumnPair[] => {
    const column = before[i];
    return column ? [{ column, before: i }] : [];
  });
  return [...paired, ...gone];
}

function changeOf({ now, before }: ColumnPair): 'same' | 'added' | 'removed' {
  if (now === undefined) return 'removed';
  return before === undefined ? 'added' : 'same';
}

function compareRows(
  pairs: readonly ColumnPair[],
  now: TableRow | undefined,
  before: TableRow | undefined,
): ComparedRow {
  const cellOf = (row: TableRow, position: number | undefined): string | null =>
    position === undefined ? null : (row[position] ?? null);
  if (!now || !before) {
    const cells = pairs.map((pair) => ({
      now: now ? cellOf(now, pair.now) : before ? cellOf(before, pair.before) : null,
    }));
    return { change: now ? 'added' : 'removed', cells };
  }
  const cells = pairs.map((pair): ComparedCell => {
    const [current, earlier] = [cellOf(now, pair.now), cellOf(before, pair.before)];
    const isBoth = pair.now !== undefined && pair.before !== undefined;
    return isBoth && current === earlier ? { now: current } : { now: current, before: earlier };
  });
  return { change: cells.some(isChanged) ? 'changed' : 'same', cells };
}

function isChanged(cell: ComparedCell): boolean {
  return cell.before !== undefined;
}
