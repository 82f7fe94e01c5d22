import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

import type { BlobAccess } from './blobAccess.ts';
import { bind, parseGlobalParameters } from './globalParameters.ts';
import type { Endpoint, Endpoints } from './endpoints.ts';
import { readBody, sendJson, sendText } from './httpAnswer.ts';
import { newId } from './identity.ts';
import { parseJobBlobs } from './jobRequest.ts';
import type { Jobs } from './jobs.ts';
import type { JobRecord, JobState } from './jobStore.ts';
import { parseBody } from './jsonBody.ts';
import { Refusal } from './mistakes.ts';
import type { Limits, WireVariants } from './options.ts';
import { bearerOf, decodeSegment, sendRefusal } from './refusals.ts';
import { formatAnswer, parseInputs, scoreTables } from './rrsTables.ts';
import { swaggerDocument } from './swaggerDocument.ts';

export interface DataPlaneInit {
  readonly workspaceId: string;
  readonly endpoints: Endpoints;
  readonly jobs: Jobs;
  readonly blobs: BlobAccess;
  /** Connection string and container for outputs that a job leaves out. */
  readonly defaultStorage: { readonly connectionString: string; readonly container: string };
  readonly limits: Limits;
  readonly variants: WireVariants;
}

/** An operation of an endpoint, as read off method and path. */
type Operation =
  | { readonly name: 'execute' | 'submit' | 'swagger' }
  | { readonly name: 'start' | 'status' | 'delete'; readonly jobId: string };

interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: ReadonlyMap<string, string>;
  readonly endpoint: Endpoint;
  /** Such as `/workspaces/{workspace}/services/{endpoint}`. */
  readonly basePath: string;
}

const API_VERSION = '2.0';

const STATE_NUMBERS: Readonly<Record<JobState, number>> = {
  NotStarted: 0,
  Running: 1,
  Failed: 2,
  Cancelled: 3,
  Finished: 4,
};

/** Answers the operations of classic web service endpoints. */
export class DataPlane {
  readonly #init: DataPlaneInit;
  readonly #callsInProgress = new Map<string, number>();

  constructor(init: DataPlaneInit) {
    this.#init = init;
  }

  /**
   * Answers one request, with the error shape of the service when it cannot.
   * @param url path and query, which behind the gateway differ from the request's own
   */
  async handle(request: IncomingMessage, response: ServerResponse, url: string): Promise<void> {
    try {
      await this.#answer(request, response, url);
    } catch (error) {
      sendRefusal(response, error, this.#init);
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse, url: string): Promise<void> {
    const [path = '', search = ''] = url.split(/\?(.*)/s);
    const [scope = '', workspace = '', services = '', service = '', ...rest] = path
      .split('/')
      .slice(1)
      .map(decodeSegment);
    const known = (scope === 'workspaces' || scope === 'subscriptions') && services === 'services';
    const operation = known ? findOperation(request.method ?? 'GET', rest) : undefined;
    if (!operation) throw new Refusal('operationUnknown');
    const key = operation.name === 'swagger' ? undefined : bearerKey(request);
    const endpoint = this.#endpoint(workspace, service);
    if (key !== undefined && key !== endpoint.primaryKey && key !== endpoint.secondaryKey)
      throw new Refusal('keyWrong');
    const basePath = `/${scope}/${workspace}/services/${service}`;
    const query = queryOf(search);
    checkVersion(query, operation);
    await this.#perform(operation, { request, response, query, endpoint, basePath });
  }

  #endpoint(workspace: string, service: string): Endpoint {
    const { workspaceId, endpoints } = this.#init;
    if (workspace.toLowerCase() !== workspaceId) throw new Refusal('workspaceUnknown', { workspace });
    const endpoint = endpoints.byId(service);
    if (!endpoint) throw new Refusal('serviceUnknown', { service });
    return endpoint;
  }

  #perform(operation: Operation, call: Call): Promise<void> {
    switch (operation.name) {
      case 'execute':
        return this.#limited(call.endpoint, () => this.#execute(call));
      case 'submit':
        return this.#submit(call);
      case 'swagger':
        this.#describe(call);
        return Promise.resolve();
      case 'start':
        return this.#start(call, requireJobId(operation.jobId));
      case 'status':
        return this.#status(call, requireJobId(operation.jobId));
      case 'delete':
        return this.#delete(call, requireJobId(operation.jobId));
    }
  }

  async #limited(endpoint: Endpoint, perform: () => Promise<void>): Promise<void> {
    const { endpointId, maxConcurrentCalls: limit } = endpoint;
    const inProgress = this.#callsInProgress.get(endpointId) ?? 0;
    if (inProgress >= limit) throw new Refusal('tooManyCalls', { service: endpointId, limit });
    this.#callsInProgress.set(endpointId, inProgress + 1);
    try {
      await perform();
    } finally {
      this.#callsInProgress.set(endpointId, (this.#callsInProgress.get(endpointId) ?? 1) - 1);
    }
  }

  async #execute({ request, response, query, endpoint }: Call): Promise<void> {
    const { limits, variants } = this.#init;
    const { service } = endpoint;
    if (service.modelOutputs) throw new Refusal('batchOnly');
    const form = query.get('format')?.toLowerCase() === 'swagger' ? 'swagger' : 'table';
    const details = query.get('details')?.toLowerCase() === 'true';
    const body = parseBody(await readBody(request, limits.bodyBytes));
    const inputs = parseInputs(body, service.schema.inputs, form, variants.nullCells === 'every');
    const scoring = bind(service, parseGlobalParameters(body, service.schema.globalParameters));
    await waitWhileConnected(limits.executeDelayMs, response);
    const rows = await scoreTables(scoring, inputs).catch((error: unknown) => {
      throw new Refusal('scoringFailed', { reason: error instanceof Error ? error.message : String(error) });
    });
    sendJson(response, 200, formatAnswer(scoring.outputs, rows, form, details));
  }

  async #submit({ request, response, endpoint }: Call): Promise<void> {
    const { blobs, jobs, limits, variants } = this.#init;
    const { schema } = endpoint.service;
    const body = parseBody(await readBody(request, limits.bodyBytes));
    const given = parseJobBlobs(body, endpoint.service);
    const parameters = parseGlobalParameters(body, schema.globalParameters);
    bind(endpoint.service, parameters);
    const checks = Object.entries(given.inputs).map(([name, reference]) =>
      blobs.checkReadable(reference, `Inputs.${name}`),
    );
    await Promise.all(checks);
    const outputs = { ...this.#defaultOutputs(endpoint), ...given.outputs };
    const { id } = await jobs.submit({
      endpointId: endpoint.endpointId,
      inputs: given.inputs,
      outputs,
      parameters: Object.fromEntries(parameters),
    });
    if (variants.jobId === 'quoted') sendJson(response, 200, id);
    else sendText(response, 200, id, { 'Content-Type': 'text/plain; charset=utf-8' });
  }

  /** Blobs of random names for outputs that a job leaves out. */
  #defaultOutputs(endpoint: Endpoint): JobRecord['outputs'] {
    const { connectionString, container } = this.#init.defaultStorage;
    const { schema, modelOutputs } = endpoint.service;
    const outputs = schema.outputs.map(({ name }) => {
      const extension = modelOutputs?.includes(name) ? 'ilearner' : 'csv';
      const relativeLocation = `${container}/${newId()}.${extension}`;
      return [name, { kind: 'connectionString', connectionString, relativeLocation }] as const;
    });
    return Object.fromEntries(outputs);
  }

  async #start({ response, endpoint }: Call, jobId: string): Promise<void> {
    await this.#init.jobs.start(endpoint.endpointId, jobId);
    sendText(response, this.#init.variants.startStatus, '');
  }

  async #status({ response, endpoint }: Call, jobId: string): Promise<void> {
    const { jobs, variants } = this.#init;
    const job = jobs.get(endpoint.endpointId, jobId);
    const results = job.state === 'Finished' ? await this.#results(job) : undefined;
    const first = results === undefined ? null : (Object.values(results)[0] ?? null);
    sendJson(response, 200, {
      StatusCode: variants.statusCode === 'number' ? STATE_NUMBERS[job.state] : job.state,
      ...(variants.results === 'singular' ? { Result: first } : { Results: results ?? null }),
      Details: job.details ?? null,
    });
  }

  async #results(job: JobRecord): Promise<Record<string, object>> {
    const locations = Object.entries(job.outputs).map(async ([name, reference]) => {
      return [name, await this.#init.blobs.readable(reference)] as const;
    });
    return Object.fromEntries(await Promise.all(locations));
  }

  async #delete({ response, endpoint }: Call, jobId: string): Promise<void> {
    const { jobs, variants } = this.#init;
    await jobs.delete(endpoint.endpointId, jobId, variants.afterDelete === 'gone');
    sendText(response, variants.deleteStatus, '');
  }

  #describe({ request, response, endpoint, basePath }: Call): void {
    const { localAddress = '', localPort = 0 } = request.socket;
    const host = `${localAddress.replace(/^::ffff:/, '')}:${localPort}`;
    sendJson(response, 200, swaggerDocument(endpoint.service.schema, { host, basePath }));
  }
}

/** The operation that a method and the path below an endpoint name. */
function findOperation(method: string, path: readonly string[]): Operation | undefined {
  const [first = '', jobId, third, ...rest] = path;
  if (rest.length > 0) return undefined;
  if (jobId === undefined) {
    if (first === 'execute' && method === 'POST') return { name: 'execute' };
    if (first === 'swagger.json' && method === 'GET') return { name: 'swagger' };
    if (first === 'jobs' && method === 'POST') return { name: 'submit' };
  }
  if (first !== 'jobs') return undefined;
  if (third === 'start' && method === 'POST') return { name: 'start', jobId: jobId ?? '' };
  if (third !== undefined) return undefined;
  if (method === 'GET') return { name: 'status', jobId: jobId ?? '' };
  return method === 'DELETE' ? { name: 'delete', jobId: jobId ?? '' } : undefined;
}

/** Query parameters by lower-case name; of several with one name the first counts. */
export function queryOf(search: string): ReadonlyMap<string, string> {
  const query = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(search)) {
    if (!query.has(name.toLowerCase())) query.set(name.toLowerCase(), value);
  }
  return query;
}

function checkVersion(query: ReadonlyMap<string, string>, operation: Operation): void {
  const given = query.get('api-version');
  const optional = operation.name === 'swagger' && given === undefined;
  if (given !== API_VERSION && !optional) throw new Refusal('badVersion', { given: given ?? '' });
}

function bearerKey(request: IncomingMessage): string {
  const key = bearerOf(request);
  if (key === undefined) throw new Refusal('keyMissing');
  return key;
}

function requireJobId(jobId: string): string {
  if (jobId === '') throw new Refusal('jobIdMissing');
  return jobId;
}

async function waitWhileConnected(milliseconds: number, response: ServerResponse): Promise<void> {
  if (milliseconds === 0) return;
  const gone = new AbortController();
  const onClose = (): void => gone.abort();
  response.once('close', onClose);
  try {
    await delay(milliseconds, undefined, { signal: gone.signal });
  } finally {
    response.off('close', onClose);
  }
}
