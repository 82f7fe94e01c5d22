import * as vscode from 'vscode';
import { parseFailedJob } from '../protocol/studio/failedJob.ts';
import { commandId, prefix, settings, views, type CommandName } from '../shared/contributions.ts';
import { countEnds, isAnnounced, notifyMe, type JobEnd } from './jobEnds.ts';
import type { JobRecord } from './jobRecord.ts';
import { elapsed, titleOf } from './jobWords.ts';

/** Jobs that end together are announced together. */
const gatherMs = 2_000;

/** One notification for each end of a job, or one for many that end at once. */
export class EndNotices implements vscode.Disposable {
  readonly #ended: JobRecord[] = [];
  #timer: NodeJS.Timeout | undefined;

  add(record: JobRecord): void {
    const setting = vscode.workspace.getConfiguration(prefix).get<unknown>(settings.jobNotify);
    if (!isAnnounced(record, notifyMe(setting))) return;
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
  const counts = countEnds(ended);
  const text = counts.map(([end, count], at) => (at === 0 ? jobsText(end, count) : countText(end, count)));
  const showJobs = vscode.l10n.t('Show jobs');
  const chosen = counts.some(([end]) => end === 'Failed')
    ? await vscode.window.showWarningMessage(text.join(', '), showJobs)
    : await vscode.window.showInformationMessage(text.join(', '), showJobs);
  if (chosen === showJobs) await vscode.commands.executeCommand(`${views.jobs}.focus`);
}

function jobsText(end: JobEnd, count: number): string {
  switch (end) {
    case 'Finished':
      return count === 1
        ? vscode.l10n.t('1 batch job finished')
        : vscode.l10n.t('{0} batch jobs finished', count);
    case 'Failed':
      return count === 1
        ? vscode.l10n.t('1 batch job failed')
        : vscode.l10n.t('{0} batch jobs failed', count);
    case 'Cancelled':
      return count === 1
        ? vscode.l10n.t('1 batch job cancelled')
        : vscode.l10n.t('{0} batch jobs cancelled', count);
  }
}

function countText(end: JobEnd, count: number): string {
  switch (end) {
    case 'Finished':
      return vscode.l10n.t('{0} finished', count);
    case 'Failed':
      return vscode.l10n.t('{0} failed', count);
    case 'Cancelled':
      return vscode.l10n.t('{0} cancelled', count);
  }
}

async function run(command: CommandName, record: JobRecord): Promise<void> {
  await vscode.commands.executeCommand(commandId(command), { node: 'job', jobId: record.ownId });
}
