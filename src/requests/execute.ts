import { failureOfAnswer } from '../protocol/studio/errors.ts';
import { failureOfUnreadable } from '../protocol/studio/unreadableAnswer.ts';
import type { Failure } from '../protocol/failure.ts';
import { executeUrl, type ExecuteQuery, type ServiceAddress } from '../protocol/studio/urls.ts';
import type { HttpAnswer, HttpClient, Phase, SentRequest, Timings } from '../transport/httpClient.ts';
import { readBody, type ReadBody, type Spill } from './answerBody.ts';

/** One RRS call, complete but for its credentials. */
export interface RrsCall {
  readonly address: ServiceAddress;
  readonly query: ExecuteQuery;
  readonly headers: Readonly<Record<string, string>>;
  /** Names of those headers whose values may be shown; the others' are masked in what was sent. */
  readonly shownHeaders?: readonly string[];
  /** Sent as it is. */
  readonly body: string;
  /** Milliseconds to the last byte; absent means the client's default. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** What came back, whatever the status. */
export interface RrsAnswer {
  readonly requestUrl: string;
  readonly status: number;
  readonly statusText: string;
  readonly timings: Required<Pick<Timings, 'firstByteMs' | 'totalMs'>> & Pick<Timings, 'connectedMs'>;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The whole body or, with a file, its beginning. */
  readonly text: string;
  /** Path of the file with a body that is more than is kept in memory. */
  readonly file?: string;
  /** Of the body, in bytes. */
  readonly size: number;
  readonly time: Date;
  /** Some bytes were no UTF-8: `text` has replacement characters in their places. */
  readonly notUtf8?: boolean;
  /** What went over the wire, without credentials. */
  readonly sent?: SentRequest;
  /** The time that it took, in pieces. */
  readonly phases?: readonly Phase[];
}

/** What a caller without a file for it gets; a call takes 4 MB at most, and no service answers with a hundred times that. */
const largestAnswer = 256 * 1024 * 1024;

/**
 * Sends the call with the headers that authorize it, which win over the call's own of the same name. An HTTP error
 * status is an answer; what keeps an answer from coming rejects with a `Failure`. A large body goes where `spill` says.
 */
export async function execute(
  http: HttpClient,
  call: RrsCall,
  authorization: Readonly<Record<string, string>>,
  spill?: Spill,
): Promise<RrsAnswer> {
  const answer = await http.send({
    method: 'POST',
    url: executeUrl(call.address, call.query),
    headers: mergeHeaders({ 'Content-Type': 'application/json' }, call.headers, authorization),
    body: call.body,
    peer: 'service',
    ...(call.timeoutMs === undefined ? {} : { timeoutMs: call.timeoutMs }),
    ...(call.signal ? { signal: call.signal } : {}),
  });
  const body = await (spill ? readBody(answer, spill) : wholeBody(answer));
  const { firstByteMs, totalMs = firstByteMs, connectedMs, phases } = answer.timings();
  return {
    requestUrl: answer.url,
    status: answer.status,
    statusText: answer.statusText,
    timings: { firstByteMs, totalMs, ...(connectedMs === undefined ? {} : { connectedMs }) },
    headers: answer.headers,
    ...body,
    time: new Date(),
    sent: answer.sent((call.shownHeaders ?? []).filter((name) => !isNamed(authorization, name))),
    phases,
  };
}

async function wholeBody(answer: HttpAnswer): Promise<ReadBody> {
  const text = await answer.text(largestAnswer);
  return { text, size: Buffer.byteLength(text), ...(answer.notUtf8 && { notUtf8: true }) };
}

/** The failure that an answer stands for: by its status, or because it is no JSON. */
export function failureOf(answer: RrsAnswer): Failure | undefined {
  // Of a body in a file only the beginning is here, which is no whole JSON.
  if (answer.status < 400 && answer.file !== undefined) return undefined;
  const judge = answer.status < 400 ? failureOfUnreadable : failureOfAnswer;
  return judge({
    status: answer.status,
    headers: answer.headers,
    bodyText: answer.text,
    url: answer.requestUrl,
    method: 'POST',
    requestKind: 'execute',
    now: answer.time,
  });
}

function isNamed(headers: Readonly<Record<string, string>>, name: string): boolean {
  return Object.keys(headers).some((other) => other.toLowerCase() === name.toLowerCase());
}

/** Later headers replace earlier ones of the same name in any case. */
export function mergeHeaders(...all: readonly Readonly<Record<string, string>>[]): Record<string, string> {
  const merged = new Map<string, [name: string, value: string]>();
  for (const headers of all) {
    for (const [name, value] of Object.entries(headers)) merged.set(name.toLowerCase(), [name, value]);
  }
  return Object.fromEntries(merged.values());
}
