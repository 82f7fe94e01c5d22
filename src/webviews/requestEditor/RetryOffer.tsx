import { useEffect, useState } from 'preact/hooks';
import type { RetryView } from '../../shared/answerContract.ts';
import type { RequestEditorStrings } from '../../shared/requestEditorStrings.ts';
import { Button } from '../controls/controls.tsx';
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

/** Milliseconds until a moment of the page's own clock, told each second. */
function useCountdown(until: number): number {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    setNow(performance.now());
    const timer = setInterval(() => {
      setNow(performance.now());
      if (performance.now() > until) clearInterval(timer);
    }, 500);
    return () => clearInterval(timer);
  }, [until]);
  return Math.max(0, until - now);
}

const minute = 60_000;

/** A span of time in its two largest units. */
function span(strings: RequestEditorStrings, ms: number): string {
  const { clock, hours, days } = strings.answers;
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 60) return fill(strings.seconds, seconds);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return fill(clock, minutes, String(seconds % 60).padStart(2, '0'));
  const wholeHours = Math.floor(minutes / 60);
  return wholeHours < 24
    ? fill(hours, wholeHours, minutes % 60)
    : fill(days, Math.floor(wholeHours / 24), wholeHours % 24);
}
