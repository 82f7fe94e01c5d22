import type { RetryView } from '../../shared/answerContract.ts';
import { Button } from '../controls/controls.tsx';
import { minute, span, useCountdown } from './countdown.ts';
import { useSession } from './session.ts';
import { fill } from './text.ts';

/** When a failed call may be tried again, counting down, with an offer to do so then. */
export function RetryOffer({ retry }: { readonly retry: RetryView }) {
  const session = useSession();
  const { strings, host } = session;
  const texts = strings.answers;
  const leftMs = useCountdown(session.callTime + retry.inMs);
  const left = span(strings, leftMs);
  if (retry.waiting) {
    return (
      <div class="retry">
        <span role="timer">{fill(texts.waiting, left)}</span>
        <Button label={texts.stopWaiting} onClick={() => void host.cancel()} />
      </div>
    );
  }
  if (leftMs <= 0) {
    return (
      <div class="retry">
        <span>{texts.tryAgainNow}</span>
        <Button kind="primary" icon="refresh" label={texts.sendAgain} onClick={() => void host.sendAgain()} />
      </div>
    );
  }
  const at = new Date(Date.now() + leftMs);
  return (
    <div class="retry">
      <span role="timer">
        {leftMs < 60 * minute
          ? fill(texts.tryAgainIn, left)
          : fill(texts.tryAgainAt, left, at.toLocaleString())}
      </span>
      {retry.offered && (
        <Button
          kind="primary"
          icon="refresh"
          label={fill(texts.retryIn, left)}
          onClick={() => void host.retryLater()}
        />
      )}
    </div>
  );
}
