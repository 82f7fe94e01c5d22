/** Where a text stops being JSON. */
export interface JsonFlaw {
  readonly offset: number;
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
  /** What is there, cut to a few characters; empty at the end of the text. */
  readonly found: string;
}

/** Character classes are repeated alone, so that a text of any length needs no stack. */
const token =
  /[\s:,[\]{}]+|"[^"\\\u0000-\u001f]*(?:\\.[^"\\\u0000-\u001f]*)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])|(?:true|false|null)(?![\w.+-])/y;
const longestFound = 20;

/** Where `text`, which `JSON.parse` refuses, stops being JSON; nesting may be of any depth. */
export function jsonFlaw(text: string): JsonFlaw {
  const offset = badSymbol(text) ?? placeOfParser(text) ?? text.length;
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return {
    offset,
    line: before.split('\n').length,
    column: offset - lineStart + 1,
    found: /^(?:[\w.+-]+|.)/su.exec(text.slice(offset, offset + longestFound))?.[0] ?? '',
  };
}

/** The first place where no token of JSON is. */
function badSymbol(text: string): number | undefined {
  let offset = 0;
  while (offset < text.length) {
    token.lastIndex = offset;
    if (!token.test(text)) return offset;
    offset = token.lastIndex;
  }
  return undefined;
}

/** V8 names the place of a token that is out of order. */
function placeOfParser(text: string): number | undefined {
  try {
    JSON.parse(text);
  } catch (error) {
    const position = /at position (\d+)/.exec(String(error))?.[1];
    return position === undefined ? undefined : Number(position);
  }
  return undefined;
}
