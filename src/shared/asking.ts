import * as vscode from 'vscode';

/** Says whom the next question waits for, with a way out. */
export function asking<T>(url: string, ask: (signal: AbortSignal) => Promise<T>): Thenable<T> {
  const title = vscode.l10n.t('Asking {0}…', new URL(url).host);
  const location = vscode.ProgressLocation.Notification;
  return vscode.window.withProgress({ location, title, cancellable: true }, async (_, token) => {
    const abort = new AbortController();
    const listening = token.onCancellationRequested(() => abort.abort());
    try {
      return await ask(abort.signal);
    } finally {
      listening.dispose();
    }
  });
}
