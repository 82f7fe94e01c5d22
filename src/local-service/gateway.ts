import type { IncomingMessage, ServerResponse } from 'node:http';

import { queryOf } from './dataPlane.ts';
import { GatewayRefusal, keyInvalid, keyMissing, notFound } from './gatewayRefusal.ts';
import { sendJson } from './httpAnswer.ts';
import { matchTemplate } from './urlTemplate.ts';

/** A call that matches an operation and may pass. */
export interface GatewayCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Id of the operation. */
  readonly operation: string;
  /** Values of the operation's template. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Path and query below the suffix. */
  readonly target: string;
}

/** Takes a call to where it is answered. @throws GatewayRefusal */
export type Passage = (call: GatewayCall) => Promise<void>;

/** An API that is called through a gateway. */
export interface GatewayApi {
  /** The URL suffix with a leading slash; empty for the API that has none. */
  readonly suffix: string;
  readonly operations: readonly {
    readonly id: string;
    readonly method: string;
    readonly urlTemplate: string;
  }[];
  /** Names of the header and of the query parameter with the subscription key. */
  readonly keyNames: { readonly header: string; readonly query: string };
  /** What a call with that key goes through; undefined when the key does not open the API. */
  readonly passage: (key: string | undefined) => Passage | undefined;
}

/**
 * The data plane of API Management: finds the operation, looks at the subscription key and hands the call on
 * (azure-docs api-management-subscriptions.md).
 */
export class Gateway {
  readonly #apis: () => readonly GatewayApi[];

  /** @param apis asked at each call, so that APIs may come and go */
  constructor(apis: () => readonly GatewayApi[]) {
    this.#apis = apis;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#pass(request, response);
    } catch (error) {
      if (!(error instanceof GatewayRefusal)) throw error;
      const { status, message, headers } = error;
      request.resume();
      sendJson(response, status, { statusCode: status, message }, headers);
    }
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '/';
    const api = this.#apiFor(url);
    if (!api) throw notFound();
    const target = url.slice(api.suffix.length);
    const found = findOperation(api, request.method ?? 'GET', target);
    if (!found) throw notFound();
    const { header, query } = api.keyNames;
    const key = keyOf(request, url, header, query);
    const passage = api.passage(key);
    if (!passage) {
      const realm = `http://${request.headers.host ?? ''}${api.suffix}`;
      throw key === undefined ? keyMissing(realm, header) : keyInvalid();
    }
    await passage({ request, response, target, ...found });
  }

  /** Of several whose suffix fits, the one with the longest. */
  #apiFor(url: string): GatewayApi | undefined {
    const [path = ''] = url.split('?');
    return this.#apis()
      .filter(({ suffix }) => path === suffix || path.startsWith(`${suffix}/`))
      .sort((one, other) => other.suffix.length - one.suffix.length)[0];
  }
}

function findOperation(
  { operations }: GatewayApi,
  method: string,
  target: string,
): Pick<GatewayCall, 'operation' | 'parameters'> | undefined {
  for (const { id, method: wanted, urlTemplate } of operations) {
    const parameters = method === wanted ? matchTemplate(urlTemplate, target) : undefined;
    if (parameters) return { operation: id, parameters };
  }
  return undefined;
}

/** The query is looked at only when there is no header; an empty key is none. */
function keyOf(request: IncomingMessage, url: string, header: string, query: string): string | undefined {
  const inHeader = request.headers[header.toLowerCase()]?.toString();
  const key = inHeader ?? queryOf(url.split(/\?(.*)/s)[1] ?? '').get(query.toLowerCase());
  return key === '' ? undefined : key;
}
