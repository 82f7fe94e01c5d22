import { asText, isJsonObject, tryParseJson, type JsonObject } from '../json.ts';

/** What a failed job's `Details` say, taken apart; everything but `message` and `raw` may be missing. */
export interface FailedJob {
  /** The most telling sentence. */
  readonly message: string;
  readonly errorId?: string;
  readonly errorCode?: string;
  readonly exceptionType?: string;
  /** The module of the experiment that failed. */
  readonly module?: string;
  /** The library whose own error lies beneath. */
  readonly library?: string;
  readonly requestId?: string;
  /** The JSON inside the text. */
  readonly json?: JsonObject;
  /** The whole text. */
  readonly raw: string;
}

/** How much of a text without structure serves as its message, in characters. */
const LONGEST_MESSAGE = 300;

/**
 * Reads the `Details` of a failed job: one long text of log lines with a JSON object somewhere in it. Never throws.
 * Source: Azure-Samples/MyDriving issue 526.
 */
export function parseFailedJob(details: string): FailedJob {
  const json = firstJsonObject(details);
  const exception = json === undefined ? undefined : exceptionOf(json);
  const inner = isJsonObject(exception?.Exception) ? exception.Exception : undefined;
  return {
    message: textOf(exception, 'Message', 'message') ?? textOf(inner, 'Message') ?? firstWords(details),
    ...optional('errorId', textOf(inner, 'ErrorId') ?? textOf(exception, 'ErrorId')),
    ...optional('errorCode', textOf(exception, 'ErrorCode', 'code')),
    ...optional('exceptionType', textOf(exception, 'ExceptionType')),
    ...optional(
      'module',
      /\bModule:\s*([^;\r\n]+)/.exec(details)?.[1]?.trim() ?? textOf(exception, 'target'),
    ),
    ...optional('library', textOf(inner, 'Library') ?? textOf(exception, 'Library')),
    ...optional('requestId', /\brequestId\s*=\s*([^\s;,]+)/i.exec(details)?.[1]),
    ...(json === undefined ? {} : { json }),
    raw: details,
  };
}

function exceptionOf(json: JsonObject): JsonObject {
  if (isJsonObject(json.Exception)) return json.Exception;
  if (!isJsonObject(json.error)) return json;
  const details: unknown = Array.isArray(json.error.details) ? json.error.details[0] : undefined;
  return isJsonObject(details) ? details : json.error;
}

function textOf(object: JsonObject | undefined, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = object?.[name];
    const text = typeof value === 'number' ? String(value) : asText(value);
    if (text !== undefined) return text;
  }
  return undefined;
}

function optional<Name extends string>(name: Name, value: string | undefined): Partial<Record<Name, string>> {
  const entry: Partial<Record<Name, string>> = {};
  if (value !== undefined) entry[name] = value;
  return entry;
}

function firstWords(text: string): string {
  const oneLine = text.trim().replace(/\s+/g, ' ');
  if (oneLine === '') return 'The service gave no reason.';
  return oneLine.length <= LONGEST_MESSAGE ? oneLine : `${oneLine.slice(0, LONGEST_MESSAGE)}…`;
}

/** How many opening braces are tried; a log of braces only must not cost quadratic time. */
const MOST_TRIES = 50;

function firstJsonObject(text: string): JsonObject | undefined {
  let start = text.indexOf('{');
  for (let tries = 0; start >= 0 && tries < MOST_TRIES; tries++, start = text.indexOf('{', start + 1)) {
    const end = endOfObject(text, start);
    const value = end < 0 ? undefined : tryParseJson(text.slice(start, end));
    if (isJsonObject(value) && Object.keys(value).length > 0) return value;
  }
  return undefined;
}

/** The index after the brace that closes the one at `start`, or -1. */
function endOfObject(text: string, start: number): number {
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{') depth++;
    else if (character === '}' && --depth === 0) return at + 1;
  }
  return -1;
}
