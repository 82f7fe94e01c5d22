import * as vscode from 'vscode';

/** A kind of document that has an editor of its own. */
export interface DocumentKind {
  readonly extension: '.rrs.json' | '.bes.json';
  readonly label: string;
  /** Of the dialog. */
  readonly title: string;
}

/**
 * Asks where to save a document, in the workspace's first folder by default. A name without the whole extension gets it,
 * because that is what opens its editor; VS Code's dialogs take no extension with a dot in it.
 */
export async function askWhereToSave(
  fileName: string,
  { extension, label, title }: DocumentKind,
): Promise<vscode.Uri | undefined> {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  const chosen = await vscode.window.showSaveDialog({
    title,
    filters: { [label]: ['json'] },
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder.uri, fileName) } : {}),
  });
  if (!chosen || chosen.path.endsWith(extension)) return chosen;
  const named = chosen.with({ path: chosen.path.replace(/\.json$/, '') + extension });
  return (await mayWrite(named)) ? named : undefined;
}

/** The dialog has asked about the name that was chosen only. */
async function mayWrite(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
  } catch {
    return true;
  }
  const replace = vscode.l10n.t('Replace');
  const name = uri.path.split('/').at(-1) ?? '';
  const message = vscode.l10n.t('{0} exists. Replace it?', name);
  return (await vscode.window.showWarningMessage(message, { modal: true }, replace)) === replace;
}
