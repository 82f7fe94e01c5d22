import * as vscode from 'vscode';
import { createHttpClient } from '../transport/index.ts';
import type { HttpClient, LogLine } from '../transport/httpClient.ts';
import type { NetworkSettings } from '../transport/settings.ts';
import { prefix, settings } from './contributions.ts';
import type { Foundation } from './feature.ts';
import { PlainHttpConsent } from './plainHttpConsent.ts';

/** The HTTP client, set up as the user has set up VS Code's network. */
export function createConfiguredHttpClient({ context, log }: Foundation): HttpClient {
  const consent = new PlainHttpConsent(context.globalState);
  return createHttpClient({
    log: ({ level, text }: LogLine) => log[level](text),
    settings: networkSettings,
    allowPlainHttp: (url) => consent.allows(url),
    hostFetch: fetch,
  });
}

function networkSettings(): NetworkSettings {
  const http = vscode.workspace.getConfiguration('http');
  const seconds = vscode.workspace.getConfiguration(prefix).get<number>(settings.requestTimeout, 100);
  const proxy = http.get<string>('proxy');
  const proxyAuthorization = http.get<string | null>('proxyAuthorization');
  const proxySupport = http.get<NetworkSettings['proxySupport']>('proxySupport');
  return {
    ...(proxy && { proxy }),
    ...(proxyAuthorization && { proxyAuthorization }),
    ...(proxySupport && { proxySupport }),
    noProxy: http.get<string[]>('noProxy', []),
    systemCertificates: http.get<boolean>('systemCertificates', true),
    strictSSL: http.get<boolean>('proxyStrictSSL', true),
    timeoutMs: seconds * 1000,
  };
}
