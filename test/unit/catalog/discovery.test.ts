import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Discovery } from '../../../src/catalog/discovery.ts';
import { ManagementClient } from '../../../src/catalog/managementClient.ts';
import type { Workspace } from '../../../src/catalog/model.ts';
import { sampleServices } from '../../../src/local-service/samples/index.ts';
import { eventually } from '../../support/eventually.ts';
import { LocalTestService } from '../local-service/localTestService.ts';
import { Bench } from '../transport/servers.ts';

describe('discovered services', () => {
  const bench = new Bench();
  let service: LocalTestService;
  let folder: string;
  let workspace: Workspace;
  let token: string | undefined;
  let asked: string[];
  let down: boolean;
  let changes: number;

  beforeEach(async () => {
    asked = [];
    down = false;
    changes = 0;
    folder = await mkdtemp(join(tmpdir(), 'discovery-'));
    service = await LocalTestService.start({
      // Two services of one name, as a service that was published anew.
      services: [...sampleServices, ...sampleServices.slice(0, 1)],
      fault: ({ method, url }) => {
        asked.push(`${method} ${url.split('/webservices')[1] ?? ''}`);
        return down ? 'reset' : undefined;
      },
    });
    const { workspaceId, workspaceToken, baseUrl, managementUrl } = service.local;
    token = workspaceToken;
    workspace = {
      name: 'Mine',
      workspaceId,
      baseUrl,
      managementUrl,
      auth: { type: 'apiKey' },
      style: 'workspaces',
      services: [],
      local: false,
    };
  });

  afterEach(async () => {
    await bench.close();
    await service.close();
    for (const each of opened.splice(0)) await each.saved();
    await rm(folder, { recursive: true });
  });

  const opened: Discovery[] = [];
  /** As in a window that was just opened. */
  function discovery(): Discovery {
    const http = bench.client();
    const opening = new Discovery({
      client: new ManagementClient(() => Promise.resolve(http)),
      path: join(folder, 'cache', 'services.json'),
      tokenOf: () => Promise.resolve(token),
      onDidChange: () => (changes += 1),
      log: () => undefined,
    });
    opened.push(opening);
    return opening;
  }

  function serviceId(name: string): string {
    return service.local.services.find((each) => each.name === name)?.serviceId ?? '';
  }

  const names = (found: Discovery): string[] => found.servicesOf(workspace).map(({ name }) => name);

  it('are listed once, all of them, without their endpoints', async () => {
    const found = discovery();
    await Promise.all([found.services(workspace), found.services(workspace)]);
    await found.services(workspace);
    assert.deepEqual(
      found.servicesOf(workspace).map((each) => [each.serviceId, each.name, each.endpoints.length]),
      service.local.services.map((each) => [each.serviceId, each.name, 0]),
    );
    assert.deepEqual(asked, ['GET ']);
    assert.equal(changes, 1);
  });

  it('get their endpoints when these are asked for, the default one first', async () => {
    const id = serviceId('AdultCensusIncome');
    const path = service.endpointPath('additional', 'AdultCensusIncome');
    const body = { ThrottleLevel: 'High', MaxConcurrentCalls: 9, DiagnosticsTraceLevel: 'Error' };
    await service.manage(path, { method: 'PUT', body });
    const found = discovery();
    await found.services(workspace);
    await found.endpoints(workspace, id);
    const scoring = found.servicesOf(workspace).find((each) => each.serviceId === id);
    assert.deepEqual(
      scoring?.endpoints.map(({ name }) => name),
      ['default', 'additional'],
    );
    assert.equal(
      scoring.endpoints[0]?.endpointId,
      service.local.services.find(({ serviceId: each }) => each === id)?.endpointId,
    );
    const { creationTime, helpLocation, ...facts } = scoring.endpoints[1]?.facts ?? {};
    assert.ok(!Number.isNaN(Date.parse(creationTime ?? '')));
    assert.match(
      helpLocation ?? '',
      new RegExp(`/apihelp/workspaces/.*${scoring.endpoints[1]?.endpointId}$`),
    );
    assert.deepEqual(facts, {
      throttleLevel: 'High',
      maxConcurrentCalls: 9,
      diagnosticsTraceLevel: 'Error',
      resources: ['Census Model [trained model]'],
    });
  });

  it('are known in the next window before and without an answer, and asked for again there', async () => {
    const first = discovery();
    await first.services(workspace);
    await first.endpoints(workspace, serviceId('CensusTraining'));
    await first.saved();
    const known = first.servicesOf(workspace);
    down = true;
    const second = discovery();
    await second.services(workspace);
    assert.deepEqual(second.servicesOf(workspace), known);
    await second.endpoints(workspace, serviceId('CensusTraining'));
    assert.deepEqual(second.servicesOf(workspace), known);
    assert.ok(asked.filter((each) => each === 'GET ').length > 1);
  });

  it('are asked for again when the user wants it', async () => {
    const found = discovery();
    await found.services(workspace);
    found.forgetAsked(workspace);
    await found.services(workspace);
    await eventually('second list', () => Promise.resolve(asked.length === 2 ? true : undefined));
  });

  it('are asked for again after a failure, which is told when nothing is known', async () => {
    const found = discovery();
    down = true;
    await assert.rejects(found.services(workspace), { code: 'ConnectionReset' });
    down = false;
    await found.services(workspace);
    assert.equal(names(found).length, service.local.services.length);
    down = true;
    await assert.rejects(found.endpoints(workspace, serviceId('CensusTraining')), {
      code: 'ConnectionReset',
    });
  });

  it('are not asked for without a token, or without a management API', async () => {
    token = undefined;
    const found = discovery();
    await found.services(workspace);
    token = 'token';
    const { managementUrl: without, ...rest } = workspace;
    assert.ok(without);
    await found.services(rest);
    assert.deepEqual(asked, []);
  });

  it('are not those of a workspace at another address', async () => {
    const found = discovery();
    await found.services(workspace);
    assert.deepEqual(found.servicesOf({ ...workspace, baseUrl: 'https://elsewhere.example' }), []);
  });

  it('have keys, which are not in the cache', async () => {
    const found = discovery();
    await found.services(workspace);
    const id = serviceId('AdultCensusIncome');
    await found.endpoints(workspace, id);
    const listed = found.servicesOf(workspace).find((each) => each.serviceId === id);
    const [entry] = listed?.endpoints ?? [];
    assert.ok(listed && entry);
    const address = { ...workspace, endpointId: entry.endpointId };
    const endpoint = { ...entry, workspace, service: listed, address, label: listed.name };
    const key = service.local.services.find((each) => each.serviceId === id)?.apiKey ?? '';
    assert.equal(await found.apiKey(endpoint), key);
    const byHand = { ...endpoint, service: { ...listed, discovered: false } };
    assert.equal(await found.apiKey(byHand), undefined);
    await found.saved();
    const cache = await readFile(join(folder, 'cache', 'services.json'), 'utf8');
    assert.ok(cache.includes(entry.endpointId));
    assert.ok(!cache.includes(key));
    assert.ok(!cache.includes(token ?? ''));
  });

  it('are listed anew when the cache is broken', async () => {
    const first = discovery();
    await first.services(workspace);
    await first.saved();
    await writeFile(join(folder, 'cache', 'services.json'), '{"x":');
    const second = discovery();
    await second.services(workspace);
    assert.equal(names(second).length, service.local.services.length);
  });
});
