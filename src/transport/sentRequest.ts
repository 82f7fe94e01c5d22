import { isShownHeader, MASK, redactText, redactUrl } from '../protocol/redaction.ts';
import type { Hop } from './exchange.ts';
import type { SentRequest } from './httpClient.ts';
import { headersOfHead } from './wireHead.ts';

interface Sent {
  readonly hop: Hop;
  /** Unknown where somebody else wrote it. */
  readonly wireHead?: string | undefined;
  readonly proxy?: string | undefined;
}

/** What went over the wire, fit to be shown. `harmless` names further headers whose values may be. */
export function sentRequest(
  { hop, wireHead, proxy }: Sent,
  harmless: readonly string[],
  redirectedFrom: readonly string[],
): SentRequest {
  const shown = new Set(harmless.map((name) => name.toLowerCase()));
  const size = Buffer.isBuffer(hop.body) ? hop.body.length : undefined;
  const headers = [
    ...(wireHead === undefined ? Object.entries(hop.headers) : headersOfHead(wireHead)),
    ...(wireHead === undefined || size === undefined ? [] : [['content-length', String(size)] as const]),
  ];
  return {
    method: hop.method,
    url: redactUrl(hop.url.href),
    headers: headers.map(([name, value]) => [
      name,
      isShownHeader(name) || shown.has(name.toLowerCase()) ? redactText(value) : MASK,
    ]),
    ...(size === undefined ? {} : { bodySize: size }),
    ...(proxy === undefined ? {} : { proxy: new URL(proxy).host }),
    redirectedFrom,
  };
}
