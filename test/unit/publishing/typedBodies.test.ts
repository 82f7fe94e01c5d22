import assert from 'node:assert/strict';
import { bodyTypesIn } from '../../../src/protocol/apim/bodyTypes.ts';
import { plannedResources, type Publication } from '../../../src/protocol/apim/publication.ts';
import { asObject } from '../../../src/protocol/json.ts';
import { draftFor, publicationOf } from '../../../src/publishing/draft.ts';
import { readInstance } from '../../../src/publishing/instanceFacts.ts';
import { parsePublicationRecord, type PublicationRecord } from '../../../src/publishing/publicationRecord.ts';
import { findRemovals } from '../../../src/publishing/removing.ts';
import { readStates, type ResourceState } from '../../../src/publishing/resourceStates.ts';
import { writeSteps } from '../../../src/publishing/writing.ts';
import { officialClient } from '../arm/officialClient.ts';
import { LocalTestService } from '../local-service/localTestService.ts';
import { isChanged } from './failures.ts';
import { authorizations, publication as untyped, PublishingBench } from './publishingBench.ts';

const { signal } = new AbortController();
const schemaPath = '/apis/azureml-demo/schemas/service-swagger';

/** The service's swagger document becomes a schema of the API, which stays the guide's otherwise. */
describe('publishing with typed bodies', () => {
  let service: LocalTestService;
  let bench: PublishingBench;
  let publication: Publication;

  before(async () => {
    service = await LocalTestService.start();
  });
  after(() => service.close());

  beforeEach(async () => {
    bench = await PublishingBench.start();
    const document = await (await fetch(`${service.local.baseUrl}${service.path()}/swagger.json`)).text();
    const facts = await readInstance(bench.instance, signal);
    const source = { serviceName: 'Service', baseUrl: service.local.baseUrl, hasKey: true };
    const draft = { ...draftFor(source, facts), bodyTypes: bodyTypesIn(document) };
    publication = publicationOf(draft, facts, []);
  });
  afterEach(() => bench.close());

  const states = (wanted = publication): Promise<readonly ResourceState[]> =>
    readStates(bench.instance, plannedResources(wanted), authorizations, signal);
  const publish = async (wanted = publication): Promise<PublicationRecord> =>
    writeSteps(bench.recordOf(wanted, await states(wanted)), bench.tools(authorizations));

  it('leaves what the guide has as it is, and types it as the official client reads it', async () => {
    await publish();
    assert.deepEqual(new Set((await states()).map(({ state }) => state)), new Set(['same']));
    const client = officialClient(bench.arm);
    const api = ['rg1', 'demoazureml', 'azureml-demo'] as const;
    const schema = await client.apiSchema.get(...api, 'service-swagger');
    assert.equal(schema.contentType, 'application/vnd.ms-azure-apim.swagger.definitions+json');
    assert.deepEqual(schema.definitions, publication.definitions);
    const { urlTemplate, request, responses } = await client.apiOperation.get(...api, 'rrs-execute');
    assert.equal(urlTemplate, untyped.operations[0]?.urlTemplate);
    const type = { contentType: 'application/json', schemaId: 'service-swagger' };
    assert.deepEqual(request?.representations, [{ ...type, typeName: 'ExecutionRequest' }]);
    assert.deepEqual(responses?.[0]?.representations, [{ ...type, typeName: 'ExecutionResults' }]);
    assert.deepEqual(
      request.queryParameters?.map(({ name, required, values }) => ({ name, required, values })),
      [{ name: 'format', required: false, values: ['swagger'] }],
    );
  });

  it('can be called as before, and with what the types say', async () => {
    await publish();
    const { body } = await bench.instance.arm.post(
      `${bench.instance.id}/subscriptions/azureml-demo-vscode/listSecrets`,
    );
    const gateway = asObject(asObject((await bench.instance.arm.get(bench.instance.id)).body).properties);
    const apiKey = service.local.services[0]?.apiKey ?? '';
    const { instance } = bench;
    await instance.arm.patch(
      `${instance.id}/namedValues/azureml-demo-key`,
      { properties: { value: `Bearer ${apiKey}` } },
      { ifMatch: '*' },
    );
    const call = async (query: string, inputs: unknown): Promise<string> => {
      const url = `${String(gateway.gatewayUrl)}/azureml-demo${service.path()}/execute?api-version=2.0&details=true`;
      const answer = await fetch(url + query, {
        method: 'POST',
        headers: { 'Ocp-Apim-Subscription-Key': String(asObject(body).primaryKey) },
        body: JSON.stringify({ Inputs: { input1: inputs } }),
      });
      assert.equal(answer.status, 200);
      return answer.text();
    };
    assert.match(await call('', { ColumnNames: ['Col2'], Values: [['a good day']] }), /"Values":\[\[/);
    assert.match(await call('&format=swagger', [{ Col2: 'a good day' }]), /"output1":\[\{/);
  });

  it('writes the types before what refers to them, over those that were seen, and nothing twice', async () => {
    const record = await publish();
    const paths = record.steps.map(({ path }) => path);
    assert.ok(paths.indexOf(schemaPath) < paths.indexOf('/apis/azureml-demo/operations/rrs-execute'));
    const before = bench.arm.requests.length;
    const { definitions = {} } = publication;
    const changed = { ...publication, definitions: { ...definitions, GlobalParameters: { type: 'object' } } };
    const found = await states(changed);
    assert.deepEqual(
      found.filter(({ state }) => state === 'different').map(({ planned }) => planned.path),
      [schemaPath],
    );
    await writeSteps(bench.recordOf(changed, found), bench.tools(authorizations));
    const written = bench.arm.requests.slice(before).filter(({ method }) => method !== 'GET');
    assert.deepEqual(
      written
        .filter(({ path }) => !path.endsWith('/listValue'))
        .map(({ method, path }) => `${method} ${path}`),
      [`PUT ${bench.instance.id}${schemaPath}`],
    );
    const schema = (await states(changed)).find(({ planned }) => planned.kind === 'schema');
    assert.equal(schema?.state, 'same');
  });

  it('does not write over the types that somebody else writes meanwhile', async () => {
    await publish();
    const theirs = async (): Promise<void> => {
      const properties = {
        contentType: 'application/vnd.ms-azure-apim.swagger.definitions+json',
        document: { definitions: { Theirs: { type: 'object' } } },
      };
      await bench.instance.arm.put(bench.instance.id + schemaPath, { properties }, { ifMatch: '*' });
    };
    const changed = { ...publication, definitions: { Ours: { type: 'object' } } };
    const record = bench.recordOf(changed, await states(changed));
    bench.arm.beforeNext(/^PUT .*\/schemas\/service-swagger$/, theirs);
    await assert.rejects(writeSteps(record, bench.tools(authorizations)), isChanged);
    const { body } = await bench.instance.arm.get(bench.instance.id + schemaPath);
    assert.match(JSON.stringify(body), /Theirs/);
  });

  it('keeps them in the record, goes on after a kill, and removes them', async () => {
    const abort = new AbortController();
    const save = async (record: PublicationRecord): Promise<void> => {
      await bench.store.save(record);
      if (record.steps.some(({ path, state }) => path === schemaPath && state === 'begun')) abort.abort();
    };
    const killed = bench.tools(authorizations, { save, signal: abort.signal });
    await assert.rejects(writeSteps(bench.recordOf(publication, await states()), killed));
    const [kept] = await bench.store.list();
    assert.deepEqual(kept?.publication, publication);
    assert.deepEqual(parsePublicationRecord(JSON.stringify(kept)), kept);
    const record = await writeSteps(kept, bench.tools(authorizations));
    assert.deepEqual(new Set((await states()).map(({ state }) => state)), new Set(['same']));
    const removals = await findRemovals([record], bench.instance, signal);
    assert.ok(removals.some(({ planned }) => planned.kind === 'schema'));
    assert.ok(!removals.some(({ changed, foreign }) => changed || foreign.length > 0));
    await bench.unpublish(record);
    assert.deepEqual(new Set((await states()).map(({ state }) => state)), new Set(['missing']));
  });
});
