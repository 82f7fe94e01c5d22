import { asArray, asObject, asText, isJsonObject, type JsonObject, memberOf, tryParseJson } from '../json.ts';
import { decodePointer } from '../studio/swagger.ts';
import { gatewayOperations, type GatewayOperation } from './operations.ts';

/** What a service's swagger document says of the bodies of one operation. */
export interface OperationTypes {
  /** Names of definitions. */
  readonly request?: string;
  readonly response?: string;
  /** What a caller has to add to the query, so that these are the types, by parameter. */
  readonly query?: Readonly<Record<string, string>>;
}

export interface BodyTypes {
  /** As in the document; they refer to each other by `#/definitions/…`. */
  readonly definitions: JsonObject;
  /** By the id of one of the five operations. */
  readonly operations: ReadonlyMap<string, OperationTypes>;
}

/**
 * The types of bodies in the text of a service's `swagger.json`; undefined where it has none. The document has the query
 * in its paths. Source: Sport-Matching/api SwaggerClient-php (generated from a live document).
 */
export function bodyTypesIn(document: string): BodyTypes | undefined {
  const root = tryParseJson(document);
  if (!isJsonObject(root) || !isJsonObject(root.definitions)) return undefined;
  const { definitions } = root;
  const described = describedIn(root.paths);
  const operations = new Map<string, OperationTypes>();
  for (const operation of gatewayOperations) {
    const same = described.find((each) => each.signature === signatureOf(operation));
    if (same !== undefined) operations.set(operation.id, typesOf(same, definitions, operation));
  }
  const isTyped = [...operations.values()].some(({ request }) => request !== undefined);
  return isTyped ? { definitions, operations } : undefined;
}

interface Described {
  readonly signature: string;
  readonly query: URLSearchParams;
  readonly description: JsonObject;
}

function describedIn(paths: unknown): readonly Described[] {
  return Object.entries(asObject(paths)).flatMap(([key, item]) => {
    const [path = '', query] = key.split('?');
    return Object.entries(asObject(item)).map(([method, description]) => ({
      signature: signature(method, path),
      query: new URLSearchParams(query),
      description: asObject(description),
    }));
  });
}

/** In a document, paths begin below the service. */
function signatureOf({ method, urlTemplate }: GatewayOperation): string {
  const [path = ''] = urlTemplate.split('?');
  return signature(method, path.slice(path.indexOf('{service}') + '{service}'.length));
}

/** What a parameter is called makes no difference. */
function signature(method: string, path: string): string {
  return `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`.toLowerCase();
}

function typesOf(
  { description, query }: Described,
  definitions: JsonObject,
  { urlTemplate }: GatewayOperation,
): OperationTypes {
  const body = asArray(description.parameters)
    .map(asObject)
    .find((parameter) => parameter.in === 'body');
  const request = definitionName(body?.schema, definitions);
  const response = definitionName(
    asObject(memberOf(asObject(description.responses), '200')).schema,
    definitions,
  );
  const further = [...query].filter(([name]) => !urlTemplate.includes(`${name}=`));
  return {
    ...(request !== undefined && { request }),
    ...(response !== undefined && { response }),
    ...(further.length > 0 && { query: Object.fromEntries(further) }),
  };
}

function definitionName(schema: unknown, definitions: JsonObject): string | undefined {
  const reference = asText(asObject(schema).$ref);
  if (reference?.startsWith('#/definitions/') !== true) return undefined;
  const name = decodePointer(reference.slice('#/definitions/'.length));
  return Object.hasOwn(definitions, name) ? name : undefined;
}
