import assert from 'node:assert/strict';

import { asArray, asObject } from '../../../src/protocol/json.ts';
import { ArmError, startArm, throttled } from '../../support/arm/index.ts';
import type { Arm, ArmOptions } from '../../support/arm/index.ts';
import { ArmCaller, errorCode, namesOn, propertiesOf } from './armCaller.ts';

const demo = { displayName: 'Demo', path: 'demo', serviceUrl: 'http://127.0.0.1:1' };
const execute = { displayName: 'Execute', method: 'POST', urlTemplate: '/execute' };

describe('the emulated Azure Resource Manager', () => {
  const running: Arm[] = [];

  afterEach(async () => {
    for (const arm of running.splice(0)) await arm.close();
  });

  async function start(options?: ArmOptions): Promise<ArmCaller> {
    const arm = await startArm(options);
    running.push(arm);
    return new ArmCaller(arm);
  }

  async function startWithApi(options?: ArmOptions): Promise<ArmCaller> {
    const caller = await start(options);
    await caller.follow(await caller.put('apis/demo', demo));
    return caller;
  }

  describe('callers', () => {
    it('challenges one without a token, with a wrong one and with one that has run out', async () => {
      const caller = await start();
      const valid = caller.token;
      const bare = await fetch(`${caller.arm.url}/tenants?api-version=2022-12-01`);
      assert.equal(bare.status, 401);
      assert.match(bare.headers.get('www-authenticate') ?? '', /^Bearer authorization_uri="https:/);
      caller.token = 'another';
      assert.equal(errorCode(await caller.ask('GET', '/tenants')), 'InvalidAuthenticationToken');
      caller.token = valid;
      assert.equal((await caller.ask('GET', '/tenants')).status, 200);
      caller.arm.expire(valid);
      assert.equal(errorCode(await caller.ask('GET', '/tenants')), 'ExpiredAuthenticationToken');
    });

    it('wants an api-version', async () => {
      const { arm, token } = await start();
      const headers = { Authorization: `Bearer ${token}` };
      for (const [query, code] of [
        ['', 'MissingApiVersionParameter'],
        ['?api-version=latest', 'InvalidApiVersionParameter'],
      ]) {
        const response = await fetch(`${arm.url}/tenants${query}`, { headers });
        assert.equal(response.status, 400);
        assert.equal(asObject(asObject(await response.json()).error).code, code);
      }
    });

    it('lists the tenants of an account, and a tenant’s subscriptions for a token of that tenant alone', async () => {
      const tenant = (digit: string, accounts?: string[]) => ({
        tenantId: `${digit.repeat(8)}-0000-4000-8000-000000000000`,
        displayName: `Tenant ${digit}`,
        ...(accounts ? { accounts } : {}),
        subscriptions: [
          { subscriptionId: `${digit}0000000-0000-4000-8000-000000000000`, displayName: digit },
        ],
      });
      const caller = await start({ tenants: [tenant('1'), tenant('2', ['guest@example.com'])] });
      assert.equal(asArray((await caller.ask('GET', '/tenants')).body.value).length, 1);
      caller.token = caller.arm.token(tenant('2').tenantId, 'guest@example.com');
      assert.equal(asArray((await caller.ask('GET', '/tenants')).body.value).length, 2);
      const [listed, ...others] = asArray((await caller.ask('GET', '/subscriptions')).body.value);
      assert.equal(asObject(listed).displayName, '2');
      assert.deepEqual(others, []);
      const foreign = await caller.ask('GET', caller.instance);
      assert.equal(foreign.status, 401);
      assert.equal(errorCode(foreign), 'InvalidAuthenticationTokenTenant');
      assert.match(foreign.headers.get('www-authenticate') ?? '', /11111111-0000/);
    });
  });

  describe('resources', () => {
    it('lists groups and locations, and makes groups', async () => {
      const caller = await start();
      const subscription = caller.instance.split('/').slice(0, 3).join('/');
      const groups = `${subscription}/resourceGroups`;
      assert.equal((await caller.ask('HEAD', `${groups}/new`)).status, 404);
      assert.equal((await caller.ask('PUT', `${groups}/new`, { location: 'westeurope' })).status, 201);
      assert.equal((await caller.ask('PUT', `${groups}/new`, { location: 'westeurope' })).status, 200);
      assert.equal((await caller.ask('HEAD', `${groups}/new`)).status, 204);
      assert.deepEqual(namesOn(await caller.ask('GET', groups)), ['rg1', 'new']);
      const made = await caller.ask('GET', `${groups}/new`);
      assert.deepEqual(
        [made.body.type, made.body.location],
        ['Microsoft.Resources/resourceGroups', 'westeurope'],
      );
      const locations = namesOn(await caller.ask('GET', `${subscription}/locations`));
      assert.ok(locations.includes('westeurope'));
      const elsewhere = '/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups';
      assert.equal(errorCode(await caller.ask('GET', elsewhere)), 'SubscriptionNotFound');
    });

    it('lists instances by subscription and by group, and says whether a name is free', async () => {
      const caller = await start({ instances: [{}, { name: 'other', tier: 'Consumption' }] });
      const subscription = caller.instance.split('/').slice(0, 3).join('/');
      const provider = 'providers/Microsoft.ApiManagement';
      const both = ['demoazureml', 'other'];
      assert.deepEqual(namesOn(await caller.ask('GET', `${subscription}/${provider}/service`)), both);
      const inGroup = await caller.ask('GET', `${subscription}/resourceGroups/RG1/${provider}/service`);
      assert.deepEqual(namesOn(inGroup), both);
      const ask = async (name: string) =>
        (await caller.ask('POST', `${subscription}/${provider}/checkNameAvailability`, { name })).body.reason;
      assert.equal(await ask('Other'), 'AlreadyExists');
      assert.equal(await ask('1x'), 'Invalid');
      assert.equal(await ask('free-name'), 'Valid');
    });

    it('creates with 201, replaces with 200, and forgets what a delete removed', async () => {
      const caller = await startWithApi();
      assert.equal((await caller.put('apis/demo/operations/execute', execute)).status, 201);
      const again = await caller.put('apis/DEMO/operations/execute', { ...execute, displayName: 'New' });
      assert.equal(again.status, 200);
      assert.equal(propertiesOf(again).displayName, 'New');
      assert.equal((await caller.ask('HEAD', 'apis/demo/operations/execute')).status, 200);
      const anyway = { 'If-Match': '*' };
      const path = 'apis/demo/operations/execute';
      assert.equal((await caller.ask('DELETE', path, undefined, anyway)).status, 200);
      assert.equal((await caller.ask('DELETE', path, undefined, anyway)).status, 204);
      assert.equal(errorCode(await caller.ask('GET', path)), 'ResourceNotFound');
    });

    it('takes If-Match at its word and wants it for PATCH and DELETE', async () => {
      const caller = await start();
      const created = await caller.put('products/demo', { displayName: 'Demo' });
      const etag = created.headers.get('etag') ?? '';
      assert.match(etag, /^"[\w+/]{11}="$/);
      assert.equal((await caller.ask('GET', 'products/demo')).headers.get('etag'), etag);
      const change = { properties: { description: 'Changed' } };
      assert.equal((await caller.ask('PATCH', 'products/demo', change)).status, 400);
      const changed = await caller.ask('PATCH', 'products/demo', change, { 'If-Match': etag });
      assert.equal(changed.status, 200);
      assert.deepEqual(
        [propertiesOf(changed).displayName, propertiesOf(changed).description],
        ['Demo', 'Changed'],
      );
      for (const method of ['PUT', 'PATCH', 'DELETE']) {
        const stale = await caller.ask(
          method,
          'products/demo',
          { properties: { displayName: 'Other' } },
          { 'If-Match': etag },
        );
        assert.equal(stale.status, 412);
        assert.equal(errorCode(stale), 'PreconditionFailed');
      }
      assert.equal((await caller.ask('DELETE', 'products/demo')).status, 400);
    });

    it('lists in pages that end in one of three ways', async () => {
      const endings: readonly [NonNullable<ArmOptions['paging']>['lastLink'] & string, unknown][] = [
        ['empty', ''],
        ['null', null],
        ['absent', undefined],
      ];
      for (const [lastLink, ending] of endings) {
        const caller = await start({ paging: { pageSize: 2, lastLink } });
        for (const name of ['a', 'b', 'c']) await caller.put(`products/${name}`, { displayName: name });
        const names: unknown[] = [];
        let link: unknown = 'products';
        while (typeof link === 'string' && link !== '') {
          const page = await caller.ask('GET', link);
          assert.equal(page.body.count, 5);
          names.push(...namesOn(page));
          link = page.body.nextLink;
        }
        assert.equal(link, ending);
        assert.deepEqual(names, ['starter', 'unlimited', 'a', 'b', 'c']);
      }
    });

    it('names every field that is wrong', async () => {
      const caller = await startWithApi();
      const refused = await caller.put('apis/demo/operations/x', { displayName: 'X' });
      assert.equal(refused.status, 400);
      assert.deepEqual(
        asArray(asObject(refused.body.error).details).map((detail) => asObject(detail).target),
        ['method', 'urlTemplate'],
      );
      const undeclared = { ...execute, urlTemplate: '/{service}/execute' };
      assert.equal(errorCode(await caller.put('apis/demo/operations/x', undeclared)), 'ValidationError');
      assert.equal(errorCode(await caller.put('apis/twin', demo)), 'ValidationError');
      assert.equal(errorCode(await caller.put('apis/none/operations/x', execute)), 'ResourceNotFound');
    });

    it('imports the operations of a document, and removes on the next import what is no longer there', async () => {
      const caller = await start();
      const query = (name: string, required: boolean) => ({ name, in: 'query', type: 'string', required });
      const document = (...ids: string[]) => ({
        format: 'swagger-json',
        path: 'imported',
        value: JSON.stringify({
          swagger: '2.0',
          info: { title: 'Imported' },
          host: 'example.com',
          basePath: '/base',
          paths: Object.fromEntries(
            ids.map((operationId) => [
              `/${operationId}`,
              { post: { operationId, parameters: [query('api-version', true), query('details', false)] } },
            ]),
          ),
        }),
      });
      await caller.follow(await caller.put('apis/imported', document('RRS Execute', 'other')));
      const api = propertiesOf(await caller.ask('GET', 'apis/imported'));
      assert.deepEqual([api.displayName, api.serviceUrl], ['Imported', 'https://example.com/base']);
      assert.equal(api.value, undefined);
      assert.deepEqual(namesOn(await caller.ask('GET', 'apis/imported/operations')), [
        'rrs-execute',
        'other',
      ]);
      const operation = propertiesOf(await caller.ask('GET', 'apis/imported/operations/other'));
      assert.equal(operation.urlTemplate, '/other?api-version={api-version}');
      const asQuery = { ...document('other'), translateRequiredQueryParameters: 'query' };
      await caller.follow(await caller.put('apis/imported', asQuery));
      assert.deepEqual(namesOn(await caller.ask('GET', 'apis/imported/operations')), ['other']);
      const changed = propertiesOf(await caller.ask('GET', 'apis/imported/operations/other'));
      assert.equal(changed.urlTemplate, '/other');
    });

    it('links APIs to products, and lets the links go with the API', async () => {
      const caller = await startWithApi();
      const link = 'products/starter/apis/demo';
      assert.equal((await caller.ask('HEAD', link)).status, 404);
      assert.equal((await caller.ask('PUT', link)).status, 201);
      assert.equal((await caller.ask('HEAD', link)).status, 204);
      assert.deepEqual(namesOn(await caller.ask('GET', 'products/starter/apis')), ['demo']);
      assert.deepEqual(namesOn(await caller.ask('GET', 'apis/demo/products')), ['starter']);
      await caller.follow(await caller.ask('DELETE', 'apis/demo', undefined, { 'If-Match': '*' }));
      assert.deepEqual(namesOn(await caller.ask('GET', 'products/starter/apis')), []);
    });

    it('gives the keys of a subscription and the value of a secret only when asked for them', async () => {
      const caller = await start();
      const scope = { scope: '/products/starter', displayName: 'Demo', state: 'active' };
      const created = await caller.put('subscriptions/demo', scope);
      assert.equal(created.status, 201);
      const first = (await caller.ask('POST', 'subscriptions/demo/listSecrets')).body;
      assert.match(String(first.primaryKey), /^[\da-f]{32}$/);
      assert.doesNotMatch(JSON.stringify(created.body), new RegExp(String(first.primaryKey)));
      assert.equal((await caller.ask('POST', 'subscriptions/demo/regeneratePrimaryKey')).status, 204);
      const second = (await caller.ask('POST', 'subscriptions/demo/listSecrets')).body;
      assert.notEqual(second.primaryKey, first.primaryKey);
      assert.equal(second.secondaryKey, first.secondaryKey);

      const secret = { displayName: 'demo-key', value: 'Bearer hidden', secret: true };
      await caller.follow(await caller.put('namedValues/demo-key', secret));
      const { body } = await caller.ask('GET', 'namedValues/demo-key');
      assert.doesNotMatch(JSON.stringify(body), /hidden/);
      const shown = await caller.ask('POST', 'namedValues/demo-key/listValue');
      assert.equal(shown.body.value, 'Bearer hidden');
    });

    it('keeps a named value that a policy uses, and refuses a policy that uses none', async () => {
      const caller = await startWithApi();
      const value =
        '<policies><inbound><set-header name="X"><value>{{demo-key}}</value></set-header></inbound></policies>';
      const policy = { format: 'rawxml', value };
      assert.equal((await caller.put('apis/demo/policies/policy', policy)).status, 400);
      const written = await caller.put('namedValues/k', { displayName: 'demo-key', value: 'x' });
      assert.equal((await caller.put('apis/demo/policies/policy', policy)).status, 400);
      await caller.follow(written);
      assert.equal((await caller.put('apis/demo/policies/policy', policy)).status, 201);
      const anyway = { 'If-Match': '*' };
      assert.equal((await caller.ask('DELETE', 'namedValues/k', undefined, anyway)).status, 400);
      await caller.ask('DELETE', 'apis/demo/policies/policy', undefined, anyway);
      assert.equal((await caller.ask('DELETE', 'namedValues/k', undefined, anyway)).status, 200);
    });
  });

  describe('long-running operations', () => {
    for (const statusBody of ['resource', 'plain'] as const) {
      it(`goes on after the answer, with a status body of the form "${statusBody}"`, async () => {
        const caller = await start({ async: { polls: 2, statusBody } });
        const begun = await caller.put('apis/demo', demo);
        assert.equal(begun.status, 201);
        assert.equal(propertiesOf(begun).provisioningState, 'InProgress');
        assert.deepEqual(await caller.follow(begun), ['InProgress', 'InProgress', 'Succeeded']);
        assert.equal(propertiesOf(await caller.ask('GET', 'apis/demo')).provisioningState, undefined);
      });
    }

    it('can be followed by Location alone', async () => {
      const caller = await start({ async: { headers: 'location' } });
      const begun = await caller.put('apis/demo', demo);
      assert.equal(begun.headers.get('azure-asyncoperation'), null);
      const location = begun.headers.get('location') ?? '';
      assert.equal((await caller.ask('GET', location)).status, 202);
      const ended = await caller.ask('GET', location);
      assert.equal(ended.status, 201);
      assert.equal(ended.body.name, 'demo');
      const removal = await caller.ask('DELETE', 'apis/demo', undefined, { 'If-Match': '*' });
      const gone = removal.headers.get('location') ?? '';
      assert.equal((await caller.ask('GET', gone)).status, 202);
      assert.equal((await caller.ask('GET', gone)).status, 204);
      assert.equal((await caller.ask('GET', 'apis/demo')).status, 404);
    });

    it('takes back what failed late', async () => {
      const caller = await start();
      caller.arm.failLater(/^PUT .*\/apis\/demo$/, ArmError.invalid([['path', 'No.']]));
      const begun = await caller.put('apis/demo', demo);
      assert.equal(begun.status, 201);
      assert.deepEqual(await caller.follow(begun), ['InProgress', 'Failed']);
      const status = await caller.ask('GET', begun.headers.get('azure-asyncoperation') ?? '');
      assert.equal(asObject(propertiesOf(status).error).code, 'ValidationError');
      assert.equal((await caller.ask('GET', 'apis/demo')).status, 404);
    });
  });

  describe('trouble', () => {
    it('lets one of two writes under one API fail when they meet', async () => {
      const caller = await startWithApi();
      const other = new ArmCaller(caller.arm);
      let second = 0;
      caller.arm.beforeNext(/^PUT .*\/operations\/a$/, async () => {
        second = (await other.put('apis/demo/operations/b', { ...execute, urlTemplate: '/b' })).status;
      });
      const first = await caller.put('apis/demo/operations/a', execute);
      assert.deepEqual([second, first.status], [201, 412]);
      assert.equal((await caller.put('apis/demo/operations/a', execute)).status, 201);
    });

    it('lets a second writer come between reading and writing', async () => {
      const caller = await start();
      const etag = (await caller.ask('GET', 'products/starter')).headers.get('etag') ?? '';
      caller.arm.beforeNext(/^PUT .*\/products\/starter$/, async () => {
        await caller.put('products/starter', { displayName: 'Theirs' });
      });
      const mine = await caller.put('products/starter', { displayName: 'Mine' }, { 'If-Match': etag });
      assert.equal(mine.status, 412);
      assert.equal(propertiesOf(await caller.ask('GET', 'products/starter')).displayName, 'Theirs');
    });

    it('throttles, fails and goes silent as often as it is told to', async () => {
      const caller = await start();
      caller.arm.failNext(/^GET .*\/products$/, throttled(7), 2);
      const refused = await caller.ask('GET', 'products');
      assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '7']);
      assert.equal(errorCode(refused), 'TooManyRequests');
      assert.equal((await caller.ask('GET', 'products')).status, 429);
      assert.equal((await caller.ask('GET', 'products')).status, 200);
      caller.arm.failNext(/^GET .*\/products$/, 'reset');
      await assert.rejects(caller.ask('GET', 'products'));
      assert.deepEqual(
        caller.arm.requests.map(({ status }) => status),
        [429, 429, 200, 0],
      );
    });

    it('loses an answer after the write', async () => {
      const caller = await start();
      caller.arm.loseAnswers(/^PUT .*\/products\/demo$/);
      await assert.rejects(caller.put('products/demo', { displayName: 'Demo' }));
      assert.equal((await caller.ask('GET', 'products/demo')).status, 200);
    });
  });
});
