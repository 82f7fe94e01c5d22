import type { Failure } from '../protocol/failure.ts';
import { tryParseJson } from '../protocol/json.ts';
import { parseExecuteAnswer, type ExecuteOutput } from '../protocol/studio/rrs.ts';
import type { Column, Port, ServiceSchema } from '../protocol/studio/serviceSchema.ts';
import type {
  AnswerText,
  AnswerView,
  FailureView,
  OutputColumn,
  OutputView,
} from '../shared/requestEditorContract.ts';
import type { RrsAnswer } from './execute.ts';

/** How much of an answer goes to the webview; the whole of it opens as a document. */
export const shownRows = 1_000;
/** In characters. */
const shownCells = 2_000_000;
/** In characters: a browser lays out much more of preformatted text only slowly. */
const shownText = 300_000;

/** The answer as the editor shows it. The schema names columns that the answer leaves unnamed (`details=false`). */
export function viewOfAnswer(answer: RrsAnswer, schema?: ServiceSchema): AnswerView {
  return {
    url: answer.requestUrl,
    status: answer.status,
    statusText: answer.statusText,
    ...answer.timings,
    size: answer.size,
    time: answer.time.toISOString(),
    headers: answer.headers,
    outputs: outputsOf(answer).map((output) =>
      viewOfOutput(
        output,
        schema?.outputs.find(({ name }) => name === output.name),
      ),
    ),
    text: cutText(answer.text),
    ...(answer.notUtf8 && { notUtf8: true }),
    ...(answer.sent && { sent: answer.sent }),
    ...(answer.phases && { phases: answer.phases }),
  };
}

/** The body of an answer as a document: JSON indented, with the numbers as they came; anything else as it is. */
export function prettyText(text: string): string {
  return tryParseJson(text) === undefined ? text : indentJson(text);
}

/** The beginning, indented when the whole is JSON. */
function cutText(text: string): AnswerText {
  const beginning = text.slice(0, shownText);
  const shown = tryParseJson(text) === undefined ? beginning : indentJson(beginning);
  return {
    text: shown.slice(0, 2 * shownText),
    cut: text.length > shownText || shown.length > 2 * shownText,
  };
}

/** The outputs of a successful answer; none when the body is something else. */
function outputsOf(answer: RrsAnswer): ExecuteOutput[] {
  if (answer.status >= 400) return [];
  try {
    return parseExecuteAnswer(tryParseJson(answer.text));
  } catch {
    return [];
  }
}

function viewOfOutput(output: ExecuteOutput, port: Port | undefined): OutputView {
  const rows = firstRows(output.rows);
  return {
    name: output.name,
    columns: columnsOf(output, rows, port),
    rows,
    rowCount: output.rows.length,
    isTable: output.form !== 'other',
  };
}

function firstRows(rows: ExecuteOutput['rows']): ExecuteOutput['rows'] {
  let cells = 0;
  const end = rows.findIndex((row, i) => {
    cells += row.reduce((sum, cell) => sum + (cell?.length ?? 0) + 1, 0);
    return i >= shownRows || (i > 0 && cells > shownCells);
  });
  return end < 0 ? rows : rows.slice(0, end);
}

function columnsOf(
  output: ExecuteOutput,
  rows: ExecuteOutput['rows'],
  port: Port | undefined,
): OutputColumn[] {
  const width = Math.max(output.columnNames?.length ?? 0, ...rows.map((row) => row.length));
  const bySchema = output.columnNames ? undefined : port?.columns.length === width ? port.columns : undefined;
  return Array.from({ length: width }, (_, i) => {
    const name = output.columnNames?.[i] ?? bySchema?.[i]?.name;
    const declared = bySchema?.[i] ?? port?.columns.find((column) => column.name === name);
    const type = output.columnTypes?.[i] ?? (declared && typeName(declared));
    const numeric =
      type === undefined ? rows.every((row) => looksNumeric(row[i] ?? null)) : isNumericType(type);
    return { ...(name === undefined ? {} : { name }), ...(type === undefined ? {} : { type }), numeric };
  });
}

function typeName(column: Column): string {
  return column.format ?? column.type;
}

function isNumericType(type: string): boolean {
  return /^(?:u?int(?:16|32|64|8)?|integer|number|numeric|double|single|float|decimal|byte)$/i.test(type);
}

function looksNumeric(cell: string | null): boolean {
  return cell === null || (cell.trim() !== '' && !Number.isNaN(Number(cell)));
}

/** The failure as the editor shows it, with the labels of what may mend it. */
export function viewOfFailure(failure: Failure, remedies: readonly string[]): FailureView {
  const { evidence } = failure;
  const requestId = evidence?.headers?.find(([name]) => /request-?id$/i.test(name))?.[1];
  return {
    code: failure.code,
    origin: failure.origin,
    sentence: failure.sentence,
    ...(failure.status === undefined ? {} : { status: failure.status }),
    reasons: evidence?.reasons ?? [],
    headers: evidence?.headers ?? [],
    ...(requestId === undefined ? {} : { requestId }),
    ...(evidence?.method === undefined ? {} : { method: evidence.method }),
    ...(evidence?.url === undefined ? {} : { url: evidence.url }),
    ...(evidence?.time === undefined ? {} : { time: evidence.time }),
    ...(evidence?.body === undefined ? {} : { body: cutText(evidence.body).text }),
    remedies,
  };
}

/** The first alternative is an array on one line; its length is bounded because a regular expression recurses. */
const jsonToken =
  /\[(?:[^[\]{}"]|"[^"\\]*(?:\\.[^"\\]*)*"){0,2000}\]|"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)|[[\]{}:,]|[^\s[\]{}:,"]+/g;
/** What is nested deeper stays on one line: indentation would outgrow the text. */
const deepestIndent = 32;

/**
 * Re-indents JSON text token by token, so that no number loses digits on its way through a double. An array without
 * arrays or objects in it, such as a row of a table, stays on one line. The text may end anywhere.
 */
function indentJson(text: string): string {
  const out: string[] = [];
  let depth = 0;
  let isEmpty = false;
  const newLine = (): void => {
    if (depth <= deepestIndent) out.push(`\n${'  '.repeat(depth)}`);
  };
  for (const [token] of text.matchAll(jsonToken)) {
    const closes = token === '}' || token === ']';
    if (closes) depth--;
    if (closes ? !isEmpty : isEmpty) newLine();
    isEmpty = token === '{' || token === '[';
    if (isEmpty) depth++;
    out.push(token.length > 1 && token.startsWith('[') ? oneLine(token) : token);
    if (token === ',') newLine();
    if (token === ':') out.push(' ');
  }
  return out.join('');
}

function oneLine(array: string): string {
  return array.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"|\s+|,/g, (part) => {
    if (part === ',') return ', ';
    return part.startsWith('"') ? part : '';
  });
}
