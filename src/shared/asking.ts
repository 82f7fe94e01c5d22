import * as vscode from 'vscode';

/** An answer that comes so soon needs no word about it, which would stay in front of the next question. */
const patienceMs = 500;

/** Says whom the next question waits for, with a way out. */
export async function asking<T>(url: string, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  const answer = ask(abort.signal);
  if (await settlesWithin(patienceMs, answer)) return answer;
  const title = vscode.l10n.t('Asking {0}…', new URL(url).host);
  const location = vscode.ProgressLocation.Notification;
  return vscode.window.withProgress({ location, title, cancellable: true }, async (_, token) => {
    const listening = token.onCancellationRequested(() => abort.abort());
    try {
      return await answer;
    } finally {
      listening.dispose();
    }
  });
}

async function settlesWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const settled = work.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([settled, late]);
  } finally {
    clearTimeout(timer);
  }
}
