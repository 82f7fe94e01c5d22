import type { HttpOperationResponse, IHttpClient, WebResource } from '@azure/storage-blob';
import type { BodySource, HttpClient, HttpRequest } from '../transport/httpClient.ts';

/** One block on a slow line (4 MiB at 7 kB/s) still gets through; a dead line does not wait for ever. */
const timeoutMs = 600_000;

/** How far the storage's clock is ahead of this machine's, in milliseconds, learned from its answers. */
export interface ClockOffset {
  ms: number;
}

/**
 * Carries the requests of the storage SDK over the extension's own HTTP client, so that proxy, certificates and the
 * request log are the same for blobs as for everything else.
 */
export function sdkTransport(http: HttpClient, clock: ClockOffset): IHttpClient {
  return {
    async sendRequest(request: WebResource): Promise<HttpOperationResponse> {
      const answer = await http.send(requestOf(request));
      const date = Date.parse(answer.header('date') ?? '');
      if (!Number.isNaN(date)) clock.ms = date - Date.now();
      const headers = request.headers.clone();
      for (const name of headers.headerNames()) headers.remove(name);
      for (const [name, value] of answer.headers) headers.set(name, value);
      return { request, status: answer.status, headers, bodyAsText: await answer.text() };
    },
  };
}

function requestOf(request: WebResource): HttpRequest {
  const body = bodyOf(request.body);
  const signal = signalOf(request.abortSignal);
  return {
    method: methodOf(request.method),
    url: request.url,
    headers: request.headers.toJson({ preserveCase: true }),
    timeoutMs,
    retry: 'never',
    peer: 'storage',
    ...(body === undefined ? {} : { body }),
    ...(signal === undefined ? {} : { signal }),
  };
}

function methodOf(method: WebResource['method']): HttpRequest['method'] {
  if (method === 'OPTIONS' || method === 'TRACE')
    throw new TypeError(`${method} is not used by blob storage.`);
  return method;
}

function bodyOf(body: unknown): BodySource | undefined {
  if (body === undefined || body === null) return undefined;
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  throw new TypeError('Blocks are sent as bytes.');
}

function signalOf(signal: WebResource['abortSignal']): AbortSignal | undefined {
  if (signal === undefined || signal instanceof AbortSignal) return signal;
  const bridge = new AbortController();
  if (signal.aborted) bridge.abort();
  else signal.addEventListener('abort', () => bridge.abort());
  return bridge.signal;
}
