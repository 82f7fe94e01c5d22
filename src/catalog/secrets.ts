import * as vscode from 'vscode';
import { endpointsOf } from './endpoints.ts';
import type { Endpoint, Workspace } from './model.ts';

const kinds = ['apiKey', 'subscriptionKey', 'header', 'workspaceToken', 'named', 'microsoftConsent'] as const;

/**
 * The keys of the catalog. A secret's id is made from what it belongs to (base URL, workspace, endpoint or header), so a
 * settings file that points a workspace at another host finds no key there.
 */
export class CatalogSecrets {
  readonly #secrets: vscode.SecretStorage;
  readonly #log: (line: string) => void;
  readonly #changed = new vscode.EventEmitter<string>();
  readonly #watching: vscode.Disposable;
  /** Keys that the secret storage refused: they live as long as this window. */
  readonly #session = new Map<string, string>();
  #said = false;

  /** The id of a key that was stored or forgotten, in this window or another one. */
  readonly onDidChange = this.#changed.event;

  constructor(secrets: vscode.SecretStorage, log: (line: string) => void) {
    this.#secrets = secrets;
    this.#log = log;
    this.#watching = secrets.onDidChange(({ key }) => {
      if (kinds.some((kind) => key.startsWith(`["${kind}"`))) this.#changed.fire(key);
    });
  }

  /** The API key of an endpoint, or the value of the header that its workspace has instead. */
  credential(endpoint: Endpoint): Promise<string | undefined> {
    return this.#get(credentialId(endpoint));
  }

  subscriptionKey(workspace: Workspace): Promise<string | undefined> {
    return this.#get(subscriptionKeyId(workspace));
  }

  /** The authorization token that the management API of a workspace takes. */
  workspaceToken(workspace: Workspace): Promise<string | undefined> {
    return this.#get(workspaceTokenId(workspace));
  }

  /** Whether the user wants tokens of this scope to be sent to the address of a workspace. */
  allowsMicrosoftToken(workspace: Workspace, scope: string): Promise<boolean> {
    return this.isStored(microsoftConsentId(workspace, scope));
  }

  allowMicrosoftToken(workspace: Workspace, scope: string): Promise<void> {
    return this.#store(microsoftConsentId(workspace, scope), 'yes');
  }

  async isStored(id: string): Promise<boolean> {
    return (await this.#get(id)) !== undefined;
  }

  storeCredential(endpoint: Endpoint, key: string): Promise<void> {
    return this.#store(credentialId(endpoint), key);
  }

  storeSubscriptionKey(workspace: Workspace, key: string): Promise<void> {
    return this.#store(subscriptionKeyId(workspace), key);
  }

  /** A secret that requests to this workspace name in their headers. */
  named(workspace: Workspace, name: string): Promise<string | undefined> {
    return this.#get(namedId(workspace, name));
  }

  storeNamed(workspace: Workspace, name: string, value: string): Promise<void> {
    return this.#store(namedId(workspace, name), value);
  }

  removeNamed(workspace: Workspace, name: string): Promise<void> {
    return this.#delete(namedId(workspace, name));
  }

  /** The names of the secrets that are stored for a workspace, in alphabetical order. */
  async namesOf(workspace: Workspace): Promise<readonly string[]> {
    const start = namedId(workspace, '').slice(0, -2);
    return (await this.#ids())
      .filter((id) => id.startsWith(start))
      .map((id) => id.slice(start.length, -2))
      .toSorted();
  }

  storeWorkspaceToken(workspace: Workspace, token: string): Promise<void> {
    return this.#store(workspaceTokenId(workspace), token);
  }

  removeCredential(endpoint: Endpoint): Promise<void> {
    return this.#delete(credentialId(endpoint));
  }

  removeSubscriptionKey(workspace: Workspace): Promise<void> {
    return this.#delete(subscriptionKeyId(workspace));
  }

  /** Forgets everything that is stored for a workspace: its endpoints' keys, its subscription key, its headers. */
  async removeAllOf(workspace: Workspace): Promise<void> {
    await this.remove((await this.#ids()).filter((id) => belongsTo(id, workspace)));
  }

  /** What is stored for a workspace as it was, and is of no use to any that there is now. */
  async unused(before: Workspace, now: readonly Workspace[]): Promise<readonly string[]> {
    const used = new Set(now.flatMap(idsOf));
    const named = now
      .filter((workspace) => endpointsOf(workspace).length > 0)
      .map((workspace) => namedId(workspace, '').slice(0, -2));
    return (await this.#ids()).filter(
      (id) => belongsTo(id, before) && !used.has(id) && !named.some((start) => id.startsWith(start)),
    );
  }

  async remove(ids: readonly string[]): Promise<void> {
    for (const id of ids) await this.#delete(id);
  }

  /** Forgets every secret of this extension, those of storages too. */
  async removeAll(): Promise<number> {
    const all = await this.#ids();
    await this.remove(all);
    return all.length;
  }

  dispose(): void {
    this.#watching.dispose();
    this.#changed.dispose();
  }

  async #ids(): Promise<readonly string[]> {
    return [...new Set([...(await this.#secrets.keys()), ...this.#session.keys()])];
  }

  async #delete(id: string): Promise<void> {
    await this.#secrets.delete(id);
    if (this.#session.delete(id)) this.#changed.fire(id);
  }

  async #get(id: string): Promise<string | undefined> {
    return this.#session.get(id) ?? (await this.#secrets.get(id));
  }

  async #store(id: string, value: string): Promise<void> {
    try {
      await this.#secrets.store(id, value);
      this.#session.delete(id);
    } catch (error) {
      this.#log(`The secret storage refused to keep a key: ${String(error)}`);
      this.#session.set(id, value);
      this.#changed.fire(id);
      this.#sayOnce();
    }
  }

  #sayOnce(): void {
    if (this.#said) return;
    this.#said = true;
    void vscode.window.showWarningMessage(
      vscode.l10n.t('No system keyring is available. Keys last until this window is closed.'),
    );
  }
}

export function isWorkspaceToken(id: string): boolean {
  return id.startsWith('["workspaceToken"');
}

/** Whether a secret is kept for the address of a workspace. */
export function belongsTo(id: string, workspace: Workspace): boolean {
  return kinds.some((kind) => {
    const start = secretId(kind, workspace).slice(0, -1);
    return id === `${start}]` || id.startsWith(`${start},`);
  });
}

/** The ids of all that a workspace may have stored; one without services has no use for a key. */
function idsOf(workspace: Workspace): readonly string[] {
  const endpoints = endpointsOf(workspace);
  const token = workspace.managementUrl === undefined ? [] : [workspaceTokenId(workspace)];
  if (workspace.services.length === 0) return token;
  const { auth } = workspace;
  const consent = auth.type === 'microsoft' ? [microsoftConsentId(workspace, auth.scope)] : [];
  return [...token, ...consent, subscriptionKeyId(workspace), ...endpoints.map(credentialId)];
}

function credentialId(endpoint: Endpoint): string {
  const { workspace, endpointId } = endpoint;
  return workspace.auth.type === 'header'
    ? secretId('header', workspace, workspace.auth.name.toLowerCase())
    : secretId('apiKey', workspace, endpointId);
}

function microsoftConsentId(workspace: Workspace, scope: string): string {
  return secretId('microsoftConsent', workspace, scope);
}

function subscriptionKeyId(workspace: Workspace): string {
  return secretId('subscriptionKey', workspace);
}

function namedId(workspace: Workspace, name: string): string {
  return secretId('named', workspace, name);
}

/** The token fetches keys, so it belongs to the address that the keys are for as much as to the one that it is sent to. */
function workspaceTokenId(workspace: Workspace): string {
  return secretId('workspaceToken', workspace, workspace.managementUrl ?? '');
}

function secretId(kind: (typeof kinds)[number], workspace: Workspace, ...rest: readonly string[]): string {
  return JSON.stringify([kind, workspace.baseUrl, workspace.workspaceId, ...rest]);
}
