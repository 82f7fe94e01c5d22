import {
  defaultSubscriptionKeyHeader,
  parseGatewayError,
  quotaReplenishedInMs,
  rateLimitEndsInMs,
  subscriptionKeyHeaderOf,
  type GatewayError,
} from '../apim/errors.ts';
import { Failure, type FailureEvidence, type FailureReason, type Origin } from '../failure.ts';
import { asArray, asText, isJsonObject, tryParseJson, type JsonObject } from '../json.ts';
import { redactHeaders, redactText, redactUrl } from '../redaction.ts';
import { parseRetryAfter } from '../retryAfter.ts';
import { errorHints } from './errorHints.ts';
import { parseFailedJob } from './failedJob.ts';

/** What was asked for: decides which key a refusal is about and what to try next. */
export type RequestKind =
  | 'execute'
  | 'submitJob'
  | 'startJob'
  | 'jobStatus'
  | 'deleteJob'
  | 'swagger'
  | 'management'
  | 'arm'
  | 'storage'
  | 'other';

/** An HTTP answer whose status says that something went wrong. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly bodyText: string;
  readonly url: string;
  readonly method: string;
  readonly requestKind: RequestKind;
  /** The time of the answer; default now. */
  readonly now?: Date;
}

/** How much of an answer's body a failure keeps, in characters. */
const LONGEST_BODY = 64 * 1024;
/** How much of a service's own text goes into the sentence, in characters. */
const LONGEST_QUOTE = 400;
/** How much of a text is looked through for what goes into the sentence, in characters. */
const LONGEST_SEARCH = 4096;
/** Codes and names that are longer are no use to a person, in characters. */
const LONGEST_NAME = 200;
/** Nobody waits longer, and dates end somewhere. In milliseconds. */
const LONGEST_WAIT = 366 * 24 * 60 * 60 * 1000;

/** What one answer amounts to, before it becomes a `Failure`. */
export interface Verdict {
  readonly code: string;
  readonly origin: Origin;
  readonly sentence: string;
  readonly reasons?: readonly FailureReason[];
  /** Milliseconds until another try makes sense, when the body says so. */
  readonly retryInMs?: number | undefined;
}

/**
 * The failure behind an HTTP error answer. Knows the three error shapes (the service's `{"error": …}`, the gateway's
 * `{"statusCode", "message"}`, plain text), storage's XML and the HTML of proxies. Its code is the most specific one
 * that the service sent, or one of `failureCodes`. Sources: azure-docs classic/web-service-error-codes.md,
 * api-management-error-handling-policies.md, quota-policy.md.
 */
export function failureOfAnswer(answer: ErrorAnswer): Failure {
  return failureOfVerdict(answer, judge(answer));
}

/** The failure that an answer is judged to be, with what is known of the exchange. */
export function failureOfVerdict(answer: ErrorAnswer, verdict: Verdict): Failure {
  const now = answer.now ?? new Date();
  const wantedMs = parseRetryAfter(headerOf(answer, 'retry-after'), now) ?? verdict.retryInMs;
  const waitMs = wantedMs === undefined ? undefined : Math.min(LONGEST_WAIT, wantedMs);
  return new Failure({
    code: verdict.code,
    origin: verdict.origin,
    status: answer.status,
    sentence: waitMs === undefined ? verdict.sentence : `${verdict.sentence} ${waitSentence(waitMs, now)}`,
    evidence: evidenceOf(answer, verdict, now, waitMs),
  });
}

/** The sentence without when it can be tried again, for who tells that in another way. */
export function sentenceWithoutWait({ sentence, evidence }: Failure): string {
  return evidence?.retryAt === undefined
    ? sentence
    : sentence.replace(/ It can be tried again [^.]+(?:\.\d+)?\.$/, '');
}

/** Whether an answer's error may go away by itself, so that a careful client tries again. */
export function isTransient(failure: Failure): boolean {
  return failure.status === 429 || failure.status === 503 || failure.status === 504;
}

function judge(answer: ErrorAnswer): Verdict {
  const body = tryParseJson(answer.bodyText);
  const gatewayError = parseGatewayError(body);
  if (gatewayError) return judgeGateway(answer, gatewayError);
  if (isJsonObject(body) && isJsonObject(body.error)) return judgeServiceError(answer, body.error);
  if (subscriptionKeyHeaderOf(headerOf(answer, 'www-authenticate')) !== undefined) {
    return gatewayUnauthorized(answer, answer.bodyText);
  }
  const storageError = storageErrorOf(answer);
  if (storageError) return storageError;
  if (answer.status === 407) return proxyWantsCredentials(answer);
  if (isHtml(answer)) return judgeHtml(answer);
  return judgePlain(answer, isJsonObject(body) ? (asText(body.message) ?? asText(body.Message)) : undefined);
}

function judgeServiceError(answer: ErrorAnswer, error: JsonObject): Verdict {
  const reasons = reasonsOf(error);
  const specific = reasons.at(1) ?? reasons.at(0);
  const outer = reasons.at(0);
  const code = specific?.code ?? codeOfStatus(answer.status);
  const message = specific?.message === '' ? outer?.message : specific?.message;
  const origin = originOf(answer);
  const said = quote(coreOf(message));
  if (answer.status === 401) {
    return { code, origin, reasons, sentence: unauthorizedSentence(answer, said) };
  }
  const target = specific?.target === undefined ? '' : ` in "${specific.target}"`;
  const hint = hintFor(errorHints, code) ?? (outer && hintFor(errorHints, outer.code));
  return {
    code,
    origin,
    reasons,
    sentence: joined(`${whatFailed(answer)} with ${code} (HTTP ${answer.status})${target}`, said, hint),
  };
}

/** The sentence in a message that is a log line with JSON in it; any other message as it is. */
function coreOf(message: string | undefined): string | undefined {
  const taken = message?.includes('{') ? parseFailedJob(message) : undefined;
  return taken?.json === undefined ? message : taken.message;
}

/** The outer code first, then the details in the service's order. */
export function reasonsOf(error: JsonObject): FailureReason[] {
  return [error, ...asArray(error.details)].filter(isJsonObject).flatMap((reason) => {
    const code = asText(reason.code)?.slice(0, LONGEST_NAME);
    const target = asText(reason.target)?.slice(0, LONGEST_NAME);
    if (code === undefined) return [];
    const message = redactText(asText(reason.message)?.slice(0, LONGEST_BODY) ?? '');
    return [{ code, message, ...(target === undefined ? {} : { target }) }];
  });
}

/** The service chooses the code: `constructor` has no hint. */
export function hintFor(hints: Readonly<Record<string, string>>, code: string): string | undefined {
  return Object.hasOwn(hints, code) ? hints[code] : undefined;
}

function originOf(answer: ErrorAnswer): Origin {
  return answer.requestKind === 'storage' ? 'storage' : 'service';
}

function unauthorizedSentence(answer: ErrorAnswer, said: string): string {
  const host = hostOf(answer.url);
  if (answer.requestKind === 'management') {
    return joined(
      `The management API at ${host} refused the workspace authorization token`,
      said,
      'Check the token, and the region: a token is refused in any region but its own.',
    );
  }
  return joined(
    `The service at ${host} refused the API key of the endpoint`,
    said,
    "Enter the endpoint's primary or secondary API key; a gateway's subscription key is another one.",
  );
}

function judgeGateway(answer: ErrorAnswer, error: GatewayError): Verdict {
  const host = hostOf(answer.url);
  const said = quote(error.message);
  switch (answer.status) {
    case 401:
      return gatewayUnauthorized(answer, error.message);
    case 403:
      return judgeGatewayForbidden(host, error.message);
    case 404:
      return {
        code: 'GatewayNotFound',
        origin: 'gateway',
        sentence: joined(
          `The gateway at ${host} has no operation for ${answer.method} ${pathOf(answer.url)}`,
          said,
          answer.requestKind === 'swagger'
            ? 'Many gateways publish only the five operations: attach the schema from a file instead.'
            : "Check the API's URL suffix and that this operation is published.",
        ),
      };
    case 429:
      return {
        code: 'GatewayRateLimited',
        origin: 'gateway',
        sentence: joined(
          `The gateway at ${host} takes no more calls for now: its rate limit is reached`,
          said,
        ),
        retryInMs: rateLimitEndsInMs(error.message),
      };
    default:
      return {
        code: 'GatewayError',
        origin: 'gateway',
        sentence: joined(
          `The gateway at ${host} failed with HTTP ${answer.status} before the service answered`,
          said,
          'Its owner finds the reason under the request id; perhaps its backend URL is wrong or retired.',
        ),
      };
  }
}

function gatewayUnauthorized(answer: ErrorAnswer, message: string): Verdict {
  const header =
    subscriptionKeyHeaderOf(headerOf(answer, 'www-authenticate')) ?? defaultSubscriptionKeyHeader;
  const missing = /\b(?:missing|has no|without)\b/i.test(message);
  return {
    code: 'GatewayUnauthorized',
    origin: 'gateway',
    sentence: joined(
      missing
        ? `The gateway at ${hostOf(answer.url)} wants a subscription key in the header ${header}, and none was sent`
        : `The gateway at ${hostOf(answer.url)} refused the subscription key (header ${header})`,
      '',
      "Enter the subscription key of a product that includes this API; the endpoint's API key is another one.",
    ),
    reasons: [{ code: '401', message: redactText(message) }],
  };
}

function judgeGatewayForbidden(host: string, message: string): Verdict {
  if (!/quota/i.test(message)) {
    return {
      code: 'GatewayForbidden',
      origin: 'gateway',
      sentence: joined(
        `The gateway at ${host} does not allow this call`,
        quote(message),
        'Check that the subscription is active and that its product includes this API.',
      ),
    };
  }
  const kind = /bandwidth/i.test(message) ? 'bandwidth' : 'call';
  return {
    code: 'GatewayQuotaExceeded',
    origin: 'gateway',
    sentence: joined(
      `The ${kind} quota of this subscription at the gateway ${host} is used up`,
      '',
      'Use a subscription to a product without a quota, or wait.',
    ),
    reasons: [{ code: '403', message: redactText(message) }],
    retryInMs: quotaReplenishedInMs(message),
  };
}

/** Storage says its code in a header and in an XML body. Source: rest/api/storageservices/status-and-error-codes2. */
function storageErrorOf(answer: ErrorAnswer): Verdict | undefined {
  if (answer.requestKind !== 'storage') return undefined;
  const code =
    headerOf(answer, 'x-ms-error-code') ?? /<Code>([^<]+)<\/Code>/.exec(answer.bodyText)?.[1]?.trim();
  if (code === undefined) return undefined;
  const message = /<Message>([^<]*)/.exec(answer.bodyText)?.[1]?.split('\n')[0]?.trim() ?? '';
  return {
    code,
    origin: 'storage',
    sentence: joined(
      `Storage at ${hostOf(answer.url)} failed with ${code} (HTTP ${answer.status})`,
      quote(message),
      hintFor(storageHints, code),
    ),
    reasons: [{ code, message: redactText(message) }],
  };
}

const storageHints: Readonly<Record<string, string>> = {
  AuthenticationFailed: 'Check the account key, or whether the SAS has expired.',
  AuthorizationFailure: 'Check what the SAS allows, and the firewall of the storage account.',
  AuthorizationPermissionMismatch:
    'The SAS does not allow this. Make one that reads, writes, creates and lists.',
  BlobNotFound: 'Check the container and the name of the blob.',
  ContainerNotFound: 'Check the name of the container.',
  AccountIsDisabled: 'The storage account is disabled. Choose another one.',
  ServerBusy: 'Try again in a minute.',
};

function proxyWantsCredentials(answer: ErrorAnswer): Verdict {
  return {
    code: 'ProxyAuthenticationRequired',
    origin: 'network',
    sentence: `A proxy on the way to ${hostOf(answer.url)} wants credentials. Set "http.proxyAuthorization", or put user and password into "http.proxy".`,
  };
}

/** Whether an answer is a web page, by its type or its beginning. */
export function isHtml(answer: ErrorAnswer): boolean {
  return (
    /\bhtml\b/i.test(headerOf(answer, 'content-type') ?? '') ||
    /^\s*<(?:!doctype html|html)\b/i.test(answer.bodyText)
  );
}

/** The title of an answer that is a web page, fit for a sentence; empty when it has none. */
export function pageTitle({ bodyText }: ErrorAnswer): string {
  const title = /<title[^>]{0,200}>([^<]{1,200})/i.exec(bodyText.slice(0, LONGEST_BODY))?.[1];
  return quote(title);
}

/** Neither service nor gateway writes HTML: it comes from a proxy, a load balancer or another web site. */
function judgeHtml(answer: ErrorAnswer): Verdict {
  return {
    code: 'UnexpectedHtml',
    origin: 'network',
    sentence: joined(
      `${hostOf(answer.url)} answered HTTP ${answer.status} with a web page`,
      pageTitle(answer),
      'It comes from a proxy or another site, not from a web service. Check the URL and the proxy settings.',
    ),
  };
}

function judgePlain(answer: ErrorAnswer, message: string | undefined): Verdict {
  const said = quote(message ?? answer.bodyText);
  const origin = originOf(answer);
  const code = codeOfStatus(answer.status);
  if (answer.status === 401) {
    return { code, origin, sentence: unauthorizedSentence(answer, said) };
  }
  return {
    code,
    origin,
    sentence: joined(`${whatFailed(answer)} with HTTP ${answer.status}`, said, plainHint(answer)),
  };
}

/** The code of an answer that carries none. */
export function codeOfStatus(status: number): string {
  return STATUS_CODES[status] ?? (status >= 500 ? 'ServerError' : 'UnexpectedStatus');
}

const STATUS_CODES: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  408: 'RequestTimeout',
  409: 'Conflict',
  413: 'RequestTooLarge',
  429: 'RateLimited',
  503: 'ServiceUnavailable',
  504: 'GatewayTimeout',
};

function plainHint(answer: ErrorAnswer): string | undefined {
  switch (answer.status) {
    case 404:
      return isAboutOneJob(answer.requestKind)
        ? 'The service does not know this job, or no longer; check the job id.'
        : 'Check the base URL and the ids of workspace and endpoint.';
    case 413:
      return 'A call may carry 4 MB at most. Send fewer rows, or run them as a batch job.';
    case 408:
    case 504:
      return 'Send fewer rows, or run them as a batch job.';
    case 429:
      return 'Send fewer calls at once.';
    case 500:
    case 502:
    case 503:
      return 'Try again in a minute.';
    default:
      return undefined;
  }
}

function isAboutOneJob(kind: RequestKind): boolean {
  return kind === 'startJob' || kind === 'jobStatus' || kind === 'deleteJob';
}

const ACTIONS: Readonly<Record<RequestKind, string>> = {
  execute: 'The call to the service',
  submitJob: 'Submitting the job',
  startJob: 'Starting the job',
  jobStatus: "Asking for the job's status",
  deleteJob: 'Deleting the job',
  swagger: "Asking for the service's schema",
  management: 'The call to the management API',
  arm: 'The call to Azure Resource Manager',
  storage: 'The call to storage',
  other: 'The call',
};

function whatFailed(answer: ErrorAnswer): string {
  return `${ACTIONS[answer.requestKind]} at ${hostOf(answer.url)} failed`;
}

function waitSentence(waitMs: number, now: Date): string {
  const at = new Date(now.getTime() + waitMs).toISOString().replace(/\.\d+Z$/, 'Z');
  return waitMs < 120_000
    ? `It can be tried again in ${Math.max(1, Math.ceil(waitMs / 1000))} s.`
    : `It can be tried again from ${at} on.`;
}

function evidenceOf(
  answer: ErrorAnswer,
  verdict: Verdict,
  now: Date,
  waitMs: number | undefined,
): FailureEvidence {
  return {
    method: answer.method,
    url: redactUrl(answer.url),
    headers: redactHeaders(answer.headers),
    body: bodyEvidence(answer),
    time: now.toISOString(),
    ...(verdict.reasons === undefined ? {} : { reasons: verdict.reasons }),
    ...(waitMs === undefined ? {} : { retryAt: new Date(now.getTime() + waitMs).toISOString() }),
  };
}

/** As much of a body as a failure keeps, without what looks like a secret. */
export function bodyEvidence({ bodyText }: ErrorAnswer): string {
  return redactText(bodyText.slice(0, LONGEST_BODY));
}

function headerOf(answer: ErrorAnswer, name: string): string | undefined {
  return answer.headers.find(([header]) => header.toLowerCase() === name)?.[1];
}

/** A server's own words, fit for a sentence: one line, without secrets, cut at a limit. */
export function quote(text: string | undefined): string {
  const oneLine = redactText(text?.slice(0, LONGEST_SEARCH) ?? '')
    .trim()
    .replace(/\s+/g, ' ');
  return oneLine.length <= LONGEST_QUOTE ? oneLine : `${oneLine.slice(0, LONGEST_QUOTE)}…`;
}

/** What failed, what the server said of it, and what can be done. */
export function joined(what: string, said: string, hint?: string): string {
  const first = said === '' ? `${what}.` : `${what}: ${/[.!?…]$/.test(said) ? said : `${said}.`}`;
  return hint === undefined ? first : `${first} ${hint}`;
}

/** The host of a URL, for a sentence. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'the server';
}

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : '';
}
