import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import { Failure } from '../../../src/protocol/failure.ts';
import type { HttpClient, HttpRequest } from '../../../src/transport/index.ts';
import { Bench, tlsFile } from './servers.ts';

describe('a call that fails', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  async function failureOf(
    client: HttpClient,
    request: Partial<HttpRequest> & { url: string },
  ): Promise<Failure> {
    try {
      const answer = await client.send({ method: 'GET', ...request });
      await answer.text();
    } catch (error) {
      assert.ok(error instanceof Failure);
      return error;
    }
    return assert.fail('the call succeeded');
  }

  it('names a port where nothing listens', async () => {
    const origin = await bench.closedOrigin();
    const failure = await failureOf(bench.client(), { url: `${origin}/x?sig=topsecret` });
    assert.deepEqual([failure.code, failure.origin], ['ConnectionRefused', 'network']);
    assert.match(failure.sentence, new RegExp(`Nothing listens at ${new URL(origin).host}.*local service`));
    assert.equal(failure.evidence?.url, `${origin}/x?sig=***`);
    assert.equal(failure.evidence.method, 'GET');
    assert.ok(Date.parse(failure.evidence.time ?? '') > 0);
    assert.match(bench.log.at(-1)?.text ?? '', /^#1 x GET .*\[network\/ConnectionRefused\]/);
  });

  it('names a host that does not exist, and the end of the retired ones', async () => {
    const unknown = await failureOf(bench.client(), { url: 'https://nowhere.invalid/' });
    assert.equal(unknown.code, 'HostNotFound');
    assert.match(unknown.sentence, /nowhere\.invalid/);
    assert.doesNotMatch(unknown.sentence, /2024/);
    const retired = await failureOf(bench.client(), { url: 'https://no-such-region.services.azureml.net/' });
    assert.match(retired.sentence, /2024-08-31.*gateway.*local service/);
  });

  it('says where an answer was cut', async () => {
    const origin = await bench.raw((socket) => {
      socket.once('data', () => {
        socket.write(
          'HTTP/1.1 200 OK\r\nContent-Length: 100\r\nx-ms-request-id: r-1\r\n\r\n0123456789',
          () => {
            socket.destroy();
          },
        );
      });
    });
    const failure = await failureOf(bench.client(), { url: origin });
    assert.deepEqual([failure.code, failure.origin], ['ConnectionReset', 'network']);
    assert.match(failure.sentence, /cut at 10 of 100 bytes/);
    assert.deepEqual(failure.evidence?.headers?.at(-1), ['x-ms-request-id', 'r-1']);
  });

  it('says where an answer of unknown length was reset, to a reader in the middle of it', async () => {
    let reset: () => void = () => undefined;
    const origin = await bench.raw((socket) => {
      reset = () => socket.resetAndDestroy();
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n');
      });
    });
    const answer = await bench.client().send({ method: 'GET', url: origin });
    let text = '';
    await assert.rejects(
      async () => {
        for await (const chunk of answer.body) {
          text += Buffer.from(chunk).toString();
          reset();
        }
      },
      (error) =>
        error instanceof Failure && error.code === 'ConnectionReset' && /cut at 5 bytes/.test(error.sentence),
    );
    assert.equal(text, 'hello');
  });

  it('says when there was no answer at all', async () => {
    const origin = await bench.raw((socket) => {
      socket.once('data', () => socket.end());
    });
    const failure = await failureOf(bench.client(), {
      method: 'POST',
      url: origin,
      body: 'x',
      peer: 'service',
    });
    assert.equal(failure.code, 'ConnectionReset');
    assert.match(failure.sentence, /without an answer.*not known/);
  });

  it('says when it is not HTTP', async () => {
    const origin = await bench.raw((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    const failure = await failureOf(bench.client(), { url: origin });
    assert.equal(failure.code, 'MalformedHttp');
    assert.match(failure.sentence, /is not HTTP/);
  });

  it('says when it is not TLS', async () => {
    const origin = await bench.http((_request, response) => response.end());
    const failure = await failureOf(bench.client(), { url: origin.replace('http:', 'https:') });
    assert.equal(failure.code, 'TlsFailed');
  });

  it('gives up when the first byte is late', async () => {
    const origin = await bench.http(() => undefined);
    const failure = await failureOf(bench.client(), { url: origin, timeoutMs: 300 });
    assert.deepEqual([failure.code, failure.origin], ['Timeout', 'network']);
    assert.match(failure.sentence, /took the call but did not answer within 300 ms/);
  });

  it('gives up when the last byte is late, and takes the limit from the settings', async () => {
    const origin = await bench.http((_request, response) => {
      response.write('part');
    });
    const client = bench.client({ settings: () => ({ timeoutMs: 300 }) });
    const failure = await failureOf(client, { url: origin });
    assert.equal(failure.code, 'Timeout');
    assert.match(failure.sentence, /not complete after 300 ms: 4 bytes had come/);
  });

  it('waits where the limit is longer than a timer can be set', async () => {
    const origin = await bench.http((_request, response) => {
      setTimeout(() => response.end('there'), 50);
    });
    const answer = await bench.client().send({ method: 'GET', url: origin, timeoutMs: 2 ** 31 });
    assert.equal(await answer.text(), 'there');
  });

  it('gives up when no connection comes about', async () => {
    const origin = await bench.raw((socket) => socket.pause());
    const failure = await failureOf(bench.client(), {
      url: origin.replace('http:', 'https:'),
      timeoutMs: 20,
    });
    assert.equal(failure.code, 'Timeout');
    assert.match(failure.sentence, /^No connection to /);
  });

  it('ends when the caller cancels: before, while waiting and while reading', async () => {
    const sockets: Promise<unknown>[] = [];
    const origin = await bench.http((request, response) => {
      sockets.push(once(request.socket, 'close'));
      if (request.url === '/part') response.write('part');
      controllers.get(request.url ?? '')?.abort();
    });
    const controllers = new Map<string, AbortController>();
    const client = bench.client();
    for (const path of ['/waiting', '/part']) {
      const controller = new AbortController();
      if (path === '/waiting') controllers.set(path, controller);
      const { signal } = controller;
      const failure = await failureOf(
        {
          ...client,
          send: async (request) => {
            const answer = await client.send(request);
            controller.abort();
            return answer;
          },
        },
        { url: origin + path, signal },
      );
      assert.deepEqual([failure.code, failure.origin], ['Cancelled', 'client']);
      assert.equal(getEventListeners(signal, 'abort').length, 0);
    }
    await Promise.all(sockets);
    const before = await failureOf(client, { url: origin, signal: AbortSignal.abort() });
    assert.equal(before.code, 'Cancelled');
    assert.equal(sockets.length, 2);
  });

  it('leaves no listener on a signal that outlives it', async () => {
    let finish: () => void = () => undefined;
    const origin = await bench.http((request, response) => {
      if (request.url === '/whole') response.end('whole');
      else response.write('part ');
      finish = () => response.end('and rest');
    });
    const { signal } = new AbortController();
    const whole = await bench.client().send({ method: 'GET', url: `${origin}/whole`, signal });
    assert.equal(await whole.text(), 'whole');
    assert.equal(getEventListeners(signal, 'abort').length, 0);
    const parts = await bench.client().send({ method: 'GET', url: origin, signal });
    assert.equal(getEventListeners(signal, 'abort').length, 1);
    finish();
    assert.equal(await parts.text(), 'part and rest');
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('says which part of a request cannot be sent, without its value', async () => {
    const client = bench.client();
    const origin = await bench.closedOrigin();
    const header = await failureOf(client, { url: origin, headers: { authorization: 'Bearer top\nsecret' } });
    assert.deepEqual([header.code, header.origin], ['InvalidRequest', 'client']);
    assert.match(header.sentence, /authorization header/);
    assert.doesNotMatch(header.message, /secret/);
    assert.equal((await failureOf(client, { url: 'workspaces/x' })).code, 'InvalidRequest');
    assert.equal((await failureOf(client, { url: 'ftp://127.0.0.1/' })).code, 'InvalidRequest');
  });

  it('does not speak plain http to another machine, unless it may', async () => {
    const proxy = await bench.proxy('http://127.0.0.1:1');
    const asked: string[] = [];
    const settings = () => ({ proxy: proxy.url });
    const strict = await failureOf(bench.client({ settings }), { url: 'http://score.test/x' });
    assert.deepEqual([strict.code, strict.origin], ['PlainHttpRefused', 'client']);
    assert.deepEqual(proxy.asked, []);
    const lax = bench.client({
      settings,
      allowPlainHttp: (url) => {
        asked.push(url);
        return Promise.resolve(true);
      },
    });
    const answer = await lax.send({ method: 'GET', url: 'http://score.test/x' });
    assert.equal(await answer.text(), 'proxied score.test');
    assert.deepEqual(asked, ['http://score.test/x']);
  });

  it('ends with the client', async () => {
    const arrived: (() => void)[] = [];
    const hasArrived = new Promise<void>((resolve) => arrived.push(resolve));
    const origin = await bench.http(() => arrived[0]?.());
    const client = bench.client();
    const failing = failureOf(client, { url: origin });
    await hasArrived;
    await client.dispose();
    assert.equal((await failing).code, 'Cancelled');
  });
});

describe('certificates', () => {
  const bench = new Bench();
  afterEach(() => bench.close());
  const authorities = [tlsFile('authority.cert.pem')];

  for (const [certificate, known, code, setting] of [
    ['localhost', false, 'CertificateUntrusted', /http\.proxyStrictSSL/],
    ['expired', true, 'CertificateExpired', /expired/],
    ['other-host', true, 'CertificateHostMismatch', /another host name/],
  ] as const) {
    it(`are checked unless the user says otherwise: ${code}`, async () => {
      const origin = await bench.https(certificate, (_request, response) => response.end('ok'));
      const options = known ? { authorities } : {};
      await assert.rejects(
        bench.client(options).send({ method: 'GET', url: origin }),
        (error) => error instanceof Failure && error.code === code && setting.test(error.sentence),
      );
      const lax = bench.client({ ...options, settings: () => ({ strictSSL: false }) });
      assert.equal(await (await lax.send({ method: 'GET', url: origin })).text(), 'ok');
    });
  }

  it('of a trusted authority are fine', async () => {
    const origin = await bench.https('localhost', (_request, response) => response.end('ok'));
    const answer = await bench.client({ authorities }).send({ method: 'GET', url: origin });
    assert.equal(await answer.text(), 'ok');
  });

  it('are checked again when the setting changes', async () => {
    const origin = await bench.https('localhost', (_request, response) => response.end('ok'));
    let strictSSL = false;
    const client = bench.client({ settings: () => ({ strictSSL }) });
    await (await client.send({ method: 'GET', url: origin })).text();
    strictSSL = true;
    await assert.rejects(client.send({ method: 'GET', url: origin }), { code: 'CertificateUntrusted' });
  });
});
