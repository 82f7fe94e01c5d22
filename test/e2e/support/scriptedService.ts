import type { IncomingMessage, ServerResponse } from 'node:http';
import { CallTaker } from './callTaker.ts';

type Reply = (response: ServerResponse, body: string) => void | Promise<void>;

/** A service that answers its calls as the test says; emits `called` with the body of each. */
export class ScriptedService extends CallTaker {
  reply: Reply = (response) => void response.writeHead(500).end();
  /** Bodies of all calls, oldest first. */
  readonly bodies: string[] = [];

  /** Answers with this JSON from now on. */
  answer(value: unknown, status = 200, headers: Record<string, string> = {}): void {
    this.reply = (response) => {
      response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
      response.end(JSON.stringify(value));
    };
  }

  protected override take(request: IncomingMessage, response: ServerResponse): void {
    void request.toArray().then((chunks: Buffer[]) => {
      const body = Buffer.concat(chunks).toString();
      this.bodies.push(body);
      this.emit('called', body);
      return this.reply(response, body);
    });
  }
}
