import assert from 'node:assert/strict';
import type { ArmClient } from '../../../src/azure/armClient.ts';
import {
  PolicyConflict,
  readStored,
  removeStored,
  withPatience,
  writeStored,
} from '../../../src/governance/policies/policyService.ts';
import type { PolicySite } from '../../../src/governance/policies/policySite.ts';
import { skeletonOf } from '../../../src/governance/policies/skeleton.ts';
import { policyProblems, policyRefusals } from '../../../src/protocol/apim/policyProblems.ts';
import { Failure } from '../../../src/protocol/failure.ts';
import { type Arm, startArm } from '../../support/arm/index.ts';
import { accessTo } from '../arm/armAccess.ts';
import { Bench } from '../transport/servers.ts';

const write = /^PUT .*\/policies\/policy$/;

function policy(value: string): string {
  return `<policies>\n  <inbound>\n    <set-header name="X">\n      <value>${value}</value>\n    </set-header>\n  </inbound>\n</policies>`;
}

describe('a policy in Azure', () => {
  const bench = new Bench();
  let arm: Arm;
  let client: ArmClient;
  let site: PolicySite;

  beforeEach(async () => {
    arm = await startArm();
    const { arm: armClient, id: instanceId } = accessTo(arm, bench);
    client = armClient;
    // Starter comes with a policy.
    site = { instanceId, path: '/products/unlimited', scope: 'product', label: 'Unlimited' };
  });
  afterEach(async () => {
    await bench.close();
    await arm.close();
  });

  const textNow = async (): Promise<string | undefined> =>
    (await readStored(client, site)).text?.replaceAll('\r\n', '\n');
  /** What somebody else does to it. */
  const writeElsewhere = async (value: string): Promise<void> => {
    const { text, ...before } = await readStored(client, site);
    await writeStored(client, site, policy(value), text === undefined ? {} : before);
  };
  async function conflictOf(work: Promise<unknown>): Promise<PolicyConflict> {
    const error: unknown = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof PolicyConflict, String(error));
    return error;
  }

  it('whose write never ends is given up, and may have been written', async () => {
    const running = { status: 202, headers: { Location: `${arm.url}/endless` } };
    arm.failNext(write, running);
    arm.failNext(/^GET \/endless/, running, Infinity);
    const work = withPatience(50, (signal) => writeStored(client, site, policy('1'), {}, signal));
    await assert.rejects(work, (error: unknown) => {
      assert.ok(error instanceof Failure, String(error));
      assert.equal(error.code, 'Timeout');
      assert.match(error.sentence, /may have been written/);
      return true;
    });
    const refused = new Failure({ code: 'Forbidden', origin: 'service', sentence: 'No.' });
    await assert.rejects(
      withPatience(60_000, () => Promise.reject(refused)),
      refused,
    );
  });

  it('is made where there is none, changed as it was read, and removed', async () => {
    assert.deepEqual(await readStored(client, site), {});
    const made = await writeStored(client, site, policy('1'), {});
    assert.equal(await textNow(), policy('1'));
    const changed = await writeStored(client, site, policy('2'), made);
    assert.equal(await textNow(), policy('2'));
    assert.notEqual(changed.etag, made.etag);
    await removeStored(client, site, changed);
    assert.equal(await textNow(), undefined);
  });

  it('is not written over what somebody else has made, changed or removed', async () => {
    await writeElsewhere('theirs');
    const { theirs } = await conflictOf(writeStored(client, site, policy('mine'), {}));
    assert.equal(theirs.text?.replaceAll('\r\n', '\n'), policy('theirs'));

    const read = await readStored(client, site);
    await writeElsewhere('changed');
    const { theirs: changed } = await conflictOf(writeStored(client, site, policy('mine'), read));
    assert.ok(changed.text?.includes('changed'));
    assert.equal(await textNow(), policy('changed'));

    await removeStored(client, site, changed);
    assert.deepEqual((await conflictOf(writeStored(client, site, policy('mine'), changed))).theirs, {});
    assert.equal(await textNow(), undefined);
  });

  it('is not removed when somebody else has changed it, and may be gone already', async () => {
    await writeElsewhere('theirs');
    const read = await readStored(client, site);
    await writeElsewhere('changed');
    await conflictOf(removeStored(client, site, read));
    const changed = await readStored(client, site);
    await conflictOf(removeStored(client, site, {}));
    await removeStored(client, site, changed);
    await removeStored(client, site, changed);
    await removeStored(client, site, {});
  });

  it('is taken for written where only the answer was lost', async () => {
    await writeElsewhere('before');
    const read = await readStored(client, site);
    arm.loseAnswers(write);
    await writeStored(client, site, policy('mine'), read).catch(() => undefined);
    const { etag } = await writeStored(client, site, policy('mine'), read);
    assert.equal(etag, (await readStored(client, site)).etag);
  });

  it('is refused with the places of the text that was sent', async () => {
    const text =
      '<policies>\r\n  <inbound>\r\n    <set-backend-service base-url="x" />\r\n  </inbound>\r\n</policies>';
    const refusal = await writeStored(client, site, text, {}).catch((error: unknown) => error);
    assert.ok(refusal instanceof Failure);
    assert.deepEqual(policyRefusals(refusal.evidence?.reasons ?? []), [
      { message: 'the attribute base-url has a wrong value.', at: { line: 3, column: 6 } },
    ]);
  });

  it('is nothing wrong as it is made, whatever it is of', async () => {
    for (const scope of ['instance', 'product', 'api', 'operation'] as const)
      assert.deepEqual(policyProblems(skeletonOf(scope), { scope, tier: 'Consumption' }), []);
    await writeStored(client, { ...site, path: '' }, skeletonOf('instance'), {});
    await writeStored(client, site, skeletonOf('product'), {});
  });
});
