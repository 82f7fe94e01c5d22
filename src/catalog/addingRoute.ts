import { announce, entryTools } from './adding.ts';
import type { CatalogStore } from './catalog.ts';
import { cleanKey } from './cleanKey.ts';
import { addEndpointByAsking } from './entry.ts';
import type { FoundRoute } from './entryDraft.ts';
import type { Endpoint } from './model.ts';

/** What was found together with a route. */
export interface RouteKeys {
  readonly subscriptionKey?: string;
  readonly apiKey?: string;
}

/**
 * Adds a web service that is called by a route, or finds it where it is already; asks what the route does not say, and
 * keeps its keys. Undefined when the user gives up.
 */
export async function addRoute(
  store: CatalogStore,
  route: FoundRoute,
  { subscriptionKey, apiKey }: RouteKeys,
): Promise<Endpoint | undefined> {
  const tools = entryTools(store);
  const whatIsWanted: typeof tools.whatIsWanted = (endpoint) =>
    apiKey === undefined
      ? store.keys.whatIsWanted(endpoint, AbortSignal.timeout(5_000), subscriptionKey)
      : Promise.resolve('apiKey');
  const added = await addEndpointByAsking({ ...tools, whatIsWanted }, { route });
  if (added === undefined) return undefined;
  const endpoint = await store.find(added.workspace, added.endpointId);
  if (subscriptionKey !== undefined) await store.storeSubscriptionKey(endpoint.workspace, subscriptionKey);
  if (apiKey !== undefined) await store.secrets.storeCredential(endpoint, cleanKey(apiKey));
  void announce(store, added);
  return endpoint;
}
