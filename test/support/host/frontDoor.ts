/** A small proxy in front of the VS Code server: the address that people and tests open. */
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** What the front door adds to the server behind it. */
export interface FrontDoorOptions {
  /** Port of the VS Code server on 127.0.0.1. */
  serverPort: number;
  /** Port to listen on; 0 takes a free one. */
  port: number;
  /** Query that a window gets when its address has none: what to open, and the payload of a test window. */
  query: (origin: string) => URLSearchParams;
}

/** A listening front door. */
export interface FrontDoor {
  /** `http://127.0.0.1:PORT`, without a slash at its end. */
  origin: string;
  /** Stops listening and drops every connection. */
  close(): Promise<void>;
}

/**
 * Listens on 127.0.0.1 and passes everything on, web sockets too, with two exceptions.
 *
 * `POST /mint-key` is answered with 32 constant bytes: the workbench encrypts its secrets with what it gets
 * there, and the server alone has no answer, which would lose them at every reload. `GET /` that says nothing
 * of what to open is sent on to the same address with `query`.
 * @throws Error with code `EADDRINUSE` when the port is taken.
 */
export async function openFrontDoor(options: FrontDoorOptions): Promise<FrontDoor> {
  const sockets = new Set<Socket>();
  let origin = '';
  const server = createServer((incoming, answer) => {
    const target = new URL(incoming.url ?? '/', origin);
    if (incoming.method === 'POST' && target.pathname === '/mint-key') mintKey(answer);
    else if (incoming.method === 'GET' && target.pathname === '/' && target.search === '') {
      answer.writeHead(302, { location: `/?${options.query(origin).toString()}` }).end();
    } else passOn(incoming, answer, options.serverPort);
  });
  server.on('upgrade', (incoming, socket, head) => passSocketOn(incoming, socket, head, options.serverPort));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${portOf(server)}`;
  return {
    origin,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy listens on no port.');
  return address.port;
}

function mintKey(answer: ServerResponse): void {
  answer.writeHead(200, { 'content-type': 'application/octet-stream' }).end(Buffer.alloc(32, 7));
}

function passOn(incoming: IncomingMessage, answer: ServerResponse, port: number): void {
  const { method, url: path, headers } = incoming;
  const outgoing = request({ host: '127.0.0.1', port, method, path, headers }, (reply) => {
    answer.writeHead(reply.statusCode ?? 502, reply.headers);
    reply.pipe(answer);
  });
  outgoing.once('error', () => {
    if (answer.headersSent) answer.destroy();
    else answer.writeHead(502).end();
  });
  answer.once('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
}

/** The request's head is written again as it came, then both sockets are joined. */
function passSocketOn(incoming: IncomingMessage, socket: Duplex, head: Buffer, port: number): void {
  const upstream = connect({ port, host: '127.0.0.1', noDelay: true });
  const lines = [`${incoming.method ?? 'GET'} ${incoming.url ?? '/'} HTTP/1.1`];
  for (let i = 0; i + 1 < incoming.rawHeaders.length; i += 2) {
    lines.push(`${incoming.rawHeaders[i] ?? ''}: ${incoming.rawHeaders[i + 1] ?? ''}`);
  }
  upstream.write(`${lines.join('\r\n')}\r\n\r\n`);
  upstream.write(head);
  for (const end of [socket, upstream]) {
    end.on('error', () => {
      socket.destroy();
      upstream.destroy();
    });
    end.on('close', () => {
      socket.destroy();
      upstream.destroy();
    });
  }
  socket.pipe(upstream).pipe(socket);
}
