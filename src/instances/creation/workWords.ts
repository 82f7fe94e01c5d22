import * as vscode from 'vscode';
import { clockTime } from '../../shared/clockTime.ts';
import { failureDetails } from '../../shared/reportFailure.ts';
import type { Failure } from '../../protocol/failure.ts';
import { durationWords, tierLabel } from './tierWords.ts';
import type { WorkRecord } from './workRecord.ts';

/** What is being done, without an end: `creating X`. */
export function workWords(record: WorkRecord): string {
  const { name } = record.instance;
  return record.kind === 'create'
    ? vscode.l10n.t('creating {0}', name)
    : vscode.l10n.t('changing {0} to {1}', name, tierLabel(record.tier));
}

/** Like `1:05` or `2:00:09`. */
export function elapsed({ startedAt }: WorkRecord): string {
  return clockTime(Math.max(0, Date.now() - Date.parse(startedAt)));
}

/** Everything that is known, one fact a line. */
export function workDetails(record: WorkRecord, problem: Failure | undefined): string {
  const { instance, tier, where, startedAt } = record;
  const facts: (readonly [string, string | undefined])[] = [
    ['Instance', instance.name],
    ['Id', instance.id],
    ['Doing', workWords(record)],
    ['Since', `${startedAt} (${elapsed(record)})`],
    ['Expected', record.kind === 'create' ? durationWords(tier.name) : undefined],
    ['Tier', tierLabel(tier)],
    ['Before', record.kind === 'changeTier' ? tierLabel(record.from) : undefined],
    ['Location', record.kind === 'create' ? record.location : undefined],
    ['Subscription', where.subscriptionName],
    ['Account', where.account.label],
  ];
  return [
    ...facts.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(12)} ${value}`])),
    ...(problem === undefined ? [] : ['', failureDetails(problem)]),
    '',
  ].join('\n');
}
