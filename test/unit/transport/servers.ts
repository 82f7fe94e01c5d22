import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, createServer as createSocketServer, type AddressInfo, type Socket } from 'node:net';
import {
  createHttpClient,
  type HttpClient,
  type HttpClientOptions,
  type LogLine,
} from '../../../src/transport/index.ts';

type Cleanup = () => void | Promise<void>;

/** Opens servers and clients for one test and closes them all after it. */
export class Bench {
  readonly #cleanups: Cleanup[] = [];
  readonly log: LogLine[] = [];

  async close(): Promise<void> {
    for (const cleanup of this.#cleanups.reverse()) await cleanup();
    this.#cleanups.length = 0;
    this.log.length = 0;
  }

  /** A client without proxies and with short pauses; the options given win. */
  client(options: Partial<HttpClientOptions> = {}): HttpClient {
    const client = createHttpClient({
      log: (line) => this.log.push(line),
      settings: () => ({}),
      environment: {},
      retryDelayMs: 1,
      ...options,
    });
    this.#cleanups.push(() => client.dispose());
    return client;
  }

  /** An HTTP server on loopback; gives its origin. */
  http(listener: RequestListener): Promise<string> {
    return this.#listen(createServer(listener), 'http');
  }

  /** The same with TLS and the named certificate of `test/fixtures/tls`. */
  https(certificate: string, listener: RequestListener): Promise<string> {
    const options = { key: tlsFile(`${certificate}.key.pem`), cert: tlsFile(`${certificate}.cert.pem`) };
    return this.#listen(createTlsServer(options, listener), 'https');
  }

  /** A server that is handed each bare connection. */
  async raw(onConnection: (socket: Socket) => void): Promise<string> {
    const sockets = new Set<Socket>();
    const server = createSocketServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      onConnection(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.#cleanups.push(async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    });
    return `http://127.0.0.1:${portOf(server)}`;
  }

  /** A proxy that sends everything to `target`, whatever host is asked for. */
  async proxy(target: string, authorization?: string): Promise<Proxy> {
    const asked: string[] = [];
    const sockets = new Set<Socket>();
    const allowed = (request: IncomingMessage) => {
      asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
      return authorization === undefined || request.headers['proxy-authorization'] === authorization;
    };
    const server = createServer((request, response) => {
      if (allowed(request)) response.end(`proxied ${request.headers.host ?? ''}`);
      else response.writeHead(407).end();
    });
    server.on('connect', (request, client: Socket) => {
      sockets.add(client);
      client.on('error', () => undefined);
      if (!allowed(request)) {
        client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
        return;
      }
      const upstream = connect(Number(new URL(target).port), '127.0.0.1', () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(client);
        client.pipe(upstream);
      });
      sockets.add(upstream);
      upstream.on('error', () => client.destroy());
    });
    this.#cleanups.push(() => {
      for (const socket of sockets) socket.destroy();
    });
    return { url: await this.#listen(server, 'http'), asked };
  }

  /** An origin on loopback where nothing listens. */
  async closedOrigin(): Promise<string> {
    const server = createSocketServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = portOf(server);
    server.close();
    await once(server, 'close');
    return `http://127.0.0.1:${port}`;
  }

  async #listen(server: Server, scheme: string): Promise<string> {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.#cleanups.push(async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    });
    return `${scheme}://127.0.0.1:${portOf(server)}`;
  }
}

export interface Proxy {
  readonly url: string;
  /** What was asked of it: method and target. */
  readonly asked: readonly string[];
}

export function tlsFile(name: string): string {
  return readFileSync(new URL(`../../fixtures/tls/${name}`, import.meta.url), 'utf8');
}

function portOf(server: { address(): AddressInfo | string | null }): number {
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('The server does not listen on a port.');
  return address.port;
}
