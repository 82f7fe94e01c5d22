import type { Cell, Column, ColumnType } from '../protocol/studio/serviceSchema.ts';

/** A value that does not fit its column. */
export class CellError extends Error {}

interface ValueType {
  readonly type: ColumnType;
  readonly format?: string;
}

const INTEGER_RANGES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int16: [-(2n ** 15n), 2n ** 15n - 1n],
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint16: [0n, 2n ** 16n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
};

const NET_TYPE_NAMES: Readonly<Record<Exclude<ColumnType, 'integer'>, string>> = {
  number: 'Double',
  boolean: 'Boolean',
  'date-time': 'DateTime',
  'time-span': 'TimeSpan',
  string: 'String',
};

/** The .NET type name that `ColumnTypes` shows for a column, such as `Int32` or `DateTime`. */
export function netTypeName(column: ValueType): string {
  if (column.type !== 'integer') return NET_TYPE_NAMES[column.type];
  const format = column.format ?? 'int32';
  return format.startsWith('u') ? `UInt${format.slice(4)}` : `Int${format.slice(3)}`;
}

/**
 * Parses a JSON value or a text cell into a value of the column; cells may come as text whatever their
 * type. An integer beyond 2^53 stays text, so that no digit is lost.
 * @throws CellError
 */
export function parseValue(value: string | number | boolean, column: ValueType): Cell {
  const text = typeof value === 'string' ? value : String(value);
  switch (column.type) {
    case 'string':
      return text;
    case 'integer':
      return parseInteger(text, column.format ?? 'int32');
    case 'number':
      return parseNumber(text);
    case 'boolean':
      return parseBoolean(text);
    case 'date-time':
      return parseDateTime(text);
    case 'time-span':
      return parseTimeSpan(text);
  }
}

/**
 * Parses a cell of an input table: `null`, or no text in a column that cannot have an empty one, is a
 * missing value.
 * @throws CellError
 */
export function parseCell(value: unknown, column: Column, everyColumnTakesNull: boolean): Cell {
  if (value === null || value === undefined || (value === '' && !takesEmptyText(column))) {
    if (column.nullable || everyColumnTakesNull) return null;
    throw new CellError('it is empty and the column takes no missing values');
  }
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    throw new CellError('it is neither text nor a number, a boolean or null');
  }
  return checkAllowed(parseValue(value, column), column.allowedValues);
}

function takesEmptyText({ type, allowedValues }: Column): boolean {
  return type === 'string' && (allowedValues?.includes('') ?? true);
}

/** @throws CellError when there are allowed values and this is none of them. */
export function checkAllowed(value: Cell, allowedValues: readonly string[] | undefined): Cell {
  if (!allowedValues || allowedValues.includes(String(value))) return value;
  throw new CellError(`it is not one of ${allowedValues.join(', ')}`);
}

/** The text of a cell in an answer or an output file; every cell of an answer is text or null. */
export function formatCell(cell: Cell, column: ValueType): string | null {
  if (cell === null) return null;
  if (typeof cell === 'boolean') return cell ? 'True' : 'False';
  if (column.type === 'date-time' && typeof cell === 'string') return formatDateTime(cell);
  return typeof cell === 'number' ? formatNumber(cell) : cell;
}

function parseInteger(text: string, format: string): Cell {
  const trimmed = text.trim();
  if (!/^[+-]?\d+$/.test(trimmed)) throw new CellError('it is not a whole number');
  const value = BigInt(trimmed.replace(/^\+/, ''));
  const range = INTEGER_RANGES[format];
  if (range && (value < range[0] || value > range[1])) throw new CellError(`it does not fit into ${format}`);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

function parseNumber(text: string): number {
  const trimmed = text.trim();
  if (/^(NaN|[+-]?Infinity)$/.test(trimmed)) return Number(trimmed);
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(trimmed)) throw new CellError('it is not a number');
  return Number(trimmed);
}

function parseBoolean(text: string): boolean {
  const word = text.trim().toLowerCase();
  if (word === 'true') return true;
  if (word === 'false') return false;
  throw new CellError('it is not a boolean');
}

const US_DATE = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?: (\d{1,2}):(\d{2})(?::(\d{2}))?(?: (AM|PM))?)?$/i;
const ISO_DATE = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,7})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

/** ISO 8601 in UTC; a date without an offset counts as UTC. */
function parseDateTime(text: string): string {
  const trimmed = text.trim();
  const us = US_DATE.exec(trimmed);
  const time = us ? usTime(us) : isoTime(trimmed);
  if (Number.isNaN(time)) throw new CellError('it is not a date');
  return new Date(time).toISOString();
}

function isoTime(text: string): number {
  if (!ISO_DATE.test(text)) return NaN;
  const withT = text.replace(' ', 'T');
  const hasOffset = /(?:Z|[+-]\d{2}:?\d{2})$/.test(withT.slice(10));
  return Date.parse(withT.length === 10 || hasOffset ? withT : `${withT}Z`);
}

function usTime(parts: RegExpExecArray): number {
  const [, month, day, year, hour = '0', minute = '0', second = '0', half] = parts;
  const hours =
    half === undefined ? Number(hour) : (Number(hour) % 12) + (half.toUpperCase() === 'PM' ? 12 : 0);
  const time = Date.UTC(Number(year), Number(month) - 1, Number(day), hours, Number(minute), Number(second));
  return new Date(time).getUTCDate() === Number(day) ? time : NaN;
}

/** The US form that recorded answers show, such as `9/21/2014 11:10:00 AM`. */
function formatDateTime(iso: string): string {
  const date = new Date(iso);
  const hour = date.getUTCHours();
  const two = (value: number) => String(value).padStart(2, '0');
  const time = `${hour % 12 === 0 ? 12 : hour % 12}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  const day = `${date.getUTCMonth() + 1}/${date.getUTCDate()}/${date.getUTCFullYear()}`;
  return `${day} ${time} ${hour < 12 ? 'AM' : 'PM'}`;
}

function parseTimeSpan(text: string): string {
  const trimmed = text.trim();
  if (!/^-?(?:\d+\.)?(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,7})?)?$/.test(trimmed)) {
    throw new CellError('it is not a time span');
  }
  return trimmed;
}

/** Fifteen significant digits, as recorded answers show, with an exponent in the .NET spelling. */
function formatNumber(value: number): string {
  const text = Number.isSafeInteger(value) ? String(value) : String(Number(value.toPrecision(15)));
  return text.replace(
    /e([+-])(\d+)$/,
    (_, sign: string, exponent: string) => `E${sign}${exponent.padStart(2, '0')}`,
  );
}
