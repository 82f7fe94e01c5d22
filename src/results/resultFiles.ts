import { extname } from 'node:path';
import * as vscode from 'vscode';
import type { Jobs, JobResult } from '../jobs/index.ts';
import { Failure } from '../protocol/failure.ts';
import { schemes } from '../shared/contributions.ts';
import type { ReadonlyFiles } from '../shared/lazyFileSystem.ts';
import { blobExtent, downloadBytes, type BlobExtent } from '../storage/index.ts';
import type { HttpClient, RenewUrl } from '../transport/index.ts';
import { openRangeSource, type ByteSource } from './table/index.ts';

/** What a text document takes; VS Code refuses bigger ones. */
export const textLimit = 50 * 1024 * 1024;

/** How long a URL with its SAS is used again, far below the life of the SAS. */
const freshMs = 5 * 60_000;
const mostKept = 100;

/** A result with its size. */
export interface OpenableResult extends JobResult {
  readonly extent: BlobExtent;
  /** Asks the service for a new SAS. */
  readonly freshUrl: RenewUrl;
}

interface Kept {
  readonly result: Promise<OpenableResult>;
  readonly until: number;
}

/**
 * The outputs of jobs as read-only files, `azureml-result:/<job>/<output>.csv`: read whole from the blob whenever VS Code
 * asks, after a reload too, with a fresh SAS from the service.
 */
export class ResultFiles implements ReadonlyFiles {
  readonly #jobs: Jobs;
  readonly #http: () => Promise<HttpClient>;
  readonly #kept = new Map<string, Kept>();

  constructor(jobs: Jobs, http: () => Promise<HttpClient>) {
    this.#jobs = jobs;
    this.#http = http;
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { extent } = await this.#resultAt(uri);
    const time = extent.modified?.getTime() ?? 0;
    return {
      type: vscode.FileType.File,
      size: extent.size,
      ctime: time,
      mtime: time,
      permissions: vscode.FilePermission.Readonly,
    };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const { url, freshUrl } = await this.#resultAt(uri);
    return downloadBytes(await this.#http(), { url, freshUrl }, textLimit);
  }

  /** The bytes of an output, read from the blob piece by piece, with a new SAS whenever the last one has ended. */
  async openSource(uri: vscode.Uri, signal: AbortSignal): Promise<ByteSource> {
    const { jobId, output } = partsOf(uri);
    const freshUrl: RenewUrl = async (asked) => (await this.#jobs.result(jobId, output, asked)).url;
    return openRangeSource({ http: await this.#http(), url: await freshUrl(signal), freshUrl, signal });
  }

  /** Asks the service for the output, unless it was asked a moment ago. */
  async find(jobId: string, output: string | undefined): Promise<OpenableResult> {
    const key = keyOf(jobId, output);
    const kept = this.#kept.get(key);
    if (kept !== undefined && kept.until > Date.now()) return kept.result;
    const result = this.#ask(jobId, output);
    this.#kept.set(key, { result, until: Date.now() + freshMs });
    for (const oldest of this.#kept.keys()) if (this.#kept.size > mostKept) this.#kept.delete(oldest);
    result.catch(() => this.#kept.delete(key));
    return result;
  }

  async #ask(jobId: string, output: string | undefined): Promise<OpenableResult> {
    const result = await this.#jobs.result(jobId, output);
    const extent = await blobExtent(await this.#http(), { url: result.url });
    const freshUrl: RenewUrl = async (signal) => {
      const { url } = await this.#jobs.result(jobId, result.output, signal);
      this.#kept.delete(keyOf(jobId, output));
      return url;
    };
    return { ...result, extent, freshUrl };
  }

  async #resultAt(uri: vscode.Uri): Promise<OpenableResult> {
    const { jobId, output } = partsOf(uri);
    try {
      return await this.find(jobId, output);
    } catch (error) {
      if (error instanceof Failure && notThere.has(error.code))
        throw vscode.FileSystemError.FileNotFound(error.sentence);
      if (error instanceof Failure) throw vscode.FileSystemError.Unavailable(error.sentence);
      throw error;
    }
  }
}

function keyOf(jobId: string, output: string | undefined): string {
  return JSON.stringify([jobId, output]);
}

const notThere: ReadonlySet<string> = new Set(['UnknownJob', 'UnknownOutput', 'NoResults', 'BlobNotFound']);

/** The file's name has the extension of the blob, which gives it its language. */
export function resultUri({ localId, output, relativeLocation }: JobResult): vscode.Uri {
  const name = output.replaceAll(/[%/\\]/g, encodeURIComponent);
  return vscode.Uri.from({
    scheme: schemes.result,
    path: `/${localId}/${name}${extensionOf(relativeLocation)}`,
  });
}

export function extensionOf(relativeLocation: string): string {
  return /^\.\w{1,10}$/.test(extname(relativeLocation)) ? extname(relativeLocation) : '.csv';
}

function partsOf(uri: vscode.Uri): { jobId: string; output: string } {
  const [, jobId = '', file = ''] = uri.path.split('/');
  return { jobId, output: decodeURIComponent(file.slice(0, file.length - extname(file).length)) };
}
