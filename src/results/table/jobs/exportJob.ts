import { Failure } from '../../../protocol/failure.ts';
import { formatCsvRow, formatJsonRow } from '../rowFormats.ts';
import type { RowCells } from '../rowCells.ts';
import type { ExportColumn, ExportFormat, ExportPart, ExportSpec, Job, Results } from './jobs.ts';
import { longestRow, RowWalk } from './rowWalk.ts';

/** Writes rows in the order of the file. */
export class ExportJob implements Job<'export'> {
  readonly #walk: RowWalk;
  readonly #tellsLengths: boolean;
  #text: string[] = [];
  #rows = 0;

  constructor(spec: ExportSpec) {
    this.#tellsLengths = spec.lengths === true;
    const { rows } = spec;
    const write = rowWriter(spec);
    let next = 0;
    this.#walk = new RowWalk(spec, (row, cells) => {
      if (rows !== undefined) {
        while ((rows[next] ?? Infinity) < row.row) next += 1;
        if (next >= rows.length) return false;
        if (rows[next] !== row.row) return true;
        next += 1;
      }
      if (row.cut) throw rowTooLong(row.row);
      cells.split(row.bytes, row.start, row.end);
      this.#text.push(write(cells));
      this.#rows += 1;
      return rows === undefined || next < rows.length;
    });
  }

  block(bytes: Uint8Array): boolean {
    return this.#walk.push(bytes);
  }

  output(): ExportPart | undefined {
    const texts = this.#text;
    if (texts.length === 0) return undefined;
    this.#text = [];
    const bytes = new TextEncoder().encode(texts.join(''));
    if (!this.#tellsLengths) return { bytes };
    return { bytes, lengths: Uint32Array.from(texts, (text) => Buffer.byteLength(text)) };
  }

  end(): Results['export'] {
    this.#walk.end();
    return { rows: this.#rows };
  }
}

/** Shapes one row after the other as text with its line end. */
export function rowWriter(how: {
  readonly format: ExportFormat;
  readonly columns: readonly ExportColumn[] | 'all';
  readonly names: readonly string[];
}): (cells: RowCells) => string {
  const { format, columns } = how;
  const names = columns === 'all' ? [...how.names] : columns.map(({ name }) => name);
  const written: string[] = [];
  const taken = new Set(names);
  return (cells) => {
    const count = columns === 'all' ? cells.count : columns.length;
    const values: (string | undefined)[] = [];
    for (let i = 0; i < count; i++) {
      values.push(cells.text(columns === 'all' ? i : (columns[i]?.column ?? 0)));
    }
    if (format.type === 'csv') return formatCsvRow(values, format.delimiter, format.escapeFormulas);
    while (names.length < count) names.push(freeName(names.length, taken));
    while (written.length < names.length) written.push(JSON.stringify(names[written.length]));
    return formatJsonRow(written, values);
  };
}

/** A name for a cell beyond the named columns. */
function freeName(column: number, taken: Set<string>): string {
  let name = `column${column + 1}`;
  while (taken.has(name)) name += '_';
  taken.add(name);
  return name;
}

function rowTooLong(row: number): Failure {
  return new Failure({
    code: 'RowTooLong',
    origin: 'client',
    sentence: `Row ${row + 1} is longer than ${longestRow / 1024 / 1024} MB, so it cannot be written whole. Leave it out, or copy the file.`,
  });
}
