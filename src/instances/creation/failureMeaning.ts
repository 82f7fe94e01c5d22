import type { Failure } from '../../protocol/failure.ts';
import type { FailureCode } from '../../protocol/failureCodes.ts';
import type { WorkRecord } from './workRecord.ts';

/** What passes without anybody's hand; a certificate or a proxy wants a setting first. */
const passing: ReadonlySet<string> = new Set([
  'ConnectionRefused',
  'ConnectionReset',
  'HostNotFound',
  'HostUnreachable',
  'NetworkFailed',
  'Timeout',
] satisfies FailureCode[]);

/** An instance that is being changed, by whomever. Source: azure-sdk-for-js arm-apimanagement (recordings of its tests). */
const inTransition: ReadonlySet<string> = new Set(['ServiceLocked', 'ServiceInTransition']);

/** How often Azure may refuse to begin. */
const mostRefusals = 3;

/**
 * What a failure means for a record: that it has `ended`, that it is tried again `later`, or that the user is `barred`
 * from seeing how it goes on. `refusals`: how often Azure has answered with one since this window tries.
 */
export function meaningOf(
  failure: Failure,
  { write: begun }: WorkRecord,
  refusals = 1,
): 'ended' | 'later' | 'barred' {
  if (failure.code === 'SignInNeeded' || failure.code === 'SignInFailed') return 'barred';
  return begun === undefined ? beforeBegun(failure, refusals) : onceBegun(failure);
}

/** Nothing is lost, and who is told can mend it and begin anew. */
function beforeBegun(failure: Failure, refusals: number): 'ended' | 'later' {
  if (isBusy(failure) || inTransition.has(failure.code)) return refusals < mostRefusals ? 'later' : 'ended';
  return failure.origin === 'network' && passing.has(failure.code) ? 'later' : 'ended';
}

/** Azure goes on, so only its own word is the end. */
function onceBegun(failure: Failure): 'ended' | 'later' | 'barred' {
  const { origin, code, status } = failure;
  if (code === 'RedirectRefused') return 'barred';
  if (origin === 'network' || isBusy(failure)) return 'later';
  const isVerdict = origin === 'service' && code !== 'MalformedAnswer' && status !== 401 && status !== 403;
  return isVerdict ? 'ended' : 'barred';
}

function isBusy({ status = 0 }: Failure): boolean {
  return status === 408 || status === 429 || status >= 500;
}
