import { Failure } from '../../protocol/failure.ts';
import { failureOfAnswer } from '../../protocol/studio/errors.ts';
import { redactUrl } from '../../protocol/redaction.ts';
import type { HttpAnswer, HttpClient } from '../../transport/httpClient.ts';
import { RenewableUrl, type RenewUrl } from '../../transport/renewableUrl.ts';
import type { ByteSource } from './byteSource.ts';
import { abandonable } from './cancellation.ts';

const streamBlock = 4 * 1024 * 1024;
const timeoutMs = 120_000;
const longestRefusal = 64 * 1024;
/** A body that breaks off is asked for again so often; what breaks before it, the client repeats itself. */
const mostTries = 3;

export interface RangeSourceOptions {
  readonly http: HttpClient;
  /** SAS included. */
  readonly url: string;
  /** Called once whenever storage refuses the last URL (403), for all who read; the signal is the closing of the source. */
  readonly freshUrl?: RenewUrl;
  readonly signal?: AbortSignal;
}

/**
 * A blob, read by HTTP ranges. Rejects with `NoRanges` when the server does not send parts, `BlobChanged` when the blob is
 * no longer the one that was opened, and otherwise with what storage or the network answered.
 */
export async function openRangeSource(options: RangeSourceOptions): Promise<ByteSource> {
  const reader = new RangeReader(options);
  const answer = await reader.get({ Range: 'bytes=0-0' }, options.signal, [416]);
  if (answer.status !== 416) await discard(answer);
  else await answer.text(longestRefusal);
  const size = sizeOf(answer);
  if (size === undefined || isPacked(answer)) throw noRanges(options.url);
  return new RangeSource(reader, size, answer.header('etag'));
}

class RangeSource implements ByteSource {
  readonly streamBlock = streamBlock;
  readonly size: number;
  readonly #reader: RangeReader;
  readonly #etag: string | undefined;

  constructor(reader: RangeReader, size: number, etag: string | undefined) {
    this.#reader = reader;
    this.size = size;
    this.#etag = etag;
  }

  async read(target: Uint8Array, position: number, signal?: AbortSignal): Promise<void> {
    if (target.length === 0) return;
    for (let done = 0, tries = 1; done < target.length; tries++) {
      const rest = target.subarray(done);
      const answer = await this.#reader.get(this.#headers(position + done, rest.length), signal);
      if (answer.status !== 206) {
        await discard(answer);
        throw noRanges(answer.url);
      }
      try {
        done += await fill(rest, answer);
        if (done < target.length && tries === mostTries) throw cutShort();
      } catch (error) {
        if (tries === mostTries || signal?.aborted === true) throw error;
      }
    }
  }

  close(): Promise<void> {
    this.#reader.close();
    return Promise.resolve();
  }

  #headers(position: number, length: number): Record<string, string> {
    return {
      Range: `bytes=${position}-${position + length - 1}`,
      ...(this.#etag === undefined ? {} : { 'If-Match': this.#etag }),
    };
  }
}

/** Sends the requests, with the URL that is good at the moment. */
class RangeReader {
  readonly #options: RangeSourceOptions;
  readonly #url: RenewableUrl;
  readonly #closing = new AbortController();

  constructor(options: RangeSourceOptions) {
    this.#options = options;
    const { url, freshUrl } = options;
    this.#url = new RenewableUrl(url, freshUrl, this.#closing.signal);
  }

  /** Resolves with an answer of the 200s, or one of the `accepted` statuses. */
  async get(
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
    accepted: readonly number[] = [],
  ): Promise<HttpAnswer> {
    const answer = await abandonable(
      this.#url.send((url) => this.#send(url, headers, signal)),
      signal,
    );
    if ((answer.status >= 200 && answer.status < 300) || accepted.includes(answer.status)) return answer;
    const bodyText = await answer.text(longestRefusal).catch(() => '');
    if (answer.status === 412 || answer.status === 416) throw changed(answer.url);
    throw failureOfAnswer({
      status: answer.status,
      headers: answer.headers,
      bodyText,
      url: answer.url,
      method: 'GET',
      requestKind: 'storage',
    });
  }

  #send(url: string, headers: Readonly<Record<string, string>>, signal: AbortSignal | undefined) {
    return this.#options.http.send({
      method: 'GET',
      url,
      headers: { 'x-ms-version': '2021-08-06', ...headers },
      timeoutMs,
      retry: 'safe',
      peer: 'storage',
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /** Ends the asking for a new URL. */
  close(): void {
    this.#closing.abort();
  }
}

async function fill(target: Uint8Array, answer: HttpAnswer): Promise<number> {
  let done = 0;
  for await (const chunk of answer.body) {
    const fits = chunk.subarray(0, target.length - done);
    target.set(fits, done);
    done += fits.length;
    if (done === target.length) break;
  }
  return done;
}

/** Leaving the loop closes the connection where more comes than was asked for. */
async function discard(answer: HttpAnswer): Promise<void> {
  let bytes = 0;
  for await (const chunk of answer.body) {
    bytes += chunk.length;
    if (bytes > longestRefusal) break;
  }
}

function sizeOf(answer: HttpAnswer): number | undefined {
  const total = /\/(\d+)\s*$/.exec(answer.header('content-range') ?? '')?.[1];
  if (answer.status === 416) return Number(total ?? 0);
  if (answer.status === 206 && total !== undefined) return Number(total);
  return answer.header('content-length') === '0' ? 0 : undefined;
}

/** A range of a compressed blob is no range of its text. */
function isPacked(answer: HttpAnswer): boolean {
  const encoding = answer.header('content-encoding')?.trim().toLowerCase() ?? '';
  return encoding !== '' && encoding !== 'identity';
}

function noRanges(url: string): Failure {
  return new Failure({
    code: 'NoRanges',
    origin: 'storage',
    sentence: `The server of ${redactUrl(url)} does not send parts of the file as it is. Save the file to disk and open it there.`,
  });
}

function changed(url: string): Failure {
  return new Failure({
    code: 'BlobChanged',
    origin: 'storage',
    sentence: `The blob ${new URL(url).pathname} was replaced after it was opened. Open it again.`,
  });
}

function cutShort(): Failure {
  return new Failure({
    code: 'CutShort',
    origin: 'network',
    sentence: 'The connection to blob storage ended before the last byte. Try again.',
  });
}
