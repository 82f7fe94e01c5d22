import { open } from 'node:fs/promises';
import { Failure } from '../protocol/failure.ts';
import { failureOfAnswer } from '../protocol/studio/errors.ts';
import { abortable } from '../shared/abortable.ts';
import type { HttpAnswer, HttpClient } from '../transport/httpClient.ts';
import { RenewableUrl, type RenewUrl } from '../transport/renewableUrl.ts';
import { withRetry } from './retry.ts';
import { SerialFile } from './serialFile.ts';
import { SpeedMeter, type TransferProgress } from './speedMeter.ts';

const MiB = 1024 * 1024;
const firstRange = 1 * MiB;
const rangeSize = 16 * MiB;
const concurrency = 4;
/**
 * Chunks are copied together to so many bytes before they are written: they die young then, which spares the collector,
 * and the system is called rarely.
 */
const writeSize = 512 * 1024;
const timeoutMs = 600_000;
const longestRefusal = 64 * 1024;

export interface Download {
  /** SAS included. */
  readonly url: string;
  /** A URL with a new SAS, asked for when storage refuses the last one. */
  readonly freshUrl?: RenewUrl;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TransferProgress) => void;
}

export interface BlobExtent {
  /** Bytes. */
  readonly size: number;
  readonly modified?: Date;
  readonly etag?: string;
}

/**
 * How big a blob is. Asked with a GET of its first byte, because a SAS of one blob that a gateway hands on may allow
 * nothing else. Rejects with a `Failure` of origin `storage` or `network`.
 */
export async function blobExtent(http: HttpClient, download: Download): Promise<BlobExtent> {
  const { answer, extent } = await firstAnswer(new BlobReader(http, download), download.signal, 1);
  for await (const chunk of answer.body) {
    // Leaving the loop closes the connection where the server sends more than was asked for.
    if (chunk.byteLength > 0) break;
  }
  return extent;
}

/** The first bytes of a blob, at most `length`. Rejects as `blobExtent`. */
export async function blobBeginning(
  http: HttpClient,
  download: Download,
  length: number,
): Promise<Uint8Array> {
  const { answer } = await firstAnswer(new BlobReader(http, download), download.signal, length);
  const chunks: Uint8Array[] = [];
  let got = 0;
  for await (const chunk of answer.body) {
    chunks.push(chunk);
    got += chunk.byteLength;
    // A server without ranges sends all of it.
    if (got >= length) break;
  }
  return Buffer.concat(chunks).subarray(0, length);
}

/** The whole of a blob in memory; rejects with `TooLarge` beyond `limit` bytes. */
export async function downloadBytes(
  http: HttpClient,
  download: Download,
  limit: number,
): Promise<Uint8Array> {
  const reader = new BlobReader(http, download);
  const answer = await withRetry(() => reader.get({}, download.signal), download.signal);
  const size = Number(answer.header('content-length') ?? Number.NaN);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body) {
    length += chunk.byteLength;
    if (length > limit || size > limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  if (!Number.isNaN(size) && length !== size) throw cutShort();
  return Buffer.concat(chunks, length);
}

/**
 * Writes a blob to a new file in parallel ranges, each straight from the socket to its place. A blob that is replaced
 * meanwhile fails the download (`BlobChanged`). A server without ranges is read in one piece. On failure or abort the file
 * is left for the caller to remove.
 */
export async function downloadToFile(
  http: HttpClient,
  download: Download,
  path: string,
): Promise<BlobExtent> {
  const file = await open(path, 'wx');
  try {
    return await fill(http, download, new SerialFile(file));
  } catch (error) {
    throw download.signal?.aborted === true ? cancelled(error) : error;
  } finally {
    await file.close();
  }
}

async function fill(http: HttpClient, download: Download, file: SerialFile): Promise<BlobExtent> {
  const reader = new BlobReader(http, download);
  const { answer, extent } = await firstAnswer(reader, download.signal, firstRange);
  const meter = new SpeedMeter();
  let doneBytes = 0;
  const advance = (bytes: number): void => {
    doneBytes += bytes;
    download.onProgress?.({ doneBytes, totalBytes: extent.size, bytesPerSecond: meter.update(doneBytes) });
  };
  const inOnePiece = answer.status !== 206;
  if (!inOnePiece && Number.isNaN(extent.size)) throw cutShort();
  const got = await writeBody(answer, file, 0, advance).catch((error: unknown) => {
    if (inOnePiece) throw error;
    // What failed is asked for again as a range, which fails for good if it has to.
    doneBytes = 0;
    return 0;
  });
  if (inOnePiece) return { ...extent, size: got };

  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, ...(download.signal === undefined ? [] : [download.signal])]);
  let next = got;
  const takeRanges = async (): Promise<void> => {
    while (next < extent.size && !signal.aborted) {
      const start = next;
      const end = Math.min(start + rangeSize, extent.size);
      next = end;
      await withRetry(() => copyRange(reader, signal, file, { start, end, extent, advance }), signal);
    }
  };
  let first: { readonly error: unknown } | undefined;
  await Promise.all(
    Array.from({ length: concurrency }, () =>
      takeRanges().catch((error: unknown) => {
        first ??= { error };
        stop.abort();
      }),
    ),
  );
  if (first !== undefined) throw first.error;
  download.signal?.throwIfAborted();
  return extent;
}

interface Range {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  readonly extent: BlobExtent;
  readonly advance: (bytes: number) => void;
}

async function copyRange(
  reader: BlobReader,
  signal: AbortSignal,
  file: SerialFile,
  range: Range,
): Promise<void> {
  const { start, end, extent } = range;
  const headers = {
    Range: `bytes=${start}-${end - 1}`,
    ...(extent.etag === undefined ? {} : { 'If-Match': extent.etag }),
  };
  const answer = await reader.get(headers, signal);
  let counted = 0;
  const count = (bytes: number): void => {
    counted += bytes;
    range.advance(bytes);
  };
  try {
    const got = answer.status === 206 ? await writeBody(answer, file, start, count) : 0;
    if (got !== end - start) throw cutShort();
  } catch (error) {
    range.advance(-counted);
    throw error;
  }
}

async function writeBody(
  answer: HttpAnswer,
  file: SerialFile,
  start: number,
  advance: (bytes: number) => void,
): Promise<number> {
  const gathered = Buffer.allocUnsafeSlow(writeSize);
  let length = 0;
  let position = start;
  const flush = async (): Promise<void> => {
    await file.write(gathered.subarray(0, length), position);
    position += length;
    advance(length);
    length = 0;
  };
  for await (const chunk of answer.body) {
    for (let taken = 0; taken < chunk.byteLength;) {
      const piece = chunk.subarray(taken, taken + writeSize - length);
      gathered.set(piece, length);
      length += piece.byteLength;
      taken += piece.byteLength;
      if (length === writeSize) await flush();
    }
  }
  if (length > 0) await flush();
  return position - start;
}

async function firstAnswer(
  reader: BlobReader,
  signal: AbortSignal | undefined,
  length: number,
): Promise<{ answer: HttpAnswer; extent: BlobExtent }> {
  const answer = await withRetry(() => reader.get({ Range: `bytes=0-${length - 1}` }, signal, [416]), signal);
  return { answer: answer.status === 416 ? withoutBody(answer) : answer, extent: extentOf(answer) };
}

/** Range not satisfiable: the blob is empty, and what came is the explanation. */
function withoutBody(answer: HttpAnswer): HttpAnswer {
  async function* nothing(): AsyncGenerator<Uint8Array> {
    await answer.text(longestRefusal);
  }
  return { ...answer, status: 200, header: (name) => answer.header(name), body: nothing() };
}

function extentOf(answer: HttpAnswer): BlobExtent {
  const total = /\/(\d+)\s*$/.exec(answer.header('content-range') ?? '')?.[1];
  const size = answer.status === 416 ? 0 : Number(total ?? answer.header('content-length') ?? Number.NaN);
  const modified = new Date(answer.header('last-modified') ?? Number.NaN);
  const etag = answer.header('etag');
  return {
    size,
    ...(Number.isNaN(modified.getTime()) ? {} : { modified }),
    ...(etag === undefined ? {} : { etag }),
  };
}

/** Sends the requests of one download. */
class BlobReader {
  readonly #http: HttpClient;
  readonly #url: RenewableUrl;

  constructor(http: HttpClient, { url, freshUrl, signal }: Download) {
    this.#http = http;
    this.#url = new RenewableUrl(url, freshUrl, signal);
  }

  /** Resolves with an answer of the 200s, or one of the `accepted` statuses. */
  async get(
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
    accepted: readonly number[] = [],
  ): Promise<HttpAnswer> {
    const answer = await abortable(
      this.#url.send((url) => this.#send(url, headers, signal)),
      signal,
    );
    if ((answer.status >= 200 && answer.status < 300) || accepted.includes(answer.status)) return answer;
    const text = await answer.text(longestRefusal).catch(() => '');
    if (answer.status === 412) throw changed(answer.url);
    throw failureOfAnswer({
      status: answer.status,
      headers: answer.headers,
      bodyText: text,
      url: answer.url,
      method: 'GET',
      requestKind: 'storage',
    });
  }

  #send(
    url: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ): Promise<HttpAnswer> {
    return this.#http.send({
      method: 'GET',
      url,
      headers: { 'x-ms-version': '2021-08-06', 'Accept-Encoding': 'identity', ...headers },
      timeoutMs,
      peer: 'storage',
      ...(signal === undefined ? {} : { signal }),
    });
  }
}

function changed(url: string): Failure {
  return new Failure({
    code: 'BlobChanged',
    origin: 'storage',
    sentence: `The blob ${new URL(url).pathname} was replaced while it was being downloaded. Download it again.`,
  });
}

function cutShort(): Failure {
  return new Failure({
    code: 'CutShort',
    origin: 'network',
    sentence: 'The connection to blob storage ended before the last byte. Try again.',
  });
}

function tooLarge(limit: number): Failure {
  return new Failure({
    code: 'TooLarge',
    origin: 'client',
    sentence: `The blob is larger than ${Math.floor(limit / MiB)} MB. Save it to disk instead.`,
  });
}

function cancelled(cause: unknown): Failure {
  return new Failure({ code: 'Cancelled', origin: 'client', sentence: 'The download was cancelled.', cause });
}
