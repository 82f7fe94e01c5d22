import assert from 'node:assert/strict';
import { Failure } from '../../../src/protocol/failure.ts';
import { parseServiceSchema } from '../../../src/protocol/studio/swagger.ts';
import { fixture, fixtureText } from './fixtures.ts';

interface Models {
  models: Record<string, Record<string, string>>;
}

/** A swagger document with the members, types and required flags that the fixture lists for a live service. */
function classicDocument() {
  const { models } = fixture('swagger-classic-models.json') as Models;
  const property = (notation: string): unknown => {
    const type = notation.replace(/[!?].*$/, '');
    if (type.endsWith('[]')) return { type: 'array', items: { $ref: `#/definitions/${type.slice(0, -2)}` } };
    if (type === 'double') return { type: 'number', format: 'double' };
    if (['string', 'integer', 'boolean', 'object'].includes(type)) return { type };
    return { $ref: `#/definitions/${type}` };
  };
  const definitions = Object.entries(models).map(([name, members]) => {
    const entries = Object.entries(members).filter(([member]) => member !== '...');
    return [
      name,
      {
        type: 'object',
        required: entries.filter(([, notation]) => notation.includes('!')).map(([member]) => member),
        properties: Object.fromEntries(entries.map(([member, notation]) => [member, property(notation)])),
      },
    ];
  });
  return {
    swagger: '2.0',
    info: { version: '2.0', title: 'Tennis' },
    definitions: Object.fromEntries(definitions) as Record<string, Record<string, unknown>>,
  };
}

describe('parseServiceSchema', () => {
  it('reads the models of a classic service', () => {
    const schema = parseServiceSchema(classicDocument());
    assert.deepEqual(schema, {
      title: 'Tennis',
      inputs: [
        {
          name: 'input',
          columns: [
            { name: 'j1', type: 'string', nullable: false },
            { name: 'j1_g1', type: 'integer', nullable: false },
            { name: 'ground', type: 'integer', nullable: false },
          ],
          sampleRows: [],
        },
      ],
      outputs: [
        {
          name: 'output1',
          columns: [{ name: 'Scored Labels', type: 'number', format: 'double', nullable: false }],
          sampleRows: [],
        },
      ],
      globalParameters: [{ name: 'Append score columns to output', type: 'boolean', required: false }],
    });
  });

  it('reads its own text', () => {
    const text = JSON.stringify(classicDocument());
    assert.deepEqual(parseServiceSchema(text), parseServiceSchema(classicDocument()));
  });

  it('takes sample rows from the example of the request, in column order', () => {
    const document = classicDocument();
    const row = { ground: 3, j1: 'value', j1_g1: 0 };
    document.definitions.ExecutionRequest = {
      ...document.definitions.ExecutionRequest,
      example: { Inputs: { input: [row, { j1: 'x' }] } },
    };
    assert.deepEqual(parseServiceSchema(document).inputs[0]?.sampleRows, [
      ['value', 0, 3],
      ['x', null, null],
    ]);
    document.definitions.ExecutionRequest.example = {
      Inputs: { input: { ColumnNames: ['ground', 'j1'], Values: [['1', 'a']] } },
    };
    assert.deepEqual(parseServiceSchema(document).inputs[0]?.sampleRows, [['a', null, '1']]);
  });

  it('takes sample rows from the example of an item', () => {
    const document = classicDocument();
    document.definitions.InputItem = { ...document.definitions.InputItem, example: { j1: 'v' } };
    assert.deepEqual(parseServiceSchema(document).inputs[0]?.sampleRows, [['v', null, null]]);
  });

  it('reads types, formats, allowed values and all spellings of nullable', () => {
    const columns = {
      i: { type: 'integer', format: 'int32', 'x-nullable': true },
      n: { type: 'number', format: 'double', 'x-ms-isnullable': true },
      b: { type: 'boolean', 'x-ms-isnullable': 'True' },
      d: { type: 'string', format: 'date-time' },
      t: { type: 'string', format: 'time-span' },
      e: { type: ['string', 'null'], enum: ['a', 'b', 3, null] },
      u: {},
    };
    const schema = parseServiceSchema({
      definitions: {
        ExecutionRequest: { properties: { Inputs: { $ref: '#/definitions/ExecutionInputs' } } },
        ExecutionInputs: {
          properties: { input1: { type: 'array', items: { $ref: '#/definitions/input1Item' } } },
        },
        input1Item: { properties: columns },
      },
    });
    assert.deepEqual(schema.inputs[0]?.columns, [
      { name: 'i', type: 'integer', format: 'int32', nullable: true },
      { name: 'n', type: 'number', format: 'double', nullable: true },
      { name: 'b', type: 'boolean', nullable: true },
      { name: 'd', type: 'date-time', format: 'date-time', nullable: false },
      { name: 't', type: 'time-span', format: 'time-span', nullable: false },
      { name: 'e', type: 'string', nullable: true, allowedValues: ['a', 'b', '3'] },
      { name: 'u', type: 'string', nullable: false },
    ]);
    assert.deepEqual(schema.outputs, []);
    assert.deepEqual(schema.globalParameters, []);
  });

  it('reads global parameters with defaults, enumerations and a list of required ones', () => {
    const parameters = (required?: string[]) =>
      parseServiceSchema({
        definitions: {
          ExecutionRequest: { properties: { GlobalParameters: { $ref: 'GlobalParameters' } } },
          GlobalParameters: {
            required,
            properties: {
              'Hashing bitsize': { type: 'integer', format: 'int32', default: 3, description: 'Bits' },
              'Server name': { type: 'string' },
              Mode: { type: 'string', enum: ['a', 'b'], default: 'a' },
            },
          },
        },
      }).globalParameters;
    assert.deepEqual(parameters(), [
      {
        name: 'Hashing bitsize',
        type: 'integer',
        format: 'int32',
        default: 3,
        description: 'Bits',
        required: false,
      },
      { name: 'Server name', type: 'string', required: true },
      { name: 'Mode', type: 'string', default: 'a', allowedValues: ['a', 'b'], required: false },
    ]);
    assert.deepEqual(
      parameters(['Mode']).map((parameter) => parameter.required),
      [false, false, true],
    );
  });

  it('follows references in any spelling, inline schemas, allOf and circles', () => {
    const item = { properties: { a: { type: 'string' } } };
    const documents = [
      { input1: { $ref: '#/definitions/Rows' } },
      { input1: { $ref: 'Rows' } },
      { input1: { $ref: '#/components/schemas/Rows' } },
      { input1: { type: 'array', items: item } },
      { input1: { type: 'array', items: [item] } },
      { input1: item },
      { input1: { allOf: [{ $ref: '#/definitions/Item' }, { properties: {} }] } },
    ].map((properties) => ({
      definitions: {
        executionrequest: { properties: { Inputs: { properties } } },
        Rows: { type: 'array', items: { $ref: '#/definitions/Item' } },
        Item: item,
      },
    }));
    for (const document of documents) {
      assert.deepEqual(
        parseServiceSchema(document).inputs.map((port) => [
          port.name,
          port.columns.map((column) => column.name),
        ]),
        [['input1', ['a']]],
        JSON.stringify(document),
      );
    }
    const circle = { ExecutionRequest: { $ref: '#/definitions/ExecutionRequest' } };
    assert.deepEqual(parseServiceSchema({ definitions: circle }).inputs, []);
  });

  it('finds models under other names by the path of the operation, in OpenAPI 3 too', () => {
    const Call = {
      properties: { Inputs: { properties: { in: { properties: { a: { type: 'integer' } } } } } },
    };
    const post2 = { parameters: [{ in: 'body', schema: { $ref: '#/definitions/Call' } }] };
    const post3 = {
      requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Call' } } } },
    };
    for (const document of [
      { definitions: { Call }, paths: { '/execute?api-version=2.0&format=swagger': { post: post2 } } },
      { components: { schemas: { Call } }, paths: { '/workspaces/w/services/s/execute': { post: post3 } } },
    ]) {
      assert.equal(parseServiceSchema(document).inputs[0]?.name, 'in');
    }
  });

  it('reads the resource of a New service', () => {
    const schema = parseServiceSchema(fixtureText('new-webservice-definition-sentiment.json'));
    assert.equal(schema.title, 'AML Tweet');
    assert.deepEqual(schema.inputs[0]?.columns, [{ name: 'Text', type: 'string', nullable: false }]);
    assert.deepEqual(schema.inputs[0].sampleRows, [
      ['RT @GameOfThrones: 2 days. #GameofThroneshttps://t.co/7slYhtamj2'],
    ]);
    assert.deepEqual(
      schema.outputs[0]?.columns.map((column) => [column.name, column.type]),
      [
        ['score', 'number'],
        ['text', 'string'],
      ],
    );
    const { responses } = fixture('arm-getWebService.json') as { responses: { 200: { body: unknown } } };
    const other = parseServiceSchema(responses[200].body);
    assert.deepEqual(other.outputs[0]?.columns[0], {
      name: 'age',
      type: 'integer',
      format: 'Int32',
      nullable: true,
    });
  });

  it('refuses any other document', () => {
    for (const document of [null, 'text', [], {}, { definitions: { Pet: {} } }, { paths: { '/pets': {} } }]) {
      assert.throws(
        () => parseServiceSchema(document),
        (error) => error instanceof Failure && error.code === 'MalformedSchema',
      );
    }
  });
});
