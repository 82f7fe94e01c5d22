import * as vscode from 'vscode';
import type { Endpoint, Workspace } from './model.ts';

export type SecretKind = 'apiKey' | 'subscriptionKey' | 'header';

/**
 * The keys of the catalog. A secret's id is made from what it belongs to (base URL, workspace, endpoint or header), so a
 * settings file that points a workspace at another host finds no key there.
 */
export class CatalogSecrets {
  readonly #secrets: vscode.SecretStorage;
  readonly #log: (line: string) => void;
  /** Keys that the secret storage refused: they live as long as this window. */
  readonly #session = new Map<string, string>();
  #said = false;

  constructor(secrets: vscode.SecretStorage, log: (line: string) => void) {
    this.#secrets = secrets;
    this.#log = log;
  }

  apiKey(endpoint: Endpoint): Promise<string | undefined> {
    return this.#get(apiKeyId(endpoint));
  }

  subscriptionKey(workspace: Workspace): Promise<string | undefined> {
    return this.#get(subscriptionKeyId(workspace));
  }

  headerValue(workspace: Workspace, name: string): Promise<string | undefined> {
    return this.#get(headerId(workspace, name));
  }

  storeApiKey(endpoint: Endpoint, key: string): Promise<void> {
    return this.#store(apiKeyId(endpoint), key);
  }

  storeSubscriptionKey(workspace: Workspace, key: string): Promise<void> {
    return this.#store(subscriptionKeyId(workspace), key);
  }

  storeHeaderValue(workspace: Workspace, name: string, value: string): Promise<void> {
    return this.#store(headerId(workspace, name), value);
  }

  async removeApiKey(endpoint: Endpoint): Promise<void> {
    await this.#delete(apiKeyId(endpoint));
  }

  async removeSubscriptionKey(workspace: Workspace): Promise<void> {
    await this.#delete(subscriptionKeyId(workspace));
  }

  /** Forgets everything that is stored for a workspace: its endpoints' keys, its subscription key, its headers. */
  async removeAllOf(workspace: Workspace): Promise<number> {
    const mine = (await this.#ids()).filter((id) => belongsTo(id, workspace));
    for (const id of mine) await this.#delete(id);
    return mine.length;
  }

  /** Forgets every secret of this extension, those of storages too. */
  async removeAll(): Promise<number> {
    const all = await this.#ids();
    for (const id of all) await this.#delete(id);
    return all.length;
  }

  async #ids(): Promise<readonly string[]> {
    return [...new Set([...(await this.#secrets.keys()), ...this.#session.keys()])];
  }

  async #delete(id: string): Promise<void> {
    this.#session.delete(id);
    await this.#secrets.delete(id);
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

/** Takes what people paste around a key away: the scheme, quotes, line ends, spaces. */
export function cleanKey(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replace(/^authorization\s*:\s*/i, '')
    .replaceAll(/^["'`]+|["'`,;]+$/g, '')
    .replace(/^bearer\s+/i, '')
    .replaceAll(/["'`\s]/g, '');
}

function apiKeyId(endpoint: Endpoint): string {
  return secretId('apiKey', endpoint.workspace, endpoint.endpointId);
}

function subscriptionKeyId(workspace: Workspace): string {
  return secretId('subscriptionKey', workspace);
}

function headerId(workspace: Workspace, name: string): string {
  return secretId('header', workspace, name.toLowerCase());
}

function secretId(kind: SecretKind, workspace: Workspace, ...rest: readonly string[]): string {
  return JSON.stringify([kind, location(workspace), workspace.workspaceId, ...rest]);
}

function belongsTo(id: string, workspace: Workspace): boolean {
  const kinds: readonly SecretKind[] = ['apiKey', 'subscriptionKey', 'header'];
  return kinds.some((kind) => {
    const start = secretId(kind, workspace).slice(0, -1);
    return id === `${start}]` || id.startsWith(`${start},`);
  });
}

function location(workspace: Workspace): string {
  const { origin, pathname } = new URL(workspace.baseUrl);
  return origin + pathname.replace(/\/+$/, '');
}
