import type { Failure } from '../protocol/failure.ts';
import { parseRetryAfter } from '../protocol/retryAfter.ts';
import type { Head, Hop } from './exchange.ts';

/** How often a call is sent at most. */
export const mostTries = 4;
/** A server that wants more patience than this gets it from the caller, not from here. In milliseconds. */
const LONGEST_PAUSE = 30_000;

const CONNECTION_CODES = new Set([
  'ConnectionRefused',
  'ConnectionReset',
  'HostNotFound',
  'HostUnreachable',
  'ProxyFailed',
]);

/** Answers by which a server says that it did not do the work, and that it may do it later. */
const LATER = new Set([429, 502, 503, 504]);

/** Full jitter below a doubling limit, in milliseconds. `failedTries` counts from 1. */
function backoff(failedTries: number, firstMs: number): number {
  return Math.min(LONGEST_PAUSE, firstMs * 2 ** (failedTries - 1)) * (0.5 + Math.random() / 2);
}

/** The pause before the next try after an answer, or `undefined` when the answer is the caller's. */
export function pauseAfterAnswer(
  head: Head,
  hop: Hop,
  failedTries: number,
  firstMs: number,
): number | undefined {
  if (!isReadOnly(hop) || !LATER.has(head.status)) return undefined;
  const header = head.headers['retry-after'];
  const wanted = parseRetryAfter(typeof header === 'string' ? header : undefined);
  if (wanted === undefined) return head.status === 429 ? undefined : backoff(failedTries, firstMs);
  return wanted <= LONGEST_PAUSE ? wanted : undefined;
}

/**
 * The pause before the next try after a failure, or `undefined` when a repetition might do something twice. Reading
 * is repeated until an answer has begun; anything else only if nothing can have been sent.
 */
export function pauseAfterFailure(
  failure: Failure,
  hop: Hop,
  exchange: { readonly sent: boolean; readonly answered: boolean },
  failedTries: number,
  firstMs: number,
): number | undefined {
  if (!CONNECTION_CODES.has(failure.code) || exchange.answered) return undefined;
  if (exchange.sent && !isReadOnly(hop)) return undefined;
  if (hop.body !== undefined && !Buffer.isBuffer(hop.body)) return undefined;
  return backoff(failedTries, firstMs);
}

function isReadOnly(hop: Hop): boolean {
  return hop.method === 'GET' || hop.method === 'HEAD';
}
