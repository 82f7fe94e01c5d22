import assert from 'node:assert/strict';

import { asArray, asObject } from '../../../src/protocol/json.ts';
import { ArmError } from '../../support/arm/index.ts';
import type { Arm } from '../../support/arm/index.ts';
import { ArmCaller, errorCode, namesOn, propertiesOf } from './armCaller.ts';
import { armForEachTest } from './armForEachTest.ts';

const wanted = {
  location: 'eastus',
  sku: { name: 'Developer', capacity: 1 },
  properties: { publisherEmail: 'owner@example.com', publisherName: 'Contoso' },
};

describe('the life of an emulated instance', () => {
  let arm: Arm;
  let caller: ArmCaller;
  let subscription: string;
  let group: string;
  let created: string;

  armForEachTest((...started) => ([arm, caller] = started), { async: { polls: 2 } });

  beforeEach(() => {
    group = caller.instance.split('/providers/')[0] ?? '';
    subscription = group.split('/resourceGroups/')[0] ?? '';
    created = `${group}/providers/Microsoft.ApiManagement/service/fresh`;
  });

  it('begins in an operation that another client can follow to a gateway that answers', async () => {
    const begun = await caller.ask('PUT', created, wanted);
    assert.deepEqual([begun.status, propertiesOf(begun).provisioningState], [201, 'Activating']);
    const another = new ArmCaller(arm);
    assert.deepEqual(await another.follow(begun), ['InProgress', 'InProgress', 'Succeeded']);
    const { provisioningState, gatewayUrl } = propertiesOf(await another.ask('GET', created));
    assert.equal(provisioningState, 'Succeeded');
    assert.equal((await fetch(`${String(gatewayUrl)}/none`)).status, 404);
    assert.deepEqual(namesOn(await caller.ask('GET', `${created}/products`)), ['starter', 'unlimited']);
  });

  it('does not begin when the operation fails', async () => {
    arm.failLater(/^PUT .*\/service\/fresh$/, new ArmError(400, 'ActivationFailed', 'No room.'));
    const states = await caller.follow(await caller.ask('PUT', created, wanted));
    assert.equal(states.at(-1), 'Failed');
    assert.equal((await caller.ask('GET', created)).status, 404);
  });

  it('needs a subscription in which API Management is registered', async () => {
    arm.unregister();
    const provider = `${subscription}/providers/Microsoft.ApiManagement`;
    const refused = await caller.ask('PUT', created, wanted);
    assert.deepEqual([refused.status, errorCode(refused)], [409, 'MissingSubscriptionRegistration']);
    assert.equal((await caller.ask('GET', provider)).body.registrationState, 'NotRegistered');
    await caller.ask('POST', `${provider}/register`);
    const states = [];
    for (let look = 0; look < 3; look += 1)
      states.push((await caller.ask('GET', provider)).body.registrationState);
    assert.deepEqual(states, ['Registering', 'Registering', 'Registered']);
    assert.equal((await caller.ask('PUT', created, wanted)).status, 201);
  });

  it('needs a tier, a region and a publisher', async () => {
    for (const missing of [{ sku: {} }, { location: 'atlantis' }, { properties: {} }])
      assert.equal((await caller.ask('PUT', created, { ...wanted, ...missing })).status, 400);
    assert.equal((await caller.ask('GET', created)).status, 404);
  });

  it('goes on in another tier', async () => {
    const sku = { name: 'Standard', capacity: 2 };
    const changing = await caller.ask('PATCH', caller.instance, { sku });
    assert.equal(changing.status, 202);
    await caller.follow(changing);
    const { body } = await caller.ask('GET', caller.instance);
    assert.deepEqual(body.sku, sku);
    assert.equal(asObject(body.properties).publisherName, 'Example');
  });

  it('ends, and keeps its name from others', async () => {
    const ending = await caller.ask('DELETE', caller.instance);
    assert.deepEqual([ending.status, ending.body.name], [202, 'demoazureml']);
    await caller.follow(ending);
    assert.equal((await caller.ask('GET', caller.instance)).status, 404);
    const provider = `${subscription}/providers/Microsoft.ApiManagement`;
    assert.deepEqual(namesOn(await caller.ask('GET', `${provider}/deletedservices`)), ['demoazureml']);
    const name = { name: 'demoazureml', type: 'Microsoft.ApiManagement/service' };
    const { nameAvailable } = (await caller.ask('POST', `${provider}/checkNameAvailability`, name)).body;
    assert.equal(nameAvailable, false);
  });

  it('is offered in Consumption in some regions only', async () => {
    const skus = await caller.ask('GET', `${subscription}/providers/Microsoft.ApiManagement/skus`);
    const rows = asArray(skus.body.value).map(asObject);
    const regions = rows.filter(({ name }) => name === 'Consumption').flatMap(({ locations }) => locations);
    assert.ok(regions.includes('eastus'));
    assert.ok(!regions.includes('westeurope'));
  });
});
