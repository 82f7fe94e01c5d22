import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { carryOut, type WorkTools } from '../../../src/instances/creation/carryOut.ts';
import { meaningOf } from '../../../src/instances/creation/failureMeaning.ts';
import { hasOpenWork, workFolder } from '../../../src/instances/creation/openWork.ts';
import type { TierChange, WorkRecord } from '../../../src/instances/creation/workRecord.ts';
import { WorkStore } from '../../../src/instances/creation/workStore.ts';
import { Failure } from '../../../src/protocol/failure.ts';
import { ArmError, faultOf, startArm, type Arm } from '../../support/arm/index.ts';
import { Bench } from '../transport/servers.ts';
import { change, clientOf, creation, idOf } from './workBench.ts';

describe('an instance that is made or changed in its own time', () => {
  const bench = new Bench();
  let arm: Arm;
  let folder: string;
  let store: WorkStore;

  beforeEach(async () => {
    arm = await startArm({ async: { polls: 2 } });
    folder = await mkdtemp(join(tmpdir(), 'instances-'));
    store = new WorkStore(folder);
  });

  afterEach(async () => {
    await arm.close();
    await bench.close();
    await rm(folder, { recursive: true });
  });

  /** Of a window of its own. */
  function tools(signal = new AbortController().signal): WorkTools {
    return { arm: clientOf(arm, bench), save: (record) => store.save(record), signal };
  }

  const writes = (): readonly string[] =>
    arm.requests.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);

  /** Carries it out in a window that closes when Azure has begun; gives what it leaves. */
  async function interrupted(record: WorkRecord): Promise<WorkRecord> {
    arm.async.held = true;
    const closing = new AbortController();
    await assert.rejects(
      carryOut(record, {
        ...tools(closing.signal),
        save: async (saved) => {
          await store.save(saved);
          closing.abort();
        },
      }),
      { code: 'Cancelled' },
    );
    const [left] = await store.list();
    assert.ok(left);
    return left;
  }

  async function etagOf(id: string): Promise<string> {
    return (await tools().arm.get(id)).etag ?? assert.fail('An instance has an ETag.');
  }

  async function failureOf(work: Promise<unknown>): Promise<Failure> {
    const outcome = await work.catch((error: unknown) => error);
    assert.ok(outcome instanceof Failure, String(outcome));
    return outcome;
  }

  for (const headers of ['both', 'location'] as const) {
    it(`goes on in another window where one has closed (${headers})`, async () => {
      arm.async.headers = headers;
      const left = await interrupted(creation);
      assert.equal(left.write?.followBy, headers === 'both' ? 'operation' : 'location');
      arm.async.held = false;
      const { properties, sku } = await carryOut(left, tools());
      assert.deepEqual([properties.provisioningState, sku?.name], ['Succeeded', 'Developer']);
      assert.deepEqual(writes(), [`PUT ${creation.instance.id}`]);
    });
  }

  it('looks at the instance where the answer to its making was lost', async () => {
    arm.loseAnswers(/^PUT .*\/service\/fresh$/);
    const failure = await failureOf(carryOut(creation, tools()));
    assert.equal(meaningOf(failure, creation), 'later');
    const { properties } = await carryOut(creation, tools());
    assert.equal(properties.provisioningState, 'Succeeded');
    assert.deepEqual(writes(), [`PUT ${creation.instance.id}`]);
  });

  it('looks at the instance where Azure has forgotten how the operation went', async () => {
    const left = await interrupted(creation);
    arm.async.held = false;
    assert.ok(left.write);
    const write = {
      ...left.write,
      followUrl: `${arm.url}${creation.instance.id}/operationresults/gone?api-version=2024-05-01`,
    };
    assert.equal((await carryOut({ ...left, write }, tools())).name, 'fresh');
  });

  it('says why an instance was not made, in a later window too', async () => {
    arm.failLater(
      /^PUT .*\/service\/fresh$/,
      new ArmError(400, 'ActivationFailed', 'No room in the region.'),
    );
    const left = await interrupted(creation);
    arm.async.held = false;
    const failure = await failureOf(carryOut(left, tools()));
    assert.deepEqual([failure.code, meaningOf(failure, left)], ['ActivationFailed', 'ended']);
    assert.match(failure.sentence, /No room in the region\./);
  });

  it('writes over no instance of somebody else', async () => {
    const instance = { id: idOf('demoazureml'), name: 'demoazureml' };
    const failure = await failureOf(carryOut({ ...creation, instance }, tools()));
    assert.equal(failure.code, 'InstanceExists');
    assert.deepEqual(writes(), []);
  });

  it('changes the tier once, on the condition that it is as it was', async () => {
    const left = await interrupted(change);
    arm.async.held = false;
    assert.deepEqual((await carryOut(left, tools())).sku, { name: 'Standard', capacity: 2 });
    // The record of a window that died before it could remove it.
    assert.deepEqual((await carryOut(change, tools())).sku, { name: 'Standard', capacity: 2 });
    assert.deepEqual(writes(), [`PATCH ${change.instance.id}`]);
    const back: TierChange = { ...change, tier: change.from, etag: '"of yesterday"' };
    const failure = await failureOf(carryOut(back, tools()));
    assert.deepEqual([failure.status, meaningOf(failure, back)], [412, 'ended']);
  });

  const wayOf = (condition: string, record: WorkRecord) => ({ condition, record });
  for (const { condition, record } of [
    wayOf('a creation', creation),
    wayOf('a change', change),
    wayOf('a change on a condition', { ...change, etag: '' }),
  ])
    it(`is done once where the request of a killed window arrives late: ${condition}`, async () => {
      const method = record.kind === 'create' ? 'PUT' : 'PATCH';
      const own = 'etag' in record ? { ...record, etag: await etagOf(record.instance.id) } : record;
      arm.beforeNext(new RegExp(`^${method} .*/service/[^/]+$`), async () => {
        await interrupted(own);
        arm.async.held = false;
      });
      const { properties, sku } = await carryOut(own, tools());
      assert.deepEqual([properties.provisioningState, sku?.name], ['Succeeded', own.tier.name]);
      assert.deepEqual(
        arm.requests.filter((seen) => seen.method === method).map(({ status }) => status),
        [method === 'PUT' ? 201 : 202, 'etag' in own ? 412 : 409],
      );
    });

  it('is given up where somebody else changes the instance just then', async () => {
    const etag = await etagOf(change.instance.id);
    const { arm: other } = tools();
    arm.async.held = true;
    arm.beforeNext(/^PATCH /, async () => {
      await other.start('PATCH', change.instance.id, { properties: { publisherName: 'Fabrikam' } });
    });
    const failure = await failureOf(carryOut({ ...change, etag }, tools()));
    assert.deepEqual([failure.status, meaningOf(failure, change)], [412, 'ended']);
  });

  it('says so when the tier is the old one in the end', async () => {
    arm.failLater(
      /^PATCH .*\/service\/demoazureml$/,
      new ArmError(409, 'ScaleFailed', 'Try another region.'),
    );
    assert.equal((await failureOf(carryOut(change, tools()))).code, 'ScaleFailed');
    const left = await interrupted({ ...change, tier: { name: 'Basic', units: 1 } });
    arm.async.held = false;
    assert.equal((await failureOf(carryOut({ ...left, tier: change.tier }, tools()))).code, 'TierNotChanged');
  });

  it('takes a refusal for the end only where nothing has begun', async () => {
    const forbidden = faultOf(new ArmError(403, 'AuthorizationFailed', 'No right.'));
    arm.failNext(/^PUT .*\/service\/fresh$/, forbidden);
    assert.equal(meaningOf(await failureOf(carryOut(creation, tools())), creation), 'ended');
    const left = await interrupted(creation);
    arm.failNext(/^GET .*\/operationResults\//, forbidden);
    assert.equal(meaningOf(await failureOf(carryOut(left, tools())), left), 'barred');
    arm.failNext(/^GET .*\/operationResults\//, { status: 500, headers: {}, body: '' }, 9);
    assert.equal(meaningOf(await failureOf(carryOut(left, tools())), left), 'later');
  });

  it('gives the token to no other host that a record names', async () => {
    const left = await interrupted(creation);
    const seen: string[] = [];
    const other = await bench.http(({ url = '' }, response) => {
      seen.push(url);
      response.end('{"status":"Succeeded"}');
    });
    assert.ok(left.write);
    const write = { ...left.write, followUrl: `${other}/polls/1` };
    assert.equal((await failureOf(carryOut({ ...left, write }, tools()))).code, 'RedirectRefused');
    assert.deepEqual(seen, []);
  });

  it('is seen at the next start, and by one window at its end', async () => {
    assert.equal(await hasOpenWork(folder), false);
    await store.save(creation);
    await writeFile(join(workFolder(folder), 'other.txt'), 'none of ours');
    assert.equal(await hasOpenWork(folder), true);
    assert.deepEqual(await store.list(), [creation]);
    assert.deepEqual([await store.remove('a1'), await store.remove('a1')], [true, false]);
    assert.equal(await hasOpenWork(folder), false);
    assert.deepEqual(await readdir(workFolder(folder)), ['other.txt']);
  });

  it('keeps the token out of its records', async () => {
    await interrupted(creation);
    const kept = JSON.stringify(await store.list());
    assert.match(kept, /operationResults/);
    assert.ok(!kept.includes(arm.token()) && !/Bearer/i.test(kept));
  });
});
