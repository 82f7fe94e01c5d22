/** What the text of a cell can be read as; `empty` says nothing about a column. */
export type CellType = 'empty' | 'boolean' | 'integer' | 'number' | 'date' | 'text';
export type ColumnType = CellType;

const numberPattern = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const integerPattern = /^[+-]?\d+$/;
const datePattern =
  /^(?:\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?Z|[+-]\d{2}:?\d{2})?)?|\d{1,2}\/\d{1,2}\/\d{4}(?: \d{1,2}:\d{2}(?::\d{2})?(?: [AP]M)?)?)$/;
const booleanPattern = /^(?:true|false)$/i;

/** Longer texts are no numbers, however they look. */
const longestNumber = 40;

/** The value of a number written with a decimal point, blanks around it allowed; undefined for any other text. */
export function numberOf(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed.length > longestNumber || !mayBeginNumber(trimmed.charCodeAt(0))) return undefined;
  if (!numberPattern.test(trimmed)) return undefined;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : undefined;
}

/** A digit, a sign or a point: spares most texts the pattern. */
function mayBeginNumber(code: number): boolean {
  return (code >= 48 && code <= 57) || code === 45 || code === 46 || code === 43;
}

export function cellTypeOf(text: string): CellType {
  const trimmed = text.trim();
  if (trimmed === '') return 'empty';
  if (numberOf(trimmed) !== undefined) return integerPattern.test(trimmed) ? 'integer' : 'number';
  if (booleanPattern.test(trimmed)) return 'boolean';
  return trimmed.length < longestNumber && datePattern.test(trimmed) ? 'date' : 'text';
}

/** The narrowest type that both fit. */
export function commonType(a: CellType, b: CellType): CellType {
  if (a === b || b === 'empty') return a;
  if (a === 'empty') return b;
  const numeric = (type: CellType) => type === 'integer' || type === 'number';
  return numeric(a) && numeric(b) ? 'number' : 'text';
}
