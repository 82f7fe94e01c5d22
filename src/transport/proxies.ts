import type { NetworkSettings } from './settings.ts';

/** The environment variables that name proxies, in either case. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Host names and addresses that mean this machine. Takes `URL.hostname`. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname === '[::1]' ||
    hostname.endsWith('.localhost') ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  );
}

/**
 * The proxy for a URL, or `undefined` for a direct connection: `http.proxy`, else the environment's, unless the host
 * is this machine or one of those that go without. Follows VS Code's own rules.
 */
export function proxyFor(url: URL, settings: NetworkSettings, environment: Environment): string | undefined {
  if (settings.proxySupport === 'off' || isLoopback(url.hostname)) return undefined;
  const proxy = emptyToUndefined(settings.proxy) ?? environmentProxy(url, environment);
  if (proxy === undefined) return undefined;
  const exceptions = settings.noProxy?.length
    ? settings.noProxy
    : (environment.NO_PROXY ?? environment.no_proxy ?? '').split(/[\s,]+/);
  if (exceptions.some((exception) => matches(url, exception))) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

function environmentProxy(url: URL, environment: Environment): string | undefined {
  const forHttp = emptyToUndefined(environment.HTTP_PROXY) ?? emptyToUndefined(environment.http_proxy);
  if (url.protocol === 'http:') return forHttp;
  return emptyToUndefined(environment.HTTPS_PROXY) ?? emptyToUndefined(environment.https_proxy) ?? forHttp;
}

function emptyToUndefined(text: string | undefined): string | undefined {
  return text?.trim() === '' ? undefined : text?.trim();
}

/** `host`, `.host` and `*.host` cover the host and those below it; `host:port` only that port; `*` everything. */
function matches(url: URL, exception: string): boolean {
  const pattern = exception.trim().toLowerCase();
  if (pattern === '') return false;
  if (pattern === '*') return true;
  const [, host = '', port] = /^(.*?)(?::(\d+))?$/.exec(pattern) ?? [];
  const urlPort = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  if (port !== undefined && port !== urlPort) return false;
  const name = host.replace(/^\*?\./, '');
  return name !== '' && (url.hostname === name || url.hostname.endsWith(`.${name}`));
}
