import { Failure } from '../protocol/failure.ts';
import type { ServiceSchema } from '../protocol/studio/serviceSchema.ts';
import { parseServiceSchema } from '../protocol/studio/swagger.ts';
import { swaggerUrl } from '../protocol/studio/urls.ts';
import type { HttpClient } from '../transport/httpClient.ts';
import type { Endpoint } from './model.ts';

const schemaTimeoutMs = 15_000;
/** Those who ask for the same schema one after the other do not each wait for a host that does not answer. */
const failureKeptMs = 5_000;
const largestDocument = 20 * 1024 * 1024;

export interface SchemaQuery {
  readonly refresh?: boolean;
  readonly signal?: AbortSignal;
}

interface Known {
  readonly schema: Promise<ServiceSchema | undefined>;
  /** On the monotonic clock, in milliseconds; for a schema that could not be read. */
  failedAt?: number;
}

/** The schemas that services publish about themselves as `swagger.json`, kept for as long as the window lives. */
export class Schemas {
  readonly #http: () => Promise<HttpClient>;
  readonly #known = new Map<string, Known>();
  readonly #log: (line: string) => void;

  constructor(http: () => Promise<HttpClient>, log: (line: string) => void) {
    this.#http = http;
    this.#log = log;
  }

  /** Undefined where the service publishes none; rejects with a `Failure` when it could not be asked. */
  async of(
    endpoint: Endpoint,
    headers: Record<string, string>,
    query: SchemaQuery,
  ): Promise<ServiceSchema | undefined> {
    const url = swaggerUrl(endpoint.address);
    const earlier = query.refresh === true ? undefined : this.#known.get(url);
    if (earlier !== undefined && !isStale(earlier)) return earlier.schema;
    const known: Known = { schema: this.#fetch(url, headers, query.signal) };
    this.#known.set(url, known);
    try {
      const schema = await known.schema;
      if (schema === undefined) this.#forget(url, known);
      return schema;
    } catch (error) {
      if (error instanceof Failure && error.origin === 'network') known.failedAt = performance.now();
      else this.#forget(url, known);
      throw error;
    }
  }

  /** The document as the service sent it; undefined where none answers. */
  async document(
    url: string,
    headers: Record<string, string>,
    signal?: AbortSignal,
  ): Promise<string | undefined> {
    const http = await this.#http();
    const answer = await http.send({
      method: 'GET',
      url,
      headers,
      timeoutMs: schemaTimeoutMs,
      retry: 'safe',
      peer: 'service',
      ...(signal !== undefined && { signal }),
    });
    const text = await answer.text(largestDocument);
    return answer.status === 200 ? text : undefined;
  }

  /** The service answers again: what failed is asked for anew. */
  forgetFailure(endpoint: Endpoint): void {
    const url = swaggerUrl(endpoint.address);
    if (this.#known.get(url)?.failedAt !== undefined) this.#known.delete(url);
  }

  #forget(url: string, known: Known): void {
    if (this.#known.get(url) === known) this.#known.delete(url);
  }

  async #fetch(
    url: string,
    headers: Record<string, string>,
    signal: AbortSignal | undefined,
  ): Promise<ServiceSchema | undefined> {
    try {
      const text = await this.document(url, headers, signal);
      return text === undefined ? undefined : parseServiceSchema(JSON.parse(text));
    } catch (error) {
      this.#log(`No schema from ${url}: ${error instanceof Error ? error.message : String(error)}`);
      if (error instanceof Failure) throw error;
      return undefined;
    }
  }
}

function isStale({ failedAt }: Known): boolean {
  return failedAt !== undefined && performance.now() - failedAt > failureKeptMs;
}
