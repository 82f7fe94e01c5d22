import { asObject, type JsonObject } from '../protocol/json.ts';
import type { Cell, Column, GlobalParameter, Port, ServiceSchema } from '../protocol/studio/serviceSchema.ts';
import type { JsonMembers, JsonValue } from '../shared/jsonEdits.ts';
import { sampleInputs } from '../shared/requestForm.ts';

/** What the schema's descriptions say, in the user's language; `{0}` and `{1}` are filled in. */
export interface SchemaWords {
  readonly column: string;
  readonly parameter: string;
  readonly range: string;
  readonly nullable: string;
  readonly allowed: string;
  readonly sample: string;
  readonly defaultValue: string;
  readonly required: string;
  readonly missingColumn: string;
  readonly unknownColumn: string;
  readonly notOfType: string;
}

/** A table with more columns has its cells checked only when it names them all in the schema's order. */
const mostColumnsInAnyOrder = 16;
const mostValuesShown = 10;

/**
 * The JSON schema (draft-07) of a service's request documents: the format's own schema `base`, with the names and
 * types of this service's inputs and global parameters. Numbers and truth values may be texts, as for the service.
 */
export function operationSchema(base: JsonObject, service: ServiceSchema, words: SchemaWords): JsonObject {
  const members = asObject(base.properties);
  const inputs = service.inputs.map((port, index) => new Input(port, index, words));
  const samples = sampleInputs(service);
  const inputsSchema = (schemaOf: (input: Input) => JsonMembers): JsonMembers => ({
    properties: {
      inputs: {
        properties: Object.fromEntries(inputs.map((input) => [input.port.name, schemaOf(input)])),
        additionalProperties: false,
      },
    },
  });
  return {
    ...base,
    ...(service.title === '' ? {} : { title: service.title }),
    properties: {
      ...members,
      inputs: {
        ...asObject(members.inputs),
        additionalProperties: true,
        required: inputs.map(({ port }) => port.name),
        default: samples,
      },
      globalParameters: parametersSchema(asObject(members.globalParameters), service, words),
    },
    if: { properties: { format: { const: 'swagger' } }, required: ['format'] },
    then: inputsSchema((input) => input.rows()),
    else: inputsSchema((input) => input.table(samples[input.port.name])),
    definitions: {
      ...asObject(base.definitions),
      ...Object.fromEntries(inputs.flatMap((input) => input.definitions())),
    },
    // A document of free text has neither.
    allOf: [{ if: { not: { required: ['body'] } }, then: { required: requiredMembers(service) } }],
  };
}

/** The schema of a service's global parameters; `base` is what the format says of the member. */
export function parametersSchema(
  base: JsonObject,
  { globalParameters }: ServiceSchema,
  words: SchemaWords,
): JsonObject {
  return {
    ...base,
    type: 'object',
    properties: Object.fromEntries(
      globalParameters.map((parameter) => [parameter.name, parameterSchema(parameter, words)]),
    ),
    required: globalParameters.filter(isRequired).map(({ name }) => name),
    additionalProperties: false,
  };
}

export function requiredMembers(service: ServiceSchema): string[] {
  return [
    ...(service.inputs.length > 0 ? ['inputs'] : []),
    ...(service.globalParameters.some(isRequired) ? ['globalParameters'] : []),
  ];
}

/** The schemas of one input in both of its forms. */
class Input {
  readonly port: Port;
  readonly #index: number;
  readonly #words: SchemaWords;

  constructor(port: Port, index: number, words: SchemaWords) {
    this.port = port;
    this.#index = index;
    this.#words = words;
  }

  definitions(): [string, JsonMembers][] {
    return this.port.columns.map((column, i) => [
      this.#definition(i),
      columnSchema(column, this.#samples(i), this.#words),
    ]);
  }

  /** An array of objects, a member for each column. */
  rows(): JsonMembers {
    const { columns } = this.port;
    if (columns.length === 0) return { type: 'array' };
    return {
      type: 'array',
      items: {
        type: 'object',
        properties: Object.fromEntries(columns.map(({ name }, i) => [name, this.#cell(i)])),
        required: columns.filter(({ nullable }) => !nullable).map(({ name }) => name),
        additionalProperties: false,
      },
    };
  }

  /** `ColumnNames`, and `Values` with rows of cells in their order. */
  table(sample: JsonValue | undefined): JsonMembers {
    const { columns } = this.port;
    if (columns.length === 0) return { $ref: '#/definitions/table' };
    return {
      type: 'object',
      required: ['ColumnNames', 'Values'],
      properties: {
        ColumnNames: this.#columnNames(),
        Values: { type: 'array', items: { type: 'array', items: { $ref: '#/definitions/cell' } } },
      },
      additionalProperties: false,
      allOf: columns.length > mostColumnsInAnyOrder ? this.#cellsInOrder() : this.#cellsInAnyOrder(),
      ...(sample === undefined ? {} : { default: sample }),
    };
  }

  #columnNames(): JsonMembers {
    const { columns } = this.port;
    const needed = columns
      .filter(({ nullable }) => !nullable)
      .map(({ name }) => ({
        contains: { const: name },
        errorMessage: fill(this.#words.missingColumn, name),
      }));
    return {
      type: 'array',
      uniqueItems: true,
      items: {
        enum: columns.map(({ name }) => name),
        enumDescriptions: columns.map((column, i) => describeColumn(column, this.#samples(i), this.#words)),
        errorMessage: this.#words.unknownColumn,
      },
      default: columns.map(({ name }) => name),
      ...(needed.length === 0 ? {} : { allOf: needed }),
    };
  }

  /** One condition for each column at each place, and one for each number of columns. */
  #cellsInAnyOrder(): JsonMembers[] {
    const { columns } = this.port;
    return columns.flatMap((_, place) => [
      ...columns.map(({ name }, i) =>
        whenNames(
          { minItems: place + 1, items: [...anything(place), { const: name }] },
          { items: [...anything(place), this.#cell(i)] },
        ),
      ),
      whenNames({ minItems: place + 1, maxItems: place + 1 }, { minItems: place + 1, maxItems: place + 1 }),
    ]);
  }

  #cellsInOrder(): JsonMembers[] {
    const { columns } = this.port;
    const names = columns.map(({ name }) => name);
    const count = { minItems: names.length, maxItems: names.length };
    return [whenNames({ const: names }, { ...count, items: columns.map((_, i) => this.#cell(i)) })];
  }

  #cell(column: number): JsonMembers {
    return { $ref: `#/definitions/${this.#definition(column)}` };
  }

  #definition(column: number): string {
    return `input${String(this.#index)}column${String(column)}`;
  }

  #samples(column: number): Cell[] {
    const cells = this.port.sampleRows.flatMap((row) => row[column] ?? []);
    return [...new Set(cells)].slice(0, mostValuesShown);
  }
}

function whenNames(names: JsonMembers, row: JsonMembers): JsonMembers {
  return {
    if: { properties: { ColumnNames: names }, required: ['ColumnNames'] },
    then: { properties: { Values: { items: row } } },
  };
}

function anything(count: number): JsonMembers[] {
  return Array.from({ length: count }, () => ({}));
}

function columnSchema(column: Column, samples: readonly Cell[], words: SchemaWords): JsonMembers {
  return {
    description: describeColumn(column, samples, words),
    ...valueSchema(column, words),
    ...(samples.length === 0 || column.allowedValues ? {} : { examples: samples }),
  };
}

function parameterSchema(parameter: GlobalParameter, words: SchemaWords): JsonMembers {
  const { type, format, allowedValues, default: fallback, description } = parameter;
  const sentences = [
    fill(words.parameter, parameter.name, format ?? type),
    ...(description === undefined ? [] : [description]),
    ...rangeSentence(parameter, words),
    ...allowedSentence(allowedValues, words),
    ...(fallback === undefined ? [] : [fill(words.defaultValue, JSON.stringify(fallback))]),
    ...(isRequired(parameter) ? [words.required] : []),
  ];
  return {
    description: sentences.join('\n\n'),
    ...valueSchema({ ...parameter, nullable: fallback === null }, words),
    ...(fallback === undefined ? {} : { default: fallback }),
  };
}

function isRequired({ required, default: fallback }: GlobalParameter): boolean {
  return required ?? fallback === undefined;
}

type Typed = Pick<Column, 'type' | 'format' | 'nullable' | 'allowedValues'>;

/** What a cell or parameter of this type may be. */
function valueSchema(typed: Typed, words: SchemaWords): JsonMembers {
  if (typed.allowedValues) {
    const values = typed.allowedValues.flatMap((text) => spellings(typed.type, text));
    return { enum: typed.nullable ? [...values, null] : values };
  }
  const oneOf = (...types: readonly string[]): JsonMembers => ({
    type: typed.nullable ? [...types, 'null'] : [...types],
  });
  const text = (pattern: string): JsonMembers => ({
    pattern,
    patternErrorMessage: fill(words.notOfType, typed.format ?? typed.type),
  });
  switch (typed.type) {
    case 'integer':
      return { ...oneOf('integer', 'string'), ...rangeOf(typed), ...text('^\\s*[+-]?\\d+\\s*$') };
    case 'number':
      return {
        ...oneOf('number', 'string'),
        ...text('^\\s*[+-]?(?:(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?|Infinity)\\s*$'),
      };
    case 'boolean':
      return { ...oneOf('boolean', 'string'), ...text('^(?:[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$') };
    case 'date-time':
      return { ...oneOf('string'), ...text('^\\s*(?:\\d{1,4}[-/.]\\d{1,2}|[A-Za-z]{3,9},?\\s+\\d)') };
    default:
      return oneOf('string', 'number', 'boolean');
  }
}

/** An allowed value as the type itself, which is proposed first, and as text. */
function spellings(type: Column['type'], text: string): Cell[] {
  if ((type === 'integer' || type === 'number') && Number.isFinite(Number(text))) return [Number(text), text];
  return type === 'boolean' && /^(?:true|false)$/.test(text) ? [text === 'true', text] : [text];
}

/** The bounds of an integer format; those of 64 bits as near as a double comes. */
function rangeOf({ format }: Pick<Typed, 'format'>): { minimum?: number; maximum?: number } {
  const match = /^(u?)int(8|16|32|64)$/.exec(format ?? '');
  if (!match) return {};
  const bits = Number(match[2]);
  return match[1] === 'u'
    ? { minimum: 0, maximum: 2 ** bits - 1 }
    : { minimum: -(2 ** (bits - 1)), maximum: 2 ** (bits - 1) - 1 };
}

function describeColumn(column: Column, samples: readonly Cell[], words: SchemaWords): string {
  const [sample] = samples;
  return [
    fill(words.column, column.name, column.format ?? column.type),
    ...rangeSentence(column, words),
    ...(column.nullable ? [words.nullable] : []),
    ...allowedSentence(column.allowedValues, words),
    ...(sample === undefined ? [] : [fill(words.sample, JSON.stringify(sample))]),
  ].join('\n\n');
}

function rangeSentence(typed: Pick<Typed, 'type' | 'format'>, words: SchemaWords): string[] {
  const { minimum, maximum } = typed.type === 'integer' ? rangeOf(typed) : {};
  if (minimum === undefined || maximum === undefined) return [];
  return [fill(words.range, String(minimum), String(maximum))];
}

function allowedSentence(values: readonly string[] | undefined, words: SchemaWords): string[] {
  if (!values) return [];
  const shown = values.slice(0, mostValuesShown).join(', ');
  return [fill(words.allowed, values.length > mostValuesShown ? `${shown}, …` : shown)];
}

function fill(words: string, ...values: readonly string[]): string {
  return words.replaceAll(/\{(\d)\}/g, (_, index: string) => values[Number(index)] ?? '');
}
