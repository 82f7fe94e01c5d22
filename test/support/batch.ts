import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Endpoint } from '../../src/catalog/index.ts';
import { JobEngine, type EnginePorts } from '../../src/jobs/engine.ts';
import type { JobRecord } from '../../src/jobs/jobRecord.ts';
import type { LocalServiceOptions } from '../../src/local-service/options.ts';
import { startLocalService, type RunningLocalService } from '../../src/local-service/server.ts';
import type { LocalServiceDescription } from '../../src/local-service/description.ts';
import { parseServiceSchema } from '../../src/protocol/studio/swagger.ts';
import type { ServiceSchema } from '../../src/protocol/studio/serviceSchema.ts';
import { swaggerUrl } from '../../src/protocol/studio/urls.ts';
import { BlobClient } from '../../src/storage/blobClient.ts';
import { defineStorage } from '../../src/storage/storageDefinition.ts';
import { createHttpClient, type HttpClient } from '../../src/transport/index.ts';

export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'azureml-test-'));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}

export function plainHttpClient(): HttpClient {
  return createHttpClient({ log: () => undefined, settings: () => ({}), environment: {}, retryDelayMs: 1 });
}

export function localEndpoint(
  local: LocalServiceDescription,
  name: string,
  baseUrl = local.baseUrl,
): Endpoint {
  const found = local.services.find((service) => service.name === name);
  if (found === undefined) throw new Error(`The local service has no ${name}.`);
  const endpoint = { name: 'default', endpointId: found.endpointId };
  const service = { name, serviceId: found.serviceId, endpoints: [endpoint] };
  return {
    workspace: {
      name: 'Local',
      workspaceId: local.workspaceId,
      baseUrl,
      auth: { type: 'apiKey' },
      style: 'workspaces',
      services: [service],
      local: true,
    },
    service,
    name: 'default',
    endpointId: found.endpointId,
    label: name,
    address: { baseUrl, style: 'workspaces', workspaceId: local.workspaceId, endpointId: found.endpointId },
  };
}

export function keyOf(local: LocalServiceDescription, endpointId: string): string {
  return local.services.find((service) => service.endpointId === endpointId)?.apiKey ?? '';
}

/** A local service with its storage, and what a client of it needs. */
export class BatchWorld {
  readonly running: RunningLocalService;
  readonly http: HttpClient;
  readonly folder: string;
  readonly #remove: () => Promise<void>;
  readonly #engines: JobEngine[] = [];
  readonly ended: JobRecord[] = [];
  readonly sentAgain: JobRecord[] = [];
  readonly takenUp: { readonly record: JobRecord; readonly now: boolean }[] = [];
  readonly reported: unknown[] = [];

  private constructor(running: RunningLocalService, folder: string, remove: () => Promise<void>) {
    this.running = running;
    this.folder = folder;
    this.#remove = remove;
    this.http = plainHttpClient();
  }

  static async start(options: LocalServiceOptions = {}): Promise<BatchWorld> {
    const { path, remove } = await temporaryFolder();
    return new BatchWorld(await startLocalService(options), path, remove);
  }

  get local(): LocalServiceDescription {
    return this.running.description;
  }

  endpoint(name = 'SimpleFeatureHashingExperiment'): Endpoint {
    return localEndpoint(this.local, name);
  }

  storage(): Promise<BlobClient> {
    const { storageConnectionString: connectionString, storageContainer: container } = this.local;
    return BlobClient.open(
      defineStorage({ kind: 'connectionString', connectionString, container }),
      this.http,
    );
  }

  ports(change: Partial<EnginePorts> = {}): EnginePorts {
    return {
      globalStoragePath: this.folder,
      http: () => Promise.resolve(this.http),
      endpointOf: (record) => Promise.resolve(localEndpoint(this.local, record.service)),
      authorize: (endpoint) =>
        Promise.resolve({ Authorization: `Bearer ${keyOf(this.local, endpoint.endpointId)}` }),
      schema: (endpoint) => this.#schema(endpoint),
      note: () => undefined,
      explain: (_, failure) => failure,
      report: (error) => this.reported.push(error),
      onEnd: (record) => this.ended.push(record),
      onTakenUp: (record, now) => this.takenUp.push({ record, now }),
      onSentAgain: (record) => this.sentAgain.push(record),
      maySpendCalls: () => Promise.resolve(true),
      ...change,
    };
  }

  async engine(change: Partial<EnginePorts> = {}): Promise<JobEngine> {
    const engine = await JobEngine.open(this.ports(change));
    this.#engines.push(engine);
    return engine;
  }

  async stop(): Promise<void> {
    for (const engine of this.#engines) {
      engine.dispose();
      await engine.settled();
    }
    await this.http.dispose();
    await this.running.close();
    await this.#remove();
  }

  async #schema(endpoint: Endpoint): Promise<ServiceSchema | undefined> {
    const answer = await this.http.send({ method: 'GET', url: swaggerUrl(endpoint.address) });
    return parseServiceSchema(JSON.parse(await answer.text()));
  }
}
