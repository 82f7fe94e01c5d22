import * as vscode from 'vscode';
import * as v from 'valibot';
import { parseArguments } from '../shared/arguments.ts';
import { isExplorerNode } from '../shared/explorerNode.ts';
import { isProgramCall } from '../shared/invocation.ts';
import type { CatalogStore } from './catalog.ts';
import { cleanKey } from './cleanKey.ts';
import { endpointById, endpointsOf } from './endpoints.ts';
import { microsoftToken } from './microsoftToken.ts';
import { pickOwnWorkspace, pickTarget } from './picking.ts';

const keyText = v.pipe(
  v.string(),
  v.check((key) => cleanKey(key) !== '', 'it is empty'),
);
const apiKeyCall = v.object({ workspace: v.string(), service: v.string(), key: keyText });
const subscriptionKeyCall = v.object({ workspace: v.string(), key: keyText });

export async function setApiKey(store: CatalogStore, args: readonly unknown[]): Promise<void> {
  if (isProgramCall(args)) {
    const { workspace, service, key } = parseArguments('setApiKey', apiKeyCall, args[0]);
    return store.keys.storeCredential(await store.find(workspace, service), key);
  }
  const endpoint = await pickTarget(store, args[0], vscode.l10n.t('Set the API key of'));
  if (endpoint === undefined) return;
  const { auth, name } = endpoint.workspace;
  switch (auth.type) {
    case 'apiKey':
    case 'header':
      await store.keys.askForCredential(endpoint);
      break;
    case 'microsoft':
      await microsoftToken(auth.scope, 'again');
      break;
    case 'gateway':
      void vscode.window.showInformationMessage(
        vscode.l10n.t('The gateway of {0} adds the API key. "Edit workspace" changes that.', name),
      );
  }
}

export async function removeApiKey(store: CatalogStore, target: unknown): Promise<void> {
  const endpoint = await pickTarget(store, target, vscode.l10n.t('Remove the API key of'));
  if (endpoint === undefined) return;
  await store.secrets.removeCredential(endpoint);
  say(vscode.l10n.t('The API key of {0} is forgotten.', endpoint.label));
}

export async function setSubscriptionKey(store: CatalogStore, args: readonly unknown[]): Promise<void> {
  if (isProgramCall(args)) {
    const { workspace, key } = parseArguments('setSubscriptionKey', subscriptionKeyCall, args[0]);
    return store.storeSubscriptionKey(store.workspace(workspace), key);
  }
  const [target] = args;
  const workspace = await pickOwnWorkspace(store, target, vscode.l10n.t('Set the subscription key of'));
  if (workspace === undefined) return;
  const endpointId = isExplorerNode(target) && 'service' in target ? target.service : '';
  const sample = endpointById(workspace, endpointId) ?? endpointsOf(workspace)[0];
  await store.askForSubscriptionKey(workspace, sample);
}

export async function removeSubscriptionKey(store: CatalogStore, target: unknown): Promise<void> {
  const workspace = await pickOwnWorkspace(store, target, vscode.l10n.t('Remove the subscription key of'));
  if (workspace === undefined) return;
  await store.secrets.removeSubscriptionKey(workspace);
  say(vscode.l10n.t('The subscription key of {0} is forgotten.', workspace.name));
}

export async function forgetAllKeys(store: CatalogStore): Promise<void> {
  const forget = vscode.l10n.t('Forget all');
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t('Forget all stored keys?'),
    {
      modal: true,
      detail: vscode.l10n.t(
        'API keys, subscription keys and storage keys of all workspaces, and your consent to plain http. You will be asked for them again.',
      ),
    },
    forget,
  );
  if (choice !== forget) return;
  await store.consent.takeBack();
  const count = await store.secrets.removeAll();
  say(vscode.l10n.t('{0} stored secrets are forgotten.', count));
}

function say(text: string): void {
  vscode.window.setStatusBarMessage(text, 5_000);
}
