import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { execute, failureOf, mergeHeaders, type RrsCall } from '../../../src/requests/execute.ts';
import { Bench } from '../transport/servers.ts';

const answer = '{"Results":{"output1":{"type":"table","value":{"Values":[["1"]]}}}}';

describe('an RRS call', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  function callOf(baseUrl: string, more: Partial<RrsCall> = {}): RrsCall {
    return {
      address: { baseUrl, style: 'workspaces', workspaceId: 'w', endpointId: 'e' },
      query: { apiVersion: '2.0', details: false },
      headers: {},
      body: '{"Inputs":{}}',
      ...more,
    };
  }

  it('posts the body as it is, with its own headers below those that authorize it', async () => {
    let seen: unknown;
    const origin = await bench.http((request, response) => {
      const { method, url, headers } = request;
      void request.toArray().then((chunks: Buffer[]) => {
        seen = {
          line: `${method ?? ''} ${url ?? ''}`,
          authorization: headers.authorization,
          type: headers['content-type'],
          mine: headers['x-mine'],
          body: Buffer.concat(chunks).toString(),
        };
        response.end(answer);
      });
    });
    const headers = { 'X-Mine': '1', authorization: 'Bearer mine', 'content-type': 'text/json' };
    const got = await execute(bench.client(), callOf(origin, { headers }), { Authorization: 'Bearer key' });
    assert.deepEqual(seen, {
      line: 'POST /workspaces/w/services/e/execute?api-version=2.0&details=false',
      authorization: 'Bearer key',
      type: 'text/json',
      mine: '1',
      body: '{"Inputs":{}}',
    });
    assert.equal(got.status, 200);
    assert.equal(got.text, answer);
    assert.equal(got.size, answer.length);
    assert.ok(got.timings.totalMs >= got.timings.firstByteMs);
    assert.equal(failureOf(got), undefined);
  });

  it('is JSON unless it says otherwise, and its size counts bytes', async () => {
    const origin = await bench.http((request, response) =>
      response.end(`ä${request.headers['content-type'] ?? ''}`),
    );
    const got = await execute(bench.client(), callOf(origin), {});
    assert.equal(got.text, 'äapplication/json');
    assert.equal(got.size, Buffer.byteLength(got.text));
  });

  it('has an answer when the service refuses, and the failure that it stands for', async () => {
    const origin = await bench.http((_, response) => {
      response.writeHead(401, { 'x-ms-request-id': 'r1' });
      response.end(
        '{"error":{"code":"Unauthorized","message":"no","details":[{"code":"ScoreRequestUnauthorized","message":"wrong"}]}}',
      );
    });
    const got = await execute(bench.client(), callOf(origin), {});
    assert.equal(got.status, 401);
    const failure = failureOf(got);
    assert.equal(failure?.code, 'ScoreRequestUnauthorized');
    assert.equal(failure.origin, 'service');
    assert.ok(
      failure.evidence?.headers?.some(([name, value]) => name === 'x-ms-request-id' && value === 'r1'),
    );
  });

  it('ends at the server too when it is cancelled', async () => {
    const controller = new AbortController();
    const events = new EventEmitter();
    const closed = once(events, 'closed');
    const origin = await bench.http((request) => {
      request.socket.once('close', () => events.emit('closed'));
      request.resume().once('end', () => controller.abort());
    });
    await assert.rejects(execute(bench.client(), callOf(origin, { signal: controller.signal }), {}));
    await closed;
  });

  it('rejects when it takes longer than it may', async () => {
    const origin = await bench.http(() => undefined);
    const call = execute(bench.client(), callOf(origin, { timeoutMs: 30 }), {});
    await assert.rejects(call, { origin: 'network' });
  });
});

describe('headers', () => {
  it('of one name in any case replace each other', () => {
    assert.deepEqual(mergeHeaders({ 'Content-Type': 'a', X: '1' }, { 'content-type': 'b' }), {
      'content-type': 'b',
      X: '1',
    });
  });
});
