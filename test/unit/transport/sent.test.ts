import assert from 'node:assert/strict';
import { Bench, tlsFile } from './servers.ts';

describe('what was sent', () => {
  const bench = new Bench();
  afterEach(() => bench.close());
  const authorities = [tlsFile('authority.cert.pem')];

  /** A server that gives back the request's headers as they came, and redirects from `/from`. */
  const echo: Parameters<Bench['http']>[0] = (request, response) => {
    if (request.url === '/from') response.writeHead(307, { location: '/to?sig=secret' }).end();
    else request.resume().on('end', () => response.end(JSON.stringify(request.rawHeaders)));
  };

  it('is what arrived, in its order, with every value masked that may be a secret', async () => {
    const origin = await bench.http(echo);
    const answer = await bench.client().send({
      method: 'POST',
      url: `${origin}/x?api-version=2.0&code=topsecret`,
      headers: {
        'Content-Type': 'application/json',
        Authorization: 'Bearer topsecret',
        'X-Mine': 'shown',
        'X-Other': 'topsecret',
      },
      body: 'ä',
    });
    const arrived = JSON.parse(await answer.text()) as string[];
    const sent = answer.sent(['x-mine']);
    assert.deepEqual(
      sent.headers.map(([name]) => name),
      arrived.filter((_, i) => i % 2 === 0),
    );
    const { host } = new URL(origin);
    assert.deepEqual(Object.fromEntries(sent.headers), {
      host,
      connection: 'keep-alive',
      'accept-encoding': 'identity',
      'Content-Type': 'application/json',
      Authorization: '***',
      'X-Mine': 'shown',
      'X-Other': '***',
      'content-length': '2',
    });
    assert.equal(sent.method, 'POST');
    assert.equal(sent.url, `${origin}/x?api-version=2.0&code=***`);
    assert.equal(sent.bodySize, 2);
    assert.deepEqual(sent.redirectedFrom, []);
    assert.equal(JSON.stringify(sent).includes('topsecret'), false);
  });

  it('keeps calls apart that go out at once', async () => {
    const origin = await bench.http(echo);
    const client = bench.client();
    const numbers = Array.from({ length: 20 }, (_, i) => String(i));
    const answers = await Promise.all(
      numbers.map((number) => client.send({ method: 'GET', url: origin, headers: { 'X-Number': number } })),
    );
    assert.deepEqual(
      answers.map((answer) => new Map(answer.sent(['X-Number']).headers).get('X-Number')),
      numbers,
    );
  });

  it('is the last request of a call that was redirected, and says where it was before', async () => {
    const origin = await bench.http(echo);
    const answer = await bench.client().send({ method: 'GET', url: `${origin}/from` });
    const { url, redirectedFrom } = answer.sent();
    assert.equal(url, `${origin}/to?sig=***`);
    assert.deepEqual(redirectedFrom, [`${origin}/from`]);
  });

  it('names the proxy, without its credentials', async () => {
    const target = await bench.https('other-host', echo);
    const proxy = await bench.proxy(target);
    const settings = () => ({ proxy: proxy.url.replace('http://', 'http://me:topsecret@') });
    const client = bench.client({ authorities, settings, allowPlainHttp: () => true });
    for (const url of ['https://other.example/x', 'http://other.example/x']) {
      const sent = (await client.send({ method: 'GET', url })).sent();
      assert.equal(sent.proxy, new URL(proxy.url).host);
      assert.equal(sent.url, url);
      assert.doesNotMatch(JSON.stringify(sent), /topsecret|bWU6/);
    }
  });
});

describe('the phases of a call', () => {
  const bench = new Bench();
  afterEach(() => bench.close());
  const authorities = [tlsFile('authority.cert.pem')];
  const listener: Parameters<Bench['http']>[0] = (_request, response) => response.end('x');

  it('are those that happened, and add up', async () => {
    const plain = await bench.http(listener);
    const secure = await bench.https('localhost', listener);
    const proxy = await bench.proxy(await bench.https('other-host', listener));
    const client = bench.client({ authorities, settings: () => ({ proxy: proxy.url }) });
    for (const [url, names] of [
      [plain, ['prepare', 'connect', 'firstByte', 'download']],
      [plain, ['prepare', 'firstByte', 'download']],
      [secure, ['prepare', 'connect', 'tls', 'firstByte', 'download']],
      ['https://other.example', ['tunnel', 'firstByte', 'download']],
    ] as const) {
      const answer = await client.send({ method: 'GET', url });
      await answer.text();
      const { phases, totalMs = 0, connectedMs } = answer.timings();
      assert.deepEqual(
        phases.map(({ name }) => name),
        names,
      );
      const sum = phases.reduce((total, { ms }) => total + ms, 0);
      assert.ok(Math.abs(sum - totalMs) < 0.001, `${sum} is not ${totalMs}`);
      assert.equal(connectedMs === undefined, phases.length === 3 && phases[0]?.name === 'prepare');
      // undici lets a connection rest for one turn of the event loop.
      await new Promise(setImmediate);
    }
  });
});
