import * as vscode from 'vscode';
import { commandId } from '../shared/contributions.ts';
import type { JobRecord } from './jobRecord.ts';
import { titleOf } from './jobWords.ts';

/** One line about a job whose window was gone before its start was confirmed; `now`: it was started by this window. */
export async function announceTakenUp(record: JobRecord, now: boolean): Promise<void> {
  const showDetails = vscode.l10n.t('Show details');
  const title = titleOf(record);
  const line = now
    ? vscode.l10n.t(
        'Batch job {0} was submitted, but not started, when its window closed. It was started now.',
        title,
      )
    : vscode.l10n.t(
        'Batch job {0} was being started when its window closed. It had been started, and is followed.',
        title,
      );
  if ((await vscode.window.showInformationMessage(line, showDetails)) !== showDetails) return;
  await vscode.commands.executeCommand(commandId('showJobDetails'), { node: 'job', jobId: record.ownId });
}

export function announceSentAgain(record: JobRecord): void {
  void vscode.window.showWarningMessage(
    vscode.l10n.t(
      'The storage ended in the middle of batch job {0}. What it had lost was uploaded again.',
      titleOf(record),
    ),
  );
}

/** Asks before looks at jobs use up the few calls that a gateway still allows. */
export async function askToSpendCalls(host: string, callsLeft: number): Promise<boolean> {
  const follow = vscode.l10n.t('Follow anyway');
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t(
      'The gateway {0} allows {1} more calls. Following a batch job takes one for each look: some 20 in the first five minutes, then two a minute.',
      host,
      callsLeft,
    ),
    follow,
    vscode.l10n.t("Don't follow"),
  );
  return choice === follow;
}
