import type * as Sdk from '@azure/storage-blob';
import { Failure } from '../protocol/failure.ts';
import { failureOfAnswer } from '../protocol/studio/errors.ts';
import type { BlobAddress, BlobReference } from '../protocol/studio/bes.ts';
import { abortable } from '../shared/abortable.ts';
import { isLoopback, type HttpClient } from '../transport/index.ts';
import { smallestBlock, uploadBlocks, type StagedBlocks } from './blockUpload.ts';
import { checkUnchanged, openForSending, readExactly, type OpenFile } from './localFile.ts';
import { withRetry } from './retry.ts';
import { sdkTransport, type ClockOffset } from './sdkTransport.ts';
import type { TransferProgress } from './speedMeter.ts';
import { defaultContainer, type StorageDefinition } from './storageDefinition.ts';
import type { BegunUpload, UnfinishedUploads } from './unfinishedUploads.ts';

/** As long as the SAS of the service's own results: a job may wait behind others for its turn. */
const sasLifetimeMs = 24 * 60 * 60 * 1000;

const nothingThere = 'azureml-services-access-check';

export interface Upload {
  /** Path of a local file. */
  readonly file: string;
  /** The blob's name; there is none of that name yet. An upload that is taken up again keeps the name that it had. */
  readonly blob: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TransferProgress) => void;
}

/** One page of a folder of a container. */
export interface BlobPage {
  /** Whole names, which end in `/`. */
  readonly folders: readonly string[];
  readonly blobs: readonly ListedBlob[];
  /** Where the next page begins; undefined of the last one. */
  readonly next: string | undefined;
}

export interface ListedBlob {
  /** With the names of its folders. */
  readonly name: string;
  readonly bytes: number;
  readonly modified: Date;
}

export interface PageOptions {
  /** `next` of the page before. */
  readonly from?: string | undefined;
  readonly signal?: AbortSignal;
  /** Folders and blobs on a page, at most. */
  readonly most?: number;
}

export interface BlobTools {
  /** Where uploads are written down, so that they can be taken up again. */
  readonly unfinished?: UnfinishedUploads;
  /** Told what a person may want to know of an upload; holds no credential. */
  readonly log?: (line: string) => void;
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
  readonly #tools: BlobTools;
  #prepared: Promise<void> | undefined;

  private constructor(definition: StorageDefinition, sdk: typeof Sdk, http: HttpClient, tools: BlobTools) {
    this.definition = definition;
    this.#tools = tools;
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
  static async open(
    definition: StorageDefinition,
    http: HttpClient,
    tools: BlobTools = {},
  ): Promise<BlobClient> {
    return new BlobClient(definition, await import('@azure/storage-blob'), http, tools);
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
    // Several jobs wait for one request, which the end of one of them must not break off.
    this.#prepared ??= this.createContainer().catch((error: unknown) => {
      this.#prepared = undefined;
      throw error;
    });
    return abortable(this.#prepared, signal);
  }

  /** Makes the container unless it is there. */
  async createContainer(signal?: AbortSignal): Promise<void> {
    await this.#call(() => this.#container.createIfNotExists(abortOption(signal)));
  }

  /**
   * Sends a file in parallel blocks, at most 64 MiB of them in memory. Nothing is overwritten, and until the last
   * byte is there and the file is still what it was, no blob is visible. An upload of the same unchanged file that was
   * broken off is gone on with. Returns the relative location.
   */
  async upload(upload: Upload): Promise<string> {
    const file = await openForSending(upload.file);
    try {
      upload.signal?.throwIfAborted();
      const blob = await (file.size <= smallestBlock
        ? this.#uploadWhole(file, upload)
        : this.#uploadBlocks(file, upload));
      return `${this.container}/${blob}`;
    } catch (error) {
      throw upload.signal?.aborted === true ? cancelled(error) : error;
    } finally {
      await file.handle.close();
    }
  }

  /** Whether a blob of the container is there. */
  async exists(blob: string, signal?: AbortSignal): Promise<boolean> {
    return this.#call(() => this.#container.getBlobClient(blob).exists(abortOption(signal)), signal);
  }

  /**
   * What is in a folder, whose name ends in `/`; the container itself has an empty name. Storage may cut a page short.
   * Rejects with `SasTooNarrow` where the SAS does not list.
   */
  async list(folder: string, { from, signal, most = 300 }: PageOptions = {}): Promise<BlobPage> {
    this.#checkSasLists();
    const page = await this.#call(async () => {
      const pages = this.#container
        .listBlobsByHierarchy('/', { prefix: folder, ...abortOption(signal) })
        .byPage({ maxPageSize: most, ...(from === undefined ? {} : { continuationToken: from }) });
      for await (const first of pages) return first;
      return undefined;
    }, signal);
    return {
      folders: (page?.segment.blobPrefixes ?? []).map(({ name }) => name),
      blobs: (page?.segment.blobItems ?? []).map(({ name, properties }) => ({
        name,
        bytes: properties.contentLength ?? 0,
        modified: properties.lastModified,
      })),
      next: page?.continuationToken === '' ? undefined : page?.continuationToken,
    };
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

  async #uploadWhole(file: OpenFile, upload: Upload): Promise<string> {
    const blob = this.#container.getBlockBlobClient(upload.blob);
    const bytes = Buffer.allocUnsafe(file.size);
    await readExactly(file, bytes, 0);
    await checkUnchanged(file);
    await this.#commit(upload, (options) => blob.upload(bytes, bytes.byteLength, options));
    upload.onProgress?.({ doneBytes: file.size, totalBytes: file.size, bytesPerSecond: 0 });
    return upload.blob;
  }

  /** Returns the blob's name. */
  async #uploadBlocks(file: OpenFile, upload: Upload): Promise<string> {
    const { signal, onProgress } = upload;
    const begun = await this.#begin(file, upload);
    const blob = this.#container.getBlockBlobClient(begun.name);
    try {
      await uploadBlocks({
        file,
        target: {
          stage: (id, bytes, abortSignal) =>
            this.#call(() => blob.stageBlock(id, bytes, bytes.byteLength, { abortSignal }), abortSignal),
          staged: async () => (await this.#blocksOf(blob, signal)).staged,
          commit: (ids) => this.#commit(upload, (options) => blob.commitBlockList([...ids], options)),
        },
        staged: begun.staged,
        onLost: (blocks) =>
          this.#tools.log?.(`The storage has lost ${blocks} blocks of ${begun.name}. They are sent again.`),
        ...(signal === undefined ? {} : { signal }),
        ...(onProgress === undefined ? {} : { onProgress }),
      });
    } catch (error) {
      const isOver = error instanceof Failure && endings.has(error.code);
      await (isOver ? begun.record?.end() : begun.record?.leave());
      throw error;
    }
    await begun.record?.end();
    return begun.name;
  }

  /** A new upload, or an earlier one of the same file that was broken off. */
  async #begin(file: OpenFile, { blob, signal }: Upload): Promise<Begun> {
    const { unfinished, log } = this.#tools;
    const container = `${this.definition.blobEndpoint}/${this.container}`;
    const left = await unfinished?.takeUp(container, file);
    if (left !== undefined) {
      try {
        const { staged, isBlob } = await this.#blocksOf(
          this.#container.getBlockBlobClient(left.blob),
          signal,
        );
        if (!isBlob) {
          log?.(`${left.blob} is taken up again: ${staged.size} blocks of it are at the storage.`);
          return { name: left.blob, staged, record: left };
        }
      } catch (error) {
        await left.leave();
        throw error;
      }
      // It was whole when its window ended, and may be some job's input.
      await left.end();
    }
    const record = await unfinished?.begin(container, blob, file);
    return { name: blob, staged: new Map(), record };
  }

  async #blocksOf(
    blob: Sdk.BlockBlobClient,
    signal: AbortSignal | undefined,
  ): Promise<{ staged: StagedBlocks; isBlob: boolean }> {
    try {
      const { uncommittedBlocks = [], committedBlocks = [] } = await this.#call(
        () => blob.getBlockList('all', abortOption(signal)),
        signal,
      );
      const staged = new Map(uncommittedBlocks.map(({ name, size }) => [name, size]));
      return { staged, isBlob: committedBlocks.length > 0 };
    } catch (error) {
      if (error instanceof Failure && error.status === 404) return { staged: new Map(), isBlob: false };
      throw error;
    }
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

  #checkSasLists(): void {
    if (this.definition.kind === 'account') return;
    const { permissions } = this.definition;
    if (permissions === '' || permissions.includes('l')) return;
    throw new Failure({
      code: 'SasTooNarrow',
      origin: 'client',
      sentence: `The SAS has the permissions "${permissions}". To show what is in the container it needs list.`,
    });
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

/** How an upload ends for good: sent again, it begins anew. */
const endings: ReadonlySet<string> = new Set(['FileChanged', 'BlobAlreadyExists']);

interface Begun {
  /** The blob's. */
  readonly name: string;
  readonly staged: StagedBlocks;
  readonly record: BegunUpload | undefined;
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
