import assert from 'node:assert/strict';
import { bodyTypesIn } from '../../../src/protocol/apim/bodyTypes.ts';
import { adultCensusIncome } from '../../../src/local-service/samples/adultCensusIncome.ts';
import { swaggerDocument } from '../../../src/local-service/swaggerDocument.ts';

const address = { host: 'example.com:443', basePath: '/workspaces/w/services/s' };
const document = JSON.stringify(swaggerDocument(adultCensusIncome.schema, address));

describe('the types of bodies in a swagger document', () => {
  it('are those of the five operations, with what the query needs', () => {
    const { definitions, operations } = bodyTypesIn(document) ?? {};
    assert.deepEqual(Object.fromEntries(operations ?? []), {
      'rrs-execute': {
        request: 'ExecutionRequest',
        response: 'ExecutionResults',
        query: { format: 'swagger' },
      },
      'bes-submit': { request: 'BatchExecutionRequest' },
      'bes-start': {},
      'bes-status': { response: 'BatchExecutionStatus' },
      'bes-delete': {},
    });
    assert.ok(definitions && 'input1Item' in definitions);
  });

  it('have the names of the document, whatever they are', () => {
    const schema = { $ref: '#/definitions/The%20rows~1one' };
    const execute = { post: { parameters: [{ in: 'body', name: 'b', schema }], responses: {} } };
    const definitions = { 'The rows/one': { type: 'object' } };
    const other = { paths: { '/execute?api-version=2.0': execute }, definitions };
    const types = bodyTypesIn(JSON.stringify(other));
    assert.deepEqual(types?.operations.get('rrs-execute'), { request: 'The rows/one' });
  });

  it('are not there in a document without them', () => {
    for (const text of [
      '',
      '{}',
      '{"definitions":{}}',
      '{"definitions":{},"paths":{"/execute":{"post":{}}}}',
    ])
      assert.equal(bodyTypesIn(text), undefined);
  });
});
