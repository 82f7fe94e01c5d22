import assert from 'node:assert/strict';
import { keptParameters, knownParameters } from '../../../src/jobs/parameters.ts';

describe('global parameters that are kept with a job', () => {
  it('are numbers, and texts as they were written down', () => {
    const globalParameters = { seed: 7, isDry: true, none: null, table: 'rides', token: 'hunter2' };
    const writtenParameters = { ...globalParameters, token: '${secret:db}' };
    assert.deepEqual(keptParameters({ globalParameters, writtenParameters }), writtenParameters);
  });

  it('are no texts that were typed or passed by a program', () => {
    const globalParameters = { seed: 7, table: 'rides', constructor: 'x' };
    assert.deepEqual(keptParameters({ globalParameters }), { seed: 7 });
  });

  it('are nothing that may be a secret by its name or by what it looks like', () => {
    const globalParameters = {
      password: 123456,
      'Account key': 'b3duIHNlY3JldA==',
      source: 'https://a.example/c/b.csv?sv=1&sig=c2VjcmV0',
      database: 'Server=a;Password=hunter2',
      pwd: 'hunter2',
      partner: 'aB3dE5fG7hI9kL1mN3pQ5rS7tU9vW1xY',
      query: 'select 1',
    };
    const kept = keptParameters({ globalParameters, writtenParameters: globalParameters });
    assert.deepEqual(kept, { query: 'select 1' });
  });
});

describe('global parameters of an earlier job', () => {
  const values = { seed: 7, gone: 'x' };

  it('are left out when the service has them no more', () => {
    const globalParameters = [{ name: 'seed', type: 'integer' as const }];
    const schema = { title: 'Rides', inputs: [], outputs: [], globalParameters };
    assert.deepEqual(knownParameters(schema, values), { seed: 7 });
  });

  it('are all taken of a service without a schema', () => {
    assert.deepEqual(knownParameters(undefined, values), values);
  });
});
