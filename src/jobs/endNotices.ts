import * as vscode from 'vscode';
import { parseFailedJob } from '../protocol/studio/failedJob.ts';
import { commandId, type CommandName } from '../shared/contributions.ts';
import type { JobRecord } from './jobRecord.ts';
import { elapsed, titleOf } from './jobWords.ts';

/** Jobs that end together are announced together. */
const gatherMs = 700;

/** One notification for each end of a job, or one for many that end at once. */
export class EndNotices implements vscode.Disposable {
  readonly #ended: JobRecord[] = [];
  #timer: NodeJS.Timeout | undefined;

  add(record: JobRecord): void {
    if (record.quiet === true) return;
    this.#ended.push(record);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const ended = this.#ended.splice(0);
      const [only] = ended;
      void (ended.length === 1 && only !== undefined ? announceOne(only) : announceMany(ended));
    }, gatherMs);
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }
}

async function announceOne(record: JobRecord): Promise<void> {
  const openResults = vscode.l10n.t('Open results');
  const showDetails = vscode.l10n.t('Show details');
  const title = titleOf(record);
  let chosen: string | undefined;
  switch (record.status) {
    case 'Finished':
      chosen = await vscode.window.showInformationMessage(
        vscode.l10n.t('Batch job {0} finished in {1}.', title, elapsed(record)),
        ...(Object.keys(record.outputs).length === 0 ? [] : [openResults]),
        showDetails,
      );
      break;
    case 'Failed':
      chosen = await vscode.window.showErrorMessage(
        vscode.l10n.t('Batch job {0} failed. {1}', title, parseFailedJob(record.details ?? '').message),
        showDetails,
      );
      break;
    default:
      chosen = await vscode.window.showInformationMessage(
        vscode.l10n.t('Batch job {0} was cancelled.', title),
        showDetails,
      );
  }
  if (chosen === openResults) await run('openResult', record);
  if (chosen === showDetails) await run('showJobDetails', record);
}

async function announceMany(ended: readonly JobRecord[]): Promise<void> {
  const failed = ended.filter(({ status }) => status === 'Failed').length;
  const showJobs = vscode.l10n.t('Show jobs');
  const text =
    failed === 0
      ? vscode.l10n.t('{0} batch jobs have ended.', ended.length)
      : vscode.l10n.t('{0} batch jobs have ended, {1} of them failed.', ended.length, failed);
  if ((await vscode.window.showInformationMessage(text, showJobs)) === showJobs) {
    await vscode.commands.executeCommand(commandId('showJobs'));
  }
}

async function run(command: CommandName, record: JobRecord): Promise<void> {
  await vscode.commands.executeCommand(commandId(command), { node: 'job', jobId: record.ownId });
}
