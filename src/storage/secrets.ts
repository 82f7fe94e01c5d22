import * as vscode from 'vscode';
import * as v from 'valibot';
import type { StorageSecret } from './storageDefinition.ts';

const storedShape = v.variant('kind', [
  v.object({ kind: v.literal('connectionString'), connectionString: v.string(), container: v.string() }),
  v.object({ kind: v.literal('containerSas'), url: v.string() }),
]);

const idShape = v.tuple([v.literal('storage'), v.string()]);

/** The named storages: nothing of them is anywhere but in the secret storage. */
export class StorageSecrets {
  readonly #secrets: vscode.SecretStorage;
  readonly #log: vscode.LogOutputChannel;
  /** What the secret storage refused to keep: it lives as long as this window. */
  readonly #session = new Map<string, StorageSecret>();

  constructor(secrets: vscode.SecretStorage, log: vscode.LogOutputChannel) {
    this.#secrets = secrets;
    this.#log = log;
  }

  async names(): Promise<readonly string[]> {
    const stored = (await this.#secrets.keys()).flatMap((id) => nameOf(id) ?? []);
    return [...new Set([...stored, ...this.#session.keys()])].sort((a, b) => a.localeCompare(b));
  }

  async get(name: string): Promise<StorageSecret | undefined> {
    const session = this.#session.get(name);
    if (session !== undefined) return session;
    const text = await this.#secrets.get(idOf(name));
    return text === undefined ? undefined : v.parse(storedShape, JSON.parse(text));
  }

  async store(name: string, secret: StorageSecret): Promise<void> {
    try {
      await this.#secrets.store(idOf(name), JSON.stringify(secret));
      this.#session.delete(name);
    } catch {
      this.#log.warn('The secret storage refused to keep a storage; it is kept until this window is closed.');
      this.#session.set(name, secret);
    }
  }

  async remove(name: string): Promise<void> {
    this.#session.delete(name);
    await this.#secrets.delete(idOf(name));
  }

  /** Whether a change of the secret storage was about a storage. */
  isStorage(id: string): boolean {
    return nameOf(id) !== undefined;
  }
}

function idOf(name: string): string {
  return JSON.stringify(['storage', name]);
}

function nameOf(id: string): string | undefined {
  if (!id.startsWith('["storage"')) return undefined;
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), idShape), id);
  return parsed.success ? parsed.output[1] : undefined;
}
