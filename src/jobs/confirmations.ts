import * as vscode from 'vscode';
import type { JobRecord } from './jobRecord.ts';
import { statusLabel, titleOf } from './jobWords.ts';

/** Names the job and its state; the one DELETE call is worded by what it does then. */
export async function confirmDelete(record: JobRecord): Promise<boolean> {
  const yes = record.ended ? vscode.l10n.t('Delete on Server') : vscode.l10n.t('Cancel Job');
  const state = statusLabel(record.status);
  const question = record.ended
    ? vscode.l10n.t('Delete the job {0} ({1}) on the server?', titleOf(record), state)
    : vscode.l10n.t('Cancel the job {0} ({1})?', titleOf(record), state);
  const detail = record.ended
    ? vscode.l10n.t(
        'The service forgets the job {0}. Its result files stay in the storage.',
        record.serviceJobId ?? '',
      )
    : vscode.l10n.t('The service stops the job {0}. What it has done is lost.', record.serviceJobId ?? '');
  const keep = record.ended ? vscode.l10n.t('Cancel') : vscode.l10n.t('Keep Running');
  const items = [{ title: yes }, { title: keep, isCloseAffordance: true }];
  const choice = await vscode.window.showWarningMessage(question, { modal: true, detail }, ...items);
  return choice?.title === yes;
}

export async function confirmForget(record: JobRecord): Promise<boolean> {
  const yes = vscode.l10n.t('Forget');
  const question = vscode.l10n.t('Forget the job {0} ({1})?', titleOf(record), statusLabel(record.status));
  const detail = vscode.l10n.t('It goes on on the server, but is not followed here any more.');
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) === yes;
}
