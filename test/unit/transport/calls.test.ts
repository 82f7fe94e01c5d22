import assert from 'node:assert/strict';
import { once } from 'node:events';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { Failure } from '../../../src/protocol/failure.ts';
import { failureOfAnswer } from '../../../src/protocol/studio/errors.ts';
import type { HttpAnswer } from '../../../src/transport/index.ts';
import { Bench } from './servers.ts';

/** What `break` in a `for await` does. */
async function readOneAndLeave(answer: HttpAnswer): Promise<void> {
  const reader = answer.body[Symbol.asyncIterator]();
  await reader.next();
  await reader.return?.();
}

describe('a call', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('sends method, headers and body, and gives the answer', async () => {
    const origin = await bench.http((request, response) => {
      request.setEncoding('utf8');
      let body = '';
      request.on('data', (text: string) => (body += text));
      request.on('end', () => {
        response.writeHead(201, 'Made', { 'content-type': 'application/json', 'x-two': ['a', 'b'] });
        response.end(
          JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }),
        );
      });
    });
    const answer = await bench.client().send({
      method: 'POST',
      url: `${origin}/x?api-version=2.0`,
      headers: { 'Content-Type': 'application/json', Authorization: 'Bearer k' },
      body: '{"ä":1}',
    });
    assert.deepEqual([answer.status, answer.statusText], [201, 'Made']);
    assert.equal(answer.header('Content-Type'), 'application/json');
    assert.equal(answer.header('x-two'), 'a, b');
    assert.equal(answer.header('x-three'), undefined);
    assert.deepEqual(
      answer.headers.filter(([name]) => name === 'x-two'),
      [
        ['x-two', 'a'],
        ['x-two', 'b'],
      ],
    );
    const seen = JSON.parse(await answer.text()) as Record<string, unknown> & {
      headers: Record<string, string>;
    };
    assert.deepEqual([seen.method, seen.url, seen.body], ['POST', '/x?api-version=2.0', '{"ä":1}']);
    assert.equal(seen.headers.authorization, 'Bearer k');
    assert.equal(seen.headers['content-length'], '8');
    const { firstByteMs, connectedMs, totalMs } = answer.timings();
    assert.ok(connectedMs !== undefined && totalMs !== undefined);
    assert.ok(connectedMs <= firstByteMs && firstByteMs <= totalMs);
  });

  it('uses a connection again, and then has no time of connecting', async () => {
    const ports = new Set<number | undefined>();
    const origin = await bench.http((request, response) => {
      ports.add(request.socket.remotePort);
      response.end('ok');
    });
    const client = bench.client();
    for (let i = 0; i < 3; i++) {
      const answer = await client.send({ method: 'GET', url: origin });
      await answer.text();
      assert.equal(answer.timings().connectedMs === undefined, i > 0);
      // undici lets a connection rest for one turn of the event loop.
      await new Promise(setImmediate);
    }
    assert.equal(ports.size, 1);
  });

  it('sends a body of unknown length as it comes', async () => {
    const origin = await bench.http((request, response) => {
      request.pipe(response);
    });
    async function* chunks() {
      for (const text of ['one ', 'two ', 'three']) {
        await new Promise(setImmediate);
        yield Buffer.from(text);
      }
    }
    const answer = await bench.client().send({ method: 'PUT', url: origin, body: chunks() });
    assert.equal(await answer.text(), 'one two three');
  });

  it('fails with the failure of the body it sends', async () => {
    const origin = await bench.http((request, response) => {
      request.on('end', () => response.end());
      request.resume();
    });
    const own = new Failure({ code: 'FileNotFound', origin: 'client', sentence: 'The file is gone.' });
    async function* broken() {
      yield Buffer.from('one');
      await Promise.reject(own);
    }
    await assert.rejects(
      bench.client().send({ method: 'PUT', url: origin, body: broken() }),
      (error) => error === own,
    );
  });

  it('streams a big answer without holding it', async () => {
    const size = 256 * 1024 * 1024;
    const block = Buffer.alloc(1024 * 1024, 'x');
    const origin = await bench.http((_request, response) => {
      let left = size;
      const write = () => {
        while (left > 0) {
          left -= block.length;
          if (!response.write(block)) {
            response.once('drain', write);
            return;
          }
        }
        response.end();
      };
      write();
    });
    const answer = await bench.client().send({ method: 'GET', url: origin, timeoutMs: 0 });
    const before = process.memoryUsage().rss;
    let received = 0;
    let highest = 0;
    for await (const chunk of answer.body) {
      received += chunk.length;
      if (received % (8 * 1024 * 1024) < chunk.length) {
        // A reader that is slower than the network must slow the network down.
        await new Promise(setImmediate);
        highest = Math.max(highest, process.memoryUsage().rss - before);
      }
    }
    assert.equal(received, size);
    assert.ok(highest < 100 * 1024 * 1024, `${Math.round(highest / 1024 / 1024)} MB`);
  });

  it('reads no further ahead than a little', async () => {
    let written = 0;
    let stalled: () => void = () => undefined;
    const isStalled = new Promise<void>((resolve) => (stalled = resolve));
    const origin = await bench.http((_request, response) => {
      const block = Buffer.alloc(1024 * 1024);
      const write = () => {
        while (written < 256 && response.write(block)) written++;
        if (written < 256) response.once('drain', write);
        stalled();
      };
      write();
    });
    const answer = await bench.client().send({ method: 'GET', url: origin });
    await isStalled;
    for (let turn = 0; turn < 1000; turn++) await new Promise(setImmediate);
    assert.ok(written < 64, `${written} MB were taken without a reader`);
    await readOneAndLeave(answer);
  });

  it('closes the connection when the reader leaves early', async () => {
    const closed: Promise<unknown>[] = [];
    const origin = await bench.http((request, response) => {
      closed.push(once(request.socket, 'close'));
      response.write('a');
    });
    const answer = await bench.client().send({ method: 'GET', url: origin });
    await readOneAndLeave(answer);
    await Promise.all(closed);
    assert.equal(closed.length, 1);
  });

  it('refuses a text beyond the limit', async () => {
    const origin = await bench.http((_request, response) => response.end('x'.repeat(100)));
    const client = bench.client();
    const send = () => client.send({ method: 'GET', url: origin });
    assert.equal((await (await send()).text(100)).length, 100);
    await assert.rejects((await send()).text(99), { code: 'AnswerTooLarge', origin: 'client' });
  });

  for (const [encoding, pack] of [
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const) {
    it(`asks for plain bytes and unpacks ${encoding} all the same`, async () => {
      const text = 'ä'.repeat(100_000);
      let asked: unknown;
      const origin = await bench.http((request, response) => {
        asked = request.headers['accept-encoding'];
        response.writeHead(200, { 'content-encoding': encoding }).end(pack(text));
      });
      const client = bench.client();
      const answer = await client.send({ method: 'GET', url: origin });
      assert.equal(asked, 'identity');
      assert.equal(await answer.text(), text);
      await assert.rejects((await client.send({ method: 'GET', url: origin })).text(1000), {
        code: 'AnswerTooLarge',
      });
    });
  }

  it('says so when a packed answer is broken, and leaves a part of one packed', async () => {
    const packed = gzipSync('text '.repeat(1000));
    const origin = await bench.http((request, response) => {
      const status = request.url === '/part' ? 206 : 200;
      response.writeHead(status, { 'content-encoding': 'gzip' }).end(packed.subarray(0, packed.length - 10));
    });
    const client = bench.client();
    await assert.rejects((await client.send({ method: 'GET', url: origin })).text(), {
      code: 'MalformedAnswer',
    });
    const part = await client.send({ method: 'GET', url: `${origin}/part` });
    const bytes: Uint8Array[] = [];
    for await (const chunk of part.body) bytes.push(chunk);
    assert.deepEqual(Buffer.concat(bytes), packed.subarray(0, packed.length - 10));
  });

  it('drops a byte order mark', async () => {
    const origin = await bench.http((_request, response) => response.end('\ufeff{"a":1}'));
    const answer = await bench.client().send({ method: 'GET', url: origin });
    assert.equal(await answer.text(), '{"a":1}');
  });

  it('resolves with an error status, which then becomes the right failure', async () => {
    const bodies: Record<string, readonly [status: number, headers: Record<string, string>, body: string]> = {
      '/service': [
        401,
        {},
        '{"error":{"code":"Unauthorized","message":"m","details":[{"code":"ScoreRequestUnauthorized","message":"Invalid credentials provided."}]}}',
      ],
      '/gateway': [401, {}, '{"statusCode":401,"message":"Access denied due to invalid subscription key."}'],
      '/quota': [
        403,
        {},
        '{"statusCode":403,"message":"Out of call volume quota. Quota will be replenished in 5.03:23:11."}',
      ],
      '/rate': [429, { 'Retry-After': '26' }, '{"statusCode":429,"message":"Rate limit is exceeded."}'],
      '/throttled': [
        503,
        {},
        '{"error":{"code":"ServiceUnavailable","message":"m","details":[{"code":"RequestThrottled","message":"20 calls."}]}}',
      ],
      '/broken': [400, {}, '{"error":{"code":'],
    };
    const origin = await bench.http((request, response) => {
      const [status, headers, body] = bodies[request.url ?? ''] ?? [500, {}, ''];
      response.writeHead(status, headers).end(body);
    });
    const client = bench.client();
    const failureOf = async (path: string) => {
      const answer: HttpAnswer = await client.send({ method: 'POST', url: origin + path, body: '{}' });
      return failureOfAnswer({
        status: answer.status,
        headers: answer.headers,
        bodyText: await answer.text(),
        url: answer.url,
        method: 'POST',
        requestKind: 'execute',
      });
    };
    const codes = new Map<string, string>();
    for (const path of Object.keys(bodies)) codes.set(path, (await failureOf(path)).code);
    assert.deepEqual(Object.fromEntries(codes), {
      '/service': 'ScoreRequestUnauthorized',
      '/gateway': 'GatewayUnauthorized',
      '/quota': 'GatewayQuotaExceeded',
      '/rate': 'GatewayRateLimited',
      '/throttled': 'RequestThrottled',
      '/broken': 'BadRequest',
    });
  });

  it('is logged once when sent and once when over, without a secret', async () => {
    const origin = await bench.http((_request, response) => response.writeHead(404).end('gone'));
    const answer = await bench.client().send({
      method: 'POST',
      url: `${origin}/x?api-version=2.0&subscription-key=topsecret&sig=topsecret`,
      headers: { Authorization: 'Bearer topsecret' },
      body: 'topsecret',
    });
    await answer.text();
    const url = `${origin}/x?api-version=2.0&subscription-key=***&sig=***`;
    assert.deepEqual(
      bench.log.map(({ level, text }) => [level, text.replace(/[\d.]+ ms/g, 'T')]),
      [
        ['debug', `#${answer.requestId} > POST ${url} (9 B)`],
        ['warn', `#${answer.requestId} < 404 POST ${url} in T (first byte T), 4 B`],
      ],
    );
  });
});
