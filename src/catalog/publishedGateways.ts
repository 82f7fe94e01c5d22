import { defaultSubscriptionKeyHeader } from '../protocol/apim/errors.ts';
import { freeName } from '../shared/freeName.ts';
import type { CatalogStore } from './catalog.ts';
import { endpointById, endpointsOf } from './endpoints.ts';
import type { Endpoint } from './model.ts';
import { removeEntry } from './renaming.ts';
import { putWorkspace, type ServiceEntry } from './settings.ts';

/** An API of a gateway by which an endpoint can be called now. */
export interface PublishedGateway {
  /** Proposed for the workspace in the tree. */
  readonly name: string;
  /** With the URL suffix. */
  readonly baseUrl: string;
  /** The gateway adds the endpoint's key; otherwise each client sends its own. */
  readonly addsKey: boolean;
  /** The named value with that key, where it is the same for all endpoints of the API. */
  readonly keyName?: string;
  /** Absent: it is asked for when it is needed. */
  readonly subscriptionKey?: string;
}

/** Puts an endpoint that was just published into the tree a second time, as it is called through its gateway. */
export async function addPublished(
  store: CatalogStore,
  endpoint: Endpoint,
  { name: proposed, baseUrl, addsKey, keyName, subscriptionKey }: PublishedGateway,
): Promise<Endpoint> {
  const { workspaceId } = endpoint.workspace;
  const there = store
    .workspaces()
    .find((each) => !each.local && each.baseUrl === baseUrl && each.workspaceId === workspaceId);
  const taken = new Set(store.names());
  const name = there?.name ?? freeName(proposed.replaceAll('/', '-'), ' ', (each) => taken.has(each));
  const { service } = endpoint;
  await putWorkspace(name, (before) => {
    const serviceName = freeName(service.name, ' ', (each) => isOther(before.services?.[each], endpoint));
    const entry = before.services?.[serviceName];
    return {
      ...before,
      workspaceId,
      baseUrl,
      subscriptionKeyHeader: defaultSubscriptionKeyHeader,
      auth: addsKey
        ? { type: 'gateway', ...(keyName !== undefined && { namedValue: keyName }) }
        : { type: 'apiKey' },
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
  const key = addsKey ? undefined : await store.secrets.credential(endpoint);
  if (key !== undefined) await store.secrets.storeCredential(published, key);
  return published;
}

/** Names of services and endpoints are not unique, ids are. */
function isOther(entry: ServiceEntry | undefined, { service, name, endpointId }: Endpoint): boolean {
  if (entry === undefined) return false;
  const there = entry.endpoints?.[name];
  const isOtherService =
    entry.serviceId !== undefined && service.serviceId !== undefined && entry.serviceId !== service.serviceId;
  return isOtherService || (there !== undefined && there !== endpointId);
}

/** Takes it out again, with its keys, if it is there; the workspace goes with its last endpoint. */
export async function removePublished(store: CatalogStore, name: string, endpointId: string): Promise<void> {
  const workspace = store.workspaces().find((each) => !each.local && each.name === name);
  const endpoint = workspace && endpointById(workspace, endpointId);
  if (workspace === undefined || endpoint === undefined) return;
  const isLast = endpointsOf(workspace).length === 1;
  await removeEntry(store, isLast ? { workspace } : { workspace, service: endpoint.service, endpoint });
}
