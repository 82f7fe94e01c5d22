import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { apimApiVersion, parseArm } from '../protocol/apim/arm.ts';
import { failureOfArmAnswer } from '../protocol/apim/armErrors.ts';
import {
  operationErrorIn,
  operationStateIn,
  provisioningStateIn,
  type OperationState,
} from '../protocol/apim/armOperation.ts';
import { Failure } from '../protocol/failure.ts';
import { tryParseJson, type JsonObject } from '../protocol/json.ts';
import { parseRetryAfter } from '../protocol/retryAfter.ts';
import { abortable } from '../shared/abortable.ts';
import type { HttpAnswer, HttpClient } from '../transport/httpClient.ts';
import { linkFrom } from './links.ts';
import type { StartedWrite } from '../shared/startedWrite.ts';

export interface ArmClientInit {
  readonly http: () => Promise<HttpClient>;
  /** Where Azure Resource Manager is; no other origin ever gets the token. */
  readonly baseUrl: string;
  /**
   * An access token, asked for before each call. With `challenge`, the `WWW-Authenticate` header of the answer that
   * refused the last one, or an empty text where it had none: a new one.
   */
  readonly token: (challenge?: string) => Promise<string>;
  /** Between two looks at an operation whose answer does not say; default 2000. */
  readonly pollPauseMs?: number;
}

export interface ArmOptions {
  /** Default: that of API Management. */
  readonly apiVersion?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface ArmWriteOptions extends ArmOptions {
  /** The ETag that the resource must still have, or `*` for any; absent: there is no condition. */
  readonly ifMatch?: string;
}

export interface ArmReply {
  readonly status: number;
  /** Parsed JSON; undefined without a body. */
  readonly body: unknown;
  readonly etag?: string;
}

type Method = 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE';

interface ArmRequest {
  readonly method: Method;
  readonly url: string;
  readonly body?: JsonObject | undefined;
  readonly ifMatch?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Received extends ArmReply {
  readonly header: (name: string) => string | undefined;
  readonly headers: HttpAnswer['headers'];
}

const timeoutMs = 60_000;
const longestAnswer = 64 * 1024 * 1024;
const defaultPollPauseMs = 2000;
const mostTries = 4;
/** Whoever is to wait longer is told so instead. In milliseconds. */
const longestPause = 60_000;

const pageSchema = v.object({
  value: v.array(v.unknown()),
  nextLink: v.fallback(v.optional(v.string()), undefined),
});

/**
 * Calls of Azure Resource Manager, with paths that begin at its root, such as the `id` of a resource. Whatever fails is
 * thrown as a `Failure` with ARM's code; a write resolves when what it started is done.
 */
export class ArmClient {
  readonly #init: ArmClientInit;

  constructor(init: ArmClientInit) {
    this.#init = init;
  }

  /** Where the calls go. */
  get baseUrl(): string {
    return this.#init.baseUrl;
  }

  get(path: string, options: ArmOptions = {}): Promise<ArmReply> {
    return this.#send({ method: 'GET', url: this.#url(path, options), signal: options.signal });
  }

  /** The same; undefined for what is not there, of which a subscription that is not found says nothing. */
  async find(path: string, options: ArmOptions = {}): Promise<ArmReply | undefined> {
    try {
      return await this.get(path, options);
    } catch (error) {
      const isMissing = error instanceof Failure && error.status === 404;
      if (isMissing && error.code !== 'SubscriptionNotFound') return undefined;
      throw error;
    }
  }

  /** The pages of a list, each asked for when the one before has been taken. */
  async *list<T>(
    path: string,
    item: v.GenericSchema<unknown, T>,
    options: ArmOptions = {},
  ): AsyncGenerator<readonly T[], void, undefined> {
    let url: string | undefined = this.#url(path, options);
    while (url !== undefined) {
      const { body } = await this.#send({ method: 'GET', url, signal: options.signal });
      const { value, nextLink } = parseArm(pageSchema, body);
      yield value.map((each) => parseArm(item, each));
      url = nextLink ? linkFrom(nextLink, url) : undefined;
    }
  }

  /** All pages of a list. */
  async listAll<T>(
    path: string,
    item: v.GenericSchema<unknown, T>,
    options: ArmOptions = {},
  ): Promise<readonly T[]> {
    const items: T[] = [];
    for await (const page of this.list(path, item, options)) items.push(...page);
    return items;
  }

  put(path: string, body: JsonObject | undefined, options: ArmWriteOptions = {}): Promise<ArmReply> {
    return this.#write('PUT', path, body, options);
  }

  patch(path: string, body: JsonObject, options: ArmWriteOptions): Promise<ArmReply> {
    return this.#write('PATCH', path, body, options);
  }

  delete(path: string, options: ArmWriteOptions = {}): Promise<ArmReply> {
    return this.#write('DELETE', path, undefined, options);
  }

  /** An action, such as `…/listSecrets`. */
  post(path: string, body?: JsonObject, options: ArmOptions = {}): Promise<ArmReply> {
    return this.#write('POST', path, body, options);
  }

  /** Begins a write and gives what is left to be followed; undefined for what was done at once. */
  async start(
    method: 'PUT' | 'PATCH',
    path: string,
    body: JsonObject,
    options: ArmWriteOptions = {},
  ): Promise<StartedWrite | undefined> {
    return (await this.#start(method, path, body, options)).left;
  }

  /** Waits for what a write has started, here or in a window that is closed by now; gives the resource as it is then. */
  follow(write: StartedWrite, { signal }: Pick<ArmOptions, 'signal'> = {}): Promise<ArmReply> {
    return this.#follow(write, 0, signal);
  }

  /** For a write whose answer was lost: what is left is then told by the resource itself. */
  resourceAt(path: string): StartedWrite {
    const url = this.#url(path, {});
    return { method: 'PUT', url, followBy: 'resource', followUrl: url };
  }

  async #write(
    method: Exclude<Method, 'GET'>,
    path: string,
    body: JsonObject | undefined,
    options: ArmWriteOptions,
  ): Promise<ArmReply> {
    const { received, left } = await this.#start(method, path, body, options);
    return left === undefined ? received : this.#follow(left, this.#pauseAfter(received), options.signal);
  }

  async #start(
    method: Exclude<Method, 'GET'>,
    path: string,
    body: JsonObject | undefined,
    options: ArmWriteOptions,
  ): Promise<{ readonly received: Received; readonly left: StartedWrite | undefined }> {
    const { ifMatch, signal } = options;
    const url = this.#url(path, options);
    const received = await this.#send({ method, url, body, ifMatch, signal });
    return { received, left: leftOf(method, url, received) };
  }

  async #follow(write: StartedWrite, firstPause: number, signal: AbortSignal | undefined): Promise<ArmReply> {
    const get = (url: string): Promise<Received> =>
      this.#send({ method: 'GET', url: linkFrom(url, this.#init.baseUrl), signal });
    const last = await this.#poll(write, get, firstPause, signal);
    const { followBy, method } = write;
    if (followBy === 'resource' || (followBy === 'location' && method === 'POST')) return last;
    if (isResource(write)) return get(write.url);
    if (write.answerUrl !== undefined) return get(write.answerUrl);
    return { status: last.status, body: undefined };
  }

  async #poll(
    write: StartedWrite,
    get: (url: string) => Promise<Received>,
    firstPause: number,
    signal: AbortSignal | undefined,
  ): Promise<Received> {
    for (let wait = firstPause; ;) {
      await pause(wait, signal);
      const last = await get(write.followUrl);
      const state = stateIn(last, write);
      if (state === 'succeeded') return last;
      if (state === 'failed') {
        const bodyText = JSON.stringify({ error: operationErrorIn(last.body) });
        throw failureOfArmAnswer({ ...last, bodyText, method: write.method, url: write.url });
      }
      wait = this.#pauseAfter(last);
    }
  }

  #pauseAfter(received: Received): number {
    return parseRetryAfter(received.header('retry-after')) ?? this.#init.pollPauseMs ?? defaultPollPauseMs;
  }

  /** One call, again with a new token where the old one is refused, and where Azure wants it later and takes it twice. */
  async #send(request: ArmRequest): Promise<Received> {
    let token = await abortable(this.#init.token(), request.signal);
    let renewed = false;
    for (let tries = 1; ;) {
      const { received, bodyText } = await this.#exchange(request, token);
      const { status } = received;
      if (status < 400) return received;
      if (status === 401 && !renewed) {
        renewed = true;
        token = await abortable(this.#init.token(received.header('www-authenticate') ?? ''), request.signal);
        continue;
      }
      const wait = tries < mostTries ? pauseBeforeRepeating(request, received) : undefined;
      if (wait === undefined) throw failureOfArmAnswer({ ...received, bodyText, ...request });
      tries += 1;
      await pause(wait, request.signal);
    }
  }

  async #exchange(
    { method, url, body, ifMatch, signal }: ArmRequest,
    token: string,
  ): Promise<{ received: Received; bodyText: string }> {
    const http = await this.#init.http();
    const answer = await http.send({
      method,
      url,
      headers: {
        Authorization: `Bearer ${token}`,
        Accept: 'application/json',
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(ifMatch !== undefined && { 'If-Match': ifMatch }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      timeoutMs,
      retry: 'safe',
      peer: 'service',
      ...(signal !== undefined && { signal }),
    });
    const bodyText = await answer.text(longestAnswer);
    const etag = answer.header('etag');
    return {
      bodyText,
      received: {
        status: answer.status,
        headers: answer.headers,
        header: (name) => answer.header(name),
        body: bodyText === '' ? undefined : tryParseJson(bodyText),
        ...(etag !== undefined && { etag }),
      },
    };
  }

  #url(path: string, { apiVersion = apimApiVersion, query = {} }: ArmOptions): string {
    const parameters = new URLSearchParams({ ...query, 'api-version': apiVersion });
    return `${this.#init.baseUrl.replace(/\/$/, '')}${path}?${parameters.toString()}`;
  }
}

/** What goes on after the answer to a write. */
function leftOf(
  method: StartedWrite['method'],
  url: string,
  { status, header, body }: Received,
): StartedWrite | undefined {
  const operation = header('azure-asyncoperation');
  const location = header('location');
  if (operation !== undefined) {
    const answer = method === 'POST' && location !== undefined;
    return {
      ...{ method, url, followBy: 'operation', followUrl: linkFrom(operation, url) },
      ...(answer && { answerUrl: linkFrom(location, url) }),
    };
  }
  if (location !== undefined && status !== 200)
    return { method, url, followBy: 'location', followUrl: linkFrom(location, url) };
  if (isResource({ method }) && provisioningStateIn(body) === 'running')
    return { method, url, followBy: 'resource', followUrl: url };
  return undefined;
}

function stateIn({ status, body }: Received, { followBy }: StartedWrite): OperationState {
  if (followBy === 'resource') return provisioningStateIn(body);
  if (status === 202) return 'running';
  return followBy === 'location' ? 'succeeded' : (operationStateIn(body) ?? 'succeeded');
}

/** Whether what was written is a resource, which is there afterwards. */
function isResource({ method }: Pick<StartedWrite, 'method'>): boolean {
  return method === 'PUT' || method === 'PATCH';
}

/**
 * A throttled call was not carried out; one that found the service busy may have been, so only what comes to the same
 * when it is done twice is sent again. Reading is repeated by the HTTP client.
 */
function pauseBeforeRepeating({ method }: ArmRequest, { status, header }: Received): number | undefined {
  const wanted = parseRetryAfter(header('retry-after'));
  if (method === 'GET' || wanted === undefined || wanted > longestPause) return undefined;
  const twice = method === 'PUT' || method === 'DELETE';
  return status === 429 || (status === 503 && twice) ? wanted : undefined;
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, signal && { signal });
  } catch {
    throw new Failure({ code: 'Cancelled', origin: 'client', sentence: 'Waiting for Azure was cancelled.' });
  }
}
