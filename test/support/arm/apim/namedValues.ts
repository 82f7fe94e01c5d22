import { asText } from '../../../../src/protocol/json.ts';
import type { JsonObject } from '../../../../src/protocol/json.ts';
import { existing, instanceId } from '../resources.ts';
import type { Context, ResourceType, Write } from '../resources.ts';
import { ArmError, without } from '../wire.ts';
import type { Route } from '../wire.ts';
import { SERVICE } from './paths.ts';

const MAX_LENGTH = 4096;

export const namedValues: ResourceType = {
  path: `${SERVICE}/namedValues/{namedValue}`,
  required: ['displayName'],
  defaults: { secret: false },
  slow: ['PUT', 'PATCH'],
  accept: acceptNamedValue,
  release: ({ store }, _call, { id, properties }) => {
    const reference = `{{${asText(properties.displayName) ?? ''}}}`;
    const inUse = store.where(
      (entity) =>
        entity.type.endsWith('/policies') &&
        instanceId(entity.id) === instanceId(id) &&
        String(entity.properties.value).includes(reference),
    );
    if (inUse.length > 0)
      throw new ArmError(400, 'ValidationError', `A policy uses the named value: ${inUse[0]?.id ?? ''}.`);
  },
  shown: ({ properties }) => (properties.secret === true ? without(properties, 'value') : properties),
};

export function namedValueRoutes(context: Context): readonly Route[] {
  return [
    {
      method: 'POST',
      path: `${namedValues.path}/listValue`,
      answer: ({ path }) => {
        const { properties } = existing(context, path.slice(0, path.lastIndexOf('/')));
        return { status: 200, body: { value: properties.value } };
      },
    },
  ];
}

/** The names within `{{…}}` that no named value of the instance has, or that are still being written. */
export function unknownNamedValues({ store, operations }: Context, service: string, text: string): string[] {
  const known = store
    .in(`${service}/namedValues`)
    .filter(({ id }) => !operations.isRunning(id))
    .map(({ properties }) => properties.displayName);
  const used = [...text.matchAll(/\{\{([\w.-]+)\}\}/g)].flatMap((match) => match[1] ?? []);
  return [...new Set(used)].filter((name) => !known.includes(name));
}

function acceptNamedValue({ context, call, properties }: Write): JsonObject {
  const { displayName, value, keyVault } = properties;
  if (typeof displayName !== 'string' || !/^[\w.-]{1,256}$/.test(displayName))
    throw ArmError.invalid([['displayName', 'displayName is letters, digits, dots, hyphens, underscores.']]);
  const isText = typeof value === 'string' && value.trim() !== '' && value.length <= MAX_LENGTH;
  if (!isText && keyVault === undefined)
    throw ArmError.invalid([['value', `value is a text of 1 to ${MAX_LENGTH} characters.`]]);
  const taken = context.store
    .in(`${instanceId(call.path)}/namedValues`)
    .some(
      (other) =>
        other.id.toLowerCase() !== call.path.toLowerCase() && other.properties.displayName === displayName,
    );
  if (taken)
    throw ArmError.invalid([['displayName', `Another named value is called ${displayName} already.`]]);
  return properties;
}
