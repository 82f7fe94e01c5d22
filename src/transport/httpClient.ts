import type { Origin } from '../protocol/failure.ts';

/** Bytes on their way; a stream is consumed once. */
export type BodySource = string | Uint8Array | AsyncIterable<Uint8Array>;

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: BodySource;
  readonly signal?: AbortSignal;
  /** From the call to the last byte, in milliseconds; 0 waits for ever. Default 100 000, the service's own limit. */
  readonly timeoutMs?: number;
  /** `safe` repeats what cannot have had an effect on the server, `never` sends once. Default `never`. */
  readonly retry?: 'safe' | 'never';
  /** Who is being called: decides how a connection error is worded. */
  readonly peer?: Extract<Origin, 'service' | 'storage'>;
}

/** Milliseconds from the start of the call; what did not happen is absent. */
export interface Timings {
  readonly connectedMs?: number;
  readonly firstByteMs: number;
  readonly totalMs?: number;
  /** The same time in pieces, in their order. */
  readonly phases: readonly Phase[];
}

/**
 * A piece of a call's time. `prepare` is all before the connection that the answer came over (earlier tries, redirects,
 * waiting for a free one); `tunnel` is connecting through a proxy, with TLS if there is any.
 */
export interface Phase {
  readonly name: 'prepare' | 'connect' | 'tls' | 'tunnel' | 'firstByte' | 'download';
  /** Milliseconds that it took. */
  readonly ms: number;
}

/** A request as it went over the wire; holds no credential. */
export interface SentRequest {
  readonly method: HttpRequest['method'];
  readonly url: string;
  /** In the order and spelling in which they went out, values masked unless they are known to be no secret. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** In bytes; absent without a body and for a stream. */
  readonly bodySize?: number;
  /** `host:port` of the proxy in between. */
  readonly proxy?: string;
  /** The URLs that were called before and sent the call on. */
  readonly redirectedFrom: readonly string[];
}

export interface HttpAnswer {
  /** The request's number in the log. */
  readonly requestId: string;
  /** The URL that was finally requested. */
  readonly url: string;
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  header(name: string): string | undefined;
  /** The body, once; leaving the loop early closes the connection. */
  readonly body: AsyncIterable<Uint8Array>;
  /** The whole body as UTF-8 text. Rejects with `AnswerTooLarge` beyond `limit` bytes. */
  text(limit?: number): Promise<string>;
  /** Whether `text()` had to put replacement characters where bytes were no UTF-8. */
  readonly notUtf8: boolean;
  /** Complete once the body has been read. */
  timings(): Timings;
  /** What was sent for this answer. The values of the headers named in `harmless` are shown too. */
  sent(harmless?: readonly string[]): SentRequest;
}

export interface HttpClient {
  /** Resolves when the headers are there, whatever the status; rejects with a `Failure` otherwise. */
  send(request: HttpRequest): Promise<HttpAnswer>;
  dispose(): Promise<void>;
}

/** One line of the request log; holds no credential. */
export interface LogLine {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error';
  readonly text: string;
}
