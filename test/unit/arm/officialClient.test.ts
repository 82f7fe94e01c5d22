import assert from 'node:assert/strict';

import type { ApiManagementClient } from '@azure/arm-apimanagement';

import { startArm } from '../../support/arm/index.ts';
import type { Arm } from '../../support/arm/index.ts';
import { officialClient, publish, unpublish } from './officialClient.ts';
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
