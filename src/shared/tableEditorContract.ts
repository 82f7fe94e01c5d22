import { inquiry, notice, question } from './messages.ts';
import type { TableEditorStrings } from './tableEditorStrings.ts';

/** What the values of a column can be read as. */
export type TableColumnType = 'empty' | 'boolean' | 'integer' | 'number' | 'date' | 'text';

export interface TableColumn {
  /** Empty where the table does not say. */
  readonly name: string;
  /** By the first rows. */
  readonly type: TableColumnType;
}

/** How far the rows are counted. `rows` are those below the header that are known so far. */
export interface CountState {
  readonly kind: 'counting' | 'stopped' | 'complete';
  readonly rows: number;
  /** From 0 to 1. */
  readonly share: number;
  /** Why it stopped, if nobody asked for it. */
  readonly problem?: string;
  /** The last row is one quoted cell that is never closed. */
  readonly unclosedQuote: boolean;
}

export type TableTest =
  | 'equal'
  | 'notEqual'
  | 'less'
  | 'lessOrEqual'
  | 'greater'
  | 'greaterOrEqual'
  | 'contains'
  | 'doesNotContain'
  | 'empty'
  | 'notEmpty';

/** What a row is to fulfil; `column` absent, with `contains`, means any. */
export interface TableCondition {
  readonly column?: number;
  readonly test: TableTest;
  readonly value: string;
}

export interface TableOrder {
  readonly column: number;
  readonly descending: boolean;
}

/** Which rows are shown, and in what order. */
export interface Arrangement {
  /** Another one for each arrangement. */
  readonly version: number;
  readonly conditions: readonly TableCondition[];
  readonly order?: TableOrder;
  /** Absent when it is all rows, as many as are counted. */
  readonly rowCount?: number;
  /** Rows that fulfil the conditions; more than `rowCount` when not all of them can be shown. */
  readonly matching?: number;
}

/** Rows next to each other as they are shown, and the cells of them that were asked for. */
export interface RowBlock {
  /** Place of the first row, from 0. */
  readonly from: number;
  readonly firstColumn: number;
  readonly rows: readonly (readonly string[])[];
  /** Of each row, from 1, below the header. */
  readonly numbers: readonly number[];
}

export interface TableFacts {
  readonly name: string;
  readonly bytes: number;
  readonly columns: readonly TableColumn[];
  readonly count: CountState;
  readonly arrangement: Arrangement;
  /** The beginning, so that something is seen at once. */
  readonly first: RowBlock;
  /** A text editor takes the file. */
  readonly fitsText: boolean;
}

/** Both ends are included; places are those of the rows as shown. */
export interface CellBlock {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

export interface TableQuery {
  readonly text: string;
  readonly matchCase: boolean;
  readonly backwards: boolean;
  /** Where the search begins: the cells after it, or before it. */
  readonly row: number;
  readonly column: number;
}

export interface FoundCell {
  readonly row: number;
  readonly column: number;
  /** The search went past an end of the table. */
  readonly wrapped: boolean;
}

/** Numbers about the values of one column. */
export interface ColumnFacts {
  readonly column: number;
  readonly type: TableColumnType;
  readonly rows: number;
  readonly empty: number;
  readonly distinct: { readonly count: number; readonly exact: boolean };
  readonly top?: readonly { readonly value: string; readonly count: number }[];
  readonly numbers?: {
    readonly count: number;
    readonly min: number;
    readonly max: number;
    readonly mean: number;
    readonly standardDeviation: number;
    readonly histogram: readonly { readonly from: number; readonly to: number; readonly count: number }[];
  };
  readonly texts?: { readonly count: number; readonly min: string; readonly max: string };
}

export type CopyOutcome =
  { readonly kind: 'copied'; readonly cells: number } | { readonly kind: 'tooMany'; readonly limit: number };

/** What the table editor's webview sends to the extension. */
export const toTableHost = {
  start: inquiry<TableEditorStrings>(),
  /** Rejects with why the table cannot be opened. */
  open: inquiry<TableFacts>(),
  /** Forgets what was read, and opens the table again. */
  reopen: inquiry<TableFacts>(),
  rows: question<
    {
      readonly version: number;
      readonly from: number;
      readonly count: number;
      readonly firstColumn: number;
      readonly columns: number;
    },
    RowBlock
  >(),
  /** The place of the row with a number, or of the next one that is shown; the last one where there is none. */
  placeOf: question<{ readonly number: number }, number>(),
  count: question(),
  stopCounting: question(),
  /** Ends what else goes through the table. */
  cancel: question(),
  arrange: question<Pick<Arrangement, 'conditions' | 'order'>, Arrangement>(),
  find: question<TableQuery, FoundCell | undefined>(),
  describe: question<{ readonly column: number }, ColumnFacts>(),
  copy: question<CellBlock, CopyOutcome>(),
  save: question<{ readonly selection: CellBlock }>(),
  openAsText: question(),
} as const;

/** What the extension sends to the table editor's webview. */
export const toTableView = {
  countChanged: notice<CountState>(),
  /** How far the work is, from 0 to 1, that goes through the table. */
  workDone: notice<{ readonly share: number }>(),
} as const;
