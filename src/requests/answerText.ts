import { tryParseJson } from '../protocol/json.ts';
import type { AnswerText } from '../shared/requestEditorContract.ts';

/** In characters: a browser lays out much more of preformatted text only slowly. */
const shownText = 300_000;

/** The body of an answer as a document: JSON indented, with the numbers as they came; anything else as it is. */
export function prettyText(text: string): string {
  return tryParseJson(text) === undefined ? text : indentJson(text);
}

/** The beginning, indented when the whole is JSON; `isJson` saves finding that out. */
export function beginningOf(text: string, isJson = tryParseJson(text) !== undefined): AnswerText {
  const beginning = text.slice(0, shownText);
  const shown = isJson ? indentJson(beginning) : beginning;
  return {
    text: shown.slice(0, 2 * shownText),
    cut: text.length > shownText || shown.length > 2 * shownText,
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
