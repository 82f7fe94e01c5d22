import assert from 'node:assert/strict';
import type { Endpoint } from '../../../src/catalog/model.ts';
import { Failure } from '../../../src/protocol/failure.ts';
import { rrsExecute, type RrsExecuteResult } from '../../../src/requests/rrsExecute.ts';
import { LocalTestService } from '../local-service/localTestService.ts';
import { Bench } from '../transport/servers.ts';

const body = {
  Inputs: { input1: { ColumnNames: ['Col2'], Values: [['This is a good day']] } },
  GlobalParameters: {},
};
const service = 'SimpleFeatureHashingExperiment';

/** `rrsExecute` against the local service, with the keys that it printed. */
describe('rrsExecute', () => {
  const bench = new Bench();
  let local: LocalTestService;
  let keys: Record<string, string> = {};

  before(async () => (local = await LocalTestService.start()));
  after(() => local.running.close());
  beforeEach(() => {
    keys = Object.fromEntries(local.local.services.map(({ endpointId, apiKey }) => [endpointId, apiKey]));
  });
  afterEach(() => bench.close());

  function find(workspace: string, name: string): Promise<Endpoint> {
    const found = local.local.services.find((each) => each.name === name);
    if (!found) throw new Failure({ code: 'UnknownService', origin: 'client', sentence: `No ${name}.` });
    const entry = { name: 'default', endpointId: found.endpointId };
    const webService = { name, endpoints: [entry] };
    const { baseUrl, workspaceId } = local.local;
    return Promise.resolve({
      workspace: {
        name: workspace,
        workspaceId,
        baseUrl,
        auth: { type: 'apiKey' },
        style: 'workspaces',
        services: [webService],
        local: true,
      },
      service: webService,
      ...entry,
      address: { baseUrl, style: 'workspaces', workspaceId, endpointId: found.endpointId },
      label: name,
    });
  }

  function call(argument: object): Promise<RrsExecuteResult> {
    const http = bench.client();
    return rrsExecute(argument, {
      catalog: {
        find,
        fillSecrets: (_, headers) => Promise.resolve({ ...headers }),
        authorize: ({ endpointId }) => {
          const key = keys[endpointId];
          if (key === undefined)
            throw new Failure({ code: 'MissingApiKey', origin: 'client', sentence: 'No key.' });
          return Promise.resolve({ Authorization: `Bearer ${key}` });
        },
      },
      http: () => Promise.resolve(http),
      timeoutMs: 10_000,
    });
  }

  it('answers with names and types, the parsed body and lower-case headers', async () => {
    const result = await call({ workspace: 'Local', service, body });
    const { endpointId } = await find('Local', service);
    assert.equal(
      result.requestUrl,
      `${local.local.baseUrl}/workspaces/${local.local.workspaceId}/services/${endpointId}/execute?api-version=2.0&details=true`,
    );
    assert.equal(result.status, 200);
    assert.equal(result.statusText, 'OK');
    assert.ok(result.latencyMs > 0);
    assert.match(result.headers['content-type'] ?? '', /json/);
    const { Results } = result.body as {
      Results: { output1: { value: { ColumnNames: string[]; Values: string[][] } } };
    };
    assert.equal(Results.output1.value.ColumnNames[0], 'Col2');
    assert.deepEqual(Results.output1.value.Values, [
      ['This is a good day', '1', '1', '2', '2', '0', '2', '0', '1'],
    ]);
  });

  it('sends a text as it is, without details and in the swagger form when told so', async () => {
    const text = '{"Inputs": {"input1": [{"Col2": "This is a good day"}]}, "GlobalParameters": {}}';
    const result = await call({ workspace: 'Local', service, body: text, details: false, format: 'swagger' });
    assert.match(result.requestUrl, /\?api-version=2\.0&details=false&format=swagger$/);
    assert.ok(Array.isArray((result.body as { Results: { output1: unknown } }).Results.output1));
  });

  it('resolves with what the service says to a wrong key, version or body', async () => {
    const { endpointId } = await find('Local', service);
    const right = keys[endpointId] ?? '';
    keys[endpointId] = 'wrong';
    assert.equal((await call({ workspace: 'Local', service, body })).status, 401);
    keys[endpointId] = right;
    assert.equal((await call({ workspace: 'Local', service, body, apiVersion: '1.7' })).status, 400);
    assert.equal((await call({ workspace: 'Local', service, body: 'no JSON' })).status, 400);
  });

  it('rejects without a key, and never tells one', async () => {
    keys = {};
    await assert.rejects(call({ workspace: 'Local', service, body }), { code: 'MissingApiKey' });
  });

  it('rejects when there is no service at the address', async () => {
    await assert.rejects(call({ workspace: 'Local', service: 'Nobody', body }), { code: 'UnknownService' });
  });

  const wrong: readonly (readonly [string, object, string])[] = [
    ['no workspace', { service, body }, 'workspace'],
    ['an empty service', { workspace: 'Local', service: '', body }, 'service'],
    ['no body', { workspace: 'Local', service }, 'body'],
    ['a body that is a number', { workspace: 'Local', service, body: 5 }, 'body'],
    ['details as text', { workspace: 'Local', service, body, details: 'true' }, 'details'],
    ['another format', { workspace: 'Local', service, body, format: 'csv' }, 'format'],
    ['a header that is a number', { workspace: 'Local', service, body, headers: { X: 1 } }, 'headers.X'],
    ['a negative timeout', { workspace: 'Local', service, body, timeoutMs: -1 }, 'timeoutMs'],
  ];
  for (const [what, argument, field] of wrong) {
    it(`names the field of ${what}`, async () => {
      await assert.rejects(call(argument), (error: Failure) => {
        assert.equal(error.code, 'InvalidArguments');
        assert.ok(error.sentence.includes(`"${field}"`), error.sentence);
        return true;
      });
    });
  }
});
