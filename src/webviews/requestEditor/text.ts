import type { AllowanceView } from '../../shared/answerContract.ts';
import type { RequestEditorStrings } from '../../shared/requestEditorStrings.ts';
import { fill } from '../controls/fill.ts';

export { fill };

/** A duration as a person reads it. */
export function duration(strings: RequestEditorStrings, ms: number): string {
  if (ms < 10) return fill(strings.milliseconds, ms.toFixed(1));
  return ms < 10_000
    ? fill(strings.milliseconds, Math.round(ms))
    : fill(strings.seconds, (ms / 1000).toFixed(1));
}

/** The time a call has taken so far. */
export function elapsed(strings: RequestEditorStrings, ms: number): string {
  return fill(strings.seconds, (ms / 1000).toFixed(1));
}

/** The calls that are left, as the gateway counts them. */
export function allowanceText(
  { answers }: RequestEditorStrings,
  { remaining, total }: AllowanceView,
): string {
  if (total !== undefined) return fill(answers.allowanceOf, remaining, total);
  return remaining === 1 ? answers.allowanceOfOne : fill(answers.allowance, remaining);
}
