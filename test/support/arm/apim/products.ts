import { asText } from '../../../../src/protocol/json.ts';
import { pageOf } from '../paging.ts';
import { existing, instanceId, pageOfType, viewOf } from '../resources.ts';
import type { Context, ResourceType } from '../resources.ts';
import type { Entity } from '../store.ts';
import { ArmError } from '../wire.ts';
import type { Answer, Call, Route } from '../wire.ts';
import { apis } from './apis.ts';
import { SERVICE } from './paths.ts';

export const products: ResourceType = {
  path: `${SERVICE}/products/{product}`,
  required: ['displayName'],
  defaults: { subscriptionRequired: true, approvalRequired: false, state: 'notPublished' },
  release: ({ store }, { query }, product) => {
    const subscriptions = subscriptionsOf(store.in(`${instanceId(product.id)}/subscriptions`), product.name);
    if (subscriptions.length > 0 && query.get('deleteSubscriptions') !== 'true')
      throw new ArmError(400, 'ValidationError', 'The product has subscriptions; they must be deleted too.');
    for (const { id } of subscriptions) store.remove(id);
  },
};

/** Which APIs a product contains: links without a body of their own, shown as the API. */
export function productApiRoutes(context: Context): readonly Route[] {
  const path = `${SERVICE}/products/{product}/apis/{api}`;
  return [
    { method: 'GET', path: `${SERVICE}/products/{product}/apis`, answer: list },
    { method: 'GET', path: `${SERVICE}/apis/{api}/products`, answer: listProducts },
    { method: 'HEAD', path, answer: (call) => ({ status: context.store.get(call.path) ? 204 : 404 }) },
    { method: 'PUT', path, answer: add },
    { method: 'DELETE', path, answer: remove },
  ];

  function list(call: Call): Answer {
    existing(context, productOf(call));
    const linked = context.store.in(call.path).map(({ name }) => apiView(name, call));
    return pageOf(linked, call, context.paging);
  }

  function listProducts(call: Call): Answer {
    const service = instanceId(call.path);
    const api = existing(context, `${service}/apis/${call.parameters.api ?? ''}`);
    const containing = context.store
      .in(`${service}/products`)
      .filter(({ id }) => context.store.get(`${id}/apis/${api.name}`));
    return pageOfType(context, products, containing, call);
  }

  function add(call: Call): Answer {
    existing(context, productOf(call));
    const name = call.parameters.api ?? '';
    const body = apiView(name, call);
    const status = context.store.get(call.path) ? 200 : 201;
    context.store.put({ id: call.path, properties: {} });
    return { status, body };
  }

  function remove(call: Call): Answer {
    const link = context.store.get(call.path);
    if (!link) return { status: 204 };
    context.store.remove(link.id);
    return { status: 200 };
  }

  function apiView(name: string, call: Call): unknown {
    const api = existing(context, `${instanceId(call.path)}/apis/${name}`);
    return viewOf(context, apis, api, call);
  }
}

/** The subscriptions that are for a product. */
export function subscriptionsOf(subscriptions: readonly Entity[], product: string): readonly Entity[] {
  const scope = `/products/${product}`.toLowerCase();
  return subscriptions.filter(({ properties }) => asText(properties.scope)?.toLowerCase().endsWith(scope));
}

function productOf({ path, parameters }: Call): string {
  return `${instanceId(path)}/products/${parameters.product ?? ''}`;
}
