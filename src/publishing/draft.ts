import type { Endpoint } from '../catalog/index.ts';
import { starterLimits } from '../protocol/apim/limits.ts';
import { gatewayOperations, type GatewayOperation, swaggerOperation } from '../protocol/apim/operations.ts';
import type { Publication, PublishedOperation, PublishedProduct } from '../protocol/apim/publication.ts';
import { isNamedValueName, resourceIdFrom } from '../protocol/apim/publicationProblems.ts';
import type { ApiOperation } from '../protocol/apim/arm.ts';
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
  /** The gateway adds the endpoint's key. */
  injectsKey: boolean;
}

/** What is published: what the questions start with. */
export interface Source {
  readonly serviceName: string;
  readonly baseUrl: string;
  /** Whether there is one key that a gateway could add. */
  readonly hasKey: boolean;
}

export function sourceOf({ service, workspace }: Endpoint): Source {
  return {
    serviceName: service.name,
    baseUrl: workspace.baseUrl,
    hasKey: workspace.auth.type === 'apiKey',
  };
}

const guideName = 'AzureML Demo API';
const guidePath = 'azureml-demo';

/** The guide's choices, where the instance has no API of that name yet; else names made of the service's. */
export function draftFor({ serviceName, baseUrl, hasKey }: Source, { apis, products }: InstanceFacts): Draft {
  const taken = apis.some(({ name, properties }) => name === guidePath || properties.path === guidePath);
  const starter = products.find(({ product }) => product.name === 'starter');
  return {
    displayName: taken ? `${serviceName} API`.slice(0, 300) : guideName,
    serviceUrl: baseUrl,
    path: taken ? resourceIdFrom(serviceName) : guidePath,
    product: starter === undefined ? newStarter : existingProduct(starter.product),
    operations: [
      ...gatewayOperations.map((operation) => ({ operation: publishedAs(operation), included: true })),
      { operation: publishedAs(swaggerOperation), included: false },
    ],
    injectsKey: hasKey,
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
 * The draft as a publication. An API that has the URL suffix already is the one that is written, and an operation of
 * it with the same verb and template keeps its id: an instance takes neither twice.
 */
export function publicationOf(
  draft: Draft,
  { apis }: InstanceFacts,
  existing: readonly ApiOperation[],
): Publication {
  const apiId = apiIdOf(draft, apis);
  const ids = new Map(existing.map(({ name, properties }) => [signatureOf(properties), name]));
  return {
    apiId,
    displayName: draft.displayName,
    serviceUrl: draft.serviceUrl,
    path: draft.path,
    operations: draft.operations
      .filter(({ included }) => included)
      .map(({ operation }) => ({ ...operation, id: ids.get(signatureOf(operation)) ?? operation.id })),
    product: draft.product,
    ...(draft.injectsKey && { keyName: keyNameOf(apiId) }),
  };
}

/** An API that others have made may have an id which no policy could refer to. */
function keyNameOf(apiId: string): string {
  const name = `${apiId}-key`;
  return isNamedValueName(name) ? name : `${resourceIdFrom(apiId)}-key`;
}

export function apiIdOf({ path }: Pick<Draft, 'path'>, apis: InstanceFacts['apis']): string {
  const same = apis.find(({ properties }) => properties.path.toLowerCase() === path.toLowerCase());
  if (same !== undefined) return same.name;
  const taken = new Set(apis.map(({ name }) => name.toLowerCase()));
  return freeName(resourceIdFrom(path), '-', (id) => taken.has(id));
}

function signatureOf({ method, urlTemplate }: { method: string; urlTemplate: string }): string {
  // What a parameter is called makes no difference to an instance.
  return `${method} ${urlTemplate.replaceAll(/\{\w+\}/g, '{}')}`.toLowerCase();
}

function publishedAs({ id, displayName, method, urlTemplate }: GatewayOperation): PublishedOperation {
  return { id, displayName, method, urlTemplate, statuses: [200] };
}
