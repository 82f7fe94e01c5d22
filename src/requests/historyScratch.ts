import * as vscode from 'vscode';
import { documentText } from '../shared/documentText.ts';
import type { HistoryEntry } from './history.ts';
import { touchReopened, writeReopened } from './historyFolders.ts';

/**
 * A document of its own for an entry of the history, among the scratch requests, so that no other request is replaced.
 * One that was edited since it was last reopened stays too.
 */
export async function reopenedRequest(
  globalStorage: vscode.Uri,
  entry: HistoryEntry,
  text: string,
): Promise<vscode.Uri> {
  const root = vscode.Uri.joinPath(globalStorage, 'requests', 'history');
  const time = new Date(entry.time);
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join('.');
  const service = entry.service.replaceAll(/[\u0000-\u001f\\/:*?"<>|%]/g, '_').slice(0, 100);
  const name = `${service} ${clock}.rrs.json`;
  for (let copy = 0; ; copy++) {
    const folder = copy === 0 ? entry.id : `${entry.id}-${copy}`;
    const uri = vscode.Uri.joinPath(root, folder, name);
    const document = { root: root.fsPath, folder, name };
    const earlier = await documentText(uri);
    if (earlier !== undefined && earlier !== text) continue;
    if (earlier === text) await touchReopened(document);
    else await writeReopened(document, text, (each) => isShown(vscode.Uri.joinPath(root, each)));
    return uri;
  }
}

/** Whether a tab of this window, or an editor without one, has a document of the folder. */
function isShown(folder: vscode.Uri): boolean {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs.map(({ input }) => input));
  const shown = tabs.flatMap((input) => {
    if (input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom) return [input.uri];
    return input instanceof vscode.TabInputTextDiff ? [input.original, input.modified] : [];
  });
  const open = vscode.workspace.textDocuments.map(({ uri }) => uri);
  return [...shown, ...open].some(({ path }) => path.startsWith(`${folder.path}/`));
}
