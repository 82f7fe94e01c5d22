import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sendJson } from '../../../src/local-service/httpAnswer.ts';
import { closeAtOnce, listenOnLoopback } from '../loopback.ts';

/** The extension that calls commands of other extensions for a `ProgramCaller`. */
export const programCaller = dirname(fileURLToPath(import.meta.url));

type Outcome = { readonly value?: unknown } | { readonly rejection: string };

/** Another program in the extension host of a window: calls commands and gets what they return, one at a time. */
export class ProgramCaller {
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  #waiting: ServerResponse | undefined;
  #call: object | undefined;
  #end: ((outcome: Outcome) => void) | undefined;

  /** What the test host is to have in its environment. */
  async listen(): Promise<Record<string, string>> {
    return { PROGRAM_CALLER: `http://127.0.0.1:${await listenOnLoopback(this.#server)}` };
  }

  close(): Promise<void> {
    return closeAtOnce(this.#server);
  }

  /** @throws Error with the message that the command rejected with */
  async call(command: string, argument: object): Promise<unknown> {
    const ended = new Promise<Outcome>((resolve) => (this.#end = resolve));
    this.#call = { command, argument };
    this.#give();
    const outcome = await ended;
    if ('rejection' in outcome) throw new Error(outcome.rejection);
    return outcome.value;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'POST') {
      const outcome = JSON.parse(await text(request)) as Outcome;
      sendJson(response, 200, {});
      this.#end?.(outcome);
    } else {
      this.#waiting = response;
      this.#give();
    }
  }

  #give(): void {
    if (this.#waiting === undefined || this.#call === undefined) return;
    sendJson(this.#waiting, 200, this.#call);
    this.#waiting = undefined;
    this.#call = undefined;
  }
}
