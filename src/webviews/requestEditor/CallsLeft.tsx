import type { AllowanceView } from '../../shared/answerContract.ts';
import { span, useCountdown } from './countdown.ts';
import { useSession } from './session.ts';
import { allowanceText, fill } from './text.ts';

/** The calls that a gateway says are left and, where it says so, when they are renewed, counting down. */
export function CallsLeft({ allowance }: { readonly allowance: AllowanceView }) {
  const { strings, callTime } = useSession();
  const leftMs = useCountdown(callTime + (allowance.renewedInMs ?? 0));
  const calls = allowanceText(strings, allowance);
  if (leftMs <= 0)
    return <span class="fact">{allowance.renewedInMs === undefined ? calls : strings.answers.renewed}</span>;
  return (
    <span class="fact" role="timer">
      {fill(strings.answers.renewedIn, calls, span(strings, leftMs))}
    </span>
  );
}
