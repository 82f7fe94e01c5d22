import assert from 'node:assert/strict';

import type { Arm } from '../../support/arm/index.ts';
import { type ArmCaller, propertiesOf } from './armCaller.ts';
import { armForEachTest } from './armForEachTest.ts';

const answering =
  '<policies><inbound><return-response><set-status code="200" /></return-response></inbound></policies>';

describe('debug credentials of an emulated instance', () => {
  let arm: Arm;
  let caller: ArmCaller;

  armForEachTest((...started) => ([arm, caller] = started));

  beforeEach(() => {
    for (const path of ['one', 'other']) {
      const properties = { path, serviceUrl: 'http://127.0.0.1', subscriptionRequired: false };
      const api = arm.seed(`${caller.instance}/apis/${path}`, properties);
      arm.seed(`${api}/operations/get`, { method: 'GET', urlTemplate: '/' });
      arm.seed(`${api}/policies/policy`, { value: answering });
    }
  });

  it('trace calls of the API that they are for, and of no other', async () => {
    const apiId = `${caller.instance}/apis/one`;
    const asked = { apiId, purposes: ['tracing'], credentialsExpireAfter: 'PT1H' };
    const { body } = await caller.ask('POST', 'gateways/managed/listDebugCredentials', asked);
    const { gatewayUrl } = propertiesOf(await caller.ask('GET', caller.instance));
    const headers = { 'Apim-Debug-Authorization': String(body.token) };
    const [own, other, untraced] = await Promise.all([
      fetch(`${String(gatewayUrl)}/one/`, { headers }),
      fetch(`${String(gatewayUrl)}/other/`, { headers }),
      fetch(`${String(gatewayUrl)}/one/`),
    ]);
    const traceId = own.headers.get('apim-trace-id') ?? '';
    const trace = await caller.ask('POST', 'gateways/managed/listTrace', { traceId });
    assert.match(JSON.stringify(trace.body.traceEntries), /"method":"GET".*"source":"return-response"/);
    assert.equal(other.headers.get('apim-debug-authorization-wrongapi'), 'true');
    for (const { headers: answered } of [other, untraced]) assert.equal(answered.get('apim-trace-id'), null);
  });

  it('are given for an hour at most, and traces to who knows their id', async () => {
    const asked = { apiId: `${caller.instance}/apis/one`, purposes: ['tracing'] };
    const long = { ...asked, credentialsExpireAfter: 'PT2H' };
    const refused = await caller.ask('POST', 'gateways/managed/listDebugCredentials', long);
    assert.equal(refused.status, 400);
    const unknown = await caller.ask('POST', 'gateways/managed/listTrace', { traceId: 'none' });
    assert.equal(unknown.status, 404);
  });
});
