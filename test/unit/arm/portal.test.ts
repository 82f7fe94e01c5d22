import assert from 'node:assert/strict';

import { asArray, asObject } from '../../../src/protocol/json.ts';
import { ArmError } from '../../support/arm/index.ts';
import type { Arm } from '../../support/arm/index.ts';
import { type ArmCaller, propertiesOf } from './armCaller.ts';
import { armForEachTest } from './armForEachTest.ts';

describe('the developer portal of an emulated instance', () => {
  let arm: Arm;
  let caller: ArmCaller;

  armForEachTest((...started) => ([arm, caller] = started));

  async function publish(id: string): Promise<void> {
    await caller.follow(await caller.put(`portalRevisions/${id}`, { isCurrent: true }));
  }

  async function current(): Promise<readonly unknown[]> {
    const { body } = await caller.ask('GET', 'portalRevisions');
    const revisions = asArray(body.value).map(asObject);
    return revisions
      .filter(({ properties }) => asObject(properties).isCurrent === true)
      .map(({ name }) => name);
  }

  it('has one current revision, the one that was published last', async () => {
    await publish('20260101000000');
    const publishing = await caller.put('portalRevisions/20260102000000', { isCurrent: true });
    assert.equal(propertiesOf(publishing).status, 'publishing');
    await caller.follow(publishing);
    assert.deepEqual(await current(), ['20260102000000']);
  });

  it('keeps its current revision when the next one cannot be published', async () => {
    await publish('20260101000000');
    arm.failLater(/^PUT .*portalRevisions/, new ArmError(500, 'PublishFailed', 'It went wrong.'));
    await publish('20260102000000');
    assert.deepEqual(await current(), ['20260101000000']);
  });

  it('changes how one signs up, for who has read it', async () => {
    const before = await caller.ask('GET', 'portalsettings/signup');
    const change = { properties: { enabled: false } };
    const blind = await caller.ask('PATCH', 'portalsettings/signup', change);
    assert.equal(blind.status, 400);
    const etag = { 'If-Match': before.headers.get('etag') ?? '' };
    assert.equal((await caller.ask('PATCH', 'portalsettings/signup', change, etag)).status, 204);
    assert.equal((await caller.ask('PATCH', 'portalsettings/signup', change, etag)).status, 412);
    const { enabled, termsOfService } = propertiesOf(await caller.ask('GET', 'portalsettings/signup'));
    assert.equal(enabled, false);
    assert.deepEqual(termsOfService, propertiesOf(before).termsOfService);
  });
});
