import assert from 'node:assert/strict';
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
