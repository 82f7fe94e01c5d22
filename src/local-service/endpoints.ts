import { join } from 'node:path';
import * as v from 'valibot';

import { Failure } from '../protocol/failure.ts';
import { readJson, writePrivateJson } from './files.ts';
import { newId, newKey } from './identity.ts';
import type { EndpointIdentity } from './identity.ts';
import type { WebService } from './webService.ts';

export const DEFAULT_ENDPOINT = 'default';

/** The calls at a time of an endpoint whose throttle level is low, whatever else it is told (hning86/azuremlps README.md). */
const LOW_CONCURRENT_CALLS = 4;

export const throttleLevels = ['Low', 'High'] as const;
export const traceLevels = ['None', 'Error', 'All'] as const;

const settingsSchema = v.object({
  description: v.string(),
  throttleLevel: v.picklist(throttleLevels),
  maxConcurrentCalls: v.number(),
  diagnosticsTraceLevel: v.picklist(traceLevels),
  preventUpdate: v.boolean(),
});

/** What the management API lets change of an endpoint. */
export type EndpointSettings = Readonly<v.InferOutput<typeof settingsSchema>>;

const patchedModelSchema = v.object({
  baseLocation: v.string(),
  relativeLocation: v.string(),
  sasBlobToken: v.string(),
  /** The text of the `.ilearner` file: the blob may go, the endpoint stays as it is. */
  content: v.string(),
});

/** The trained model that took the place of an endpoint's own, and where it came from. */
export type PatchedModel = Readonly<v.InferOutput<typeof patchedModelSchema>>;

const recordSchema = v.object({
  ...settingsSchema.entries,
  serviceId: v.string(),
  name: v.string(),
  endpointId: v.string(),
  primaryKey: v.string(),
  secondaryKey: v.string(),
  /** ISO 8601. */
  creationTime: v.string(),
  model: v.optional(patchedModelSchema),
});

type EndpointRecord = Readonly<v.InferOutput<typeof recordSchema>>;

/** An endpoint and the service behind it, with the endpoint's own trained model in it. */
export interface Endpoint extends EndpointRecord {
  readonly service: WebService;
}

/** A web service with its id; names are not unique. */
export interface PublishedService {
  readonly id: string;
  readonly service: WebService;
  /** ISO 8601. */
  readonly creationTime: string;
}

export interface EndpointsInit {
  readonly dataFolder: string;
  /** Each service with the ids and keys of its default endpoint. */
  readonly services: readonly { readonly service: WebService; readonly identity: EndpointIdentity }[];
  /** RRS calls that a default endpoint answers at a time. */
  readonly concurrentCalls: number;
}

/** The services of the workspace and their endpoints; those beside the default ones are kept on disk. */
export class Endpoints {
  readonly services: readonly PublishedService[];
  readonly #path: string;
  /** By the ids of their services. */
  readonly #defaults: ReadonlyMap<string, Endpoint>;
  #added: readonly Endpoint[] = [];
  /** Endpoints of services that are not here now. */
  readonly #others: EndpointRecord[] = [];
  #written: Promise<void> = Promise.resolve();

  private constructor({ dataFolder, services, concurrentCalls }: EndpointsInit) {
    this.#path = join(dataFolder, 'endpoints.json');
    this.services = services.map(({ service, identity }) => {
      return { id: identity.serviceId, service, creationTime: identity.creationTime };
    });
    const defaults = services.map(({ service, identity }) => ({
      ...identity,
      ...defaultSettings,
      name: DEFAULT_ENDPOINT,
      throttleLevel: concurrentCalls <= LOW_CONCURRENT_CALLS ? ('Low' as const) : ('High' as const),
      maxConcurrentCalls: concurrentCalls,
      service,
    }));
    this.#defaults = new Map(defaults.map((endpoint) => [endpoint.serviceId, endpoint]));
  }

  /** @throws Failure `LocalServiceDataUnreadable` */
  static async open(init: EndpointsInit): Promise<Endpoints> {
    const endpoints = new Endpoints(init);
    await endpoints.#load();
    return endpoints;
  }

  service(id: string): PublishedService | undefined {
    return this.services.find((service) => service.id === id.toLowerCase());
  }

  /** The endpoints of a service: the default one, then the others as they were added. */
  of(serviceId: string): readonly Endpoint[] {
    const own = this.#defaults.get(serviceId);
    return [...(own ? [own] : []), ...this.#added.filter((endpoint) => endpoint.serviceId === serviceId)];
  }

  byId(endpointId: string): Endpoint | undefined {
    return this.#all().find((endpoint) => endpoint.endpointId === endpointId.toLowerCase());
  }

  /** An endpoint of a service by its name or its id. */
  find(serviceId: string, endpoint: string): Endpoint | undefined {
    const wanted = endpoint.toLowerCase();
    return this.of(serviceId.toLowerCase()).find(
      ({ name, endpointId }) => name === wanted || endpointId === wanted,
    );
  }

  /** Makes an endpoint with an id and keys of its own. */
  async add(to: PublishedService, name: string, settings: Partial<EndpointSettings>): Promise<Endpoint> {
    const endpoint: Endpoint = {
      ...effective({ ...defaultSettings, ...settings }),
      serviceId: to.id,
      name,
      endpointId: newId(),
      primaryKey: newKey(),
      secondaryKey: newKey(),
      creationTime: new Date().toISOString(),
      service: to.service,
    };
    this.#added = [...this.#added, endpoint];
    await this.#save();
    return endpoint;
  }

  /** @throws ModelError when a model does not fit; nothing is changed then */
  async change(
    endpoint: Endpoint,
    settings: Partial<EndpointSettings>,
    model: PatchedModel | undefined,
  ): Promise<Endpoint> {
    const current = this.byId(endpoint.endpointId) ?? endpoint;
    const changed = { ...current, ...effective({ ...current, ...settings }) };
    return this.#replace(model ? withModel(changed, model) : changed);
  }

  /** Gives an endpoint the trained model of its service again. */
  async restoreModel(endpoint: Endpoint): Promise<Endpoint> {
    const service = this.service(endpoint.serviceId)?.service ?? endpoint.service;
    return this.#replace({ ...endpoint, model: undefined, service });
  }

  async remove(endpoint: Endpoint): Promise<void> {
    this.#added = this.#added.filter(({ endpointId }) => endpointId !== endpoint.endpointId);
    await this.#save();
  }

  #all(): readonly Endpoint[] {
    return [...this.#defaults.values(), ...this.#added];
  }

  async #replace(endpoint: Endpoint): Promise<Endpoint> {
    this.#added = this.#added.map((each) => (each.endpointId === endpoint.endpointId ? endpoint : each));
    await this.#save();
    return endpoint;
  }

  async #load(): Promise<void> {
    try {
      const records = v.parse(v.array(recordSchema), (await readJson(this.#path)) ?? []);
      for (const record of records) {
        const service = this.service(record.serviceId)?.service;
        if (!service) this.#others.push(record);
        else this.#added = [...this.#added, restored(record, service)];
      }
    } catch (error) {
      throw new Failure({
        code: 'LocalServiceDataUnreadable',
        origin: 'client',
        sentence: `The local service cannot read its endpoints in ${this.#path}. Reset the local service to begin anew.`,
        cause: error,
      });
    }
  }

  #save(): Promise<void> {
    const records = [...this.#others, ...this.#added.map(recordOf)];
    this.#written = this.#written.catch(() => undefined).then(() => writePrivateJson(this.#path, records));
    return this.#written;
  }
}

const defaultSettings: EndpointSettings = {
  description: '',
  throttleLevel: 'Low',
  maxConcurrentCalls: LOW_CONCURRENT_CALLS,
  diagnosticsTraceLevel: 'None',
  preventUpdate: false,
};

function effective(settings: EndpointSettings): EndpointSettings {
  const { description, throttleLevel, maxConcurrentCalls, diagnosticsTraceLevel, preventUpdate } = settings;
  return {
    description,
    throttleLevel,
    maxConcurrentCalls: throttleLevel === 'Low' ? LOW_CONCURRENT_CALLS : maxConcurrentCalls,
    diagnosticsTraceLevel,
    preventUpdate,
  };
}

function withModel(endpoint: Endpoint, model: PatchedModel): Endpoint {
  const service = endpoint.service.model?.replacedBy(model.content) ?? endpoint.service;
  return { ...endpoint, service, model };
}

function restored(record: EndpointRecord, service: WebService): Endpoint {
  const endpoint = { ...record, service };
  return record.model ? withModel(endpoint, record.model) : endpoint;
}

function recordOf(endpoint: Endpoint): EndpointRecord {
  const { serviceId, name, endpointId, primaryKey, secondaryKey, creationTime, model } = endpoint;
  const identity = { serviceId, name, endpointId, primaryKey, secondaryKey, creationTime };
  return { ...effective(endpoint), ...identity, model };
}
