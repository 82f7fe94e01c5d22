import { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { buildConnector, Dispatcher } from 'undici';
import { Failure } from '../protocol/failure.ts';
import { trustedContext } from './certificates.ts';
import type { Connecting } from './exchange.ts';
import { proxyFor, type Environment } from './proxies.ts';
import type { HttpClientOptions, NetworkSettings } from './settings.ts';
import { watchWire } from './wireHead.ts';

type Undici = typeof import('undici');
type Connector = buildConnector.connector;

/** Whose certificates are accepted: everybody's, those of Node's authorities, those of the system's too. */
type Trust = 'any' | 'ownOnly' | 'system';

/** How a request leaves this machine. */
export interface Route {
  readonly dispatcher: Dispatcher;
  /** The proxy's URL; may hold credentials. */
  readonly proxy: string | undefined;
  /** The connection of the request that starts at this moment, if it is the first on it. */
  readonly madeConnection: () => Connecting | undefined;
}

/** Connections to one origin; more calls than this wait for their turn. */
const CONNECTIONS = 128;
/** An idle connection is kept this long unless the server says otherwise; short, because services close theirs early. */
const KEEP_ALIVE_MS = 10_000;
const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;

/** Keeps one pool of connections for each way out: direct or through a proxy, certificates checked or not. */
export class Dispatchers {
  readonly #undici: Undici;
  readonly #environment: Environment;
  readonly #connectTimeoutMs: number;
  readonly #authorities: readonly string[];
  /** By whether the authorities of the operating system are in it. */
  readonly #trusted = new Map<boolean, SecureContext>();
  readonly #byRoute = new Map<string, Dispatcher>();
  readonly #unwatch = watchWire();
  #justReached: Connecting = {};
  #justConnected: Connecting | undefined;
  readonly #madeConnection = () => this.#justConnected;

  constructor(undici: Undici, options: HttpClientOptions) {
    this.#undici = undici;
    this.#environment = options.environment ?? process.env;
    this.#connectTimeoutMs = options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS;
    this.#authorities = options.authorities ?? [];
  }

  /** Throws a `Failure` (`ProxyFailed`) when the proxy's URL is not one that can be used. */
  routeOf(url: URL, settings: NetworkSettings): Route {
    const proxy = proxyFor(url, settings, this.#environment);
    const trust =
      settings.strictSSL === false ? 'any' : settings.systemCertificates === false ? 'ownOnly' : 'system';
    const scheme = proxy === undefined ? url.protocol : `${proxy} ${settings.proxyAuthorization ?? ''}`;
    const key = `${scheme} ${trust}`;
    let dispatcher = this.#byRoute.get(key);
    if (dispatcher === undefined) {
      dispatcher =
        proxy === undefined
          ? this.#direct(url.protocol, trust)
          : this.#through(proxy, settings.proxyAuthorization, trust);
      this.#byRoute.set(key, dispatcher);
    }
    return { dispatcher, proxy, madeConnection: this.#madeConnection };
  }

  async dispose(): Promise<void> {
    this.#unwatch();
    const dispatchers = [...this.#byRoute.values()];
    this.#byRoute.clear();
    await Promise.all(dispatchers.map((dispatcher) => dispatcher.destroy()));
  }

  #direct(protocol: string, trust: Trust): Dispatcher {
    return new this.#undici.Agent({
      ...this.#limits(),
      connect: this.#timed(
        this.#undici.buildConnector({
          timeout: this.#connectTimeoutMs,
          ...(protocol === 'https:' ? this.#tlsOptions(trust) : {}),
        }),
      ),
    });
  }

  #through(proxy: string, authorization: string | undefined, trust: Trust): Dispatcher {
    if (!URL.canParse(proxy) || !/^(?:https?|socks5?):\/\//i.test(proxy)) {
      throw new Failure({
        code: 'ProxyFailed',
        origin: 'network',
        sentence:
          'The proxy is no URL like http://host:port. Correct "http.proxy" or the environment variable HTTPS_PROXY.',
      });
    }
    const timeout = this.#connectTimeoutMs;
    return new this.#undici.ProxyAgent({
      ...this.#limits(),
      uri: proxy,
      ...(authorization === undefined || authorization === '' ? {} : { token: authorization }),
      proxyTunnel: false,
      requestTls: { timeout, ...this.#tlsOptions(trust) },
      proxyTls: { timeout, ...this.#tlsOptions(trust) },
    });
  }

  #tlsOptions(trust: Trust) {
    if (trust === 'any') return { rejectUnauthorized: false };
    const system = trust === 'system';
    const secureContext = this.#trusted.get(system) ?? trustedContext(this.#authorities, system);
    this.#trusted.set(system, secureContext);
    return { secureContext };
  }

  /** undici's types leave out that its connectors give the socket at once. */
  #timed(connector: (...connecting: Parameters<Connector>) => unknown): Connector {
    return (options, callback) => {
      const startedAt = performance.now();
      let reachedAt: number | undefined;
      const socket = connector(options, (...result) => {
        this.#justReached = { startedAt, ...(reachedAt === undefined ? {} : { reachedAt }) };
        callback(...result);
        this.#justReached = {};
      });
      if (socket instanceof Socket) socket.once('connect', () => (reachedAt = performance.now()));
    };
  }

  /** A new connection takes its first request in the same turn in which it is announced. */
  #pool(origin: string | URL, options: object): Dispatcher {
    return new this.#undici.Pool(origin, options).on('connect', () => {
      this.#justConnected = this.#justReached;
      queueMicrotask(() => (this.#justConnected = undefined));
    });
  }

  #limits() {
    return {
      factory: (origin: string | URL, options: object) => this.#pool(origin, options),
      connections: CONNECTIONS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: 0,
      bodyTimeout: 0,
    };
  }
}
