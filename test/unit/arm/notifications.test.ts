import assert from 'node:assert/strict';

import { asArray, asObject } from '../../../src/protocol/json.ts';
import type { Arm } from '../../support/arm/index.ts';
import { type ArmCaller, errorCode, propertiesOf } from './armCaller.ts';
import { armForEachTest } from './armForEachTest.ts';

const notification = 'notifications/RequestPublisherNotificationMessage';

describe('the notifications of an emulated instance', () => {
  let arm: Arm;
  let caller: ArmCaller;

  armForEachTest((...started) => ([arm, caller] = started));

  it('go to the addresses and users that were added, and not to removed ones', async () => {
    const email = `${notification}/recipientEmails/${encodeURIComponent('a+b@example.com')}`;
    assert.equal((await caller.ask('PUT', email)).status, 201);
    assert.equal((await caller.ask('PUT', email)).status, 200);
    await caller.ask('PUT', `${notification}/recipientUsers/1`);
    const { emails, users } = asObject(propertiesOf(await caller.ask('GET', notification)).recipients);
    assert.deepEqual(emails, [`${caller.instance}/recipientEmails/a+b@example.com`]);
    assert.deepEqual(users, [`${caller.instance}/users/1`]);
    const [first] = asArray((await caller.ask('GET', 'notifications')).body.value);
    const listed = asObject(asObject(asObject(first).properties).recipients);
    assert.deepEqual(listed.emails, [`${caller.instance}/${notification}/recipientEmails/a+b@example.com`]);

    assert.equal((await caller.ask('DELETE', email)).status, 200);
    assert.equal((await caller.ask('DELETE', email)).status, 204);
    assert.equal((await caller.ask('HEAD', email)).status, 404);
  });

  it('do not go to what is no address and to users that are not there', async () => {
    assert.equal((await caller.ask('PUT', `${notification}/recipientEmails/nobody`)).status, 400);
    assert.equal((await caller.ask('PUT', `${notification}/recipientUsers/nobody`)).status, 404);
    assert.equal((await caller.ask('GET', 'notifications/Other')).status, 404);
  });

  for (const path of ['notifications', 'users', 'groups', 'products/starter/groups'])
    it(`are like ${path} not there in the tier Consumption`, async () => {
      const id = await arm.addInstance({ name: 'cheap', tier: 'Consumption' });
      const refused = await caller.ask('GET', `${id}/${path}`);
      assert.deepEqual([refused.status, errorCode(refused)], [400, 'MethodNotAllowedInPricingTier']);
      assert.equal(asObject(refused.body.error).details, null);
    });
});
