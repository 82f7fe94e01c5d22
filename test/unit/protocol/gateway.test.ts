import assert from 'node:assert/strict';
import { callAllowance, callsLeft } from '../../../src/protocol/apim/callQuota.ts';
import {
  parseGatewayError,
  quotaReplenishedInMs,
  rateLimitEndsInMs,
  subscriptionKeyHeaderOf,
} from '../../../src/protocol/apim/errors.ts';
import { gatewayOperations } from '../../../src/protocol/apim/operations.ts';
import { executeUrl, jobsUrl, jobUrl, startUrl } from '../../../src/protocol/studio/urls.ts';

describe('operations of a gateway', () => {
  it('are the five of the guide, and the URLs that this extension calls', () => {
    const address = { baseUrl: '', style: 'workspaces', workspaceId: 'w', endpointId: 's' } as const;
    const values: Record<string, string> = {
      workspace: 'w',
      service: 's',
      jobid: 'j',
      apiversion: '2.0',
      details: 'true',
    };
    const called = gatewayOperations.map(({ displayName, method, urlTemplate, parameters }) => {
      assert.deepEqual(parameters, urlTemplate.match(/(?<=\{)\w+(?=\})/g));
      return [
        displayName,
        method,
        urlTemplate.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? ''),
      ];
    });
    assert.deepEqual(called, [
      ['RRS Execute', 'POST', executeUrl(address, { details: true })],
      ['BES Submit', 'POST', jobsUrl(address)],
      ['BES Start', 'POST', startUrl(address, 'j')],
      ['BES Status', 'GET', jobUrl(address, 'j')],
      ['BES Delete', 'DELETE', jobUrl(address, 'j')],
    ]);
  });
});

describe('errors of a gateway', () => {
  it('have a number and a message', () => {
    assert.deepEqual(parseGatewayError({ statusCode: 500, message: 'm', activityId: 'a' }), {
      statusCode: 500,
      message: 'm',
      activityId: 'a',
    });
    for (const body of [
      null,
      'x',
      {},
      { statusCode: '401', message: 'm' },
      { StatusCode: 'Failed' },
      { message: 'm' },
    ]) {
      assert.equal(parseGatewayError(body), undefined);
    }
  });

  it('say for how long', () => {
    assert.equal(quotaReplenishedInMs('Quota will be replenished in 5.03:23:11.'), 444_191_000);
    assert.equal(quotaReplenishedInMs('Quota will be replenished in 00:00:09.'), 9_000);
    assert.equal(quotaReplenishedInMs('Quota will be replenished soon.'), undefined);
    assert.equal(rateLimitEndsInMs('Rate limit is exceeded. Try again in 1 second.'), 1_000);
    assert.equal(rateLimitEndsInMs('Rate limit is exceeded.'), undefined);
  });

  it('name the header of the key', () => {
    assert.equal(
      subscriptionKeyHeaderOf('AzureApiManagementKey realm="r",name="X-Key",type="header"'),
      'X-Key',
    );
    assert.equal(subscriptionKeyHeaderOf('AzureApiManagementKey'), 'Ocp-Apim-Subscription-Key');
    assert.equal(subscriptionKeyHeaderOf('Bearer name="x"'), undefined);
    assert.equal(subscriptionKeyHeaderOf(undefined), undefined);
  });
});

describe('the calls that a gateway says are left', () => {
  const now = new Date('2026-01-02T03:04:05Z');
  const in42Seconds = now.getTime() + 42_000;
  const allowance = (headers: Record<string, string>) => callAllowance(Object.entries(headers), now);

  it('are known by names that say so', () => {
    assert.deepEqual(allowance({ 'x-remaining': '3', 'x-total': '20' }), { remaining: 3, total: 20 });
    assert.deepEqual(allowance({ 'X-RateLimit-Remaining': '0', 'X-RateLimit-Limit': '5' }), {
      remaining: 0,
      total: 5,
    });
    assert.deepEqual(allowance({ 'remaining-calls': ' 7 ' }), { remaining: 7 });
    assert.deepEqual(allowance({ 'contoso-quota-left': '9' }), { remaining: 9 });
    for (const name of [
      'content-length',
      'x-ms-ratelimit-remaining-subscription-reads',
      'x-credits-remaining',
    ])
      assert.equal(allowance({ [name]: '3' }), undefined, name);
    assert.equal(allowance({ 'x-remaining': '***' }), undefined);
  });

  it('are renewed in so many seconds, at a second since 1970, or at a date', () => {
    const seconds = String(in42Seconds / 1000);
    for (const reset of ['42', seconds, new Date(in42Seconds).toUTCString()])
      assert.deepEqual(allowance({ 'RateLimit-Remaining': '3', 'RateLimit-Reset': reset }), {
        remaining: 3,
        renewedAt: in42Seconds,
      });
    assert.deepEqual(allowance({ 'x-remaining': '3', 'x-reset': 'soon' }), { remaining: 3 });
  });

  it('are those of what ends first, rate limit or quota', () => {
    const quota = { 'x-quota-remaining': '37', 'x-quota-reset': '42' };
    assert.deepEqual(allowance({ ...quota, 'x-remaining': '4' }), { remaining: 4 });
    assert.deepEqual(allowance({ ...quota, 'x-remaining': '40' }), { remaining: 37, renewedAt: in42Seconds });
    assert.equal(callsLeft(Object.entries({ ...quota, 'x-remaining': '4' })), 37);
    assert.equal(callsLeft([['x-remaining', '4']]), undefined, 'a rate limit renews itself');
  });
});
