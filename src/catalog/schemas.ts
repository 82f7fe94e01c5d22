import { isDeepStrictEqual } from 'node:util';
import type { ServiceSchema } from '../protocol/studio/serviceSchema.ts';
import { parseServiceSchema } from '../protocol/studio/swagger.ts';
import { type ServiceAddress, swaggerUrl } from '../protocol/studio/urls.ts';
import type { HttpClient } from '../transport/httpClient.ts';
import type { Endpoint } from './model.ts';
import type { AttachedSchema, SchemaStore } from './schemaStore.ts';

const schemaTimeoutMs = 15_000;
const largestDocument = 20 * 1024 * 1024;

export interface SchemaQuery {
  readonly refresh?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * The schemas of endpoints: the attached one where the user gave one, else what the service publishes about itself as
 * `swagger.json`. A document that was fetched before is used at once; whether it still holds is found out meanwhile.
 */
export class Schemas {
  readonly #http: () => Promise<HttpClient>;
  readonly #store: SchemaStore;
  readonly #known = new Map<string, Promise<ServiceSchema | undefined>>();
  readonly #log: (line: string) => void;
  readonly #onChange: () => void;

  constructor(
    http: () => Promise<HttpClient>,
    store: SchemaStore,
    log: (line: string) => void,
    onChange: () => void,
  ) {
    this.#http = http;
    this.#store = store;
    this.#log = log;
    this.#onChange = onChange;
  }

  async of(
    endpoint: Endpoint,
    headers: Record<string, string>,
    query: SchemaQuery,
  ): Promise<ServiceSchema | undefined> {
    const attached = await this.#store.attached(endpoint.address);
    return attached?.schema ?? this.#published(endpoint.address, headers, query);
  }

  attached(endpoint: Endpoint): Promise<AttachedSchema | undefined> {
    return this.#store.attached(endpoint.address);
  }

  async attach(endpoint: Endpoint, attached: AttachedSchema): Promise<void> {
    await this.#store.attach(endpoint.address, attached);
    this.#onChange();
  }

  async detach(endpoint: Endpoint): Promise<boolean> {
    const detached = await this.#store.detach(endpoint.address);
    if (detached) this.#onChange();
    return detached;
  }

  async #published(
    address: ServiceAddress,
    headers: Record<string, string>,
    query: SchemaQuery,
  ): Promise<ServiceSchema | undefined> {
    const url = swaggerUrl(address);
    const known = query.refresh === true ? undefined : this.#known.get(url);
    if (known !== undefined) return known;
    const found =
      query.refresh === true ? this.#refresh(address, headers, query) : this.#find(address, headers, query);
    this.#known.set(url, found);
    const schema = await found;
    if (schema === undefined && this.#known.get(url) === found) this.#known.delete(url);
    return schema;
  }

  async #refresh(
    address: ServiceAddress,
    headers: Record<string, string>,
    query: SchemaQuery,
  ): Promise<ServiceSchema | undefined> {
    const kept = await this.#kept(address);
    const fetched = await this.#fetch(address, headers, query.signal);
    if (fetched !== undefined && !isDeepStrictEqual(fetched, kept)) this.#onChange();
    return fetched ?? kept;
  }

  async #find(
    address: ServiceAddress,
    headers: Record<string, string>,
    query: SchemaQuery,
  ): Promise<ServiceSchema | undefined> {
    const kept = await this.#kept(address);
    if (kept === undefined) return this.#fetch(address, headers, query.signal);
    void this.#fetch(address, headers, undefined).then((fetched) => {
      if (fetched === undefined || isDeepStrictEqual(fetched, kept)) return;
      this.#known.set(swaggerUrl(address), Promise.resolve(fetched));
      this.#onChange();
    });
    return kept;
  }

  async #kept(address: ServiceAddress): Promise<ServiceSchema | undefined> {
    const document = await this.#store.published(address);
    try {
      return document === undefined ? undefined : parseServiceSchema(document);
    } catch {
      return undefined;
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

  async #fetch(
    address: ServiceAddress,
    headers: Record<string, string>,
    signal: AbortSignal | undefined,
  ): Promise<ServiceSchema | undefined> {
    const url = swaggerUrl(address);
    try {
      const text = await this.document(url, headers, signal);
      if (text === undefined) return undefined;
      const schema = parseServiceSchema(text);
      await this.#keep(address, text);
      return schema;
    } catch (error) {
      this.#log(`No schema from ${url}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }

  /** A disk that is full or read-only costs the next window a fetch, nothing more. */
  async #keep(address: ServiceAddress, document: string): Promise<void> {
    try {
      await this.#store.keepPublished(address, document);
    } catch (error) {
      this.#log(`The schema is not kept: ${String(error)}`);
    }
  }
}
