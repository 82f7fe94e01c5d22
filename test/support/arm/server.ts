import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

import { readBody, sendJson, sendText } from '../../../src/local-service/httpAnswer.ts';
import type { Fault } from '../../../src/local-service/options.ts';
import { listenOnFirstFree, LOOPBACK } from '../../../src/local-service/ports.ts';
import type { AsyncOperations } from './asyncOperations.ts';
import type { Directory } from './directory.ts';
import type { Exports } from './exports.ts';
import { Interventions } from './interventions.ts';
import { ParallelWrites } from './parallelWrites.ts';
import { ArmError, findRoute, parseBody } from './wire.ts';
import type { Answer, Route } from './wire.ts';

export interface ArmServerInit {
  readonly directory: Directory;
  readonly operations: AsyncOperations;
  readonly exports: Exports;
  readonly routes: readonly Route[];
  /** Milliseconds that a write takes. */
  readonly writeMs: number;
  /** Does what a handler cannot wait for, before method and path are answered. */
  readonly prepare: (asked: string) => Promise<void>;
}

/** A request that was answered; no bodies, so that a test can print it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** 0 where there was no answer. */
  readonly status: number;
  /** The name of the account whose token came with it; undefined when that is not known. */
  readonly account: string | undefined;
}

/** A request as far as it has been read. */
interface Received {
  readonly method: string;
  readonly path: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly content: Buffer;
}

const MAX_BODY = 8 * 1024 * 1024;
const WRITES = ['PUT', 'PATCH', 'POST', 'DELETE'];

/** Takes requests off the wire to their handlers, and does to them what was planned for them. */
export class ArmServer {
  readonly requests: SeenRequest[] = [];
  readonly hooks = new Interventions<() => Promise<void>>();
  readonly faults = new Interventions<Fault>();
  readonly lostAnswers = new Interventions<true>();

  readonly #init: ArmServerInit;
  readonly #parallelWrites = new ParallelWrites();
  readonly #server = createServer((request, response) => {
    this.#handle(request, response).catch(() => response.destroy());
  });
  #url = '';

  constructor(init: ArmServerInit) {
    this.#init = init;
  }

  get url(): string {
    return this.#url;
  }

  async listen(): Promise<void> {
    this.#url = `http://${LOOPBACK}:${await listenOnFirstFree(this.#server, [0])}`;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { directory } = this.#init;
    const { method = 'GET', headers } = request;
    const url = new URL(request.url ?? '/', this.#url);
    const document = this.#init.exports.at(url);
    if (document !== undefined) {
      sendText(response, 200, document);
      return;
    }
    const path = decodeURIComponent(url.pathname).replace(/(?<=.)\/$/, '');
    const content = await readBody(request, MAX_BODY);
    const asked = `${method} ${path}`;
    const isWrite = WRITES.includes(method);
    const endWrite = isWrite ? this.#parallelWrites.begin(path) : () => undefined;
    await this.hooks.take(asked)?.();
    await this.#init.prepare(asked);
    if (isWrite) await delay(this.#init.writeMs);
    const fault = this.faults.take(asked);
    const answer = fault ?? this.#answer({ method, path, url, headers, content }, endWrite);
    const status = typeof answer === 'string' ? 0 : answer.status;
    const account = directory.accountOf(headers.authorization);
    this.requests.push({ method, path, query: url.searchParams, status, account });
    if (answer === 'reset' || this.lostAnswers.take(asked)) request.socket.resetAndDestroy();
    else if (answer === fault) send(response, fault);
    else if (answer !== 'silence')
      sendJson(response, answer.status, method === 'HEAD' ? undefined : answer.body, answer.headers);
  }

  #answer({ method, path, url, headers, content }: Received, endWrite: () => void): Answer {
    const { directory, operations, routes } = this.#init;
    try {
      checkVersion(url.searchParams);
      directory.admit(headers.authorization, path);
      const poll = method === 'GET' ? operations.answer(path, url) : undefined;
      if (poll) return poll;
      const { route, parameters } = findRoute(routes, method, path);
      const body = parseBody(content);
      endWrite();
      return route.answer({ method, path, parameters, query: url.searchParams, headers, body, url });
    } catch (error) {
      if (!(error instanceof ArmError)) throw error;
      return { status: error.status, headers: error.headers, body: { error: error.error } };
    }
  }
}

function send(response: ServerResponse, fault: Fault): void {
  if (typeof fault !== 'string') sendText(response, fault.status, fault.body ?? '', fault.headers);
}

/** @throws ArmError 400 */
function checkVersion(query: URLSearchParams): void {
  const version = query.get('api-version');
  if (version === null || version === '')
    throw new ArmError(400, 'MissingApiVersionParameter', 'The query has no api-version.');
  if (!/^\d{4}-\d\d-\d\d(?:-preview)?$/.test(version))
    throw new ArmError(400, 'InvalidApiVersionParameter', `There is no api-version ${version}.`);
}
