import type * as vscode from 'vscode';
import { parseBlobUrl, type BlobAddress, type BlobReference } from '../protocol/studio/bes.ts';
import type { BlobClient } from './blobClient.ts';

type NamedStorages = {
  names(): Promise<readonly string[]>;
  open(name: string): Promise<BlobClient>;
};

/** Blobs by their URLs, and the SAS that open them: those are in the secret storage, one for each URL. */
export class BlobAddresses {
  readonly #secrets: vscode.SecretStorage;
  readonly #log: vscode.LogOutputChannel;
  /** What the secret storage refused to keep: it lives as long as this window. */
  readonly #session = new Map<string, string>();

  constructor(secrets: vscode.SecretStorage, log: vscode.LogOutputChannel) {
    this.#secrets = secrets;
    this.#log = log;
  }

  /** Keeps the SAS of a blob's URL. */
  async keepSas(blobUrl: string): Promise<void> {
    const address = parseBlobUrl(blobUrl);
    if (address?.sasToken === undefined) return;
    try {
      await this.#secrets.store(idOf(address), address.sasToken);
      this.#session.delete(address.url);
    } catch {
      this.#log.warn('The secret storage refused to keep a SAS; it is kept until this window is closed.');
      this.#session.set(address.url, address.sasToken);
    }
  }

  /**
   * What a job gets to read the blob: the SAS that is kept for its URL, else one made with the key of the storage that it
   * is in, else nothing, which is enough for a public blob.
   */
  async reference(address: BlobAddress, storages: NamedStorages): Promise<BlobReference> {
    const kept = this.#session.get(address.url) ?? (await this.#secrets.get(idOf(address)));
    const { baseLocation, relativeLocation } = address;
    if (kept !== undefined) return { baseLocation, relativeLocation, sasBlobToken: kept };
    for (const name of await storages.names()) {
      const client = await storages.open(name);
      if (client.holds(address)) return client.reference(relativeLocation, 'read');
    }
    return { baseLocation, relativeLocation };
  }
}

function idOf({ url }: BlobAddress): string {
  return JSON.stringify(['blobSas', url]);
}
