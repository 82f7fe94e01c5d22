import type * as Sdk from '@azure/storage-blob';
import { Failure } from '../protocol/failure.ts';
import { failureOfAnswer } from '../protocol/studio/errors.ts';
import type { BlobAddress, BlobReference } from '../protocol/studio/bes.ts';
import { isLoopback, type HttpClient } from '../transport/index.ts';
import { checkUnchanged, openForSending, readExactly, type OpenFile } from './localFile.ts';
import { withRetry } from './retry.ts';
import { sdkTransport, type ClockOffset } from './sdkTransport.ts';
import { SpeedMeter, type TransferProgress } from './speedMeter.ts';
import { defaultContainer, type StorageDefinition } from './storageDefinition.ts';

const MiB = 1024 * 1024;
const smallestBlock = 4 * MiB;
/** A blob's limit. Source: learn.microsoft.com rest/api/storageservices/put-block. */
const mostBlocks = 50_000;
const mostConcurrency = 8;
const blockMemory = 64 * MiB;

/** As long as the SAS of the service's own results: a job may wait behind others for its turn. */
const sasLifetimeMs = 24 * 60 * 60 * 1000;

const nothingThere = 'azureml-services-access-check';

export interface Upload {
  /** Path of a local file. */
  readonly file: string;
  /** The blob's name; there is none of that name yet. */
  readonly blob: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TransferProgress) => void;
}

export type AccessKind = 'read' | 'create';

/**
 * One container of blob storage: uploads to it and makes the references that jobs get. The SDK signs, makes SAS and
 * commits; the bytes go over the extension's own HTTP client. Rejects with `Failure`s of origin `storage`, `network` or
 * `client`.
 */
export class BlobClient {
  readonly definition: StorageDefinition;
  readonly #sdk: typeof Sdk;
  readonly #container: Sdk.ContainerClient;
  readonly #credential: Sdk.StorageSharedKeyCredential | undefined;
  readonly #clock: ClockOffset;
  #prepared: Promise<void> | undefined;

  private constructor(definition: StorageDefinition, sdk: typeof Sdk, http: HttpClient) {
    this.definition = definition;
    this.#sdk = sdk;
    this.#clock = { ms: 0 };
    this.#credential =
      definition.kind === 'account'
        ? new sdk.StorageSharedKeyCredential(definition.accountName, definition.accountKey)
        : undefined;
    const url = `${definition.blobEndpoint}/${encodeURIComponent(definition.container)}`;
    this.#container = new sdk.ContainerClient(
      definition.kind === 'sas' ? url + definition.sasToken : url,
      sdk.newPipeline(this.#credential ?? new sdk.AnonymousCredential(), {
        httpClient: sdkTransport(http, this.#clock),
        retryOptions: { maxTries: 1 },
      }),
    );
  }

  /** Loads the SDK on first use. */
  static async open(definition: StorageDefinition, http: HttpClient): Promise<BlobClient> {
    return new BlobClient(definition, await import('@azure/storage-blob'), http);
  }

  get container(): string {
    return this.definition.container;
  }

  /** Reachable from this machine only. */
  get onLoopback(): boolean {
    return isLoopback(new URL(this.definition.blobEndpoint).hostname);
  }

  /** Bytes of a file that can be sent; rejects as `upload` would before its first byte. */
  async sizeOf(path: string): Promise<number> {
    const { handle, size } = await openForSending(path);
    await handle.close();
    return size;
  }

  /** One real call that shows whether address, credential and container are right. */
  async check(signal?: AbortSignal): Promise<void> {
    const options = abortOption(signal);
    if (this.definition.kind === 'account' || this.definition.permissions.includes('l')) {
      await this.#call(() => this.#container.listBlobsFlat(options).byPage({ maxPageSize: 1 }).next());
    } else {
      await this.#call(() => this.#container.getBlobClient(nothingThere).exists(options));
    }
    this.#checkSasAllowsJobs();
  }

  /** Makes the container that a storage has when its definition names none. */
  prepare(signal?: AbortSignal): Promise<void> {
    if (this.definition.kind !== 'account' || this.container !== defaultContainer) return Promise.resolve();
    this.#prepared ??= this.createContainer(signal).catch((error: unknown) => {
      this.#prepared = undefined;
      throw error;
    });
    return this.#prepared;
  }

  /** Makes the container unless it is there. */
  async createContainer(signal?: AbortSignal): Promise<void> {
    await this.#call(() => this.#container.createIfNotExists(abortOption(signal)));
  }

  /**
   * Sends a file in parallel blocks, at most 64 MiB of them in memory. Nothing is overwritten, and until the last
   * byte is there and the file is still what it was, no blob is visible. Returns the relative location.
   */
  async upload(upload: Upload): Promise<string> {
    const file = await openForSending(upload.file);
    try {
      upload.signal?.throwIfAborted();
      const blob = this.#container.getBlockBlobClient(upload.blob);
      await (file.size <= smallestBlock
        ? this.#uploadWhole(file, blob, upload)
        : this.#uploadBlocks(file, blob, upload));
      return `${this.container}/${upload.blob}`;
    } catch (error) {
      throw upload.signal?.aborted === true ? cancelled(error) : error;
    } finally {
      await file.handle.close();
    }
  }

  /** What a job gets to read an input or to create an output: a short-lived SAS of the one blob where a key can make one. */
  reference(relativeLocation: string, access: AccessKind): BlobReference {
    return {
      baseLocation: `${this.definition.blobEndpoint}/`,
      relativeLocation,
      sasBlobToken: this.#sasToken(relativeLocation, access),
    };
  }

  /** Whether a blob is in reach: of the account with its key, of the container with a SAS. */
  holds({ baseLocation, relativeLocation }: BlobAddress): boolean {
    const { definition } = this;
    if (baseLocation !== `${definition.blobEndpoint}/`) return false;
    return definition.kind === 'account' || relativeLocation.startsWith(`${definition.container}/`);
  }

  /** The same with the account's own connection string; rejects with `NoConnectionString` where there is none. */
  connectionStringReference(relativeLocation: string): BlobReference {
    const { connectionString } = this.definition;
    if (connectionString === undefined) {
      throw new Failure({
        code: 'NoConnectionString',
        origin: 'client',
        sentence:
          'This storage is known by a container SAS, which makes no connection string. Let jobs use SAS references.',
      });
    }
    return { connectionString, relativeLocation };
  }

  /** A URL, SAS included, from which a blob of this account can be read for a while. */
  readUrl(relativeLocation: string): string {
    const path = relativeLocation.replace(/^\/+/, '').split('/').map(encodeURIComponent).join('/');
    return `${this.definition.blobEndpoint}/${path}${this.#sasToken(relativeLocation, 'read')}`;
  }

  async #uploadWhole(file: OpenFile, blob: Sdk.BlockBlobClient, upload: Upload): Promise<void> {
    const bytes = Buffer.allocUnsafe(file.size);
    await readExactly(file, bytes, 0);
    await checkUnchanged(file);
    await this.#commit(upload, (options) => blob.upload(bytes, bytes.byteLength, options));
    upload.onProgress?.({ doneBytes: file.size, totalBytes: file.size, bytesPerSecond: 0 });
  }

  async #uploadBlocks(file: OpenFile, blob: Sdk.BlockBlobClient, upload: Upload): Promise<void> {
    const blockSize = Math.max(smallestBlock, Math.ceil(file.size / mostBlocks / MiB) * MiB);
    const count = Math.ceil(file.size / blockSize);
    const concurrency = Math.max(1, Math.min(mostConcurrency, count, Math.floor(blockMemory / blockSize)));
    const meter = new SpeedMeter();
    const failed = new AbortController();
    const signal = AbortSignal.any([failed.signal, ...(upload.signal === undefined ? [] : [upload.signal])]);
    let next = 0;
    let doneBytes = 0;

    const sendBlocks = async (): Promise<void> => {
      const buffer = Buffer.allocUnsafe(blockSize);
      for (let index = next++; index < count && !signal.aborted; index = next++) {
        const bytes = buffer.subarray(0, Math.min(blockSize, file.size - index * blockSize));
        await readExactly(file, bytes, index * blockSize);
        const id = blockId(index);
        await this.#call(() => blob.stageBlock(id, bytes, bytes.byteLength, { abortSignal: signal }), signal);
        doneBytes += bytes.byteLength;
        upload.onProgress?.({ doneBytes, totalBytes: file.size, bytesPerSecond: meter.update(doneBytes) });
      }
    };
    await allOrNone(
      Array.from({ length: concurrency }, () => sendBlocks()),
      failed,
    );
    await checkUnchanged(file);
    upload.signal?.throwIfAborted();
    const ids = Array.from({ length: count }, (_, index) => blockId(index));
    await this.#commit(upload, (options) => blob.commitBlockList(ids, options));
  }

  /** Makes the blob visible. Its name is new, so a blob found there on a repetition is the one whose answer was lost. */
  #commit(upload: Upload, request: (options: CommitOptions) => Promise<unknown>): Promise<void> {
    const options: CommitOptions = { ...abortOption(upload.signal), conditions: { ifNoneMatch: '*' } };
    let attempt = 0;
    const once = async (): Promise<void> => {
      attempt++;
      try {
        await request(options);
      } catch (error) {
        const isOurs =
          attempt > 1 && error instanceof this.#sdk.RestError && error.code === 'BlobAlreadyExists';
        if (!isOurs) throw error;
      }
    };
    return this.#call(once, upload.signal);
  }

  #sasToken(relativeLocation: string, access: AccessKind): string {
    if (this.definition.kind === 'sas') return this.definition.sasToken;
    if (this.#credential === undefined) throw new TypeError('An account has a credential.');
    const [containerName, ...path] = relativeLocation.replace(/^\/+/, '').split('/');
    const { BlobSASPermissions, SASProtocol, generateBlobSASQueryParameters } = this.#sdk;
    const query = generateBlobSASQueryParameters(
      {
        containerName: containerName ?? '',
        blobName: path.join('/'),
        permissions: BlobSASPermissions.parse(access === 'read' ? 'r' : 'cw'),
        // Without a start, and ending by the storage's own clock, it works wherever this machine's clock stands.
        expiresOn: new Date(Date.now() + this.#clock.ms + sasLifetimeMs),
        protocol: this.definition.blobEndpoint.startsWith('http:')
          ? SASProtocol.HttpsAndHttp
          : SASProtocol.Https,
      },
      this.#credential,
    );
    return `?${query.toString()}`;
  }

  #checkSasAllowsJobs(): void {
    if (this.definition.kind === 'account') return;
    const { permissions } = this.definition;
    // Without permissions in the token, a stored access policy holds them.
    if (permissions === '' || (permissions.includes('r') && /[cw]/.test(permissions))) return;
    throw new Failure({
      code: 'SasTooNarrow',
      origin: 'client',
      sentence: `The SAS has the permissions "${permissions}". Jobs need read, and create or write.`,
    });
  }

  #call<T>(request: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return withRetry(async () => {
      try {
        return await request();
      } catch (error) {
        throw this.#failureOf(error);
      }
    }, signal);
  }

  #failureOf(error: unknown): unknown {
    if (!(error instanceof this.#sdk.RestError)) return error;
    if (error.cause instanceof Failure) return error.cause;
    const { response } = error;
    if (response === undefined) return error;
    return failureOfAnswer({
      status: response.status,
      headers: [...response.headers],
      bodyText: response.bodyAsText ?? '',
      url: response.request.url,
      method: response.request.method,
      requestKind: 'storage',
    });
  }
}

/** Waits for all workers; the first failure stops the others, and is thrown once they have stopped. */
async function allOrNone(workers: readonly Promise<void>[], stop: AbortController): Promise<void> {
  let first: { readonly error: unknown } | undefined;
  await Promise.all(
    workers.map((worker) =>
      worker.catch((error: unknown) => {
        first ??= { error };
        stop.abort();
      }),
    ),
  );
  if (first !== undefined) throw first.error;
}

function blockId(index: number): string {
  return Buffer.from(String(index).padStart(8, '0')).toString('base64');
}

interface CommitOptions {
  readonly abortSignal?: AbortSignal;
  readonly conditions: { readonly ifNoneMatch: string };
}

function abortOption(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}

function cancelled(cause: unknown): Failure {
  return new Failure({ code: 'Cancelled', origin: 'client', sentence: 'The upload was cancelled.', cause });
}
