import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Fault, FaultHook, ObservedRequest } from './options.ts';
import { Refusal } from './mistakes.ts';

/** How much of a body that is refused for its size is still taken in, so that the client gets to read the answer. */
const DRAIN_LIMIT = 256 * 1024 * 1024;

/** Sends an answer with a request id; `body` is JSON unless it is undefined. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  const type = body === undefined ? {} : { 'Content-Type': 'application/json; charset=utf-8' };
  sendText(response, status, text, { ...type, ...headers });
}

export function sendText(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.destroyed || response.headersSent) return;
  const bodiless = status === 204 || status === 304;
  const length = bodiless ? {} : { 'Content-Length': String(Buffer.byteLength(text)) };
  response.writeHead(status, { 'x-ms-request-id': randomUUID(), ...length, ...headers });
  response.end(bodiless ? undefined : text);
}

/** The body of a request. @throws Refusal `bodyTooLarge` */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(request);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limit) throw tooLarge(request);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Does what a fault hook asks for; true when the request is settled with that. */
export async function applyFault(
  hook: FaultHook | undefined,
  server: ObservedRequest['server'],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const { method = 'GET', url = '/', headers } = request;
  const fault: Fault | undefined = await hook?.({ server, method, url, headers });
  if (fault === undefined) return false;
  if (fault === 'reset') request.socket.resetAndDestroy();
  else if (fault !== 'silence') sendText(response, fault.status, fault.body ?? '', fault.headers);
  return true;
}

function tooLarge(request: IncomingMessage): Refusal {
  let drained = 0;
  request.on('data', (chunk: Buffer) => {
    drained += chunk.length;
    if (drained > DRAIN_LIMIT) request.destroy();
  });
  return new Refusal('bodyTooLarge');
}
