import assert from 'node:assert/strict';

import type { JsonObject } from '../../../src/protocol/json.ts';
import type { Arm } from '../../support/arm/index.ts';
import { propertiesOf } from './armCaller.ts';
import type { ArmCaller } from './armCaller.ts';
import { instance } from './examples.ts';
import type { Asked } from './examples.ts';

const gateway = 'gateways/{gatewayId}';
const value =
  '<policies><inbound><cors /><return-response><set-status code="200" reason="OK" /></return-response></inbound></policies>';

/** Examples about calls that are traced. */
export const traceExamples: Readonly<Record<string, Asked>> = {
  GatewayListDebugCredentials: instance('POST', `${gateway}/listDebugCredentials`, {
    before: async (arm, _caller, { serviceName }) => {
      await addApi(arm, String(serviceName));
      return {};
    },
  }),
  GatewayListTrace: instance('POST', `${gateway}/listTrace`, {
    before: async (arm, caller, { serviceName }) => ({
      parameters: { traceId: await tracedCall(caller, await addApi(arm, String(serviceName))) },
    }),
  }),
};

/** An instance with an API that answers by itself; gives the instance's id. */
async function addApi(arm: Arm, name: string): Promise<string> {
  const id = await arm.addInstance({ name });
  const properties = { path: 'a1', serviceUrl: 'http://127.0.0.1', subscriptionRequired: false };
  const api = arm.seed(`${id}/apis/a1`, properties);
  arm.seed(`${api}/operations/get`, { method: 'GET', urlTemplate: '/' });
  arm.seed(`${api}/policies/policy`, { value });
  return id;
}

/** Calls through the gateway with debug credentials; gives the id of the trace. */
async function tracedCall(caller: ArmCaller, id: string): Promise<string> {
  const asked: JsonObject = { apiId: `${id}/apis/a1`, purposes: ['tracing'] };
  const { body } = await caller.ask('POST', `${id}/gateways/managed/listDebugCredentials`, asked);
  const { gatewayUrl } = propertiesOf(await caller.ask('GET', id));
  const headers = { 'Apim-Debug-Authorization': String(body.token) };
  const answer = await fetch(`${String(gatewayUrl)}/a1/`, { headers });
  assert.equal(answer.status, 200);
  return answer.headers.get('apim-trace-id') ?? '';
}
