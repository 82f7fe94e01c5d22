import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import * as v from 'valibot';
import type { Catalog, Endpoint } from '../catalog/index.ts';
import type { Failure } from '../protocol/failure.ts';
import type { Port } from '../protocol/studio/serviceSchema.ts';
import { parseArguments, text } from '../shared/arguments.ts';
import type { ExplorerNode } from '../shared/explorerNode.ts';
import type { SaveFile } from '../shared/fileSaver.ts';
import { clientFailure, defaultFolder, fileOf, filePath, megabytes } from './places.ts';
import { writeSampleCsv } from './sampleData.ts';
import { safeFileName } from '../shared/wholeFile.ts';

/** Bigger files are not opened unasked. */
const openUpTo = 5 * 1024 * 1024;
const defaultRows = 1_000;
const mostRows = 10_000_000;

const rowCount = v.pipe(
  v.number('a number is expected'),
  v.integer('a whole number is expected'),
  v.minValue(1, 'at least 1 is expected'),
  v.maxValue(mostRows, `at most ${mostRows} is expected`),
);
const sampleArguments = v.strictObject({
  workspace: text,
  service: text,
  target: text,
  rows: v.optional(rowCount, defaultRows),
  input: v.optional(text),
  overwrite: v.optional(v.boolean('true or false is expected'), false),
});

/** Writes a file of rows that fit a service, for a program. */
export async function sampleDataForCall(
  saveFile: SaveFile,
  catalog: Catalog,
  call: unknown,
): Promise<{ file: string; rows: number }> {
  const given = parseArguments('createSampleData', sampleArguments, call);
  const endpoint = await catalog.find(given.workspace, given.service);
  const file = filePath('target', given.target);
  const input = await inputOf(catalog, endpoint, given.input);
  await saveFile(file, given.overwrite, (path) => writeSampleCsv(path, input, given.rows));
  return { file, rows: given.rows };
}

/** Asks for service, rows and file, writes it and opens it. */
export async function sampleDataByAsking(
  saveFile: SaveFile,
  catalog: Catalog,
  node: ExplorerNode | undefined,
): Promise<void> {
  const title = vscode.l10n.t('Create sample data');
  const endpoint = await catalog.pickTarget(node, title);
  if (endpoint === undefined) return;
  const inputs = await inputsOf(catalog, endpoint);
  const name =
    inputs.length === 1
      ? inputs[0]?.name
      : await vscode.window.showQuickPick(
          inputs.map((port) => port.name),
          { title, placeHolder: vscode.l10n.t('Input') },
        );
  const input = inputs.find((port) => port.name === name);
  if (input === undefined) return;
  const rows = await askForRows(title);
  if (rows === undefined) return;
  const uri = await vscode.window.showSaveDialog({
    title,
    defaultUri: vscode.Uri.file(
      join(defaultFolder(), safeFileName(`${endpoint.service.name}-${input.name}.csv`, 'sample.csv')),
    ),
    filters: { CSV: ['csv'] },
  });
  if (uri === undefined) return;
  await writeWithProgress(saveFile, fileOf(uri), input, rows);
  await offerToOpen(uri, rows);
}

async function inputsOf(catalog: Catalog, endpoint: Endpoint): Promise<readonly Port[]> {
  const schema = await catalog.schema(endpoint);
  if (schema === undefined) {
    throw clientFailure(
      'NoSchema',
      vscode.l10n.t('{0} publishes no schema, so its columns are not known.', endpoint.label),
    );
  }
  if (schema.inputs.length > 0) return schema.inputs;
  throw clientFailure('NoInput', vscode.l10n.t('{0} takes no input.', endpoint.label));
}

async function inputOf(catalog: Catalog, endpoint: Endpoint, name: string | undefined): Promise<Port> {
  const inputs = await inputsOf(catalog, endpoint);
  const found = name === undefined ? inputs[0] : inputs.find((port) => port.name === name);
  if (found !== undefined) return found;
  const known = inputs.map((port) => port.name).join(', ');
  throw clientFailure(
    'UnknownInput',
    vscode.l10n.t('{0} has no input "{1}". It has: {2}.', endpoint.label, name ?? '', known),
  );
}

async function askForRows(title: string): Promise<number | undefined> {
  const typed = await vscode.window.showInputBox({
    title,
    prompt: vscode.l10n.t('Number of rows'),
    value: String(defaultRows),
    ignoreFocusOut: true,
    validateInput: (value) =>
      v.safeParse(rowCount, Number(value)).success
        ? undefined
        : vscode.l10n.t('A whole number from 1 to {0} is expected.', mostRows),
  });
  return typed === undefined ? undefined : Number(typed);
}

async function writeWithProgress(saveFile: SaveFile, file: string, input: Port, rows: number): Promise<void> {
  await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Writing sample data'),
      cancellable: true,
    },
    (_, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort(cancelled()));
      return saveFile(file, true, (path) => writeSampleCsv(path, input, rows, abort.signal));
    },
  );
}

async function offerToOpen(uri: vscode.Uri, rows: number): Promise<void> {
  const { size } = await stat(uri.fsPath);
  if (size <= openUpTo) {
    await vscode.window.showTextDocument(uri, { preview: false });
    return;
  }
  void vscode.window.showInformationMessage(
    vscode.l10n.t('{0} rows are in {1} ({2}).', rows, uri.fsPath, megabytes(size)),
  );
}

function cancelled(): Failure {
  return clientFailure('Cancelled', vscode.l10n.t('No sample data was written.'));
}
