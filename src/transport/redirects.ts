import { Failure } from '../protocol/failure.ts';
import { redactUrl } from '../protocol/redaction.ts';
import type { Head, Hop } from './exchange.ts';

/** How often a call may be sent on. */
export const mostRedirects = 5;

/** The only headers that another origin may see. */
const HARMLESS = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-unmodified-since',
  'range',
  'user-agent',
]);

/**
 * Where a redirect leads, or `undefined` when the answer is none. Another origin gets harmless headers only. Throws a
 * `Failure` (`RedirectRefused`) where following would lose or expose data: from https to http, and for a body to
 * another origin or one that was a stream.
 */
export function redirectOf(head: Head, hop: Hop): Hop | undefined {
  const location = head.headers.location;
  if (![301, 302, 303, 307, 308].includes(head.status) || typeof location !== 'string') return undefined;
  const url = URL.canParse(location, hop.url.href) ? new URL(location, hop.url) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw refused(hop, location, 'which is no http(s) URL');
  }
  if (hop.url.protocol === 'https:' && url.protocol === 'http:') {
    throw refused(hop, url.href, 'which is not encrypted');
  }
  url.username = '';
  url.password = '';

  const sameOrigin = url.origin === hop.url.origin;
  const asGet = head.status === 303 && hop.method !== 'HEAD';
  const readOnly = hop.method === 'GET' || hop.method === 'HEAD';
  if (!readOnly && !asGet) {
    if (!sameOrigin) throw refused(hop, url.href, 'another host, port or scheme');
    if (hop.body !== undefined && !Buffer.isBuffer(hop.body)) {
      throw refused(hop, url.href, 'and its body cannot be sent twice');
    }
  }
  const headers = Object.entries(hop.headers).filter(([name]) => {
    const lower = name.toLowerCase();
    if (asGet && !readOnly && lower.startsWith('content-')) return false;
    return sameOrigin || HARMLESS.has(lower);
  });
  return {
    method: asGet && !readOnly ? 'GET' : hop.method,
    url,
    headers: Object.fromEntries(headers),
    body: readOnly || asGet ? undefined : hop.body,
  };
}

export function tooManyRedirects(hop: Hop): Failure {
  return new Failure({
    code: 'TooManyRedirects',
    origin: 'network',
    sentence: `${hop.url.host} sent the call on more than ${mostRedirects} times. Check the URL.`,
  });
}

function refused(hop: Hop, target: string, why: string): Failure {
  return new Failure({
    code: 'RedirectRefused',
    origin: 'network',
    sentence: `${hop.url.host} wants the ${hop.method} sent to ${redactUrl(target)}, ${why}; it was not sent on. If that is right, use that URL.`,
    evidence: { method: hop.method, url: redactUrl(hop.url.href) },
  });
}
