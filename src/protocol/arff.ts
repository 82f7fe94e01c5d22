import type { Column } from './studio/serviceSchema.ts';

/** A row of an ARFF file; `null` is its mark for a missing value, `?`. */
export type ArffRow = (string | null)[];

const ATTRIBUTE = /^@attribute\s+(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(\S+))\s/i;

/**
 * Reads dense Attribute-Relation File Format in pieces: first the names of the attributes, then rows.
 * Sparse rows and relational attributes are not read.
 */
export class ArffReader {
  readonly names: string[] = [];
  #rest = '';
  #inData = false;

  read(text: string): ArffRow[] {
    const lines = (this.#rest + text).split(/\r?\n/);
    this.#rest = lines.pop() ?? '';
    return this.#readLines(lines);
  }

  end(): ArffRow[] {
    const last = this.#rest;
    this.#rest = '';
    return this.#readLines([last]);
  }

  #readLines(lines: readonly string[]): ArffRow[] {
    const rows: ArffRow[] = [];
    for (const line of lines.map((item) => item.trim())) {
      if (line === '' || line.startsWith('%')) continue;
      if (this.#inData) rows.push(parseRow(line));
      else this.#readHeader(line);
    }
    return rows;
  }

  #readHeader(line: string): void {
    const attribute = ATTRIBUTE.exec(line);
    if (attribute) this.names.push(unescape(attribute[1] ?? attribute[2] ?? attribute[3] ?? ''));
    else if (/^@data\b/i.test(line)) this.#inData = true;
  }
}

/** The header of an ARFF file, up to its first row. */
export function formatArffHeader(relation: string, columns: readonly Column[]): string {
  const attributes = columns.map((column) => `@attribute ${quote(column.name)} ${arffType(column)}`);
  return [`@relation ${quote(relation)}`, '', ...attributes, '', '@data', ''].join('\r\n');
}

export function formatArffRow(cells: readonly (string | null)[]): string {
  return `${cells.map((cell) => (cell === null ? '?' : quote(cell))).join(',')}\r\n`;
}

function arffType(column: Column): string {
  if (column.type === 'integer' || column.type === 'number') return 'numeric';
  return column.type === 'boolean' ? '{True,False}' : 'string';
}

const CELL = /\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^,]*))\s*(?:,|$)/y;

function parseRow(line: string): ArffRow {
  const row: ArffRow = [];
  CELL.lastIndex = 0;
  let open = true;
  while (open) {
    const match = CELL.exec(line);
    if (!match) break;
    const plain = match[3]?.trim();
    row.push(plain === '?' ? null : unescape(match[1] ?? match[2] ?? plain ?? ''));
    open = match[0].endsWith(',');
  }
  return row;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

function unescape(text: string): string {
  return text.replace(/\\(.)/g, (_, character: string) => ESCAPES[character] ?? character);
}

function quote(text: string): string {
  if (/^[^\s,'"%{}?\\]+$/.test(text)) return text;
  const escaped = text
    .replace(/[\\']/g, (character) => `\\${character}`)
    .replace(/[\n\r\t]/g, (character) => (character === '\n' ? '\\n' : character === '\r' ? '\\r' : '\\t'));
  return `'${escaped}'`;
}
