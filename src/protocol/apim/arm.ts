import * as v from 'valibot';
import { Failure } from '../failure.ts';

/** The newest stable version of the API Management resource provider. Source: azure-rest-api-specs apimanagement. */
export const apimApiVersion = '2024-05-01';
/** Of tenants and subscriptions. Source: azure-rest-api-specs resources/Microsoft.Resources. */
export const subscriptionsApiVersion = '2022-12-01';

/** Services leave members out, or write null; neither is worth a failure. */
export const text = v.fallback(v.optional(v.string()), undefined);
export const flag = v.fallback(v.optional(v.boolean()), undefined);
const count = v.fallback(v.optional(v.number()), undefined);
const texts = v.fallback(v.array(v.string()), []);

export const tenantSchema = v.object({ tenantId: v.string(), displayName: text, defaultDomain: text });
export type Tenant = Readonly<v.InferOutput<typeof tenantSchema>>;

export const subscriptionSchema = v.object({ subscriptionId: v.string(), displayName: text, state: text });
/** An Azure subscription, which pays; not one of a product, which carries keys. */
export type AzureSubscription = Readonly<v.InferOutput<typeof subscriptionSchema>>;

/** What every resource has; `id` is its path below Azure Resource Manager. */
export const named = { id: v.string(), name: v.string() };

/** A resource of which nothing but its properties is of interest beside its name. */
export function resource<T extends v.ObjectEntries>(properties: T) {
  return v.object({ ...named, properties: v.object(properties) });
}

export const instanceSchema = v.object({
  ...named,
  location: text,
  sku: v.fallback(v.optional(v.object({ name: v.string(), capacity: count })), undefined),
  properties: v.object({
    gatewayUrl: text,
    developerPortalUrl: text,
    provisioningState: text,
    publisherEmail: text,
    publisherName: text,
  }),
});
/** An API Management instance; `id` is its path below Azure Resource Manager. */
export type Instance = Readonly<v.InferOutput<typeof instanceSchema>>;

export const apiSchema = resource({
  displayName: text,
  description: text,
  /** The URL suffix. */
  path: v.fallback(v.string(), ''),
  serviceUrl: text,
  protocols: texts,
  isCurrent: flag,
  apiRevision: text,
  apiVersion: text,
  /** There when the list was asked to expand it. */
  apiVersionSet: v.fallback(v.optional(v.object({ versioningScheme: text })), undefined),
  type: text,
  subscriptionRequired: flag,
  subscriptionKeyParameterNames: v.fallback(
    v.optional(v.nullable(v.object({ header: text, query: text }))),
    undefined,
  ),
});
export type Api = Readonly<v.InferOutput<typeof apiSchema>>;

/** What people call an API. Versions of one have the same display name, and the same path. */
export function apiName({ name, properties: { displayName, apiVersion } }: Api): string {
  return [displayName || name, apiVersion].filter(Boolean).join(' ');
}

/** Other revisions are listed beside it. Source: azure-rest-api-specs apimapis.json (`ApiEntityBaseContract`). */
export function isCurrentRevision({ properties: { isCurrent } }: Api): boolean {
  return isCurrent !== false;
}

const parameterSchema = v.object({ name: v.string(), type: text, required: flag, description: text });

export const operationSchema = resource({
  displayName: text,
  method: v.string(),
  urlTemplate: v.string(),
  description: text,
  templateParameters: v.fallback(v.array(parameterSchema), []),
});
export type ApiOperation = Readonly<v.InferOutput<typeof operationSchema>>;

export const productSchema = resource({
  displayName: text,
  description: text,
  terms: text,
  subscriptionRequired: flag,
  approvalRequired: flag,
  subscriptionsLimit: count,
  state: text,
});
export type Product = Readonly<v.InferOutput<typeof productSchema>>;

export const productSubscriptionSchema = resource({
  displayName: text,
  scope: text,
  state: text,
  stateComment: text,
  ownerId: text,
});
/** What carries a pair of subscription keys; `scope` is the id of a product or an API, or ends with `/apis`. */
export type ProductSubscription = Readonly<v.InferOutput<typeof productSubscriptionSchema>>;

/** The answer of `listSecrets`; fetched when it is needed, and not kept with anything else. */
export const secretsSchema = v.object({ primaryKey: text, secondaryKey: text });

export const policySchema = resource({ value: v.string(), format: text });

/** A body of Azure Resource Manager as what it should be. Throws a `Failure` (`MalformedAnswer`). */
export function parseArm<T>(schema: v.GenericSchema<unknown, T>, body: unknown): T {
  const parsed = v.safeParse(schema, body);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new Failure({
    code: 'MalformedAnswer',
    origin: 'service',
    sentence: `The answer of Azure is not understood. "${v.getDotPath(issue) ?? 'The body'}" is not what it should be.`,
  });
}

/** The path of something below a resource: `childPath(instance.id, 'apis', apiId)`. */
export function childPath(parentId: string, ...names: readonly string[]): string {
  return [parentId.replace(/\/$/, ''), ...names.map(encodeURIComponent)].join('/');
}
