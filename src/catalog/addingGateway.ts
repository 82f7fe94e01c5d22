import { announce, entryTools } from './adding.ts';
import type { CatalogStore } from './catalog.ts';
import { addEndpointByAsking, type GatewayApi } from './entry.ts';
import type { Endpoint } from './model.ts';

/**
 * Adds the workspace that calls a web service through an API of a gateway, or finds the one that does already, asks
 * which service that is, and keeps the subscription key. Undefined when the user gives up.
 */
export async function addGateway(
  store: CatalogStore,
  gateway: GatewayApi,
  subscriptionKey: string | undefined,
): Promise<Endpoint | undefined> {
  const tools = entryTools(store);
  const added = await addEndpointByAsking(
    {
      ...tools,
      whatIsWanted: (endpoint) =>
        store.keys.whatIsWanted(endpoint, AbortSignal.timeout(5_000), subscriptionKey),
    },
    { gateway },
  );
  if (added === undefined) return undefined;
  const endpoint = await store.find(added.workspace, added.endpointId);
  if (subscriptionKey !== undefined) await store.storeSubscriptionKey(endpoint.workspace, subscriptionKey);
  void announce(store, added);
  return endpoint;
}
