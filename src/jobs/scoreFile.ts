import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Catalog, Endpoint, EndpointPlace } from '../catalog/index.ts';
import { chooseFile, pathOf } from './chooseFile.ts';

/**
 * The path of the file that is meant: of the file explorer's item or the editor's tab that the command was called on, of
 * the table that is in front, or one that the user chooses. Undefined when dismissed.
 */
export async function fileToScore([target]: readonly unknown[]): Promise<string | undefined> {
  if (target instanceof vscode.Uri) return pathOf(target);
  const inFront = tableInFront();
  if (inFront !== undefined) return pathOf(inFront);
  return chooseFile(vscode.l10n.t('Score a file'), vscode.l10n.t('Score'));
}

/** As text, or in a custom editor such as the table editor. */
function tableInFront(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const hasUri = input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom;
  return hasUri && /\.(?:csv|tsv|arff)$/i.test(input.uri.path) ? input.uri : undefined;
}

/** Lets the user pick what scores a file; the service that was picked for one of the same folder last comes first. */
export async function pickScoringService(
  catalog: Catalog,
  memory: vscode.Memento,
  path: string,
): Promise<Endpoint | undefined> {
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(path));
  const key = `jobs.scoredWith.${folder?.uri.toString() ?? ''}`;
  const endpoint = await catalog.pickEndpoint(
    vscode.l10n.t('Score {0}', basename(path)),
    memory.get<EndpointPlace>(key),
  );
  if (endpoint === undefined) return undefined;
  const used: EndpointPlace = { workspace: endpoint.workspace.name, endpointId: endpoint.endpointId };
  await memory.update(key, used);
  return endpoint;
}
