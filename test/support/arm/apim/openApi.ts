import { asArray, asObject, asText } from '../../../../src/protocol/json.ts';
import type { JsonObject } from '../../../../src/protocol/json.ts';
import { grouped } from '../../../../src/shared/grouped.ts';
import type { Entity } from '../store.ts';

/** What an instance has of an API. */
export interface PublishedApi {
  readonly api: Entity;
  readonly operations: readonly Entity[];
  /** Where the instance's gateway is; empty while it has none. */
  readonly gatewayUrl: string;
}

/** How a version of the format writes what differs. */
interface Dialect {
  readonly parameter: (parameter: JsonObject) => JsonObject;
  readonly response: (contentTypes: readonly string[]) => JsonObject;
}

const OPEN_API: Dialect = {
  parameter: ({ type }) => ({ schema: { type } }),
  response: (contentTypes) =>
    contentTypes.length === 0
      ? {}
      : { content: Object.fromEntries(contentTypes.map((contentType) => [contentType, {}])) },
};

const SWAGGER: Dialect = { parameter: ({ type }) => ({ type }), response: () => ({}) };

/** An API in OpenAPI 3. Source: OAI/OpenAPI-Specification 3.0.1. */
export function openApiDocument(published: PublishedApi): JsonObject {
  const { api, gatewayUrl } = published;
  const { header, query } = keyNamesOf(api);
  return {
    openapi: '3.0.1',
    info: infoOf(api),
    ...(gatewayUrl === '' ? {} : { servers: [{ url: baseOf(api, gatewayUrl) }] }),
    paths: pathsOf(published, OPEN_API),
    components: { securitySchemes: schemesOf(header, query) },
    security: [{ apiKeyHeader: [] }, { apiKeyQuery: [] }],
  };
}

/** An API in Swagger 2. Source: OAI/OpenAPI-Specification 2.0. */
export function swaggerDocument(published: PublishedApi): JsonObject {
  const { api, gatewayUrl } = published;
  const { header, query } = keyNamesOf(api);
  const base = gatewayUrl === '' ? undefined : new URL(baseOf(api, gatewayUrl));
  return {
    swagger: '2.0',
    info: infoOf(api),
    ...(base ? { host: base.host, basePath: base.pathname, schemes: [base.protocol.slice(0, -1)] } : {}),
    paths: pathsOf(published, SWAGGER),
    securityDefinitions: schemesOf(header, query),
    security: [{ apiKeyHeader: [] }, { apiKeyQuery: [] }],
  };
}

function infoOf({ name, properties }: Entity): JsonObject {
  return {
    title: asText(properties.displayName) ?? name,
    description: asText(properties.description) ?? '',
    version: asText(properties.apiVersion) ?? '1.0',
  };
}

function baseOf({ properties }: Entity, gatewayUrl: string): string {
  return `${gatewayUrl}/${asText(properties.path) ?? ''}`;
}

function keyNamesOf({ properties }: Entity): { readonly header: string; readonly query: string } {
  const { header, query } = asObject(properties.subscriptionKeyParameterNames);
  return {
    header: asText(header) ?? 'Ocp-Apim-Subscription-Key',
    query: asText(query) ?? 'subscription-key',
  };
}

function schemesOf(header: string, query: string): JsonObject {
  return {
    apiKeyHeader: { type: 'apiKey', name: header, in: 'header' },
    apiKeyQuery: { type: 'apiKey', name: query, in: 'query' },
  };
}

function pathsOf({ operations }: PublishedApi, dialect: Dialect): JsonObject {
  const byPath = grouped(operations, (operation) => templateOf(operation)[0]);
  return Object.fromEntries(
    [...byPath].map(([path, own]) => [
      path,
      Object.fromEntries(
        own.map((operation) => [
          String(operation.properties.method).toLowerCase(),
          operationOf(operation, dialect),
        ]),
      ),
    ]),
  );
}

function operationOf(operation: Entity, dialect: Dialect): JsonObject {
  const { name, properties } = operation;
  const responses = asArray(properties.responses).map(asObject);
  return {
    operationId: name,
    summary: asText(properties.displayName) ?? name,
    description: asText(properties.description) ?? '',
    parameters: parametersOf(operation, dialect),
    responses: Object.fromEntries(
      responses.map(({ statusCode, description, representations }) => {
        const contentTypes = asArray(representations).map((one) => String(asObject(one).contentType));
        return [String(statusCode), { description: description ?? '', ...dialect.response(contentTypes) }];
      }),
    ),
  };
}

/** Those of the template, in its path or its query, and those of the request. */
function parametersOf(operation: Entity, { parameter }: Dialect): readonly JsonObject[] {
  const [path, search] = templateOf(operation);
  const { templateParameters, request } = operation.properties;
  const inQuery = new Map([...new URLSearchParams(search)].map(([name, value]) => [value, name]));
  const ofTemplate = asArray(templateParameters)
    .map(asObject)
    .map((one) => {
      const name = String(one.name);
      const isInPath = path.includes(`{${name}}`) || path.includes(`{*${name}}`);
      const queryName = inQuery.get(`{${name}}`) ?? name;
      return {
        name: isInPath ? name : queryName,
        in: isInPath ? 'path' : 'query',
        required: true,
        ...parameter(one),
      };
    });
  const ofRequest = asArray(asObject(request).queryParameters)
    .map(asObject)
    .map((one) => ({ name: one.name, in: 'query', required: one.required === true, ...parameter(one) }));
  return [...ofTemplate, ...ofRequest];
}

function templateOf({ properties }: Entity): readonly [path: string, search: string] {
  const [path = '/', search = ''] = String(properties.urlTemplate).split(/\?(.*)/s);
  return [path, search];
}
