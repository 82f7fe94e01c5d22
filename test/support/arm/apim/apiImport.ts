import { asArray, asObject, asText, isJsonObject, tryParseJson } from '../../../../src/protocol/json.ts';
import type { JsonObject } from '../../../../src/protocol/json.ts';
import { ArmError } from '../wire.ts';

/** An API as a Swagger 2.0 or OpenAPI 3 document describes it. */
export interface ImportedApi {
  readonly properties: JsonObject;
  /** Properties of its operations by id. */
  readonly operations: ReadonlyMap<string, JsonObject>;
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options'];
const FORMATS = [
  ...['swagger-json', 'openapi', 'openapi+json'],
  ...['swagger-link', 'swagger-link-json', 'openapi-link', 'openapi+json-link'],
];
const LONGEST_ID = 76;

/**
 * Reads the document that a PUT of an API brings along. Source: azure-docs api-management-api-import-restrictions.md.
 * @param documents the texts that are found at links
 * @throws ArmError
 */
export function importedApi(given: JsonObject, documents: ReadonlyMap<string, string>): ImportedApi {
  const format = asText(given.format) ?? '';
  if (!FORMATS.includes(format))
    throw ArmError.invalid([['format', `The emulator does not import ${format}.`]]);
  const value = asText(given.value) ?? '';
  const text = format.includes('-link') ? documents.get(value) : value;
  const document = tryParseJson(text ?? '');
  if (!isJsonObject(document)) throw ArmError.invalid([['value', 'There is no document in JSON.']]);
  const { title, description } = asObject(document.info);
  const intoTemplate = given.translateRequiredQueryParameters !== 'query';
  const operations = Object.entries(asObject(document.paths)).flatMap(([path, item]) =>
    Object.entries(asObject(item))
      .filter(([method]) => METHODS.includes(method))
      .map(([method, operation]) => importedOperation(method, path, asObject(operation), intoTemplate)),
  );
  return {
    properties: { displayName: title, description: description ?? '', serviceUrl: serverOf(document) },
    operations: new Map(operations),
  };
}

function importedOperation(
  method: string,
  path: string,
  operation: JsonObject,
  intoTemplate: boolean,
): [id: string, properties: JsonObject] {
  const parameters = asArray(operation.parameters).map(asObject);
  const inTemplate = parameters.filter(
    (parameter) => parameter.in === 'path' || (intoTemplate && isRequiredQuery(parameter)),
  );
  const inQuery = parameters.filter(
    (parameter) => parameter.in === 'query' && !inTemplate.includes(parameter),
  );
  const query = inTemplate
    .filter((parameter) => parameter.in === 'query')
    .map(({ name }) => `${String(name)}={${String(name)}}`)
    .join('&');
  const operationId = asText(operation.operationId) ?? `${method}-${path}`;
  const properties = {
    displayName: asText(operation.summary) ?? operationId,
    method: method.toUpperCase(),
    urlTemplate: `${path}${query === '' ? '' : `${path.includes('?') ? '&' : '?'}${query}`}`,
    templateParameters: inTemplate.map(importedParameter),
    description: operation.description ?? '',
    request: { queryParameters: inQuery.map(importedParameter), headers: [], representations: [] },
    responses: Object.entries(asObject(operation.responses))
      .filter(([status]) => /^\d+$/.test(status))
      .map(([status, response]) => ({
        statusCode: Number(status),
        description: asText(asObject(response).description) ?? '',
        representations: [{ contentType: 'application/json' }],
        headers: [],
      })),
  };
  return [normalizedId(operationId), properties];
}

function isRequiredQuery(parameter: JsonObject): boolean {
  return parameter.in === 'query' && parameter.required === true;
}

function importedParameter({ name, type, schema, required }: JsonObject): JsonObject {
  return { name, type: type ?? asObject(schema).type ?? 'string', required: required === true, values: [] };
}

function normalizedId(operationId: string): string {
  const id = operationId.toLowerCase().replaceAll(/[^a-z\d]+/g, '-');
  return id.replaceAll(/^-|-$/g, '').slice(0, LONGEST_ID);
}

function serverOf({ host, basePath, schemes, servers }: JsonObject): string | undefined {
  if (typeof host === 'string')
    return `${asText(asArray(schemes)[0]) ?? 'https'}://${host}${asText(basePath) ?? ''}`;
  return asText(asObject(asArray(servers)[0]).url);
}
