import type { JsonObject } from '../json.ts';
import { errorClasses } from '../studio/errorCodes.ts';
import { defaultSubscriptionKeyHeader } from './errors.ts';
import type { CallLimits } from './limits.ts';
import type { OperationTypes } from './bodyTypes.ts';
import { type OperationMethod, serviceParameter, templateParameters } from './operations.ts';
import { keyChoicePolicy, keyInjectionPolicy, limitsPolicy } from './policies.ts';
import { writePolicy } from './policyXml.ts';

/** An operation as it is to be published. */
export interface PublishedOperation {
  readonly id: string;
  readonly displayName: string;
  readonly method: OperationMethod;
  readonly urlTemplate: string;
  /** The statuses that it is said to answer with. */
  readonly statuses: readonly number[];
  /** The types of its bodies, among the definitions of the publication; absent where they are not said. */
  readonly types?: OperationTypes;
}

/** A product that is to be made. */
export interface NewProduct {
  readonly description: string;
  readonly terms: string;
  readonly approvalRequired: boolean;
  /** How many subscriptions one user may have; 0 for any number. */
  readonly subscriptionsLimit: number;
  readonly published: boolean;
  /** The ids of the groups that see it besides administrators, who always do. */
  readonly groups?: readonly string[];
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
  /** The named value with the key that the gateway adds to every call. */
  readonly keyName?: string;
  /** In its place, for an API of several endpoints of a workspace: the key is the one of the endpoint that is called. */
  readonly endpointKeys?: readonly EndpointKey[];
  /** The types of bodies, as the service's swagger document defines them. */
  readonly definitions?: JsonObject;
}

export interface EndpointKey {
  readonly endpointId: string;
  readonly label: string;
  /** The named value with its key. */
  readonly keyName: string;
}

/** In the order in which they are written. */
export const resourceKinds = [
  'product',
  'productPolicy',
  'api',
  'schema',
  'operation',
  'namedValue',
  'apiPolicy',
  'productApi',
  'productGroup',
  'subscription',
] as const;
export type ResourceKind = (typeof resourceKinds)[number];

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

/** Of the schema with the types of bodies; in an API that has others too, no import gives one this name. */
const schemaId = 'service-swagger';

/** The statuses that the service documents for its errors. */
export const errorStatuses: readonly number[] = [
  ...new Set(errorClasses.map(({ status }) => status)),
].toSorted((a, b) => a - b);

/**
 * The resources of a publication in the order in which they are written: an API belongs to its product, and so is
 * called, only when it is whole. Source: azure-rest-api-specs Microsoft.ApiManagement stable/2024-05-01.
 */
export function plannedResources(publication: Publication): readonly PlannedResource[] {
  const { operations, product, definitions } = publication;
  return [
    ...(product.make ? productResources(product, product.make) : []),
    apiResource(publication),
    ...(definitions === undefined ? [] : [schemaResource(publication, definitions)]),
    ...operations.map((operation) => operationResource(publication, operation)),
    ...keyResources(publication),
    productLink(publication),
    ...(product.make?.groups ?? []).map((group) => groupLink(publication, group)),
    subscription(publication),
  ];
}

/** Ids for a subscription: one for each API, made by this client. */
export function subscriptionPath({ apiId }: Pick<Publication, 'apiId'>): string {
  return `/subscriptions/${encodeURIComponent(`${apiId}-vscode`)}`;
}

function apiPath({ apiId }: Pick<Publication, 'apiId'>): string {
  return `/apis/${encodeURIComponent(apiId)}`;
}

/** The named value with the key of an endpoint; undefined where the gateway adds none. */
export function keyNameFor({ keyName, endpointKeys }: Publication, endpointId: string): string | undefined {
  return keyName ?? endpointKeys?.find((each) => each.endpointId === endpointId)?.keyName;
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

function schemaPath(publication: Publication): string {
  return `${apiPath(publication)}/schemas/${schemaId}`;
}

/** In the form that an import of a swagger document leaves. Source: azure-rest-api-specs apimapis.json. */
function schemaResource(publication: Publication, definitions: JsonObject): PlannedResource {
  return {
    kind: 'schema',
    path: schemaPath(publication),
    name: publication.displayName,
    body: {
      properties: {
        contentType: 'application/vnd.ms-azure-apim.swagger.definitions+json',
        document: { definitions },
      },
    },
    needs: [apiPath(publication)],
  };
}

function operationResource(publication: Publication, operation: PublishedOperation): PlannedResource {
  const { id, displayName, method, urlTemplate, statuses, types = {} } = operation;
  const sendsBody = method !== 'GET' && method !== 'DELETE';
  const isTyped = types.request !== undefined || types.response !== undefined;
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
        ...(sendsBody && {
          request: {
            ...(types.query && { queryParameters: Object.entries(types.query).map(constantParameter) }),
            representations: representations(types.request),
          },
        }),
        responses: statuses.map((statusCode) => ({
          statusCode,
          description: statusDescription(statusCode),
          representations: representations(statusCode === 200 ? types.response : undefined),
        })),
      },
    },
    needs: [apiPath(publication), ...(isTyped ? [schemaPath(publication)] : [])],
  };
}

function representations(typeName: string | undefined): readonly JsonObject[] {
  return [{ contentType: 'application/json', ...(typeName !== undefined && { schemaId, typeName }) }];
}

/** Not required: one that is would take part in finding the operation, and calls without it would find none. */
function constantParameter([name, value]: [name: string, value: string]): JsonObject {
  return { name, type: 'string', required: false, defaultValue: value, values: [value] };
}

/** What a response of that status is documented as: the names of the service's errors. */
export function statusDescription(status: number): string {
  if (status === 200) return 'OK';
  return errorClasses
    .filter((each) => each.status === status)
    .map(({ name }) => name)
    .join(', ');
}

function keyResources(publication: Publication): PlannedResource[] {
  const { displayName, keyName, endpointKeys = [], operations } = publication;
  const keyNames = keyName === undefined ? endpointKeys.map((each) => each.keyName) : [keyName];
  const named = keyNames.map(namedValue);
  if (named.length === 0) return [];
  const policy =
    keyName === undefined
      ? keyChoicePolicy(
          endpointKeys,
          operations.map(({ urlTemplate }) => serviceParameter(urlTemplate)),
        )
      : keyInjectionPolicy(keyName);
  const paths = named.map(({ path }) => path);
  return [
    ...named,
    policyResource('apiPolicy', apiPath(publication), displayName, writePolicy(policy), paths),
  ];
}

function namedValue(keyName: string): PlannedResource {
  return {
    kind: 'namedValue',
    path: `/namedValues/${encodeURIComponent(keyName)}`,
    name: keyName,
    body: { properties: { displayName: keyName, secret: true, tags: ['azureml'] } },
    needs: [],
  };
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

/** A new product is seen by administrators alone. Source: azure-docs api-management-howto-add-products.md. */
function groupLink(publication: Publication, group: string): PlannedResource {
  const path = productPath(publication);
  return {
    kind: 'productGroup',
    path: `${path}/groups/${encodeURIComponent(group)}`,
    name: publication.product.displayName,
    needs: [path],
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
