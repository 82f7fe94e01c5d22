import type { JsonObject } from '../../../../src/protocol/json.ts';
import { instanceId } from '../resources.ts';
import type { Context, ResourceType, Write } from '../resources.ts';
import type { Entity, Store } from '../store.ts';
import { ArmError } from '../wire.ts';
import type { Route } from '../wire.ts';
import { linkRoutes, removeLinks } from './links.ts';
import { SERVICE } from './paths.ts';
import { users } from './users.ts';

const TYPES = ['custom', 'system', 'external'];

export const groups: ResourceType = {
  path: `${SERVICE}/groups/{group}`,
  required: ['displayName'],
  defaults: { description: null, builtIn: false, type: 'custom', externalId: null },
  filterable: ['name', 'displayName', 'description', 'externalId'],
  accept: acceptGroup,
  release: (context, _call, group) => {
    if (group.properties.builtIn === true) throw builtIn();
    removeLinks(context, group);
  },
};

/** Who belongs to a group, and which groups see a product. */
export function groupRoutes(context: Context): readonly Route[] {
  return [
    ...linkRoutes(context, { path: `${groups.path}/users/{user}`, target: users }),
    ...linkRoutes(context, {
      path: `${SERVICE}/products/{product}/groups/{group}`,
      target: groups,
      listsLinks: true,
    }),
  ];
}

/** The group that sees every product from its beginning. */
export function administrators(store: Store, instance: string): Entity | undefined {
  return store
    .in(`${instance}/groups`)
    .find(({ properties }) => properties.builtIn === true && properties.displayName === 'Administrators');
}

function acceptGroup({ context, call, properties, previous }: Write): JsonObject {
  if (previous?.properties.builtIn === true) throw builtIn();
  const { displayName, type } = properties;
  if (!TYPES.includes(String(type)))
    throw ArmError.invalid([['type', `A group is one of ${TYPES.join(', ')}.`]]);
  const taken = context.store
    .in(`${instanceId(call.path)}/groups`)
    .some((other) => other.id !== previous?.id && other.properties.displayName === displayName);
  if (taken) throw ArmError.invalid([['displayName', `Another group is called ${String(displayName)}.`]]);
  return properties;
}

function builtIn(): ArmError {
  return new ArmError(405, 'MethodNotAllowed', 'A group of the system cannot be changed.');
}
