import { asText } from '../../../../src/protocol/json.ts';
import { existing, instanceId, pageOfType } from '../resources.ts';
import type { Context, ResourceType } from '../resources.ts';
import type { Entity } from '../store.ts';
import { ArmError } from '../wire.ts';
import type { Answer, Call, Route } from '../wire.ts';
import { apis } from './apis.ts';
import { administrators } from './groups.ts';
import { linkRoutes } from './links.ts';
import { SERVICE } from './paths.ts';

export const products: ResourceType = {
  path: `${SERVICE}/products/{product}`,
  required: ['displayName'],
  defaults: { subscriptionRequired: true, approvalRequired: false, state: 'notPublished' },
  filterable: ['name', 'displayName', 'description', 'terms', 'state'],
  settle: ({ context: { store }, previous }, { id }) => {
    const group = administrators(store, instanceId(id));
    if (!previous && group) store.put({ id: `${id}/groups/${group.name}`, properties: {} });
  },
  release: ({ store }, { query }, product) => {
    const subscriptions = subscriptionsOf(store.in(`${instanceId(product.id)}/subscriptions`), product.name);
    if (subscriptions.length > 0 && query.get('deleteSubscriptions') !== 'true')
      throw new ArmError(400, 'ValidationError', 'The product has subscriptions; they must be deleted too.');
    for (const { id } of subscriptions) store.remove(id);
  },
};

/** Which APIs a product contains, and the other way round. */
export function productApiRoutes(context: Context): readonly Route[] {
  return [
    { method: 'GET', path: `${SERVICE}/apis/{api}/products`, answer: listProducts },
    ...linkRoutes(context, { path: `${products.path}/apis/{api}`, target: apis }),
  ];

  function listProducts(call: Call): Answer {
    const service = instanceId(call.path);
    const api = existing(context, `${service}/apis/${call.parameters.api ?? ''}`);
    const containing = context.store
      .in(`${service}/products`)
      .filter(({ id }) => context.store.get(`${id}/apis/${api.name}`));
    return pageOfType(context, products, containing, call);
  }
}

/** The subscriptions that are for a product. */
export function subscriptionsOf(subscriptions: readonly Entity[], product: string): readonly Entity[] {
  const scope = `/products/${product}`.toLowerCase();
  return subscriptions.filter(({ properties }) => asText(properties.scope)?.toLowerCase().endsWith(scope));
}
