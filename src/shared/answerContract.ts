import { question } from './messages.ts';

/** How the cells of a column are aligned, compared and counted. */
export type CellKind = 'number' | 'boolean' | 'dateTime' | 'text';

export interface OutputColumn {
  /** Absent when neither the answer nor the schema names it. */
  readonly name?: string;
  readonly type?: string;
  readonly kind: CellKind;
  /** It repeats a column of the request, name and cells. */
  readonly repeated: boolean;
}

export type TableRow = readonly (string | null)[];

/** What was sent, row by row beside what came back. */
export interface SentTable {
  /** Of the input. */
  readonly name: string;
  readonly columns: readonly OutputColumn[];
  readonly rows: readonly TableRow[];
}

export interface OutputView {
  readonly name: string;
  readonly columns: readonly OutputColumn[];
  readonly rows: readonly TableRow[];
  /** Of all rows, of which `rows` may be the first ones only. */
  readonly rowCount: number;
  /** The answer is in a file of which only the beginning was read: `rowCount` is not that of the whole. */
  readonly beginning: boolean;
  /** The service sent something else than a table. */
  readonly isTable: boolean;
  /** The columns of the request that the output does not repeat, when it has a row for each row that was sent. */
  readonly sent?: SentTable;
  /** The device log of a script module, which comes as a `data:text/plain` URI in a cell. */
  readonly log?: string;
}

/** Calls that a gateway says are left. */
export interface AllowanceView {
  readonly remaining: number;
  readonly total?: number;
  /** Milliseconds from now until they are renewed. */
  readonly renewedInMs?: number;
}

/** When a failed call may be tried again. */
export interface RetryView {
  /** Milliseconds from now. */
  readonly inMs: number;
  /** Whether the wait is short enough to be waited for here. */
  readonly offered: boolean;
  /** The wait is on: the request goes out by itself at its end. */
  readonly waiting: boolean;
}

/** A fact that was found inside a long message. */
export type MessageFact = readonly [
  name: 'message' | 'module' | 'library' | 'errorCode' | 'errorId' | 'exceptionType' | 'requestId',
  value: string,
];

/** A cell of a comparison: what it is now and, where that differs, what it was. */
export interface ComparedCell {
  readonly now: string | null;
  /** Absent when nothing has changed. */
  readonly before?: string | null;
}

export type RowChange = 'same' | 'changed' | 'added' | 'removed';

export interface ComparedRow {
  readonly change: RowChange;
  readonly cells: readonly ComparedCell[];
}

export interface ComparedOutput {
  readonly name: string;
  readonly columns: readonly (OutputColumn & { readonly change: 'same' | 'added' | 'removed' })[];
  readonly rows: readonly ComparedRow[];
  /** Of all rows, of which `rows` may be the first ones only. */
  readonly rowCount: number;
  readonly changedRows: number;
  readonly changedCells: number;
}

/** An answer held against an earlier one. */
export interface ComparisonView {
  /** When the earlier answer came; ISO 8601. */
  readonly time: string;
  readonly outputs: readonly ComparedOutput[];
}

export interface TableExport {
  readonly output: string;
  /** Indices of the rows in the order in which they are shown; absent means all. */
  readonly rows?: readonly number[];
  /** With the columns of the request in front. */
  readonly withSent: boolean;
}

/** What the answer's side of the webview sends to the extension. */
export const toAnswerHost = {
  sendAgain: question(),
  /** Sends the request again when the wait is over that the last failure asks for. */
  retryLater: question(),
  openAnswer: question(),
  saveAnswer: question(),
  saveTable: question<TableExport>(),
  /** Shows an answer that is kept in a file, where the system shows files. */
  revealAnswer: question(),
  openAnswerFile: question(),
  compare: question(),
  compareAsText: question(),
  endComparison: question(),
  showHistory: question(),
} as const;
