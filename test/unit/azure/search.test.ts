import assert from 'node:assert/strict';
import { childPath, instanceSchema, parseArm, type Instance } from '../../../src/protocol/apim/arm.ts';
import { Failure } from '../../../src/protocol/failure.ts';
import { ArmClient } from '../../../src/azure/armClient.ts';
import { instanceById } from '../../../src/azure/instanceById.ts';
import { browseApis, type BrowsedApi } from '../../../src/publishing/gatewayApis.ts';
import type { Account, Place } from '../../../src/shared/azurePlace.ts';
import { searchAccount, type Obstacle, type Search } from '../../../src/azure/search.ts';
import { subscriptionKeyOf, subscriptionsFor } from '../../../src/publishing/subscriptionKeys.ts';
import { ArmError, defaultTenant, faultOf, startArm, type Arm } from '../../support/arm/index.ts';
import { officialClient, publish } from '../arm/officialClient.ts';
import { Bench } from '../transport/servers.ts';

const account: Account = { id: '1', label: 'owner@example.com' };
const subscription = (digit: string): string => `00000000-0000-4000-8000-00000000000${digit}`;
const fabrikam = {
  tenantId: '22222222-2222-4222-8222-222222222222',
  displayName: 'Fabrikam',
  subscriptions: ['2', '3'].map((digit) => ({
    subscriptionId: subscription(digit),
    displayName: `Fabrikam ${digit}`,
    resourceGroups: ['rg2'],
  })),
};

describe('looking through Azure', () => {
  const bench = new Bench();
  let arm: Arm;
  let locked: string | undefined;
  let found: string[];
  let obstacles: Obstacle[];
  let search: Search<Instance>;
  const stop = new AbortController();

  beforeEach(async () => {
    arm = await startArm({
      tenants: [defaultTenant, fabrikam],
      instances: [{}, { name: 'other', subscriptionId: subscription('2'), resourceGroup: 'rg2' }],
      paging: { pageSize: 1 },
    });
    const http = bench.client();
    locked = undefined;
    found = [];
    obstacles = [];
    search = {
      clientAt: (place) =>
        new ArmClient({ http: () => Promise.resolve(http), baseUrl: arm.url, token: () => tokenAt(place) }),
      list: (client, id, signal) =>
        client.list(`/subscriptions/${id}/providers/Microsoft.ApiManagement/service`, instanceSchema, {
          signal,
        }),
      found: ({ subscriptionName }, items) => {
        for (const { name } of items) found.push(`${subscriptionName}: ${name}`);
      },
      failed: (obstacle) => obstacles.push(obstacle),
      signal: stop.signal,
    };
  });

  afterEach(async () => {
    await arm.close();
    await bench.close();
  });

  async function tokenAt({ tenantId }: Place): Promise<string> {
    if (tenantId !== undefined && tenantId === locked)
      throw new Failure({ code: 'SignInNeeded', origin: 'client', sentence: 'Sign in.' });
    return Promise.resolve(arm.token(tenantId, account.label));
  }

  it('finds what is in any subscription of any tenant', async () => {
    await searchAccount(search, account);
    assert.deepEqual(found.toSorted(), ['Fabrikam 2: other', 'Pay as you go: demoazureml']);
    assert.deepEqual(obstacles, []);
  });

  it('finds an instance by its id, or says what kept it from being found', async () => {
    const [, id = ''] = arm.instances;
    const find = (wanted: string) => instanceById(wanted, [account], search.clientAt);
    const { item, where } = await find(id.toUpperCase().replace('/SUBSCRIPTIONS/', '/subscriptions/'));
    assert.deepEqual(
      [item.id, where.tenantId, where.subscriptionName],
      [id, fabrikam.tenantId, 'Fabrikam 2'],
    );
    const rejects = (wanted: string, code: string): Promise<void> =>
      assert.rejects(find(wanted), (error) => error instanceof Failure && error.code === code);
    await rejects(id.replace(/[^/]+$/, 'gone'), 'ResourceNotFound');
    await rejects(id.replace(subscription('2'), subscription('9')), 'NotFound');
    locked = fabrikam.tenantId;
    await rejects(id, 'SignInNeeded');
    await rejects((arm.instances[0] ?? '').replace(/[^/]+$/, 'gone'), 'ResourceNotFound');
  });

  it('goes on where one has to sign in first, and where something failed', async () => {
    locked = fabrikam.tenantId;
    await searchAccount(search, account);
    assert.deepEqual(found, ['Pay as you go: demoazureml']);
    const [obstacle] = obstacles;
    assert.deepEqual([obstacle?.name, obstacle?.failure.code], ['Fabrikam', 'SignInNeeded']);
    locked = undefined;
    arm.failNext(/0002\/providers/, faultOf(new ArmError(403, 'AuthorizationFailed', 'No.')));
    await obstacle?.retry();
    assert.deepEqual(
      obstacles.slice(1).map(({ name, failure }) => [name, failure.code]),
      [['Fabrikam 2', 'AuthorizationFailed']],
    );
    await obstacles[1]?.retry();
    assert.deepEqual(found.at(-1), 'Fabrikam 2: other');
  });

  it('tells APIs for web services from others, and finds the key that they take', async () => {
    const what = {
      resourceGroup: 'rg1',
      service: 'demoazureml',
      api: 'azureml-demo',
      serviceUrl: 'https://example.com',
      product: 'starter',
      apiKey: 'secret',
    };
    const official = officialClient(arm);
    const key = await publish(official, what);
    await official.api.beginCreateOrUpdateAndWait('rg1', 'demoazureml', 'other', {
      displayName: 'Other',
      path: 'other',
      protocols: ['https'],
    });
    const client = search.clientAt({ account, tenantId: defaultTenant.tenantId });
    const instance = parseArm(instanceSchema, (await client.get(arm.instances[0] ?? '')).body);
    const older = { displayName: 'Older', path: 'older', isCurrent: false };
    await client.put(childPath(instance.id, 'apis', 'older'), { properties: older }, { signal: stop.signal });
    const browsed: BrowsedApi[] = [];
    await browseApis(client, instance, (each) => browsed.push(each), stop.signal);
    assert.equal(browsed.length, 2);
    const [demo, other] = browsed.toSorted((a, b) => a.api.name.localeCompare(b.api.name));
    assert.ok(demo !== undefined && demo.unsuitable === undefined);
    assert.deepEqual(
      [demo.baseUrl, demo.subscriptionKeyHeader],
      [`${instance.properties.gatewayUrl ?? ''}/azureml-demo`, 'Ocp-Apim-Subscription-Key'],
    );
    assert.equal(other?.unsuitable?.kind, 'operations');

    const usable = await subscriptionsFor(client, instance, demo.api, stop.signal);
    assert.deepEqual(
      usable.map(({ name }) => name),
      ['azureml-demo-clients', 'master'],
    );
    const [first] = usable;
    assert.ok(first !== undefined);
    assert.equal(await subscriptionKeyOf(client, first, stop.signal), key);
    await client.patch(childPath(first.id), { properties: { state: 'suspended' } }, { ifMatch: '*' });
    const left = await subscriptionsFor(client, instance, demo.api, stop.signal);
    assert.deepEqual(
      left.map(({ name }) => name),
      ['master'],
    );
  });
});
