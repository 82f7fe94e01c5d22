import { basename } from 'node:path';
import * as vscode from 'vscode';
import { clockTime } from '../shared/clockTime.ts';
import type { JobRecord } from './jobRecord.ts';

export { transferText as progressText } from '../storage/index.ts';

/** What a person tells jobs apart by: the file that was scored, or the beginning of the id. */
export function titleOf(record: JobRecord): string {
  const places = Object.values(record.inputs).map(({ file, relativeLocation }) => file ?? relativeLocation);
  const name = basename(places.find((place) => place !== '') ?? '');
  return name === '' ? (record.serviceJobId ?? record.ownId).slice(0, 12) : name;
}

export function statusLabel(status: string): string {
  switch (status) {
    case 'Uploading':
      return vscode.l10n.t('Uploading');
    case 'Submitting':
      return vscode.l10n.t('Submitting');
    case 'NotStarted':
      return vscode.l10n.t('Not started');
    case 'Running':
      return vscode.l10n.t('Running');
    case 'Failed':
      return vscode.l10n.t('Failed');
    case 'Cancelled':
      return vscode.l10n.t('Cancelled');
    case 'Finished':
      return vscode.l10n.t('Finished');
    default:
      return status;
  }
}

/** The state, and whether the server still has the job. */
export function stateText({ status, deleted }: JobRecord): string {
  const state = statusLabel(status);
  return deleted === true ? vscode.l10n.t('{0}, deleted on the server', state) : state;
}

/** Like `1:05` or `2:00:09`, from the start, or the submission, to the end or now. */
export function elapsed(record: JobRecord, now: number = Date.now()): string {
  const from = Date.parse(record.startedAt ?? record.submittedAt ?? record.createdAt);
  const to = record.endedAt === undefined ? now : Date.parse(record.endedAt);
  return clockTime(Math.max(0, to - from));
}

/** As `elapsed`: how long the service let a started job wait; undefined where it did not, or that is not known. */
export function queueTime(record: JobRecord, now: number = Date.now()): string | undefined {
  const { startedAt, runningAt } = record;
  if (startedAt === undefined || (runningAt === undefined && record.status !== 'NotStarted'))
    return undefined;
  const ms = (runningAt === undefined ? now : Date.parse(runningAt)) - Date.parse(startedAt);
  return ms < 1_000 ? undefined : clockTime(ms);
}

/** On the server and on its way to an end, or not yet there but being sent. */
export function isInMotion(record: JobRecord): boolean {
  if (record.ended) return false;
  return record.status !== 'NotStarted' || record.startedAt !== undefined || record.startWanted === true;
}

/** Like `12 kB` or `1.2 GB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1_000) return vscode.l10n.t('{0} bytes', bytes);
  const [divisor, unit] = bytes < 1e6 ? [1e3, 'kB'] : bytes < 1e9 ? [1e6, 'MB'] : [1e9, 'GB'];
  const value = bytes / divisor;
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ${unit}`;
}
