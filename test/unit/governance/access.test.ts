import assert from 'node:assert/strict';
import type { InstanceAccess } from '../../../src/azure/instanceAccess.ts';
import { decide, readSeen } from '../../../src/governance/access/deciding.ts';
import { freeId } from '../../../src/governance/access/freeId.ts';
import { changeLinks, joinGroups, linkChange } from '../../../src/governance/access/links.ts';
import { productSubscriptionSchema } from '../../../src/protocol/apim/arm.ts';
import { groupBody } from '../../../src/protocol/apim/groups.ts';
import { type Group, groupSchema } from '../../../src/protocol/apim/people.ts';
import {
  decisionBody,
  notifyQuery,
  subscriptionBody,
} from '../../../src/protocol/apim/subscriptionStates.ts';
import { addedUser, invitedUser, isEmailAddress } from '../../../src/protocol/apim/users.ts';
import { Failure } from '../../../src/protocol/failure.ts';
import { type Arm, faultOf, ArmError, startArm } from '../../support/arm/index.ts';
import { accessTo } from '../arm/armAccess.ts';
import { ArmCaller, namesOn, propertiesOf } from '../arm/armCaller.ts';
import { Bench } from '../transport/servers.ts';

const ada = { firstName: 'Ada', lastName: 'Byron', email: 'ada@example.com' };
const { signal } = new AbortController();

describe('access to an instance', () => {
  const bench = new Bench();
  let arm: Arm;
  let caller: ArmCaller;
  let access: InstanceAccess;

  beforeEach(async () => {
    arm = await startArm();
    caller = new ArmCaller(arm);
    access = accessTo(arm, bench);
  });
  afterEach(async () => {
    await bench.close();
    await arm.close();
  });

  const subscription = '/subscriptions/wanted';
  const request = { displayName: 'Wanted', scope: '/products/unlimited', state: 'submitted' } as const;
  const ask = async (): Promise<void> => {
    await access.arm.put(access.id + subscription, subscriptionBody(request));
  };
  const decideOn = (asked: (state: string, changed: boolean) => 'active' | 'rejected' | undefined) =>
    decide({
      during: (work) => work(signal),
      read: () => readSeen(access, subscription, productSubscriptionSchema, signal),
      ask: ({ properties: { state = '' } }, changed) => Promise.resolve(asked(state, changed)),
      write: (state, { etag }) =>
        access.arm.patch(access.id + subscription, decisionBody(state, 'Because.'), {
          ifMatch: etag,
          query: notifyQuery(true),
          signal,
        }),
    });
  const stateNow = async (): Promise<unknown> =>
    propertiesOf(await caller.ask('GET', access.id + subscription)).state;

  it('carries out what was decided on what was seen', async () => {
    await ask();
    assert.equal(await decideOn(() => 'rejected'), 'rejected');
    const { state, stateComment } = propertiesOf(await caller.ask('GET', access.id + subscription));
    assert.deepEqual([state, stateComment], ['rejected', 'Because.']);
  });

  it('asks anew where another administrator was faster, and overrules nobody unasked', async () => {
    await ask();
    const other = { properties: { state: 'rejected' } };
    arm.beforeNext(/^PATCH .*\/wanted$/, async () => {
      await caller.ask('PATCH', access.id + subscription, other, { 'If-Match': '*' });
    });
    const seen: unknown[] = [];
    const decision = await decideOn((state, changed) => {
      seen.push([state, changed]);
      return changed ? undefined : 'active';
    });
    assert.equal(decision, undefined);
    assert.deepEqual(seen, [
      ['submitted', false],
      ['rejected', true],
    ]);
    assert.equal(await stateNow(), 'rejected');
  });

  it('writes nothing for a user who leaves it', async () => {
    await ask();
    await decideOn(() => undefined);
    assert.equal(await stateNow(), 'submitted');
  });

  it('passes on any other refusal', async () => {
    await ask();
    arm.failNext(/^PATCH /, faultOf(new ArmError(403, 'AuthorizationFailed', 'No right.')));
    await assert.rejects(
      decideOn(() => 'active'),
      (error: unknown) => error instanceof Failure && error.code === 'AuthorizationFailed',
    );
  });

  it('invites a user who is pending until he accepts, and adds one who is active', async () => {
    await access.arm.put(`${access.id}/users/ada`, invitedUser(ada), { query: { notify: 'true' } });
    const bob = { firstName: 'Bob', lastName: 'Stone', email: 'bob@example.com' };
    await access.arm.put(`${access.id}/users/bob`, addedUser(bob));
    const states = ['ada', 'bob'].map(
      async (name) => propertiesOf(await caller.ask('GET', `users/${name}`)).state,
    );
    assert.deepEqual(await Promise.all(states), ['pending', 'active']);
  });

  it('names the field that the service refuses', async () => {
    await access.arm.put(`${access.id}/users/ada`, addedUser(ada));
    await assert.rejects(
      access.arm.put(`${access.id}/users/other`, addedUser(ada)),
      (error: unknown) => error instanceof Failure && error.sentence.includes('email: Another user has'),
    );
  });

  it('changes only the links that differ', async () => {
    for (const name of ['a', 'b', 'c']) {
      const text = { displayName: `Group ${name}`, description: '' };
      await access.arm.put(`${access.id}/groups/${name}`, groupBody(text));
    }
    await caller.put('products/new', { displayName: 'New' });
    const collection = '/products/new/groups';
    const link = (before: readonly string[], wanted: readonly string[]): Promise<void> =>
      changeLinks(access, collection, linkChange(new Set(before), new Set(wanted)), signal);
    await link([], ['a', 'b']);
    const asked = arm.requests.length;
    await link(['a', 'b'], ['b', 'c']);
    assert.deepEqual(
      arm.requests.slice(asked).map(({ method, path }) => `${method} ${path.slice(access.id.length)}`),
      [`PUT ${collection}/c`, `DELETE ${collection}/a`],
    );
    const linked = namesOn(await caller.ask('GET', 'products/new/groups'));
    assert.deepEqual(linked.filter((name) => String(name).length === 1).toSorted(), ['b', 'c']);
  });

  it('puts somebody into the groups that take him, and tells those that are left', async () => {
    await access.arm.put(`${access.id}/users/ada`, addedUser(ada));
    for (const name of ['a', 'b', 'c']) {
      const text = { displayName: `Group ${name}`, description: '' };
      await access.arm.put(`${access.id}/groups/${name}`, groupBody(text));
    }
    const all = await access.arm.listAll(`${access.id}/groups`, groupSchema);
    const wanted = all.filter(({ name }) => name.length === 1);
    const join = (groups: readonly Group[]) => joinGroups(access, 'ada', groups, signal);
    arm.failNext(/^PUT .*\/groups\/b\//, faultOf(new ArmError(403, 'AuthorizationFailed', 'No right.')));
    const notJoined = await join(wanted);
    assert.deepEqual(
      [notJoined?.failure.code, notJoined?.groups.map(({ name }) => name)],
      ['AuthorizationFailed', ['b']],
    );
    const members = await Promise.all(
      wanted.map(async ({ name }) => namesOn(await caller.ask('GET', `groups/${name}/users`))),
    );
    assert.deepEqual(members, [['ada'], [], ['ada']]);
    assert.equal(await join(notJoined?.groups ?? []), undefined);
    assert.deepEqual(namesOn(await caller.ask('GET', 'groups/b/users')), ['ada']);
  });

  it('says of a new user only what the service knows', () => {
    const wanted = { ...ada, groups: [] };
    for (const body of [invitedUser(wanted), addedUser(wanted)])
      assert.ok(!JSON.stringify(body).includes('groups'));
  });

  it('finds an id that writes over nothing', async () => {
    assert.equal(await freeId(access, '/subscriptions', 'wanted', signal), 'wanted');
    await ask();
    assert.equal(await freeId(access, '/subscriptions', 'wanted', signal), 'wanted-2');
  });

  it('tells an address from other text', () => {
    for (const text of ['ada@example.com', 'a+b@c']) assert.ok(isEmailAddress(text));
    for (const text of ['', 'ada', 'ada@', '@c', 'a b@c', `${'a'.repeat(254)}@c`])
      assert.ok(!isEmailAddress(text));
  });
});
