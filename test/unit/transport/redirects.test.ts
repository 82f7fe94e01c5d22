import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import type { HttpRequest } from '../../../src/transport/index.ts';
import { Bench, tlsFile } from './servers.ts';

interface Arrival {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

describe('a redirect', () => {
  const bench = new Bench();
  const arrivals: Arrival[] = [];
  afterEach(async () => {
    arrivals.length = 0;
    await bench.close();
  });

  const credentials = {
    Authorization: 'Bearer key',
    'Ocp-Apim-Subscription-Key': 'key',
    'X-Own-Secret': 'key',
    Cookie: 'a=b',
  };

  /** A server that records what comes and redirects `/<status>` to `target`. */
  function server(target: () => string): Promise<string> {
    return bench.http((request, response) => {
      request.setEncoding('utf8');
      let body = '';
      request.on('data', (text: string) => (body += text));
      request.on('end', () => {
        arrivals.push({ method: request.method, url: request.url, headers: request.headers, body });
        const status = Number(/^\/(30\d)/.exec(request.url ?? '')?.[1] ?? 200);
        response.writeHead(status, status === 200 ? {} : { location: target() }).end('body');
      });
    });
  }

  function send(url: string, request: Partial<HttpRequest> = {}) {
    return bench
      .client()
      .send({ method: 'GET', url, headers: { ...credentials, Accept: 'text/csv' }, ...request });
  }

  it('within an origin keeps the headers', async () => {
    const origin = await server(() => '/there?x=1');
    const answer = await send(`${origin}/302`);
    assert.equal(answer.status, 200);
    assert.equal(answer.url, `${origin}/there?x=1`);
    assert.equal(arrivals[1]?.headers.authorization, 'Bearer key');
  });

  for (const status of [301, 302, 303, 307, 308]) {
    it(`to another origin loses every header that is not harmless (${status})`, async () => {
      const other = await server(() => '');
      const origin = await server(() => `${other}/there`);
      await send(`${origin}/${status}`);
      const [first, second] = arrivals;
      assert.equal(first?.headers.authorization, 'Bearer key');
      assert.equal(second?.url, '/there');
      assert.deepEqual(Object.keys(second.headers).toSorted(), [
        'accept',
        'accept-encoding',
        'connection',
        'host',
      ]);
    });

    it(`to another origin does not take a body along (${status})`, async () => {
      const other = await server(() => '');
      const origin = await server(() => `${other}/there?sig=topsecret`);
      const post = send(`${origin}/${status}`, { method: 'POST', body: '{"Inputs":1}' });
      if (status === 303) {
        await post;
        assert.deepEqual([arrivals[1]?.method, arrivals[1]?.body], ['GET', '']);
        assert.equal(arrivals[1]?.headers.authorization, undefined);
      } else {
        await assert.rejects(post, (error: Error & { code?: string }) => {
          assert.equal(error.code, 'RedirectRefused');
          assert.match(error.message, new RegExp(`${other}/there\\?sig=\\*\\*\\*`));
          return true;
        });
        assert.equal(arrivals.length, 1);
      }
    });
  }

  it('within an origin repeats a POST with its body, as a GET after 303', async () => {
    const origin = await server(() => '/there');
    await send(`${origin}/307`, { method: 'POST', body: 'data', headers: { 'Content-Type': 'text/plain' } });
    assert.deepEqual([arrivals[1]?.method, arrivals[1]?.body], ['POST', 'data']);
    await send(`${origin}/303`, { method: 'POST', body: 'data', headers: { 'Content-Type': 'text/plain' } });
    assert.deepEqual([arrivals[3]?.method, arrivals[3]?.headers['content-type']], ['GET', undefined]);
  });

  it('does not repeat a body that was a stream', async () => {
    const origin = await server(() => '/there');
    async function* body() {
      yield await Promise.resolve(Buffer.from('once'));
    }
    await assert.rejects(send(`${origin}/308`, { method: 'PUT', body: body() }), { code: 'RedirectRefused' });
  });

  it('never leads from https to http', async () => {
    const plain = await server(() => '');
    const origin = await bench.https('localhost', (_request, response) => {
      response.writeHead(302, { location: `${plain}/there` }).end();
    });
    const client = bench.client({ authorities: [tlsFile('authority.cert.pem')] });
    await assert.rejects(client.send({ method: 'GET', url: origin }), { code: 'RedirectRefused' });
    assert.deepEqual(arrivals, []);
  });

  it('ends after a few', async () => {
    const origin = await server(() => '/302/again');
    await assert.rejects(send(`${origin}/302`), { code: 'TooManyRedirects' });
    assert.equal(arrivals.length, 6);
  });

  it('without a place to go is an answer', async () => {
    const origin = await bench.http((_request, response) => response.writeHead(304).end());
    assert.equal((await send(origin)).status, 304);
  });

  it('has one limit of time for all', async () => {
    const slow = await bench.http(() => undefined);
    const origin = await server(() => slow);
    await assert.rejects(send(`${origin}/302`, { timeoutMs: 500 }), { code: 'Timeout' });
    assert.equal(arrivals.length, 1);
  });
});
