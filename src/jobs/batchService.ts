import { Failure } from '../protocol/failure.ts';
import { redactHeaders, redactText, redactUrl } from '../protocol/redaction.ts';
import {
  parseJobId,
  parseJobStatus,
  submitBody,
  type JobStatus,
  type SubmitGeneration,
  type SubmitRequest,
} from '../protocol/studio/bes.ts';
import { failureOfAnswer, type RequestKind } from '../protocol/studio/errors.ts';
import { jobsUrl, jobUrl, startUrl, type ServiceAddress } from '../protocol/studio/urls.ts';
import { callsLeft } from '../protocol/apim/callQuota.ts';
import { parseRetryAfter } from '../protocol/retryAfter.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from '../transport/httpClient.ts';
import type { RecordedAnswer } from './jobRecord.ts';

/** An endpoint's address with the headers that authorize calls to it. */
export interface AuthorizedAddress {
  readonly address: ServiceAddress;
  readonly headers: Readonly<Record<string, string>>;
}

/** What an operation gave, and the answer as it may be shown. */
export interface Answered<T> {
  readonly value: T;
  readonly answer: RecordedAnswer;
  readonly waitMs?: number;
  /** What the quota of a gateway still allows, if it says so. */
  readonly callsLeft?: number;
}

const longestAnswer = 4 * 1024 * 1024;
const longestShownBody = 16 * 1024;
const statusTimeoutMs = 30_000;

/** The four batch operations of an endpoint. Everything but a 2xx rejects with a `Failure`. */
export class BatchService {
  readonly #http: () => Promise<HttpClient>;

  constructor(http: () => Promise<HttpClient>) {
    this.#http = http;
  }

  /** Sent once: a repetition could make a second job. */
  async submit(
    to: AuthorizedAddress,
    request: SubmitRequest,
    generation?: SubmitGeneration,
    signal?: AbortSignal,
  ): Promise<Answered<string>> {
    const body = JSON.stringify(submitBody(request, generation));
    const { text, ...answered } = await this.#call(
      to,
      'submitJob',
      { method: 'POST', url: jobsUrl(to.address), body },
      signal,
    );
    return { ...answered, value: parseJobId(text) };
  }

  async start(to: AuthorizedAddress, jobId: string, signal?: AbortSignal): Promise<Answered<void>> {
    const url = startUrl(to.address, jobId);
    const { answer } = await this.#call(to, 'startJob', { method: 'POST', url, body: '' }, signal);
    return { answer, value: undefined };
  }

  async status(to: AuthorizedAddress, jobId: string, signal?: AbortSignal): Promise<Answered<JobStatus>> {
    const request = { method: 'GET', url: jobUrl(to.address, jobId), timeoutMs: statusTimeoutMs } as const;
    const { text, ...answered } = await this.#call(to, 'jobStatus', request, signal);
    return { ...answered, value: parseJobStatus(text) };
  }

  async delete(to: AuthorizedAddress, jobId: string, signal?: AbortSignal): Promise<Answered<void>> {
    const { answer } = await this.#call(
      to,
      'deleteJob',
      { method: 'DELETE', url: jobUrl(to.address, jobId) },
      signal,
    );
    return { answer, value: undefined };
  }

  async #call(
    to: AuthorizedAddress,
    requestKind: RequestKind,
    request: Pick<HttpRequest, 'method' | 'url' | 'body' | 'timeoutMs'>,
    signal: AbortSignal | undefined,
  ): Promise<Omit<Answered<void>, 'value'> & { text: string }> {
    const http = await this.#http();
    const answer = await http.send({
      ...request,
      headers: { ...to.headers, Accept: 'application/json', ...contentType(request) },
      peer: 'service',
      // States are asked for again by the tracker, at its own pace.
      retry: requestKind === 'jobStatus' ? 'never' : 'safe',
      ...(signal === undefined ? {} : { signal }),
    });
    const text = await answer.text(longestAnswer);
    const { url, method } = request;
    if (answer.status < 200 || answer.status >= 300) {
      throw failureOfAnswer({
        status: answer.status,
        headers: answer.headers,
        bodyText: text,
        url,
        method,
        requestKind,
      });
    }
    const waitMs = parseRetryAfter(answer.header('retry-after'));
    const left = callsLeft(answer.headers);
    return {
      text,
      answer: recorded(request, answer, text),
      ...(waitMs === undefined ? {} : { waitMs }),
      ...(left === undefined ? {} : { callsLeft: left }),
    };
  }
}

function contentType(request: Pick<HttpRequest, 'body'>): Record<string, string> {
  return request.body === undefined || request.body === '' ? {} : { 'Content-Type': 'application/json' };
}

function recorded(
  request: Pick<HttpRequest, 'method' | 'url'>,
  answer: HttpAnswer,
  text: string,
): RecordedAnswer {
  return {
    time: new Date().toISOString(),
    request: `${request.method} ${redactUrl(request.url)}`,
    status: answer.status,
    headers: redactHeaders(answer.headers).map(([name, value]) => [name, value]),
    body: redactText(text).slice(0, longestShownBody),
  };
}

/** A refused or failed operation as an answer that may be shown. */
export function recordedFailure(failure: Failure): RecordedAnswer {
  const { evidence } = failure;
  return {
    time: evidence?.time ?? new Date().toISOString(),
    request: [evidence?.method, evidence?.url].filter((part) => part !== undefined).join(' '),
    ...(failure.status === undefined ? {} : { status: failure.status }),
    headers: (evidence?.headers ?? []).map(([name, value]) => [name, value]),
    body: evidence?.body?.slice(0, longestShownBody) ?? failure.sentence,
  };
}
