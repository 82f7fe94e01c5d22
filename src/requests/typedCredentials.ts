import * as vscode from 'vscode';
import type { Catalog, Endpoint } from '../catalog/index.ts';
import { defaultSubscriptionKeyHeader } from '../protocol/apim/errors.ts';
import type { JsonEdit } from '../shared/jsonEdits.ts';
import { secretNameFor, splitCredential, writeSecretReference } from '../shared/secretReference.ts';

/** A header with a key in it, as it was typed or found in a document. */
export interface TypedCredential {
  readonly header: string;
  readonly value: string;
}

/** Whether keys go to the secret storage before the request is sent. */
export async function askToStore(
  credentials: readonly TypedCredential[],
): Promise<'store' | 'sendWithout' | 'cancel'> {
  const store = vscode.l10n.t('Store and send');
  const sendWithout = vscode.l10n.t('Send without');
  const headers = credentials.map(({ header }) => header.trim()).join(', ');
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t('Store the key in the header {0} in the secret storage?', headers),
    {
      modal: true,
      detail: vscode.l10n.t(
        'Keys are not kept in request files. It is taken out of this one, and sent from the secret storage from now on.',
      ),
    },
    store,
    sendWithout,
  );
  if (choice === store) return 'store';
  return choice === sendWithout ? 'sendWithout' : 'cancel';
}

/**
 * Puts a key where it belongs: the endpoint's API key, the workspace's subscription key, else a secret of its own.
 * Resolves with the edit that takes it out of the document.
 */
export async function storeTyped(
  catalog: Catalog,
  endpoint: Endpoint,
  { header, value }: TypedCredential,
): Promise<JsonEdit> {
  const path = ['headers', header];
  const { workspace, endpointId } = endpoint;
  switch (placeOf(endpoint, header)) {
    case 'subscriptionKey':
      await catalog.commands.setSubscriptionKey({ workspace: workspace.name, key: value });
      return { kind: 'remove', path };
    case 'credential':
      await catalog.commands.setApiKey({ workspace: workspace.name, service: endpointId, key: value });
      return { kind: 'remove', path };
    case 'named': {
      const { prefix, secret } = splitCredential(value);
      const name = await catalog.storeSecret(workspace, secretNameFor(header), secret);
      return { kind: 'set', path, value: writeSecretReference({ prefix, name }) };
    }
  }
}

function placeOf({ workspace }: Endpoint, header: string): 'subscriptionKey' | 'credential' | 'named' {
  const { auth, subscriptionKeyHeader = defaultSubscriptionKeyHeader } = workspace;
  const isHeader = (name: string): boolean => name.toLowerCase() === header.trim().toLowerCase();
  if (isHeader(subscriptionKeyHeader)) return 'subscriptionKey';
  if (auth.type === 'apiKey' && isHeader('Authorization')) return 'credential';
  return auth.type === 'header' && isHeader(auth.name) ? 'credential' : 'named';
}
