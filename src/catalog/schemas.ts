import type { ServiceSchema } from '../protocol/studio/serviceSchema.ts';
import { parseServiceSchema } from '../protocol/studio/swagger.ts';
import { swaggerUrl } from '../protocol/studio/urls.ts';
import type { HttpClient } from '../transport/httpClient.ts';
import type { Endpoint } from './model.ts';

const schemaTimeoutMs = 15_000;
const largestDocument = 20 * 1024 * 1024;

export interface SchemaQuery {
  readonly refresh?: boolean;
  readonly signal?: AbortSignal;
}

/** The schemas that services publish about themselves as `swagger.json`, kept for as long as the window lives. */
export class Schemas {
  readonly #http: () => Promise<HttpClient>;
  readonly #known = new Map<string, Promise<ServiceSchema | undefined>>();
  readonly #log: (line: string) => void;

  constructor(http: () => Promise<HttpClient>, log: (line: string) => void) {
    this.#http = http;
    this.#log = log;
  }

  async of(
    endpoint: Endpoint,
    headers: Record<string, string>,
    query: SchemaQuery,
  ): Promise<ServiceSchema | undefined> {
    const url = swaggerUrl(endpoint.address);
    const known = query.refresh === true ? undefined : this.#known.get(url);
    if (known !== undefined) return known;
    const fetched = this.#fetch(url, headers, query.signal);
    this.#known.set(url, fetched);
    const schema = await fetched;
    if (schema === undefined) this.#known.delete(url);
    return schema;
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
      return undefined;
    }
  }
}
