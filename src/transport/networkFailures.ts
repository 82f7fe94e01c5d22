import { Failure, type FailureEvidence } from '../protocol/failure.ts';
import type { FailureCode } from '../protocol/failureCodes.ts';
import { redactHeaders, redactText, redactUrl } from '../protocol/redaction.ts';
import { isRetiredHost, retirementSentence } from '../protocol/studio/regions.ts';
import type { HttpRequest } from './httpClient.ts';
import { isLoopback } from './proxies.ts';

/** What is known about a call at the moment it fails. */
export interface CallState {
  readonly method: string;
  readonly url: URL;
  readonly peer: HttpRequest['peer'];
  /** The proxy in between, if any. */
  readonly proxy?: string | undefined;
  /** Absent until the answer's headers are there. */
  readonly answer?: {
    readonly headers: readonly (readonly [name: string, value: string])[];
    /** Bytes of the body that have come. */
    readonly received: number;
    /** As announced by the server. */
    readonly contentLength?: number;
  };
  /** Whether the request was on its way. */
  readonly sent: boolean;
}

/** Turns whatever broke a call into a `Failure` that names the host and a remedy. A `Failure` stays as it is. */
export function networkFailure(error: unknown, state: CallState): Failure {
  if (error instanceof Failure) return error;
  const { code, sentence } = explain(error, state);
  const retired = isRetiredHost(state.url.hostname) ? ` ${retirementSentence}` : '';
  return new Failure({
    code,
    origin: code === 'InvalidRequest' || code === 'Cancelled' ? 'client' : 'network',
    sentence: sentence + retired,
    evidence: evidenceOf(state),
    cause: error,
  });
}

export function cancelledFailure(state: CallState): Failure {
  return new Failure({
    code: 'Cancelled',
    origin: 'client',
    sentence: `The call to ${state.url.host} was cancelled.`,
    evidence: evidenceOf(state),
  });
}

/** `timeoutMs` is the limit that was exceeded. */
export function timeoutFailure(state: CallState, timeoutMs: number): Failure {
  const limit = timeoutMs < 1000 ? `${timeoutMs} ms` : `${Number((timeoutMs / 1000).toFixed(1))} s`;
  const { host } = state.url;
  const retired = isRetiredHost(state.url.hostname) ? ` ${retirementSentence}` : '';
  return new Failure({
    code: 'Timeout',
    origin: 'network',
    sentence: `${whatIsLate(state, host, limit)} Allow more time, send less at once, or run it as a batch job.${retired}`,
    evidence: evidenceOf(state),
  });
}

function whatIsLate(state: CallState, host: string, limit: string): string {
  if (state.answer) {
    return `The answer of ${host} was not complete after ${limit}: ${progress(state.answer)} had come.`;
  }
  return state.sent
    ? `${host} took the call but did not answer within ${limit}.`
    : `No connection to ${host} came about within ${limit}.`;
}

export function evidenceOf(state: CallState): FailureEvidence {
  return {
    method: state.method,
    url: redactUrl(state.url.href),
    time: new Date().toISOString(),
    ...(state.answer ? { headers: redactHeaders(state.answer.headers) } : {}),
  };
}

interface Explanation {
  readonly code: FailureCode;
  readonly sentence: string;
}

const EXPIRED = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);
const UNTRUSTED = new Set([
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);
const UNREACHABLE = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'EHOSTDOWN', 'EADDRNOTAVAIL']);
const BROKEN = new Set([
  'ECONNRESET',
  'EPIPE',
  'ECONNABORTED',
  'UND_ERR_SOCKET',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
]);
const LATE = new Set(['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT']);

function explain(error: unknown, state: CallState): Explanation {
  const code = codeOf(error);
  return (
    explainCertificate(code, state) ??
    explainProxy(error, code, state) ??
    explainConnection(code, state) ??
    explainProtocol(error, code, state)
  );
}

function explainCertificate(code: string, { url }: CallState): Explanation | undefined {
  const escape =
    'or, for a server that you trust, set "http.proxyStrictSSL" to false, which accepts every certificate.';
  if (EXPIRED.has(code)) {
    return {
      code: 'CertificateExpired',
      sentence: `The TLS certificate of ${url.host} has expired or is not valid yet. Check this machine's clock, have the certificate renewed, ${escape}`,
    };
  }
  if (UNTRUSTED.has(code)) {
    return {
      code: 'CertificateUntrusted',
      sentence: `The TLS certificate of ${url.host} comes from an authority that this machine does not trust. Add the authority to the operating system's certificates, ${escape}`,
    };
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return {
      code: 'CertificateHostMismatch',
      sentence: `The TLS certificate that ${url.host} shows is for another host name. Use the name in the certificate, ${escape}`,
    };
  }
  return undefined;
}

function explainProxy(error: unknown, code: string, state: CallState): Explanation | undefined {
  if (state.proxy === undefined) return undefined;
  const proxy = URL.canParse(state.proxy) ? new URL(state.proxy).host : 'in "http.proxy"';
  const answered = /Proxy response \((\d+)\)/.exec(messageOf(error))?.[1];
  if (answered === '407' || /Proxy Authentication Required/.test(messageOf(error))) {
    return {
      code: 'ProxyAuthenticationRequired',
      sentence: `The proxy ${proxy} wants credentials. Set "http.proxyAuthorization", or put user and password into "http.proxy".`,
    };
  }
  if (state.sent) return undefined;
  const what =
    answered === undefined
      ? `The proxy ${proxy} could not be reached (${code === '' ? messageOf(error) : code})`
      : `The proxy ${proxy} did not connect to ${state.url.host}: it answered ${answered}`;
  return {
    code: 'ProxyFailed',
    sentence: `${what}. Check "http.proxy", or name the host in "http.noProxy" if it needs no proxy.`,
  };
}

function explainConnection(code: string, state: CallState): Explanation | undefined {
  const { host, hostname } = state.url;
  if (code === 'ECONNREFUSED') {
    return {
      code: 'ConnectionRefused',
      sentence: isLoopback(hostname)
        ? `Nothing listens at ${host} on this machine. Start the server there, such as the local service, or correct the URL.`
        : `${host} refused the connection. Check the port in the URL and that the server runs.`,
    };
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'ENODATA') {
    return {
      code: 'HostNotFound',
      sentence: `The host name ${hostname} has no address. Check its spelling, the network and the proxy settings.`,
    };
  }
  if (UNREACHABLE.has(code)) {
    return {
      code: 'HostUnreachable',
      sentence: `There is no way to ${host} from this machine. Check the network, a VPN and the proxy settings.`,
    };
  }
  if (LATE.has(code)) {
    return {
      code: 'HostUnreachable',
      sentence: `${host} did not take the connection in time. Check the network, a firewall and the proxy settings.`,
    };
  }
  if (BROKEN.has(code)) return { code: 'ConnectionReset', sentence: resetSentence(state) };
  return undefined;
}

function resetSentence({ url, answer, sent, peer }: CallState): string {
  if (answer) {
    return `The connection to ${url.host} broke in the middle of the answer: it was cut at ${progress(answer)}. Send it again.`;
  }
  if (!sent)
    return `${url.host} broke the connection off before the call was sent. Check the URL, its scheme and the proxy settings.`;
  const effect = peer === 'storage' ? '' : ' Whether the call had an effect there is not known.';
  return `${url.host} closed the connection without an answer.${effect} Try again.`;
}

function progress({ received, contentLength }: NonNullable<CallState['answer']>): string {
  return contentLength === undefined ? `${received} bytes` : `${received} of ${contentLength} bytes`;
}

function explainProtocol(error: unknown, code: string, { url }: CallState): Explanation {
  if ((error instanceof Error && error.name === 'HTTPParserError') || code === 'UND_ERR_HEADERS_OVERFLOW') {
    return {
      code: 'MalformedHttp',
      sentence: `What came back from ${url.host} is not HTTP (${code === '' ? messageOf(error) : code}). Check the port and whether the URL should start with https.`,
    };
  }
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED') {
    return { code: 'Cancelled', sentence: `The call to ${url.host} ended because the extension shuts down.` };
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS')) {
    return {
      code: 'TlsFailed',
      sentence: `No TLS connection to ${url.host} could be made (${code}). Check the port and whether the URL should start with http.`,
    };
  }
  if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH') {
    return {
      code: 'InvalidRequest',
      sentence: `The request cannot be sent: ${redactText(messageOf(error))}. Check the URL and the headers.`,
    };
  }
  if (/^(?:Z_|ERR__ERROR_FORMAT|ERR_BROTLI|ERR_PADDING)/.test(code)) {
    return {
      code: 'MalformedAnswer',
      sentence: `The answer of ${url.host} is compressed but cannot be unpacked (${code}). Send it again.`,
    };
  }
  return {
    code: 'NetworkFailed',
    sentence: `The call to ${url.host} failed: ${redactText(messageOf(error))}. Check the network and the URL.`,
  };
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string' && error.code !== 'UND_ERR_ABORTED')
    return error.code;
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return 'cause' in error ? codeOf(error.cause) : '';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
}
