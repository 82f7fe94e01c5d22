import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { closeAtOnce, listenOnLoopback } from './loopback.ts';

/** What goes wrong with a request; nothing does where it is undefined. */
export type Fault =
  /** The connection breaks when some of the request's body has been read. */
  | { readonly kind: 'resetRequest' }
  /** The request is done, and its connection breaks in the middle of the answer. */
  | { readonly kind: 'resetAnswer' }
  /** Refused without being passed on. */
  | { readonly kind: 'answer'; readonly status: number; readonly code: string; readonly retryAfter?: string }
  /** The answer comes so late, unless the client leaves. */
  | { readonly kind: 'late'; readonly ms: number };

/** Stands before a storage account and fails as storage and networks do. */
export class FaultyProxy {
  readonly #server: Server;
  readonly #port: number;
  readonly #target: URL;
  /** Decides about each request. */
  fault: (request: IncomingMessage) => Fault | undefined = () => undefined;
  /** How far the clock of the storage seems to be ahead. */
  clockOffsetMs = 0;
  /** Every request, oldest first: `PUT /account/container/blob?comp=block&…`. */
  readonly asked: string[] = [];

  private constructor(server: Server, port: number, target: URL) {
    this.#server = server;
    this.#port = port;
    this.#target = target;
    server.on('request', (asked, answer) => {
      this.#pass(asked, answer).catch(() => answer.destroy());
    });
  }

  /** `endpoint` is the URL of the blob service behind it. */
  static async open(endpoint: string): Promise<FaultyProxy> {
    const server = createServer();
    return new FaultyProxy(server, await listenOnLoopback(server), new URL(endpoint));
  }

  /** The same URL or connection string, by way of this proxy. */
  through(text: string): string {
    return text.replaceAll(this.#target.host, `${this.#target.hostname}:${this.#port}`);
  }

  async close(): Promise<void> {
    await closeAtOnce(this.#server);
  }

  async #pass(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = asked;
    this.asked.push(`${method} ${url}`);
    const fault = this.fault(asked);
    if (fault?.kind === 'resetRequest') {
      await once(asked, 'data');
      asked.socket.resetAndDestroy();
      return;
    }
    if (fault?.kind === 'answer') {
      asked.resume();
      await once(asked, 'end');
      answer.writeHead(fault.status, {
        'x-ms-error-code': fault.code,
        'content-type': 'application/xml',
        ...(fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter }),
      });
      answer.end(
        `<?xml version="1.0"?><Error><Code>${fault.code}</Code><Message>As the test wants.</Message></Error>`,
      );
      return;
    }
    if (fault?.kind === 'late') {
      const left = new AbortController();
      answer.once('close', () => left.abort());
      await delay(fault.ms, undefined, { signal: left.signal });
    }
    const { hostname, port } = this.#target;
    const onward = request({ hostname, port, method, path: url, headers });
    answer.once('close', () => onward.destroy());
    onward.on('error', () => answer.destroy());
    onward.on('response', (received) => {
      const date = new Date(Date.now() + this.clockOffsetMs).toUTCString();
      answer.writeHead(received.statusCode ?? 502, { ...received.headers, date });
      if (fault?.kind === 'resetAnswer') {
        answer.flushHeaders();
        received.once('data', (chunk: Buffer) =>
          answer.write(chunk.subarray(0, chunk.length >> 1), () => answer.destroy()),
        );
        received.once('end', () => answer.destroy());
      } else {
        received.pipe(answer);
      }
    });
    asked.pipe(onward);
  }
}
