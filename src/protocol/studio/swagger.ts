import { Failure } from '../failure.ts';
import {
  asArray,
  asObject,
  asText,
  isJsonObject,
  jsonText,
  memberOf,
  tryParseJson,
  type JsonObject,
} from '../json.ts';
import type { Cell, Column, ColumnType, GlobalParameter, Port, ServiceSchema } from './serviceSchema.ts';

/**
 * The schema in a service's `swagger.json`: classic and New services, any spelling of references, inputs as arrays
 * of rows or as one row; also the resource of a New service, whose `input` and `output` say the same. Takes the
 * parsed document or its text. Throws a `Failure` (`MalformedSchema`) when neither is in it.
 * Source: Sport-Matching/api SwaggerClient-php (generated from a live document), RevolutionAnalytics/AzureML
 * `R/discover.R`, azure-rest-api-specs machinelearning 2017-01-01.
 */
export function parseServiceSchema(document: unknown): ServiceSchema {
  const root = typeof document === 'string' ? tryParseJson(document) : document;
  if (isJsonObject(root)) {
    const resource = isJsonObject(root.properties) ? root.properties : root;
    if (isJsonObject(resource.input) || isJsonObject(resource.output)) return resourceSchema(resource);
    const schema = swaggerSchema(root);
    if (schema !== undefined) return schema;
  }
  throw new Failure({
    code: 'MalformedSchema',
    origin: 'client',
    sentence:
      'The document is no swagger document of an Azure ML Studio (classic) web service: it defines no "ExecutionRequest". Use the swagger.json of the service.',
  });
}

function swaggerSchema(root: JsonObject): ServiceSchema | undefined {
  const document = new Definitions(root);
  const request = document.get('ExecutionRequest') ?? executeRequestOf(document, root);
  if (request === undefined) return undefined;
  const members = document.propertiesOf(request);
  const inputs = document.propertiesOf(memberOf(members, 'Inputs') ?? document.get('ExecutionInputs'));
  const parameters = document.resolve(
    memberOf(members, 'GlobalParameters') ?? document.get('GlobalParameters'),
  );
  const example = asObject(request.example);
  const inputSamples = asObject(
    memberOf(example, 'Inputs') ?? document.resolve(memberOf(members, 'Inputs')).example,
  );
  const outputSamples = asObject(memberOf(asObject(document.get('ExecutionResults')?.example), 'Results'));
  return {
    title: asText(asObject(root.info).title) ?? '',
    inputs: portsOf(document, inputs, inputSamples),
    outputs: portsOf(document, outputsOf(document), outputSamples),
    globalParameters: parametersOf(document, parameters),
  };
}

/** For documents that name their models otherwise: the body of the POST on `…/execute…`. */
function executeRequestOf(document: Definitions, root: JsonObject): JsonObject | undefined {
  for (const [path, item] of Object.entries(asObject(root.paths))) {
    if (!/\/execute\b/i.test(path)) continue;
    const post = asObject(asObject(item).post);
    const body = asArray(post.parameters)
      .map(asObject)
      .find((parameter) => parameter.in === 'body');
    const media = asObject(asObject(asObject(post.requestBody).content)['application/json']);
    const schema = document.resolve(body?.schema ?? media.schema);
    if (isJsonObject(memberOf(document.propertiesOf(schema), 'Inputs'))) return schema;
  }
  return undefined;
}

function outputsOf(document: Definitions): JsonObject {
  const results = document.propertiesOf(document.get('ExecutionResults'));
  return document.propertiesOf(memberOf(results, 'Results') ?? document.get('ExecutionOutputs'));
}

/** Schemas that are looked at in one document: references can be made to multiply without end. */
const mostSchemas = 200_000;
/** Schemas within each other. */
const deepest = 100;

/** The definitions of a document and how to reach them. */
class Definitions {
  readonly #definitions: JsonObject;
  #left = mostSchemas;

  constructor(root: JsonObject) {
    this.#definitions = isJsonObject(root.definitions)
      ? root.definitions
      : asObject(asObject(root.components).schemas);
  }

  get(name: string): JsonObject | undefined {
    const definition = memberOf(this.#definitions, name);
    return isJsonObject(definition) ? definition : undefined;
  }

  /** Follows `$ref`; members beside it, and those of `allOf`, are kept. A circle ends in an empty schema. */
  resolve(schema: unknown, seen: readonly string[] = [], depth = 0): JsonObject {
    if (!isJsonObject(schema) || depth > deepest || --this.#left < 0) return {};
    const reference = asText(schema.$ref);
    if (reference !== undefined) {
      const name = decodePointer(reference.slice(reference.lastIndexOf('/') + 1));
      if (seen.includes(name)) return {};
      const target = this.resolve(this.get(name), [...seen, name], depth + 1);
      return { ...target, ...schema };
    }
    if (!Array.isArray(schema.allOf)) return schema;
    const parts = [...asArray(schema.allOf).map((part) => this.resolve(part, seen, depth + 1)), schema];
    return {
      ...merged(parts),
      properties: merged(parts.map((part) => asObject(part.properties))),
    };
  }

  propertiesOf(schema: unknown): JsonObject {
    return asObject(this.resolve(schema).properties);
  }

  /** The schema of one row, whether the port is an array of rows, a reference to one, or a row itself. */
  rowOf(schema: unknown): JsonObject {
    const resolved = this.resolve(schema);
    const items = asArray(resolved.items)[0] ?? resolved.items;
    return items === undefined ? resolved : this.resolve(items);
  }
}

/** One object with the members of all; the later ones win. */
function merged(objects: readonly JsonObject[]): JsonObject {
  return Object.fromEntries(objects.flatMap((object) => Object.entries(object)));
}

/** The name at the end of a JSON pointer that stands in a URL. */
export function decodePointer(text: string): string {
  try {
    return decodeURIComponent(text).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    return text;
  }
}

function portsOf(document: Definitions, ports: JsonObject, samples: JsonObject): Port[] {
  return Object.entries(ports).map(([name, schema]) => {
    const row = document.rowOf(schema);
    const columns = Object.entries(asObject(row.properties)).map(([column, columnSchema]) =>
      columnOf(column, document.resolve(columnSchema)),
    );
    const sample = memberOf(samples, name) ?? document.resolve(schema).example ?? row.example;
    return { name, columns, sampleRows: sampleRowsOf(sample, columns) };
  });
}

function columnOf(name: string, schema: JsonObject): Column {
  const types = asArray(schema.type);
  const format = asText(schema.format);
  return {
    name,
    type: columnTypeOf(types.length === 0 ? schema.type : types.find((type) => type !== 'null'), format),
    ...(format === undefined ? {} : { format }),
    nullable:
      [schema['x-ms-isnullable'], schema['x-nullable'], schema.nullable].some(isTrue) ||
      types.includes('null'),
    ...allowedValues(schema),
  };
}

function isTrue(value: unknown): boolean {
  return value === true || (typeof value === 'string' && value.toLowerCase() === 'true');
}

function allowedValues(schema: JsonObject): { allowedValues?: readonly string[] } {
  if (!Array.isArray(schema.enum)) return {};
  const values = schema.enum.filter((value) => value !== null);
  return {
    allowedValues: values.map((value) => (typeof value === 'string' ? value : jsonText(value))),
  };
}

function columnTypeOf(type: unknown, format = ''): ColumnType {
  switch (typeof type === 'string' ? type.toLowerCase() : '') {
    case 'integer':
      return 'integer';
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    default:
      if (/^date-?time/i.test(format)) return 'date-time';
      return /^(?:time-?span|duration)$/i.test(format) ? 'time-span' : 'string';
  }
}

/** Rows as objects, as arrays in column order, as one object, or in the table form. */
function sampleRowsOf(sample: unknown, columns: readonly Column[]): Cell[][] {
  const table = asObject(sample);
  if (Array.isArray(table.Values)) {
    const order = asArray(table.ColumnNames);
    return asArray(table.Values).map((row) =>
      columns.map((column, i) => {
        const at = order.length === 0 ? i : order.indexOf(column.name);
        return cellOf(asArray(row)[at]);
      }),
    );
  }
  const rows = isJsonObject(sample) ? [sample] : asArray(sample);
  return rows.map((row) =>
    columns.map((column, i) => cellOf(isJsonObject(row) ? row[column.name] : asArray(row)[i])),
  );
}

function cellOf(value: unknown): Cell {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return value === null || value === undefined ? null : jsonText(value);
}

function parametersOf(document: Definitions, parameters: JsonObject): GlobalParameter[] {
  const required = Array.isArray(parameters.required) ? asArray(parameters.required) : undefined;
  return Object.entries(asObject(parameters.properties)).map(([name, property]) => {
    const schema = document.resolve(property);
    const { type, format } = columnOf(name, schema);
    const description = asText(schema.description) ?? asText(schema.title);
    const hasDefault = schema.default !== undefined && schema.default !== null;
    return {
      name,
      type,
      ...(format === undefined ? {} : { format }),
      ...(hasDefault ? { default: cellOf(schema.default) } : {}),
      ...(description === undefined ? {} : { description }),
      ...allowedValues(schema),
      required: required === undefined ? !hasDefault : required.includes(name),
    };
  });
}

/** A New service as a resource: columns directly below each port, examples as rows of cells. */
function resourceSchema(resource: JsonObject): ServiceSchema {
  const document = new Definitions({});
  const examples = asObject(asObject(resource.exampleRequest).inputs);
  const ports = (side: unknown, samples: JsonObject) =>
    portsOf(document, asObject(asObject(side).properties), samples);
  return {
    title: asText(resource.title) ?? '',
    inputs: ports(resource.input, examples),
    outputs: ports(resource.output, {}),
    globalParameters: Object.entries(asObject(resource.parameters)).map(resourceParameter),
  };
}

function resourceParameter([name, value]: [string, unknown]): GlobalParameter {
  const given = isJsonObject(value) ? value.value : value;
  const hasDefault = given !== undefined && given !== null;
  return { name, type: 'string', ...(hasDefault ? { default: cellOf(given) } : {}), required: !hasDefault };
}
