import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Catalog, Endpoint, EndpointPlace } from '../catalog/index.ts';
import { chooseFile, pathOf } from './chooseFile.ts';

/**
 * The paths of the files that are meant: of the file explorer's items or the editor's tab that the command was called on,
 * of the table that is in front, or of one that the user chooses. None when dismissed.
 */
export async function filesToScore([target, selected]: readonly unknown[]): Promise<readonly string[]> {
  if (target instanceof vscode.Uri) return selectedTables(target, selected).map(pathOf);
  const inFront = tableInFront();
  if (inFront !== undefined) return [pathOf(inFront)];
  const chosen = await chooseFile(vscode.l10n.t('Score a file'), vscode.l10n.t('Score'));
  return chosen === undefined ? [] : [chosen];
}

/** All tables that are selected where the menu was opened on one of them; other files are not meant. */
function selectedTables(clicked: vscode.Uri, selected: unknown): readonly vscode.Uri[] {
  const uris: readonly unknown[] = Array.isArray(selected) ? selected : [];
  const others = uris
    .filter((each) => each instanceof vscode.Uri)
    .filter((uri) => isTable(uri) && uri.toString() !== clicked.toString());
  return [clicked, ...others];
}

function isTable({ path }: vscode.Uri): boolean {
  return /\.(?:csv|tsv|arff)$/i.test(path);
}

/** As text, or in a custom editor such as the table editor. */
function tableInFront(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const hasUri = input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom;
  return hasUri && isTable(input.uri) ? input.uri : undefined;
}

/** Lets the user pick what scores the files; the service that was picked for one of the same folder last comes first. */
export async function pickScoringService(
  catalog: Catalog,
  memory: vscode.Memento,
  files: readonly string[],
): Promise<Endpoint | undefined> {
  const first = files[0] ?? '';
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(first));
  const key = `jobs.scoredWith.${folder?.uri.toString() ?? ''}`;
  const endpoint = await catalog.pickEndpoint(
    files.length > 1
      ? vscode.l10n.t('Score {0} files', files.length)
      : vscode.l10n.t('Score {0}', basename(first)),
    memory.get<EndpointPlace>(key),
  );
  if (endpoint === undefined) return undefined;
  const used: EndpointPlace = { workspace: endpoint.workspace.name, endpointId: endpoint.endpointId };
  await memory.update(key, used);
  return endpoint;
}
