import { formatDelimitedRow } from '../../protocol/csv.ts';
import { numberOf } from './cellTypes.ts';

/** Equals, plus, minus, at, tab and CR. */
const formulaStarts: ReadonlySet<number> = new Set([61, 43, 45, 64, 9, 13]);

/**
 * What a spreadsheet would run as a formula, made a text by an apostrophe in front (CWE-1236). Numbers with a sign are
 * none, and stay as they are.
 */
export function withoutFormula(cell: string): string {
  return formulaStarts.has(cell.charCodeAt(0)) && numberOf(cell) === undefined ? `'${cell}` : cell;
}

/** Cells that the row does not have become empty. */
export function formatCsvRow(
  cells: readonly (string | undefined)[],
  delimiter: ',' | '\t' | ';',
  escapeFormulas: boolean,
): string {
  const safe: string[] = [];
  for (const cell of cells) safe.push(escapeFormulas ? withoutFormula(cell ?? '') : (cell ?? ''));
  return formatDelimitedRow(safe, delimiter);
}

/**
 * One line of JSON; `names` are JSON strings already. A cell becomes a number, true or false only if that is written
 * exactly as in the cell (so not 007, and not 1.50), null when it is empty, else a string. Cells that the row does not have
 * are left out.
 */
export function formatJsonRow(names: readonly string[], cells: readonly (string | undefined)[]): string {
  let line = '';
  for (const [i, cell] of cells.entries()) {
    if (cell !== undefined) line += `${line === '' ? '{' : ','}${names[i] ?? '""'}:${jsonValue(cell)}`;
  }
  return line === '' ? '{}\n' : `${line}}\n`;
}

/** A name for each position: the column's own where it has one that is not taken, else one with a number. */
export function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  const lastNumber = new Map<string, number>();
  return names.map((name, i) => {
    const wanted = name === '' ? `column${i + 1}` : name;
    let unique = wanted;
    let number = lastNumber.get(wanted) ?? 1;
    while (taken.has(unique)) unique = `${wanted}_${++number}`;
    lastNumber.set(wanted, number);
    taken.add(unique);
    return unique;
  });
}

function jsonValue(cell: string): string {
  if (cell === '') return 'null';
  if (cell === 'true' || cell === 'false') return cell;
  const number = numberOf(cell);
  return number !== undefined && String(number) === cell ? cell : JSON.stringify(cell);
}
