import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';

import { BlobAccess } from './blobAccess.ts';
import { startBlobStorage } from './blobStorage.ts';
import type { BlobStorage } from './blobStorage.ts';
import { DataPlane } from './dataPlane.ts';
import type { LocalServiceDescription } from './description.ts';
import { DEFAULT_ENDPOINT, Endpoints } from './endpoints.ts';
import { PRIVATE_FOLDER, readJson, writePrivateJson } from './files.ts';
import { Gateway } from './gateway.ts';
import { answerHelp, isHelpPath } from './helpPage.ts';
import { applyFault } from './httpAnswer.ts';
import { loadIdentity } from './identity.ts';
import type { Identity } from './identity.ts';
import { Jobs } from './jobs.ts';
import { JobStore } from './jobStore.ts';
import { localApi } from './localApi.ts';
import { ManagementApi } from './management.ts';
import { DEFAULT_LIMITS, DEFAULT_VARIANTS } from './options.ts';
import type { LocalServiceOptions } from './options.ts';
import { listenOnFirstFree, LOOPBACK, portsToTry } from './ports.ts';
import { sampleServices } from './samples/index.ts';
import type { WebService } from './webService.ts';

export interface RunningLocalService {
  readonly description: LocalServiceDescription;
  /** Ends it: waiting and running jobs are kept for the next start, blobs are written, a temporary folder is removed. */
  close(): Promise<void>;
}

/** Answers a request that is not for the data plane; true when it did. */
export type SideDoor = (request: IncomingMessage, response: ServerResponse) => boolean;

const GATEWAY_SUFFIX = '/azureml-demo';
const MANAGEMENT_PATH = '/management';
const CONTAINER = 'batch-data';
const KEEP_ALIVE_MS = 60_000;

/** How long a call that is being answered may hold up the end. */
const CLOSE_GRACE_MS = 1000;

const portsSchema = v.object({ service: v.number(), gateway: v.number(), blob: v.number() });
type Ports = v.InferOutput<typeof portsSchema>;

/**
 * Starts the local service in this process: data plane, management API, gateway and blob storage, all on loopback.
 * @throws Failure `PortInUse`, `LocalServiceDataUnreadable`
 */
export async function startLocalService(
  options: LocalServiceOptions = {},
  sideDoor: SideDoor = () => false,
): Promise<RunningLocalService> {
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const description = await assemble(options, sideDoor, closers);
    return { description, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Starts the parts in order and notes how to end each. */
async function assemble(
  options: LocalServiceOptions,
  sideDoor: SideDoor,
  closers: (() => Promise<void>)[],
): Promise<LocalServiceDescription> {
  const services = options.services ?? sampleServices;
  const dataFolder = await openDataFolder(options.dataFolder, closers);
  const identity = await loadIdentity(dataFolder, publishedNames(services));
  const lastPorts = await readPorts(dataFolder);
  const endpoints = await openEndpoints(services, identity, dataFolder, options);
  const storage = await startBlobStorage({
    folder: join(dataFolder, 'blobs'),
    account: identity.storageAccount,
    accountKey: identity.storageKey,
    ports: portsToTry(options.blobPort, lastPorts?.blob),
    container: CONTAINER,
  });
  closers.push(() => storage.close());

  const { dataPlane, management } = await openApis(
    options,
    identity,
    endpoints,
    storage,
    dataFolder,
    closers,
  );
  const { limits = {}, variants = {}, fault } = options;
  const api = localApi({
    suffix: GATEWAY_SUFFIX,
    subscriptionKey: identity.subscriptionKey,
    backend: dataPlane,
    limits,
    variants: { ...DEFAULT_VARIANTS, ...variants },
  });
  const gateway = new Gateway(() => [api]);
  const serviceServer = createHttpServer(async (request, response) => {
    if (sideDoor(request, response)) return;
    if (await applyFault(fault, 'service', request, response)) return;
    const url = request.url ?? '/';
    if (isHelpPath(url)) answerHelp(response, url, identity.workspaceId, endpoints);
    else if (url.startsWith(`${MANAGEMENT_PATH}/`))
      await management.handle(request, response, url.slice(MANAGEMENT_PATH.length));
    else await dataPlane.handle(request, response, url);
  });
  const gatewayServer = createHttpServer(async (request, response) => {
    if (!(await applyFault(fault, 'gateway', request, response))) await gateway.handle(request, response);
  });
  const ports: Ports = {
    service: await listen(serviceServer, portsToTry(options.port, lastPorts?.service), closers),
    gateway: await listen(gatewayServer, portsToTry(options.gatewayPort, lastPorts?.gateway), closers),
    blob: storage.port,
  };
  await writePrivateJson(portsPath(dataFolder), ports);
  return describe(ports, identity, endpoints, storage);
}

/** The two APIs of the workspace, over the same endpoints and jobs. */
async function openApis(
  options: LocalServiceOptions,
  identity: Identity,
  endpoints: Endpoints,
  storage: BlobStorage,
  dataFolder: string,
  closers: (() => Promise<void>)[],
): Promise<{ readonly dataPlane: DataPlane; readonly management: ManagementApi }> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const variants = { ...DEFAULT_VARIANTS, ...options.variants };
  const blobs = new BlobAccess(storage);
  const jobs = await Jobs.open({
    store: new JobStore(dataFolder),
    blobs,
    flushBlobs: () => storage.flush(),
    serviceOf: (id) => endpoints.byId(id)?.service,
    limits,
    everyColumnTakesNull: variants.nullCells === 'every',
  });
  closers.push(() => jobs.close());
  const { workspaceId, workspaceToken } = identity;
  const ownStorage = { connectionString: storage.connectionString, container: CONTAINER };
  const common = { workspaceId, endpoints, jobs, blobs, limits, variants };
  return {
    dataPlane: new DataPlane({ ...common, defaultStorage: ownStorage }),
    management: new ManagementApi({ ...common, workspaceToken, storage: ownStorage }),
  };
}

async function openDataFolder(kept: string | undefined, closers: (() => Promise<void>)[]): Promise<string> {
  if (kept !== undefined) {
    await mkdir(kept, { recursive: true, mode: PRIVATE_FOLDER });
    return kept;
  }
  const folder = await mkdtemp(join(tmpdir(), 'azureml-local-service-'));
  closers.push(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** The title of each service, with a number where several have the same. */
function publishedNames(services: readonly WebService[]): string[] {
  const counts = new Map<string, number>();
  return services.map(({ schema: { title } }) => {
    const count = (counts.get(title) ?? 0) + 1;
    counts.set(title, count);
    return count === 1 ? title : `${title} (${count})`;
  });
}

function openEndpoints(
  services: readonly WebService[],
  identity: Identity,
  dataFolder: string,
  options: LocalServiceOptions,
): Promise<Endpoints> {
  const names = publishedNames(services);
  return Endpoints.open({
    dataFolder,
    services: services.flatMap((service, index) => {
      const endpoint = identity.endpoints[names[index] ?? ''];
      return endpoint ? [{ service, identity: endpoint }] : [];
    }),
    concurrentCalls: { ...DEFAULT_LIMITS, ...options.limits }.concurrentCalls,
  });
}

function createHttpServer(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Server {
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return server;
}

async function listen(
  server: Server,
  ports: readonly number[],
  closers: (() => Promise<void>)[],
): Promise<number> {
  const port = await listenOnFirstFree(server, ports);
  closers.push(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeIdleConnections();
    const grace = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
    await closed;
    clearTimeout(grace);
  });
  return port;
}

function portsPath(dataFolder: string): string {
  return join(dataFolder, 'ports.json');
}

async function readPorts(dataFolder: string): Promise<Ports | undefined> {
  const content = await readJson(portsPath(dataFolder)).catch(() => undefined);
  const ports = v.safeParse(portsSchema, content);
  return ports.success ? ports.output : undefined;
}

function describe(
  ports: Ports,
  identity: Identity,
  endpoints: Endpoints,
  storage: BlobStorage,
): LocalServiceDescription {
  const baseUrl = `http://${LOOPBACK}:${ports.service}`;
  return {
    baseUrl,
    managementUrl: `${baseUrl}${MANAGEMENT_PATH}`,
    gatewayUrl: `http://${LOOPBACK}:${ports.gateway}${GATEWAY_SUFFIX}`,
    subscriptionKey: identity.subscriptionKey,
    workspaceId: identity.workspaceId,
    workspaceToken: identity.workspaceToken,
    storageConnectionString: storage.connectionString,
    storageContainer: CONTAINER,
    services: endpoints.services.flatMap(({ id, service }) => {
      const endpoint = endpoints.find(id, DEFAULT_ENDPOINT);
      if (!endpoint) return [];
      const { endpointId, primaryKey: apiKey } = endpoint;
      return [{ name: service.schema.title, serviceId: id, endpointId, apiKey }];
    }),
  };
}
