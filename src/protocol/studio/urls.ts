import { Failure } from '../failure.ts';
import { isRetiredHost, scoringHostOf } from './regions.ts';

/** Classic services live under `/workspaces/…`, the later ("New") ones under `/subscriptions/…`. */
export type AddressStyle = 'workspaces' | 'subscriptions';

/** Where a service's data plane is. */
export interface ServiceAddress {
  /** Scheme, host, port and, behind a gateway, the path up to `/workspaces`; no trailing slash needed. */
  readonly baseUrl: string;
  readonly style: AddressStyle;
  /** The workspace's id; in the style `subscriptions` the subscription's. */
  readonly workspaceId: string;
  /** The endpoint's id: scoring URLs carry it where one would expect the web service's. */
  readonly endpointId: string;
}

export interface ExecuteQuery {
  /** Default `2.0`. */
  readonly apiVersion?: string;
  /** Sent as given; absent from the URL when `undefined`. */
  readonly details?: boolean;
  readonly format?: 'swagger';
}

export const defaultApiVersion = '2.0';

/** URL of RRS Execute (POST). Source: azure-docs manage-web-service-endpoints-using-api-management.md. */
export function executeUrl(address: ServiceAddress, query: ExecuteQuery = {}): string {
  const details = query.details === undefined ? '' : `&details=${String(query.details)}`;
  const format = query.format === undefined ? '' : `&format=${query.format}`;
  return `${serviceUrl(address)}/execute${apiVersionQuery(query.apiVersion)}${details}${format}`;
}

/** URL of BES Submit (POST). */
export function jobsUrl(address: ServiceAddress, apiVersion?: string): string {
  return `${serviceUrl(address)}/jobs${apiVersionQuery(apiVersion)}`;
}

/** URL of BES Status (GET) and BES Delete (DELETE). */
export function jobUrl(address: ServiceAddress, jobId: string, apiVersion?: string): string {
  return `${serviceUrl(address)}/jobs/${encodeURIComponent(jobId)}${apiVersionQuery(apiVersion)}`;
}

/** URL of BES Start (POST). */
export function startUrl(address: ServiceAddress, jobId: string, apiVersion?: string): string {
  return `${serviceUrl(address)}/jobs/${encodeURIComponent(jobId)}/start${apiVersionQuery(apiVersion)}`;
}

/** URL of the service's swagger document (GET, no authorization). Source: RevolutionAnalytics/AzureML `R/discover.R`. */
export function swaggerUrl(address: ServiceAddress): string {
  return `${serviceUrl(address)}/swagger.json`;
}

/** The service's URL without an operation, which the management API calls `ApiLocation`. */
export function serviceUrl(address: ServiceAddress): string {
  const base = address.baseUrl.replace(/\/+$/, '');
  const workspace = encodeURIComponent(address.workspaceId);
  return `${base}/${address.style}/${workspace}/services/${encodeURIComponent(address.endpointId)}`;
}

/** Path of an endpoint's help pages below the host. Source: RevolutionAnalytics/AzureML `R/discover.R`. */
export function helpPath(ids: {
  readonly workspaceId: string;
  readonly serviceId: string;
  readonly endpointId: string;
}): string {
  return `/apihelp/workspaces/${ids.workspaceId}/webservices/${ids.serviceId}/endpoints/${ids.endpointId}`;
}

function apiVersionQuery(apiVersion = defaultApiVersion): string {
  return `?api-version=${encodeURIComponent(apiVersion)}`;
}

/** Which of the contract's URLs a text was. `service` is the `ApiLocation`, which names no operation. */
export type ServiceUrlKind = 'service' | 'execute' | 'jobs' | 'job' | 'swagger' | 'help';

export interface ParsedServiceUrl extends ServiceAddress {
  readonly kind: ServiceUrlKind;
  /** The web service's own id, which only help and management URLs carry. */
  readonly serviceId?: string;
  readonly jobId?: string;
  /** The host was one of Studio (classic)'s own, which ended on 2024-08-31. */
  readonly retiredHost: boolean;
}

const EXAMPLE =
  'https://example.azure-api.net/azureml-demo/workspaces/0123456789abcdef0123456789abcdef/services/fedcba9876543210fedcba9876543210/execute?api-version=2.0';

/**
 * Understands any URL of a service that people have at hand: execute, jobs, job status and start, swagger.json,
 * `ApiLocation`, help page, behind a gateway or not, classic or New; with the noise of copying (spaces, quotes,
 * HTML escapes, trailing dots, a missing scheme). Returns a `Failure` (`InvalidServiceUrl`) instead of throwing,
 * so that an input box can show its sentence.
 */
export function parseServiceUrl(text: string): ParsedServiceUrl | Failure {
  const url = parseHttpUrl(text);
  if (url instanceof Failure) return url;
  const segments = url.pathname.split('/').filter((segment) => segment !== '');
  return (
    scoringUrl(url, segments) ?? helpOrManagementUrl(url, segments) ?? invalid(whatIsMissing(url, segments))
  );
}

/**
 * A base URL as a person types it: scheme added, query, fragment, user information and trailing slash removed.
 * Returns a `Failure` (`InvalidServiceUrl`) when the text is no http(s) URL.
 */
export function normalizeBaseUrl(text: string): string | Failure {
  const url = parseHttpUrl(text);
  return url instanceof Failure ? url : url.origin + url.pathname.replace(/\/+$/, '');
}

/** Whether two base URLs are one, however they are spelled. What is no URL is only like itself. */
export function isSameBaseUrl(one: string, other: string): boolean {
  const spelled = (url: string): string => (URL.canParse(url) ? new URL(url).href.replace(/\/+$/, '') : url);
  return spelled(one) === spelled(other);
}

function parseHttpUrl(text: string): URL | Failure {
  const cleaned = cleanPastedText(text);
  if (cleaned === '') return invalid('The text is empty.');
  const withScheme = /^[a-z][a-z\d+.-]*:\/\//i.test(cleaned)
    ? cleaned
    : `${guessScheme(cleaned)}://${cleaned}`;
  let url: URL;
  try {
    url = new URL(withScheme);
  } catch {
    return invalid('The text is no URL.');
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return invalid(`The URL starts with "${url.protocol}", but a web service is reached by https.`);
  }
  url.hostname = url.hostname.replace(/\.$/, '');
  return url;
}

function guessScheme(text: string): 'http' | 'https' {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?:[:/]|$)/i.test(text) ? 'http' : 'https';
}

const HTML_ESCAPES: Readonly<Record<string, string>> = { amp: '&', quot: '', apos: '', lt: '', gt: '' };

function cleanPastedText(text: string): string {
  return text
    .replace(/&(?:#x([\da-f]+)|#(\d+)|([a-z]+));/gi, unescapeHtml)
    .replace(/^\s*(?:GET|POST|PUT|DELETE)\s+/i, '')
    .replace(/\s+HTTP\/[\d.]+\s*$/i, '')
    .replace(/[\s\u200b-\u200d\ufeff"'`<>\u2018\u2019\u201c\u201d]+/g, '')
    .replace(/[.,;]+$/, '');
}

function unescapeHtml(whole: string, hex?: string, decimal?: string, name?: string): string {
  if (name !== undefined) return HTML_ESCAPES[name.toLowerCase()] ?? whole;
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
}

function scoringUrl(url: URL, segments: readonly string[]): ParsedServiceUrl | Failure | undefined {
  const at = segments.findLastIndex(
    (segment, index) =>
      isStyle(segment.toLowerCase()) &&
      segments[index + 2]?.toLowerCase() === 'services' &&
      index + 3 < segments.length,
  );
  const style = segments[at]?.toLowerCase();
  if (style === undefined || !isStyle(style)) return undefined;
  const workspaceId = normalizeId(segments[at + 1]);
  const endpointId = normalizeId(segments[at + 3]);
  if (workspaceId === undefined || endpointId === undefined) return placeholder();

  const operation = segments[at + 4]?.toLowerCase();
  const jobSegment = operation === 'jobs' ? segments[at + 5] : undefined;
  const jobId = jobSegment === undefined ? undefined : normalizeId(jobSegment);
  if (jobSegment !== undefined && jobId === undefined) return placeholder();
  return {
    baseUrl: [url.origin, ...segments.slice(0, at)].join('/'),
    style,
    workspaceId,
    endpointId,
    kind: jobId === undefined ? kindOf(operation) : 'job',
    ...(jobId === undefined ? {} : { jobId }),
    retiredHost: isRetiredHost(url.hostname),
  };
}

function isStyle(segment: string): segment is AddressStyle {
  return segment === 'workspaces' || segment === 'subscriptions';
}

function kindOf(operation: string | undefined): ServiceUrlKind {
  switch (operation) {
    case 'execute':
    case 'score':
      return 'execute';
    case 'jobs':
      return 'jobs';
    case 'swagger.json':
      return 'swagger';
    default:
      return 'service';
  }
}

/** Help pages and the management API's API document name service and endpoint by id, on another host than scoring. */
function helpOrManagementUrl(url: URL, segments: readonly string[]): ParsedServiceUrl | Failure | undefined {
  const at = segments.findLastIndex(
    (segment, index) =>
      segment.toLowerCase() === 'workspaces' &&
      segments[index + 2]?.toLowerCase() === 'webservices' &&
      segments[index + 4]?.toLowerCase() === 'endpoints',
  );
  if (at < 0) return undefined;
  const workspaceId = normalizeId(segments[at + 1]);
  const serviceId = normalizeId(segments[at + 3]);
  const endpointId = normalizeId(segments[at + 5]);
  if (workspaceId === undefined || serviceId === undefined) return placeholder();
  const isHelpPage = segments[at - 1]?.toLowerCase() === 'apihelp';
  if (endpointId === undefined || (!isHelpPage && !HEX_ID.test(endpointId))) {
    return invalid(
      'This is a URL of the management API, which names the endpoint where a scoring URL has its id.',
    );
  }
  const scoringHost = scoringHostOf(url.hostname);
  const prefix = segments.slice(0, isHelpPage ? at - 1 : at);
  return {
    baseUrl: scoringHost ? `https://${scoringHost}` : [url.origin, ...prefix].join('/'),
    style: 'workspaces',
    workspaceId,
    endpointId,
    serviceId,
    kind: 'help',
    retiredHost: isRetiredHost(url.hostname),
  };
}

function normalizeId(segment: string | undefined): string | undefined {
  if (segment === undefined) return undefined;
  try {
    return parseId(decodeURIComponent(segment));
  } catch {
    return undefined;
  }
}

const HEX_ID = /^[\da-f]{32}$/;
const GUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

/**
 * Ids are 32 hex digits without dashes; servers of the same contract may use others, which stay as they are. Takes
 * spaces and quotes around an id away; undefined when the text is none.
 */
export function parseId(text: string): string | undefined {
  const id = text.trim().replace(/^["']+|["',;]+$/g, '');
  if (!/^[\w.~-]+$/.test(id)) return undefined;
  const lower = id.toLowerCase();
  if (GUID.test(lower)) return lower.replaceAll('-', '');
  return HEX_ID.test(lower) ? lower : id;
}

function whatIsMissing(url: URL, segments: readonly string[]): string {
  const names = segments.map((segment) => segment.toLowerCase());
  if (names.includes('providers') && names.includes('microsoft.machinelearning')) {
    return 'This is the resource of a web service in Azure; its scoring URL is beside it, as "swaggerLocation".';
  }
  if (names.length === 0) return `The URL names the host ${url.host} but no workspace and no service.`;
  if (!names.includes('workspaces') && !names.includes('subscriptions')) {
    return 'The URL has no /workspaces/… or /subscriptions/… in its path.';
  }
  return 'The URL names a workspace but no /services/… in it.';
}

function placeholder(): Failure {
  return invalid('The URL still has a placeholder, or no id, where the workspace, service or job belongs.');
}

function invalid(problem: string): Failure {
  return new Failure({
    code: 'InvalidServiceUrl',
    origin: 'client',
    sentence: `${problem} A URL that works looks like ${EXAMPLE}`,
  });
}
