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

export function formatCsvRow(
  cells: readonly string[],
  delimiter: ',' | '\t' | ';',
  escapeFormulas: boolean,
): string {
  return formatDelimitedRow(escapeFormulas ? cells.map(withoutFormula) : cells, delimiter);
}

/**
 * One line of JSON; `names` are JSON strings already. A cell becomes a number, true or false only if that is written exactly as in the cell (so not 007, and
 * not 1.50), null when it is empty, else a string. Cells that the row does not have are left out.
 */
export function formatJsonRow(names: readonly string[], cells: readonly (string | undefined)[]): string {
  const members: string[] = [];
  for (const [i, cell] of cells.entries()) {
    if (cell !== undefined) members.push(`${names[i] ?? '""'}:${jsonValue(cell)}`);
  }
  return `{${members.join(',')}}\n`;
}

/** A name for each position: the column's own where it has one that is not taken, else one with a number. */
export function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name, i) => {
    const wanted = name === '' ? `column${i + 1}` : name;
    let unique = wanted;
    for (let n = 2; taken.has(unique); n++) unique = `${wanted}_${n}`;
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
