import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { asObject, type JsonObject } from '../../../src/protocol/json.ts';
import { jobSchema } from '../../../src/requests/jobSchema.ts';
import { schemaAddress, schemaKind, targetEdits } from '../../../src/shared/schemaAddress.ts';

const base = asObject(
  JSON.parse(readFileSync(new URL('../../../media/schemas/bes.schema.json', import.meta.url), 'utf8')),
);
const words = {
  column: '',
  parameter: '{0} is {1}',
  range: '{0} to {1}',
  nullable: '',
  allowed: '',
  sample: '',
  defaultValue: 'else {0}',
  required: 'required',
  missingColumn: '',
  unknownColumn: '',
  notOfType: 'no {0}',
};
const port = (name: string) => ({ name, columns: [], sampleRows: [] });

function at(schema: JsonObject, ...path: readonly string[]): JsonObject {
  return path.reduce((object, name) => asObject(object[name]), schema);
}

describe('the schema of a batch job', () => {
  const schema = jobSchema(
    base,
    {
      title: 'Scorer',
      inputs: [port('input1')],
      outputs: [port('output1'), port('model')],
      globalParameters: [{ name: 'source', type: 'string' }],
    },
    words,
  );

  it('knows the inputs, outputs and parameters of the service, and no others', () => {
    assert.equal(schema.title, 'Scorer');
    assert.deepEqual(schema.required, ['workspace', 'service', 'inputs', 'globalParameters']);
    const inputs = at(schema, 'properties', 'inputs');
    assert.deepEqual(inputs.required, ['input1']);
    assert.deepEqual(at(inputs, 'properties', 'input1'), { $ref: '#/definitions/input' });
    const outputs = at(schema, 'properties', 'outputs');
    assert.deepEqual(Object.keys(at(outputs, 'properties')), ['output1', 'model']);
    assert.equal(outputs.required, undefined);
    for (const member of [inputs, outputs]) assert.equal(member.additionalProperties, false);
    const parameters = at(schema, 'properties', 'globalParameters');
    assert.equal(at(parameters, 'properties', 'source').description, 'source is string\n\nrequired');
  });

  it('has an address of its own, which stays of its kind', () => {
    const address = schemaAddress('My Workspace', 'a/b', 'job') ?? '';
    assert.equal(address, 'azureml-schema://jobs/My%20Workspace/a/b.json');
    assert.equal(schemaKind(new URL(address).host), 'job');
    assert.equal(schemaKind(''), 'request');
    const text = JSON.stringify({ $schema: address, workspace: 'My Workspace', service: 'a/b' });
    assert.deepEqual(targetEdits(text, 'W', 's').at(-1), {
      kind: 'set',
      path: ['$schema'],
      value: 'azureml-schema://jobs/W/s.json',
    });
  });

  it('refuses a query in a URL, where a SAS would be', () => {
    const { pattern } = at(base, 'definitions', 'input', 'properties', 'url');
    const allowed = new RegExp(String(pattern));
    assert.match('https://a.example/c/b.csv', allowed);
    assert.doesNotMatch('https://a.example/c/b.csv?sv=1&sig=x', allowed);
  });
});
