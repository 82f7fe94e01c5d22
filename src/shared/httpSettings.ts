import * as vscode from 'vscode';
import { createHttpClient } from '../transport/index.ts';
import type { HttpClient, LogLine } from '../transport/httpClient.ts';
import { prefix, settings } from './contributions.ts';
import type { Foundation } from './feature.ts';
import { networkSettings } from './networkSettings.ts';
import { PlainHttpConsent } from './plainHttpConsent.ts';

/** The HTTP client, set up as the user has set up VS Code's network. */
export function createConfiguredHttpClient({ context, log }: Foundation): HttpClient {
  const consent = new PlainHttpConsent(context.globalState);
  return createHttpClient({
    log: ({ level, text }: LogLine) => log[level](text),
    settings: () =>
      networkSettings(
        vscode.workspace.getConfiguration('http'),
        vscode.workspace.getConfiguration(prefix).get(settings.requestTimeout),
      ),
    allowPlainHttp: (url) => consent.allows(url),
    hostFetch: fetch,
  });
}
