import { durationText, type DurationStrings } from '../controls/measures.ts';

export function countText(count: number): string {
  return count.toLocaleString(language());
}

export function percentText(share: number): string {
  return share.toLocaleString(language(), { style: 'percent', maximumFractionDigits: 1 });
}

/** A dash for what was not measured. */
export function timeText(ms: number | undefined, strings: DurationStrings): string {
  return ms === undefined ? '–' : durationText(ms, strings);
}

/** Day and time of day. */
export function momentText(time: number): string {
  return new Date(time).toLocaleString(language(), { dateStyle: 'short', timeStyle: 'short' });
}

function language(): string {
  return document.documentElement.lang;
}
