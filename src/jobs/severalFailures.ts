import * as vscode from 'vscode';
import { Failure } from '../protocol/failure.ts';
import { sentenceOf } from '../shared/reportFailure.ts';

/** What failed of so many jobs, as one failure to report. What the user gave up does not count beside the others. */
export function inOne(all: readonly unknown[], of: number): unknown {
  const failures = all.filter((each) => !(each instanceof Failure && each.code === 'Cancelled'));
  const [first = all[0]] = failures;
  if (of === 1 || failures.length === 0 || !(first instanceof Failure)) return first;
  const { code, origin, status, evidence } = first;
  return new Failure({
    code,
    origin,
    ...(status === undefined ? {} : { status }),
    ...(evidence === undefined ? {} : { evidence }),
    sentence: vscode.l10n.t('It failed with {0} of {1} jobs. {2}', failures.length, of, sentenceOf(first)),
    cause: first,
  });
}
