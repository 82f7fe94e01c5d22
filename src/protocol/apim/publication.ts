import type { JsonObject } from '../json.ts';
import { errorClasses } from '../studio/errorCodes.ts';
import { defaultSubscriptionKeyHeader } from './errors.ts';
import type { CallLimits } from './limits.ts';
import { type OperationMethod, templateParameters } from './operations.ts';
import { keyInjectionPolicy, limitsPolicy } from './policies.ts';
import { writePolicy } from './policyXml.ts';

/** An operation as it is to be published. */
export interface PublishedOperation {
  readonly id: string;
  readonly displayName: string;
  readonly method: OperationMethod;
  readonly urlTemplate: string;
  /** The statuses that it is said to answer with. */
  readonly statuses: readonly number[];
}

/** A product that is to be made. */
export interface NewProduct {
  readonly description: string;
  readonly terms: string;
  readonly approvalRequired: boolean;
  /** How many subscriptions one user may have; 0 for any number. */
  readonly subscriptionsLimit: number;
  readonly published: boolean;
  readonly limits: CallLimits;
}

export interface PublishedProduct {
  readonly id: string;
  readonly displayName: string;
  readonly subscriptionRequired: boolean;
  /** Absent where the product is there and stays as it is. */
  readonly make?: NewProduct;
}

/** Everything that a person decides before a web service is published; without secrets. */
export interface Publication {
  readonly apiId: string;
  readonly displayName: string;
  /** Everything before `/workspaces/…` at the service. */
  readonly serviceUrl: string;
  /** The URL suffix of the API at the gateway. */
  readonly path: string;
  readonly operations: readonly PublishedOperation[];
  readonly product: PublishedProduct;
  /** The named value that holds the endpoint's key; absent where each client sends its own. */
  readonly keyName?: string;
}

export type ResourceKind =
  | 'product'
  | 'productPolicy'
  | 'api'
  | 'operation'
  | 'namedValue'
  | 'apiPolicy'
  | 'productApi'
  | 'subscription';

/** A resource of an API Management instance as it is to be. */
export interface PlannedResource {
  readonly kind: ResourceKind;
  /** Below the instance's own resource, with a leading slash. */
  readonly path: string;
  /** What a person calls it. */
  readonly name: string;
  /** Absent for a link, which is there or not. A secret is left out: see `withSecret`. */
  readonly body?: { readonly properties: JsonObject };
  /** The paths of the planned resources that must be there before. */
  readonly needs: readonly string[];
}

/** The statuses that the service documents for its errors. */
export const errorStatuses: readonly number[] = [
  ...new Set(errorClasses.map(({ status }) => status)),
].toSorted((a, b) => a - b);

/**
 * The resources of a publication in the order in which they are written: an API belongs to its product, and so is
 * called, only when it is whole. Source: azure-rest-api-specs Microsoft.ApiManagement stable/2024-05-01.
 */
export function plannedResources(publication: Publication): readonly PlannedResource[] {
  const { operations, product, keyName } = publication;
  return [
    ...(product.make ? productResources(product, product.make) : []),
    apiResource(publication),
    ...operations.map((operation) => operationResource(publication, operation)),
    ...(keyName === undefined ? [] : keyResources(publication, keyName)),
    productLink(publication),
    subscription(publication),
  ];
}

/** Ids for a subscription: one for each API, made by this client. */
export function subscriptionPath({ apiId }: Pick<Publication, 'apiId'>): string {
  return `/subscriptions/${encodeURIComponent(`${apiId}-vscode`)}`;
}

export function apiPath({ apiId }: Pick<Publication, 'apiId'>): string {
  return `/apis/${encodeURIComponent(apiId)}`;
}

/**
 * The body with what the plan leaves out, the value of the header `Authorization` that a named value holds: what goes
 * over the wire, and nowhere else.
 */
export function withSecret({ kind, body }: PlannedResource, authorization: string): PlannedResource['body'] {
  if (kind !== 'namedValue' || body === undefined) return body;
  return { properties: { ...body.properties, value: authorization } };
}

function productPath({ product }: Publication): string {
  return `/products/${encodeURIComponent(product.id)}`;
}

function productResources(product: PublishedProduct, make: NewProduct): PlannedResource[] {
  const path = `/products/${encodeURIComponent(product.id)}`;
  const { subscriptionRequired } = product;
  const resource: PlannedResource = {
    kind: 'product',
    path,
    name: product.displayName,
    body: {
      properties: {
        displayName: product.displayName,
        description: make.description,
        terms: make.terms,
        subscriptionRequired,
        // An instance refuses these two for a product that takes no subscriptions.
        ...(subscriptionRequired && { approvalRequired: make.approvalRequired }),
        ...(subscriptionRequired &&
          make.subscriptionsLimit > 0 && { subscriptionsLimit: make.subscriptionsLimit }),
        state: make.published ? 'published' : 'notPublished',
      },
    },
    needs: [],
  };
  const limited = make.limits.rate !== undefined || make.limits.quota !== undefined;
  if (!limited) return [resource];
  const policy = writePolicy(limitsPolicy(make.limits));
  return [resource, policyResource('productPolicy', path, product.displayName, policy, [])];
}

function apiResource(publication: Publication): PlannedResource {
  const { displayName, path, serviceUrl } = publication;
  return {
    kind: 'api',
    path: apiPath(publication),
    name: displayName,
    body: {
      properties: {
        displayName,
        path,
        serviceUrl,
        protocols: ['https'],
        subscriptionRequired: true,
        subscriptionKeyParameterNames: { header: defaultSubscriptionKeyHeader, query: 'subscription-key' },
      },
    },
    needs: [],
  };
}

function operationResource(publication: Publication, operation: PublishedOperation): PlannedResource {
  const { id, displayName, method, urlTemplate, statuses } = operation;
  const representations = [{ contentType: 'application/json' }];
  const sendsBody = method !== 'GET' && method !== 'DELETE';
  return {
    kind: 'operation',
    path: `${apiPath(publication)}/operations/${encodeURIComponent(id)}`,
    name: displayName,
    body: {
      properties: {
        displayName,
        method,
        urlTemplate,
        templateParameters: templateParameters(urlTemplate).map((name) => ({
          name,
          type: 'string',
          required: true,
        })),
        ...(sendsBody && { request: { representations } }),
        responses: statuses.map((statusCode) => ({
          statusCode,
          description: statusDescription(statusCode),
          representations,
        })),
      },
    },
    needs: [apiPath(publication)],
  };
}

function statusDescription(status: number): string {
  if (status === 200) return 'OK';
  return errorClasses
    .filter((each) => each.status === status)
    .map(({ name }) => name)
    .join(', ');
}

function keyResources(publication: Publication, keyName: string): PlannedResource[] {
  const path = `/namedValues/${encodeURIComponent(keyName)}`;
  const policy = writePolicy(keyInjectionPolicy(keyName));
  return [
    {
      kind: 'namedValue',
      path,
      name: keyName,
      body: { properties: { displayName: keyName, secret: true, tags: ['azureml'] } },
      needs: [],
    },
    policyResource('apiPolicy', apiPath(publication), publication.displayName, policy, [path]),
  ];
}

function policyResource(
  kind: 'apiPolicy' | 'productPolicy',
  scope: string,
  name: string,
  value: string,
  needs: readonly string[],
): PlannedResource {
  return {
    kind,
    path: `${scope}/policies/policy`,
    name,
    body: { properties: { format: 'rawxml', value } },
    needs: [scope, ...needs],
  };
}

function productLink(publication: Publication): PlannedResource {
  const { apiId, displayName, product } = publication;
  return {
    kind: 'productApi',
    path: `${productPath(publication)}/apis/${encodeURIComponent(apiId)}`,
    name: `${displayName} · ${product.displayName}`,
    needs: [apiPath(publication), ...(product.make ? [productPath(publication)] : [])],
  };
}

/** The key with which this client calls; nobody owns it, so that it needs no approval. */
function subscription(publication: Publication): PlannedResource {
  const { displayName, product } = publication;
  // A product that takes no subscriptions has no keys.
  const scope = product.subscriptionRequired ? productPath(publication) : apiPath(publication);
  const name = `${displayName.slice(0, 85)} (VS Code)`;
  return {
    kind: 'subscription',
    path: subscriptionPath(publication),
    name,
    body: { properties: { scope, displayName: name, state: 'active' } },
    needs: product.subscriptionRequired && !product.make ? [] : [scope],
  };
}
