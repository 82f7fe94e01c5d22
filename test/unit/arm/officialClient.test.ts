import assert from 'node:assert/strict';

import type { ApiManagementClient } from '@azure/arm-apimanagement';

import { startArm } from '../../support/arm/index.ts';
import type { Arm } from '../../support/arm/index.ts';
import { officialClient, polling, publish, unpublish } from './officialClient.ts';
import type { Publication } from './officialClient.ts';

const publication: Publication = {
  resourceGroup: 'rg1',
  service: 'demoazureml',
  api: 'azureml-demo',
  serviceUrl: 'https://ussouthcentral.services.azureml.net',
  product: 'starter',
  apiKey: 'secret',
};
const { resourceGroup, service, api } = publication;

describe('the official client against the emulated Azure Resource Manager', () => {
  for (const async of [
    { polls: 2, statusBody: 'resource' },
    { polls: 1, statusBody: 'plain' },
    { polls: 1, headers: 'location' },
  ] as const) {
    it(`publishes and unpublishes where writes go on like ${JSON.stringify(async)}`, async () => {
      const arm = await startArm({ async, paging: { pageSize: 2 } });
      const client = officialClient(arm);
      assert.match(await publish(client, publication), /^[\da-f]{32}$/);
      assert.equal((await client.api.get(resourceGroup, service, api)).displayName, 'AzureML Demo API');
      assert.deepEqual(await operationNames(client), [
        'RRS Execute',
        'BES Submit',
        'BES Start',
        'BES Status',
        'BES Delete',
      ]);
      const linked = await namesOf(client.productApi.listByProduct(resourceGroup, service, 'starter'));
      assert.deepEqual(linked, [api]);
      const { value } = await client.namedValue.listValue(resourceGroup, service, `${api}-key`);
      assert.equal(value, 'Bearer secret');
      // The client reads a single policy as XML, which no answer of ARM is; a list it reads as JSON.
      const [policy] = (await client.apiPolicy.listByApi(resourceGroup, service, api)).value ?? [];
      assert.match(policy?.value ?? '', /\{\{azureml-demo-key\}\}/);

      await unpublish(client, publication);
      assert.deepEqual(await namesOf(client.api.listByService(resourceGroup, service)), []);
      assert.deepEqual(await namesOf(client.namedValue.listByService(resourceGroup, service)), []);
      const left = await namesOf(client.subscription.list(resourceGroup, service));
      assert.deepEqual(left, ['master']);
      await arm.close();
    });
  }

  it('makes an instance and governs who uses it', async () => {
    const arm = await startArm({ instances: [{ name: 'other' }], async: { polls: 2 } });
    const client = officialClient(arm);
    const fresh = ['rg1', 'fresh'] as const;
    const instance = await client.apiManagementService.beginCreateOrUpdateAndWait(
      ...fresh,
      {
        location: 'East US',
        sku: { name: 'Developer', capacity: 1 },
        publisherEmail: 'owner@example.com',
        publisherName: 'Contoso',
      },
      polling,
    );
    assert.deepEqual([instance.name, instance.provisioningState], ['fresh', 'Succeeded']);

    const ada = { firstName: 'Ada', lastName: 'Byron', email: 'ada@example.com' };
    await client.user.createOrUpdate(...fresh, 'ada', ada);
    await client.group.createOrUpdate(...fresh, 'testers', { displayName: 'Testers' });
    await client.groupUser.create(...fresh, 'testers', 'ada');
    assert.deepEqual(await namesOf(client.userGroup.list(...fresh, 'ada')), ['testers']);
    await client.productGroup.createOrUpdate(...fresh, 'unlimited', 'testers');
    assert.ok((await namesOf(client.productGroup.listByProduct(...fresh, 'unlimited'))).includes('testers'));

    const request = { scope: '/products/unlimited', displayName: 'Ada', ownerId: '/users/ada' };
    await client.subscription.createOrUpdate(...fresh, 'wanted', request);
    const filter = "state eq 'submitted'";
    assert.deepEqual(await namesOf(client.subscription.list(...fresh, { filter })), ['wanted']);
    const { eTag = '' } = await client.subscription.getEntityTag(...fresh, 'wanted');
    const approved = await client.subscription.update(...fresh, 'wanted', eTag, { state: 'active' });
    assert.equal(approved.state, 'active');
    await assert.rejects(client.subscription.update(...fresh, 'wanted', eTag, { state: 'rejected' }), {
      statusCode: 412,
    });

    const event = 'RequestPublisherNotificationMessage';
    await client.notificationRecipientEmail.createOrUpdate(...fresh, event, 'ops@example.com');
    await client.notificationRecipientUser.createOrUpdate(...fresh, event, 'ada');
    const { recipients } = await client.notification.get(...fresh, event);
    assert.deepEqual(
      [recipients?.emails?.length, recipients?.users],
      [1, [`${instance.id ?? ''}/users/ada`]],
    );
    assert.equal((await namesOf(client.notification.listByService(...fresh))).length, 7);
    await arm.close();
  });

  describe('errors', () => {
    let arm: Arm;

    beforeEach(async () => {
      arm = await startArm();
    });

    afterEach(() => arm.close());

    it('finds an instance among those of a subscription', async () => {
      const instances = await namesOf(officialClient(arm).apiManagementService.list());
      assert.deepEqual(instances, ['demoazureml']);
    });

    it('understands a refusal and a stale ETag', async () => {
      const client = officialClient(arm);
      await assert.rejects(client.api.get(resourceGroup, service, 'none'), {
        code: 'ResourceNotFound',
        statusCode: 404,
      });
      const product = { displayName: 'Mine' };
      await assert.rejects(client.product.update(resourceGroup, service, 'starter', '"AAAA="', product), {
        code: 'PreconditionFailed',
        statusCode: 412,
      });
    });
  });

  async function operationNames(client: ApiManagementClient): Promise<string[]> {
    const names: string[] = [];
    for await (const operation of client.apiOperation.listByApi(resourceGroup, service, api))
      names.push(operation.displayName ?? '');
    return names;
  }

  async function namesOf(list: AsyncIterable<{ name?: string }>): Promise<string[]> {
    const names: string[] = [];
    for await (const { name = '' } of list) names.push(name);
    return names;
  }
});
