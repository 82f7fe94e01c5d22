import { asArray, asObject, asText } from '../../../../src/protocol/json.ts';
import { durationOf } from '../durations.ts';
import type { Traces } from '../gateway/traces.ts';
import { existing, instanceId } from '../resources.ts';
import type { Context } from '../resources.ts';
import { ArmError } from '../wire.ts';
import type { Answer, Call, Route } from '../wire.ts';
import { SERVICE } from './paths.ts';

const LONGEST = 3_600_000;

/** The gateway of the instance itself, beside those that others host. */
const MANAGED = 'managed';

/** Traces of calls. Source: azure-rest-api-specs apimanagement 2024-05-01, apimgateways.json. */
export function tracingRoutes(context: Context): readonly Route[] {
  const path = `${SERVICE}/gateways/{gateway}`;
  return [
    { method: 'POST', path: `${path}/listDebugCredentials`, answer: giveCredentials },
    { method: 'POST', path: `${path}/listTrace`, answer: showTrace },
  ];

  function giveCredentials(call: Call): Answer {
    const traces = tracesOf(call);
    const { apiId, purposes, credentialsExpireAfter } = asObject(call.body);
    if (!asArray(purposes).includes('tracing'))
      throw ArmError.invalid([['purposes', 'purposes must have tracing.']]);
    const lifetime = durationOf(asText(credentialsExpireAfter) ?? 'PT1H', 'credentialsExpireAfter');
    if (lifetime > LONGEST)
      throw ArmError.invalid([['credentialsExpireAfter', 'Credentials are for an hour at most.']]);
    const api = existing(context, asText(apiId) ?? '');
    return { status: 200, body: { token: traces.issue(api.name, lifetime) } };
  }

  function showTrace(call: Call): Answer {
    const traceId = asText(asObject(call.body).traceId) ?? '';
    const trace = tracesOf(call).get(traceId);
    if (!trace) throw new ArmError(404, 'ResourceNotFound', `There is no trace ${traceId}.`);
    const { service: serviceName } = call.parameters;
    return { status: 200, body: { serviceName, traceId, traceEntries: trace.entries } };
  }

  function tracesOf({ path: asked, parameters: { gateway = '' } }: Call): Traces {
    const { id } = existing(context, instanceId(asked));
    if (gateway.toLowerCase() !== MANAGED) existing(context, `${id}/gateways/${gateway}`);
    return context.gateways.tracesOf(id);
  }
}
