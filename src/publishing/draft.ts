import type { Endpoint } from '../catalog/index.ts';
import type { BodyTypes } from '../protocol/apim/bodyTypes.ts';
import { starterLimits } from '../protocol/apim/limits.ts';
import { gatewayOperations, type GatewayOperation, swaggerOperation } from '../protocol/apim/operations.ts';
import type {
  EndpointKey,
  Publication,
  PublishedOperation,
  PublishedProduct,
} from '../protocol/apim/publication.ts';
import { isNamedValueName, resourceIdFrom } from '../protocol/apim/publicationProblems.ts';
import type { Api, ApiOperation } from '../protocol/apim/arm.ts';
import { freeName } from '../shared/freeName.ts';
import type { InstanceFacts } from './instanceFacts.ts';

export interface DraftOperation {
  readonly operation: PublishedOperation;
  readonly included: boolean;
}

/** What a person has said so far of a publication. */
export interface Draft {
  displayName: string;
  serviceUrl: string;
  path: string;
  product: PublishedProduct;
  operations: readonly DraftOperation[];
  /** The types that the API is to have for its bodies. */
  bodyTypes: BodyTypes | undefined;
  key: KeySource;
  /** Of an API for several endpoints: those besides the one that is published, as the catalog finds them. */
  further: readonly string[];
}

/** Whose key the service gets: the caller's own, that of the endpoint, or that of whichever of several is called. */
export type KeySource = 'caller' | 'endpoint' | 'calledEndpoint';

/** What is published: what the questions start with. */
export interface Source {
  readonly serviceName: string;
  readonly baseUrl: string;
  /** Whether there is one key that a gateway could add. */
  readonly hasKey: boolean;
  /** What else is in the workspace. */
  readonly others: readonly OtherEndpoint[];
  /** Undefined where the service has no swagger document. */
  readonly bodyTypes: Promise<BodyTypes | undefined>;
}

export interface OtherEndpoint {
  readonly label: string;
  /** By which the catalog finds it. */
  readonly reference: string;
}

type SourceFacts = Pick<Source, 'serviceName' | 'baseUrl' | 'hasKey'>;

export function sourceOf({ service, workspace }: Endpoint): SourceFacts {
  return {
    serviceName: service.name,
    baseUrl: workspace.baseUrl,
    hasKey: workspace.auth.type === 'apiKey',
  };
}

const guideName = 'AzureML Demo API';
const guidePath = 'azureml-demo';

/** The guide's choices, where the instance has no API of that name yet; else names made of the service's. */
export function draftFor(
  { serviceName, baseUrl, hasKey }: SourceFacts,
  { apis, products }: InstanceFacts,
): Draft {
  const taken = apis.some(({ name, properties }) => name === guidePath || properties.path === guidePath);
  const starter = products.find(({ product }) => product.name === 'starter');
  const product = starter === undefined ? newStarter : existingProduct(starter.product);
  return {
    displayName: taken ? `${serviceName} API`.slice(0, 300) : guideName,
    serviceUrl: baseUrl,
    path: taken ? resourceIdFrom(serviceName) : guidePath,
    product,
    operations: [
      ...gatewayOperations.map((operation) => ({ operation: publishedAs(operation), included: true })),
      { operation: publishedAs(swaggerOperation), included: false },
    ],
    bodyTypes: undefined,
    key: hasKey && !isOpen(product) ? 'endpoint' : 'caller',
    further: [],
  };
}

/** The product with which an instance comes, for one that has lost it or came without. */
export const newStarter: PublishedProduct = {
  id: 'starter',
  displayName: 'Starter',
  subscriptionRequired: true,
  make: {
    description: '',
    terms: '',
    approvalRequired: false,
    subscriptionsLimit: 0,
    published: true,
    limits: starterLimits,
  },
};

export function existingProduct({
  name,
  properties,
}: InstanceFacts['products'][number]['product']): PublishedProduct {
  return {
    id: name,
    displayName: properties.displayName ?? name,
    subscriptionRequired: properties.subscriptionRequired ?? true,
  };
}

/**
 * Whether anybody may call the APIs of a product without a key, also one that asks for keys itself. Source: azure-docs
 * api-management-subscriptions.md.
 */
export function isOpen({ subscriptionRequired }: PublishedProduct): boolean {
  return !subscriptionRequired;
}

/**
 * The draft as a publication. An API that has the URL suffix already is the one that is written, and an operation of
 * it with the same verb and template keeps its id: an instance takes neither twice. `endpoints` are all that it is for.
 */
export function publicationOf(
  draft: Draft,
  { apis, developers }: InstanceFacts,
  existing: readonly ApiOperation[],
  endpoints: readonly PublishedEndpoint[] = [],
): Publication {
  const apiId = apiIdOf(draft, apis);
  return {
    apiId,
    displayName: draft.displayName,
    serviceUrl: draft.serviceUrl,
    path: draft.path,
    operations: operationsOf(draft, existing),
    product: productFor(draft, developers),
    ...(draft.bodyTypes && { definitions: draft.bodyTypes.definitions }),
    ...keysOf(draft, apiId, endpoints),
  };
}

/** What is published is for developers to see. */
function productFor({ product }: Draft, developers: string | undefined): PublishedProduct {
  const { make } = product;
  if (make?.published !== true || developers === undefined) return product;
  return { ...product, make: { ...make, groups: [developers] } };
}

function operationsOf(
  { operations, bodyTypes }: Draft,
  existing: readonly ApiOperation[],
): readonly PublishedOperation[] {
  const ids = new Map(existing.map(({ name, properties }) => [signatureOf(properties), name]));
  const included = operations.filter((each) => each.included).map(({ operation }) => operation);
  const taken = new Set(included.flatMap((operation) => ids.get(signatureOf(operation)) ?? []));
  return included.map((operation) => {
    const types = bodyTypes?.operations.get(operation.id);
    const id = ids.get(signatureOf(operation)) ?? freeName(operation.id, '-', (name) => taken.has(name));
    return { ...operation, id, ...(types && { types }) };
  });
}

type PublishedEndpoint = Omit<EndpointKey, 'keyName'>;

function keysOf(
  { key }: Draft,
  apiId: string,
  endpoints: readonly PublishedEndpoint[],
): Pick<Publication, 'keyName' | 'endpointKeys'> {
  // An API that others have made may have an id which no policy could refer to, or with a dot in it.
  const prefix = isNamedValueName(apiId) && !apiId.includes('.') ? apiId : resourceIdFrom(apiId);
  switch (key) {
    case 'caller':
      return {};
    case 'endpoint':
      return { keyName: `${prefix}-key` };
    case 'calledEndpoint':
      return {
        endpointKeys: endpoints.map(({ endpointId, label }) => {
          const name = resourceIdFrom(label);
          const isUnique = endpoints.filter((each) => resourceIdFrom(each.label) === name).length === 1;
          // Nothing else that is named here has a dot, so no other API and no other endpoint has this name.
          const parts = [prefix, name, ...(isUnique ? [] : [resourceIdFrom(endpointId)])];
          return { endpointId, label, keyName: `${parts.join('.')}-key` };
        }),
      };
  }
}

/** The API that is called by a URL suffix alone. */
export function apiAt(path: string, apis: InstanceFacts['apis']): Api | undefined {
  return apisAt(path, apis).find(({ properties }) => !properties.apiVersion);
}

/** Whether every API that has a URL suffix is one version of several, and so is called by more than that. */
export function isOfVersions(path: string, apis: InstanceFacts['apis']): boolean {
  return apisAt(path, apis).length > 0 && apiAt(path, apis) === undefined;
}

function apisAt(path: string, apis: InstanceFacts['apis']): readonly Api[] {
  return apis.filter(({ properties }) => properties.path.toLowerCase() === path.toLowerCase());
}

export function apiIdOf({ path }: Pick<Draft, 'path'>, apis: InstanceFacts['apis']): string {
  const same = apiAt(path, apis);
  if (same !== undefined) return same.name;
  const taken = new Set(apis.map(({ name }) => name.toLowerCase()));
  return freeName(resourceIdFrom(path), '-', (id) => taken.has(id));
}

/** The operation of a draft that an instance could not tell from one with this verb and template. */
export function sameOperation(
  { operations }: Pick<Draft, 'operations'>,
  wanted: Pick<PublishedOperation, 'id' | 'method' | 'urlTemplate'>,
): PublishedOperation | undefined {
  const others = operations.map(({ operation }) => operation).filter(({ id }) => id !== wanted.id);
  return others.find((operation) => signatureOf(operation) === signatureOf(wanted));
}

function signatureOf({ method, urlTemplate }: { method: string; urlTemplate: string }): string {
  // What a parameter is called makes no difference to an instance.
  return `${method} ${urlTemplate.replaceAll(/\{\w+\}/g, '{}')}`.toLowerCase();
}

function publishedAs({ id, displayName, method, urlTemplate }: GatewayOperation): PublishedOperation {
  return { id, displayName, method, urlTemplate, statuses: [200] };
}
