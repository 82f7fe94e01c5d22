import type { JsonObject } from '../../../src/protocol/json.ts';
import type { Fault } from '../../../src/local-service/options.ts';
import { apimRoutes } from './apim/index.ts';
import { putPresets } from './apim/presets.ts';
import { instanceIdOf, putInstance } from './apim/services.ts';
import type { InstanceInit } from './apim/services.ts';
import { classicRoutes } from './classic/index.ts';
import { webServiceProperties } from './classic/webServices.ts';
import type { WebServiceInit } from './classic/webServices.ts';
import { workspaceProperties } from './classic/workspaces.ts';
import type { WorkspaceInit } from './classic/workspaces.ts';
import { AsyncOperations } from './asyncOperations.ts';
import type { AsyncSettings } from './asyncOperations.ts';
import { Directory, resourceGroup } from './directory.ts';
import type { TenantInit } from './directory.ts';
import { Exports } from './exports.ts';
import { Gateways } from './gateway/gateways.ts';
import type { LoggedCall } from './gateway/loggedCall.ts';
import { Interventions } from './interventions.ts';
import type { Match } from './interventions.ts';
import { LOCATIONS } from './locations.ts';
import type { Metric } from './metricSeries.ts';
import { metricRoutes } from './metrics.ts';
import type { Paging } from './paging.ts';
import { Registrations } from './providers.ts';
import type { ProviderInit } from './providers.ts';
import { ArmServer } from './server.ts';
import type { SeenRequest } from './server.ts';
import { Store } from './store.ts';
import type { ArmError } from './wire.ts';

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

const MEMBERS = { location: 'South Central US', tags: {} };

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
  for (const init of options.instances ?? [{}]) await arm.addInstance(init);
  return arm;
}

/** Azure Resource Manager with everything in memory, over real HTTP. */
export class Arm {
  /** Switches that may be turned while it runs. */
  readonly async: AsyncSettings;
  readonly paging: Paging;
  /** Texts by URL: what an import finds at a link. */
  readonly documents = new Map<string, string>();
  /** Ids of the instances. */
  readonly instances: string[] = [];

  readonly #store = new Store();
  readonly #tenants: readonly TenantInit[];
  readonly #directory: Directory;
  readonly #server: ArmServer;
  readonly #gateways = new Gateways(this.#store);
  readonly #registrations: Registrations;
  readonly #exports = new Exports();
  readonly #metrics = new Map<string, readonly Metric[]>();
  readonly #presets: boolean;
  readonly #lateFailures = new Interventions<ArmError>();

  constructor(options: ArmOptions) {
    this.async = {
      ...{ polls: 1, statusBody: 'resource', headers: 'both', held: false, retryAfter: 0 },
      ...options.async,
    };
    this.paging = { pageSize: 100, lastLink: 'empty', ...options.paging };
    this.#presets = options.presets ?? true;
    this.#tenants = options.tenants ?? [defaultTenant];
    this.#directory = new Directory(this.#tenants);
    const operations = new AsyncOperations(this.async);
    this.#registrations = new Registrations(() => this.async.polls, Object.values(LOCATIONS));
    const context = {
      store: this.#store,
      operations,
      paging: this.paging,
      documents: this.documents,
      lateFailures: this.#lateFailures,
      registrations: this.#registrations,
      gateways: this.#gateways,
      exports: this.#exports,
      metrics: this.#metrics,
      presets: this.#presets,
    };
    const routes = [
      ...this.#directory.routes(context),
      ...this.#registrations.routes(this.paging),
      ...apimRoutes(context),
      ...metricRoutes(context),
      ...classicRoutes(context),
    ];
    const { writeMs = 2 } = options;
    this.#server = new ArmServer({
      directory: this.#directory,
      operations,
      exports: this.#exports,
      routes,
      writeMs,
      prepare: (asked) => this.#prepare(asked),
    });
    const subscriptions = this.#tenants.flatMap((tenant) => tenant.subscriptions);
    for (const { subscriptionId, resourceGroups = [] } of subscriptions)
      for (const group of resourceGroups)
        this.#store.put(resourceGroup(`/subscriptions/${subscriptionId}/resourceGroups/${group}`));
  }

  /** Where it listens, such as `http://127.0.0.1:41234`. */
  get url(): string {
    return this.#server.url;
  }

  /** What was asked and how it was answered, oldest first. */
  get requests(): readonly SeenRequest[] {
    return this.#server.requests;
  }

  listen(): Promise<void> {
    return this.#server.listen();
  }

  async close(): Promise<void> {
    await this.#gateways.close();
    await this.#server.close();
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
    this.#server.faults.plan(match, fault, times);
  }

  /** Does what the next requests that match ask for, and cuts the connection instead of answering. */
  loseAnswers(match: Match, times = 1): void {
    this.#server.lostAnswers.plan(match, true, times);
  }

  /** Lets the next long-running writes that match begin well and end with an error. */
  failLater(match: Match, error: ArmError, times = 1): void {
    this.#lateFailures.plan(match, error, times);
  }

  /** Runs something, once, after the next request that matches came in and before anything is looked at for it. */
  beforeNext(match: Match, hook: () => Promise<void>): void {
    this.#server.hooks.plan(match, hook, 1);
  }

  /** Writes an instance that runs, with a gateway of its own; gives its id. */
  async addInstance(init: Partial<InstanceInit> = {}): Promise<string> {
    const whole = { ...this.#firstGroup(), name: 'demoazureml', ...init };
    const url = await this.#gateways.open(instanceIdOf(whole));
    const id = putInstance(this.#store, whole, url);
    if (this.#presets && init.tier !== 'Consumption') putPresets(this.#store, id);
    this.instances.push(id);
    return id;
  }

  /** Writes a classic workspace of that name to the first group; gives its id. */
  addWorkspace(name: string, init: WorkspaceInit): string {
    return this.seed(this.#studioId('workspaces', name), workspaceProperties(init), MEMBERS);
  }

  /** Writes a web service that is a resource to the first group; gives its id. */
  addWebService(name: string, init: WebServiceInit): string {
    return this.seed(this.#studioId('webServices', name), webServiceProperties(init), MEMBERS);
  }

  /** Writes a resource without any check; gives its id. */
  seed(id: string, properties: JsonObject, members: JsonObject = {}): string {
    return this.#store.put({ id, properties, members }).id;
  }

  /** Puts calls of the past to those that went through an instance's gateway. */
  addCalls(instance: string, calls: readonly LoggedCall[]): void {
    this.#gateways.addCalls(instance, calls);
  }

  /** Gives a resource that is no instance, and that was seeded, something that it measures. */
  addMetrics(resource: string, metrics: readonly Metric[]): void {
    this.#metrics.set(resource.toLowerCase(), metrics);
  }

  /** Adds a provider that nobody has registered yet. */
  addProvider(provider: ProviderInit): void {
    this.#registrations.add(provider);
  }

  /** Makes a subscription one in which API Management has to be registered first. */
  unregister(subscriptionId = this.#firstGroup().subscriptionId): void {
    this.#registrations.withdraw(subscriptionId);
  }

  /** A new instance needs a gateway that listens already. */
  async #prepare(asked: string): Promise<void> {
    const [, id] = /^PUT (\/.*\/providers\/Microsoft\.ApiManagement\/service\/[^/]+)$/i.exec(asked) ?? [];
    if (id !== undefined) await this.#gateways.open(id);
  }

  #studioId(kind: string, name: string): string {
    const { subscriptionId, resourceGroup: group } = this.#firstGroup();
    const groupId = `/subscriptions/${subscriptionId}/resourceGroups/${group}`;
    return `${groupId}/providers/Microsoft.MachineLearning/${kind}/${name}`;
  }

  #firstGroup(): Pick<InstanceInit, 'subscriptionId' | 'resourceGroup'> {
    const [subscription] = this.#tenants[0]?.subscriptions ?? [];
    return {
      subscriptionId: subscription?.subscriptionId ?? '',
      resourceGroup: subscription?.resourceGroups?.[0] ?? 'rg1',
    };
  }
}
