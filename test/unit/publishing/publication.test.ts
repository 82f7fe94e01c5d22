import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { starterLimits } from '../../../src/protocol/apim/limits.ts';
import { gatewayOperations } from '../../../src/protocol/apim/operations.ts';
import {
  plannedResources,
  type PlannedResource,
  type Publication,
} from '../../../src/protocol/apim/publication.ts';
import { groupSchema } from '../../../src/protocol/apim/people.ts';
import { asObject, jsonText } from '../../../src/protocol/json.ts';
import type { InstanceAccess } from '../../../src/azure/instanceAccess.ts';
import {
  apiIdOf,
  draftFor,
  isOfVersions,
  publicationOf,
  sameOperation,
} from '../../../src/publishing/draft.ts';
import { readInstance, readLimits, readOperations } from '../../../src/publishing/instanceFacts.ts';
import { keyUpdate } from '../../../src/publishing/keyUpdate.ts';
import {
  coversMade,
  parsePublicationRecord,
  type PublicationRecord,
} from '../../../src/publishing/publicationRecord.ts';
import type { PublicationStore } from '../../../src/publishing/publicationStore.ts';
import {
  findRemovals,
  type Removal,
  removeResources,
  withoutNeeded,
  withRemovalBegun,
} from '../../../src/publishing/removing.ts';
import { readStates, type ResourceState } from '../../../src/publishing/resourceStates.ts';
import { missingNeeds, stepsFor, writeSteps, type WritingTools } from '../../../src/publishing/writing.ts';
import type { Arm } from '../../support/arm/index.ts';
import { hasCode, isChanged } from './failures.ts';
import { authorization, authorizations, key, publication, PublishingBench } from './publishingBench.ts';

const plan = plannedResources(publication);
const trial = {
  id: 'trial',
  displayName: 'Trial',
  subscriptionRequired: true,
  make: {
    description: '',
    terms: '',
    approvalRequired: false,
    subscriptionsLimit: 0,
    published: true,
    limits: starterLimits,
  },
};
const { signal } = new AbortController();

describe('publishing to API Management', () => {
  let bench: PublishingBench;
  let arm: Arm;
  let instance: InstanceAccess;
  let folder: string;
  let store: PublicationStore;
  let log: readonly string[];

  beforeEach(async () => {
    bench = await PublishingBench.start();
    ({ arm, instance, folder, store, log } = bench);
  });

  afterEach(() => bench.close());

  const tools = (change?: Partial<WritingTools>): WritingTools => bench.tools(authorizations, change);
  const recordOf = (found: readonly ResourceState[]): PublicationRecord => bench.recordOf(publication, found);

  const states = (): Promise<readonly ResourceState[]> => readStates(instance, plan, authorizations, signal);
  const publish = async (): Promise<PublicationRecord> => writeSteps(recordOf(await states()), tools());
  const put = async (path: string, properties: object): Promise<void> => {
    await instance.arm.put(instance.id + path, { properties }, { ifMatch: '*' });
  };
  const writes = (): string[] =>
    arm.requests
      .filter(({ method }) => method === 'PUT' || method === 'DELETE')
      .map(({ method, path, status }) => `${method} ${path.slice(instance.id.length)} ${status}`);

  it('writes the plan one after another, and nothing a second time', async () => {
    const record = await publish();
    assert.deepEqual(
      writes().map((each) => each.split(' ')[1]),
      plan.map(({ path }) => path),
    );
    assert.ok(record.steps.every(({ action, state }) => action === 'write' && state === 'done'));
    const after = await states();
    assert.deepEqual(new Set(after.map(({ state }) => state)), new Set(['same']));
    await writeSteps(recordOf(after), tools());
    assert.equal(writes().length, plan.length);
    assert.equal(log.length, plan.length);
  });

  it('keeps the key in what is sent alone', async () => {
    await publish();
    const { body } = await instance.arm.post(`${instance.id}/namedValues/azureml-demo-key/listValue`);
    assert.equal(asObject(body).value, authorization);
    const files = await readdir(join(folder, 'publications'));
    assert.deepEqual(files, ['one.json', 'open']);
    const text = await readFile(join(folder, 'publications', 'one.json'), 'utf8');
    assert.ok(!(text + log.join()).includes(key));
  });

  it('tells what is another from what is not, a stale key and a changed policy included', async () => {
    await publish();
    await put('/namedValues/azureml-demo-key', {
      displayName: 'azureml-demo-key',
      secret: true,
      value: 'Bearer old',
      tags: ['azureml'],
    });
    await put('/apis/azureml-demo/policies/policy', { format: 'rawxml', value: '<policies />' });
    const different = (await states()).filter(({ state }) => state === 'different');
    assert.deepEqual(
      different.map(({ planned }) => planned.kind),
      ['namedValue', 'apiPolicy'],
    );
    assert.ok(!JSON.stringify(different).includes('Bearer'));
  });

  it('writes over what was seen, and leaves what is to be kept', async () => {
    await put('/apis/azureml-demo', { displayName: 'Old', path: 'azureml-demo' });
    await put('/apis/azureml-demo/operations/bes-start', {
      displayName: 'Mine',
      method: 'POST',
      urlTemplate: '/x',
    });
    const found = await states();
    const record = recordOf(found);
    const steps = stepsFor(found, ({ planned }) => !planned.path.endsWith('/bes-start'));
    await writeSteps({ ...record, steps }, tools());
    const api = await instance.arm.get(`${instance.id}/apis/azureml-demo`);
    assert.equal(asObject(asObject(api.body).properties).displayName, 'AzureML Demo API');
    const kept = await instance.arm.get(`${instance.id}/apis/azureml-demo/operations/bes-start`);
    assert.equal(asObject(asObject(kept.body).properties).displayName, 'Mine');
  });

  it('stops where somebody else has written since it was looked at', async () => {
    const path = '/apis/azureml-demo/policies/policy';
    const writePolicy = (value: string): Promise<void> => put(path, { format: 'rawxml', value });
    await publish();
    await writePolicy('<policies><inbound /></policies>');
    const seen = recordOf(await states());
    await writePolicy('<policies><outbound /></policies>');
    await assert.rejects(writeSteps(seen, tools()), isChanged);
    const { body } = await instance.arm.get(instance.id + path);
    assert.match(String(asObject(asObject(body).properties).value), /<outbound \/>/);
  });

  it('stops where somebody else writes in the last instant', async () => {
    const path = '/namedValues/azureml-demo-key';
    const writeValue = (value: string): Promise<void> =>
      put(path, { displayName: 'azureml-demo-key', secret: true, value, tags: ['azureml'] });
    await publish();
    await writeValue('Bearer old');
    const record = recordOf(await states());
    arm.beforeNext(/^PATCH .*\/namedValues\/azureml-demo-key$/, () => writeValue('Bearer theirs'));
    await assert.rejects(writeSteps(record, tools()), isChanged);
    const { body } = await instance.arm.post(`${instance.id}${path}/listValue`);
    assert.equal(asObject(body).value, 'Bearer theirs');
  });

  it('brings the key alone up to date, and not over what somebody else writes meanwhile', async () => {
    const path = '/namedValues/azureml-demo-key';
    const policy = '/apis/azureml-demo/policies/policy';
    const valueNow = async (): Promise<unknown> =>
      asObject((await instance.arm.post(`${instance.id}${path}/listValue`)).body).value;
    const record = await publish();
    assert.equal(await keyUpdate(record, instance, authorizations, signal), undefined);
    await put(policy, { format: 'rawxml', value: '<policies><inbound /></policies>' });
    const rotated = new Map([['azureml-demo-key', 'Bearer rotated']]);
    const update = await keyUpdate(record, instance, rotated, signal);
    assert.ok(update);
    const before = writes().length;
    await writeSteps(update, tools({ authorizations: rotated }));
    assert.equal(await valueNow(), 'Bearer rotated');
    assert.equal(writes().length, before);
    assert.match(
      arm.requests.filter(({ method }) => method === 'PATCH').at(-1)?.path ?? '',
      /azureml-demo-key$/,
    );
    const again = await keyUpdate(record, instance, authorizations, signal);
    assert.ok(again);
    arm.beforeNext(/^PATCH .*\/namedValues\/azureml-demo-key$/, () =>
      put(path, { displayName: 'azureml-demo-key', secret: true, value: 'Bearer theirs', tags: ['azureml'] }),
    );
    await assert.rejects(writeSteps(again, tools()), isChanged);
    assert.equal(await valueNow(), 'Bearer theirs');
  });

  it('does not write over what appeared or went meanwhile', async () => {
    const before = recordOf(await states());
    await put('/apis/azureml-demo', { displayName: 'Theirs', path: 'azureml-demo' });
    await assert.rejects(writeSteps(before, tools()), isChanged);
    const with1 = recordOf(await states());
    await instance.arm.delete(`${instance.id}/apis/azureml-demo`, { ifMatch: '*' });
    await assert.rejects(writeSteps(with1, tools()), isChanged);
    assert.equal((await states())[0]?.state, 'missing');
  });

  it('does not take for its own what somebody else has made meanwhile', async () => {
    const policy = { format: 'rawxml', value: '<policies />' };
    const before = recordOf(await states());
    await put('/apis/azureml-demo', { displayName: 'Theirs', path: 'azureml-demo' });
    await put('/apis/azureml-demo/policies/policy', policy);
    await assert.rejects(writeSteps(before, tools()), isChanged);
    const [kept = before] = await store.list();
    const again = { ...kept, steps: stepsFor(await states(), () => true, kept.steps) };
    await put('/products/starter/apis/azureml-demo', {});
    const record = await writeSteps(again, tools());
    const removals = await findRemovals([record], instance, signal);
    assert.deepEqual(
      removals.map(({ planned }) => planned.kind),
      ['subscription', 'namedValue', ...gatewayOperations.map(() => 'operation')],
    );
    await remove(removable(removals));
    assert.deepEqual(await kindsThere(), ['api', 'namedValue', 'apiPolicy', 'productApi']);
  });

  it('changes only what the preview shows of what is there', async () => {
    await put('/apis/azureml-demo', { displayName: 'Old', path: 'azureml-demo', description: 'Of others' });
    await publish();
    const { body } = await instance.arm.get(`${instance.id}/apis/azureml-demo`);
    const { displayName, description } = asObject(asObject(body).properties);
    assert.deepEqual([displayName, description], ['AzureML Demo API', 'Of others']);
  });

  it('leaves lists that are as planned with what others have put into them, and shows those that are not', async () => {
    const path = '/apis/azureml-demo/operations/bes-start';
    const operation = async (): Promise<ResourceState> => {
      const found = (await states()).find(({ planned }) => planned.path === path);
      assert.ok(found);
      return found;
    };
    const { body } = (await operation()).planned;
    const described = (statusCode: number): object => {
      const examples = { default: { value: { Of: 'others' } } };
      const representations = [{ contentType: 'application/json', examples }];
      return { ...body?.properties, responses: [{ statusCode, description: 'OK', representations }] };
    };
    await put('/apis/azureml-demo', { displayName: 'Old', path: 'azureml-demo' });
    await put(path, { ...described(200), displayName: 'Old' });
    assert.doesNotMatch(jsonText((await operation()).existing), /others/);
    await publish();
    assert.equal((await operation()).state, 'same');
    const { properties } = asObject((await instance.arm.get(instance.id + path)).body);
    assert.match(jsonText(asObject(properties).responses), /others/);
    await put(path, described(202));
    assert.match(jsonText((await operation()).existing), /others/);
  });

  it('goes on after a kill between any two steps, and makes nothing twice', async () => {
    for (let kill = 1; kill <= plan.length; kill++) {
      const abort = new AbortController();
      let saves = 0;
      // The file says that a step is begun; then the window is gone, before or after the write.
      const save = async (record: PublicationRecord): Promise<void> => {
        await store.save(record);
        if (++saves === 2 * kill - 1) abort.abort();
      };
      await assert.rejects(writeSteps(recordOf(await states()), tools({ save, signal: abort.signal })));
      const [kept] = await store.list();
      assert.ok(kept);
      assert.equal(kept.steps.filter(({ state }) => state === 'done').length, kill - 1);
      const ended = await writeSteps(kept, tools());
      assert.ok((await states()).every(({ state }) => state === 'same'));
      await removeAll(ended);
    }
  });

  it('takes a write whose answer was lost for its own', async () => {
    arm.loseAnswers(/^PUT .*\/apis\/azureml-demo\/operations\/bes-start$/, 4);
    const first = await writeSteps(recordOf(await states()), tools()).catch(() => undefined);
    const [kept] = await store.list();
    assert.ok(kept);
    const record = first ?? (await writeSteps(kept, tools()));
    assert.ok((await states()).every(({ state }) => state === 'same'));
    await removeAll(record);
    assert.ok(!(await states()).some(({ state }) => state !== 'missing'));
  });

  it('unpublishes what it made and nothing else', async () => {
    await put('/apis/other', { displayName: 'Other', path: 'other' });
    const before = await names();
    const record = await publish();
    await removeAll(record);
    assert.deepEqual(await names(), before);
    assert.ok(before.some((name) => name.endsWith('/products/starter')));
  });

  it('leaves what was there before, when it unpublishes', async () => {
    await put('/apis/azureml-demo', { displayName: 'Old', path: 'azureml-demo' });
    await removeAll(await publish());
    assert.deepEqual(await kindsThere(), ['api']);
  });

  it('leaves the key to a policy that was there before, until that does without', async () => {
    const path = '/apis/azureml-demo/policies/policy';
    const before = { format: 'rawxml', value: '<policies><inbound><base /></inbound></policies>' };
    await put('/apis/azureml-demo', { displayName: 'Old', path: 'azureml-demo' });
    await put(path, before);
    const record = await publish();
    const removals = await findRemovals([record], instance, signal);
    const needed = removals.filter(({ neededBy }) => neededBy.length > 0);
    assert.deepEqual(
      needed.map(({ planned, neededBy }) => [planned.kind, ...neededBy]),
      [['namedValue', path]],
    );
    await remove(removable(removals));
    assert.deepEqual(await kindsThere(), ['api', 'namedValue', 'apiPolicy']);
    await put(path, before);
    await removeAll(record);
    assert.deepEqual(await kindsThere(), ['api', 'apiPolicy']);
  });

  it('asks before a product goes with the policy that others have given it', async () => {
    const publishTrial = async (limits: object, earlier?: PublicationRecord): Promise<PublicationRecord> => {
      const own = { ...publication, product: { ...trial, make: { ...trial.make, limits } } };
      const found = await readStates(instance, plannedResources(own), authorizations, signal);
      const steps = stepsFor(found, () => true, earlier?.steps);
      return writeSteps({ ...bench.recordOf(own, found), steps }, tools());
    };
    const first = await publishTrial({});
    const path = '/products/trial/policies/policy';
    await put(path, { format: 'rawxml', value: '<policies><inbound><base /></inbound></policies>' });
    const removals = await findRemovals([await publishTrial(starterLimits, first)], instance, signal);
    assert.deepEqual(
      removals.flatMap(({ foreign }) => foreign),
      [path],
    );
  });

  it('leaves what was being removed open, to be written again or removed', async () => {
    for (const next of ['written', 'removed']) {
      const record = { ...(await publish()), ended: true };
      await store.save(record);
      const abort = new AbortController();
      let records: readonly PublicationRecord[] = [record, { ...record, id: 'earlier' }];
      const removals = await findRemovals(records, instance, signal);
      const onStep = async ({ path }: PlannedResource, number: number): Promise<void> => {
        records = withRemovalBegun(records, path);
        for (const each of records) await store.save(each);
        if (number === 3) abort.abort();
      };
      const log = (): void => undefined;
      await assert.rejects(
        removeResources(removals, { instance, log, onStep, signal: abort.signal }),
        hasCode('Cancelled'),
      );
      const [open, ...others] = await store.open();
      assert.ok(open && others.length === 0);
      assert.equal((await kindsThere()).length, plan.length - 2);
      if (next === 'written') {
        await writeSteps(open, tools());
        assert.equal((await kindsThere()).length, plan.length);
      }
      await removeAll(open);
      assert.deepEqual(await kindsThere(), []);
    }
  });

  it('does not take all of an instance that is not found for gone', async () => {
    const record = await publish();
    for (const elsewhere of [/rg1/, /demoazureml$/, /subscriptions\/[^/]+/]) {
      const id = instance.id.replace(elsewhere, (name) => `${name.slice(0, -2)}ff`);
      assert.notEqual(id, instance.id);
      await assert.rejects(findRemovals([record], { ...instance, id }, signal), hasCode('InstanceNotFound'));
    }
    const inNone = instance.id.replace(/subscriptions\/[^/]+/, 'subscriptions/none');
    await assert.rejects(instance.arm.find(inNone), hasCode('SubscriptionNotFound'));
  });

  it('says what has changed since, or has something of others in it, and keeps what that needs', async () => {
    const record = await publish();
    await put('/apis/azureml-demo/operations/mine', {
      displayName: 'Mine',
      method: 'GET',
      urlTemplate: '/mine',
    });
    await put('/apis/azureml-demo/policies/policy', { format: 'rawxml', value: '<policies />' });
    const removals = await findRemovals([record], instance, signal);
    assert.deepEqual(
      removals.filter((each) => each.changed).map(({ planned }) => planned.kind),
      ['apiPolicy'],
    );
    assert.deepEqual(
      removals.flatMap(({ foreign }) => foreign),
      ['/apis/azureml-demo/operations/mine'],
    );
    const wanted = new Set(
      removals.map(({ planned }) => planned.path).filter((path) => !path.endsWith('/policy')),
    );
    const left = withoutNeeded(removals, wanted).map(({ planned }) => planned.kind);
    assert.ok(!left.includes('api') && !left.includes('namedValue') && left.includes('operation'));
    await remove(withoutNeeded(removals, wanted));
    assert.deepEqual(await kindsThere(), ['api', 'namedValue', 'apiPolicy']);
  });

  it('keeps the record of what a later publication leaves out', async () => {
    const record = await publish();
    const [first, ...others] = publication.operations;
    assert.ok(first && coversMade(publication, record));
    assert.ok(!coversMade({ ...publication, operations: others }, record));
    const steps = record.steps.map((step) => ({ ...step, made: !step.path.endsWith(`/${first.id}`) }));
    assert.ok(coversMade({ ...publication, operations: others }, { steps }));
  });

  it('removes at once what several publications of an API have made', async () => {
    const earlier = await publish();
    const [first, ...operations] = publication.operations;
    assert.ok(first);
    const fewer = { ...publication, operations };
    const found = await readStates(instance, plannedResources(fewer), authorizations, signal);
    const later = { ...earlier, publication: fewer, steps: stepsFor(found, () => true, earlier.steps) };
    const removals = await findRemovals([later, earlier], instance, signal);
    assert.deepEqual(
      removals.flatMap(({ foreign }) => foreign),
      [],
    );
    await remove(removals);
    assert.ok(!(await states()).some(({ state }) => state !== 'missing'));
  });

  it('does not delete with an API what others have put into it since they were asked about', async () => {
    const record = await publish();
    const removals = await findRemovals([record], instance, signal);
    await put('/products/unlimited/apis/azureml-demo', {});
    await assert.rejects(remove(removals), isChanged);
    const [api] = (await findRemovals([record], instance, signal)).filter(
      ({ foreign }) => foreign.length > 0,
    );
    assert.deepEqual(api?.foreign, ['/products/unlimited/apis/azureml-demo']);
    assert.equal((await instance.arm.get(`${instance.id}/apis/azureml-demo`)).status, 200);
  });

  it('does not delete the policies that others have given to what it made', async () => {
    const { keyName, ...withoutKey } = publication;
    assert.ok(keyName);
    const found = await readStates(instance, plannedResources(withoutKey), authorizations, signal);
    const record = await writeSteps({ ...recordOf(found), publication: withoutKey }, tools());
    const policies = [
      '/apis/azureml-demo/operations/bes-start/policies/policy',
      '/apis/azureml-demo/policies/policy',
    ];
    for (const path of policies)
      await put(path, { format: 'rawxml', value: '<policies><inbound><base /></inbound></policies>' });
    const removals = await findRemovals([record], instance, signal);
    assert.deepEqual(
      removals.flatMap(({ foreign }) => foreign),
      policies,
    );
  });

  it('makes a product with limits, and asks before it is deleted with the subscriptions of others', async () => {
    const own = { ...publication, product: trial };
    const found = await readStates(instance, plannedResources(own), authorizations, signal);
    const record = await writeSteps({ ...recordOf(found), publication: own }, tools());
    assert.deepEqual(await readLimits(instance, 'trial', signal), starterLimits);
    await put('/subscriptions/theirs', { scope: '/products/trial', displayName: 'Theirs', state: 'active' });
    const removals = await findRemovals([record], instance, signal);
    const inside = removals.filter(({ foreign }) => foreign.length > 0);
    assert.deepEqual(
      inside.map(({ planned, foreign }) => [planned.kind, ...foreign]),
      [['product', '/subscriptions/theirs']],
    );
    await remove(removals);
    const after = await readStates(instance, plannedResources(own), authorizations, signal);
    assert.ok(after.every(({ state }) => state === 'missing'));
  });

  it('lets developers see a product that it publishes, where there is a portal', async () => {
    const source = { serviceName: 'Service', baseUrl: 'http://127.0.0.1:5000', hasKey: true };
    const facts = await readInstance(instance, signal);
    const planOf = (published: boolean, of = facts): Publication =>
      publicationOf(
        { ...draftFor(source, facts), product: { ...trial, make: { ...trial.make, published } } },
        of,
        [],
      );
    const own = planOf(true);
    const hasLink = (each: Publication): boolean =>
      plannedResources(each).some(({ kind }) => kind === 'productGroup');
    assert.ok(hasLink(own) && !hasLink(planOf(false)));
    const { developers, ...withoutPortal } = facts;
    assert.ok(developers !== undefined && !hasLink(planOf(true, withoutPortal)));
    const found = await readStates(instance, plannedResources(own), authorizations, signal);
    const record = await writeSteps({ ...bench.recordOf(own, found), publication: own }, tools());
    assert.deepEqual(parsePublicationRecord(JSON.stringify(record)), record);
    const seenBy = async (): Promise<readonly unknown[]> => {
      const groups = await instance.arm.listAll(`${instance.id}/products/trial/groups`, groupSchema);
      return groups.map(({ properties }) => properties.displayName);
    };
    assert.deepEqual((await seenBy()).toSorted(), ['Administrators', 'Developers']);
    const after = await readStates(instance, plannedResources(own), authorizations, signal);
    assert.ok(after.every(({ state }) => state === 'same'));
    const removals = await findRemovals([record], instance, signal);
    await remove(removals.filter(({ planned }) => planned.kind === 'productGroup'));
    assert.deepEqual(await seenBy(), ['Administrators']);
    await removeAll(record);
    assert.equal(await instance.arm.find(`${instance.id}/products/trial`), undefined);
  });

  it('does not leave out what something else needs', async () => {
    const found = await states();
    const lacking = (...paths: string[]): readonly string[] =>
      missingNeeds(found, new Set(paths)).map(({ path }) => path);
    assert.deepEqual(lacking('/apis/azureml-demo/policies/policy'), [
      '/apis/azureml-demo',
      '/namedValues/azureml-demo-key',
    ]);
    assert.deepEqual(lacking('/apis/azureml-demo', '/subscriptions/azureml-demo-vscode'), []);
  });

  it('does not leave an API that leads elsewhere as it is when its key is written', async () => {
    const api = '/apis/azureml-demo';
    const ofOthers = { displayName: 'Theirs', path: 'azureml-demo', serviceUrl: 'http://127.0.0.1:6000' };
    await put(api, ofOthers);
    const lacking = async (...paths: string[]): Promise<readonly string[]> =>
      missingNeeds(await states(), new Set(paths)).map(({ path }) => path);
    assert.deepEqual(await lacking('/namedValues/azureml-demo-key'), [api]);
    assert.deepEqual(await lacking('/namedValues/azureml-demo-key', api), []);
    assert.deepEqual(await lacking('/subscriptions/azureml-demo-vscode'), []);
    for (const serviceUrl of [publication.serviceUrl, `${publication.serviceUrl}/`]) {
      await put(api, { ...ofOthers, serviceUrl });
      assert.deepEqual(await lacking('/namedValues/azureml-demo-key'), [], serviceUrl);
    }
    await put(api, { ...ofOthers, serviceUrl: `${publication.serviceUrl}/?code=1` });
    assert.deepEqual(await lacking('/namedValues/azureml-demo-key'), [api]);
  });

  it('does not say that a product has no limit which it has not read', async () => {
    for (let count = 1; count <= 20; count++) await put(`/products/more-${count}`, { displayName: 'More' });
    const { products } = await readInstance(instance, signal);
    assert.deepEqual(products.at(0)?.limits, starterLimits);
    assert.ok(products.length > 20 && products.at(-1)?.limits === undefined);
  });

  it('does not take a version of an API for one that is called by the URL suffix alone', async () => {
    const version = { displayName: 'Demo', path: 'azureml-demo', serviceUrl: publication.serviceUrl };
    await put('/apis/azureml-demo-v1', { ...version, apiVersion: 'v1' });
    const { apis } = await readInstance(instance, signal);
    assert.equal(apiIdOf({ path: 'azureml-demo' }, apis), 'azureml-demo');
    assert.ok(isOfVersions('AzureML-Demo', apis) && !isOfVersions('azureml', apis));
    await put('/apis/original', version);
    const { apis: both } = await readInstance(instance, signal);
    assert.equal(apiIdOf({ path: 'azureml-demo' }, both), 'original');
    assert.ok(!isOfVersions('azureml-demo', both));
  });

  it('starts from the guide, and from names of its own where those are taken', async () => {
    const source = { serviceName: 'Feature Hashing', baseUrl: 'http://127.0.0.1:5000', hasKey: true };
    const facts = await readInstance(instance, signal);
    assert.deepEqual(facts.products.find(({ product }) => product.name === 'starter')?.limits, starterLimits);
    assert.deepEqual(publicationOf(draftFor(source, facts), facts, []), publication);
    await publish();
    const later = await readInstance(instance, signal);
    const second = draftFor(source, later);
    assert.equal(`${second.displayName} ${second.path}`, 'Feature Hashing API feature-hashing');
    const existing = await readOperations(instance, 'azureml-demo', signal);
    const renamed = existing.map((each) => ({ ...each, name: `id-${each.name}` }));
    const again = publicationOf({ ...second, path: 'azureml-demo' }, later, renamed);
    assert.equal(again.apiId, 'azureml-demo');
    assert.deepEqual(
      again.operations.map(({ id }) => id),
      gatewayOperations.map(({ id }) => `id-${id}`),
    );
    const foreign = later.apis.map((each) => ({ ...each, name: 'Demo (old)' }));
    const taken = publicationOf({ ...second, path: 'azureml-demo' }, { ...later, apis: foreign }, []);
    assert.deepEqual([taken.apiId, taken.keyName], ['Demo (old)', 'demo-old-key']);
  });

  it('keeps operations apart', async () => {
    const source = { serviceName: 'Service', baseUrl: 'http://127.0.0.1:5000', hasKey: true };
    const facts = await readInstance(instance, signal);
    const draft = draftFor(source, facts);
    const [, submit, start] = draft.operations.map(({ operation }) => operation);
    assert.ok(submit && start);
    const urlTemplate = submit.urlTemplate.replace('{service}', '{endpoint}').toUpperCase();
    assert.equal(sameOperation(draft, { ...start, urlTemplate }), submit);
    assert.equal(sameOperation(draft, { ...start, urlTemplate, method: 'GET' }), undefined);
    for (const { operation } of draft.operations) assert.equal(sameOperation(draft, operation), undefined);
    // An API of others may have an id of ours for another operation.
    const { method } = submit;
    const properties = { ...submit, method, description: undefined, templateParameters: [] };
    const theirs = [{ id: '/theirs', name: start.id, properties }];
    const { operations } = publicationOf(draft, facts, theirs);
    assert.deepEqual(
      operations.map(({ id }) => id),
      ['rrs-execute', 'bes-start', 'bes-start-2', 'bes-status', 'bes-delete'],
    );
  });

  it('proposes no key of the service for a product that is open to anybody', async () => {
    const source = { serviceName: 'Service', baseUrl: 'http://127.0.0.1:5000', hasKey: true };
    await put('/products/starter', {
      displayName: 'Starter',
      subscriptionRequired: false,
      state: 'published',
    });
    const facts = await readInstance(instance, signal);
    assert.equal(publicationOf(draftFor(source, facts), facts, []).keyName, undefined);
  });

  async function kindsThere(): Promise<readonly string[]> {
    const there = (await states()).filter(({ state }) => state !== 'missing');
    return there.map(({ planned }) => planned.kind);
  }

  /** All that can be removed where everything is ticked. */
  function removable(removals: readonly Removal[]): readonly Removal[] {
    return withoutNeeded(removals, new Set(removals.map(({ planned }) => planned.path)));
  }

  async function removeAll(record: PublicationRecord): Promise<void> {
    const removals = await findRemovals([record], instance, signal);
    assert.deepEqual(
      removals.filter((each) => each.changed || each.foreign.length > 0 || each.neededBy.length > 0),
      [],
    );
    await remove(removals);
  }

  function remove(removals: readonly Removal[]): Promise<void> {
    return removeResources(removals, { instance, log: () => undefined, onStep: () => undefined, signal });
  }

  /** Everything that an instance has. */
  async function names(): Promise<readonly string[]> {
    const all: string[] = [];
    for (const kind of ['apis', 'products', 'namedValues', 'subscriptions', 'products/starter/apis']) {
      const { body } = await instance.arm.get(`${instance.id}/${kind}`);
      const { value } = asObject(body);
      if (Array.isArray(value)) all.push(...value.map((each) => `${kind} ${String(asObject(each).id)}`));
    }
    return all;
  }
});
