import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Endpoint } from '../../../src/catalog/index.ts';
import { Schemas } from '../../../src/catalog/schemas.ts';
import { SchemaStore } from '../../../src/catalog/schemaStore.ts';
import { Failure } from '../../../src/protocol/failure.ts';
import { Bench } from '../transport/servers.ts';

function endpointAt(baseUrl: string): Endpoint {
  const endpointId = 'b'.repeat(32);
  const workspaceId = 'a'.repeat(32);
  const entry = { name: 'default', endpointId };
  const service = { name: 'scorer', endpoints: [entry] };
  const auth = { type: 'gateway' } as const;
  return {
    workspace: {
      name: 'Mine',
      workspaceId,
      baseUrl,
      auth,
      style: 'workspaces',
      services: [service],
      local: false,
    },
    service,
    name: 'default',
    endpointId,
    label: 'scorer',
    address: { baseUrl, style: 'workspaces', workspaceId, endpointId },
  };
}

function document(title: string): string {
  return JSON.stringify({
    swagger: '2.0',
    info: { title },
    paths: {},
    definitions: { ExecutionRequest: { properties: {} } },
  });
}

describe('the schemas of services', () => {
  const bench = new Bench();
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'azureml-test-'));
  });

  afterEach(async () => {
    await bench.close();
    await rm(folder, { recursive: true, force: true });
  });

  const schemas = (heard: (code: string) => void = () => undefined): Schemas => {
    const http = bench.client();
    return new Schemas(
      () => Promise.resolve(http),
      new SchemaStore(folder),
      () => undefined,
      () => undefined,
      (_, failure) => heard(failure?.code ?? 'reached'),
    );
  };

  it('tells a service that publishes none from one that cannot be asked', async () => {
    const known = schemas();
    const none = await bench.http((_, response) => response.writeHead(404).end());
    assert.equal(await known.of(endpointAt(none), {}, {}), undefined);
    const broken = await bench.http((request) => request.socket.destroy());
    await assert.rejects(
      known.of(endpointAt(broken), {}, {}),
      (error) => error instanceof Failure && error.origin === 'network',
    );
  });

  it('goes on with what was read before when the service cannot be asked, and tells that', async () => {
    const host = await bench.http((_, response) => response.end(document('Kept')));
    const endpoint = endpointAt(host);
    assert.equal((await schemas().of(endpoint, {}, {}))?.title, 'Kept');
    await bench.close();
    const told = new Promise<string>((resolve) => {
      void schemas(resolve)
        .of(endpoint, {}, {})
        .then((schema) => assert.equal(schema?.title, 'Kept'));
    });
    assert.equal(await told, 'ConnectionRefused');
  });

  it('asks a host that did not answer again when it is told to, or the host has answered since', async () => {
    const known = schemas();
    let asked = 0;
    let isBroken = true;
    const host = await bench.http((request, response) => {
      asked += 1;
      if (isBroken) request.socket.destroy();
      else response.writeHead(404).end();
    });
    const endpoint = endpointAt(host);
    await assert.rejects(known.of(endpoint, {}, {}));
    const before = asked;
    await assert.rejects(known.of(endpoint, {}, {}));
    assert.equal(asked, before, 'it is not asked again at once');
    await assert.rejects(known.of(endpoint, {}, { refresh: true }));
    assert.ok(asked > before);
    isBroken = false;
    known.forgetFailure(endpoint);
    assert.equal(await known.of(endpoint, {}, {}), undefined);
  });

  it('answers the others who asked when the first of them no longer wants it', async () => {
    const known = schemas();
    const asked = new EventEmitter<{ asked: [ServerResponse] }>();
    const host = await bench.http((_, response) => asked.emit('asked', response));
    const question = once(asked, 'asked') as Promise<[ServerResponse]>;
    const controller = new AbortController();
    const first = known.of(endpointAt(host), {}, { signal: controller.signal });
    const second = known.of(endpointAt(host), {}, {});
    const [response] = await question;
    controller.abort();
    await assert.rejects(first, (error) => error instanceof Failure && error.code === 'Cancelled');
    response.end(document('Shared'));
    assert.equal((await second)?.title, 'Shared');
  });
});
