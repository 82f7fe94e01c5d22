import { join } from 'node:path';
import * as vscode from 'vscode';
import * as v from 'valibot';
import { Failure } from '../protocol/failure.ts';
import type { BlobAddress, BlobReference } from '../protocol/studio/bes.ts';
import { parseArguments } from '../shared/arguments.ts';
import type { Feature, Foundation } from '../shared/feature.ts';
import { isProgramCall } from '../shared/invocation.ts';
import { BlobAddresses } from './blobAddresses.ts';
import { BlobClient, type BlobTools } from './blobClient.ts';
import { StorageSecrets } from './secrets.ts';
import { askForStorage } from './setStorage.ts';
import { containerName, defaultContainer, defineStorage, type StorageSecret } from './storageDefinition.ts';
import { UnfinishedUploads } from './unfinishedUploads.ts';

export type { AccessKind, BlobClient, BlobPage, ListedBlob, Upload } from './blobClient.ts';
export {
  blobBeginning,
  blobExtent,
  downloadBytes,
  downloadToFile,
  type BlobExtent,
  type Download,
} from './download.ts';
export type { TransferProgress } from './speedMeter.ts';
export { transferText } from './transferWords.ts';

/** Blob storage for the inputs and results of batch jobs, by name. */
export interface Storage extends Feature<'storage'> {
  readonly onDidChange: vscode.Event<void>;
  names(): Promise<readonly string[]>;
  /** Rejects with `UnknownStorage`. */
  open(name: string): Promise<BlobClient>;
  /** The container of a storage that nobody has named here, such as one that an answer tells. */
  openConnectionString(connectionString: string, container: string): Promise<BlobClient>;
  /** Keeps the SAS of a blob's URL, for `blobReference`. */
  keepSas(blobUrl: string): Promise<void>;
  /** What a job gets to read a blob by its URL: a SAS that is kept or made for it, where there is one. */
  blobReference(address: BlobAddress): Promise<BlobReference>;
  /** Lets the user choose a storage or add one; undefined when dismissed. */
  pick(title: string, preferred?: string, placeHolder?: string): Promise<string | undefined>;
}

export function createStorage(foundation: Foundation): Storage {
  return new NamedStorages(foundation);
}

const setStorageArguments = v.strictObject({
  name: v.pipe(v.string(), v.trim(), v.nonEmpty()),
  /** A connection string; the SAS URL of a container is taken too. */
  connectionString: v.pipe(v.string(), v.trim(), v.nonEmpty()),
  container: v.optional(v.string()),
});

const removeStorageArguments = v.strictObject({ name: v.pipe(v.string(), v.nonEmpty()) });

class NamedStorages implements Storage {
  readonly #foundation: Foundation;
  readonly #secrets: StorageSecrets;
  readonly #tools: BlobTools;
  readonly #addresses: BlobAddresses;
  readonly #clients = new Map<string, Promise<BlobClient>>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #watching: vscode.Disposable;

  readonly onDidChange = this.#changed.event;
  readonly commands = {
    setStorage: (...args: readonly unknown[]) => (isProgramCall(args) ? this.#set(args[0]) : this.#ask()),
    removeStorage: (...args: readonly unknown[]) => this.#remove(args),
  };

  constructor(foundation: Foundation) {
    this.#foundation = foundation;
    this.#secrets = new StorageSecrets(foundation.context.secrets, foundation.log);
    this.#tools = {
      unfinished: new UnfinishedUploads(join(foundation.context.globalStorageUri.fsPath, 'uploads')),
      log: (line) => foundation.log.info(line),
    };
    this.#addresses = new BlobAddresses(foundation.context.secrets, foundation.log);
    this.#watching = foundation.context.secrets.onDidChange(({ key }) => {
      if (this.#secrets.isStorage(key)) this.#forgetClients();
    });
  }

  names(): Promise<readonly string[]> {
    return this.#secrets.names();
  }

  open(name: string): Promise<BlobClient> {
    let client = this.#clients.get(name);
    if (client === undefined) {
      client = this.#openNew(name);
      this.#clients.set(name, client);
      client.catch(() => this.#clients.delete(name));
    }
    return client;
  }

  async openConnectionString(connectionString: string, container: string): Promise<BlobClient> {
    const definition = defineStorage({ kind: 'connectionString', connectionString, container });
    return BlobClient.open(definition, await this.#foundation.http());
  }

  keepSas(blobUrl: string): Promise<void> {
    return this.#addresses.keepSas(blobUrl);
  }

  blobReference(address: BlobAddress): Promise<BlobReference> {
    return this.#addresses.reference(address, this);
  }

  async pick(
    title: string,
    preferred?: string,
    placeHolder = vscode.l10n.t('Where inputs are uploaded to and results are written'),
  ): Promise<string | undefined> {
    const names = [...(await this.names())];
    if (names.length === 0) return this.#ask();
    const add: vscode.QuickPickItem = { label: vscode.l10n.t('$(add) Add a storage…'), alwaysShow: true };
    const items = names
      .sort((a, b) => Number(b === preferred) - Number(a === preferred))
      .map((name): vscode.QuickPickItem => ({ label: name }));
    const chosen = await vscode.window.showQuickPick([...items, add], {
      title,
      placeHolder,
      ignoreFocusOut: true,
    });
    if (chosen === undefined) return undefined;
    return chosen === add ? this.#ask() : chosen.label;
  }

  dispose(): void {
    this.#watching.dispose();
    this.#changed.dispose();
  }

  async #openNew(name: string): Promise<BlobClient> {
    const secret = await this.#secrets.get(name);
    if (secret === undefined) throw await this.#unknown(name);
    return BlobClient.open(defineStorage(secret), await this.#foundation.http(), this.#tools);
  }

  async #unknown(name: string): Promise<Failure> {
    const names = await this.names();
    return new Failure({
      code: 'UnknownStorage',
      origin: 'client',
      sentence:
        names.length === 0
          ? vscode.l10n.t('No storage is known. Add one with "Azure ML: Set storage…".')
          : vscode.l10n.t('There is no storage "{0}". There are: {1}.', name, names.join(', ')),
    });
  }

  async #set(call: unknown): Promise<void> {
    const { name, connectionString, container } = parseArguments('setStorage', setStorageArguments, call);
    const secret: StorageSecret = /^https?:/i.test(connectionString)
      ? { kind: 'containerSas', url: connectionString }
      : {
          kind: 'connectionString',
          connectionString,
          container: containerName(container ?? defaultContainer),
        };
    defineStorage(secret);
    await this.#store(name, secret);
  }

  async #ask(): Promise<string | undefined> {
    const http = await this.#foundation.http();
    const asked = await askForStorage(await this.names(), (definition) => BlobClient.open(definition, http));
    if (asked === undefined) return undefined;
    await this.#store(asked.name, asked.secret);
    return asked.name;
  }

  async #store(name: string, secret: StorageSecret): Promise<void> {
    await this.#secrets.store(name, secret);
    this.#forgetClients();
  }

  async #remove(args: readonly unknown[]): Promise<void> {
    if (isProgramCall(args)) {
      await this.#secrets.remove(parseArguments('removeStorage', removeStorageArguments, args[0]).name);
    } else {
      const name = await vscode.window.showQuickPick([...(await this.names())], {
        title: vscode.l10n.t('Remove storage'),
        placeHolder: vscode.l10n.t('Its credential is forgotten; nothing in the storage itself changes'),
      });
      if (name === undefined) return;
      await this.#secrets.remove(name);
    }
    this.#forgetClients();
  }

  #forgetClients(): void {
    this.#clients.clear();
    this.#changed.fire();
  }
}
