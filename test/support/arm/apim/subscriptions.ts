import { randomBytes } from 'node:crypto';

import { asText } from '../../../../src/protocol/json.ts';
import type { JsonObject } from '../../../../src/protocol/json.ts';
import { existing, instanceId, pageOfType } from '../resources.ts';
import type { Context, ResourceType, Write } from '../resources.ts';
import { ArmError, without } from '../wire.ts';
import type { Answer, Call, Route } from '../wire.ts';
import { SERVICE } from './paths.ts';
import { subscriptionsOf } from './products.ts';

const STATES = ['suspended', 'active', 'expired', 'submitted', 'rejected', 'cancelled'];

export const subscriptions: ResourceType = {
  path: `${SERVICE}/subscriptions/{sid}`,
  required: ['scope', 'displayName'],
  defaults: { state: 'submitted', allowTracing: false },
  filterable: ['name', 'displayName', 'stateComment', 'ownerId', 'scope', 'userId', 'productId', 'state'],
  accept: acceptSubscription,
  shown: ({ properties }) => without(properties, 'primaryKey', 'secondaryKey'),
};

/** What there is to a subscription besides reading and writing it. */
export function subscriptionRoutes(context: Context): readonly Route[] {
  const { path } = subscriptions;
  return [
    { method: 'GET', path: `${SERVICE}/products/{product}/subscriptions`, answer: listOfProduct },
    { method: 'GET', path: `${SERVICE}/users/{user}/subscriptions`, answer: listOfUser },
    { method: 'POST', path: `${path}/listSecrets`, answer: listSecrets },
    { method: 'POST', path: `${path}/regeneratePrimaryKey`, answer: regenerate('primaryKey') },
    { method: 'POST', path: `${path}/regenerateSecondaryKey`, answer: regenerate('secondaryKey') },
  ];

  function listOfProduct(call: Call): Answer {
    const service = instanceId(call.path);
    const product = existing(context, `${service}/products/${call.parameters.product ?? ''}`);
    const found = subscriptionsOf(context.store.in(`${service}/subscriptions`), product.name);
    return pageOfType(context, subscriptions, found, call);
  }

  function listOfUser(call: Call): Answer {
    const service = instanceId(call.path);
    const user = existing(context, `${service}/users/${call.parameters.user ?? ''}`);
    const found = context.store
      .in(`${service}/subscriptions`)
      .filter(({ properties }) => properties.ownerId === user.id);
    return pageOfType(context, subscriptions, found, call);
  }

  function listSecrets(call: Call): Answer {
    const { primaryKey, secondaryKey } = subscriptionOf(context, call).properties;
    return { status: 200, body: { primaryKey, secondaryKey } };
  }

  function regenerate(key: 'primaryKey' | 'secondaryKey'): Route['answer'] {
    return (call) => {
      const subscription = subscriptionOf(context, call);
      context.store.put({ ...subscription, properties: { ...subscription.properties, [key]: newKey() } });
      return { status: 204 };
    };
  }
}

/** A subscription key as the service makes them. */
export function newKey(): string {
  return randomBytes(16).toString('hex');
}

function acceptSubscription({ context, call, properties, previous }: Write): JsonObject {
  const service = instanceId(call.path);
  const scope = asText(properties.scope) ?? '';
  const target = /\/(?:products|apis)\/[^/]+$/.exec(scope)?.[0];
  if (target === undefined ? !scope.endsWith('/apis') : !context.store.get(`${service}${target}`))
    throw ArmError.invalid([['scope', `There is nothing with the scope ${scope}.`]]);
  if (!STATES.includes(String(properties.state)))
    throw ArmError.invalid([['state', `A subscription is one of ${STATES.join(', ')}.`]]);
  const owner = asText(properties.ownerId);
  const ownerId = owner === undefined ? undefined : fullId(owner);
  if (ownerId !== undefined && !context.store.get(ownerId))
    throw ArmError.invalid([['ownerId', `There is no user ${ownerId}.`]]);
  return {
    createdDate: new Date().toISOString(),
    primaryKey: newKey(),
    secondaryKey: newKey(),
    ...previous?.properties,
    ...properties,
    scope: fullId(scope),
    ...(ownerId === undefined ? {} : { ownerId }),
  };

  function fullId(id: string): string {
    return id.startsWith('/subscriptions/') ? id : `${service}${id}`;
  }
}

function subscriptionOf(context: Context, { path }: Call): ReturnType<typeof existing> {
  return existing(context, path.slice(0, path.lastIndexOf('/')));
}
