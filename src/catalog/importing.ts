import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { Failure } from '../protocol/failure.ts';
import { parseClientSettings } from '../protocol/studio/clientSettings.ts';
import { addWorkspaceByToken } from './addingByToken.ts';
import type { CatalogStore } from './catalog.ts';

/** Adds the workspace that the R client or the PowerShell client has in its settings file. */
export async function importWorkspace(store: CatalogStore): Promise<void> {
  const usual = vscode.Uri.file(join(homedir(), '.azureml', 'settings.json'));
  const isThere = await vscode.workspace.fs.stat(usual).then(
    () => true,
    () => false,
  );
  const [file] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('settings.json of the R client, or config.json of the PowerShell client'),
      openLabel: vscode.l10n.t('Import'),
      filters: { JSON: ['json'] },
      ...(isThere && { defaultUri: usual }),
    })) ?? [];
  if (file === undefined) return;
  const settings = parseClientSettings(new TextDecoder().decode(await vscode.workspace.fs.readFile(file)));
  if (settings instanceof Failure) throw settings;
  await addWorkspaceByToken(store, settings);
}
