import { Failure } from '../protocol/failure.ts';
import type { Hop, Incoming } from './exchange.ts';
import type { HttpRequest } from './httpClient.ts';
import { networkFailure, type CallState } from './networkFailures.ts';

/**
 * Sends a request through the editor's own `fetch`. `fetch` has unpacked the body already, so the header that says
 * how it was packed is dropped.
 */
export async function sendThroughHost(
  hostFetch: typeof fetch,
  hop: Hop,
  peer: HttpRequest['peer'],
  signal: AbortSignal,
  onEnd: () => void,
): Promise<Incoming> {
  const state: CallState = { method: hop.method, url: hop.url, peer, sent: true };
  let response: Response;
  try {
    response = await hostFetch(hop.url, {
      method: hop.method,
      headers: hop.headers,
      redirect: 'manual',
      signal,
      ...(Buffer.isBuffer(hop.body) ? { body: new Uint8Array(hop.body) } : {}),
    });
  } catch (error) {
    throw networkFailure(signal.aborted ? signal.reason : error, state);
  }
  const unpacked = response.headers.has('content-encoding');
  const headers = Object.fromEntries(
    [...response.headers].filter(([name]) => !unpacked || !/^content-(?:encoding|length)$/.test(name)),
  );
  let ended = false;
  const chunks = chunksOf(response, state, signal, () => {
    ended = true;
    onEnd();
  });
  return {
    head: { status: response.status, statusText: response.statusText, headers },
    chunks,
    collect: (limit) => collect(chunks, limit, hop),
    discard: () => void response.body?.cancel().catch(() => undefined),
    get ended() {
      return ended;
    },
    state: () => state,
  };
}

async function* chunksOf(
  response: Response,
  state: CallState,
  signal: AbortSignal,
  onEnd: () => void,
): AsyncGenerator<Uint8Array> {
  try {
    if (response.body) yield* response.body;
  } catch (error) {
    throw networkFailure(signal.aborted ? signal.reason : error, state);
  } finally {
    onEnd();
  }
}

async function collect(chunks: AsyncIterable<Uint8Array>, limit: number, hop: Hop): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > limit) {
      throw new Failure({
        code: 'AnswerTooLarge',
        origin: 'client',
        sentence: `The answer of ${hop.url.host} is bigger than the ${limit} bytes that are kept in memory. Save it to a file instead.`,
      });
    }
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}
