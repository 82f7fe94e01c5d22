import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { asObject, type JsonObject } from '../../../src/protocol/json.ts';
import type { ServiceSchema } from '../../../src/protocol/studio/serviceSchema.ts';
import { operationSchema } from '../../../src/requests/operationSchema.ts';
import { readSchemaPath, schemaAddress, targetEdits } from '../../../src/shared/schemaAddress.ts';

const base = asObject(
  JSON.parse(readFileSync(new URL('../../../media/schemas/rrs.schema.json', import.meta.url), 'utf8')),
);
const words = {
  column: '{0} is {1}',
  parameter: '{0} is {1}',
  range: '{0} to {1}',
  nullable: 'or null',
  allowed: 'one of {0}',
  sample: 'such as {0}',
  defaultValue: 'else {0}',
  required: 'required',
  missingColumn: 'wants {0}',
  unknownColumn: 'Unknown',
  notOfType: 'no {0}',
};
const service: ServiceSchema = {
  title: 'Income',
  inputs: [
    {
      name: 'input1',
      columns: [
        { name: 'age', type: 'integer', format: 'int8', nullable: false },
        { name: 'grade', type: 'string', nullable: true, allowedValues: ['A', 'B'] },
      ],
      sampleRows: [[39, 'A']],
    },
  ],
  outputs: [],
  globalParameters: [
    { name: 'seed', type: 'integer', default: 7 },
    { name: 'source', type: 'string' },
    { name: 'drawn', type: 'number', required: false },
  ],
};

function at(schema: JsonObject, ...path: readonly string[]): JsonObject {
  return path.reduce((object, name) => asObject(object[name]), schema);
}

describe('the schema of an operation', () => {
  const schema = operationSchema(base, service, words);
  const inputs = (form: string): JsonObject =>
    at(schema, form, 'properties', 'inputs', 'properties', 'input1');

  it('describes each column and says what a cell may be', () => {
    assert.deepEqual(at(schema, 'definitions', 'input0column0'), {
      description: 'age is int8\n\n-128 to 127\n\nsuch as 39',
      type: ['integer', 'string'],
      minimum: -128,
      maximum: 127,
      pattern: '^\\s*[+-]?\\d+\\s*$',
      patternErrorMessage: 'no int8',
      examples: [39],
    });
    const grade = at(schema, 'definitions', 'input0column1');
    assert.deepEqual(grade.enum, ['A', 'B', null]);
    assert.equal(grade.description, 'grade is string\n\nor null\n\none of A, B\n\nsuch as "A"');
  });

  it('knows the names of columns in both forms', () => {
    assert.deepEqual(at(inputs('else'), 'properties', 'ColumnNames', 'items').enum, ['age', 'grade']);
    assert.deepEqual(Object.keys(at(inputs('then'), 'items', 'properties')), ['age', 'grade']);
    assert.deepEqual(at(inputs('then'), 'items').required, ['age']);
    assert.deepEqual(inputs('else').default, { ColumnNames: ['age', 'grade'], Values: [[39, 'A']] });
  });

  it('wants the parameters without a default, unless they are known to be optional', () => {
    const parameters = at(schema, 'properties', 'globalParameters');
    assert.deepEqual(parameters.required, ['source']);
    assert.equal(at(parameters, 'properties', 'seed').default, 7);
    assert.equal(parameters.additionalProperties, false);
  });

  it('keeps what the format says about every document', () => {
    assert.deepEqual(at(schema, 'properties', 'headers'), at(base, 'properties', 'headers'));
    assert.deepEqual(schema.required, base.required);
    assert.equal(schema.additionalProperties, false);
  });

  it('grows with its columns no faster than a service may have them', () => {
    const columns = Array.from({ length: 5_000 }, (_, i) => ({
      name: `column ${String(i)}`,
      type: 'number' as const,
      nullable: true,
    }));
    const wide = { ...service, inputs: [{ name: 'wide', columns, sampleRows: [] }] };
    assert.ok(JSON.stringify(operationSchema(base, wide, words)).length < 4_000_000);
  });
});

describe('the address of a schema', () => {
  it('leads back to workspace and service', () => {
    for (const [workspace, name] of [
      ['Local', 'Income'],
      ['My team', 'Income/second endpoint'],
    ] as const) {
      const address = schemaAddress(workspace, name);
      assert.ok(address);
      const path = decodeURIComponent(new URL(address).pathname);
      assert.deepEqual(readSchemaPath(path, ['My', 'Local', 'My team']), { workspace, service: name });
    }
    assert.equal(readSchemaPath('/Elsewhere/Income.json', ['Local']), undefined);
  });

  it('is left out for names that it cannot hold', () => {
    assert.equal(schemaAddress('50%', 'Income'), undefined);
    assert.equal(schemaAddress('Local', ''), undefined);
  });

  it('goes with the service, but never takes the place of another schema', () => {
    const changed = (text: string): unknown[] =>
      targetEdits(text, 'Local', 'Other').filter(({ path }) => path[0] === '$schema');
    assert.deepEqual(changed('{"$schema": "azureml-schema:/Local/Income.json"}'), [
      { kind: 'set', path: ['$schema'], value: 'azureml-schema:/Local/Other.json' },
    ]);
    assert.deepEqual(changed('{"$schema": "./mine.json"}'), []);
    assert.deepEqual(changed('{}'), []);
  });
});
