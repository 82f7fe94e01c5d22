import assert from 'node:assert/strict';
import { keyChoicePolicy } from '../../../src/protocol/apim/policies.ts';
import { writePolicy } from '../../../src/protocol/apim/policyXml.ts';
import { plannedResources, type Publication } from '../../../src/protocol/apim/publication.ts';
import { asObject } from '../../../src/protocol/json.ts';
import { draftFor, publicationOf } from '../../../src/publishing/draft.ts';
import { readInstance } from '../../../src/publishing/instanceFacts.ts';
import { keyUpdate } from '../../../src/publishing/keyUpdate.ts';
import { newestOfEachApi, recordsWithKey } from '../../../src/publishing/newestRecords.ts';
import {
  isAbout,
  parsePublicationRecord,
  type PublicationRecord,
  publishedEndpoints,
} from '../../../src/publishing/publicationRecord.ts';
import {
  type Authorizations,
  readStates,
  type ResourceState,
} from '../../../src/publishing/resourceStates.ts';
import { writeSteps } from '../../../src/publishing/writing.ts';
import { LocalTestService } from '../local-service/localTestService.ts';
import { PublishingBench } from './publishingBench.ts';

const { signal } = new AbortController();
const names = ['SimpleFeatureHashingExperiment', 'AdultCensusIncome'];

/** The gateway adds the key of the endpoint that is called, and no key to the calls of others. */
describe('publishing one API for several endpoints', () => {
  let service: LocalTestService;
  let bench: PublishingBench;
  let publication: Publication;
  let authorizations: Authorizations;

  before(async () => {
    service = await LocalTestService.start();
  });
  after(() => service.close());

  const of = (name: string): (typeof service.local.services)[number] => {
    const found = service.local.services.find((each) => each.name === name);
    assert.ok(found);
    return found;
  };

  beforeEach(async () => {
    bench = await PublishingBench.start();
    publication = await publicationFor('service');
    const keys = publication.endpointKeys ?? [];
    authorizations = new Map(keys.map(({ label, keyName }) => [keyName, `Bearer ${of(label).apiKey}`]));
  });
  afterEach(() => bench.close());

  /** @param parameter of the templates, which says which service is called */
  async function publicationFor(parameter: string): Promise<Publication> {
    const facts = await readInstance(bench.instance, signal);
    const source = { serviceName: 'Service', baseUrl: service.local.baseUrl, hasKey: true };
    const endpoints = names.map((label) => ({ label, endpointId: of(label).endpointId }));
    const draft = { ...draftFor(source, facts), key: 'calledEndpoint' as const };
    const operations = draft.operations.map(({ operation, included }) => {
      const urlTemplate = operation.urlTemplate.replace('{service}', `{${parameter}}`);
      return { included, operation: { ...operation, urlTemplate } };
    });
    return publicationOf({ ...draft, operations }, facts, [], endpoints);
  }

  const states = (): Promise<readonly ResourceState[]> =>
    readStates(bench.instance, plannedResources(publication), authorizations, signal);
  const publish = async () =>
    writeSteps(bench.recordOf(publication, await states()), bench.tools(authorizations));

  async function call(endpointId: string, headers: Record<string, string> = {}): Promise<Response> {
    const { arm, id } = bench.instance;
    const { body } = await arm.post(`${id}/subscriptions/azureml-demo-vscode/listSecrets`);
    const { gatewayUrl } = asObject(asObject((await arm.get(id)).body).properties);
    const path = `/workspaces/${service.local.workspaceId}/services/${endpointId}`;
    return fetch(`${String(gatewayUrl)}/azureml-demo${path}/jobs/none?api-version=2.0`, {
      headers: { 'Ocp-Apim-Subscription-Key': String(asObject(body).primaryKey), ...headers },
    });
  }

  /** Without a job of that name the service answers 404 to who has its key, and 401 to who has another or none. */
  const isAuthorized = async (endpointId: string): Promise<boolean> => {
    const answer = await call(endpointId);
    const { error } = asObject(await answer.json());
    return answer.status === 404 && error !== undefined;
  };

  it('has the key of the endpoint that is called, in whichever case its id is', async () => {
    await publish();
    for (const name of names) {
      assert.ok(await isAuthorized(of(name).endpointId), name);
      assert.ok(await isAuthorized(of(name).endpointId.toUpperCase()), name);
    }
  });

  it('takes the endpoint from the parameter of the templates, whatever that is called', async () => {
    publication = await publicationFor('endpoint');
    await publish();
    for (const name of names) assert.ok(await isAuthorized(of(name).endpointId), name);
  });

  it('lets no call of another endpoint through, even with the key of that', async () => {
    await publish();
    const other = of('RestaurantRecommender');
    const answer = await call(other.endpointId, { Authorization: `Bearer ${other.apiKey}` });
    assert.equal(answer.status, 404);
    assert.deepEqual(await answer.json(), { statusCode: 404, message: 'Resource not found' });
  });

  it('compares with an id as it is, whatever that holds', () => {
    const endpoints = [{ endpointId: 'a") || true || ("{{other-key}}', keyName: 'own-key' }];
    const policy = writePolicy(keyChoicePolicy(endpoints, ['service']));
    const [condition = ''] = /(?<=Equals\().*?(?=, StringComparison)/.exec(policy) ?? [];
    assert.equal(JSON.parse(condition), endpoints[0]?.endpointId);
    assert.deepEqual(policy.match(/\{\{.*?\}\}/g), ['{{own-key}}']);
    assert.doesNotMatch(condition.slice(1, -1), /"/);
  });

  it('has a named value for each, of which one alone is brought up to date', async () => {
    const record = await publish();
    const [first, second] = publication.endpointKeys ?? [];
    assert.ok(first && second);
    const rotated = new Map([[second.keyName, 'Bearer rotated']]);
    const update = await keyUpdate(record, bench.instance, rotated, signal);
    assert.ok(update);
    await writeSteps(update, bench.tools(rotated));
    assert.ok(await isAuthorized(first.endpointId));
    assert.equal((await call(second.endpointId)).status, 401);
  });

  it('is known as the one of all of them, and is removed with all their keys', async () => {
    const record = await publish();
    assert.deepEqual(parsePublicationRecord(JSON.stringify(record)), record);
    assert.deepEqual(
      publishedEndpoints(record).slice(1),
      names.map((name) => of(name).endpointId),
    );
    const { endpointId } = of('AdultCensusIncome');
    const workspace = { name: record.endpoint.workspace, baseUrl: service.local.baseUrl, workspaceId: 'w' };
    assert.ok(isAbout(record, { endpointId, workspace }));
    assert.ok(!isAbout(record, { endpointId, workspace: { ...workspace, name: 'Another' } }));
    await bench.unpublish(record);
    assert.deepEqual(new Set((await states()).map(({ state }) => state)), new Set(['missing']));
  });

  it('offers for an update of a key the newest publication of each API that adds keys', () => {
    const [first] = publication.endpointKeys ?? [];
    assert.ok(first);
    const { endpointKeys, ...withoutKeys } = publication;
    assert.ok(endpointKeys);
    const { endpointId } = first;
    const recordOf = (change: Partial<Publication>, id: string) => ({
      ...bench.recordOf({ ...withoutKeys, ...change }, []),
      id,
      endpoint: { workspace: 'Local', endpointId, label: 'Service' },
    });
    const several = recordOf({ endpointKeys }, 'several');
    const single = recordOf({ keyName: 'azureml-demo-key' }, 'single');
    const none = recordOf({}, 'none');
    const others = recordOf({ endpointKeys: endpointKeys.slice(1) }, 'others');
    const elsewhere = recordOf({ apiId: 'elsewhere', keyName: 'elsewhere-key' }, 'elsewhere');
    const offered = (...records: PublicationRecord[]): readonly string[] =>
      recordsWithKey(records, endpointId).map(({ id }) => id);
    assert.deepEqual(offered(several, elsewhere, single), ['several', 'elsewhere']);
    assert.deepEqual(offered(none, single), ['single']);
    assert.deepEqual(offered(others, single), []);
    const newest = newestOfEachApi([several, elsewhere, single]);
    assert.deepEqual(newest, [several, elsewhere]);
  });

  it('keeps apart endpoints whose labels are the same', async () => {
    const facts = await readInstance(bench.instance, signal);
    const source = { serviceName: 'Service', baseUrl: service.local.baseUrl, hasKey: true };
    const draft = { ...draftFor(source, facts), key: 'calledEndpoint' as const };
    const twins = [1, 2].map((id) => ({ label: 'Twin', endpointId: `id-${id}` }));
    const single = { label: 'Single', endpointId: 'id-3' };
    const { endpointKeys = [] } = publicationOf(draft, facts, [], [...twins, single]);
    assert.deepEqual(
      endpointKeys.map(({ keyName }) => keyName),
      ['azureml-demo.twin.id-1-key', 'azureml-demo.twin.id-2-key', 'azureml-demo.single-key'],
    );
    const dotted = {
      id: '/apis/d',
      name: 'azureml-demo.single',
      properties: { path: 'dotted', protocols: ['https'] },
    };
    const other = publicationOf(
      { ...draft, path: 'dotted', key: 'endpoint' },
      { ...facts, apis: [dotted] },
      [],
    );
    assert.deepEqual([other.apiId, other.keyName], ['azureml-demo.single', 'azureml-demo-single-key']);
  });
});
