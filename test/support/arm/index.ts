import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

import { readBody, sendJson, sendText } from '../../../src/local-service/httpAnswer.ts';
import type { JsonObject } from '../../../src/protocol/json.ts';
import type { Fault } from '../../../src/local-service/options.ts';
import { listenOnFirstFree, LOOPBACK } from '../../../src/local-service/ports.ts';
import { apimRoutes } from './apim/index.ts';
import { putPresets } from './apim/presets.ts';
import { putInstance } from './apim/services.ts';
import type { InstanceInit } from './apim/services.ts';
import { classicRoutes } from './classic/index.ts';
import { webServiceProperties, webServices } from './classic/webServices.ts';
import type { WebServiceInit } from './classic/webServices.ts';
import { workspaceProperties, workspaces } from './classic/workspaces.ts';
import type { WorkspaceInit } from './classic/workspaces.ts';
import { AsyncOperations } from './asyncOperations.ts';
import type { AsyncSettings } from './asyncOperations.ts';
import { Directory, resourceGroup } from './directory.ts';
import type { TenantInit } from './directory.ts';
import { Interventions } from './interventions.ts';
import type { Match } from './interventions.ts';
import type { Paging } from './paging.ts';
import { modified } from './resources.ts';
import type { Context } from './resources.ts';
import { Store } from './store.ts';
import { ArmError, findRoute, parseBody } from './wire.ts';
import type { Answer, Route } from './wire.ts';

export { faultOf, throttled } from './interventions.ts';
export { ArmError } from './wire.ts';

export interface ArmOptions {
  /** One tenant with one subscription and the group `rg1` when absent. */
  readonly tenants?: readonly TenantInit[];
  /** The instance `demoazureml` of the first subscription when absent. */
  readonly instances?: readonly Partial<InstanceInit>[];
  /** Whether instances have the products and the subscription that the classic tiers come with. */
  readonly presets?: boolean;
  readonly async?: Partial<AsyncSettings>;
  readonly paging?: Partial<Paging>;
  /** Milliseconds that a write takes, so that writes of several callers meet. */
  readonly writeMs?: number;
}

/** A request that was answered; no bodies, so that a test can print it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

const MAX_BODY = 8 * 1024 * 1024;
const WRITES = ['PUT', 'PATCH', 'POST', 'DELETE'];

export const defaultTenant: TenantInit = {
  tenantId: '11111111-1111-4111-8111-111111111111',
  displayName: 'Contoso',
  subscriptions: [
    {
      subscriptionId: '00000000-0000-4000-8000-000000000000',
      displayName: 'Pay as you go',
      resourceGroups: ['rg1'],
    },
  ],
};

/** Starts an emulated Azure Resource Manager on loopback. See README.md beside this file. */
export async function startArm(options: ArmOptions = {}): Promise<Arm> {
  const arm = new Arm(options);
  await arm.listen();
  return arm;
}

/** Azure Resource Manager with everything in memory, over real HTTP. */
export class Arm {
  /** Switches that may be turned while it runs. */
  readonly async: AsyncSettings;
  readonly paging: Paging;
  /** What was asked and how it was answered, oldest first. */
  readonly requests: SeenRequest[] = [];
  /** Ids of the instances there were from the start. */
  readonly instances: readonly string[];

  readonly #tenants: readonly TenantInit[];
  readonly #directory: Directory;
  readonly #context: Context;
  readonly #routes: readonly Route[];
  readonly #writeMs: number;
  readonly #writesUnder = new Map<string, number>();
  readonly #faults = new Interventions<Fault>();
  readonly #lostAnswers = new Interventions<true>();
  readonly #hooks = new Interventions<() => Promise<void>>();
  readonly #lateFailures = new Interventions<ArmError>();
  readonly #server = createServer((request, response) => {
    this.#handle(request, response).catch(() => response.destroy());
  });
  #url = '';

  constructor(options: ArmOptions) {
    this.async = { polls: 1, statusBody: 'resource', headers: 'both', ...options.async };
    this.paging = { pageSize: 100, lastLink: 'empty', ...options.paging };
    this.#writeMs = options.writeMs ?? 2;
    this.#tenants = options.tenants ?? [defaultTenant];
    this.#directory = new Directory(this.#tenants);
    const store = new Store();
    this.#context = {
      store,
      operations: new AsyncOperations(this.async),
      paging: this.paging,
      lateFailures: this.#lateFailures,
    };
    this.#routes = [
      ...this.#directory.routes(this.#context),
      ...apimRoutes(this.#context),
      ...classicRoutes(this.#context),
    ];
    for (const { subscriptionId, resourceGroups = [] } of this.#tenants.flatMap(
      ({ subscriptions }) => subscriptions,
    )) {
      for (const group of resourceGroups)
        store.put(resourceGroup(`/subscriptions/${subscriptionId}/resourceGroups/${group}`));
    }
    this.instances = (options.instances ?? [{}]).map((init) => this.#addInstance(init, options.presets));
  }

  /** Where it listens, such as `http://127.0.0.1:41234`. */
  get url(): string {
    return this.#url;
  }

  async listen(): Promise<void> {
    this.#url = `http://${LOOPBACK}:${await listenOnFirstFree(this.#server, [0])}`;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  /** An access token as a sign-in would give it; for the first tenant unless told otherwise. */
  token(tenantId = this.#tenants[0]?.tenantId ?? '', account = 'owner@example.com'): string {
    return this.#directory.issue(tenantId, account);
  }

  expire(token: string): void {
    this.#directory.expire(token);
  }

  /** Answers the next requests that match with a fault, before anything is done. */
  failNext(match: Match, fault: Fault, times = 1): void {
    this.#faults.plan(match, fault, times);
  }

  /** Does what the next requests that match ask for, and cuts the connection instead of answering. */
  loseAnswers(match: Match, times = 1): void {
    this.#lostAnswers.plan(match, true, times);
  }

  /** Lets the next long-running writes that match begin well and end with an error. */
  failLater(match: Match, error: ArmError, times = 1): void {
    this.#lateFailures.plan(match, error, times);
  }

  /** Runs something, once, after the next request that matches came in and before anything is looked at for it. */
  beforeNext(match: Match, hook: () => Promise<void>): void {
    this.#hooks.plan(match, hook, 1);
  }

  /** Writes a classic workspace of that name to the first group; gives its id. */
  addWorkspace(name: string, init: WorkspaceInit): string {
    return this.#add('workspaces', name, workspaces.type, workspaceProperties(init));
  }

  /** Writes a web service that is a resource to the first group; gives its id. */
  addWebService(name: string, init: WebServiceInit): string {
    return this.#add('webServices', name, webServices.type, webServiceProperties(init));
  }

  #add(kind: string, name: string, type: string, properties: JsonObject): string {
    const [subscription] = this.#tenants[0]?.subscriptions ?? [];
    const group = `/subscriptions/${subscription?.subscriptionId ?? ''}/resourceGroups/${subscription?.resourceGroups?.[0] ?? ''}`;
    const id = `${group}/providers/Microsoft.MachineLearning/${kind}/${name}`;
    const members = { location: 'South Central US', tags: {} };
    return this.#context.store.put({ id, type, properties, members }).id;
  }

  #addInstance(init: Partial<InstanceInit>, presets = true): string {
    const [subscription] = this.#tenants[0]?.subscriptions ?? [];
    const id = putInstance(this.#context, {
      subscriptionId: subscription?.subscriptionId ?? '',
      resourceGroup: subscription?.resourceGroups?.[0] ?? 'rg1',
      name: 'demoazureml',
      ...init,
    });
    if (presets) putPresets(this.#context.store, id);
    return id;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.#url);
    const method = request.method ?? 'GET';
    const path = decodeURIComponent(url.pathname).replace(/(?<=.)\/$/, '');
    const asked = `${method} ${path}`;
    const body = await readBody(request, MAX_BODY);
    const writes = this.#writesBegun(method, path);
    await this.#hooks.take(asked)?.();
    if (WRITES.includes(method)) await delay(this.#writeMs);
    const fault = this.#faults.take(asked);
    if (fault === 'reset') request.socket.resetAndDestroy();
    else if (fault !== undefined && fault !== 'silence')
      sendText(response, fault.status, fault.body ?? '', fault.headers);
    if (fault !== undefined) {
      this.requests.push({ method, path, status: typeof fault === 'string' ? 0 : fault.status });
      return;
    }
    const answer = this.#answer(request, url, method, path, body, writes);
    this.requests.push({ method, path, status: answer.status });
    if (this.#lostAnswers.take(asked)) request.socket.resetAndDestroy();
    else sendJson(response, answer.status, method === 'HEAD' ? undefined : answer.body, answer.headers);
  }

  #answer(
    { headers }: IncomingMessage,
    url: URL,
    method: string,
    path: string,
    content: Buffer,
    writes: () => boolean,
  ): Answer {
    try {
      checkVersion(url.searchParams);
      this.#directory.admit(headers.authorization, path);
      const poll = method === 'GET' ? this.#context.operations.answer(path, url) : undefined;
      if (poll) return poll;
      const { route, parameters } = findRoute(this.#routes, method, path);
      const body = parseBody(content);
      if (!writes()) throw modified();
      return route.answer({ method, path, parameters, query: url.searchParams, headers, body, url });
    } catch (error) {
      if (!(error instanceof ArmError)) throw error;
      return { status: error.status, headers: error.headers, body: { error: error.error } };
    }
  }

  /**
   * Notes that a write begins; what it gives says later whether no other write under the same API came in between,
   * and counts this one. Such writes get in each other's way, seen in Azure/apiops and Bicep's `@batchSize(1)`.
   */
  #writesBegun(method: string, path: string): () => boolean {
    const api = /^.*\/service\/[^/]+\/apis\/[^/]+/i.exec(path)?.[0].toLowerCase();
    if (api === undefined || !WRITES.includes(method)) return () => true;
    const before = this.#writesUnder.get(api) ?? 0;
    return () => {
      if ((this.#writesUnder.get(api) ?? 0) !== before) return false;
      this.#writesUnder.set(api, before + 1);
      return true;
    };
  }
}

/** @throws ArmError 400 */
function checkVersion(query: URLSearchParams): void {
  const version = query.get('api-version');
  if (version === null || version === '')
    throw new ArmError(400, 'MissingApiVersionParameter', 'The query has no api-version.');
  if (!/^\d{4}-\d\d-\d\d(?:-preview)?$/.test(version))
    throw new ArmError(400, 'InvalidApiVersionParameter', `There is no api-version ${version}.`);
}
