import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../protocol/failure.ts';

const tries = 4;
const firstPauseMs = 500;
const longestPauseMs = 30_000;

/** What a repetition may mend; a certificate or a proxy's password it does not. */
const brokenConnections: ReadonlySet<string> = new Set([
  'ConnectionRefused',
  'ConnectionReset',
  'CutShort',
  'HostNotFound',
  'HostUnreachable',
  'NetworkFailed',
  'Timeout',
]);

/** Repeats a request that is safe to repeat while storage is busy or the line fails, then gives its failure. */
export async function withRetry<T>(request: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await request();
    } catch (error) {
      if (attempt === tries || signal?.aborted === true || !isTransient(error)) throw error;
      const pauseMs = Math.max(firstPauseMs * 2 ** (attempt - 1), wantedPause(error));
      await delay(pauseMs, undefined, signal === undefined ? {} : { signal });
    }
  }
}

/** What `Retry-After` asked for, within reason. */
function wantedPause(error: unknown): number {
  const retryAt = error instanceof Failure ? Date.parse(error.evidence?.retryAt ?? '') : Number.NaN;
  return Number.isNaN(retryAt) ? 0 : Math.min(longestPauseMs, retryAt - Date.now());
}

function isTransient(error: unknown): boolean {
  if (!(error instanceof Failure)) return false;
  if (brokenConnections.has(error.code)) return true;
  return error.status === 408 || error.status === 429 || (error.status !== undefined && error.status >= 500);
}
