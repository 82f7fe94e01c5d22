import { useEffect, useState } from 'preact/hooks';
import type { RequestEditorStrings } from '../../shared/requestEditorStrings.ts';
import { fill } from './text.ts';

/** Milliseconds until a moment of the page's own clock, told each second. */
export function useCountdown(until: number): number {
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

export const minute = 60_000;

/** A span of time in its two largest units. */
export function span(strings: RequestEditorStrings, ms: number): string {
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
