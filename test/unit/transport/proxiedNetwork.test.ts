import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { startBlobStorage, type BlobStorage } from '../../../src/local-service/blobStorage.ts';
import type { NetworkSettings } from '../../../src/transport/index.ts';
import { temporaryFolder } from '../../support/batch.ts';
import {
  authorityFile,
  ForwardProxy,
  startTlsFront,
  type ForwardProxyOptions,
} from '../../support/forwardProxy.ts';
import { onProxiedNetwork, refusedBy } from '../../support/network.ts';
import type { ProxiedArguments, ProxiedResult } from '../../support/proxiedChild.ts';
import { LocalTestService } from '../local-service/localTestService.ts';

const container = 'proxied';
const trusted = { NODE_EXTRA_CA_CERTS: authorityFile };
const authorization = `Basic ${Buffer.from('me:pass word').toString('base64')}`;

describe(`where nothing but a proxy can be reached (by ${refusedBy})`, function () {
  this.timeout(60_000);
  let service: LocalTestService;
  let azurite: BlobStorage;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let fronts: Awaited<ReturnType<typeof startTlsFront>>[];
  let hosts: Record<string, number>;
  let proxy: ForwardProxy | undefined;
  let address: string | number;

  before(async () => {
    service = await LocalTestService.start();
    folder = await temporaryFolder();
    azurite = await startBlobStorage({
      folder: join(folder.path, 'azurite'),
      account: 'other',
      accountKey: randomBytes(64).toString('base64'),
      ports: [0],
      container,
    });
    const ports = [portOf(service.local.baseUrl), portOf(valueOf('BlobEndpoint'))];
    fronts = await Promise.all(ports.map(startTlsFront));
    hosts = {
      'other.example:443': fronts[0]?.port ?? 0,
      'other.example:10000': fronts[1]?.port ?? 0,
      'plain.example:80': ports[0] ?? 0,
    };
  });

  after(async () => {
    for (const front of fronts) await front.close();
    await azurite.close();
    await service.running.close();
    await folder.remove();
  });

  afterEach(async () => {
    await proxy?.close();
    proxy = undefined;
  });

  const valueOf = (name: string): string =>
    new RegExp(`${name}=([^;]+)`).exec(azurite.connectionString)?.[1] ?? '';
  const portOf = (url: string): number => Number(new URL(url).port);
  const asked = (): string[] => [...new Set(proxy?.asked)];

  /** A network of its own is reached by a Unix socket. */
  async function startProxy(options: Omit<ForwardProxyOptions, 'hosts' | 'path'> = {}): Promise<void> {
    const path = join(folder.path, `proxy-${process.hrtime.bigint()}`);
    const isWalled = refusedBy === 'namespace';
    proxy = await ForwardProxy.start({ ...options, hosts, ...(isWalled ? { path } : {}) });
    address = isWalled ? path : proxy.port;
  }

  function run(
    action: ProxiedArguments['action'],
    settings: NetworkSettings,
    environment?: Record<string, string>,
  ): Promise<ProxiedResult> {
    return onProxiedNetwork({ proxy: address, settings, action }, environment);
  }

  function rrs(origin = 'https://other.example'): ProxiedArguments['action'] {
    const { workspaceId, services } = service.local;
    const [{ endpointId, apiKey } = { endpointId: '', apiKey: '' }] = services;
    return {
      kind: 'rrs',
      baseUrl: `${origin}/workspaces/${workspaceId}/services/${endpointId}`,
      key: apiKey,
      body: '{"Inputs":{"input1":{"ColumnNames":["Col2"],"Values":[["good"]]}},"GlobalParameters":{}}',
    };
  }

  function storage(): ProxiedArguments['action'] {
    return {
      kind: 'storage',
      connectionString: `DefaultEndpointsProtocol=https;AccountName=other;AccountKey=${valueOf('AccountKey')};BlobEndpoint=https://other.example:10000;`,
      container,
      folder: folder.path,
    };
  }

  function failsWith(result: ProxiedResult, code: RegExp | string, message = /./): void {
    assert.ok('code' in result, JSON.stringify(result));
    assert.match(result.code, code instanceof RegExp ? code : new RegExp(`^${code}$`), result.message);
    assert.match(result.message, message);
  }

  function scored(result: ProxiedResult): void {
    assert.ok('value' in result, JSON.stringify(result));
    const { status, text } = result.value as { status: number; text: string };
    assert.equal(status, 200, text);
    assert.match(text, /"Results"/);
  }

  const unreachable = /^(?:HostNotFound|HostUnreachable)$/;

  it('refuses every direct socket', async () => {
    await startProxy();
    const address = Object.values(networkInterfaces())
      .flatMap((each) => each ?? [])
      .find(({ internal, family }) => !internal && family === 'IPv4')?.address;
    for (const [host, port] of [
      ['127.0.0.1', portOf(service.local.baseUrl)],
      [address ?? '192.0.2.1', 443],
    ] as const) {
      failsWith(await run({ kind: 'socket', host, port }, {}), /^(?:ECONNREFUSED|ENETUNREACH|EHOSTUNREACH)$/);
    }
    failsWith(await run(rrs(), {}, trusted), unreachable);
    assert.deepEqual(asked(), []);
  });

  it('calls the service through http.proxy, over https and over http', async () => {
    await startProxy();
    scored(await run(rrs(), { proxy: 'http://{proxy}' }, trusted));
    scored(await run(rrs('http://plain.example'), { proxy: '{proxy}' }, trusted));
    assert.deepEqual(asked(), ['CONNECT other.example:443', 'POST plain.example:80']);
  });

  it('sends and reads files through http.proxy', async () => {
    await startProxy();
    assert.deepEqual(await run(storage(), { proxy: 'http://{proxy}' }, trusted), { value: true });
    assert.deepEqual(asked(), ['CONNECT other.example:10000']);
  });

  it('goes by the proxy environment variables, in either case', async () => {
    await startProxy();
    scored(await run(rrs(), {}, { ...trusted, HTTPS_PROXY: 'http://{proxy}' }));
    scored(await run(rrs('http://plain.example'), {}, { ...trusted, http_proxy: 'http://{proxy}' }));
    const found = await run(storage(), {}, { ...trusted, https_proxy: 'http://{proxy}' });
    assert.deepEqual(found, { value: true });
    failsWith(
      await run(rrs(), {}, { ...trusted, HTTPS_PROXY: 'http://{proxy}', NO_PROXY: 'other.example' }),
      unreachable,
    );
  });

  it('is without a way where http.proxySupport is off or http.noProxy names the host', async () => {
    await startProxy();
    const settings = { proxy: 'http://{proxy}' };
    failsWith(await run(rrs(), { ...settings, proxySupport: 'off' }, trusted), unreachable);
    failsWith(await run(storage(), { ...settings, noProxy: ['.example'] }, trusted), unreachable);
    failsWith(
      await run(rrs(), { proxySupport: 'off' }, { ...trusted, HTTPS_PROXY: 'http://{proxy}' }),
      unreachable,
    );
    assert.deepEqual(asked(), []);
  });

  it('shows the proxy the credentials that are set, and says when they are wrong', async () => {
    await startProxy({ authorization });
    const settings = { proxy: 'http://{proxy}' };
    for (const action of [rrs(), rrs('http://plain.example'), storage()]) {
      failsWith(
        await run(action, settings, trusted),
        'ProxyAuthenticationRequired',
        /http\.proxyAuthorization/,
      );
    }
    scored(await run(rrs(), { ...settings, proxyAuthorization: authorization }, trusted));
    scored(await run(rrs(), { proxy: 'http://me:pass%20word@{proxy}' }, trusted));
    scored(
      await run(rrs('http://plain.example'), { ...settings, proxyAuthorization: authorization }, trusted),
    );
    const stored = await run(storage(), { ...settings, proxyAuthorization: authorization }, trusted);
    assert.deepEqual(stored, { value: true });
  });

  it('trusts certificates by http.proxyStrictSSL, of the system and of the user', async () => {
    await startProxy();
    const settings = { proxy: 'http://{proxy}' };
    for (const action of [rrs(), storage()]) {
      failsWith(await run(action, settings), 'CertificateUntrusted');
      const user = await run(action, settings, trusted);
      assert.ok('value' in user, JSON.stringify(user));
      if (process.platform === 'linux') {
        const environment = { SSL_CERT_FILE: authorityFile };
        const system = await run(action, settings, environment);
        assert.ok('value' in system, JSON.stringify(system));
        failsWith(
          await run(action, { ...settings, systemCertificates: false }, environment),
          'CertificateUntrusted',
        );
      }
      const lax = await run(action, { ...settings, strictSSL: false });
      assert.ok('value' in lax, JSON.stringify(lax));
    }
  });

  it('speaks TLS with a proxy that does', async () => {
    await startProxy({ secure: true });
    const settings = { proxy: 'https://{proxy}' };
    failsWith(await run(rrs(), settings), 'CertificateUntrusted');
    scored(await run(rrs(), settings, trusted));
    scored(await run(rrs('http://plain.example'), settings, trusted));
    assert.deepEqual(await run(storage(), settings, trusted), { value: true });
  });

  it('says when the proxy knows no way to the host', async () => {
    await startProxy();
    failsWith(
      await run(rrs('https://unknown.example'), { proxy: 'http://{proxy}' }, trusted),
      'ProxyFailed',
      /did not connect to unknown\.example: it answered 502/,
    );
  });
});
