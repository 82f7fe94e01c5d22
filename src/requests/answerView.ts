import type { TableRow, OutputView } from '../shared/answerContract.ts';
import type { AnswerView } from '../shared/requestEditorContract.ts';
import { readAnswer, type AnswerTable, type TableContext } from './answerTables.ts';
import { beginningOf } from './answerText.ts';
import type { RrsAnswer } from './execute.ts';

/** How much of an answer goes to the webview; the whole of it opens as a document. */
export const shownRows = 20_000;
/** In characters, and a few for each cell. */
const shownCells = 8_000_000;

/** The answer as the editor shows it. */
export function viewOfAnswer(answer: RrsAnswer, context: TableContext = {}): AnswerView {
  const { isJson, hasResults, tables } = readAnswer(answer, context);
  const inFile = answer.file !== undefined;
  const text = beginningOf(answer.text, isJson);
  return {
    url: answer.requestUrl,
    status: answer.status,
    statusText: answer.statusText,
    ...answer.timings,
    size: answer.size,
    time: answer.time.toISOString(),
    headers: answer.headers,
    outputs: tables.map(viewOfTable),
    text: inFile ? { ...text, cut: true } : text,
    hasResults,
    inFile,
    ...(answer.notUtf8 && { notUtf8: true }),
    ...(answer.sent && { sent: answer.sent }),
    ...(answer.phases && { phases: answer.phases }),
  };
}

function viewOfTable({ rows, sent, ...table }: AnswerTable): OutputView {
  const first = firstRows(rows);
  return {
    ...table,
    rows: first,
    rowCount: rows.length,
    ...(sent ? { sent: { ...sent, rows: sent.rows.slice(0, first.length) } } : {}),
  };
}

/** As many rows as a page can hold. */
export function firstRows<T extends TableRow>(rows: readonly T[]): readonly T[] {
  let cells = 0;
  const end = rows.findIndex((row, i) => {
    cells += row.reduce((sum, cell) => sum + 4 + (cell?.length ?? 0), 0);
    return i >= shownRows || (i > 0 && cells > shownCells);
  });
  return end < 0 ? rows : rows.slice(0, end);
}
