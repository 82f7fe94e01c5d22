import { isDeepStrictEqual } from 'node:util';
import { Failure } from '../protocol/failure.ts';
import type { ServiceSchema } from '../protocol/studio/serviceSchema.ts';
import { parseServiceSchema } from '../protocol/studio/swagger.ts';
import { type ServiceAddress, swaggerUrl } from '../protocol/studio/urls.ts';
import { abortable } from '../shared/abortable.ts';
import type { HttpClient } from '../transport/httpClient.ts';
import type { Endpoint } from './model.ts';
import type { AttachedSchema, SchemaStore } from './schemaStore.ts';

const schemaTimeoutMs = 15_000;
/** Those who ask for the same schema one after the other do not each ask a host that has none, or does not answer. */
const failureKeptMs = 5_000;
/** A host that lets the question wait does so with the next one too. */
const timeoutKeptMs = 300_000;
const largestDocument = 20 * 1024 * 1024;

export interface SchemaQuery {
  readonly refresh?: boolean;
  readonly signal?: AbortSignal;
}

interface Known {
  readonly schema: Promise<ServiceSchema | undefined>;
  /** On the monotonic clock, in milliseconds; when there was no schema, or none could be read. */
  failedAt?: number;
  timedOut?: boolean;
}

/**
 * The schemas of endpoints: the attached one where the user gave one, else what the service publishes about itself as
 * `swagger.json`. A document that was fetched before is used at once; whether it still holds is found out meanwhile.
 */
export class Schemas {
  readonly #http: () => Promise<HttpClient>;
  readonly #store: SchemaStore;
  readonly #known = new Map<string, Known>();
  readonly #log: (line: string) => void;
  readonly #onChange: () => void;
  readonly #heard: (endpoint: Endpoint, failure: Failure | undefined) => void;

  constructor(
    http: () => Promise<HttpClient>,
    store: SchemaStore,
    log: (line: string) => void,
    onChange: () => void,
    /** Told how each question to a service ended. */
    heard: (endpoint: Endpoint, failure: Failure | undefined) => void,
  ) {
    this.#http = http;
    this.#store = store;
    this.#log = log;
    this.#onChange = onChange;
    this.#heard = heard;
  }

  /** Undefined where the service publishes none; rejects with a `Failure` when it could not be asked. */
  async of(
    endpoint: Endpoint,
    headers: Record<string, string>,
    query: SchemaQuery,
  ): Promise<ServiceSchema | undefined> {
    const attached = await this.#store.attached(endpoint.address);
    return attached?.schema ?? this.#published(endpoint, headers, query);
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
    endpoint: Endpoint,
    headers: Record<string, string>,
    query: SchemaQuery,
  ): Promise<ServiceSchema | undefined> {
    const url = swaggerUrl(endpoint.address);
    const earlier = query.refresh === true ? undefined : this.#known.get(url);
    const isUsable = earlier !== undefined && !isStale(earlier);
    return abortable(isUsable ? earlier.schema : this.#ask(url, endpoint, headers, query), query.signal);
  }

  /** Whoever asks meanwhile gets the same answer, so that nobody's signal ends it. */
  #ask(
    url: string,
    endpoint: Endpoint,
    headers: Record<string, string>,
    { refresh }: SchemaQuery,
  ): Promise<ServiceSchema | undefined> {
    const schema = refresh === true ? this.#refresh(endpoint, headers) : this.#find(endpoint, headers);
    const known: Known = { schema };
    this.#known.set(url, known);
    schema.then(
      (found) => {
        if (found === undefined) known.failedAt = performance.now();
      },
      (error: unknown) => {
        if (error instanceof Failure && error.origin === 'network') {
          known.failedAt = performance.now();
          known.timedOut = error.code === 'Timeout';
        } else this.#forget(url, known);
      },
    );
    return schema;
  }

  async #refresh(endpoint: Endpoint, headers: Record<string, string>): Promise<ServiceSchema | undefined> {
    const kept = await this.#kept(endpoint.address);
    const fetched = await this.#fetch(endpoint, headers);
    if (fetched !== undefined && !isDeepStrictEqual(fetched, kept)) this.#onChange();
    return fetched ?? kept;
  }

  async #find(endpoint: Endpoint, headers: Record<string, string>): Promise<ServiceSchema | undefined> {
    const kept = await this.#kept(endpoint.address);
    if (kept === undefined) return this.#fetch(endpoint, headers);
    void this.#look(endpoint, headers, kept);
    return kept;
  }

  /** What is known goes on when the service cannot be asked. */
  async #look(endpoint: Endpoint, headers: Record<string, string>, kept: ServiceSchema): Promise<void> {
    const fetched = await this.#fetch(endpoint, headers).catch(() => undefined);
    if (fetched === undefined || isDeepStrictEqual(fetched, kept)) return;
    this.#known.set(swaggerUrl(endpoint.address), { schema: Promise.resolve(fetched) });
    this.#onChange();
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

  /** Another key may open what failed: it is asked for anew. */
  forgetFailures(): void {
    for (const [url, { failedAt }] of this.#known) if (failedAt !== undefined) this.#known.delete(url);
  }

  /** The service answers again: what failed is asked for anew. */
  forgetFailure(endpoint: Endpoint): void {
    const url = swaggerUrl(endpoint.address);
    const known = this.#known.get(url);
    if (known?.failedAt !== undefined && known.timedOut !== true) this.#known.delete(url);
  }

  #forget(url: string, known: Known): void {
    if (this.#known.get(url) === known) this.#known.delete(url);
  }

  async #fetch(endpoint: Endpoint, headers: Record<string, string>): Promise<ServiceSchema | undefined> {
    const { address } = endpoint;
    const url = swaggerUrl(address);
    try {
      const text = await this.document(url, headers);
      this.#heard(endpoint, undefined);
      if (text === undefined) return undefined;
      const schema = parseServiceSchema(text);
      await this.#keep(address, text);
      return schema;
    } catch (error) {
      this.#log(`No schema from ${url}: ${error instanceof Error ? error.message : String(error)}`);
      if (!(error instanceof Failure)) return undefined;
      this.#heard(endpoint, error);
      throw error;
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

function isStale({ failedAt, timedOut }: Known): boolean {
  if (failedAt === undefined) return false;
  return performance.now() - failedAt > (timedOut === true ? timeoutKeptMs : failureKeptMs);
}
