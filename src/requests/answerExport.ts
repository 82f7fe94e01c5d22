import { formatDelimitedRow } from '../protocol/csv.ts';
import type { TableRow } from '../shared/answerContract.ts';
import type { AnswerTable } from './answerTables.ts';

export type ExportFormat = 'csv' | 'tsv' | 'json';

/** What of a table is written. */
export interface ExportedPart {
  /** Indices of rows, in this order; absent means all. */
  readonly rows?: readonly number[] | undefined;
  /** The columns of the request that the output does not repeat come first. */
  readonly withSent: boolean;
}

/** A table as text; the format is the one of the file's name, CSV unless it says otherwise. */
export function exportFormat(fileName: string): ExportFormat {
  const [, ending] = /\.(tsv|json)$/i.exec(fileName) ?? [];
  return ending?.toLowerCase() === 'json' ? 'json' : ending === undefined ? 'csv' : 'tsv';
}

/**
 * The rows as CSV, as TSV, or as JSON: an array of objects, or `{ColumnNames, Values}` where two columns share a name.
 * Columns without a name are called `Column1` and so on. Cells are written as they came; JSON has numbers and booleans
 * for columns of these types.
 */
export function exportTable(table: AnswerTable, format: ExportFormat, part: ExportedPart): string {
  const sent = part.withSent ? table.sent : undefined;
  const columns = [...(sent?.columns ?? []), ...table.columns];
  const names = columns.map(({ name }, i) => name ?? `Column${i + 1}`);
  const indices = part.rows ?? table.rows.keys();
  const rows: TableRow[] = [];
  for (const index of indices) {
    const row = table.rows[index];
    if (row) rows.push([...(sent?.rows[index] ?? []), ...table.columns.map((_, i) => row[i] ?? null)]);
  }
  if (format !== 'json') {
    const delimiter = format === 'csv' ? ',' : '\t';
    return [names, ...rows].map((row) => formatDelimitedRow(row, delimiter)).join('');
  }
  const kinds = columns.map(({ kind }) => kind);
  return rowsAsJson(names, rows, (cell, i) => jsonCell(cell, kinds[i]));
}

function rowsAsJson(
  names: readonly string[],
  rows: readonly TableRow[],
  cellAt: (cell: string | null, column: number) => string,
): string {
  if (new Set(names).size < names.length) {
    const lines = rows.map((row) => `    [${row.map(cellAt).join(', ')}]`);
    return `{\n  "ColumnNames": ${JSON.stringify(names)},\n  "Values": [\n${lines.join(',\n')}\n  ]\n}\n`;
  }
  const keys = names.map((name) => JSON.stringify(name));
  const lines = rows.map(
    (row) => `  {${keys.map((key, i) => `${key}: ${cellAt(row[i] ?? null, i)}`).join(', ')}}`,
  );
  return `[\n${lines.join(',\n')}\n]\n`;
}

/** A number keeps the digits that the service sent, where JSON allows them. */
function jsonCell(cell: string | null, kind: AnswerTable['columns'][number]['kind'] | undefined): string {
  if (cell === null) return 'null';
  if (kind === 'number' && /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(cell)) return cell;
  if (kind === 'boolean' && /^(?:true|false)$/i.test(cell)) return cell.toLowerCase();
  return JSON.stringify(cell);
}
