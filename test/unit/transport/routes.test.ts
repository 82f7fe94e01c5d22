import assert from 'node:assert/strict';
import { proxyFor } from '../../../src/transport/proxies.ts';
import type { NetworkSettings } from '../../../src/transport/index.ts';
import { Bench, tlsFile } from './servers.ts';

describe('proxyFor', () => {
  const url = new URL('https://score.example.com/x');
  const cases: readonly (readonly [
    what: string,
    settings: NetworkSettings,
    environment: Record<string, string>,
    proxy: string | undefined,
  ])[] = [
    ['the setting', { proxy: 'http://p:1' }, { HTTPS_PROXY: 'http://e:1' }, 'http://p:1'],
    ['the environment', { proxy: '' }, { HTTPS_PROXY: 'http://e:1', HTTP_PROXY: 'http://h:1' }, 'http://e:1'],
    ['lower case', {}, { https_proxy: 'http://e:1' }, 'http://e:1'],
    ['the one for http', {}, { HTTP_PROXY: 'http://h:1' }, 'http://h:1'],
    ['a missing scheme', { proxy: 'p:1' }, {}, 'http://p:1'],
    ['nothing', {}, {}, undefined],
    ['proxies off', { proxy: 'http://p:1', proxySupport: 'off' }, { HTTPS_PROXY: 'http://e:1' }, undefined],
    ['a host without', { proxy: 'http://p:1', noProxy: ['score.example.com'] }, {}, undefined],
    ['a domain without', { proxy: 'http://p:1', noProxy: ['.Example.com'] }, {}, undefined],
    ['a wildcard', { proxy: 'http://p:1', noProxy: ['*.example.com'] }, {}, undefined],
    ['another port', { proxy: 'http://p:1', noProxy: ['score.example.com:8443'] }, {}, 'http://p:1'],
    ['the same port', { proxy: 'http://p:1', noProxy: ['score.example.com:443'] }, {}, undefined],
    ['another domain', { proxy: 'http://p:1', noProxy: ['ample.com', ''] }, {}, 'http://p:1'],
    ['the list of the environment', { proxy: 'http://p:1' }, { NO_PROXY: 'a.com, example.com' }, undefined],
    ['everything without', { proxy: 'http://p:1' }, { no_proxy: '*' }, undefined],
  ];
  for (const [what, settings, environment, proxy] of cases) {
    it(`goes by ${what}`, () => assert.equal(proxyFor(url, settings, environment), proxy));
  }

  it('never asks a proxy for this machine', () => {
    for (const host of ['localhost:1', '127.0.0.1', '[::1]:8', 'a.localhost']) {
      assert.equal(proxyFor(new URL(`http://${host}/`), { proxy: 'http://p:1' }, {}), undefined);
    }
  });
});

describe('a call through a proxy', () => {
  const bench = new Bench();
  afterEach(() => bench.close());
  const authorities = [tlsFile('authority.cert.pem')];

  async function target(certificate = 'localhost') {
    return bench.https(certificate, (request, response) => {
      response.end(JSON.stringify(request.headers));
    });
  }

  it('tunnels https, with the proxy credentials for the proxy only', async () => {
    const proxy = await bench.proxy(await target('other-host'), 'Basic bWU6cGFzcw==');
    for (const settings of [
      { proxy: proxy.url, proxyAuthorization: 'Basic bWU6cGFzcw==' },
      { proxy: proxy.url.replace('http://', 'http://me:pass@') },
    ]) {
      const client = bench.client({ authorities, settings: () => settings });
      const answer = await client.send({ method: 'GET', url: 'https://other.example/x' });
      assert.equal(
        (JSON.parse(await answer.text()) as Record<string, string>)['proxy-authorization'],
        undefined,
      );
    }
    assert.deepEqual(proxy.asked, ['CONNECT other.example:443', 'CONNECT other.example:443']);
  });

  it('goes by the environment, and again by the setting as soon as that changes', async () => {
    const origin = await target('other-host');
    const [first, second] = [await bench.proxy(origin), await bench.proxy(origin)];
    let settings: NetworkSettings = {};
    const client = bench.client({
      authorities,
      settings: () => settings,
      environment: { HTTPS_PROXY: first.url },
    });
    const send = async () => (await client.send({ method: 'GET', url: 'https://other.example/x' })).text();
    await send();
    settings = { proxy: second.url };
    await send();
    assert.deepEqual([first.asked.length, second.asked.length], [1, 1]);
  });

  it('checks the certificate of the target', async () => {
    const proxy = await bench.proxy(await target());
    const client = bench.client({ authorities, settings: () => ({ proxy: proxy.url }) });
    await assert.rejects(client.send({ method: 'GET', url: 'https://other.example/x' }), {
      code: 'CertificateHostMismatch',
    });
  });

  it('says when the proxy wants credentials, for https and for http', async () => {
    const proxy = await bench.proxy('http://127.0.0.1:1', 'Basic x');
    const client = bench.client({ settings: () => ({ proxy: proxy.url }), allowPlainHttp: () => true });
    for (const url of ['https://score.test/', 'http://score.test/']) {
      await assert.rejects(
        client.send({ method: 'POST', url, body: 'x' }),
        (error: Error & { code?: string }) => {
          assert.equal(error.code, 'ProxyAuthenticationRequired');
          assert.match(error.message, /http\.proxyAuthorization/);
          return true;
        },
      );
    }
  });

  it('says when the proxy cannot be reached, is nonsense or does not connect', async () => {
    const refusing = await bench.raw((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 503 No\r\n\r\n'));
    });
    for (const [proxy, sentence] of [
      [
        (await bench.closedOrigin()).replace('http://', 'http://me:topsecret@'),
        /could not be reached \(ECONNREFUSED\)/,
      ],
      ['http://:::', /no URL/],
      ['ftp://proxy', /no URL/],
      [refusing, /did not connect to score\.test: it answered 503/],
    ] as const) {
      const client = bench.client({ settings: () => ({ proxy }) });
      await assert.rejects(
        client.send({ method: 'GET', url: 'https://score.test/' }),
        (error: Error & { code?: string }) => {
          assert.equal(error.code, 'ProxyFailed', error.message);
          assert.match(error.message, sentence);
          assert.doesNotMatch(error.message, /topsecret/);
          return true;
        },
      );
    }
  });
});

describe("the editor's own fetch", () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  interface Asked {
    readonly url: string;
    readonly init: RequestInit | undefined;
  }

  function hostFetch(asked: Asked[], answer: () => Response | Promise<Response>): typeof fetch {
    return (url, init) => {
      asked.push({ url: url instanceof Request ? url.url : String(url), init });
      return Promise.resolve(answer());
    };
  }

  it('is tried when no direct connection comes about, and is then the first choice', async () => {
    const asked: Asked[] = [];
    const headers = { 'content-type': 'text/csv', 'content-encoding': 'gzip', 'content-length': '3' };
    const client = bench.client({
      hostFetch: hostFetch(asked, () => new Response('a,b\n', { status: 201, headers })),
    });
    const request = {
      method: 'POST',
      url: 'https://nowhere.invalid/x',
      headers: { 'x-a': '1' },
      body: 'b',
    } as const;
    const answer = await client.send(request);
    assert.equal(answer.status, 201);
    assert.equal(answer.header('content-type'), 'text/csv');
    assert.equal(answer.header('content-encoding'), undefined);
    assert.equal(await answer.text(), 'a,b\n');
    assert.equal(asked[0]?.url, request.url);
    assert.equal(asked[0].init?.method, 'POST');
    assert.equal(Buffer.from(asked[0].init.body as Uint8Array).toString(), 'b');
    let text = '';
    for await (const chunk of (await client.send(request)).body) text += Buffer.from(chunk).toString();
    assert.equal(text, 'a,b\n');
    assert.equal(bench.log.filter((line) => line.level === 'error').length, 1);
  });

  it('is not tried for this machine, with a proxy, with proxies off, or once something was sent', async () => {
    const asked: Asked[] = [];
    let arrived = 0;
    const origin = await bench.raw((socket) => {
      socket.once('data', () => {
        arrived++;
        socket.destroy();
      });
    });
    const options = { hostFetch: hostFetch(asked, () => new Response()), allowPlainHttp: () => true };
    const closed = await bench.closedOrigin();
    // An address of this machine that does not look like one.
    const disguised = origin.replace('127.0.0.1', '[::ffff:127.0.0.1]');
    for (const [url, settings] of [
      [closed, {}],
      [disguised, {}],
      ['https://nowhere.invalid/', { proxy: closed }],
      ['https://nowhere.invalid/', { proxySupport: 'off' }],
    ] as const) {
      await assert.rejects(
        bench.client({ ...options, settings: () => settings }).send({ method: 'GET', url }),
      );
    }
    assert.equal(arrived, 1);
    assert.deepEqual(asked, []);
  });

  it('fails with a failure, and is not the first choice afterwards', async () => {
    const asked: Asked[] = [];
    const client = bench.client({
      hostFetch: hostFetch(asked, () =>
        asked.length === 2
          ? Promise.reject(
              new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ENOTFOUND' }) }),
            )
          : new Response('ok'),
      ),
    });
    const send = () => client.send({ method: 'GET', url: 'https://nowhere.invalid/' });
    await (await send()).text();
    await assert.rejects(send(), { code: 'HostNotFound' });
    await (await send()).text();
    assert.equal(bench.log.filter((line) => line.level === 'error').length, 2);
  });

  it('is sent no second time what may have had an effect', async () => {
    const asked: Asked[] = [];
    const broken = new TypeError('fetch failed', {
      cause: Object.assign(new Error('x'), { code: 'ECONNRESET' }),
    });
    const client = bench.client({ hostFetch: hostFetch(asked, () => Promise.reject(broken)) });
    const send = (method: 'GET' | 'POST') =>
      client.send({ method, url: 'https://nowhere.invalid/', retry: 'safe' });
    await assert.rejects(send('POST'), { code: 'ConnectionReset', message: /not known/ });
    assert.equal(asked.length, 1);
    await assert.rejects(send('GET'), { code: 'ConnectionReset' });
    assert.equal(asked.length, 5);
  });

  it('ends when the caller cancels', async () => {
    const controller = new AbortController();
    const client = bench.client({
      hostFetch: (_url, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => {
            reject(new DOMException('aborted', 'AbortError'));
          });
          controller.abort();
        }),
    });
    const { signal } = controller;
    await assert.rejects(client.send({ method: 'GET', url: 'https://nowhere.invalid/', signal }), {
      code: 'Cancelled',
    });
  });
});
