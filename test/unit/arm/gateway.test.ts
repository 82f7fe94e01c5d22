import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { once } from 'node:events';

import { asArray, asObject } from '../../../src/protocol/json.ts';
import type { JsonObject } from '../../../src/protocol/json.ts';
import { listenOnFirstFree } from '../../../src/local-service/ports.ts';
import { eventually } from '../../support/eventually.ts';
import type { Arm } from '../../support/arm/index.ts';
import { LocalTestService } from '../local-service/localTestService.ts';
import { type ArmCaller, errorCode, propertiesOf } from './armCaller.ts';
import { armForEachTest } from './armForEachTest.ts';
import type { Reply } from './armCaller.ts';
import { publishLocal } from './officialClient.ts';

const body = JSON.stringify({
  Inputs: { input1: { ColumnNames: ['Col2'], Values: [['This is a good day']] } },
});
const query = 'api-version=2.0&details=true';

describe('the gateway of an emulated instance', () => {
  let arm: Arm;
  let caller: ArmCaller;
  let gateway: string;

  armForEachTest((...started) => ([arm, caller] = started));

  beforeEach(async () => {
    gateway = String(propertiesOf(await caller.ask('GET', caller.instance)).gatewayUrl);
  });

  function limits(inbound: string): JsonObject {
    return { format: 'rawxml', value: `<policies><inbound>${inbound}<base /></inbound></policies>` };
  }

  describe('with a web service that the official client published', () => {
    let service: LocalTestService;
    let key: string;

    before(async () => {
      service = await LocalTestService.start();
    });

    after(() => service.close());

    beforeEach(async () => {
      key = await publishLocal(arm, service.local);
    });

    function call(path: string, init: RequestInit = {}, subscriptionKey = key): Promise<Response> {
      const headers = { 'Ocp-Apim-Subscription-Key': subscriptionKey };
      return fetch(`${gateway}/azureml-demo${service.path()}${path}`, { headers, ...init });
    }

    function execute(subscriptionKey = key): Promise<Response> {
      return call(`/execute?${query}`, { method: 'POST', body }, subscriptionKey);
    }

    async function assertRefused(response: Response, status: number): Promise<string> {
      assert.equal(response.status, status);
      const refusal = asObject(await response.json());
      assert.deepEqual([Object.keys(refusal), refusal.statusCode], [['statusCode', 'message'], status]);
      return String(refusal.message);
    }

    it('answers RRS Execute to who has nothing but the subscription key', async () => {
      const answer = await execute();
      assert.equal(answer.status, 200);
      assert.match(
        await answer.text(),
        /"Values":\[\["This is a good day","1","1","2","2","0","2","0","1"\]\]/,
      );
    });

    it('takes a batch job from its submission to its end', async () => {
      await caller.put('products/starter/policies/policy', limits(''));
      const input = await service.upload('published.csv', 'Col2\r\nThis is a good day\r\n');
      const submission = { method: 'POST', body: JSON.stringify({ Inputs: { input1: input } }) };
      const id = String(await (await call('/jobs?api-version=2.0', submission)).json());
      const started = await call(`/jobs/${id}/start?api-version=2.0`, { method: 'POST' });
      assert.equal(started.status, 200);
      await eventually('the job is finished', async () => {
        const status = asObject(await (await call(`/jobs/${id}?api-version=2.0`)).json());
        return status.StatusCode === 'Finished';
      });
      assert.equal((await call(`/jobs/${id}?api-version=2.0`, { method: 'DELETE' })).status, 200);
    });

    it('refuses who has no key, a wrong one, or one that is not active', async () => {
      const bare = await call(`/execute?${query}`, { method: 'POST', body, headers: {} });
      assert.match(
        bare.headers.get('www-authenticate') ?? '',
        /^AzureApiManagementKey realm="http:.*\/azureml-demo",name="Ocp-Apim-Subscription-Key",type="header"$/,
      );
      const missing = await assertRefused(bare, 401);
      assert.notEqual(await assertRefused(await execute('wrong'), 401), missing);
      const suspended = { properties: { state: 'suspended' } };
      await caller.ask('PATCH', 'subscriptions/azureml-demo-clients', suspended, { 'If-Match': '*' });
      await assertRefused(await execute(), 401);
    });

    it('has nothing but the published operations', async () => {
      await assertRefused(await call('/swagger.json'), 404);
      await assertRefused(await call('/execute?api-version=2.0', { method: 'POST', body }), 404);
      await assertRefused(await fetch(`${gateway}/another/${query}`), 404);
    });

    it('limits the rate of the product’s callers, each for itself', async () => {
      for (let calls = 0; calls < 5; calls += 1) assert.equal((await execute()).status, 200);
      const refused = await execute();
      assert.match(refused.headers.get('retry-after') ?? '', /^(5\d|60)$/);
      assert.match(await assertRefused(refused, 429), /Try again in (5\d|60) seconds/);
      await caller.put('subscriptions/second', {
        scope: '/products/starter',
        displayName: 'Second',
        state: 'active',
      });
      const keys = (await caller.ask('POST', 'subscriptions/second/listSecrets')).body;
      assert.equal((await execute(String(keys.primaryKey))).status, 200);
      const { primaryKey } = (await caller.ask('POST', 'subscriptions/master/listSecrets')).body;
      for (let calls = 0; calls < 6; calls += 1)
        assert.equal((await execute(String(primaryKey))).status, 200);
    });

    it('limits the calls in a longer time', async () => {
      const quota = limits('<quota calls="1" renewal-period="604800" />');
      await caller.put('products/starter/policies/policy', quota);
      assert.equal((await execute()).status, 200);
      const refused = await execute();
      assert.match(refused.headers.get('retry-after') ?? '', /^60\d{4}$/);
      assert.match(await assertRefused(refused, 403), /replenished in (7\.00:00:00|6\.23:59:\d\d)\./);
    });

    it('says how many calls are left where a policy wants that', async () => {
      const rate =
        '<rate-limit calls="3" renewal-period="60" remaining-calls-header-name="x-calls-remaining" />';
      await caller.put('products/starter/policies/policy', limits(rate));
      assert.equal((await execute()).headers.get('x-calls-remaining'), '2');
    });

    it('passes the service’s own refusal on when the named value is stale', async () => {
      const stale = { properties: { value: 'Bearer stale' } };
      await caller.follow(
        await caller.ask('PATCH', 'namedValues/azureml-demo-key', stale, { 'If-Match': '*' }),
      );
      const refused = await execute();
      assert.equal(refused.status, 401);
      assert.match(await refused.text(), /"error"/);
    });

    it('takes keys that were made anew, and no longer those before', async () => {
      await caller.ask('POST', 'subscriptions/azureml-demo-clients/regeneratePrimaryKey');
      await assertRefused(await execute(), 401);
      const keys = (await caller.ask('POST', 'subscriptions/azureml-demo-clients/listSecrets')).body;
      assert.equal((await execute(String(keys.primaryKey))).status, 200);
    });
  });

  describe('policies', () => {
    let seen: Pick<IncomingMessage, 'url' | 'headers'>[] = [];
    const backend = createServer((request, response) => {
      seen.push({ url: request.url ?? '', headers: request.headers });
      response.setHeader('x-backend', 'yes');
      response.end();
    });
    let backendUrl: string;

    before(async () => {
      backendUrl = `http://127.0.0.1:${await listenOnFirstFree(backend, [0])}`;
    });

    after(async () => {
      backend.close();
      backend.closeAllConnections();
      await once(backend, 'close');
    });

    beforeEach(async () => {
      seen = [];
      const api = { path: 'echo', serviceUrl: 'http://127.0.0.1:1', subscriptionRequired: false };
      await caller.follow(await caller.put('apis/echo', api));
      await caller.put('apis/echo/operations/any', {
        displayName: 'Any',
        method: 'GET',
        urlTemplate: '/{service}/x',
        templateParameters: [{ name: 'service', type: 'string', required: true }],
      });
    });

    function putPolicy(inbound: string, outbound = ''): Promise<Reply> {
      const value = `<policies><inbound>${inbound}</inbound><outbound>${outbound}</outbound></policies>`;
      return caller.put('apis/echo/policies/policy', { format: 'rawxml', value });
    }

    it('set headers, query and backend of a call, and headers of its answer', async () => {
      const written = await putPolicy(
        [
          `<set-backend-service base-url="${backendUrl}/base" />`,
          '<set-header name="x-added"><value>one</value><value>two</value></set-header>',
          '<set-header name="x-given" exists-action="skip"><value>other</value></set-header>',
          '<set-header name="x-removed" exists-action="delete" />',
          '<set-query-parameter name="format"><value>swagger</value></set-query-parameter>',
        ].join(''),
        '<set-header name="x-backend" exists-action="delete" />',
      );
      assert.equal(written.status, 201);
      const headers = { 'x-given': 'mine', 'x-removed': 'mine' };
      const answer = await fetch(`${gateway}/echo/a/x?details=true`, { headers });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('x-backend'), null);
      const [{ url, headers: sent } = { url: '', headers: {} }] = seen;
      assert.equal(url, '/base/a/x?details=true&format=swagger');
      assert.deepEqual([sent['x-added'], sent['x-given'], sent['x-removed']], ['one,two', 'mine', undefined]);
    });

    it('choose by a parameter of the template', async () => {
      const key = (value: string): string => `<set-header name="x-key"><value>${value}</value></set-header>`;
      await putPolicy(
        `<set-backend-service base-url="${backendUrl}" /><choose>` +
          `<when condition="@(context.Request.MatchedParameters["service"] == "a")">${key('for a')}</when>` +
          `<otherwise>${key('for others')}</otherwise></choose>`,
      );
      for (const service of ['a', 'b']) await fetch(`${gateway}/echo/${service}/x`);
      assert.deepEqual(
        seen.map(({ headers }) => headers['x-key']),
        ['for a', 'for others'],
      );
    });

    it('stand for those of the wider scope where they say so, and else not', async () => {
      const mark = (value: string): string =>
        `<set-header name="x-mark" exists-action="append"><value>${value}</value></set-header>`;
      const inbound = (content: string): JsonObject => ({
        format: 'rawxml',
        value: `<policies><inbound>${content}</inbound></policies>`,
      });
      const backend = `<set-backend-service base-url="${backendUrl}" />`;
      await caller.put('policies/policy', inbound(mark('global')));
      await caller.put('apis/echo/operations/any/policies/policy', inbound(`<base />${mark('operation')}`));
      await putPolicy(`${backend}${mark('api')}<base />`);
      await fetch(`${gateway}/echo/a/x`);
      await putPolicy(`${backend}${mark('api')}`);
      await fetch(`${gateway}/echo/a/x`);
      assert.deepEqual(
        seen.map(({ headers }) => headers['x-mark']),
        ['api,global,operation', 'api,operation'],
      );
    });

    it('go with the API whose path fits best, for an operation whose query fits', async () => {
      const put = async (id: string, path: string): Promise<void> => {
        const api = { path, serviceUrl: `${backendUrl}/${id}`, subscriptionRequired: false };
        await caller.follow(await caller.put(`apis/${id}`, api));
        const operation = { displayName: 'Any', method: 'GET', templateParameters: [{ name: 'rest' }] };
        await caller.put(`apis/${id}/operations/a`, { ...operation, urlTemplate: '/x?kind=1&all={rest}' });
        await caller.put(`apis/${id}/operations/b`, { ...operation, urlTemplate: '/deep/{*rest}' });
      };
      await put('root', '');
      await put('nested', 'echo/nested');
      const statuses: number[] = [];
      for (const path of ['deep/1/2', 'echo/nested/deep/1', 'x?kind=1&all=', 'x?kind=2&all=', 'x?kind=1'])
        statuses.push((await fetch(`${gateway}/${path}`)).status);
      assert.deepEqual(statuses, [200, 200, 200, 404, 404]);
      assert.deepEqual(
        seen.map(({ url }) => url),
        ['/root/deep/1/2', '/nested/deep/1', '/root/x?kind=1&all='],
      );
    });

    it('answer 500 when the backend cannot be reached or a policy is beyond the emulator', async () => {
      assert.equal((await fetch(`${gateway}/echo/a/x`)).status, 500);
      await putPolicy('<validate-jwt header-name="Authorization" />');
      const refused = await fetch(`${gateway}/echo/a/x`);
      assert.equal(refused.status, 500);
      assert.match(await refused.text(), /validate-jwt/);
    });

    it('are refused with line and column', async () => {
      const wrong: readonly [policy: string, place: RegExp][] = [
        [
          '<policies>\n  <inbound>\n    <no-such />\n  </inbound>\n</policies>',
          /^Error in element 'no-such' on line 3, column 6: /,
        ],
        ['<policies>\n  <inbound>\n</policies>', / Line 3, position 1\.$/],
        [
          '<policies>\n <!-- <quota> -->\n <inbound>\n <quota calls="1" renewal-period="0" /></inbound></policies>',
          /quota' on line 4, column 3/,
        ],
        [
          '<policies><inbound><rate-limit calls="x" renewal-period="1" /></inbound></policies>',
          /rate-limit'.*calls/,
        ],
        [
          '<policies><inbound><rate-limit calls="1" renewal-period="301" /></inbound></policies>',
          /at most 300/,
        ],
        ['<policies><inbound><set-header name="x" /></inbound></policies>', /set-header'.*value is missing/],
        ['<policies><inbound><base />/></inbound></policies>', /'inbound'.*cannot contain text/],
        [
          '<policies><inbound><set-header name="x">text<value /></set-header></inbound></policies>',
          /'set-header'.*cannot contain text/,
        ],
        [
          '<policies><inbound><ip-filter action="allow">1.1.1.1</ip-filter></inbound></policies>',
          /'ip-filter'.*cannot contain text/,
        ],
        ['<policies><other /></policies>', /other' on line 1, column 12/],
      ];
      for (const [value, place] of wrong) {
        const refused = await caller.put('apis/echo/policies/policy', { format: 'rawxml', value });
        assert.equal(errorCode(refused), 'ValidationError', value);
        const [detail] = asArray(asObject(refused.body.error).details);
        assert.match(String(asObject(detail).message), place);
      }
    });

    it('come back as xml or rawxml, whichever way they were written', async () => {
      const expression = '@(context.Request.MatchedParameters["service"] == "a & b")';
      const raw = `<policies><inbound><set-header name="x"><value>${expression}</value></set-header></inbound></policies>`;
      await caller.put('apis/echo/policies/policy', { format: 'rawxml', value: raw });
      const asXml = String(propertiesOf(await caller.ask('GET', 'apis/echo/policies/policy')).value);
      assert.match(asXml, /\[&quot;service&quot;\] == &quot;a &amp; b&quot;/);
      await caller.put('apis/echo/policies/policy', { format: 'xml', value: asXml });
      const back = await caller.ask('GET', 'apis/echo/policies/policy?format=rawxml');
      assert.ok(String(propertiesOf(back).value).includes(expression));
    });
  });
});
