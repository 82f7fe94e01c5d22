import * as vscode from 'vscode';
import type { CallLimit, CallLimits } from '../protocol/apim/limits.ts';

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** "5 calls a minute, 100 calls a week"; an empty text where there is no limit. */
export function limitWords({ rate, quota }: CallLimits): string {
  return [rate, quota].flatMap((limit) => (limit === undefined ? [] : [wordsOf(limit)])).join(', ');
}

function wordsOf({ calls, seconds }: CallLimit): string {
  switch (seconds) {
    case 0:
      return vscode.l10n.t('{0} calls in all', calls);
    case minute:
      return vscode.l10n.t('{0} calls a minute', calls);
    case hour:
      return vscode.l10n.t('{0} calls an hour', calls);
    case day:
      return vscode.l10n.t('{0} calls a day', calls);
    case 7 * day:
      return vscode.l10n.t('{0} calls a week', calls);
    default:
      return vscode.l10n.t('{0} calls in {1} seconds', calls, seconds);
  }
}
