import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { apiSchema, childPath, parseArm, secretsSchema } from '../../../src/protocol/apim/arm.ts';
import { Failure } from '../../../src/protocol/failure.ts';
import { tryParseJson, type JsonObject } from '../../../src/protocol/json.ts';
import { ArmClient } from '../../../src/azure/armClient.ts';
import { Bench } from '../transport/servers.ts';

const instance =
  '/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/rg1/providers/Microsoft.ApiManagement/service/demo';
const api = childPath(instance, 'apis', 'azureml-demo');

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

interface Scripted {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: JsonObject;
}

describe('the client of Azure Resource Manager', () => {
  const bench = new Bench();
  let seen: Seen[];
  let script: Scripted[];
  let origin: string;
  let tokens: (string | undefined)[];
  let client: ArmClient;

  beforeEach(async () => {
    seen = [];
    script = [];
    tokens = [];
    origin = await bench.http((request, response) => void answer(request, response));
    const http = bench.client();
    client = new ArmClient({
      http: () => Promise.resolve(http),
      baseUrl: origin,
      token: (challenge) => Promise.resolve(`secret-token-${tokens.push(challenge)}`),
      pollPauseMs: 1,
    });
  });

  afterEach(() => bench.close());

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    seen.push({ method, url, headers, body: await text(request) });
    const { status = 200, headers: sent = {}, body } = script.shift() ?? { status: 500 };
    response.writeHead(status, { 'Content-Type': 'application/json', ...sent });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  }

  const calls = (): string[] => seen.map(({ method, url }) => `${method} ${url}`);
  const asyncHeaders = (name: string): Record<string, string> => ({
    [name]: `${origin}/polls/1?t=638&c=opaque%2Fpart`,
    'Retry-After': '0',
  });

  async function failureOf(work: Promise<unknown>): Promise<Failure> {
    const outcome = await work.then(
      (value) => value,
      (error: unknown) => error,
    );
    assert.ok(outcome instanceof Failure, `it is ${String(outcome)}`);
    return outcome;
  }

  it('reads a resource with its ETag', async () => {
    script = [
      { headers: { ETag: '"AAA="' }, body: { id: api, name: 'azureml-demo', properties: { path: null } } },
    ];
    const { body, etag } = await client.get(api);
    assert.equal(etag, '"AAA="');
    assert.equal(parseArm(apiSchema, body).properties.path, '');
    assert.deepEqual(calls(), [`GET ${api}?api-version=2024-05-01`]);
    assert.equal(seen[0]?.headers.authorization, 'Bearer secret-token-1');
  });

  it('tells what is not there from what failed', async () => {
    const error = { code: 'ResourceNotFound', message: 'No such API.' };
    script = [
      { status: 404, body: { error } },
      { status: 403, body: { error: { code: 'AuthorizationFailed' } } },
    ];
    assert.equal(await client.find(api), undefined);
    assert.equal((await failureOf(client.find(api))).code, 'AuthorizationFailed');
  });

  it('keeps the address of somebody who is notified out of failures and the log', async () => {
    script = [{ status: 403, body: { error: { code: 'AuthorizationFailed' } } }];
    const recipient = childPath(instance, 'notifications', 'n', 'recipientEmails', 'ada+ml@contoso.com');
    const { sentence, message, evidence } = await failureOf(client.put(recipient, undefined));
    assert.match(sentence, /notifications\/n\/recipientEmails\/\*\*\*/);
    assert.deepEqual(
      calls().map((call) => call.includes('ada%2Bml%40contoso.com')),
      [true],
    );
    const kept = [sentence, message, JSON.stringify(evidence), ...bench.log.map((line) => line.text)];
    assert.ok(bench.log.some((line) => line.text.includes('/recipientEmails/')));
    assert.doesNotMatch(kept.join('\n'), /contoso/);
  });

  it('takes pages until there is no next link, which may be empty, null or absent', async () => {
    const item = (name: string): JsonObject => ({ id: `${instance}/apis/${name}`, name, properties: {} });
    for (const end of [{ nextLink: '' }, { nextLink: null }, {}]) {
      seen = [];
      script = [
        {
          body: {
            value: [item('a'), item('b')],
            nextLink: `${origin}${instance}/apis?$skip=2&api-version=x`,
          },
        },
        { body: { value: [item('c')], count: 3, ...end } },
      ];
      const pages: string[][] = [];
      for await (const page of client.list(`${instance}/apis`, apiSchema, { query: { $top: '2' } })) {
        pages.push(page.map(({ name }) => name));
      }
      assert.deepEqual(pages, [['a', 'b'], ['c']]);
      assert.deepEqual(calls(), [
        `GET ${instance}/apis?%24top=2&api-version=2024-05-01`,
        `GET ${instance}/apis?$skip=2&api-version=x`,
      ]);
    }
  });

  it('gives its token to no other origin', async () => {
    const other = await bench.http((_, response) => response.end('{"value":[]}'));
    const elsewhere = `${other}/next?skiptoken=abcdefgh`;
    script = [{ body: { value: [], nextLink: elsewhere } }];
    const pages = client.list(`${instance}/apis`, apiSchema);
    await pages.next();
    const failure = await failureOf(pages.next());
    assert.equal(failure.code, 'RedirectRefused');
    assert.ok(!failure.message.includes('abcdefgh'));
    for (const name of ['Azure-AsyncOperation', 'Location']) {
      script = [{ status: 202, headers: { [name]: elsewhere } }];
      assert.equal((await failureOf(client.put(api, {}))).code, 'RedirectRefused');
    }
    assert.equal(seen.length, 3);
  });

  it('writes on a condition, and says what is in the way', async () => {
    script = [
      { headers: { ETag: '"2"' }, body: { id: api } },
      { status: 412, body: { error: { code: 'PreconditionFailed', message: 'Resource was modified.' } } },
    ];
    const options = { ifMatch: '"1"' };
    assert.equal((await client.put(api, { properties: { path: 'p' } }, options)).etag, '"2"');
    assert.deepEqual([seen[0]?.headers['if-match'], seen[0]?.body], ['"1"', '{"properties":{"path":"p"}}']);
    const failure = await failureOf(client.delete(api, options));
    assert.deepEqual(
      [failure.code, failure.status, seen[1]?.headers['if-match']],
      ['PreconditionFailed', 412, '"1"'],
    );
    assert.match(
      failure.sentence,
      /did not delete apis\/azureml-demo.*Resource was modified\..*since it was read/,
    );
  });

  it('follows the URL of an operation as it is, and reads the resource at the end', async () => {
    script = [
      {
        status: 201,
        headers: { ...asyncHeaders('Azure-AsyncOperation'), Location: `${origin}${api}` },
        body: {},
      },
      { body: { properties: { status: 'InProgress' } }, headers: { 'Retry-After': '0' } },
      { body: { status: 'Succeeded' } },
      { headers: { ETag: '"3"' }, body: { id: api, name: 'azureml-demo' } },
    ];
    const { etag, body } = await client.put(api, { properties: {} }, { ifMatch: '*' });
    assert.deepEqual([etag, body], ['"3"', { id: api, name: 'azureml-demo' }]);
    const poll = 'GET /polls/1?t=638&c=opaque%2Fpart';
    const resource = `${api}?api-version=2024-05-01`;
    assert.deepEqual(calls(), [`PUT ${resource}`, poll, poll, `GET ${resource}`]);
    assert.equal(seen[3]?.headers['if-match'], undefined);
  });

  it('follows a location until it is not accepted only', async () => {
    script = [
      { status: 202, headers: asyncHeaders('Location') },
      { status: 202, headers: { 'Retry-After': '0' } },
      { status: 204 },
    ];
    assert.equal((await client.delete(api, { ifMatch: '*' })).body, undefined);
    assert.equal(seen.length, 3);
  });

  it('waits for a resource that is still being made', async () => {
    script = [
      { status: 201, body: { properties: { provisioningState: 'Created' } } },
      { body: { properties: { provisioningState: 'Activating' } } },
      { headers: { ETag: '"9"' }, body: { properties: { provisioningState: 'Succeeded' } } },
    ];
    assert.equal((await client.put(instance, {})).etag, '"9"');
    assert.equal(seen.length, 3);
  });

  it('tells an error that comes with a poll, with all its details', async () => {
    const detail = (message: string): JsonObject => ({
      code: 'ValidationError',
      target: 'rate-limit',
      message,
    });
    const error = {
      code: 'ValidationError',
      message: 'One or more fields contain incorrect values:',
      details: [detail('Error on line 3.'), detail('Error on line 7.')],
    };
    script = [
      { status: 201, headers: asyncHeaders('Azure-AsyncOperation'), body: {} },
      { body: { properties: { status: 'Failed', error } } },
    ];
    const failure = await failureOf(client.put(childPath(api, 'policies', 'policy'), {}));
    assert.equal(failure.code, 'ValidationError');
    assert.match(failure.sentence, /write apis\/azureml-demo\/policies\/policy.*line 3.*line 7/);
    assert.deepEqual(
      failure.evidence?.reasons?.map(({ target }) => target),
      [undefined, 'rate-limit', 'rate-limit'],
    );
  });

  it('repeats what was throttled, and what is busy only if it may be done twice', async () => {
    const later = { headers: { 'Retry-After': '0' } };
    script = [{ status: 429, ...later }, { body: { primaryKey: 'k' } }];
    assert.equal(parseArm(secretsSchema, (await client.post(`${api}/listSecrets`)).body).primaryKey, 'k');
    script = [{ status: 503, ...later }, { status: 200 }];
    await client.put(api, {});
    assert.equal(seen.length, 4);
    script = [{ status: 503, ...later }, { status: 200 }];
    assert.equal((await failureOf(client.post(`${api}/regeneratePrimaryKey`))).status, 503);
    script = [
      { status: 429, headers: { 'Retry-After': '3600' }, body: { error: { code: 'TooManyRequests' } } },
    ];
    const failure = await failureOf(client.put(api, {}));
    assert.equal(failure.code, 'TooManyRequests');
    assert.match(failure.sentence, /can be tried again from/);
    assert.equal(seen.length, 6);
  });

  it('asks for another token once, and passes the challenge on', async () => {
    const challenge =
      'Bearer authorization_uri="https://login.example", error="insufficient_claims", claims="e30="';
    const refused = { status: 401, headers: { 'WWW-Authenticate': challenge } };
    script = [refused, { body: { id: api } }];
    await client.get(api);
    assert.deepEqual(tokens, [undefined, challenge]);
    assert.equal(seen[1]?.headers.authorization, 'Bearer secret-token-2');
    script = [refused, { status: 401, body: { error: { code: 'ExpiredAuthenticationToken' } } }];
    const failure = await failureOf(client.get(api));
    assert.equal(failure.code, 'ExpiredAuthenticationToken');
    assert.equal(seen.length, 4);
  });

  it('stops waiting when it is told to', async () => {
    const stop = new AbortController();
    script = [{ status: 202, headers: { Location: `${origin}/polls/1`, 'Retry-After': '3600' } }];
    const work = failureOf(client.delete(api, { signal: stop.signal, ifMatch: '*' }));
    while (!bench.log.some(({ text: line }) => line.includes('< 202'))) await new Promise(setImmediate);
    stop.abort();
    assert.equal((await work).code, 'Cancelled');
  });

  it('keeps tokens and keys out of the log and out of its failures', async () => {
    script = [
      { body: { primaryKey: 'the-primary-key' } },
      { status: 400, body: { error: { code: 'ValidationError', message: 'Bearer abcdefgh12345 is bad' } } },
    ];
    await client.post(`${api}/listSecrets`);
    const failure = await failureOf(client.put(api, { properties: { value: 'Bearer the-endpoint-key' } }));
    const everything = JSON.stringify([bench.log, failure, failure.message, failure.stack]);
    for (const secret of ['secret-token', 'the-primary-key', 'the-endpoint-key', 'abcdefgh12345']) {
      assert.ok(!everything.includes(secret), secret);
    }
    assert.ok(tryParseJson(everything) !== undefined && bench.log.length > 0);
  });
});
