import assert from 'node:assert/strict';
import { ManagementClient, type ManagementAccess } from '../../../src/catalog/managementClient.ts';
import { Failure } from '../../../src/protocol/failure.ts';
import { serviceUrl } from '../../../src/protocol/studio/urls.ts';
import { LocalTestService } from '../local-service/localTestService.ts';
import { Bench } from '../transport/servers.ts';

describe('the client of the management API', () => {
  const bench = new Bench();
  let service: LocalTestService;
  let client: ManagementClient;
  let access: ManagementAccess;

  before(async () => {
    service = await LocalTestService.start();
  });

  after(() => service.close());

  beforeEach(() => {
    const http = bench.client();
    client = new ManagementClient(() => Promise.resolve(http));
    const { managementUrl, workspaceId, workspaceToken: token } = service.local;
    access = { managementUrl, workspaceId, token };
  });

  afterEach(() => bench.close());

  function endpoint(name: string): { serviceId: string; endpoint: string } {
    const scoring = service.local.services.find((each) => each.name === 'AdultCensusIncome');
    return { serviceId: scoring?.serviceId ?? '', endpoint: name };
  }

  function good<T>(value: T | Failure): T {
    if (value instanceof Failure) throw value;
    return value;
  }

  function assertFailed(value: unknown, code: string, status?: number): Failure {
    assert.ok(value instanceof Failure, `it is ${JSON.stringify(value)}`);
    assert.deepEqual([value.code, value.status], [code, status]);
    return value;
  }

  it('lists services and endpoints, keys apart', async () => {
    const services = good(await client.listServices(access));
    assert.deepEqual(
      services.map(({ id, name }) => [id, name]),
      service.local.services.map(({ serviceId, name }) => [serviceId, name]),
    );
    const [first] = service.local.services;
    const reference = { serviceId: first?.serviceId ?? '', endpoint: 'default' };
    const [listed] = good(await client.listEndpoints(access, reference.serviceId));
    assert.ok(listed?.address);
    assert.equal(serviceUrl(listed.address), `${service.local.baseUrl}${service.path()}`);
    assert.doesNotMatch(JSON.stringify(listed), /==/);
    assert.deepEqual(listed, good(await client.getEndpoint(access, reference)));
    assert.equal(good(await client.keysOf(access, reference)).primary, first?.apiKey);
  });

  it('adds an endpoint, changes it and deletes it', async () => {
    const reference = endpoint('added');
    const settings = { description: 'By a test', throttleLevel: 'High', maxConcurrentCalls: 9 } as const;
    const added = good(await client.addEndpoint(access, reference, settings));
    assert.deepEqual(
      [added.name, added.description, added.throttleLevel, added.maxConcurrentCalls],
      ['added', 'By a test', 'High', 9],
    );
    assert.equal(await client.changeEndpoint(access, reference, { diagnosticsTraceLevel: 'All' }), undefined);
    assert.equal(good(await client.getEndpoint(access, reference)).diagnosticsTraceLevel, 'All');
    assert.equal(await client.deleteEndpoint(access, reference), undefined);
    assertFailed(await client.getEndpoint(access, reference), 'WebServiceNotFound', 404);
  });

  it('patches a model, and is told whether a refresh changed anything', async () => {
    const reference = endpoint('patched');
    const [resource] = good(await client.addEndpoint(access, reference, {})).resources;
    assert.ok(resource?.location);
    const { name, location } = resource;
    assert.equal(await client.refreshEndpoint(access, reference, true), 'unchanged');
    assert.equal(await client.patchModel(access, reference, name, location), undefined);
    assert.equal(await client.refreshEndpoint(access, reference, false), 'unchanged');
    assert.equal(await client.refreshEndpoint(access, reference, true), 'refreshed');
  });

  it('answers with what the service says is wrong', async () => {
    const fixed = assertFailed(
      await client.deleteEndpoint(access, endpoint('default')),
      'InvalidOperation',
      400,
    );
    assert.match(fixed.sentence, /default endpoint cannot be deleted/);
    const refused = assertFailed(
      await client.listServices({ ...access, token: 'no-token' }),
      'ManagementRequestUnauthorized',
      401,
    );
    assert.match(refused.sentence, /workspace authorization token/);
  });

  it('answers with a failure of the network, or of an answer that is none', async () => {
    const gone = bench.http(() => undefined);
    const managementUrl = await gone;
    await bench.close();
    const http = bench.client();
    const other = new ManagementClient(() => Promise.resolve(http));
    assertFailed(await other.listServices({ ...access, managementUrl }), 'ConnectionRefused');
    const odd = await bench.http((_, response) => response.end('{"no":"list"}'));
    assertFailed(await other.listServices({ ...access, managementUrl: odd }), 'MalformedAnswer');
    const abort = AbortSignal.abort();
    assertFailed(await other.listServices({ ...access, managementUrl: odd }, abort), 'Cancelled');
  });

  describe('looks for a workspace', () => {
    for (const wrongRegion of ['notFound', 'unauthorized', 'failed'] as const) {
      it(`in other regions when the first one answers ${wrongRegion}`, async () => {
        const elsewhere = await LocalTestService.start({ services: [], variants: { wrongRegion } });
        try {
          const { managementUrl, ...workspace } = access;
          const urls = [elsewhere.local.managementUrl, managementUrl] as const;
          const found = good(await client.findWorkspace(workspace, urls));
          assert.equal(found.managementUrl, managementUrl);
          assert.equal(found.services.length, service.local.services.length);
        } finally {
          await elsewhere.close();
        }
      });
    }

    it('and answers with the first failure when it is nowhere', async () => {
      const first = await bench.http((_, response) => response.writeHead(401).end());
      const second = await bench.http((_, response) => response.writeHead(404).end());
      const { workspaceId, token } = access;
      assertFailed(await client.findWorkspace({ workspaceId, token }, [first, second]), 'Unauthorized', 401);
    });

    it('in the first region alone when that fails for another reason', async () => {
      let asked = 0;
      const first = await bench.http((_, response) => response.writeHead(400).end());
      const second = await bench.http((_, response) => {
        asked += 1;
        response.end('[]');
      });
      const { workspaceId, token } = access;
      assertFailed(await client.findWorkspace({ workspaceId, token }, [first, second]), 'BadRequest', 400);
      assert.equal(asked, 0);
    });
  });
});
