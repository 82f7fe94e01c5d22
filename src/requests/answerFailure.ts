import type { Failure, FailureReason } from '../protocol/failure.ts';
import { parseFailedJob } from '../protocol/studio/failedJob.ts';
import { isTransient, sentenceWithoutWait } from '../protocol/studio/errors.ts';
import type { MessageFact } from '../shared/answerContract.ts';
import type { FailureView, ReasonView } from '../shared/requestEditorContract.ts';
import { beginningOf } from './answerText.ts';

/** The failure as the editor shows it, with the labels of what may mend it. */
export function viewOfFailure(failure: Failure, remedies: readonly string[]): FailureView {
  const { evidence } = failure;
  const headers = evidence?.headers ?? [];
  const requestId = headers.find(([name]) => /request-?id$/i.test(name))?.[1];
  return {
    code: failure.code,
    origin: failure.origin,
    sentence: sentenceWithoutWait(failure),
    ...(failure.status === undefined ? {} : { status: failure.status }),
    reasons: (evidence?.reasons ?? []).map(viewOfReason),
    headers,
    ...(requestId === undefined ? {} : { requestId }),
    ...(evidence?.method === undefined ? {} : { method: evidence.method }),
    ...(evidence?.url === undefined ? {} : { url: evidence.url }),
    ...(evidence?.time === undefined ? {} : { time: evidence.time }),
    ...(evidence?.body === undefined ? {} : { body: beginningOf(evidence.body).text }),
    remedies,
  };
}

/** Some messages are a log line with JSON in it, whose own message says what went wrong. */
function viewOfReason(reason: FailureReason): ReasonView {
  const taken = parseFailedJob(reason.message);
  if (taken.json === undefined) return reason;
  const { message, module, library, errorCode, errorId, exceptionType, requestId } = taken;
  const found: Partial<Record<MessageFact[0], string | undefined>> = {
    message,
    module,
    library,
    errorCode,
    errorId,
    exceptionType,
    requestId,
  };
  const facts = Object.entries(found).filter(
    (fact): fact is [MessageFact[0], string] => fact[1] !== undefined,
  );
  return { ...reason, facts };
}

/** A longer wait is told and not waited for. In milliseconds. */
const longestWait = 10 * 60_000;
const firstWait = 2_000;
const longestBackoff = 60_000;

/**
 * When a failed call may be tried again: when the server said, else after a pause that doubles with every refusal in a
 * row. Undefined for a failure that a repetition does not mend.
 */
export function retryAfterFailure(
  failure: Failure,
  refusals: number,
  now: number,
): { readonly at: number; readonly offered: boolean } | undefined {
  const said = failure.evidence?.retryAt;
  if (said !== undefined) {
    const at = Date.parse(said);
    return Number.isNaN(at) ? undefined : { at, offered: at - now <= longestWait };
  }
  if (!isTransient(failure)) return undefined;
  return { at: now + Math.min(longestBackoff, firstWait * 2 ** Math.max(0, refusals - 1)), offered: true };
}
