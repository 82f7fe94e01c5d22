import { Failure } from './failure.ts';

const QUOTE = '"';
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

type State = 'start' | 'plain' | 'quoted' | 'closing';

/**
 * Reads delimiter-separated text (RFC 4180) in pieces of any size: memory holds one row, not the file.
 * Rows end with CRLF, LF or CR. A blank line is a row of one empty cell, because in a table of one
 * column it is data. Quotes inside a cell that does not start with one are plain characters.
 */
export class DelimitedReader {
  readonly #delimiter: number;
  #state: State = 'start';
  #cell = '';
  #row: string[] = [];
  #rowsRead = 0;
  #skipLineFeed = false;

  constructor(delimiter: ',' | '\t' | ';' = ',') {
    this.#delimiter = delimiter.charCodeAt(0);
  }

  /** The rows that this piece of text completes. */
  read(text: string): string[][] {
    const rows: string[][] = [];
    let at = 0;
    if (this.#skipLineFeed && text.length > 0) {
      this.#skipLineFeed = false;
      if (text.charCodeAt(0) === LINE_FEED) at = 1;
    }
    while (at < text.length) {
      at = this.#step(text, at, rows);
    }
    return rows;
  }

  /**
   * The last row, when the text does not end with a line end.
   * @throws Failure `UnterminatedQuote` when the text ends inside a quoted cell.
   */
  end(): string[][] {
    if (this.#state === 'quoted') {
      throw new Failure({
        code: 'UnterminatedQuote',
        origin: 'client',
        sentence: `Row ${this.#rowsRead + 1} has a quoted cell without a closing quote. Close the quote or double it.`,
      });
    }
    const rows: string[][] = [];
    if (this.#row.length > 0 || this.#state !== 'start') this.#endRow(rows);
    return rows;
  }

  /** Consumes one run of characters that belong together and returns the position after it. */
  #step(text: string, at: number, rows: string[][]): number {
    switch (this.#state) {
      case 'quoted':
        return this.#readQuoted(text, at);
      case 'closing':
        if (text[at] === QUOTE) {
          this.#cell += QUOTE;
          this.#state = 'quoted';
          return at + 1;
        }
        this.#state = 'plain';
        return at;
      case 'start':
        if (text[at] === QUOTE) {
          this.#state = 'quoted';
          return at + 1;
        }
        return this.#readPlain(text, at, rows);
      case 'plain':
        return this.#readPlain(text, at, rows);
    }
  }

  #readQuoted(text: string, at: number): number {
    const quote = text.indexOf(QUOTE, at);
    if (quote === -1) {
      this.#cell += text.slice(at);
      return text.length;
    }
    this.#cell += text.slice(at, quote);
    this.#state = 'closing';
    return quote + 1;
  }

  #readPlain(text: string, at: number, rows: string[][]): number {
    let stop = at;
    let code = 0;
    for (; stop < text.length; stop += 1) {
      code = text.charCodeAt(stop);
      if (code === this.#delimiter || code === LINE_FEED || code === CARRIAGE_RETURN) break;
    }
    if (stop > at) {
      this.#cell += text.slice(at, stop);
      this.#state = 'plain';
    }
    if (stop === text.length) return stop;
    if (code === this.#delimiter) {
      this.#endCell();
      return stop + 1;
    }
    this.#endRow(rows);
    if (code === LINE_FEED) return stop + 1;
    if (stop + 1 === text.length) {
      this.#skipLineFeed = true;
      return stop + 1;
    }
    return text.charCodeAt(stop + 1) === LINE_FEED ? stop + 2 : stop + 1;
  }

  #endCell(): void {
    this.#row.push(this.#cell);
    this.#cell = '';
    this.#state = 'start';
  }

  #endRow(rows: string[][]): void {
    this.#endCell();
    rows.push(this.#row);
    this.#row = [];
    this.#rowsRead += 1;
  }
}

/**
 * One row as text with its line end (CRLF); `null` becomes an empty cell. A row of one empty cell is
 * written as `""`, so that no reader takes it for a blank line.
 */
export function formatDelimitedRow(
  cells: readonly (string | null)[],
  delimiter: ',' | '\t' | ';' = ',',
): string {
  if (cells.length === 1 && (cells[0] ?? '') === '') return '""\r\n';
  let line = '';
  for (const [index, cell] of cells.entries()) {
    if (index > 0) line += delimiter;
    if (cell !== null) line += quoteWhereNeeded(cell, delimiter);
  }
  return `${line}\r\n`;
}

function quoteWhereNeeded(cell: string, delimiter: string): string {
  const needed = cell.includes(delimiter) || /["\r\n]/.test(cell);
  return needed ? `"${cell.replaceAll('"', '""')}"` : cell;
}
