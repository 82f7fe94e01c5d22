import * as vscode from 'vscode';
import { Failure } from '../protocol/failure.ts';
import type { Endpoint } from './model.ts';

/** The named value from which the gateway takes the key of an endpoint; undefined where that is not known. */
export function namedValueOf({ workspace: { auth }, endpointId }: Endpoint): string | undefined {
  return auth.type === 'gateway' ? (auth.namedValues?.[endpointId] ?? auth.namedValue) : undefined;
}

/** A failure in the words that fit the endpoint: a key that the gateway adds is not for the caller to enter. */
export function explain(endpoint: Endpoint, failure: Failure): Failure {
  const { auth, baseUrl } = endpoint.workspace;
  if (auth.type !== 'gateway' || failure.status !== 401 || failure.origin !== 'service') return failure;
  const { code, origin, status, evidence } = failure;
  const { host } = new URL(baseUrl);
  const namedValue = namedValueOf(endpoint);
  const sentence =
    namedValue === undefined
      ? vscode.l10n.t(
          'The service refused the API key that the gateway {0} adds. The key of the endpoint may have been changed: it has to be updated at the gateway.',
          host,
        )
      : vscode.l10n.t(
          'The service refused the API key that the gateway {0} adds from its named value {1}. The key of the endpoint may have been changed: update it at the gateway.',
          host,
          namedValue,
        );
  return new Failure({ code, origin, status, sentence, cause: failure, ...(evidence && { evidence }) });
}
