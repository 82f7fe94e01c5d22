import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';

import { helpPath } from '../protocol/studio/urls.ts';
import type { BlobAccess } from './blobAccess.ts';
import type { BlobReference } from './blobReference.ts';
import { DEFAULT_ENDPOINT } from './endpoints.ts';
import type { Endpoint, Endpoints, PatchedModel, PublishedService } from './endpoints.ts';
import { readBody, sendJson, sendText } from './httpAnswer.ts';
import type { Jobs } from './jobs.ts';
import { parseBody } from './jsonBody.ts';
import { parseNewEndpoint, parseOverwrite, parsePatch } from './managementRequest.ts';
import type { ResourcePatch } from './managementRequest.ts';
import { Refusal } from './mistakes.ts';
import type { Limits, WireVariants } from './options.ts';
import { bearerOf, decodeSegment, sendRefusal } from './refusals.ts';
import { listOf } from './rrsTables.ts';
import { swaggerDocument } from './swaggerDocument.ts';
import { ModelError } from './webService.ts';
import type { TrainedModel } from './webService.ts';

export interface ManagementInit {
  readonly workspaceId: string;
  readonly workspaceToken: string;
  readonly endpoints: Endpoints;
  readonly jobs: Jobs;
  readonly blobs: BlobAccess;
  /** Where the services' own trained models are kept for those who want to read them. */
  readonly storage: { readonly connectionString: string; readonly container: string };
  readonly limits: Limits;
  readonly variants: WireVariants;
}

/** A call of the management API, as read off method and path. */
type Operation =
  | { readonly name: 'listServices' }
  | { readonly name: 'getService' | 'listEndpoints'; readonly serviceId: string }
  | {
      readonly name:
        | 'getEndpoint'
        | 'addEndpoint'
        | 'patchEndpoint'
        | 'deleteEndpoint'
        | 'refreshEndpoint'
        | 'describeEndpoint';
      readonly serviceId: string;
      /** Its name; some calls take its id. */
      readonly endpoint: string;
    };

interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Such as `http://127.0.0.1:8080`. */
  readonly baseUrl: string;
}

const MODEL_BYTES = 16 * 1024 * 1024;
const MODEL_TIMEOUT_MS = 30_000;

const WRONG_REGION = {
  notFound: 'workspaceUnknown',
  unauthorized: 'tokenWrong',
  failed: 'workspaceFailed',
} as const satisfies Record<WireVariants['wrongRegion'], string>;

/**
 * The management API of a workspace: web services, endpoints and what may be changed of them (hning86/azuremlps
 * `code/AzureMLSDK.cs`, RevolutionAnalytics/AzureML `vignettes/getting_started.Rmd`).
 */
export class ManagementApi {
  readonly #init: ManagementInit;
  /** Where each service's own model is, once somebody has asked. */
  readonly #modelBlobs = new Map<string, Promise<BlobReference>>();

  constructor(init: ManagementInit) {
    this.#init = init;
  }

  /**
   * Answers one request, with the error shape of the service when it cannot.
   * @param url path and query below the management URL
   */
  async handle(request: IncomingMessage, response: ServerResponse, url: string): Promise<void> {
    try {
      await this.#answer(request, response, url);
    } catch (error) {
      request.resume();
      sendRefusal(response, error, this.#init);
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse, url: string): Promise<void> {
    const [scope = '', workspace = '', services = '', ...rest] = (url.split('?')[0] ?? '')
      .split('/')
      .slice(1)
      .map(decodeSegment);
    const known = scope === 'workspaces' && services === 'webservices';
    const operation = known ? findOperation(request.method ?? 'GET', rest) : undefined;
    if (!operation) throw new Refusal('operationUnknown');
    this.#authorize(bearerOf(request), workspace, operation);
    await this.#perform(operation, { request, response, baseUrl: baseUrlOf(request) });
  }

  /** An endpoint's own keys do for the calls about that endpoint (hning86/azuremlps README.md). */
  #authorize(token: string | undefined, workspace: string, operation: Operation): void {
    const { workspaceId, workspaceToken, variants, endpoints } = this.#init;
    if (token === undefined) throw new Refusal('tokenMissing');
    if (workspace.toLowerCase() !== workspaceId) {
      throw new Refusal(WRONG_REGION[variants.wrongRegion], { workspace });
    }
    if (token === workspaceToken) return;
    const endpoint =
      'endpoint' in operation ? endpoints.find(operation.serviceId, operation.endpoint) : undefined;
    if (endpoint?.primaryKey !== token && endpoint?.secondaryKey !== token) throw new Refusal('tokenWrong');
  }

  async #perform(operation: Operation, call: Call): Promise<void> {
    const { endpoints } = this.#init;
    const { response } = call;
    if (operation.name === 'listServices') {
      const services = endpoints.services.map((service) => this.#serviceView(service));
      sendJson(response, 200, services);
      return;
    }
    const service = endpoints.service(operation.serviceId);
    if (!service) throw new Refusal('managedServiceUnknown', { service: operation.serviceId });
    switch (operation.name) {
      case 'getService':
        sendJson(response, 200, this.#serviceView(service));
        return;
      case 'listEndpoints': {
        const views = endpoints.of(service.id).map((endpoint) => this.#endpointView(endpoint, call));
        sendJson(response, 200, await Promise.all(views));
        return;
      }
      case 'addEndpoint':
        await this.#add(service, operation.endpoint, call);
        return;
      default: {
        const endpoint = endpoints.find(service.id, operation.endpoint);
        if (!endpoint) throw new Refusal('endpointUnknown', { endpoint: operation.endpoint });
        await this.#performOn(endpoint, operation.name, call);
      }
    }
  }

  async #performOn(
    endpoint: Endpoint,
    operation: 'getEndpoint' | 'patchEndpoint' | 'deleteEndpoint' | 'refreshEndpoint' | 'describeEndpoint',
    call: Call,
  ): Promise<void> {
    switch (operation) {
      case 'getEndpoint':
        sendJson(call.response, 200, await this.#endpointView(endpoint, call));
        return;
      case 'describeEndpoint':
        this.#describe(endpoint, call);
        return;
      case 'patchEndpoint':
        await this.#patch(endpoint, call);
        return;
      case 'refreshEndpoint':
        await this.#refresh(endpoint, call);
        return;
      case 'deleteEndpoint':
        await this.#delete(endpoint, call);
    }
  }

  async #add(service: PublishedService, name: string, call: Call): Promise<void> {
    const { endpoints, limits } = this.#init;
    const body = parseBody(await readBody(call.request, limits.bodyBytes));
    const settings = parseNewEndpoint(body, { serviceId: service.id, name });
    if (endpoints.find(service.id, name)) throw new Refusal('endpointExists', { endpoint: name });
    const endpoint = await endpoints.add(service, name, settings);
    sendJson(call.response, 200, await this.#endpointView(endpoint, call));
  }

  async #patch(endpoint: Endpoint, call: Call): Promise<void> {
    const { endpoints, limits } = this.#init;
    refuseDefault(endpoint, 'patched');
    const { settings, resources } = parsePatch(parseBody(await readBody(call.request, limits.bodyBytes)));
    if (resources.length > 0) refusePrevented(endpoint);
    let model: PatchedModel | undefined;
    for (const resource of resources) model = await this.#readModel(endpoint, resource);
    const changed = await endpoints.change(endpoint, settings, model);
    sendJson(call.response, 200, await this.#endpointView(changed, call));
  }

  /** The model that a patch names, found fit for the endpoint. @throws Refusal */
  async #readModel(endpoint: Endpoint, { name, port, location }: ResourcePatch): Promise<PatchedModel> {
    const { blobs } = this.#init;
    const own = endpoint.service.model;
    if (own?.name.toLowerCase() !== name.toLowerCase()) {
      throw new Refusal('resourceUnknown', { resource: name, known: listOf(own ? [own.name] : []) });
    }
    await blobs.checkReadable(location, port);
    const { relativeLocation, baseLocation, sasBlobToken } = location;
    const content = await readText(await blobs.read(location, AbortSignal.timeout(MODEL_TIMEOUT_MS)));
    checkModel(own, content, relativeLocation);
    return { baseLocation, relativeLocation, sasBlobToken, content };
  }

  /** Services here do not change, so a refresh finds something to do only where a model was patched. */
  async #refresh(endpoint: Endpoint, { request, response }: Call): Promise<void> {
    const { endpoints, limits } = this.#init;
    refuseDefault(endpoint, 'refreshed');
    refusePrevented(endpoint);
    const overwrite = parseOverwrite(parseBody(await readBody(request, limits.bodyBytes)));
    const changes = overwrite && endpoint.model !== undefined;
    if (changes) await endpoints.restoreModel(endpoint);
    sendText(response, changes ? 200 : 304, '');
  }

  async #delete(endpoint: Endpoint, { response }: Call): Promise<void> {
    const { endpoints, jobs } = this.#init;
    refuseDefault(endpoint, 'deleted');
    await endpoints.remove(endpoint);
    await jobs.forgetAllOf(endpoint.endpointId);
    sendText(response, 200, '');
  }

  #describe({ endpointId, service }: Endpoint, { baseUrl, response }: Call): void {
    const basePath = `/workspaces/${this.#init.workspaceId}/services/${endpointId}`;
    sendJson(response, 200, swaggerDocument(service.schema, { host: new URL(baseUrl).host, basePath }));
  }

  #serviceView({ id, service, creationTime }: PublishedService): object {
    return {
      Id: id,
      Name: service.schema.title,
      Description: null,
      CreationTime: creationTime,
      WorkspaceId: this.#init.workspaceId,
      DefaultEndpointName: DEFAULT_ENDPOINT,
      EndpointCount: this.#init.endpoints.of(id).length,
    };
  }

  async #endpointView(endpoint: Endpoint, { baseUrl }: Call): Promise<object> {
    const { workspaceId } = this.#init;
    const { model } = endpoint.service;
    return {
      Name: endpoint.name,
      Description: endpoint.description,
      CreationTime: endpoint.creationTime,
      WorkspaceId: workspaceId,
      WebServiceId: endpoint.serviceId,
      HelpLocation: `${baseUrl}${helpPath({ workspaceId, ...endpoint })}`,
      PrimaryKey: endpoint.primaryKey,
      SecondaryKey: endpoint.secondaryKey,
      ApiLocation: `${baseUrl}/workspaces/${workspaceId}/services/${endpoint.endpointId}`,
      PreventUpdate: endpoint.preventUpdate,
      MaxConcurrentCalls: endpoint.maxConcurrentCalls,
      DiagnosticsTraceLevel: endpoint.diagnosticsTraceLevel,
      ThrottleLevel: endpoint.throttleLevel,
      Version: null,
      SampleDataEnabled: true,
      ExperimentLocation: null,
      Resources: model
        ? [{ Name: model.name, Kind: 'TrainedModel', Location: await this.#modelLocation(endpoint, model) }]
        : [],
    };
  }

  async #modelLocation({ model, serviceId }: Endpoint, own: TrainedModel): Promise<object> {
    if (model) {
      const { baseLocation, relativeLocation, sasBlobToken } = model;
      return { BaseLocation: baseLocation, RelativeLocation: relativeLocation, SasBlobToken: sasBlobToken };
    }
    const written = this.#modelBlobs.get(serviceId) ?? this.#writeModel(serviceId, own);
    this.#modelBlobs.set(serviceId, written);
    try {
      const { BaseLocation, RelativeLocation, SasBlobToken } = await this.#init.blobs.readable(await written);
      return { BaseLocation, RelativeLocation, SasBlobToken };
    } catch (error) {
      this.#modelBlobs.delete(serviceId);
      throw error;
    }
  }

  /** Puts a service's own model where it can be read, and a patch can name it to go back to it. */
  async #writeModel(serviceId: string, { content }: TrainedModel): Promise<BlobReference> {
    const { blobs, storage } = this.#init;
    const { connectionString, container } = storage;
    const relativeLocation = `${container}/models/${serviceId}.ilearner`;
    const reference: BlobReference = { kind: 'connectionString', connectionString, relativeLocation };
    await blobs.write(reference, Readable.from([content]), AbortSignal.timeout(MODEL_TIMEOUT_MS));
    return reference;
  }
}

/** The operation that a method and the path below `webservices` name. */
function findOperation(method: string, path: readonly string[]): Operation | undefined {
  const [serviceId = '', endpoints, endpoint = '', action, ...rest] = path;
  if (rest.length > 0) return undefined;
  if (endpoints === undefined) {
    if (method !== 'GET') return undefined;
    return serviceId === '' ? { name: 'listServices' } : { name: 'getService', serviceId };
  }
  if (endpoints !== 'endpoints') return undefined;
  if (action !== undefined) {
    if (action === 'refresh' && method === 'POST') return { name: 'refreshEndpoint', serviceId, endpoint };
    if (action === 'apidocument' && method === 'GET')
      return { name: 'describeEndpoint', serviceId, endpoint };
    return undefined;
  }
  if (endpoint === '') return method === 'GET' ? { name: 'listEndpoints', serviceId } : undefined;
  const name = ENDPOINT_METHODS.get(method);
  return name && { name, serviceId, endpoint };
}

/** What a method does to an endpoint. */
const ENDPOINT_METHODS: ReadonlyMap<
  string,
  'getEndpoint' | 'addEndpoint' | 'patchEndpoint' | 'deleteEndpoint'
> = new Map([
  ['GET', 'getEndpoint'],
  ['PUT', 'addEndpoint'],
  ['PATCH', 'patchEndpoint'],
  ['DELETE', 'deleteEndpoint'],
]);

function refuseDefault({ name }: Endpoint, what: string): void {
  if (name === DEFAULT_ENDPOINT) throw new Refusal('defaultFixed', { what });
}

function refusePrevented({ name, preventUpdate }: Endpoint): void {
  if (preventUpdate) throw new Refusal('updatePrevented', { endpoint: name });
}

/** @throws Refusal */
function checkModel(own: TrainedModel, content: string, location: string): void {
  try {
    own.replacedBy(content);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const mistake = error.kind === 'mismatch' ? 'modelMismatch' : 'modelUnreadable';
    throw new Refusal(mistake, { location, reason: error.message });
  }
}

/** The first bytes of a blob as text; a model of this service has far fewer. */
async function readText(content: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of content as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MODEL_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function baseUrlOf({ socket }: IncomingMessage): string {
  const { localAddress = '', localPort = 0 } = socket;
  return `http://${localAddress.replace(/^::ffff:/, '')}:${localPort}`;
}
