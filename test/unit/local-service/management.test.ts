import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { censusColumns, originalModel } from '../../../src/local-service/samples/censusModel.ts';
import { sampleServices } from '../../../src/local-service/samples/index.ts';
import type { WebService } from '../../../src/local-service/webService.ts';
import type { ServiceSchema } from '../../../src/protocol/studio/serviceSchema.ts';
import { echoService, fetchOutput, LocalTestService } from './localTestService.ts';

interface ServiceView {
  readonly Id: string;
  readonly Name: string;
  readonly CreationTime: string;
  readonly DefaultEndpointName: string;
  readonly EndpointCount: number;
}

interface Location {
  readonly BaseLocation: string;
  readonly RelativeLocation: string;
  readonly SasBlobToken: string;
}

interface EndpointView {
  readonly Name: string;
  readonly Description: string;
  readonly CreationTime: string;
  readonly HelpLocation: string;
  readonly PrimaryKey: string;
  readonly SecondaryKey: string;
  readonly ApiLocation: string;
  readonly PreventUpdate: boolean;
  readonly MaxConcurrentCalls: number;
  readonly DiagnosticsTraceLevel: string;
  readonly ThrottleLevel: string;
  readonly Resources: readonly {
    readonly Name: string;
    readonly Kind: string;
    readonly Location: Location;
  }[];
}

const scoring = 'AdultCensusIncome';
const model = 'Census Model [trained model]';

/** A person whom the model of the data file puts far below 50,000. */
const person = ['20', 'Private', '9', 'Never-married', 'Other-service', 'Female', '0', '0', '20', 'true', ''];
const question = {
  Inputs: { input1: { ColumnNames: censusColumns.map(({ name }) => name), Values: [person] } },
};

async function json<T>(response: Response | Promise<Response>): Promise<T> {
  const answer = await response;
  assert.equal(answer.status, 200, await answer.clone().text());
  return (await answer.json()) as T;
}

function addEndpoint(service: LocalTestService, name: string, body: object = {}): Promise<EndpointView> {
  return json(service.manage(service.endpointPath(name, scoring), { method: 'PUT', body }));
}

function getEndpoint(service: LocalTestService, name = 'default'): Promise<EndpointView> {
  return json(service.manage(service.endpointPath(name, scoring)));
}

function listEndpoints(service: LocalTestService, name = scoring): Promise<EndpointView[]> {
  return json(service.manage(service.endpointPath('', name).replace(/\/$/, '')));
}

function patch(service: LocalTestService, name: string, body: object, token?: string): Promise<Response> {
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  return service.manage(service.endpointPath(name, scoring), { method: 'PATCH', body, headers });
}

function refresh(service: LocalTestService, name: string, OverwriteResources: unknown): Promise<Response> {
  const path = `${service.endpointPath(name, scoring)}/refresh`;
  return service.manage(path, { method: 'POST', body: { OverwriteResources } });
}

function executeAt({ ApiLocation, PrimaryKey }: EndpointView, key = PrimaryKey): Promise<Response> {
  return fetch(`${ApiLocation}/execute?api-version=2.0&details=true`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(question),
  });
}

/** Label and probability that an endpoint gives the person. */
async function score(endpoint: EndpointView): Promise<readonly [string, number]> {
  const { Results } = await json<{ Results: { output1: { value: { Values: string[][] } } } }>(
    executeAt(endpoint),
  );
  const [label = '', probability = ''] = Results.output1.value.Values[0] ?? [];
  return [label, Number(probability)];
}

/** Trains on rows in which those who earn little are the ones who earn much. */
async function retrain(service: LocalTestService): Promise<{ ilearner: Location; evaluation: string }> {
  const header = [...censusColumns.map(({ name }) => name), 'income'].join(',');
  const low = '20,Private,9,Never-married,Other-service,Female,0,0,20,true,,>50K';
  const high = '50,Private,16,Married-civ-spouse,Exec-managerial,Male,9000,0,60,true,,<=50K';
  const csv = [header, ...Array<string>(20).fill(low), ...Array<string>(20).fill(high), ''].join('\r\n');
  const Inputs = { input1: await service.upload('training.csv', csv) };
  const Outputs = {
    output1: service.reference('retrained/model.ilearner'),
    output2: service.reference('retrained/evaluation.csv'),
  };
  const id = await service.run({ Inputs, Outputs, GlobalParameters: {} }, 'CensusTraining');
  const { StatusCode, Results, Details } = await service.ended(id, 'CensusTraining');
  assert.equal(StatusCode, 'Finished', Details ?? '');
  assert.ok(Results?.['output1']);
  return { ilearner: Results['output1'], evaluation: await fetchOutput(Results['output2']) };
}

describe('the management API of the local service', () => {
  let service: LocalTestService;

  beforeEach(async () => {
    service = await LocalTestService.start({ services: [...sampleServices, ...sampleServices.slice(0, 1)] });
  });

  afterEach(() => service.close());

  it('lists the services, two of one name apart by their ids', async () => {
    const services = await json<ServiceView[]>(service.manage(''));
    assert.deepEqual(
      services.map(({ Id, Name }) => [Id, Name]),
      service.local.services.map(({ serviceId, name }) => [serviceId, name]),
    );
    const namesakes = services.filter(({ Name }) => Name === 'SimpleFeatureHashingExperiment');
    assert.equal(new Set(namesakes.map(({ Id }) => Id)).size, 2);
    assert.ok(services.every(({ EndpointCount }) => EndpointCount === 1));
    assert.match(services[0]?.CreationTime ?? '', /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/);
    const one = await json<ServiceView>(service.manage(`/${services[1]?.Id ?? ''}`));
    assert.deepEqual(one, services[1]);
  });

  it('has the keys and URLs of an endpoint, both of whose keys open it', async () => {
    const [endpoint] = await listEndpoints(service);
    assert.ok(endpoint);
    const described = service.local.services.find(({ name }) => name === scoring);
    assert.equal(endpoint.PrimaryKey, described?.apiKey);
    assert.equal(endpoint.ApiLocation, `${service.local.baseUrl}${service.path(scoring)}`);
    assert.notEqual(endpoint.PrimaryKey, endpoint.SecondaryKey);
    assert.equal((await executeAt(endpoint)).status, 200);
    assert.equal((await executeAt(endpoint, endpoint.SecondaryKey)).status, 200);
  });

  it('adds endpoints with ids and keys of their own, which are called directly and through the gateway', async () => {
    const before = await getEndpoint(service);
    const added = await addEndpoint(service, 'second', {
      Description: 'For the tests',
      ThrottleLevel: 'High',
    });
    assert.deepEqual(
      (await listEndpoints(service)).map(({ Name }) => Name),
      ['default', 'second'],
    );
    assert.equal(added.Description, 'For the tests');
    assert.notEqual(added.ApiLocation, before.ApiLocation);
    assert.deepEqual(await score(added), await score(before));
    assert.equal((await executeAt(added, before.PrimaryKey)).status, 401);
    const { baseUrl, gatewayUrl, subscriptionKey } = service.local;
    const throughGateway = added.ApiLocation.replace(baseUrl, gatewayUrl);
    const response = await fetch(`${throughGateway}/execute?api-version=2.0&details=true`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${added.PrimaryKey}`, 'Ocp-Apim-Subscription-Key': subscriptionKey },
      body: JSON.stringify(question),
    });
    assert.equal(response.status, 200);
    const [view] = (await json<ServiceView[]>(service.manage(''))).filter(({ Name }) => Name === scoring);
    assert.equal(view?.EndpointCount, 2);
  });

  it('changes what is given and leaves the rest', async () => {
    const { Description } = await addEndpoint(service, 'second', { Description: 'As it was' });
    const settings = { ThrottleLevel: 'High', MaxConcurrentCalls: 30, DiagnosticsTraceLevel: 'Error' };
    await json(patch(service, 'second', settings));
    const changed = await getEndpoint(service, 'second');
    const { ThrottleLevel, MaxConcurrentCalls, DiagnosticsTraceLevel } = changed;
    assert.deepEqual({ ThrottleLevel, MaxConcurrentCalls, DiagnosticsTraceLevel }, settings);
    assert.equal(changed.Description, Description);
    await json(patch(service, 'second', { ThrottleLevel: 'Low' }));
    assert.equal((await getEndpoint(service, 'second')).MaxConcurrentCalls, 4);
  });

  it("takes an endpoint's own key for calls about that endpoint alone", async () => {
    const { PrimaryKey, SecondaryKey } = await addEndpoint(service, 'second');
    const other = await addEndpoint(service, 'third');
    const settings = { DiagnosticsTraceLevel: 'All' };
    assert.equal((await patch(service, 'second', settings, PrimaryKey)).status, 200);
    assert.equal((await patch(service, 'second', settings, SecondaryKey)).status, 200);
    assert.equal((await patch(service, 'second', settings, other.PrimaryKey)).status, 401);
    const headers = { Authorization: `Bearer ${PrimaryKey}` };
    assert.equal((await service.manage('', { headers })).status, 401);
  });

  it('deletes an endpoint, which is not called any more', async () => {
    const endpoint = await addEndpoint(service, 'second');
    const path = service.endpointPath('second', scoring);
    assert.equal((await service.manage(path, { method: 'DELETE' })).status, 200);
    assert.equal((await service.manage(path)).status, 404);
    assert.match(await (await executeAt(endpoint)).text(), /WebServiceNotFound/);
    const again = await addEndpoint(service, 'second');
    assert.notEqual(again.ApiLocation, endpoint.ApiLocation);
    assert.equal((await executeAt(again)).status, 200);
  });

  it('leaves the default endpoint as it is', async () => {
    const path = service.endpointPath('default', scoring);
    const answers = [
      await patch(service, 'default', { ThrottleLevel: 'Low' }),
      await refresh(service, 'default', 'True'),
      await service.manage(path, { method: 'DELETE' }),
    ];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [400, 400, 400],
    );
    assert.equal((await getEndpoint(service)).ThrottleLevel, 'High');
  });

  it('has the swagger document and the help pages of an endpoint', async () => {
    const { HelpLocation, ApiLocation } = await addEndpoint(service, 'second');
    const id = ApiLocation.split('/').at(-1) ?? '';
    const documents = await Promise.all([
      json(service.manage(`${service.endpointPath(id, scoring)}/apidocument`)),
      json(service.manage(`${service.endpointPath('second', scoring)}/apidocument`)),
      json(fetch(`${ApiLocation}/swagger.json`)),
    ]);
    assert.deepEqual(documents[0], documents[2]);
    assert.deepEqual(documents[1], documents[2]);
    for (const [page, text] of [
      ['', '/execute?api-version=2.0'],
      ['/score', '/execute?api-version=2.0'],
      ['/jobs', '/jobs/JOB/start'],
      ['/update', model],
    ] as const) {
      const response = await fetch(`${HelpLocation}${page}`);
      assert.match(response.headers.get('content-type') ?? '', /^text\/html/);
      assert.ok((await response.text()).includes(text), page);
    }
    const updateOfDefault = await fetch(`${(await getEndpoint(service)).HelpLocation}/update`);
    assert.match(await updateOfDefault.text(), /default endpoint cannot be updated/);
    assert.equal((await fetch(`${HelpLocation}/other`)).status, 404);
  });
});

describe('retraining in the local service', () => {
  let service: LocalTestService;
  let ilearner: Location;
  let evaluation: string;

  before(async () => {
    service = await LocalTestService.start();
    ({ ilearner, evaluation } = await retrain(service));
  });

  after(() => service.close());

  it('writes a trained model and two lines about it', () => {
    const lines = evaluation.trimEnd().split('\r\n');
    assert.equal(lines.length, 2);
    assert.equal(lines[0], 'Accuracy,Precision,Recall,F-Score,AUC,Average Log Loss,Training Log Loss');
    assert.match(lines[1] ?? '', /^1,1,1,1,1,0\.\d+,\d+\.\d+$/);
    assert.match(ilearner.RelativeLocation, /retrained\/model\.ilearner$/);
  });

  it('changes the answer of the endpoint that is patched, and of no other', async () => {
    const patched = await addEndpoint(service, 'patched');
    const untouched = await addEndpoint(service, 'untouched');
    const before = await score(patched);
    assert.equal(before[0], '<=50K');
    await json(patch(service, 'patched', { Resources: [{ Name: model, Location: ilearner }] }));
    const after = await score(patched);
    assert.equal(after[0], '>50K');
    assert.deepEqual(await score(untouched), before);
    assert.deepEqual(await score(await getEndpoint(service)), before);
    const [resource] = (await getEndpoint(service, 'patched')).Resources;
    assert.equal(resource?.Name, model);
    assert.equal(resource.Location.RelativeLocation, ilearner.RelativeLocation);
  });

  it('is undone by a refresh that overwrites resources, which then finds nothing to do', async () => {
    const endpoint = await addEndpoint(service, 'refreshed');
    const before = await score(endpoint);
    await json(patch(service, 'refreshed', { Resources: [{ Name: model, Location: ilearner }] }));
    assert.equal((await refresh(service, 'refreshed', 'False')).status, 304);
    assert.notDeepEqual(await score(endpoint), before);
    assert.equal((await refresh(service, 'refreshed', 'True')).status, 200);
    assert.deepEqual(await score(endpoint), before);
    assert.equal((await refresh(service, 'refreshed', true)).status, 304);
  });

  it('goes back with the model that the default endpoint lists', async () => {
    const endpoint = await addEndpoint(service, 'back');
    const before = await score(endpoint);
    const [own] = (await getEndpoint(service)).Resources;
    await json(patch(service, 'back', { Resources: [{ Name: model, Location: ilearner }] }));
    await json(patch(service, 'back', { Resources: [{ Name: model, Location: own?.Location }] }));
    assert.deepEqual(await score(endpoint), before);
    assert.equal(own?.Kind, 'TrainedModel');
    const { BaseLocation, RelativeLocation, SasBlobToken } = own.Location;
    const file = await json<{ model: unknown }>(fetch(BaseLocation + RelativeLocation + SasBlobToken));
    assert.deepEqual(file.model, originalModel);
  });

  it('gives outputs that are left out the extension of a trained model', async () => {
    const Inputs = { input1: service.reference('training.csv') };
    const id = await service.run({ Inputs, GlobalParameters: {} }, 'CensusTraining');
    const { Results } = await service.ended(id, 'CensusTraining');
    assert.match(Results?.['output1']?.RelativeLocation ?? '', /\.ilearner$/);
    assert.match(Results?.['output2']?.RelativeLocation ?? '', /\.csv$/);
  });
});

describe('what the management API changed', () => {
  let dataFolder: string;

  beforeEach(async () => {
    dataFolder = await mkdtemp(join(tmpdir(), 'management-'));
  });

  afterEach(() => rm(dataFolder, { recursive: true, force: true }));

  it('is there after a restart: endpoints, keys, settings, and a model whose blob is gone', async () => {
    const first = await LocalTestService.start({ dataFolder });
    const { ilearner } = await retrain(first);
    const settings = { ThrottleLevel: 'High', MaxConcurrentCalls: 7, DiagnosticsTraceLevel: 'All' };
    await addEndpoint(first, 'kept', settings);
    await json(patch(first, 'kept', { Resources: [{ Name: model, Location: ilearner }] }));
    await addEndpoint(first, 'deleted');
    await first.manage(first.endpointPath('deleted', scoring), { method: 'DELETE' });
    const before = await getEndpoint(first, 'kept');
    const answer = await score(before);
    await first.container.getBlockBlobClient('retrained/model.ilearner').delete();
    await first.close();

    const second = await LocalTestService.start({ dataFolder });
    try {
      const names = (await listEndpoints(second)).map(({ Name }) => Name);
      assert.deepEqual(names, ['default', 'kept']);
      const after = await getEndpoint(second, 'kept');
      assert.deepEqual(after, before);
      assert.deepEqual(await score(after), answer);
    } finally {
      await second.close();
    }
  });

  it('leaves no job of an endpoint that was deleted on the disk', async () => {
    const service = await LocalTestService.start({ dataFolder });
    try {
      const { ApiLocation, PrimaryKey } = await addEndpoint(service, 'second');
      const Inputs = { input1: await service.upload('a.csv', 'x') };
      const submitted = await fetch(`${ApiLocation}/jobs?api-version=2.0`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${PrimaryKey}` },
        body: JSON.stringify({ Inputs }),
      });
      const job = await json<string>(submitted);
      assert.deepEqual(await readdir(join(dataFolder, 'jobs')), [`${job}.json`]);
      await service.manage(service.endpointPath('second', scoring), { method: 'DELETE' });
      assert.deepEqual(await readdir(join(dataFolder, 'jobs')), []);
    } finally {
      await service.close();
    }
  });

  it('is kept while its service is not there', async () => {
    const first = await LocalTestService.start({ dataFolder });
    await addEndpoint(first, 'kept');
    await first.close();
    const without = await LocalTestService.start({ dataFolder, services: sampleServices.slice(0, 1) });
    const path = without.endpointPath('added');
    assert.equal((await without.manage(path, { method: 'PUT', body: {} })).status, 200);
    await without.close();
    const again = await LocalTestService.start({ dataFolder });
    try {
      assert.equal((await getEndpoint(again, 'kept')).Name, 'kept');
      assert.equal((await again.manage(again.endpointPath('added'))).status, 200);
    } finally {
      await again.close();
    }
  });

  it('does not need a data folder that knew creation times', async () => {
    const first = await LocalTestService.start({ dataFolder });
    const [{ apiKey } = { apiKey: '' }] = first.local.services;
    await first.close();
    const path = join(dataFolder, 'identity.json');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace(/,\s*"creationTime": "[^"]*"/g, ''));
    const second = await LocalTestService.start({ dataFolder });
    const created = (await getEndpoint(second)).CreationTime;
    assert.equal(second.local.services[0]?.apiKey, apiKey);
    await second.close();
    const third = await LocalTestService.start({ dataFolder });
    try {
      assert.equal((await getEndpoint(third)).CreationTime, created);
    } finally {
      await third.close();
    }
  });
});

describe('the concurrency of an endpoint', () => {
  const schema: ServiceSchema = { title: 'Slow', inputs: [], outputs: [], globalParameters: [] };
  const waiting: (() => void)[] = [];
  let arrived: () => void = () => undefined;
  const slow: WebService = {
    ...echoService(schema),
    bind: () => ({
      outputs: [],
      run: () =>
        new Promise<void>((resolve) => {
          waiting.push(resolve);
          arrived();
        }),
    }),
  };

  it('is what the management API set it to', async () => {
    const service = await LocalTestService.start({ services: [slow] });
    try {
      const body = { ThrottleLevel: 'High', MaxConcurrentCalls: 2 };
      const added = service.manage(service.endpointPath('narrow'), { method: 'PUT', body });
      const { ApiLocation, PrimaryKey } = await json<EndpointView>(added);
      const call = (): Promise<Response> =>
        fetch(`${ApiLocation}/execute?api-version=2.0`, {
          method: 'POST',
          headers: { Authorization: `Bearer ${PrimaryKey}` },
          body: '{}',
        });
      const bothArrived = new Promise<void>((resolve) => {
        arrived = () => {
          if (waiting.length === 2) resolve();
        };
      });
      const first = [call(), call()];
      await bothArrived;
      const third = await call();
      assert.equal(third.status, 503);
      for (const go of waiting) go();
      assert.deepEqual(
        (await Promise.all(first)).map(({ status }) => status),
        [200, 200],
      );
    } finally {
      await service.close();
    }
  });
});
