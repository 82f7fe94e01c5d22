import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server on loopback that publishes no schema; what it does with a call, its kind says. */
export abstract class CallTaker extends EventEmitter {
  readonly #server: Server;

  constructor() {
    super();
    this.#server = createServer((request, response) => {
      if (request.method === 'GET') response.writeHead(404).end();
      else this.take(request, response);
    });
  }

  protected abstract take(request: IncomingMessage, response: ServerResponse): void;

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
