import { posix, relative, sep } from 'node:path';
import * as vscode from 'vscode';
import { referenceTo, type Catalog, type Endpoint } from '../../catalog/index.ts';
import { newDocumentText } from '../../shared/jsonDocument.ts';
import type { JsonMembers } from '../../shared/jsonEdits.ts';
import type { JobInput } from '../../shared/jobData.ts';
import { askWhereToSave } from '../../shared/saveDialog.ts';
import { schemaAddress } from '../../shared/schemaAddress.ts';
import type { JobMembers } from './jobMembers.ts';

/** Asks where to save a document, and writes it there; undefined when dismissed. Paths of files become relative to it. */
export async function writeNewDocument(
  catalog: Catalog,
  endpoint: Endpoint,
  name: string,
  { inputs, globalParameters, ...members }: JobMembers,
): Promise<vscode.Uri | undefined> {
  const uri = await askWhereToSave(`${name.replaceAll(/[\\/:*?"<>|]/g, '-')}.bes.json`, {
    extension: '.bes.json',
    label: vscode.l10n.t('Batch job'),
    title: vscode.l10n.t('Save batch job document as'),
  });
  if (uri === undefined) return undefined;
  const workspace = endpoint.workspace.name;
  const service = await referenceTo(catalog, endpoint);
  const address = schemaAddress(workspace, service, 'job');
  const text = newDocumentText({
    ...(address === undefined ? {} : { $schema: address }),
    workspace,
    service,
    ...members,
    inputs: Object.fromEntries(Object.entries(inputs).map(([port, input]) => [port, near(uri, input)])),
    globalParameters,
  });
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  return uri;
}

/** The path of a file as a document names it: relative to its folder, with slashes, where that is shorter. */
export function pathFrom(document: vscode.Uri, path: string): string {
  const folder = vscode.Uri.joinPath(document, '..').fsPath;
  const near = relative(folder, path);
  const isShorter = near.length < path.length && !near.startsWith('..');
  return isShorter ? near.split(sep).join(posix.sep) : path;
}

function near(document: vscode.Uri, input: JobInput): JsonMembers {
  return 'file' in input && input.file !== '' ? { file: pathFrom(document, input.file) } : { ...input };
}
