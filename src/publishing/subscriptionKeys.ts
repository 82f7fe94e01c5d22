import {
  childPath,
  parseArm,
  productSchema,
  productSubscriptionSchema,
  secretsSchema,
  type Api,
  type Instance,
  type ProductSubscription,
} from '../protocol/apim/arm.ts';
import type { ArmClient } from '../azure/index.ts';

/** The active subscriptions whose keys an API takes: those of the API alone first, the one for everything last. */
export async function subscriptionsFor(
  client: ArmClient,
  instance: Instance,
  api: Api,
  signal: AbortSignal,
): Promise<readonly ProductSubscription[]> {
  const options = { signal };
  const products = await client.listAll(childPath(api.id, 'products'), productSchema, options);
  const productScopes = products.map(({ name }) => `/products/${name}`);
  const scopes = [`/apis/${api.name}`, ...productScopes, '/apis', ''].map((scope) => scope.toLowerCase());
  const usable: { rank: number; subscription: ProductSubscription }[] = [];
  const path = childPath(instance.id, 'subscriptions');
  for (const subscription of await client.listAll(path, productSubscriptionSchema, options)) {
    const rank = scopes.indexOf(scopeOf(subscription));
    if (rank >= 0 && subscription.properties.state === 'active') usable.push({ rank, subscription });
  }
  return usable.toSorted((a, b) => a.rank - b.rank).map(({ subscription }) => subscription);
}

/** The primary key, or the secondary one where there is no other. */
export async function subscriptionKeyOf(
  client: ArmClient,
  subscription: Pick<ProductSubscription, 'id'>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { body } = await client.post(childPath(subscription.id, 'listSecrets'), undefined, { signal });
  const { primaryKey, secondaryKey } = parseArm(secretsSchema, body);
  return primaryKey ?? secondaryKey;
}

/** What a subscription is for, relative to its instance; empty for all of it. */
function scopeOf({ properties: { scope = '' } }: ProductSubscription): string {
  const path = scope.toLowerCase().replace(/\/$/, '');
  return path.replace(/^.*\/service\/[^/]+/, '');
}
