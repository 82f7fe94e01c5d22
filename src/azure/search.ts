import { Failure } from '../protocol/failure.ts';
import {
  subscriptionSchema,
  subscriptionsApiVersion,
  tenantSchema,
  type AzureSubscription,
  type Tenant,
} from '../protocol/apim/arm.ts';
import type { ArmClient } from './armClient.ts';
import { inParallel } from '../shared/inParallel.ts';
import type { Account, Place, Where } from '../shared/azurePlace.ts';

/** Lists what is looked for in a subscription, in pages. */
export type ListIn<T> = (
  client: ArmClient,
  subscriptionId: string,
  signal: AbortSignal,
) => AsyncIterable<readonly T[]>;

/** Where a search did not come further. */
export interface Obstacle {
  readonly place: Place;
  /** The tenant or the subscription, if it was one. */
  readonly name?: string;
  readonly failure: Failure;
  /** Goes on from there. */
  readonly retry: () => Promise<void>;
}

export interface Search<T> {
  readonly clientAt: (place: Place) => ArmClient;
  readonly list: ListIn<T>;
  readonly found: (where: Where, items: readonly T[]) => void;
  readonly failed: (obstacle: Obstacle) => void;
  readonly signal: AbortSignal;
}

/** Of one tenant at once. */
const mostSubscriptions = 8;

/**
 * Looks through all subscriptions of all tenants of an account, all tenants at once: what is found is told as it comes,
 * and what fails keeps nothing else from being found.
 */
export async function searchAccount<T>(search: Search<T>, account: Account): Promise<void> {
  await attempting(search, { place: { account } }, async () => {
    const tenants: Tenant[] = [];
    const options = { apiVersion: subscriptionsApiVersion, signal: search.signal };
    const pages = search.clientAt({ account }).list('/tenants', tenantSchema, options);
    for await (const page of pages) tenants.push(...page);
    await Promise.all(tenants.map((tenant) => searchTenant(search, account, tenant)));
  });
}

async function searchTenant<T>(search: Search<T>, account: Account, tenant: Tenant): Promise<void> {
  const { tenantId, displayName: name = tenant.defaultDomain ?? tenantId } = tenant;
  const place = { account, tenantId };
  await attempting(search, { place, name }, async () => {
    const client = search.clientAt(place);
    const options = { apiVersion: subscriptionsApiVersion, signal: search.signal };
    for await (const page of client.list('/subscriptions', subscriptionSchema, options)) {
      await inParallel(page, mostSubscriptions, (each) => searchSubscription(search, client, place, each));
    }
  });
}

async function searchSubscription<T>(
  search: Search<T>,
  client: ArmClient,
  place: Required<Place>,
  { subscriptionId, displayName: subscriptionName = subscriptionId }: AzureSubscription,
): Promise<void> {
  const where = { ...place, subscriptionId, subscriptionName };
  await attempting(search, { place, name: subscriptionName }, async () => {
    for await (const page of search.list(client, subscriptionId, search.signal)) search.found(where, page);
  });
}

/** Tells a failure instead of throwing it; nothing is told any more once nobody listens. */
async function attempting<T>(
  search: Search<T>,
  at: Pick<Obstacle, 'place' | 'name'>,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    const retry = (): Promise<void> => attempting(search, at, work);
    if (!search.signal.aborted) search.failed({ ...at, failure, retry });
  }
}
