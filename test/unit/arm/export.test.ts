import assert from 'node:assert/strict';

import { asArray, asObject } from '../../../src/protocol/json.ts';
import { type ArmCaller, propertiesOf } from './armCaller.ts';
import { armForEachTest } from './armForEachTest.ts';

const operation = {
  displayName: 'Execute',
  method: 'POST',
  urlTemplate: '/services/{service}/execute?api-version={version}',
  templateParameters: [
    { name: 'service', type: 'string', required: true },
    { name: 'version', type: 'string', required: true },
  ],
  request: { queryParameters: [{ name: 'details', type: 'boolean' }] },
  responses: [{ statusCode: 200, representations: [{ contentType: 'application/json' }] }],
};

describe('the export of an emulated API', () => {
  let caller: ArmCaller;

  armForEachTest((_, started) => (caller = started));

  beforeEach(async () => {
    await caller.follow(await caller.put('apis/echo', { path: 'echo', displayName: 'Echo' }));
    await caller.put('apis/echo/operations/execute', operation);
  });

  for (const [asked, imported] of [
    ['swagger-link', 'swagger-json'],
    ['openapi-link', 'openapi'],
    ['openapi+json-link', 'openapi+json'],
  ] as const)
    it(`is a document that makes the same API when it is imported, as ${asked}`, async () => {
      const query = `export=true&format=${encodeURIComponent(asked)}`;
      const { body } = await caller.ask('GET', `apis/echo?${query}`);
      const document = await (await fetch(String(asObject(body.value).link))).text();
      await caller.put('apis/copy', { path: 'copy', format: imported, value: document });
      const copy = propertiesOf(await caller.ask('GET', 'apis/copy'));
      const { gatewayUrl } = propertiesOf(await caller.ask('GET', caller.instance));
      assert.deepEqual([copy.displayName, copy.serviceUrl], ['Echo', `${String(gatewayUrl)}/echo`]);
      const { method, urlTemplate, request } = propertiesOf(
        await caller.ask('GET', 'apis/copy/operations/execute'),
      );
      assert.deepEqual(
        [method, urlTemplate],
        ['POST', '/services/{service}/execute?api-version={api-version}'],
      );
      const [details] = asArray(asObject(request).queryParameters).map(asObject);
      assert.deepEqual([details?.name, details?.type], ['details', 'boolean']);
    });

  it('is not there in other formats', async () => {
    assert.equal((await caller.ask('GET', 'apis/echo?export=true&format=wadl-link')).status, 400);
  });
});
