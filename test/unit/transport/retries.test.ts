import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { HttpRequest } from '../../../src/transport/index.ts';
import { Bench } from './servers.ts';

describe('a repeated call', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  type Reply = readonly [status: number, headers?: Record<string, string>] | 'reset';

  /** A server that gives these answers in turn, the last one for ever; with a count of the calls. */
  async function server(...replies: readonly Reply[]) {
    const seen = { calls: 0, origin: '' };
    seen.origin = await bench.http((request, response) => {
      const reply = replies[Math.min(seen.calls, replies.length - 1)];
      seen.calls++;
      if (reply === 'reset' || reply === undefined) request.socket.destroy();
      else response.writeHead(reply[0], reply[1]).end('answer');
    });
    return seen;
  }

  function send(url: string, request: Partial<HttpRequest> = {}) {
    return bench.client().send({ method: 'GET', url, retry: 'safe', ...request });
  }

  it('is what a GET becomes while the server is busy', async () => {
    for (const status of [502, 503, 504]) {
      const seen = await server([status], [status], [200]);
      assert.equal((await send(seen.origin)).status, 200);
      assert.equal(seen.calls, 3);
    }
  });

  it('waits as long as the server says', async () => {
    const seen = await server([503, { 'Retry-After': '0' }], [429, { 'Retry-After': '0' }], [200]);
    const client = bench.client({ retryDelayMs: 60_000 });
    const answer = await client.send({ method: 'GET', url: seen.origin, retry: 'safe' });
    assert.equal(answer.status, 200);
    assert.equal(seen.calls, 3);
  });

  it('is left to the caller when the server wants more patience, or does not say after 429', async () => {
    const long = await server([503, { 'Retry-After': '3600' }], [200]);
    const answer = await send(long.origin);
    assert.deepEqual([answer.status, answer.header('retry-after')], [503, '3600']);
    assert.equal(await answer.text(), 'answer');
    const silent = await server([429], [200]);
    assert.equal((await send(silent.origin)).status, 429);
  });

  it('has an end', async () => {
    const seen = await server([503]);
    assert.equal((await send(seen.origin)).status, 503);
    assert.equal(seen.calls, 4);
  });

  it('is what a GET becomes when the connection breaks before an answer', async () => {
    const seen = await server('reset', 'reset', [200]);
    assert.equal((await send(seen.origin)).status, 200);
    assert.equal(seen.calls, 3);
    assert.ok(bench.log.some(({ text }) => text.startsWith('#1 tries again in ')));
  });

  it('is not what a POST, PUT or DELETE becomes once it may have arrived', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH'] as const) {
      const reset = await server('reset', [200]);
      await assert.rejects(send(reset.origin, { method, body: 'x' }), { code: 'ConnectionReset' });
      assert.equal(reset.calls, 1);
      const busy = await server([503], [200]);
      assert.equal((await send(busy.origin, { method, body: 'x' })).status, 503);
      assert.equal(busy.calls, 1);
    }
  });

  it('is nothing that happens unasked', async () => {
    const seen = await server([503], [200]);
    const answer = await bench.client().send({ method: 'GET', url: seen.origin });
    assert.equal(answer.status, 503);
    const reset = await server('reset', [200]);
    await assert.rejects(bench.client().send({ method: 'GET', url: reset.origin }), {
      code: 'ConnectionReset',
    });
  });

  it('is what a POST becomes while nothing listens, for nothing was sent', async () => {
    const origin = await bench.closedOrigin();
    const late = createServer((_request, response) => response.end('late'));
    const client = bench.client({
      log: ({ text }) => {
        if (text.includes('tries again') && !late.listening)
          late.listen(Number(new URL(origin).port), '127.0.0.1');
      },
      retryDelayMs: 50,
    });
    const answer = await client.send({ method: 'POST', url: origin, body: 'x', retry: 'safe' });
    assert.equal(await answer.text(), 'late');
    late.close();
    late.closeAllConnections();
    await once(late, 'close');
  });

  it('ends when the caller cancels or the time is up, also between the tries', async () => {
    const seen = await server([503, { 'Retry-After': '20' }]);
    const controller = new AbortController();
    const client = bench.client({
      log: ({ text }) => {
        if (text.includes('tries again')) controller.abort();
      },
    });
    const { signal } = controller;
    await assert.rejects(client.send({ method: 'GET', url: seen.origin, retry: 'safe', signal }), {
      code: 'Cancelled',
    });
    await assert.rejects(send(seen.origin, { timeoutMs: 500 }), { code: 'Timeout' });
    assert.equal(seen.calls, 2);
  });
});
