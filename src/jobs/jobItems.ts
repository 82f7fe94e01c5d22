import * as vscode from 'vscode';
import { commandId } from '../shared/contributions.ts';
import type { ExplorerNode } from '../shared/explorerNode.ts';
import { contextValue, facts, idOf, spoken } from '../shared/treeItems.ts';
import { parseFailedJob } from '../protocol/studio/failedJob.ts';
import type { Job } from './job.ts';
import { serviceOf } from './jobFilter.ts';
import type { JobRecord } from './jobRecord.ts';
import { elapsed, queueTime, sizeText, stateText } from './jobWords.ts';

const { Collapsed, None } = vscode.TreeItemCollapsibleState;

/** A job under its endpoint. */
export function jobItem(job: Job): vscode.TreeItem {
  const item = plainItem(job);
  item.description = job.progress ?? `${stateOf(job)} · ${timeOf(job)}`;
  item.tooltip = jobTooltip(job);
  item.accessibilityInformation = spoken(job.title, item.description);
  return item;
}

/** A job among those of other services. The tooltip comes when it is asked for. */
export function listedJobItem(job: Job, record: JobRecord): vscode.TreeItem {
  const item = plainItem(job);
  const state = stateText(record);
  const times = job.open ? runningTimes(job, record) : [elapsed(record)];
  const when = job.open ? [] : [timeOf(job)];
  item.description = [state, ...times, job.service, ...when].join(' · ');
  // Times that go on would have a screen reader talk for ever.
  item.accessibilityInformation = spoken(job.title, [state, job.service, ...when].join(', '));
  return item;
}

function runningTimes(job: Job, record: JobRecord): readonly string[] {
  if (job.progress !== undefined) return [job.progress];
  const queued = queueTime(record);
  const waited = queued === undefined ? [] : [vscode.l10n.t('queued {0}', queued)];
  if (record.status === 'NotStarted') return waited;
  return [elapsed(record), ...waited];
}

function plainItem(job: Job): vscode.TreeItem {
  const item = new vscode.TreeItem(job.title, job.hasResults ? Collapsed : None);
  item.id = idOf('job', job.localId);
  item.contextValue = contextValue([
    'job',
    whereabouts(job),
    job.deleted && !job.hasResults ? undefined : job.status,
  ]);
  item.iconPath = jobIcon(job);
  item.command = {
    command: commandId('showJobDetails'),
    title: vscode.l10n.t('Show details'),
    arguments: [{ node: 'job', jobId: job.localId } satisfies ExplorerNode],
  };
  return item;
}

function stateOf(job: Job): string {
  return job.deleted ? vscode.l10n.t('{0}, deleted on the server', job.status) : job.status;
}

/** Whether the server has it, as far as is known: what menus ask. */
function whereabouts(job: Job): string {
  if (job.deleted) return 'deleted';
  if (job.open) return 'open';
  return job.id === job.localId ? 'unsent' : 'ended';
}

/** With its record, more is told of the job. */
export function jobTooltip(job: Job, record?: JobRecord): vscode.MarkdownString {
  const when = (time: string | undefined): string =>
    time === undefined ? '' : new Date(time).toLocaleString();
  return facts(job.id, {
    [vscode.l10n.t('State')]: stateOf(job),
    ...(record !== undefined && {
      [vscode.l10n.t('Service')]: serviceOf(record),
      [vscode.l10n.t('Files')]: Object.values(record.inputs)
        .flatMap(({ file }) => file ?? [])
        .join(', '),
    }),
    [vscode.l10n.t('Submitted')]: when(job.submittedAt),
    [vscode.l10n.t('Started')]: when(job.startedAt),
    [vscode.l10n.t('Ended')]: when(job.endedAt),
    ...(record !== undefined && {
      [vscode.l10n.t('Elapsed')]: elapsed(record),
      [vscode.l10n.t('Waited in the queue')]: queueTime(record) ?? '',
    }),
    [vscode.l10n.t('Note')]: noteOf(job),
  });
}

/** A failed job's details may be a long log. */
function noteOf({ status, note = '' }: Job): string {
  return status === 'Failed' ? parseFailedJob(note).message : note;
}

/** Tells runs of the same file apart. */
function timeOf(job: Job): string {
  const time = new Date(job.startedAt ?? job.submittedAt);
  const isToday = time.toDateString() === new Date().toDateString();
  return isToday ? time.toLocaleTimeString() : time.toLocaleString();
}

/** `size` in bytes, where it is known. */
export function outputItem(job: Job, output: string, size?: number): vscode.TreeItem {
  const item = new vscode.TreeItem(output, None);
  const location = job.outputs[output]?.relativeLocation ?? '';
  item.id = idOf('output', job.localId, output);
  item.contextValue = 'output';
  item.iconPath = new vscode.ThemeIcon('table');
  item.description = size === undefined ? location : `${sizeText(size)} · ${location}`;
  item.tooltip = location;
  item.accessibilityInformation = spoken(output, item.description);
  item.command = {
    command: commandId('openResult'),
    title: vscode.l10n.t('Open results'),
    arguments: [{ node: 'output', jobId: job.localId, output } satisfies ExplorerNode],
  };
  return item;
}

const jobIcons: Readonly<Record<string, readonly [icon: string, color?: string]>> = {
  Uploading: ['cloud-upload', 'charts.blue'],
  Submitting: ['sync~spin', 'charts.blue'],
  NotStarted: ['circle-outline'],
  Running: ['sync~spin', 'charts.blue'],
  Failed: ['error', 'list.errorForeground'],
  Cancelled: ['circle-slash'],
  Finished: ['pass', 'testing.iconPassed'],
};

function jobIcon(job: Job): vscode.ThemeIcon {
  const [name, color] = jobIcons[job.status] ?? ['question'];
  return new vscode.ThemeIcon(name, color === undefined ? undefined : new vscode.ThemeColor(color));
}
