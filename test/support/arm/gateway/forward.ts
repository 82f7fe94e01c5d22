import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { request } from 'undici';
import type { Dispatcher } from 'undici';

import { GatewayRefusal } from '../../../../src/local-service/gatewayRefusal.ts';
import type { Journey } from './journey.ts';

/** Headers that are between two neighbours only. */
const HOP = ['connection', 'expect', 'host', 'keep-alive', 'transfer-encoding', 'upgrade'];

/** Sends a call on to its backend and the answer back. @throws GatewayRefusal when the backend cannot be reached */
export async function forward(
  dispatcher: Dispatcher,
  journey: Journey,
  call: { readonly request: IncomingMessage; readonly response: ServerResponse },
  beforeAnswer: () => void,
): Promise<void> {
  const { response } = call;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const method = call.request.method ?? 'GET';
  const headers = [...journey.headers].filter(([name]) => !HOP.includes(name));
  const hasBody = 'content-length' in call.request.headers || 'transfer-encoding' in call.request.headers;
  const answer = await request(journey.url, {
    dispatcher,
    method,
    headers: Object.fromEntries(headers),
    body: hasBody ? call.request : null,
    signal: gone.signal,
  }).catch(() => {
    throw new GatewayRefusal(500, 'Internal server error');
  });
  for (const [name, value] of Object.entries(answer.headers)) {
    if (!HOP.includes(name) && value !== undefined) journey.answerHeaders.set(name, value.toString());
  }
  beforeAnswer();
  response.writeHead(answer.statusCode, Object.fromEntries(journey.answerHeaders));
  await pipeline(answer.body, response);
}
