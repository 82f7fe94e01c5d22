import { clockTime } from '../../shared/clockTime.ts';
import { fill } from './fill.ts';

export interface DurationStrings {
  readonly milliseconds: string;
  readonly seconds: string;
}

/** Short enough for a cell: `345 ms`, `12.3 s`, `1:05`. */
export function durationText(ms: number, { milliseconds, seconds }: DurationStrings): string {
  if (Math.round(ms) < 1000) return fill(milliseconds, Math.round(ms));
  return ms < 59_950 ? fill(seconds, (ms / 1000).toFixed(1)) : clockTime(ms);
}

export interface ByteStrings {
  readonly bytes: string;
  readonly kilobytes: string;
  readonly megabytes: string;
  readonly gigabytes: string;
}

export function byteText(bytes: number, strings: ByteStrings): string {
  if (bytes < 1e3) return fill(strings.bytes, bytes);
  if (bytes < 1e6) return fill(strings.kilobytes, (bytes / 1e3).toFixed(1));
  return bytes < 1e9
    ? fill(strings.megabytes, (bytes / 1e6).toFixed(1))
    : fill(strings.gigabytes, (bytes / 1e9).toFixed(1));
}
