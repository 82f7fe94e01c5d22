import * as vscode from 'vscode';

const extension = '.rrs.json';

/**
 * Asks where to save a request, in the workspace's first folder by default. A name without `.rrs.json` gets it,
 * because that is what opens the request editor; VS Code's dialogs take no extension with a dot in it.
 */
export async function askWhereToSave(fileName: string): Promise<vscode.Uri | undefined> {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  const chosen = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Save request as'),
    filters: { [vscode.l10n.t('Request')]: ['json'] },
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
