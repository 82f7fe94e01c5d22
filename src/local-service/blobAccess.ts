import { Readable } from 'node:stream';

import {
  AnonymousCredential,
  BlobSASPermissions,
  BlobServiceClient,
  BlockBlobClient,
  RestError,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';

import { connectionStringMembers, fileFormat, splitLocation } from './blobReference.ts';
import type { BlobReference } from './blobReference.ts';
import type { BlobStorage } from './blobStorage.ts';
import { Refusal } from './mistakes.ts';

/** How a finished job's output is handed out, as the members of `AzureBlobDataReference`. */
export interface ReadableLocation {
  readonly ConnectionString: null;
  readonly RelativeLocation: string;
  readonly BaseLocation: string;
  readonly SasBlobToken: string;
}

const BLOCK_BYTES = 4 * 1024 * 1024;
const BLOCKS_IN_FLIGHT = 4;
const READ_RETRIES = 3;
const CHECK_TIMEOUT_MS = 20_000;
const SAS_LIFETIME_MS = 24 * 60 * 60 * 1000;

/** A SAS starts a little in the past, for readers whose clock is behind. */
const CLOCK_SKEW_MS = 5 * 60 * 1000;

const CLIENT_OPTIONS = { retryOptions: { maxTries: 3, retryDelayInMs: 200, maxRetryDelayInMs: 2000 } };

/** Reads and writes the blobs that jobs refer to, in the local storage or in any other. */
export class BlobAccess {
  readonly #local: BlobStorage;

  constructor(local: BlobStorage) {
    this.#local = local;
  }

  /** @throws Refusal when the blob is not there or cannot be read. */
  async checkReadable(reference: BlobReference, port: string): Promise<void> {
    const location = reference.relativeLocation;
    try {
      await this.#client(reference, port).getProperties({
        abortSignal: AbortSignal.timeout(CHECK_TIMEOUT_MS),
      });
    } catch (error) {
      if (error instanceof Refusal) throw error;
      if (isNotFound(error)) throw new Refusal('blobNotFound', { location, port });
      throw new Refusal('blobUnreadable', { location, port, reason: storageReason(error) });
    }
  }

  async read(reference: BlobReference, signal: AbortSignal): Promise<Readable> {
    const options = { abortSignal: signal, maxRetryRequests: READ_RETRIES };
    const { readableStreamBody: body } = await this.#client(reference, 'input').download(
      0,
      undefined,
      options,
    );
    return requireReadable(body);
  }

  /** Writes a blob; what is there before is replaced at the end, in one step. */
  async write(reference: BlobReference, content: Readable, signal: AbortSignal): Promise<void> {
    const options = { abortSignal: signal, blobHTTPHeaders: { blobContentType: contentType(reference) } };
    await this.#client(reference, 'output').uploadStream(content, BLOCK_BYTES, BLOCKS_IN_FLIGHT, options);
  }

  /**
   * A location with a fresh SAS that reads this one blob for a day. A blob outside the local account
   * that was given by SAS comes back with the SAS that was given.
   */
  async readable(reference: BlobReference): Promise<ReadableLocation> {
    const { relativeLocation } = reference;
    const client = this.#client(this.#withKey(reference), 'output');
    const sasUrl =
      client.credential instanceof StorageSharedKeyCredential ? await readSasUrl(client) : client.url;
    const base =
      reference.kind === 'sas' ? reference.baseLocation : this.#serviceUrl(reference.connectionString);
    return {
      ConnectionString: null,
      RelativeLocation: relativeLocation,
      BaseLocation: base,
      SasBlobToken: new URL(sasUrl).search,
    };
  }

  #client(reference: BlobReference, port: string): BlockBlobClient {
    if (reference.kind === 'sas') {
      return new BlockBlobClient(sasUrlOf(reference), new AnonymousCredential(), CLIENT_OPTIONS);
    }
    const { container, blob } = splitLocation(reference.relativeLocation);
    return this.#serviceClient(reference.connectionString, port)
      .getContainerClient(container)
      .getBlockBlobClient(blob);
  }

  #serviceClient(connectionString: string, port: string): BlobServiceClient {
    try {
      return BlobServiceClient.fromConnectionString(this.#withEndpoint(connectionString), CLIENT_OPTIONS);
    } catch (error) {
      throw new Refusal('connectionStringInvalid', { port, reason: storageReason(error) });
    }
  }

  #serviceUrl(connectionString: string): string {
    const url = new URL(this.#serviceClient(connectionString, 'output').url);
    return `${url.origin}${url.pathname.replace(/\/*$/, '/')}`;
  }

  /** Samples name the account and its key only, which in Azure is enough to find it. */
  #withEndpoint(connectionString: string): string {
    const members = connectionStringMembers(connectionString);
    if (members.get('AccountName') !== this.#local.account || members.has('BlobEndpoint'))
      return connectionString;
    return `${connectionString};BlobEndpoint=${this.#local.endpoint.slice(0, -1)}`;
  }

  #withKey(reference: BlobReference): BlobReference {
    if (reference.kind !== 'sas' || reference.baseLocation !== this.#local.endpoint) return reference;
    const { relativeLocation } = reference;
    return { kind: 'connectionString', connectionString: this.#local.connectionString, relativeLocation };
  }
}

/** Base, relative location and token are put together as clients do it: escapes stay, what has to be escaped is. */
function sasUrlOf(reference: BlobReference & { kind: 'sas' }): string {
  const path = reference.relativeLocation
    .replace(/%(?![0-9a-f]{2})/gi, '%25')
    .replace(/[?#]/g, (character) => encodeURIComponent(character));
  return new URL(`${reference.baseLocation}${path}${reference.sasBlobToken}`).href;
}

function readSasUrl(client: BlockBlobClient): Promise<string> {
  const now = Date.now();
  return client.generateSasUrl({
    permissions: BlobSASPermissions.parse('r'),
    startsOn: new Date(now - CLOCK_SKEW_MS),
    expiresOn: new Date(now + SAS_LIFETIME_MS),
  });
}

function contentType(reference: BlobReference): string {
  const format = fileFormat(reference.relativeLocation);
  return format === 'tsv' ? 'text/tab-separated-values' : format === 'csv' ? 'text/csv' : 'text/plain';
}

function isNotFound(error: unknown): boolean {
  return error instanceof RestError && error.statusCode === 404;
}

/** Why a storage call failed, in one line and without the URL, which may carry a SAS. */
export function storageReason(error: unknown): string {
  if (error instanceof RestError && error.statusCode !== undefined) {
    return `the storage answered ${error.statusCode} ${error.code ?? ''}`.trim();
  }
  if (error instanceof RestError) return `the storage cannot be reached (${error.code ?? 'no answer'})`;
  if (error instanceof Error && error.name === 'AbortError') return 'the storage did not answer in time';
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
}

function requireReadable(body: NodeJS.ReadableStream | undefined): Readable {
  if (body instanceof Readable) return body;
  throw new Error('The storage SDK gave no stream.');
}
