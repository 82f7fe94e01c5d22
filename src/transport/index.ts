import { Failure } from '../protocol/failure.ts';
import { redactUrl } from '../protocol/redaction.ts';
import { Answer } from './answer.ts';
import { Call } from './call.ts';
import { Dispatchers, type Route } from './dispatchers.ts';
import { Exchange, type Hop, type Incoming } from './exchange.ts';
import { sendThroughHost } from './hostFetch.ts';
import type { HttpAnswer, HttpClient, HttpRequest, LogLine, SentRequest, Timings } from './httpClient.ts';
import { networkFailure, type CallState } from './networkFailures.ts';
import { isLoopback } from './proxies.ts';
import { mostRedirects, redirectOf, tooManyRedirects } from './redirects.ts';
import { mostTries, pauseAfterAnswer, pauseAfterFailure } from './retries.ts';
import { sentRequest } from './sentRequest.ts';
import type { HttpClientOptions, NetworkSettings } from './settings.ts';

export type {
  BodySource,
  HttpAnswer,
  HttpClient,
  HttpRequest,
  LogLine,
  Phase,
  SentRequest,
  Timings,
} from './httpClient.ts';
export type { RenewUrl } from './renewableUrl.ts';
export type { HttpClientOptions, NetworkSettings } from './settings.ts';
export { isLoopback } from './proxies.ts';
export { isShownHeader, MASK, redactHeaders, redactText, redactUrl } from './redaction.ts';

/** The service's own limit. */
const DEFAULT_TIMEOUT_MS = 100_000;
const DEFAULT_RETRY_DELAY_MS = 300;

/** The one HTTP client of the extension. Loads undici at its first call. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  return new UndiciHttpClient(options);
}

/** What one try came to. */
interface Try {
  readonly incoming: Incoming;
  readonly timings: () => Timings;
  readonly sent: (harmless: readonly string[], redirectedFrom: readonly string[]) => SentRequest;
}

class UndiciHttpClient implements HttpClient {
  readonly #options: HttpClientOptions;
  #dispatchers: Promise<Dispatchers> | undefined;
  /** Origins that only the host's own `fetch` has reached. */
  readonly #throughHost = new Set<string>();
  #lastId = 0;

  constructor(options: HttpClientOptions) {
    this.#options = options;
  }

  async send(request: HttpRequest): Promise<HttpAnswer> {
    const settings = this.#options.settings();
    const url = parseUrl(request);
    const state = (): CallState => ({ method: request.method, url, peer: request.peer, sent: false });
    const timeoutMs = request.timeoutMs ?? settings.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const call = new Call(String(++this.#lastId), request, timeoutMs, { state, abort: () => undefined });
    try {
      return await this.#follow(call, request, firstHop(request, url), settings);
    } catch (error) {
      call.finish();
      throw networkFailure(error, state());
    }
  }

  async dispose(): Promise<void> {
    const dispatchers = await this.#dispatchers;
    await dispatchers?.dispose();
  }

  async #follow(
    call: Call,
    request: HttpRequest,
    first: Hop,
    settings: NetworkSettings,
  ): Promise<HttpAnswer> {
    let hop = first;
    const redirectedFrom: string[] = [];
    for (;;) {
      await this.#checkScheme(hop);
      const { incoming, timings, sent } = await this.#tryRepeatedly(call, request, hop, settings);
      const next = this.#redirect(incoming, hop);
      if (next === undefined) {
        call.answered(incoming.ended);
        return new Answer({
          requestId: call.id,
          url: hop.url.href,
          incoming,
          timings,
          sent: (harmless) => sent(harmless, redirectedFrom),
        });
      }
      if (redirectedFrom.length === mostRedirects) throw tooManyRedirects(hop);
      redirectedFrom.push(redactUrl(hop.url.href));
      hop = next;
    }
  }

  #redirect(incoming: Incoming, hop: Hop): Hop | undefined {
    if (incoming.head.status < 300 || incoming.head.status > 308) return undefined;
    let next: Hop | undefined;
    try {
      next = redirectOf(incoming.head, hop);
    } catch (error) {
      incoming.discard();
      throw error;
    }
    if (next) incoming.discard();
    return next;
  }

  /** Keys and data must not cross a network in the clear unless the user says so. */
  async #checkScheme({ url, method }: Hop): Promise<void> {
    if (url.protocol === 'https:' || isLoopback(url.hostname)) return;
    if (await this.#options.allowPlainHttp?.(url.href)) return;
    throw new Failure({
      code: 'PlainHttpRefused',
      origin: 'client',
      sentence: `${url.host} is not called over plain http, where anyone on the way can read keys and data. Use its https URL, or allow plain http for this host.`,
      evidence: { method, url: redactUrl(url.href) },
    });
  }

  async #tryRepeatedly(call: Call, request: HttpRequest, hop: Hop, settings: NetworkSettings): Promise<Try> {
    const firstPause = this.#options.retryDelayMs ?? DEFAULT_RETRY_DELAY_MS;
    const tries = request.retry === 'safe' ? mostTries : 1;
    for (let number = 1; ; number++) {
      const progress = { sent: false, answered: false };
      let pause: number | undefined;
      try {
        const done = await this.#try(call, request, hop, settings, progress);
        if (number === tries) return done;
        pause = pauseAfterAnswer(done.incoming.head, hop, number, firstPause);
        if (pause === undefined) return done;
        done.incoming.discard();
      } catch (error) {
        if (number === tries || !(error instanceof Failure)) throw error;
        pause = pauseAfterFailure(error, hop, progress, number, firstPause);
        if (pause === undefined) throw error;
      }
      this.#log('info', `#${call.id} tries again in ${ms(pause)}`);
      await call.sleep(pause);
    }
  }

  async #try(
    call: Call,
    request: HttpRequest,
    hop: Hop,
    settings: NetworkSettings,
    progress: { sent: boolean; answered: boolean },
  ): Promise<Try> {
    if (this.#throughHost.has(hop.url.origin)) return this.#tryThroughHost(call, request, hop, progress);
    const route = (await this.#loaded()).routeOf(hop.url, settings);
    const label = describe(hop);
    const exchange = new Exchange({
      hop,
      peer: request.peer,
      proxy: route.proxy,
      madeConnection: route.madeConnection,
      onEnd: (failure) => this.#ended(call, label, exchange, failure),
    });
    call.waitFor(exchange);
    this.#log('debug', `#${call.id} > ${label}${bodySize(hop)}`);
    try {
      await exchange.start(route.dispatcher);
      return {
        incoming: exchange,
        timings: () => call.timings(exchange),
        sent: (harmless, redirectedFrom) => sentRequest(exchange, harmless, redirectedFrom),
      };
    } catch (error) {
      progress.sent = exchange.sent;
      progress.answered = exchange.firstByteAt !== undefined;
      if (!this.#mayTryHost(error, exchange, hop, settings, route)) throw error;
      return await this.#tryThroughHost(call, request, hop, progress);
    }
  }

  #loaded(): Promise<Dispatchers> {
    // A bundle of a CommonJS package has nothing but a default export.
    return (this.#dispatchers ??= import('undici').then(
      (undici) => new Dispatchers(undici.default, this.#options),
    ));
  }

  /** Only where the editor may know a way that we do not, and nothing has left this machine yet. */
  #mayTryHost(
    error: unknown,
    exchange: Exchange,
    hop: Hop,
    settings: NetworkSettings,
    route: Route,
  ): boolean {
    return (
      this.#options.hostFetch !== undefined &&
      error instanceof Failure &&
      error.origin === 'network' &&
      error.code !== 'Timeout' &&
      !exchange.sent &&
      route.proxy === undefined &&
      settings.proxySupport !== 'off' &&
      !isLoopback(hop.url.hostname) &&
      (hop.body === undefined || Buffer.isBuffer(hop.body))
    );
  }

  async #tryThroughHost(
    call: Call,
    request: HttpRequest,
    hop: Hop,
    progress: { sent: boolean },
  ): Promise<Try> {
    const { hostFetch } = this.#options;
    // It does not tell whether anything has left this machine when it fails.
    progress.sent = true;
    const abort = new AbortController();
    const state = (): CallState => ({ method: hop.method, url: hop.url, peer: request.peer, sent: true });
    call.waitFor({ state, abort: (failure) => abort.abort(failure) });
    this.#log('debug', `#${call.id} > ${describe(hop)} through the editor's own fetch`);
    try {
      const incoming = await sendThroughHost(hostFetch ?? fetch, hop, request.peer, abort.signal, () => {
        call.exchangeEnded();
      });
      this.#throughHost.add(hop.url.origin);
      const firstByteAt = performance.now();
      this.#log(
        'info',
        `#${call.id} < ${incoming.head.status} ${describe(hop)} through the editor's own fetch`,
      );
      return {
        incoming,
        timings: () => call.timings({ firstByteAt }),
        sent: (harmless, redirectedFrom) => sentRequest({ hop }, harmless, redirectedFrom),
      };
    } catch (error) {
      this.#throughHost.delete(hop.url.origin);
      throw error;
    }
  }

  #ended(call: Call, label: string, exchange: Exchange, failure: Failure | undefined): void {
    call.exchangeEnded();
    const spent = ms(performance.now() - call.startedAt);
    if (failure) {
      this.#log('error', `#${call.id} x ${label} ${failure.message} (${spent}, ${exchange.received} B)`);
      return;
    }
    const { status } = exchange.head;
    const firstByte = ms((exchange.firstByteAt ?? 0) - call.startedAt);
    this.#log(
      status >= 400 ? 'warn' : 'info',
      `#${call.id} < ${status} ${label} in ${spent} (first byte ${firstByte}), ${exchange.received} B`,
    );
  }

  #log(level: LogLine['level'], text: string): void {
    this.#options.log({ level, text });
  }
}

function parseUrl(request: HttpRequest): URL {
  const url = URL.parse(request.url);
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url;
  throw new Failure({
    code: 'InvalidRequest',
    origin: 'client',
    sentence: `"${redactUrl(request.url)}" is no http(s) URL, so it cannot be called.`,
  });
}

/** Bodies are asked for as they are stored (and unpacked if they come packed all the same): ranges stay exact. */
function firstHop(request: HttpRequest, url: URL): Hop {
  const { body } = request;
  const asksEncoding = Object.keys(request.headers ?? {}).some(
    (name) => name.toLowerCase() === 'accept-encoding',
  );
  return {
    method: request.method,
    url,
    headers: asksEncoding ? { ...request.headers } : { 'accept-encoding': 'identity', ...request.headers },
    body: typeof body === 'string' ? Buffer.from(body) : body instanceof Uint8Array ? asBuffer(body) : body,
  };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function describe(hop: Hop): string {
  return `${hop.method} ${redactUrl(hop.url.href)}`;
}

function bodySize({ body }: Hop): string {
  if (body === undefined) return '';
  return Buffer.isBuffer(body) ? ` (${body.length} B)` : ' (stream)';
}

function ms(milliseconds: number): string {
  return `${milliseconds.toFixed(1)} ms`;
}
