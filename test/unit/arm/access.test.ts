import assert from 'node:assert/strict';

import { asArray, asObject } from '../../../src/protocol/json.ts';
import { type ArmCaller, errorCode, namesOn, propertiesOf } from './armCaller.ts';
import { armForEachTest } from './armForEachTest.ts';

const ada = { firstName: 'Ada', lastName: 'Byron', email: 'ada@example.com' };

describe('who may use an emulated instance', () => {
  let caller: ArmCaller;

  armForEachTest((_, started) => (caller = started));

  beforeEach(async () => {
    await caller.put('users/ada', ada);
  });

  it('tells a user with his groups, and no password', async () => {
    await caller.put('users/ada', { ...ada, password: 'secret' });
    await caller.put('groups/testers', { displayName: 'Testers' });
    assert.equal((await caller.ask('PUT', 'groups/testers/users/ada')).status, 201);
    assert.equal((await caller.ask('PUT', 'groups/testers/users/ada')).status, 200);
    const { groups, password, state } = propertiesOf(await caller.ask('GET', 'users/ada'));
    assert.deepEqual(
      asArray(groups).map((group) => asObject(group).displayName),
      ['Testers'],
    );
    assert.deepEqual([password, state], [undefined, 'active']);
    assert.deepEqual(namesOn(await caller.ask('GET', 'users/ada/groups')), ['testers']);
    assert.deepEqual(namesOn(await caller.ask('GET', 'groups/testers/users')), ['ada']);
  });

  it('refuses a second user with the same address', async () => {
    assert.equal((await caller.put('users/other', ada)).status, 400);
  });

  it('takes a user who goes out of his groups, in an operation that goes on', async () => {
    await caller.put('groups/testers', { displayName: 'Testers' });
    await caller.ask('PUT', 'groups/testers/users/ada');
    const going = await caller.ask('DELETE', 'users/ada', undefined, { 'If-Match': '*' });
    assert.equal(going.status, 202);
    assert.equal((await caller.follow(going)).at(-1), 'Succeeded');
    assert.equal((await caller.ask('HEAD', 'groups/testers/users/ada')).status, 404);
    assert.equal((await caller.ask('GET', 'users/ada')).status, 404);
  });

  it('shows a new product to the administrators until it is linked to another group', async () => {
    await caller.put('products/new', { displayName: 'New' });
    const groups = await caller.ask('GET', 'products/new/groups');
    assert.deepEqual(displayNames(groups.body.value), ['Administrators']);
    const developers = await idOfGroup('Developers');
    assert.equal((await caller.ask('PUT', `products/new/groups/${developers}`)).status, 201);
    assert.equal((await caller.ask('HEAD', `products/new/groups/${developers}`)).status, 204);
    assert.equal((await caller.ask('DELETE', `products/new/groups/${developers}`)).status, 200);
    assert.equal((await caller.ask('HEAD', `products/new/groups/${developers}`)).status, 404);
  });

  it('does not let go of a group of the system', async () => {
    const guests = await idOfGroup('Guests');
    const refused = await caller.ask('DELETE', `groups/${guests}`, undefined, { 'If-Match': '*' });
    assert.equal(refused.status, 405);
  });

  it('lets one of two administrators decide on a request for a subscription', async () => {
    await caller.put('subscriptions/wanted', {
      scope: '/products/unlimited',
      displayName: 'Wanted',
      ownerId: '/users/ada',
    });
    assert.deepEqual(namesOn(await queue()), ['wanted']);
    const etag = (await caller.ask('GET', 'subscriptions/wanted')).headers.get('etag') ?? '';
    const approved = await decide({ state: 'active' }, etag);
    assert.deepEqual([approved.status, propertiesOf(approved).state], [200, 'active']);
    const tooLate = await decide({ state: 'rejected', stateComment: 'No.' }, etag);
    assert.deepEqual([tooLate.status, errorCode(tooLate)], [412, 'PreconditionFailed']);
    assert.deepEqual(namesOn(await queue()), []);
    assert.deepEqual(namesOn(await caller.ask('GET', 'users/ada/subscriptions')), ['wanted']);
  });

  it('says that a list cannot be filtered by something', async () => {
    const refused = await caller.ask('GET', `subscriptions?$filter=${encodeURIComponent("keys eq 'x'")}`);
    assert.deepEqual([refused.status, errorCode(refused)], [400, 'InvalidFilter']);
  });

  function queue(): ReturnType<ArmCaller['ask']> {
    return caller.ask('GET', `subscriptions?$filter=${encodeURIComponent("state eq 'submitted'")}`);
  }

  function decide(properties: object, etag: string): ReturnType<ArmCaller['ask']> {
    return caller.ask('PATCH', 'subscriptions/wanted?notify=true', { properties }, { 'If-Match': etag });
  }

  /** The groups of the system have no ids that one could know. */
  async function idOfGroup(displayName: string): Promise<string> {
    const { body } = await caller.ask('GET', 'groups');
    const found = asArray(body.value)
      .map(asObject)
      .find((group) => asObject(group.properties).displayName === displayName);
    return String(found?.name);
  }
});

function displayNames(items: unknown): readonly unknown[] {
  return asArray(items).map((item) => asObject(asObject(item).properties).displayName);
}
