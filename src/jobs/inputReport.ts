import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Port } from '../protocol/studio/serviceSchema.ts';
import type { TextEncoding } from '../protocol/textEncoding.ts';
import type { Delimiter, Finding, InputCheck } from './inputCheck.ts';

const longestText = 60;

/** One finding as a sentence on one line, with at most so many names of columns. */
export function findingText(finding: Finding, mostNames = Infinity): string {
  switch (finding.kind) {
    case 'extension':
      return vscode.l10n.t('Its name ends with {0}; services read .csv, .tsv and .arff.', finding.extension);
    case 'binary':
      return vscode.l10n.t('It is not text. Save a workbook as CSV first.');
    case 'empty':
      return vscode.l10n.t('It has no rows.');
    case 'endlessRow':
      return vscode.l10n.t('Its first row does not end within the first megabyte.');
    case 'noNames':
      return vscode.l10n.t('It does not begin with the names of its columns.');
    case 'noRows':
      return vscode.l10n.t('It has names of columns and no row below them.');
    case 'encoding':
      return vscode.l10n.t('It is not written in UTF-8 but in {0}.', encodingName(finding.encoding));
    case 'delimiter':
      return vscode.l10n.t(
        'Its cells are separated by {0}; services expect {1}.',
        delimiterName(finding.found),
        delimiterName(finding.expected),
      );
    case 'openQuote':
      return finding.row === 0
        ? vscode.l10n.t('A quote in its first row is never closed.')
        : vscode.l10n.t('A quote in row {0} is never closed.', finding.row);
    case 'missing':
      return vscode.l10n.t('Missing columns: {0}', nameList(finding.columns, mostNames));
    case 'surplus':
      return vscode.l10n.t(
        'Columns that the service does not know: {0}',
        nameList(finding.columns, mostNames),
      );
    case 'spelling':
      return vscode.l10n.t(
        'A column is spelled “{0}”; the service’s is “{1}”.',
        oneLine(finding.found),
        oneLine(finding.column),
      );
    case 'order':
      return vscode.l10n.t('Its columns are in another order than the service’s.');
    case 'width':
      return vscode.l10n.t(
        'Row {0} has {1} cells, not one for each column. Such rows: {2}',
        finding.first,
        finding.cells,
        finding.rows,
      );
    case 'values':
      return vscode.l10n.t(
        'Column “{0}” takes {1}; row {2} has “{3}”. Such rows: {4}',
        oneLine(finding.column),
        finding.allowed === undefined ? finding.type : nameList(finding.allowed, mostNames),
        finding.first,
        oneLine(finding.text),
        finding.rows,
      );
  }
}

/** All that is known of a file and the input it is for, as a text for a read-only document. */
export function reportText(path: string, port: Port, service: string, check: InputCheck): string {
  const { findings, names, places, rows, encoding, delimiter } = check;
  const facts = [
    encodingName(encoding),
    ...(delimiter === undefined ? [] : [vscode.l10n.t('separated by {0}', delimiterName(delimiter))]),
    vscode.l10n.t('rows looked at: {0}, counted below the names', rows),
  ];
  const used = new Set(places);
  const surplus = names
    .filter((_, place) => !used.has(place))
    .map((name) => vscode.l10n.t('Only in the file: {0}', oneLine(name)));
  return [
    vscode.l10n.t('{0} as {1} of {2}', basename(path), port.name, service),
    path,
    facts.join(' · '),
    '',
    vscode.l10n.t('What does not fit'),
    ...findings.map((finding) => `  - ${findingText(finding)}`),
    '',
    ...(port.columns.length === 0 ? [] : columnTable(port, check)),
    ...(port.columns.length === 0 || surplus.length === 0 ? [] : ['', ...surplus]),
    '',
  ].join('\n');
}

function columnTable({ columns }: Port, { names, places }: InputCheck): string[] {
  const rows = columns.map(({ name, type, format }, column) => {
    const place = places[column] ?? -1;
    const own = names[place];
    return [
      oneLine(name),
      format ?? type,
      own === undefined ? vscode.l10n.t('missing') : `${place + 1}. ${oneLine(own)}`,
    ];
  });
  const table = [[vscode.l10n.t('Column'), vscode.l10n.t('Type'), vscode.l10n.t('In the file')], ...rows];
  const widths = [0, 1].map((cell) => Math.max(...table.map((row) => row[cell]?.length ?? 0)));
  return table.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function nameList(names: readonly string[], most: number): string {
  const shown = names.slice(0, most).map(oneLine).join(', ');
  const more = names.length - most;
  return more > 0 ? vscode.l10n.t('{0} and {1} more', shown, more) : shown;
}

/** Names and cells are the file's own, and may be of any length and have line breaks. */
function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > longestText ? `${line.slice(0, longestText)}…` : line;
}

function encodingName(encoding: TextEncoding): string {
  switch (encoding) {
    case 'utf-8':
      return 'UTF-8';
    case 'windows-1252':
      return 'Windows-1252';
    default:
      return 'UTF-16';
  }
}

function delimiterName(delimiter: Delimiter): string {
  switch (delimiter) {
    case ',':
      return vscode.l10n.t('commas');
    case ';':
      return vscode.l10n.t('semicolons');
    case '\t':
      return vscode.l10n.t('tabs');
  }
}
