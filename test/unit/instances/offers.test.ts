import assert from 'node:assert/strict';
import { ArmClient } from '../../../src/azure/armClient.ts';
import { readOffers, regionsOf } from '../../../src/instances/creation/offers.ts';
import {
  isInstanceName,
  isResourceGroupName,
  offeredTiers,
  type OfferedSku,
} from '../../../src/protocol/apim/creation.ts';
import { lacksOf, lostBetween } from '../../../src/protocol/apim/tiers.ts';
import { startArm } from '../../support/arm/index.ts';
import { Bench } from '../transport/servers.ts';

describe('what a new instance can be', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  const sku = (name: string, location: string, restrictions: readonly object[] = []): OfferedSku => ({
    name,
    resourceType: 'service',
    locations: [location],
    capacity: { minimum: 1, maximum: 4, default: 1 },
    restrictions: [...restrictions],
  });

  it('is what the subscription is offered, page by page', async () => {
    const arm = await startArm({ paging: { pageSize: 3 } });
    const http = bench.client();
    const token = (): Promise<string> => Promise.resolve(arm.token());
    const client = new ArmClient({ http: () => Promise.resolve(http), baseUrl: arm.url, token });
    const subscriptionId = '00000000-0000-4000-8000-000000000000';
    const { tiers, groups, regions } = await readOffers(client, subscriptionId, new AbortController().signal);
    await arm.close();
    assert.deepEqual(
      tiers.map(({ name, units }) => `${name} ${units}`),
      ['Consumption 0', 'Developer 1', 'Basic 1', 'Standard 1', 'Premium 1'],
    );
    assert.deepEqual(
      groups.map(({ name }) => name),
      ['rg1'],
    );
    const [consumption, developer] = tiers.map((tier) => regionsOf(tier, regions));
    assert.deepEqual(consumption, [
      { name: 'eastus', displayName: 'East US' },
      { name: 'southcentralus', displayName: 'South Central US' },
      { name: 'westus', displayName: 'West US' },
    ]);
    assert.equal(developer?.length, 4);
  });

  it('is nothing that is restricted, and comes in a known order', () => {
    const restricted = [{ type: 'Location', reasonCode: 'QuotaId' }];
    const rows = [
      sku('NewTier', 'eastus'),
      sku('StandardV2', 'eastus'),
      sku('Premium', 'eastus', restricted),
      sku('Basic', 'westus'),
      sku('Basic', 'eastus', restricted),
      { ...sku('Developer', 'eastus'), resourceType: 'gateways' },
    ];
    assert.deepEqual(
      offeredTiers(rows).map(({ name, regions }) => [name, ...regions]),
      [
        ['Basic', 'westus'],
        ['StandardV2', 'eastus'],
        ['NewTier', 'eastus'],
      ],
    );
  });

  it('has regions by their names, in whatever form they are given', () => {
    const tier = { name: 'Basic', units: 1, regions: ['East US', 'WESTEUROPE', 'atlantis'] };
    const regions = [
      { name: 'westeurope', displayName: 'West Europe' },
      { name: 'eastus', displayName: 'East US' },
    ];
    assert.deepEqual(regionsOf(tier, regions), [
      { name: 'atlantis', displayName: 'atlantis' },
      { name: 'eastus', displayName: 'East US' },
      { name: 'westeurope', displayName: 'West Europe' },
    ]);
  });

  it('loses what the next tier lacks', () => {
    assert.deepEqual(lostBetween('Standard', 'Premium'), []);
    assert.deepEqual(lostBetween('Developer', 'Basic'), ['entra', 'network', 'selfHosted']);
    assert.deepEqual(lostBetween('Premium', 'Developer'), ['sla', 'units', 'regions']);
    assert.ok(lacksOf('Consumption')?.includes('portal'));
    assert.equal(lacksOf('NewTier'), undefined);
  });

  it('has names that Azure takes', () => {
    for (const name of ['a', 'Demo-1', 'x'.repeat(50)]) assert.ok(isInstanceName(name), name);
    for (const name of ['', '1a', 'a-', 'a_b', 'x'.repeat(51)]) assert.ok(!isInstanceName(name), name);
    for (const name of ['rg', '(a).b_c-', '9']) assert.ok(isResourceGroupName(name), name);
    for (const name of ['', 'a.', 'a b', 'x'.repeat(91)]) assert.ok(!isResourceGroupName(name), name);
  });
});
