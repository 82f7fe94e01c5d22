import { randomBytes } from 'node:crypto';

import { asObject } from '../../../../src/protocol/json.ts';
import type { JsonObject } from '../../../../src/protocol/json.ts';
import { pageOf } from '../paging.ts';
import { existing, instanceId } from '../resources.ts';
import type { Context, ResourceType, Write } from '../resources.ts';
import type { Entity } from '../store.ts';
import { ArmError, propertiesOf, without } from '../wire.ts';
import type { Call, Route } from '../wire.ts';
import { linkedTo, removeLinks } from './links.ts';
import { SERVICE } from './paths.ts';

const STATES = ['active', 'blocked', 'pending', 'deleted'];

export const users: ResourceType = {
  path: `${SERVICE}/users/{user}`,
  required: ['firstName', 'lastName', 'email'],
  defaults: { state: 'active', note: null },
  filterable: ['name', 'firstName', 'lastName', 'email', 'note', 'state', 'registrationDate'],
  slow: ['DELETE'],
  accept: acceptUser,
  release: (context, { query }, user) => {
    const { store } = context;
    const own = store
      .in(`${instanceId(user.id)}/subscriptions`)
      .filter(({ properties }) => properties.ownerId === user.id);
    if (own.length > 0 && query.get('deleteSubscriptions') !== 'true')
      throw new ArmError(400, 'ValidationError', 'The user has subscriptions; they must be deleted too.');
    for (const { id } of own) store.remove(id);
    removeLinks(context, user);
  },
  shown: (user, _call, context) => ({
    ...without(user.properties, 'password', 'confirmation', 'appType'),
    groups: groupsOf(context, user).map(({ properties }) => properties),
  }),
};

/** What there is to a user besides reading and writing. */
export function userRoutes(context: Context): readonly Route[] {
  const { path } = users;
  return [
    {
      method: 'GET',
      path: `${path}/groups`,
      answer: (call) => {
        const views = groupsOf(context, userOf(call)).map(({ id, type, name, properties }) => ({
          id,
          type,
          name,
          properties,
        }));
        return pageOf(views, call, context.paging);
      },
    },
    {
      method: 'GET',
      path: `${path}/identities`,
      answer: (call) => pageOf(identitiesOf(userOf(call)), call, context.paging),
    },
    {
      method: 'POST',
      path: `${path}/generateSsoUrl`,
      answer: (call) => {
        const token = encodeURIComponent(sharedAccess(userOf(call)));
        const service = call.parameters.service ?? '';
        return {
          status: 200,
          body: { value: `https://${service}.portal.azure-api.net/signin-sso?token=${token}` },
        };
      },
    },
    {
      method: 'POST',
      path: `${path}/token`,
      answer: (call) => {
        const { keyType, expiry } = propertiesOf(call.body);
        if (keyType === undefined || expiry === undefined)
          throw ArmError.invalid([['expiry', 'keyType and expiry must be given.']]);
        return { status: 200, body: { value: sharedAccess(userOf(call)) } };
      },
    },
    {
      method: 'POST',
      path: `${path}/confirmations/password/send`,
      answer: (call) => {
        userOf(call);
        return { status: 204 };
      },
    },
  ];

  function userOf({ path: asked, parameters }: Call): Entity {
    return existing(context, `${instanceId(asked)}/users/${parameters.user ?? ''}`);
  }
}

function groupsOf(context: Context, user: Entity): readonly Entity[] {
  return linkedTo(context, user)
    .filter((link) => /\/groups\/[^/]+\/users\/[^/]+$/i.test(link))
    .map((link) => existing(context, link.split('/').slice(0, -2).join('/')));
}

function identitiesOf({ properties }: Entity): readonly JsonObject[] {
  return Array.isArray(properties.identities) ? properties.identities.map(asObject) : [];
}

/** What opens the developer portal for a user; a secret. */
export function sharedAccess({ name }: Pick<Entity, 'name'>): string {
  return `${name}&${new Date().toISOString().replaceAll(/\D/g, '').slice(0, 12)}&${randomBytes(48).toString('base64')}`;
}

function acceptUser({ context, call, properties, previous }: Write): JsonObject {
  const { email, state } = properties;
  if (!STATES.includes(String(state)))
    throw ArmError.invalid([['state', `A user is one of ${STATES.join(', ')}.`]]);
  const taken = context.store
    .in(`${instanceId(call.path)}/users`)
    .some((other) => other.id !== previous?.id && other.properties.email === email);
  if (taken) throw ArmError.invalid([['email', `Another user has the address ${String(email)} already.`]]);
  return {
    registrationDate: new Date().toISOString(),
    identities: [{ provider: 'Basic', id: email }],
    ...previous?.properties,
    ...properties,
  };
}
