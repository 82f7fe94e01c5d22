import { isUtf8 } from 'node:buffer';
import { pipeline } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Transform } from 'node:stream';
import { Failure } from '../protocol/failure.ts';
import { headerPairs, type Incoming } from './exchange.ts';
import type { HttpAnswer, SentRequest, Timings } from './httpClient.ts';
import { networkFailure } from './networkFailures.ts';

/** How much `text()` takes when it is not told: far beyond any RRS answer, far below what a string can hold. */
const DEFAULT_LIMIT = 256 * 1024 * 1024;

export interface AnswerInit {
  readonly requestId: string;
  readonly url: string;
  readonly incoming: Incoming;
  readonly timings: () => Timings;
  readonly sent: (harmless: readonly string[]) => SentRequest;
}

/** The answer to a call, as its caller sees it. */
export class Answer implements HttpAnswer {
  readonly requestId: string;
  readonly url: string;
  readonly #incoming: Incoming;
  readonly #timings: AnswerInit['timings'];
  readonly #sent: AnswerInit['sent'];
  #notUtf8 = false;
  #pairs: HttpAnswer['headers'] | undefined;

  constructor(init: AnswerInit) {
    this.requestId = init.requestId;
    this.url = init.url;
    this.#incoming = init.incoming;
    this.#timings = init.timings;
    this.#sent = init.sent;
  }

  get status(): number {
    return this.#incoming.head.status;
  }

  get statusText(): string {
    return this.#incoming.head.statusText;
  }

  get headers(): HttpAnswer['headers'] {
    return (this.#pairs ??= headerPairs(this.#incoming.head.headers));
  }

  header(name: string): string | undefined {
    const value = this.#incoming.head.headers[name.toLowerCase()];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  get body(): AsyncIterable<Uint8Array> {
    const decoder = this.#decoder();
    return decoder ? this.#decoded(decoder) : this.#incoming.chunks;
  }

  async text(limit = DEFAULT_LIMIT): Promise<string> {
    const decoder = this.#decoder();
    const bytes = decoder ? await this.#collectDecoded(decoder, limit) : await this.#incoming.collect(limit);
    this.#notUtf8 = !isUtf8(bytes);
    return utf8(bytes);
  }

  get notUtf8(): boolean {
    return this.#notUtf8;
  }

  timings(): Timings {
    return this.#timings();
  }

  sent(harmless: readonly string[] = []): SentRequest {
    return this.#sent(harmless);
  }

  /** A part of a compressed body (206) cannot be unpacked and is left as it is. */
  #decoder(): Transform | undefined {
    const encoding = this.header('content-encoding')?.trim().toLowerCase();
    if (encoding === undefined || this.status === 206) return undefined;
    switch (encoding) {
      case 'gzip':
      case 'x-gzip':
        return createGunzip();
      case 'deflate':
        return createInflate();
      case 'br':
        return createBrotliDecompress();
      default:
        return undefined;
    }
  }

  async *#decoded(decoder: Transform): AsyncGenerator<Uint8Array> {
    // The callback keeps the pipeline from throwing on its own: an error reaches the loop below.
    pipeline(this.#incoming.chunks, decoder, () => undefined);
    try {
      for await (const chunk of decoder) if (chunk instanceof Uint8Array) yield chunk;
    } catch (error) {
      throw networkFailure(error, this.#incoming.state());
    }
  }

  async #collectDecoded(decoder: Transform, limit: number): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of this.#decoded(decoder)) {
      size += chunk.length;
      if (size > limit) {
        throw new Failure({
          code: 'AnswerTooLarge',
          origin: 'client',
          sentence: `The answer unpacks to more than the ${limit} bytes that are kept in memory. Save it to a file instead.`,
        });
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }
}

function utf8(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}
