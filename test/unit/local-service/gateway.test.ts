import assert from 'node:assert/strict';
import {
  quotaReplenishedInMs,
  rateLimitEndsInMs,
  subscriptionKeyHeaderOf,
} from '../../../src/protocol/apim/errors.ts';
import { LocalTestService } from './localTestService.ts';

const body = JSON.stringify({
  Inputs: { input1: { ColumnNames: ['Col2'], Values: [['This is a good day']] } },
});

interface GatewayError {
  statusCode: number;
  message: string;
}

describe('the gateway of the local service', () => {
  let service: LocalTestService;

  before(async () => {
    service = await LocalTestService.start();
  });

  after(() => service.close());

  function call(
    target: LocalTestService,
    path: string,
    init: RequestInit = {},
    key = true,
  ): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('Authorization', `Bearer ${target.local.services[0]?.apiKey ?? ''}`);
    if (key) headers.set('Ocp-Apim-Subscription-Key', target.local.subscriptionKey);
    return fetch(`${target.local.gatewayUrl}${path}`, { ...init, headers });
  }

  function execute(target = service, query = 'api-version=2.0&details=true'): Promise<Response> {
    return call(target, `${target.path()}/execute?${query}`, { method: 'POST', body });
  }

  async function assertGatewayError(response: Response, status: number): Promise<GatewayError> {
    assert.equal(response.status, status);
    const error = (await response.json()) as GatewayError;
    assert.deepEqual(Object.keys(error), ['statusCode', 'message']);
    assert.equal(error.statusCode, status);
    return error;
  }

  it('passes the five operations on', async () => {
    assert.equal((await execute()).status, 200);
    const input = await service.upload('gateway.csv', 'Col2\r\nThis is a good day\r\n');
    const jobs = `${service.path()}/jobs`;
    const submitted = await call(service, `${jobs}?api-version=2.0`, {
      method: 'POST',
      body: JSON.stringify({ Inputs: { input1: input } }),
    });
    const id = (await submitted.json()) as string;
    assert.match(id, /^[\da-f]{32}$/);
    assert.equal(
      (await call(service, `${jobs}/${id}/start?api-version=2.0`, { method: 'POST' })).status,
      200,
    );
    assert.equal((await call(service, `${jobs}/${id}?api-version=2.0`)).status, 200);
    assert.equal((await call(service, `${jobs}/${id}?api-version=2.0`, { method: 'DELETE' })).status, 200);
  });

  it('takes the subscription key from the query only when there is no header', async () => {
    const url = `${service.path()}/execute?api-version=2.0&details=true&subscription-key=${service.local.subscriptionKey}`;
    assert.equal((await call(service, url, { method: 'POST', body }, false)).status, 200);
    const headers = { 'Ocp-Apim-Subscription-Key': 'wrong' };
    await assertGatewayError(await call(service, url, { method: 'POST', body, headers }, false), 401);
  });

  it('refuses a call without subscription key in its own shape, and a wrong API key in the shape of the service', async () => {
    const url = `${service.path()}/execute?api-version=2.0&details=true`;
    const bare = await call(service, url, { method: 'POST', body }, false);
    const challenge = bare.headers.get('www-authenticate') ?? '';
    assert.equal(subscriptionKeyHeaderOf(challenge), 'Ocp-Apim-Subscription-Key');
    const missing = await assertGatewayError(bare, 401);
    const headers = { 'Ocp-Apim-Subscription-Key': 'wrong' };
    const wrong = await assertGatewayError(
      await call(service, url, { method: 'POST', body, headers }, false),
      401,
    );
    assert.notEqual(missing.message, wrong.message);
    const service401 = await fetch(`${service.local.gatewayUrl}${url}`, {
      method: 'POST',
      body,
      headers: { 'Ocp-Apim-Subscription-Key': service.local.subscriptionKey },
    });
    assert.equal(service401.status, 401);
    assert.match(await service401.text(), /ScoreRequestUnauthorized/);
  });

  const elsewhere: readonly [method: string, path: (service: LocalTestService) => string][] = [
    ['GET', (target) => `${target.path()}/swagger.json?api-version=2.0`],
    ['GET', (target) => `${target.path()}/jobs?api-version=2.0`],
    ['GET', (target) => `${target.path()}/execute?api-version=2.0&details=true`],
    ['POST', (target) => `${target.path()}/execute?api-version=2.0`],
    ['POST', (target) => `${target.path()}/execute?details=true`],
    [
      'POST',
      (target) =>
        `${target.path().replace('workspaces', 'subscriptions')}/execute?api-version=2.0&details=true`,
    ],
    ['GET', () => '/'],
    ['GET', () => 'x/'],
  ];
  for (const [method, path] of elsewhere) {
    it(`has nothing for ${method} ${path({ path: () => '/workspaces/{}/services/{}' } as LocalTestService)}`, async () => {
      await assertGatewayError(await call(service, path(service), { method }), 404);
    });
  }

  it('passes undeclared query parameters on', async () => {
    const response = await call(
      service,
      `${service.path()}/execute?api-version=2.0&details=true&format=swagger`,
      {
        method: 'POST',
        body: '{"Inputs":{"input1":[{"Col2":"x"}]}}',
      },
    );
    assert.match(await response.text(), /^\{"Results":\{"output1":\[\{"Col2":"x"/);
  });

  it('does without the declared query parameters if it is told to', async () => {
    const lenient = await LocalTestService.start({ variants: { gatewayQuery: 'optional' } });
    assert.equal((await execute(lenient, 'api-version=2.0')).status, 200);
    await lenient.close();
  });

  it('limits rate and quota', async () => {
    const limited = await LocalTestService.start({
      limits: { gatewayRate: { calls: 2, seconds: 60 } },
    });
    assert.deepEqual([(await execute(limited)).status, (await execute(limited)).status], [200, 200]);
    const refused = await execute(limited);
    assert.match(refused.headers.get('retry-after') ?? '', /^(59|60)$/);
    assert.ok(
      [59_000, 60_000].includes(rateLimitEndsInMs((await assertGatewayError(refused, 429)).message) ?? 0),
    );
    await limited.close();

    const spent = await LocalTestService.start({ limits: { gatewayQuota: { calls: 1, seconds: 604_800 } } });
    assert.equal((await execute(spent)).status, 200);
    const { message } = await assertGatewayError(await execute(spent), 403);
    assert.match(message, /quota.* (7\.00:00:00|6\.23:59:\d\d)\./);
    assert.ok((quotaReplenishedInMs(message) ?? 0) > 600_000_000);
    await spent.close();
  });

  it('tells how many calls are left and when they are renewed, if it is told to', async () => {
    const limits = { gatewayRate: { calls: 2, seconds: 60 }, gatewayQuota: { calls: 5, seconds: 3600 } };
    const telling = await LocalTestService.start({ limits: { ...limits, gatewayTellsCalls: true } });
    const told = async (): Promise<(string | null)[]> => {
      const { status, headers } = await execute(telling);
      return [
        String(status),
        ...['x-ratelimit-remaining', 'x-ratelimit-limit', 'x-quota-remaining'].map((name) =>
          headers.get(name),
        ),
      ];
    };
    assert.deepEqual(await told(), ['200', '1', '2', '4']);
    assert.deepEqual(await told(), ['200', '0', '2', '3']);
    const refused = await execute(telling);
    assert.equal(refused.status, 429);
    assert.equal(refused.headers.get('x-ratelimit-remaining'), '0');
    const secondsIn = (name: string): number => Number(refused.headers.get(name));
    assert.ok(secondsIn('x-ratelimit-reset') > 0);
    assert.ok(secondsIn('x-ratelimit-reset') <= secondsIn('retry-after'));
    assert.ok(secondsIn('x-quota-reset') > 3_000 && secondsIn('x-quota-reset') <= 3_600);
    await telling.close();
    const silent = await LocalTestService.start({ limits });
    assert.equal((await execute(silent)).headers.get('x-quota-remaining'), null);
    await silent.close();
  });
});
