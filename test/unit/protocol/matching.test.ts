import assert from 'node:assert/strict';
import { matchOperations } from '../../../src/protocol/apim/matching.ts';
import { gatewayOperations } from '../../../src/protocol/apim/operations.ts';

interface Template {
  readonly method: string;
  readonly urlTemplate: string;
}

const renamed: Template[] = [
  { method: 'post', urlTemplate: '/workspaces/{ws}/services/{id}/execute' },
  { method: 'POST', urlTemplate: '/Workspaces/{ws}/Services/{id}/jobs' },
  { method: 'POST', urlTemplate: '/workspaces/{ws}/services/{id}/jobs/{job-id}/start?api-version={v}' },
  { method: 'GET', urlTemplate: '/workspaces/{ws}/services/{id}/jobs/{job}' },
  { method: 'DELETE', urlTemplate: '/workspaces/{ws}/services/{id}/jobs/{job}/' },
];

function missing(operations: readonly Template[]): readonly string[] {
  return matchOperations(operations).missing.map(({ id }) => id);
}

describe('matching the operations of an API', () => {
  it('takes the five as they are published, and others beside them', () => {
    const swagger = { method: 'GET', urlTemplate: '/workspaces/{workspace}/services/{service}/swagger.json' };
    assert.deepEqual(matchOperations([swagger, ...gatewayOperations]), { prefix: '', missing: [] });
  });

  it('goes by method and shape, not by names or the query', () => {
    assert.deepEqual(missing(renamed), []);
    assert.deepEqual(missing(renamed.slice(1)), ['rrs-execute']);
    const read = renamed.map((each) => ({ ...each, method: 'GET' }));
    assert.deepEqual(missing(read), ['rrs-execute', 'bes-submit', 'bes-start', 'bes-delete']);
    assert.equal(missing([{ method: 'POST', urlTemplate: '/execute' }]).length, gatewayOperations.length);
    assert.equal(missing([]).length, gatewayOperations.length);
  });

  it('knows a job only as a parameter', () => {
    const jobs = { method: 'GET', urlTemplate: '/workspaces/{w}/services/{s}/jobs/latest' };
    assert.equal(missing([jobs]).length, gatewayOperations.length);
  });

  it('keeps what stands before, and ids that are written out', () => {
    const written = renamed.map(({ method, urlTemplate }) => ({
      method,
      urlTemplate: `/score${urlTemplate.replace(/\{ws\}/, 'A1').replace(/\{id\}/, 'B2')}`,
    }));
    assert.deepEqual(matchOperations([...written, ...renamed.slice(0, 2)]), {
      prefix: '/score',
      workspaceId: 'A1',
      endpointId: 'B2',
      missing: [],
    });
  });
});
