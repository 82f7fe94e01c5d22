import { asArray, asObject } from '../../../../src/protocol/json.ts';
import type { JsonObject } from '../../../../src/protocol/json.ts';
import type { ResourceType, Write } from '../resources.ts';
import { instanceId } from '../resources.ts';
import { ArmError } from '../wire.ts';
import { SERVICE, SERVICE_TYPE } from './paths.ts';

export const apis: ResourceType = {
  path: `${SERVICE}/apis/{api}`,
  type: `${SERVICE_TYPE}/apis`,
  required: [],
  defaults: {
    apiRevision: '1',
    protocols: ['https'],
    subscriptionRequired: true,
    subscriptionKeyParameterNames: { header: 'Ocp-Apim-Subscription-Key', query: 'subscription-key' },
    isCurrent: true,
    isOnline: true,
  },
  slow: ['PUT', 'DELETE'],
  accept: acceptApi,
  release: ({ store }, _call, { id, name }) => {
    const service = instanceId(id);
    const links = store.where((entity) => {
      const isLink = entity.id.toLowerCase().startsWith(`${service.toLowerCase()}/products/`);
      return isLink && entity.id.endsWith(`/apis/${name}`);
    });
    for (const link of links) store.remove(link.id);
  },
};

export const operations: ResourceType = {
  path: `${SERVICE}/apis/{api}/operations/{operation}`,
  type: `${SERVICE_TYPE}/apis/operations`,
  required: ['displayName', 'method', 'urlTemplate'],
  defaults: { templateParameters: [], responses: [] },
  accept: acceptOperation,
};

function acceptApi({ context, call, properties }: Write): JsonObject {
  const { path, displayName } = properties;
  if (typeof path !== 'string') throw ArmError.invalid([['path', 'path must be given.']]);
  const others = context.store
    .in(`${instanceId(call.path)}/apis`)
    .filter(({ id }) => id.toLowerCase() !== call.path.toLowerCase());
  const suffix = path.replace(/^\/|\/$/g, '');
  if (others.some((other) => other.properties.path === suffix))
    throw ArmError.invalid([['path', `Another API has the path ${suffix} already.`]]);
  const name = call.path.slice(call.path.lastIndexOf('/') + 1);
  return { ...properties, path: suffix, displayName: displayName ?? name };
}

/** All parameters of the template must be declared, and no other operation may answer the same calls. */
function acceptOperation({ context, call, properties }: Write): JsonObject {
  const { method, urlTemplate } = properties;
  const used = [...String(urlTemplate).matchAll(/\{\*?([^{}]+)\}/g)].flatMap((match) => match[1] ?? []);
  const declared = asArray(properties.templateParameters).map((parameter) => asObject(parameter).name);
  const undeclared = used.filter((name) => !declared.includes(name));
  if (undeclared.length > 0)
    throw ArmError.invalid([
      ['templateParameters', `The template uses parameters that are not declared: ${undeclared.join(', ')}.`],
    ]);
  const twin = context.store
    .in(call.path.slice(0, call.path.lastIndexOf('/')))
    .find(
      ({ id, properties: other }) =>
        id.toLowerCase() !== call.path.toLowerCase() &&
        other.method === method &&
        other.urlTemplate === urlTemplate,
    );
  if (twin)
    throw ArmError.invalid([
      ['urlTemplate', `Operation ${twin.name} has the same method and template already.`],
    ]);
  return properties;
}
