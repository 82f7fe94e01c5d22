import { asArray, asObject } from '../../../../src/protocol/json.ts';
import type { JsonObject } from '../../../../src/protocol/json.ts';
import type { Context, ResourceType, Write } from '../resources.ts';
import { instanceId } from '../resources.ts';
import { ArmError, propertiesOf, without } from '../wire.ts';
import type { Call } from '../wire.ts';
import { importedApi } from './apiImport.ts';
import type { ImportedApi } from './apiImport.ts';
import { exportedApi } from './apiExport.ts';
import { removeLinks } from './links.ts';
import { SERVICE } from './paths.ts';

export const apis: ResourceType = {
  path: `${SERVICE}/apis/{api}`,
  required: [],
  defaults: {
    apiRevision: '1',
    protocols: ['https'],
    subscriptionRequired: true,
    subscriptionKeyParameterNames: { header: 'Ocp-Apim-Subscription-Key', query: 'subscription-key' },
    isCurrent: true,
    isOnline: true,
  },
  filterable: ['name', 'displayName', 'description', 'serviceUrl', 'path', 'isCurrent'],
  readAs: exportedApi,
  slow: ['PUT', 'DELETE'],
  accept: acceptApi,
  settle: ({ context, call }, { id }) => {
    const imported = importIn(context, call);
    if (!imported) return;
    for (const operation of context.store.in(`${id}/operations`)) context.store.remove(operation.id);
    for (const [name, properties] of imported.operations)
      context.store.put({ id: `${id}/operations/${name}`, properties });
  },
  release: (context, _call, api) => removeLinks(context, api),
};

export const operations: ResourceType = {
  path: `${SERVICE}/apis/{api}/operations/{operation}`,
  required: ['displayName', 'method', 'urlTemplate'],
  defaults: { templateParameters: [], responses: [] },
  accept: acceptOperation,
};

export const schemas: ResourceType = {
  path: `${SERVICE}/apis/{api}/schemas/{schema}`,
  required: ['contentType', 'document'],
  replacedOnly: true,
  slow: ['PUT'],
  release: ({ store }, { query, path }, { name }) => {
    if (query.get('force') === 'true') return;
    const used = store
      .in(`${path.slice(0, path.lastIndexOf('/schemas/'))}/operations`)
      .find(({ properties }) => JSON.stringify(properties).includes(`"schemaId":"${name}"`));
    if (used) throw ArmError.invalid([['schemaId', `Operation ${used.name} refers to the schema.`]]);
  },
};

function acceptApi({ context, call, properties: given }: Write): JsonObject {
  const imported = importIn(context, call)?.properties ?? {};
  const properties = without(
    { ...imported, ...given },
    'format',
    'value',
    'translateRequiredQueryParameters',
  );
  const { path, apiVersion, displayName } = properties;
  if (typeof path !== 'string') throw ArmError.invalid([['path', 'path must be given.']]);
  const suffix = path.replace(/^\/|\/$/g, '');
  const taken = context.store
    .in(`${instanceId(call.path)}/apis`)
    .some(
      ({ id, properties: other }) =>
        id.toLowerCase() !== call.path.toLowerCase() &&
        other.path === suffix &&
        other.apiVersion === apiVersion,
    );
  if (taken) throw ArmError.invalid([['path', `Another API has the path ${suffix} already.`]]);
  const name = call.path.slice(call.path.lastIndexOf('/') + 1);
  return { ...withServers(properties), path: suffix, displayName: displayName ?? name };
}

/** An authorization server is shown in the old member and in the new one, which has several. */
function withServers(properties: JsonObject): JsonObject {
  const settings = asObject(properties.authenticationSettings);
  const { oAuth2 } = settings;
  if (oAuth2 === undefined) return properties;
  const authenticationSettings = { oAuth2AuthenticationSettings: [oAuth2], ...settings };
  return { ...properties, authenticationSettings };
}

/** The document that a write brings along; undefined when it brings none. @throws ArmError */
function importIn({ documents }: Context, { body }: Call): ImportedApi | undefined {
  const properties = propertiesOf(body);
  return properties.format === undefined ? undefined : importedApi(properties, documents);
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
