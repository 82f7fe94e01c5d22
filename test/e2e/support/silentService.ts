import { EventEmitter, once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A service that never answers a call: emits `called` when one has come and `closed` when its connection has closed,
 * each with the path of the call.
 */
export class SilentService extends EventEmitter {
  readonly #server: Server;

  constructor() {
    super();
    this.#server = createServer((request, response) => {
      if (request.method === 'GET') {
        response.writeHead(404).end();
        return;
      }
      request.socket.once('close', () => this.emit('closed', request.url));
      request.resume().once('end', () => this.emit('called', request.url));
    });
  }

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
