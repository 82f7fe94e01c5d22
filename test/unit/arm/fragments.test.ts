import assert from 'node:assert/strict';

import { asArray, asObject } from '../../../src/protocol/json.ts';
import type { JsonObject } from '../../../src/protocol/json.ts';
import type { Arm } from '../../support/arm/index.ts';
import { type ArmCaller, propertiesOf } from './armCaller.ts';
import { armForEachTest } from './armForEachTest.ts';

const answering = '<return-response><set-status code="418" /></return-response>';
const including = policy('<include-fragment fragment-id="teapot" />');

function fragment(policies: string): JsonObject {
  return { format: 'rawxml', value: `<fragment>${policies}</fragment>` };
}

function policy(inbound: string): JsonObject {
  return { format: 'rawxml', value: `<policies><inbound>${inbound}</inbound></policies>` };
}

describe('policy fragments of an emulated instance', () => {
  let arm: Arm;
  let caller: ArmCaller;

  armForEachTest((...started) => ([arm, caller] = started));

  it('do at the gateway what they hold wherever they are included', async () => {
    arm.seed(`${caller.instance}/apis/echo`, { path: 'echo', subscriptionRequired: false });
    arm.seed(`${caller.instance}/apis/echo/operations/get`, { method: 'GET', urlTemplate: '/' });
    await caller.follow(await caller.put('policyFragments/teapot', fragment(answering)));
    assert.equal((await caller.put('apis/echo/policies/policy', including)).status, 201);
    const { gatewayUrl } = propertiesOf(await caller.ask('GET', caller.instance));
    assert.equal((await fetch(`${String(gatewayUrl)}/echo/`)).status, 418);
  });

  it('stay as long as a policy includes them', async () => {
    assert.equal((await caller.put('policies/policy', including)).status, 400);
    await caller.put('policyFragments/teapot', fragment(answering));
    assert.equal((await caller.put('policies/policy', including)).status, 201);
    const { body } = await caller.ask('POST', 'policyFragments/teapot/listReferences');
    assert.deepEqual(
      asArray(body.value).map((reference) => asObject(reference).id),
      [`${caller.instance}/policies/policy`],
    );
    const anyVersion = { 'If-Match': '*' };
    const remove = async (path: string): Promise<number> =>
      (await caller.ask('DELETE', path, undefined, anyVersion)).status;
    assert.equal(await remove('policyFragments/teapot'), 400);
    assert.equal(await remove('policies/policy'), 200);
    assert.equal(await remove('policyFragments/teapot'), 200);
  });

  it('hold neither what stands for a section nor another fragment', async () => {
    for (const refused of ['<base />', '<include-fragment fragment-id="teapot" />', '<set-header']) {
      const { status } = await caller.put('policyFragments/teapot', fragment(refused));
      assert.equal(status, 400, refused);
    }
  });
});
