import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Server as SocketServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

export interface ForwardProxyOptions {
  /** Where the hosts are that only the proxy knows: port on loopback by `host:port`. */
  readonly hosts: Readonly<Record<string, number>>;
  /** The value that `Proxy-Authorization` must have. */
  readonly authorization?: string;
  /** The proxy speaks TLS itself, with the certificate for localhost. */
  readonly secure?: boolean;
  /** Path of a Unix socket to listen at, instead of a port. */
  readonly path?: string;
}

/** A real HTTP proxy: tunnels with CONNECT, forwards plain requests, and knows names that no DNS has. */
export class ForwardProxy {
  /** What was asked of it: `CONNECT other.example:443`. */
  readonly asked: string[] = [];
  readonly #options: ForwardProxyOptions;
  readonly #http: Server;
  readonly #listening: SocketServer;
  readonly #sockets = new Set<Socket>();

  private constructor(options: ForwardProxyOptions) {
    this.#options = options;
    this.#http = createServer((asked, answer) => this.#forward(asked, answer));
    this.#http.on('connect', (asked, client: Socket) => this.#tunnel(asked, client));
    this.#listening = options.secure
      ? createTlsServer(certificate('localhost'), (socket) => this.#http.emit('connection', socket))
      : this.#http;
    this.#listening.on('connection', (socket: Socket) => this.#keep(socket));
  }

  static async start(options: ForwardProxyOptions): Promise<ForwardProxy> {
    const proxy = new ForwardProxy(options);
    if (options.path === undefined) proxy.#listening.listen(0, '127.0.0.1');
    else proxy.#listening.listen(options.path);
    await once(proxy.#listening, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#listening.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = once(this.#listening, 'close');
    this.#listening.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #tunnel(asked: IncomingMessage, client: Socket): void {
    const port = this.#portFor(asked, asked.url ?? '');
    if (typeof port === 'string') {
      client.end(`HTTP/1.1 ${port}\r\n\r\n`);
      return;
    }
    const upstream = this.#keep(
      connect(port, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.pipe(client).pipe(upstream);
      }),
    );
    this.#keep(client);
    upstream.on('close', () => client.destroy());
    client.on('close', () => upstream.destroy());
  }

  #forward(asked: IncomingMessage, answer: ServerResponse): void {
    const url = URL.parse(asked.url ?? '');
    const port = this.#portFor(
      asked,
      `${url?.hostname ?? ''}:${url?.port === '' ? '80' : (url?.port ?? '')}`,
    );
    if (typeof port === 'string' || !url) {
      answer.writeHead(Number.parseInt(String(port), 10)).end();
      return;
    }
    const headers = Object.entries(asked.headers).filter(([name]) => !name.startsWith('proxy-'));
    const onward = request({
      host: '127.0.0.1',
      port,
      method: asked.method,
      path: url.pathname + url.search,
      headers: Object.fromEntries(headers),
    });
    onward.on('error', () => answer.destroy());
    onward.on('response', (received) => {
      answer.writeHead(received.statusCode ?? 502, received.rawHeaders);
      received.pipe(answer);
    });
    asked.pipe(onward);
  }

  /** A port, or the status with which the proxy refuses. */
  #portFor(asked: IncomingMessage, host: string): number | string {
    this.asked.push(`${asked.method ?? ''} ${host}`);
    const { authorization, hosts } = this.#options;
    if (authorization !== undefined && asked.headers['proxy-authorization'] !== authorization) {
      return '407 Proxy Authentication Required';
    }
    return hosts[host] ?? '502 Bad Gateway';
  }

  #keep(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => this.#sockets.delete(socket));
    return socket;
  }
}

/** Speaks TLS as `other.example` before a plain server on loopback. */
export async function startTlsFront(port: number): Promise<{ port: number; close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createTlsServer(certificate('other-host'), (socket) => {
    const upstream = connect(port, '127.0.0.1');
    for (const each of [socket, upstream]) {
      sockets.add(each);
      each.on('error', () => undefined).once('close', () => sockets.delete(each));
    }
    socket.pipe(upstream).pipe(socket);
    socket.on('close', () => upstream.destroy());
    upstream.on('close', () => socket.destroy());
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Path of the authority that signed the test certificates. */
export const authorityFile = new URL('../fixtures/tls/authority.cert.pem', import.meta.url).pathname;

function certificate(name: string): { key: string; cert: string } {
  const read = (kind: string): string =>
    readFileSync(new URL(`../fixtures/tls/${name}.${kind}.pem`, import.meta.url), 'utf8');
  return { key: read('key'), cert: read('cert') };
}
