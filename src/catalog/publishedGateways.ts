import { defaultSubscriptionKeyHeader } from '../protocol/apim/errors.ts';
import { freeName } from '../shared/freeName.ts';
import type { CatalogStore } from './catalog.ts';
import { endpointById, endpointsOf } from './endpoints.ts';
import type { Authorization, Endpoint } from './model.ts';
import { publishedName } from './publishedName.ts';
import { removeEntry } from './renaming.ts';
import { putWorkspace } from './settings.ts';

/** An API of a gateway by which an endpoint can be called now. */
export interface PublishedGateway {
  /** Proposed for the workspace in the tree. */
  readonly name: string;
  /** With the URL suffix. */
  readonly baseUrl: string;
  /** The named value with the endpoint's key, which the gateway adds; absent where each client sends its own. */
  readonly keyName?: string;
  /** Whether the gateway has other keys for other endpoints of the API. */
  readonly choosesKey: boolean;
  /** Absent: it is asked for when it is needed. */
  readonly subscriptionKey?: string;
}

/** Puts an endpoint that was just published into the tree a second time, as it is called through its gateway. */
export async function addPublished(
  store: CatalogStore,
  endpoint: Endpoint,
  { name: proposed, baseUrl, subscriptionKey, ...keySource }: PublishedGateway,
): Promise<Endpoint> {
  const { workspaceId } = endpoint.workspace;
  const there = store
    .workspaces()
    .find((each) => !each.local && each.baseUrl === baseUrl && each.workspaceId === workspaceId);
  const taken = new Set(store.names());
  const name = there?.name ?? freeName(proposed.replaceAll('/', '-'), ' ', (each) => taken.has(each));
  const { service } = endpoint;
  await putWorkspace(name, (before) => {
    const serviceName = publishedName(before.services, endpoint);
    const entry = before.services?.[serviceName];
    return {
      ...before,
      workspaceId,
      baseUrl,
      subscriptionKeyHeader: defaultSubscriptionKeyHeader,
      auth: authorization(before.auth, endpoint, keySource),
      ...(endpoint.workspace.style === 'subscriptions' && { addressedBy: 'subscriptions' }),
      services: {
        ...before.services,
        [serviceName]: {
          ...entry,
          ...(service.serviceId !== undefined && { serviceId: service.serviceId }),
          endpoints: { ...entry?.endpoints, [endpoint.name]: endpoint.endpointId },
        },
      },
    };
  });
  const published = await store.find(name, endpoint.endpointId);
  if (subscriptionKey !== undefined)
    await store.keys.storeSubscriptionKey(published.workspace, subscriptionKey);
  const key = keySource.keyName === undefined ? await store.secrets.credential(endpoint) : undefined;
  if (key !== undefined) await store.secrets.storeCredential(published, key);
  return published;
}

function authorization(
  before: Authorization | undefined,
  { endpointId }: Endpoint,
  { keyName, choosesKey }: Pick<PublishedGateway, 'keyName' | 'choosesKey'>,
): Authorization {
  if (keyName === undefined) return { type: 'apiKey' };
  if (!choosesKey) return { type: 'gateway', namedValue: keyName };
  const others = before?.type === 'gateway' ? before.namedValues : {};
  return { type: 'gateway', namedValues: { ...others, [endpointId]: keyName } };
}

/** Takes it out again, with its keys, if it is there; the workspace goes with its last endpoint. */
export async function removePublished(store: CatalogStore, name: string, endpointId: string): Promise<void> {
  const workspace = store.workspaces().find((each) => !each.local && each.name === name);
  const endpoint = workspace && endpointById(workspace, endpointId);
  if (workspace === undefined || endpoint === undefined) return;
  const isLast = endpointsOf(workspace).length === 1;
  await removeEntry(store, isLast ? { workspace } : { workspace, service: endpoint.service, endpoint });
}
