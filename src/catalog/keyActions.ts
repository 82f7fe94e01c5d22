import * as vscode from 'vscode';
import * as v from 'valibot';
import { parseArguments } from '../shared/arguments.ts';
import { isExplorerNode } from '../shared/explorerNode.ts';
import { isProgramCall } from '../shared/invocation.ts';
import type { CatalogStore } from './catalog.ts';
import { cleanKey } from './cleanKey.ts';
import { endpointById, endpointsOf } from './endpoints.ts';
import type { StoredKey } from './keys.ts';
import { microsoftToken } from './microsoftToken.ts';
import type { Endpoint, Workspace } from './model.ts';
import { pickOwnWorkspace, pickTarget } from './picking.ts';

const keyText = v.pipe(
  v.string(),
  v.check((key) => cleanKey(key) !== '', 'it is empty'),
);
const apiKeyCall = v.object({ workspace: v.string(), service: v.string(), key: keyText });
const secretName = /^[\w.-]{1,64}$/;
const secretCall = v.object({
  workspace: v.string(),
  name: v.pipe(v.string(), v.regex(secretName, 'up to 64 letters, digits, "_", "-" and "." are expected')),
  value: v.pipe(
    v.string(),
    v.check((value) => value.trim() !== '', 'it is empty'),
  ),
});
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

/** Puts a key that is stored on the clipboard. */
export async function copyStoredKey(
  store: CatalogStore,
  endpoint: Endpoint,
  which: StoredKey,
): Promise<void> {
  await vscode.env.clipboard.writeText(await store.keys.key(endpoint, which));
  say(
    which === 'credential'
      ? vscode.l10n.t('Copied the key of {0}.', endpoint.label)
      : vscode.l10n.t('Copied the subscription key of {0}.', endpoint.workspace.name),
  );
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

/** Called with `{workspace, name, value}` it asks nothing. */
export async function setSecret(store: CatalogStore, args: readonly unknown[]): Promise<void> {
  if (isProgramCall(args)) {
    const { workspace, name, value } = parseArguments('setSecret', secretCall, args[0]);
    return store.secrets.storeNamed(store.workspace(workspace), name, value.trim());
  }
  const title = vscode.l10n.t('Set a secret of');
  const workspace = await pickOwnWorkspace(store, args[0], title);
  if (workspace === undefined) return;
  const name = await pickSecretName(store, workspace);
  if (name !== undefined) await store.keys.askForNamed(workspace, name);
}

export async function removeSecret(store: CatalogStore, target: unknown): Promise<void> {
  const workspace = await pickOwnWorkspace(store, target, vscode.l10n.t('Remove a secret of'));
  if (workspace === undefined) return;
  const names = await store.secrets.namesOf(workspace);
  if (names.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('{0} has no secrets.', workspace.name));
    return;
  }
  const name = await vscode.window.showQuickPick(names, {
    title: vscode.l10n.t('Remove a secret of {0}', workspace.name),
  });
  if (name === undefined) return;
  await store.secrets.removeNamed(workspace, name);
  say(vscode.l10n.t('The secret {0} is forgotten.', name));
}

/** One of those that are there, to be replaced, or a new one. */
async function pickSecretName(store: CatalogStore, workspace: Workspace): Promise<string | undefined> {
  const names = await store.secrets.namesOf(workspace);
  const another = vscode.l10n.t('Another secret…');
  const title = vscode.l10n.t('Set a secret of {0}', workspace.name);
  const picked =
    names.length === 0 ? another : await vscode.window.showQuickPick([...names, another], { title });
  if (picked !== another) return picked;
  const name = await vscode.window.showInputBox({
    title,
    prompt: vscode.l10n.t('Name of the secret, as in {0}', '${secret:NAME}'),
    ignoreFocusOut: true,
    validateInput: (text) =>
      secretName.test(text.trim())
        ? undefined
        : vscode.l10n.t('Up to 64 letters, digits, "_", "-" and "." are expected.'),
  });
  return name?.trim();
}

export async function forgetAllKeys(store: CatalogStore): Promise<void> {
  const forget = vscode.l10n.t('Forget all');
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t('Forget all stored keys?'),
    {
      modal: true,
      detail: vscode.l10n.t(
        'API keys, subscription keys, named secrets and storage keys of all workspaces, and your consent to plain http. You will be asked for them again.',
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
