import * as vscode from 'vscode';
import { Failure } from '../protocol/failure.ts';
import type { ServiceSchema } from '../protocol/studio/serviceSchema.ts';
import { encodingOf } from '../protocol/textEncoding.ts';
import { cellFromText, replaceRows } from '../shared/inputEdits.ts';
import type { JsonEdit } from '../shared/jsonEdits.ts';
import { matchHeader, readTableFile, type TextTable } from '../shared/pastedTable.ts';
import type { RequestData } from '../shared/requestData.ts';
import type { ImportOutcome } from '../shared/requestEditorContract.ts';
import { inputForms, type FormRow, type InputForm } from '../shared/requestForm.ts';

/** Of a request's body, in bytes (azure-docs stream-analytics-scale-with-machine-learning-functions.md). */
const largestBody = 4 * 1024 * 1024;

/** A file that is not for a request, because the service takes no body of this size. */
export interface TooLarge {
  readonly kind: 'tooLarge';
  readonly uri: vscode.Uri;
  readonly bytes: number;
}

export interface Imported {
  readonly kind: 'imported';
  readonly edits: readonly JsonEdit[];
  readonly outcome: Extract<ImportOutcome, { kind: 'imported' }>;
}

/** Asks for the file whose rows an input is to have; undefined when the user gives up. */
export async function askForTable(input: string): Promise<vscode.Uri | undefined> {
  const [uri] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Import rows into {0}', input),
      openLabel: vscode.l10n.t('Import'),
      filters: { [vscode.l10n.t('Tables')]: ['csv', 'tsv', 'txt'], [vscode.l10n.t('All files')]: ['*'] },
    })) ?? [];
  return uri;
}

/**
 * Reads a file of comma-, semicolon- or tab-separated rows as the rows of an input. Its first row is a header when it has
 * names of columns; else cells are taken in the order of the columns.
 * @throws Failure `UnterminatedQuote`, `EmptyFile`
 */
export async function readRows(
  uri: vscode.Uri,
  input: string,
  data: RequestData,
  schema: ServiceSchema | undefined,
): Promise<Imported | TooLarge> {
  const { size } = await vscode.workspace.fs.stat(uri);
  if (size > largestBody) return { kind: 'tooLarge', uri, bytes: size };
  const table = readTableFile(decode(await vscode.workspace.fs.readFile(uri)));
  const form = inputForms(data, schema).find(({ name }) => name === input);
  if (!table || table.length === 0 || !form) throw unreadable(uri, table);
  const imported = rowsOf(table, form, data);
  const bytes = new TextEncoder().encode(JSON.stringify(imported.edits)).length;
  if (bytes > largestBody) return { kind: 'tooLarge', uri, bytes };
  return {
    kind: 'imported',
    edits: imported.edits,
    outcome: { kind: 'imported', file: nameOf(uri), ...imported.facts },
  };
}

type Facts = Omit<Extract<ImportOutcome, { kind: 'imported' }>, 'kind' | 'file'>;

function rowsOf(
  table: TextTable,
  form: InputForm,
  data: RequestData,
): { readonly edits: readonly JsonEdit[]; readonly facts: Facts } {
  const { columns } = form;
  if (columns.length === 0) return namedByHeader(table, form.name, data);
  const header = matchHeader(
    table,
    columns.map(({ name }) => name),
  );
  const places = header?.columns ?? table[0]?.map((_, i) => (i < columns.length ? i : -1)) ?? [];
  const rows = (header ? table.slice(1) : table).map((cells): FormRow => {
    const row: FormRow[number][] = columns.map(() => undefined);
    for (const [i, place] of places.entries()) {
      const column = columns[place];
      if (column) row[place] = cellFromText(column, cells[i] ?? '');
    }
    return row;
  });
  return {
    edits: replaceRows(data, form, 0, form.rowCount, rows),
    facts: {
      rows: rows.length,
      unknown: header?.unknown ?? table[0]?.slice(columns.length) ?? [],
      missing: columns.filter((_, i) => !places.includes(i)).map(({ name }) => name),
    },
  };
}

/** An input of which nothing is known gets the columns of the file. */
function namedByHeader(
  table: TextTable,
  input: string,
  data: RequestData,
): { readonly edits: readonly JsonEdit[]; readonly facts: Facts } {
  const [names = [], ...rows] = table;
  const value =
    data.format === 'swagger'
      ? rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i] ?? ''])))
      : { ColumnNames: names, Values: rows.map((row) => names.map((_, i) => row[i] ?? '')) };
  return {
    edits: [{ kind: 'set', path: ['inputs', input], value }],
    facts: { rows: rows.length, unknown: [], missing: [] },
  };
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes, true)).decode(bytes);
}

function unreadable(uri: vscode.Uri, table: TextTable | undefined): Failure {
  return table
    ? new Failure({
        code: 'EmptyFile',
        origin: 'client',
        sentence: vscode.l10n.t('{0} has no rows. Choose a file with at least one.', nameOf(uri)),
      })
    : new Failure({
        code: 'UnterminatedQuote',
        origin: 'client',
        sentence: vscode.l10n.t(
          '{0} has a quoted cell without a closing quote. Close the quote or double it.',
          nameOf(uri),
        ),
      });
}

export function nameOf(uri: vscode.Uri): string {
  return uri.path.split('/').at(-1) ?? uri.path;
}

/** Offers to run a file as a batch job that is too large for a request. */
export async function offerBatchJob({ uri, bytes }: TooLarge): Promise<boolean> {
  const run = vscode.l10n.t('Run as batch job…');
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t('{0} is too large for a request.', nameOf(uri)),
    {
      modal: true,
      detail: vscode.l10n.t(
        'It has {0} MB, and a call carries 4 MB at most. A batch job takes files of any size.',
        (bytes / 1_000_000).toFixed(1),
      ),
    },
    run,
  );
  return chosen === run;
}
