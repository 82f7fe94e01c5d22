import * as vscode from 'vscode';
import { isProgramCall } from '../shared/invocation.ts';
import type { CatalogStore } from './catalog.ts';

export async function stopLocalService(store: CatalogStore): Promise<void> {
  await store.local.stop();
  vscode.window.setStatusBarMessage(vscode.l10n.t('The local service has stopped.'), 5_000);
}

export async function resetLocalService(store: CatalogStore, args: readonly unknown[]): Promise<void> {
  if (!isProgramCall(args) && !(await confirmReset())) return;
  await store.secrets.removeAllOf(store.local.entry());
  await store.local.reset();
}

async function confirmReset(): Promise<boolean> {
  const reset = vscode.l10n.t('Reset');
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t('Reset the local service?'),
    {
      modal: true,
      detail: vscode.l10n.t(
        'Its jobs, blobs, ids and keys are deleted. It starts afresh when it is next used.',
      ),
    },
    reset,
  );
  return choice === reset;
}
