import { EventEmitter, once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Reply = (response: ServerResponse, body: string) => void | Promise<void>;

/** A service that answers its calls as the test says; emits `called` with the body of each. It has no schema. */
export class ScriptedService extends EventEmitter {
  reply: Reply = (response) => void response.writeHead(500).end();
  /** Bodies of all calls, oldest first. */
  readonly bodies: string[] = [];
  readonly #server: Server;

  constructor() {
    super();
    this.#server = createServer((request, response) => {
      if (request.method === 'GET') {
        response.writeHead(404).end();
        return;
      }
      void request.toArray().then((chunks: Buffer[]) => {
        const body = Buffer.concat(chunks).toString();
        this.bodies.push(body);
        this.emit('called', body);
        return this.reply(response, body);
      });
    });
  }

  /** Answers with this JSON from now on. */
  answer(value: unknown, status = 200, headers: Record<string, string> = {}): void {
    this.reply = (response) => {
      response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
      response.end(JSON.stringify(value));
    };
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
