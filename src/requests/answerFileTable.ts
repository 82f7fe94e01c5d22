import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { formatDelimitedRow } from '../protocol/csv.ts';
import { tryParseJson } from '../protocol/json.ts';
import { parseExecuteAnswer } from '../protocol/studio/rrs.ts';
import { JsonElements, type ElementPath } from './jsonElements.ts';

export interface FileTableOptions {
  /** Path of the answer. */
  readonly file: string;
  readonly output: string;
  /** Names of the columns, in the order in which they are written. */
  readonly columns: readonly string[];
  readonly delimiter: ',' | '\t';
  readonly signal?: AbortSignal;
  /** Told how many bytes of the answer are done. */
  readonly onProgress?: (bytes: number) => void;
}

/** Rows are written when they have so many characters together. */
const pieceSize = 256 * 1024;

/**
 * Writes one output of an answer in a file as delimited text to `target`, a row at a time, so that neither is ever held
 * whole. Gives the number of rows.
 */
export async function writeFileTable(target: string, options: FileTableOptions): Promise<number> {
  const { output, columns, delimiter, signal } = options;
  let rows = 0;
  let piece = formatDelimitedRow(columns, delimiter);
  const elements = new JsonElements(
    (path) => isRow(path, output),
    (text) => {
      piece += formatDelimitedRow(cellsOf(text, columns), delimiter);
      rows++;
    },
  );
  const decoder = new TextDecoder();
  let bytes = 0;
  const handle = await open(target, 'w');
  try {
    for await (const chunk of createReadStream(options.file, { highWaterMark: pieceSize })) {
      signal?.throwIfAborted();
      if (!(chunk instanceof Uint8Array)) continue;
      elements.write(decoder.decode(chunk, { stream: true }));
      bytes += chunk.length;
      options.onProgress?.(bytes);
      if (piece.length < pieceSize) continue;
      await handle.writeFile(piece);
      piece = '';
    }
    await handle.writeFile(piece);
  } finally {
    await handle.close();
  }
  return rows;
}

/** `Results.output.value.Values[i]`, without `value`, or in the swagger form `Results.output[i]`. */
function isRow(path: ElementPath, output: string): boolean {
  const [results, name, ...rest] = path;
  if (results !== 'Results' || name !== output || typeof rest.at(-1) !== 'number') return false;
  const within = rest.slice(0, -1).join('.');
  return within === 'value.Values' || within === 'Values' || within === '';
}

/** The cells of a row as the table of the editor has them. */
function cellsOf(text: string, columns: readonly string[]): (string | null)[] {
  const value = tryParseJson(text);
  const [output] = parseExecuteAnswer({ Results: { o: [value] } });
  const row = output?.rows[0] ?? [];
  const names = output?.columnNames;
  return columns.map((name, i) => (names ? row[names.indexOf(name)] : row[i]) ?? null);
}
