import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import { Agent } from 'undici';

import { Gateway } from '../../../../src/local-service/gateway.ts';
import type { GatewayApi, GatewayCall, Passage } from '../../../../src/local-service/gateway.ts';
import { listenOnFirstFree, LOOPBACK } from '../../../../src/local-service/ports.ts';
import { asObject, asText } from '../../../../src/protocol/json.ts';
import type { Entity, Store } from '../store.ts';
import { Counters } from './counters.ts';
import { effectivePolicy } from './effectivePolicy.ts';
import { forward } from './forward.ts';
import { Journey } from './journey.ts';
import { nobody } from './loggedCall.ts';
import type { Concerned, LoggedCall } from './loggedCall.ts';
import type { Trace, Traces } from './traces.ts';

/** The gateway of an emulated instance: the local service's own, set up by what is published. */
export class InstanceGateway {
  /** What was answered, oldest first. */
  readonly calls: LoggedCall[] = [];
  readonly #store: Store;
  readonly #instance: string;
  readonly #traces: Traces;
  readonly #counters = new Counters();
  readonly #agent = new Agent();
  readonly #concerned = new WeakMap<IncomingMessage, Concerned>();
  readonly #server = createServer((request, response) => {
    this.#log(request, response);
    this.#gateway.handle(request, response).catch(() => response.destroy());
  });
  readonly #gateway = new Gateway(() =>
    this.#store.in(`${this.#instance}/apis`).map((api) => this.#apiOf(api)),
  );

  /** @param instance id of the instance */
  constructor(store: Store, instance: string, traces: Traces) {
    this.#store = store;
    this.#traces = traces;
    this.#instance = instance;
  }

  /** Gives its URL. */
  async listen(): Promise<string> {
    return `http://${LOOPBACK}:${await listenOnFirstFree(this.#server, [0])}`;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
    await this.#agent.destroy();
  }

  /** Notes a call when its answer is done. */
  #log(request: IncomingMessage, response: ServerResponse): void {
    const { method = 'GET', url = '/', socket } = request;
    const written = socket.bytesWritten;
    const started = performance.now();
    const timestamp = new Date().toISOString();
    const concerned = { ...nobody, apiId: this.#apiAt(url) };
    this.#concerned.set(request, concerned);
    response.once('close', () => {
      this.calls.push({
        timestamp,
        method,
        url: `http://${request.headers.host ?? ''}${url}`,
        ipAddress: LOOPBACK,
        responseCode: response.statusCode,
        backendResponseCode: concerned.serviceTime > 0 ? response.statusCode : 0,
        requestSize: Number(request.headers['content-length'] ?? 0),
        responseSize: socket.bytesWritten - written,
        apiTime: performance.now() - started,
        ...concerned,
      });
    });
  }

  /** The API that a URL belongs to, also when the call is refused. */
  #apiAt(url: string): string {
    const [path = ''] = url.split('?');
    const apis = this.#store.in(`${this.#instance}/apis`);
    const suffixOf = ({ properties }: Entity): string => `/${String(properties.path)}/`;
    const fitting = apis.filter((api) => `${path}/`.startsWith(suffixOf(api).replace('//', '/')));
    return fitting.sort((one, other) => suffixOf(other).length - suffixOf(one).length)[0]?.name ?? '-';
  }

  /** The name of the user whose subscription that is. */
  #ownerOf(subscription: string): string {
    const owner = this.#store.get(`${this.#instance}/subscriptions/${subscription}`)?.properties.ownerId;
    return asText(owner)?.split('/').at(-1) ?? nobody.userId;
  }

  #apiOf(api: Entity): GatewayApi {
    const { path, subscriptionKeyParameterNames } = api.properties;
    const { header, query } = asObject(subscriptionKeyParameterNames);
    return {
      suffix: path === '' ? '' : `/${String(path)}`,
      operations: this.#store.in(`${api.id}/operations`).map(({ name, properties }) => ({
        id: name,
        method: String(properties.method),
        urlTemplate: String(properties.urlTemplate),
      })),
      keyNames: {
        header: asText(header) ?? 'Ocp-Apim-Subscription-Key',
        query: asText(query) ?? 'subscription-key',
      },
      passage: (key) => this.#passage(api, key),
    };
  }

  #passage(api: Entity, key: string | undefined): Passage | undefined {
    const products = this.#store
      .in(`${this.#instance}/products`)
      .filter(({ id }) => this.#store.get(`${id}/apis/${api.name}`));
    const subscription = this.#store
      .in(`${this.#instance}/subscriptions`)
      .find(
        ({ properties: { state, primaryKey, secondaryKey, ownerId } }) =>
          state === 'active' &&
          key !== undefined &&
          (key === primaryKey || key === secondaryKey) &&
          !this.#isBlocked(ownerId),
      );
    if (subscription) {
      const scope = String(subscription.properties.scope).slice(this.#instance.length).toLowerCase();
      const product = products.find(({ name }) => scope === `/products/${name}`.toLowerCase());
      if (product) return this.#through(api, product, subscription.name);
      if (['/', '/apis', `/apis/${api.name}`.toLowerCase()].includes(scope))
        return this.#through(api, undefined, subscription.name);
    }
    const open = products.find(({ properties }) => properties.subscriptionRequired === false);
    if (open) return this.#through(api, open, '');
    return api.properties.subscriptionRequired === false ? this.#through(api, undefined, '') : undefined;
  }

  /** Source: azure-rest-api-specs apimusers.json (`UserState`). */
  #isBlocked(ownerId: unknown): boolean {
    return this.#store.get(String(ownerId))?.properties.state === 'blocked';
  }

  /** A product's policy counts for calls with one of its own subscriptions only. */
  #through(api: Entity, product: Entity | undefined, subscription: string): Passage {
    return async (call) => {
      const concerned = this.#concerned.get(call.request);
      if (concerned)
        Object.assign(concerned, {
          operationId: call.operation,
          productId: product?.name ?? nobody.productId,
          subscriptionId: subscription || nobody.subscriptionId,
          userId: this.#ownerOf(subscription),
        } satisfies Partial<Concerned>);
      const trace = this.#traceOf(call, api);
      if (trace) this.#noteCall(trace, call, api, product);
      const scopes = [`${api.id}/operations/${call.operation}`, api.id, product?.id, this.#instance];
      const steps = (section: string): ReturnType<typeof effectivePolicy> =>
        effectivePolicy(
          this.#store,
          section,
          scopes.filter((scope) => scope !== undefined),
        );
      const journey = new Journey({
        call,
        subscription,
        serviceUrl: String(api.properties.serviceUrl),
        namedValues: this.#namedValues(),
        counters: this.#counters,
        note: (...entry) => trace?.note(...entry),
      });
      const returned = journey.inbound(steps('inbound'));
      if (returned) {
        call.request.resume();
        call.response.writeHead(returned.status, Object.fromEntries(returned.headers)).end(returned.body);
        trace?.note('outbound', 'transfer-response', { message: 'The caller has the whole answer.' });
        return;
      }
      const sent = performance.now();
      trace?.note('backend', 'forward-request', {
        request: { method: call.request.method, url: journey.url },
      });
      await forward(this.#agent, journey, call, () => {
        if (concerned) concerned.serviceTime = performance.now() - sent;
        journey.outbound(steps('outbound'));
      });
      trace?.note('outbound', 'transfer-response', { message: 'The caller has the whole answer.' });
    };
  }

  /** Undefined for a call that nobody wants traced, or that may not be. */
  #traceOf({ request, response }: GatewayCall, api: Entity): Trace | undefined {
    const token = request.headers['apim-debug-authorization']?.toString();
    if (token === undefined) return undefined;
    const { trace, header } = this.#traces.begin(token, api.name);
    response.setHeader(...header);
    return trace;
  }

  #noteCall(
    trace: Trace,
    { request, operation }: GatewayCall,
    api: Entity,
    product: Entity | undefined,
  ): void {
    const { method, urlTemplate: uriTemplate } =
      this.#store.get(`${api.id}/operations/${operation}`)?.properties ?? {};
    const { headers } = request;
    trace.note('inbound', 'api-inspector', {
      request: {
        method: request.method,
        url: `http://${headers.host ?? ''}${request.url ?? ''}`,
        headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
      },
    });
    const to = new URL(String(api.properties.serviceUrl));
    trace.note('inbound', 'api-inspector', {
      configuration: {
        api: {
          from: `/${String(api.properties.path)}`,
          to: {
            scheme: to.protocol.slice(0, -1),
            host: to.hostname,
            port: Number(to.port) || (to.protocol === 'https:' ? 443 : 80),
            path: to.pathname,
            queryString: to.search,
            query: Object.fromEntries(to.searchParams),
            isDefaultPort: to.port === '',
          },
          version: api.properties.apiVersion ?? null,
          revision: asText(api.properties.apiRevision) ?? '1',
        },
        operation: { method, uriTemplate },
        user: this.#concerned.get(request)?.userId ?? nobody.userId,
        product: product?.name ?? nobody.productId,
      },
    });
  }

  #namedValues(): ReadonlyMap<string, string> {
    const entities = this.#store.in(`${this.#instance}/namedValues`);
    return new Map(
      entities.map(({ properties: { displayName, value } }) => [String(displayName), String(value)]),
    );
  }
}
