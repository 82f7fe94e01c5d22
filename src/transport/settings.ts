import type { LogLine } from './httpClient.ts';
import type { Environment } from './proxies.ts';

/** The user's network settings, as VS Code has them. */
export interface NetworkSettings {
  /** `http.proxy`; may hold user and password. */
  readonly proxy?: string;
  /** `http.noProxy`. */
  readonly noProxy?: readonly string[];
  /** `http.proxyAuthorization`: the value of the header `Proxy-Authorization`. */
  readonly proxyAuthorization?: string;
  /** `http.proxySupport`; `off` means direct connections only. */
  readonly proxySupport?: 'off' | 'on' | 'fallback' | 'override';
  /** `http.proxyStrictSSL`; `false` accepts any certificate. Default `true`. */
  readonly strictSSL?: boolean;
  /** `http.systemCertificates`; `false` leaves out the operating system's authorities. Default `true`. */
  readonly systemCertificates?: boolean;
  /** For calls that do not say; in milliseconds, default 100 000. */
  readonly timeoutMs?: number;
}

export interface HttpClientOptions {
  log(line: LogLine): void;
  /** Asked before each call, so that a change of settings is seen at once. */
  settings(): NetworkSettings;
  /** Whether a plain `http:` URL to another machine may be called; never asked for this machine. Default no. */
  allowPlainHttp?(url: string): boolean | Promise<boolean>;
  /**
   * Tried once when no direct connection comes about and no proxy is set: the editor's own `fetch` knows
   * automatic proxy configuration.
   */
  readonly hostFetch?: typeof fetch;
  /** Default `process.env`. */
  readonly environment?: Environment;
  /** The first pause before a repeated try; it doubles. In milliseconds, default 300. */
  readonly retryDelayMs?: number;
  /** Further certificate authorities to trust, as PEM. */
  readonly authorities?: readonly string[];
  /** Default 10 000. */
  readonly connectTimeoutMs?: number;
}
