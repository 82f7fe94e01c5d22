import * as vscode from 'vscode';
import { documentText } from '../shared/documentText.ts';
import type { HistoryEntry } from './history.ts';

/** So many documents of reopened entries are kept. */
const kept = 30;

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
  for (let copy = 0; ; copy++) {
    const folder = vscode.Uri.joinPath(root, copy === 0 ? entry.id : `${entry.id}-${copy}`);
    const uri = vscode.Uri.joinPath(folder, `${service} ${clock}.rrs.json`);
    const earlier = await documentText(uri);
    if (earlier === text) return uri;
    if (earlier !== undefined) continue;
    await vscode.workspace.fs.createDirectory(folder);
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
    await forgetOldest(root);
    return uri;
  }
}

/** Names begin with the time of the entry. What a tab shows stays. */
async function forgetOldest(root: vscode.Uri): Promise<void> {
  const names = (await vscode.workspace.fs.readDirectory(root)).map(([name]) => name).sort();
  const open = vscode.workspace.textDocuments.map(({ uri }) => uri.path);
  for (const name of names.slice(0, -kept)) {
    const folder = vscode.Uri.joinPath(root, name);
    if (open.some((path) => path.startsWith(`${folder.path}/`))) continue;
    await vscode.workspace.fs.delete(folder, { recursive: true });
  }
}
