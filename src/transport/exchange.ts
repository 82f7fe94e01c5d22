import type { Dispatcher } from 'undici';
import { Failure } from '../protocol/failure.ts';
import type { HttpRequest } from './httpClient.ts';
import { networkFailure, type CallState } from './networkFailures.ts';
import { expectHead } from './wireHead.ts';

/** The head of an answer; names in lower case. */
export interface Head {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** An answer whose body is still on its way. */
export interface Incoming {
  readonly head: Head;
  /** The body's bytes as they come off the wire, once; leaving the loop early closes the connection. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** The whole body. Rejects with `AnswerTooLarge` beyond `limit` bytes. */
  collect(limit: number): Promise<Uint8Array>;
  /** Whether the whole body has come, read or not. */
  readonly ended: boolean;
  /** Closes the connection unless the whole body has come already. */
  discard(): void;
  state(): CallState;
}

/** A request as it goes to one URL; redirects make another. */
export interface Hop {
  readonly method: HttpRequest['method'];
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | AsyncIterable<Uint8Array> | undefined;
}

/** When the parts of connecting happened; `performance.now()`. Unknown where a proxy connects. */
export interface Connecting {
  readonly startedAt?: number;
  /** TCP is there; TLS comes after it. */
  readonly reachedAt?: number;
}

export interface ExchangeInit {
  readonly hop: Hop;
  readonly peer: HttpRequest['peer'];
  readonly proxy: string | undefined;
  /** Asked when the request goes out: the connection, if it was made for it. */
  readonly madeConnection: () => Connecting | undefined;
  /** Called once: at the last byte, or at whatever ended the exchange before it. */
  readonly onEnd: (failure: Failure | undefined) => void;
}

/** The network is not read further ahead of the reader than this. */
const HIGH_WATER = 256 * 1024;
const LOW_WATER = 64 * 1024;

/**
 * One request on the wire and its answer: a handler for undici's dispatch, which spares the stream objects of its
 * `request` and knows when the request went out and how much of the answer has come.
 */
export class Exchange implements Dispatcher.DispatchHandler, Incoming {
  /** The connection, if one had to be made. */
  connecting: Connecting | undefined;
  /** When the request went out on its connection; `performance.now()`. */
  requestedAt: number | undefined;
  firstByteAt: number | undefined;
  endedAt: number | undefined;
  /** Bytes of the body that have come. */
  received = 0;

  readonly #init: ExchangeInit;
  #wireHead: string | undefined;
  #head: Head | undefined;
  #onHead: ((head: Head) => void) | undefined;
  #onFailure: ((failure: Failure) => void) | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #sent = false;
  #ended = false;
  #failure: Failure | undefined;
  #chunks: Buffer[] = [];
  #buffered = 0;
  #limit: number | undefined;
  #wake: (() => void) | undefined;

  constructor(init: ExchangeInit) {
    this.#init = init;
  }

  /** Sends the request; resolves when the answer's head is there. */
  start(dispatcher: Dispatcher): Promise<Head> {
    return new Promise((resolve, reject) => {
      this.#onHead = resolve;
      this.#onFailure = reject;
      const { url, method, headers, body } = this.#init.hop;
      try {
        dispatcher.dispatch(
          {
            origin: url.origin,
            path: url.pathname + url.search,
            method,
            headers,
            // undici takes any async iterable, which its types leave out.
            body: (body ?? null) as Buffer | null,
          },
          this,
        );
      } catch (error) {
        this.#fail(networkFailure(error, this.state()));
      }
    });
  }

  get head(): Head {
    return this.#head ?? { status: 0, statusText: '', headers: {} };
  }

  get hop(): Hop {
    return this.#init.hop;
  }

  get proxy(): string | undefined {
    return this.#init.proxy;
  }

  /** The request's head as it went out; holds credentials. */
  get wireHead(): string | undefined {
    return this.#wireHead;
  }

  /** Whether any part of the request may have reached the server. */
  get sent(): boolean {
    return this.#sent;
  }

  get ended(): boolean {
    return this.#ended;
  }

  state(): CallState {
    const { hop, peer, proxy } = this.#init;
    const known = { method: hop.method, url: hop.url, peer, proxy, sent: this.#sent };
    if (this.#head === undefined) return known;
    const length = Number(this.#head.headers['content-length'] ?? Number.NaN);
    return {
      ...known,
      answer: {
        headers: headerPairs(this.#head.headers),
        received: this.received,
        ...(Number.isNaN(length) ? {} : { contentLength: length }),
      },
    };
  }

  /** Ends the exchange from this side. */
  abort(failure: Failure): void {
    if (this.#ended) return;
    this.#fail(failure);
    this.#controller?.abort(failure);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#failure) {
      controller.abort(this.#failure);
      return;
    }
    this.#sent = true;
    this.requestedAt = performance.now();
    this.connecting = this.#init.madeConnection();
    expectHead((head) => (this.#wireHead = head));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Head['headers'],
    statusText?: string,
  ): void {
    if (status < 200) return;
    this.firstByteAt = performance.now();
    this.#head = { status, statusText: statusText ?? '', headers };
    this.#onHead?.(this.#head);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.received += chunk.length;
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    if (this.#limit === undefined) {
      if (this.#buffered > HIGH_WATER) controller.pause();
    } else if (this.received > this.#limit) this.abort(this.#tooLarge(this.#limit));
    this.#notify();
  }

  onResponseEnd(): void {
    this.#end(undefined);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (!this.#ended) this.#fail(networkFailure(error, this.state()));
  }

  get chunks(): AsyncIterable<Uint8Array> {
    return { [Symbol.asyncIterator]: () => this.#iterator() };
  }

  async collect(limit: number): Promise<Uint8Array> {
    if (this.received > limit) {
      const failure = this.#tooLarge(limit);
      this.abort(failure);
      throw failure;
    }
    this.#limit = limit;
    this.#controller?.resume();
    while (!this.#ended) await this.#change();
    if (this.#failure) throw this.#failure;
    const chunks = this.#take();
    return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
  }

  #iterator(): AsyncIterator<Uint8Array> {
    return {
      next: async () => {
        while (this.#chunks.length === 0 && !this.#ended) await this.#change();
        const chunk = this.#chunks.shift();
        if (chunk !== undefined) {
          this.#buffered -= chunk.length;
          if (this.#buffered < LOW_WATER) this.#controller?.resume();
          return { done: false, value: chunk };
        }
        if (this.#failure) throw this.#failure;
        return { done: true, value: undefined };
      },
      return: () => {
        this.discard();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  discard(): void {
    if (this.#ended) return;
    this.#chunks = [];
    this.#end(undefined);
    this.#controller?.abort(new Error('The reader has left.'));
  }

  #take(): Buffer[] {
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#buffered = 0;
    return chunks;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  #tooLarge(limit: number): Failure {
    const { host } = this.#init.hop.url;
    return new Failure({
      code: 'AnswerTooLarge',
      origin: 'client',
      sentence: `The answer of ${host} is bigger than the ${limit} bytes that are kept in memory. Save it to a file instead.`,
    });
  }

  #fail(failure: Failure): void {
    this.#failure = failure;
    this.#end(failure);
    this.#onFailure?.(failure);
  }

  #end(failure: Failure | undefined): void {
    this.#ended = true;
    this.endedAt = performance.now();
    this.#notify();
    this.#init.onEnd(failure);
  }
}

/** Headers as pairs, a repeated one as several. */
export function headerPairs(headers: Head['headers']): (readonly [name: string, value: string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (Array.isArray(value)) for (const one of value) pairs.push([name, one]);
    else if (value !== undefined) pairs.push([name, value]);
  }
  return pairs;
}
