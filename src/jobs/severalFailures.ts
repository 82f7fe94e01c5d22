import * as vscode from 'vscode';
import { Failure } from '../protocol/failure.ts';
import { sentenceOf } from '../shared/reportFailure.ts';

/** What failed of so many jobs, as one failure to report. */
export function inOne(failures: readonly unknown[], of: number): unknown {
  const [first] = failures;
  if (of === 1 || !(first instanceof Failure)) return first;
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
