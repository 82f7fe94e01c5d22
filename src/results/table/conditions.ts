import { numberOf } from './cellTypes.ts';
import type { RowCells } from './rowCells.ts';
import type { RowBytes } from './rowFeed.ts';

/** A text to look for in the values of cells. */
export interface TextQuery {
  readonly text: string;
  /** Absent for any column. */
  readonly column?: number;
  readonly matchCase?: boolean;
}

export type Comparison = 'equal' | 'notEqual' | 'less' | 'lessOrEqual' | 'greater' | 'greaterOrEqual';

/** What a row is to fulfil. Numbers are compared as such; if either is none, both are texts. */
export type Condition =
  | ({ readonly test: 'contains' | 'doesNotContain' } & TextQuery)
  | { readonly test: Comparison; readonly column: number; readonly value: string }
  | { readonly test: 'empty' | 'notEmpty'; readonly column: number };

/** Cells of a row are looked at up to here, which no table that a person reads reaches. */
const mostCells = 1_000_000;

type RowTest = (row: RowBytes, cells: RowCells) => boolean;

/** A test that rows pass which fulfil all the conditions. It may leave `cells` split or not. */
export function rowTest(conditions: readonly Condition[]): RowTest {
  const tests = conditions.map(testOf);
  return (row, cells) => tests.every((test) => test(row, cells));
}

/** Gives the first column of a row whose value matches, or -1. */
export function columnFinder(query: TextQuery): (row: RowBytes, cells: RowCells) => number {
  const matches = textTest(query);
  const mayMatch = rawTest(query);
  const { column } = query;
  return (row, cells) => {
    if (column !== undefined) {
      cells.split(row.bytes, row.start, row.end, column + 1);
      const text = cells.text(column);
      return text !== undefined && matches(text) ? column : -1;
    }
    if (mayMatch !== undefined && !mayMatch(cells.decoded(row.bytes, row.start, row.end))) return -1;
    const count = cells.split(row.bytes, row.start, row.end, mostCells);
    for (let i = 0; i < count; i++) if (matches(cells.text(i) ?? '')) return i;
    return -1;
  };
}

function testOf(condition: Condition): RowTest {
  switch (condition.test) {
    case 'contains':
    case 'doesNotContain': {
      const find = columnFinder(condition);
      const wanted = condition.test === 'contains';
      return (row, cells) => find(row, cells) >= 0 === wanted;
    }
    case 'empty':
    case 'notEmpty': {
      const { column } = condition;
      const wanted = condition.test === 'empty';
      return cellTest(column, (text) => (text.trim() === '') === wanted);
    }
    default:
      return cellTest(condition.column, comparison(condition.test, condition.value));
  }
}

function cellTest(column: number, test: (text: string) => boolean): RowTest {
  return (row, cells) => {
    cells.split(row.bytes, row.start, row.end, column + 1);
    return test(cells.text(column) ?? '');
  };
}

/** Less and greater are false for an empty cell. */
function comparison(test: Comparison, value: string): (text: string) => boolean {
  const number = numberOf(value);
  const order = (text: string): number => {
    const own = number === undefined ? undefined : numberOf(text);
    if (own !== undefined && number !== undefined) return own - number;
    return text < value ? -1 : text > value ? 1 : 0;
  };
  switch (test) {
    case 'equal':
      return (text) => order(text) === 0;
    case 'notEqual':
      return (text) => order(text) !== 0;
    case 'less':
      return (text) => text !== '' && order(text) < 0;
    case 'lessOrEqual':
      return (text) => text !== '' && order(text) <= 0;
    case 'greater':
      return (text) => text !== '' && order(text) > 0;
    case 'greaterOrEqual':
      return (text) => text !== '' && order(text) >= 0;
  }
}

function textTest({ text, matchCase }: TextQuery): (value: string) => boolean {
  if (matchCase === true) return (value) => value.includes(text);
  const wanted = text.toLowerCase();
  return (value) => value.toLowerCase().includes(wanted);
}

/**
 * A quick test on a whole row as it is written, which spares most rows the splitting. Only for texts that are written in a
 * cell as they are, without quotes or line ends.
 */
function rawTest({ text, matchCase }: TextQuery): ((raw: string) => boolean) | undefined {
  if (/["\r\n]/.test(text)) return undefined;
  if (matchCase === true) return (raw) => raw.includes(text);
  const wanted = text.toLowerCase();
  return (raw) => raw.toLowerCase().includes(wanted);
}
