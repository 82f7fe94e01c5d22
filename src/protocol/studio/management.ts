import { Failure } from '../failure.ts';
import { asArray, asObject, asText, isJsonObject, type JsonObject } from '../json.ts';
import type { SasReference } from './bes.ts';
import { parseServiceUrl, type ServiceAddress } from './urls.ts';

/** A web service as the management API lists it. Names are not unique, ids are. */
export interface ManagedService {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  /** ISO 8601. */
  readonly creationTime?: string;
  readonly workspaceId?: string;
  readonly defaultEndpointName?: string;
  readonly endpointCount?: number;
}

/** An endpoint as the management API lists it, without its keys. */
export interface ManagedEndpoint {
  readonly name: string;
  readonly description?: string;
  readonly creationTime?: string;
  readonly serviceId?: string;
  /** Where it is called; it has no member with the endpoint's id, which is in its URLs only. */
  readonly address?: ServiceAddress;
  /** The help page that people read. */
  readonly helpLocation?: string;
  readonly preventUpdate: boolean;
  readonly maxConcurrentCalls?: number;
  readonly diagnosticsTraceLevel?: string;
  readonly throttleLevel?: string;
  readonly resources: readonly ManagedResource[];
}

/** Something of an endpoint that can be replaced, such as a trained model. */
export interface ManagedResource {
  readonly name: string;
  readonly kind?: string;
  /** The blob that it is now. */
  readonly location?: SasReference;
}

export interface EndpointKeys {
  readonly primary?: string;
  readonly secondary?: string;
}

/**
 * The services of a workspace; an empty workspace may answer `null`. Source: RevolutionAnalytics/AzureML
 * `vignettes/getting_started.Rmd`. Throws a `Failure` (`MalformedAnswer`).
 */
export function parseManagedServices(value: unknown): readonly ManagedService[] {
  if (value === null || value === undefined) return [];
  return listed(value, 'web services').map((service) => ({
    id: required(service, 'Id'),
    name: required(service, 'Name'),
    ...optional('description', asText(service.Description)),
    ...optional('creationTime', asText(service.CreationTime)),
    ...optional('workspaceId', asText(service.WorkspaceId)),
    ...optional('defaultEndpointName', asText(service.DefaultEndpointName)),
    ...optional('endpointCount', asCount(service.EndpointCount)),
  }));
}

/**
 * The endpoints of a web service. Source: RevolutionAnalytics/AzureML `vignettes/getting_started.Rmd`,
 * hning86/azuremlps `code/Contracts.cs`. Throws a `Failure` (`MalformedAnswer`).
 */
export function parseManagedEndpoints(value: unknown): readonly ManagedEndpoint[] {
  if (value === null || value === undefined) return [];
  return listed(value, 'endpoints').map((endpoint) => ({
    name: required(endpoint, 'Name'),
    ...optional('description', asText(endpoint.Description)),
    ...optional('creationTime', asText(endpoint.CreationTime)),
    ...optional('serviceId', asText(endpoint.WebServiceId)),
    ...optional('address', addressIn(endpoint.ApiLocation) ?? addressIn(endpoint.HelpLocation)),
    ...optional('helpLocation', asText(endpoint.HelpLocation)),
    preventUpdate: endpoint.PreventUpdate === true,
    ...optional('maxConcurrentCalls', asCount(endpoint.MaxConcurrentCalls)),
    ...optional('diagnosticsTraceLevel', asText(endpoint.DiagnosticsTraceLevel)),
    ...optional('throttleLevel', asText(endpoint.ThrottleLevel)),
    resources: asArray(endpoint.Resources).map(asObject).map(resourceOf),
  }));
}

/** The keys of an endpoint: of the management API's endpoint, or the answer of a New service's `listKeys`. */
export function parseEndpointKeys(value: unknown): EndpointKeys {
  const endpoint = asObject(value);
  return {
    ...optional('primary', asText(endpoint.PrimaryKey) ?? asText(endpoint.primary)),
    ...optional('secondary', asText(endpoint.SecondaryKey) ?? asText(endpoint.secondary)),
  };
}

function resourceOf(resource: JsonObject): ManagedResource {
  return {
    name: required(resource, 'Name'),
    ...optional('kind', asText(resource.Kind)),
    ...optional('location', locationOf(asObject(resource.Location))),
  };
}

function locationOf(location: JsonObject): SasReference | undefined {
  const baseLocation = asText(location.BaseLocation);
  const relativeLocation = asText(location.RelativeLocation);
  if (baseLocation === undefined || relativeLocation === undefined) return undefined;
  return { baseLocation, relativeLocation, ...optional('sasBlobToken', asText(location.SasBlobToken)) };
}

function addressIn(url: unknown): ServiceAddress | undefined {
  const text = asText(url);
  const parsed = text === undefined ? undefined : parseServiceUrl(text);
  if (parsed === undefined || parsed instanceof Failure) return undefined;
  const { baseUrl, style, workspaceId, endpointId } = parsed;
  return { baseUrl, style, workspaceId, endpointId };
}

function listed(value: unknown, what: string): readonly JsonObject[] {
  if (!Array.isArray(value)) throw malformed(`A list of ${what} was expected.`);
  return value.map(asObject);
}

function required(object: JsonObject, member: string): string {
  const text = isJsonObject(object) ? asText(object[member]) : undefined;
  if (text === undefined) throw malformed(`The member "${member}" is missing.`);
  return text;
}

function asCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** A member that is left out when there is no value for it. */
function optional<K extends string, T>(name: K, value: T | undefined): Partial<Record<K, T>> {
  const member: Partial<Record<K, T>> = {};
  if (value !== undefined) member[name] = value;
  return member;
}

function malformed(problem: string): Failure {
  return new Failure({
    code: 'MalformedAnswer',
    origin: 'service',
    sentence: `The answer of the management API is not understood. ${problem}`,
  });
}
