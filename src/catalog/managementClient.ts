import { Failure } from '../protocol/failure.ts';
import { tryParseJson, type JsonObject } from '../protocol/json.ts';
import type { SasReference } from '../protocol/studio/bes.ts';
import { failureOfAnswer } from '../protocol/studio/errors.ts';
import {
  parseEndpointKeys,
  parseManagedEndpoints,
  parseManagedServices,
  type EndpointKeys,
  type ManagedEndpoint,
  type ManagedService,
} from '../protocol/studio/management.ts';
import {
  managedEndpointsUrl,
  managedEndpointUrl,
  managedServicesUrl,
  newEndpointBody,
  patchModelBody,
  refreshBody,
  refreshUrl,
  settingsBody,
  type ManagedEndpointReference,
  type ManagedEndpointSettings,
  type ManagementAddress,
} from '../protocol/studio/managementRequests.ts';
import type { HttpClient, HttpRequest } from '../transport/httpClient.ts';

/** The management API of a workspace, and the right to use it. */
export interface ManagementAccess extends ManagementAddress {
  /** The workspace authorization token, or a key of the endpoint that a call is about. */
  readonly token: string;
}

/** A workspace that was found, and what it has. */
export interface FoundWorkspace {
  readonly managementUrl: string;
  readonly services: readonly ManagedService[];
}

const timeoutMs = 30_000;
const longestAnswer = 64 * 1024 * 1024;

/** Calls of the management API. Whatever fails is answered as a `Failure`; nothing is thrown. */
export class ManagementClient {
  readonly #http: () => Promise<HttpClient>;

  constructor(http: () => Promise<HttpClient>) {
    this.#http = http;
  }

  listServices(to: ManagementAccess, signal?: AbortSignal): Promise<readonly ManagedService[] | Failure> {
    return this.#read(to, managedServicesUrl(to), parseManagedServices, signal);
  }

  listEndpoints(
    to: ManagementAccess,
    serviceId: string,
    signal?: AbortSignal,
  ): Promise<readonly ManagedEndpoint[] | Failure> {
    return this.#read(to, managedEndpointsUrl(to, serviceId), parseManagedEndpoints, signal);
  }

  getEndpoint(
    to: ManagementAccess,
    reference: ManagedEndpointReference,
    signal?: AbortSignal,
  ): Promise<ManagedEndpoint | Failure> {
    return this.#read(to, managedEndpointUrl(to, reference), parseOneEndpoint, signal);
  }

  /** The keys of an endpoint, which its listing leaves out so that they are not kept with it. */
  keysOf(
    to: ManagementAccess,
    reference: ManagedEndpointReference,
    signal?: AbortSignal,
  ): Promise<EndpointKeys | Failure> {
    return this.#read(to, managedEndpointUrl(to, reference), parseEndpointKeys, signal);
  }

  async addEndpoint(
    to: ManagementAccess,
    reference: ManagedEndpointReference,
    settings: ManagedEndpointSettings,
    signal?: AbortSignal,
  ): Promise<ManagedEndpoint | Failure> {
    const body = newEndpointBody(reference, settings);
    const added = await this.#write(to, 'PUT', managedEndpointUrl(to, reference), body, signal);
    return added instanceof Failure ? added : this.getEndpoint(to, reference, signal);
  }

  changeEndpoint(
    to: ManagementAccess,
    reference: ManagedEndpointReference,
    settings: ManagedEndpointSettings,
    signal?: AbortSignal,
  ): Promise<Failure | undefined> {
    return this.#change(to, 'PATCH', managedEndpointUrl(to, reference), settingsBody(settings), signal);
  }

  /** Puts an `.ilearner` blob in the place of a trained model; the hosted service took some 30 seconds to use it. */
  patchModel(
    to: ManagementAccess,
    reference: ManagedEndpointReference,
    resource: string,
    blob: SasReference,
    signal?: AbortSignal,
  ): Promise<Failure | undefined> {
    const body = patchModelBody(resource, blob);
    return this.#change(to, 'PATCH', managedEndpointUrl(to, reference), body, signal);
  }

  async refreshEndpoint(
    to: ManagementAccess,
    reference: ManagedEndpointReference,
    overwriteResources: boolean,
    signal?: AbortSignal,
  ): Promise<'refreshed' | 'unchanged' | Failure> {
    const body = refreshBody(overwriteResources);
    const answer = await this.#write(to, 'POST', refreshUrl(to, reference), body, signal);
    if (answer instanceof Failure) return answer;
    return answer.status === 304 ? 'unchanged' : 'refreshed';
  }

  deleteEndpoint(
    to: ManagementAccess,
    reference: ManagedEndpointReference,
    signal?: AbortSignal,
  ): Promise<Failure | undefined> {
    return this.#change(to, 'DELETE', managedEndpointUrl(to, reference), undefined, signal);
  }

  /**
   * Looks a workspace up where it is said to be and, where the answer may mean another region, at the other addresses.
   * Answers with the failure of the first address when it is nowhere, or with what made it impossible to tell.
   */
  async findWorkspace(
    { workspaceId, token }: Omit<ManagementAccess, 'managementUrl'>,
    [first, ...others]: readonly [string, ...string[]],
    signal?: AbortSignal,
  ): Promise<FoundWorkspace | Failure> {
    const lookUp = async (managementUrl: string): Promise<FoundWorkspace | Failure> => {
      const services = await this.listServices({ managementUrl, workspaceId, token }, signal);
      return services instanceof Failure ? services : { managementUrl, services };
    };
    const there = await lookUp(first);
    if (!(there instanceof Failure) || !mayMeanOtherRegion(there)) return there;
    for (const other of others) {
      const found = await lookUp(other);
      if (!(found instanceof Failure) || found.code === 'Cancelled') return found;
    }
    return there;
  }

  async #read<T>(
    to: ManagementAccess,
    url: string,
    parse: (value: unknown) => T,
    signal: AbortSignal | undefined,
  ): Promise<T | Failure> {
    const answer = await this.#send(to, { method: 'GET', url }, signal);
    if (answer instanceof Failure) return answer;
    return asFailure(() => parse(answer.text.trim() === '' ? undefined : tryParseJson(answer.text)));
  }

  async #change(
    to: ManagementAccess,
    method: 'PATCH' | 'DELETE',
    url: string,
    body: JsonObject | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Failure | undefined> {
    const answer = await this.#write(to, method, url, body, signal);
    return answer instanceof Failure ? answer : undefined;
  }

  #write(
    to: ManagementAccess,
    method: 'PUT' | 'PATCH' | 'POST' | 'DELETE',
    url: string,
    body: JsonObject | undefined,
    signal: AbortSignal | undefined,
  ): Promise<ManagementAnswer | Failure> {
    return this.#send(to, { method, url, ...(body !== undefined && { body: JSON.stringify(body) }) }, signal);
  }

  async #send(
    { token }: ManagementAccess,
    request: Pick<HttpRequest, 'method' | 'url' | 'body'>,
    signal: AbortSignal | undefined,
  ): Promise<ManagementAnswer | Failure> {
    return asFailure(async () => {
      const http = await this.#http();
      const answer = await http.send({
        ...request,
        headers: {
          Authorization: `Bearer ${token}`,
          Accept: 'application/json',
          ...(request.body !== undefined && { 'Content-Type': 'application/json' }),
        },
        timeoutMs,
        retry: 'safe',
        peer: 'service',
        ...(signal !== undefined && { signal }),
      });
      const { status, headers } = answer;
      const text = await answer.text(longestAnswer);
      if ((status >= 200 && status < 300) || status === 304) return { status, text };
      const { url, method } = request;
      return failureOfAnswer({
        status,
        headers,
        bodyText: text,
        url,
        method,
        requestKind: 'management',
      });
    });
  }
}

interface ManagementAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * No region says that a workspace is in another one: it refuses the token, does not know the workspace, or fails over it
 * (RevolutionAnalytics/AzureML issue 89, Azure/Azure-MachineLearning-ClientLibrary-R issue 13,
 * Azure/Azure-MachineLearning-ClientLibrary-Python issue 32). A host that is gone tells nothing either.
 */
function mayMeanOtherRegion({ code, status, origin }: Failure): boolean {
  if (origin === 'network') return code !== 'Cancelled';
  return status === 401 || status === 404 || code === 'GetWorkspaceFailed';
}

function parseOneEndpoint(value: unknown): ManagedEndpoint {
  const [endpoint] = parseManagedEndpoints([value]);
  if (endpoint !== undefined) return endpoint;
  throw new Failure({
    code: 'MalformedAnswer',
    origin: 'service',
    sentence: 'The management API answered without an endpoint.',
  });
}

/** The value, or the failure that was thrown on the way to it. */
async function asFailure<T>(work: () => T | Promise<T>): Promise<T | Failure> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}
