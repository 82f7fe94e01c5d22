import * as vscode from 'vscode';
import type { PlannedResource } from '../protocol/apim/publication.ts';
import { resourceWords } from './resourceWords.ts';

type OnStep = (planned: PlannedResource, number: number, total: number) => void;

/** Shows how far work on resources has come, with a way to stop it. */
export function progress<T>(
  title: string,
  work: (onStep: OnStep, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const location = vscode.ProgressLocation.Notification;
  const shown = vscode.window.withProgress({ location, title, cancellable: true }, async (report, token) => {
    const abort = new AbortController();
    const listening = token.onCancellationRequested(() => abort.abort());
    const onStep: OnStep = (planned, number, total) => {
      const message = vscode.l10n.t('{0} ({1} of {2})', resourceWords(planned), number, total);
      report.report({ message, increment: number === 1 ? 0 : 100 / total });
    };
    try {
      return await work(onStep, abort.signal);
    } finally {
      listening.dispose();
    }
  });
  return Promise.resolve(shown);
}
