import type { IncomingMessage, ServerResponse } from 'node:http';

import { CONTROL_PATHS, TOKEN_HEADER } from './controlClient.ts';
import type { LocalServiceDescription } from './description.ts';
import { sendText } from './httpAnswer.ts';

export interface ControlInit {
  readonly token: string;
  /** Milliseconds that the service stays after its last window; absent when windows do not decide. */
  readonly lingerMs?: number | undefined;
  /** Called once, when it is time to end. */
  readonly onEnd: () => void;
}

/** Knows the windows that want the service: each holds a connection, which ends with the window however that ends. */
export class Control {
  readonly #init: ControlInit;
  readonly #windows = new Set<ServerResponse>();
  #description: LocalServiceDescription | undefined;
  #linger: NodeJS.Timeout | undefined;

  constructor(init: ControlInit) {
    this.#init = init;
  }

  /** Lets windows join; from here on the service ends when nobody wants it. */
  open(description: LocalServiceDescription): void {
    this.#description = description;
    this.#endIfUnwanted();
  }

  close(): void {
    clearTimeout(this.#linger);
    this.#description = undefined;
    for (const window of this.#windows) window.end();
  }

  /** Answers the control paths; true when the request was for one. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.headers[TOKEN_HEADER] !== this.#init.token) return false;
    switch (request.url) {
      case CONTROL_PATHS.ping:
        sendText(response, 204, '');
        return true;
      case CONTROL_PATHS.hold:
        this.#hold(response);
        return true;
      case CONTROL_PATHS.stop:
        sendText(response, 204, '', { Connection: 'close' });
        this.#init.onEnd();
        return true;
      default:
        return false;
    }
  }

  #hold(response: ServerResponse): void {
    if (!this.#description) {
      sendText(response, 503, '', { Connection: 'close' });
      return;
    }
    clearTimeout(this.#linger);
    this.#windows.add(response);
    response.once('close', () => {
      this.#windows.delete(response);
      this.#endIfUnwanted();
    });
    response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
    response.write(`${JSON.stringify(this.#description)}\n`);
  }

  #endIfUnwanted(): void {
    const { lingerMs, onEnd } = this.#init;
    if (lingerMs === undefined || this.#windows.size > 0 || !this.#description) return;
    clearTimeout(this.#linger);
    this.#linger = setTimeout(() => {
      if (this.#windows.size === 0) onEnd();
    }, lingerMs);
  }
}
