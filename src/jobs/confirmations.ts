import * as vscode from 'vscode';
import type { JobRecord } from './jobRecord.ts';
import { statusLabel, titleOf } from './jobWords.ts';

const mostNamed = 10;

/** Names the job and its state; the one DELETE call is worded by what it does then. */
export function confirmDeleteCall(record: JobRecord): Promise<boolean> {
  return record.ended ? confirmDelete([record]) : confirmCancel([record]);
}

/** For jobs that run. */
export function confirmCancel(records: readonly JobRecord[]): Promise<boolean> {
  const [only] = records;
  return records.length === 1 && only !== undefined
    ? ask({
        question: vscode.l10n.t('Cancel the job {0} ({1})?', titleOf(only), statusLabel(only.status)),
        detail: vscode.l10n.t(
          'The service stops the job {0}. What it has done is lost.',
          only.serviceJobId ?? '',
        ),
        yes: vscode.l10n.t('Cancel job'),
        no: vscode.l10n.t('Keep running'),
      })
    : ask({
        question: vscode.l10n.t('Cancel {0} jobs?', records.length),
        detail: `${vscode.l10n.t('The service stops them. What they have done is lost.')}\n\n${names(records)}`,
        yes: vscode.l10n.t('Cancel jobs'),
        no: vscode.l10n.t('Keep running'),
      });
}

/** For jobs that have ended. */
export function confirmDelete(records: readonly JobRecord[]): Promise<boolean> {
  const [only] = records;
  const yes = vscode.l10n.t('Delete on server');
  const no = vscode.l10n.t('Cancel');
  return records.length === 1 && only !== undefined
    ? ask({
        question: vscode.l10n.t(
          'Delete the job {0} ({1}) on the server?',
          titleOf(only),
          statusLabel(only.status),
        ),
        detail: vscode.l10n.t(
          'The service forgets the job {0}. Its result files stay in the storage.',
          only.serviceJobId ?? '',
        ),
        yes,
        no,
      })
    : ask({
        question: vscode.l10n.t('Delete {0} jobs on the server?', records.length),
        detail: `${vscode.l10n.t('The service forgets them. Their result files stay in the storage.')}\n\n${names(records)}`,
        yes,
        no,
      });
}

/** For jobs that run. */
export function confirmForget(records: readonly JobRecord[]): Promise<boolean> {
  const [only] = records;
  const yes = vscode.l10n.t('Forget');
  const no = vscode.l10n.t('Cancel');
  return records.length === 1 && only !== undefined
    ? ask({
        question: vscode.l10n.t('Forget the job {0} ({1})?', titleOf(only), statusLabel(only.status)),
        detail: vscode.l10n.t('It goes on on the server, but is not followed here any more.'),
        yes,
        no,
      })
    : ask({
        question: vscode.l10n.t('Forget {0} jobs that have not ended?', records.length),
        detail: `${vscode.l10n.t('They go on on the server, but are not followed here any more.')}\n\n${names(records)}`,
        yes,
        no,
      });
}

async function ask(words: { question: string; detail: string; yes: string; no: string }): Promise<boolean> {
  const items = [{ title: words.yes }, { title: words.no, isCloseAffordance: true }];
  const { question, detail } = words;
  const choice = await vscode.window.showWarningMessage(question, { modal: true, detail }, ...items);
  return choice?.title === words.yes;
}

function names(records: readonly JobRecord[]): string {
  const titles = records.slice(0, mostNamed).map(titleOf).join(', ');
  const rest = records.length - mostNamed;
  return rest > 0 ? vscode.l10n.t('{0} and {1} more', titles, rest) : titles;
}
