import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { replaceFile } from '../local-service/replaceFile.ts';
import { Failure } from '../protocol/failure.ts';
import type { ManagedEndpoint } from '../protocol/studio/management.ts';
import { defaultEndpointName } from '../protocol/studio/managementRequests.ts';
import type { ManagementAccess, ManagementClient } from './managementClient.ts';
import type { Endpoint, EndpointFacts, WebService, Workspace } from './model.ts';

const factsSchema = v.object({
  creationTime: v.exactOptional(v.string()),
  throttleLevel: v.exactOptional(v.string()),
  maxConcurrentCalls: v.exactOptional(v.number()),
  diagnosticsTraceLevel: v.exactOptional(v.string()),
  helpLocation: v.exactOptional(v.string()),
  /** Names of what can be replaced; where that is now can hold a credential. */
  resources: v.pipe(v.array(v.string()), v.readonly()),
});
const endpointSchema = v.object({
  name: v.string(),
  endpointId: v.string(),
  facts: v.exactOptional(factsSchema),
});
const serviceSchema = v.object({
  serviceId: v.string(),
  name: v.string(),
  /** Absent until they were listed once. */
  endpoints: v.optional(v.array(endpointSchema)),
});
const cacheSchema = v.record(v.string(), v.array(serviceSchema));

type FoundService = Readonly<v.InferOutput<typeof serviceSchema>>;

export interface DiscoveryInit {
  readonly client: ManagementClient;
  /** The file of the cache: names and ids, no keys. */
  readonly path: string;
  /** The authorization token of a workspace, if one is stored. */
  readonly tokenOf: (workspace: Workspace) => Promise<string | undefined>;
  readonly onDidChange: () => void;
  readonly log: (line: string) => void;
}

/**
 * The web services that the management API lists, kept in a cache on the disk. Services are listed when their workspace
 * is first looked into, endpoints when their service is; what is in the cache is there at once, and asked for again once
 * in the life of a window, or when the user wants it.
 */
export class Discovery {
  readonly #init: DiscoveryInit;
  #found: ReadonlyMap<string, readonly FoundService[]> = new Map();
  readonly #services = new WeakMap<readonly FoundService[], readonly WebService[]>();
  #loaded: Promise<void> | undefined;
  #written: Promise<void> = Promise.resolve();
  /** What this window has asked for already, or is asking for. */
  readonly #asked = new Map<string, Promise<void>>();

  constructor(init: DiscoveryInit) {
    this.#init = init;
  }

  /** The services of a workspace as last seen: the same array until they change. */
  servicesOf(workspace: Workspace): readonly WebService[] {
    const found = this.#found.get(keyOf(workspace)) ?? nothing;
    const services = this.#services.get(found) ?? found.map(discovered);
    this.#services.set(found, services);
    return services;
  }

  /** Reads the cache. */
  load(): Promise<void> {
    return (this.#loaded ??= this.#load());
  }

  /** Asks again for everything below a workspace, when it is next looked into. */
  forgetAsked(workspace: Workspace): void {
    const key = keyOf(workspace);
    for (const each of this.#asked.keys()) if (each.startsWith(key)) this.#asked.delete(each);
  }

  /**
   * Lists the services of a workspace whose token is stored; without one there is nothing to do. Known services are not
   * waited for. Throws a `Failure` when nothing is known.
   */
  async services(workspace: Workspace): Promise<void> {
    await this.load();
    const access = await this.accessTo(workspace);
    if (access === undefined) return;
    const asked = this.#once(keyOf(workspace), () => this.#listServices(workspace, access));
    if (this.#found.has(keyOf(workspace))) asked.catch(() => undefined);
    else await asked;
  }

  /** Lists the endpoints of a discovered service. Throws a `Failure` when none are known. */
  async endpoints(workspace: Workspace, serviceId: string): Promise<void> {
    await this.load();
    const access = await this.accessTo(workspace);
    if (access === undefined) return;
    try {
      await this.#once(`${keyOf(workspace)}\n${serviceId}`, () =>
        this.#listEndpoints(workspace, serviceId, access),
      );
    } catch (error) {
      if (this.#service(workspace, serviceId)?.endpoints === undefined) throw error;
    }
  }

  /** Takes over what a first look at a workspace has brought. */
  async take(workspace: Workspace, services: readonly { id: string; name: string }[]): Promise<void> {
    await this.load();
    this.#asked.set(keyOf(workspace), Promise.resolve());
    this.#keep(workspace, withKnownEndpoints(services, this.#found.get(keyOf(workspace)) ?? []));
  }

  /** Resolves when what was found so far is in the cache on the disk, for which nobody else waits. */
  saved(): Promise<void> {
    return this.#written;
  }

  /** The API key of a discovered endpoint, from the management API. Throws a `Failure`. */
  async apiKey({ workspace, service, name }: Endpoint): Promise<string | undefined> {
    const access = await this.accessTo(workspace);
    if (service.discovered !== true || service.serviceId === undefined || access === undefined) {
      return undefined;
    }
    const reference = { serviceId: service.serviceId, endpoint: name };
    return valueOf(await this.#init.client.keysOf(access, reference)).primary;
  }

  /** Undefined where no management API is named or no token is stored. */
  async accessTo(workspace: Workspace): Promise<ManagementAccess | undefined> {
    const { managementUrl, workspaceId } = workspace;
    if (managementUrl === undefined) return undefined;
    const token = await this.#init.tokenOf(workspace);
    return token === undefined ? undefined : { managementUrl, workspaceId, token };
  }

  #once(key: string, ask: () => Promise<void>): Promise<void> {
    const asked = this.#asked.get(key) ?? ask();
    this.#asked.set(key, asked);
    asked.catch((error: unknown) => {
      if (this.#asked.get(key) === asked) this.#asked.delete(key);
      this.#init.log(`The management API did not answer: ${String(error)}`);
    });
    return asked;
  }

  async #listServices(workspace: Workspace, access: ManagementAccess): Promise<void> {
    const services = valueOf(await this.#init.client.listServices(access));
    this.#keep(workspace, withKnownEndpoints(services, this.#found.get(keyOf(workspace)) ?? []));
  }

  async #listEndpoints(workspace: Workspace, serviceId: string, access: ManagementAccess): Promise<void> {
    const listed = valueOf(await this.#init.client.listEndpoints(access, serviceId));
    const endpoints = listed
      .flatMap((endpoint) => {
        const { name, address } = endpoint;
        return address ? [{ name, endpointId: address.endpointId, facts: factsOf(endpoint) }] : [];
      })
      .toSorted((one, other) => Number(isDefault(other)) - Number(isDefault(one)));
    const services = this.#found.get(keyOf(workspace)) ?? [];
    this.#keep(
      workspace,
      services.map((service) => (service.serviceId === serviceId ? { ...service, endpoints } : service)),
    );
  }

  #service(workspace: Workspace, serviceId: string): FoundService | undefined {
    return this.#found.get(keyOf(workspace))?.find((service) => service.serviceId === serviceId);
  }

  #keep(workspace: Workspace, services: readonly FoundService[]): void {
    const before = this.#found.get(keyOf(workspace));
    if (before !== undefined && JSON.stringify(before) === JSON.stringify(services)) return;
    this.#found = new Map([...this.#found, [keyOf(workspace), services]]);
    this.#init.onDidChange();
    this.#written = this.#written.then(() => this.#write());
  }

  async #load(): Promise<void> {
    try {
      const cache = v.parse(cacheSchema, JSON.parse(await readFile(this.#init.path, 'utf8')));
      this.#found = new Map([...Object.entries(cache), ...this.#found]);
      this.#init.onDidChange();
    } catch {
      // Without a cache, or with one that is not understood, everything is asked for again.
    }
  }

  /** A cache that cannot be written costs a question more in the next window. */
  async #write(): Promise<void> {
    const { path, log } = this.#init;
    const temporary = `${path}.${process.pid}.tmp`;
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(temporary, JSON.stringify(Object.fromEntries(this.#found)));
      await replaceFile(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      log(`The discovered services cannot be kept: ${String(error)}`);
    }
  }
}

const nothing: readonly FoundService[] = [];

function discovered({ name, serviceId, endpoints = [] }: FoundService): WebService {
  return { name, serviceId, endpoints, discovered: true };
}

/** A workspace whose address changes is another one. */
function keyOf({ baseUrl, workspaceId, managementUrl = '' }: Workspace): string {
  return JSON.stringify([baseUrl, workspaceId, managementUrl]);
}

function withKnownEndpoints(
  listed: readonly { readonly id: string; readonly name: string }[],
  before: readonly FoundService[],
): readonly FoundService[] {
  const known = new Map(before.map((service) => [service.serviceId, service]));
  return listed.map(({ id, name }) => {
    const endpoints = known.get(id)?.endpoints;
    return { serviceId: id, name, ...(endpoints && { endpoints }) };
  });
}

/** What is shown of an endpoint without asking again. */
function factsOf(endpoint: ManagedEndpoint): EndpointFacts {
  return v.parse(factsSchema, { ...endpoint, resources: endpoint.resources.map(({ name }) => name) });
}

function isDefault({ name }: { readonly name: string }): boolean {
  return name === defaultEndpointName;
}

function valueOf<T>(value: T | Failure): T {
  if (value instanceof Failure) throw value;
  return value;
}
