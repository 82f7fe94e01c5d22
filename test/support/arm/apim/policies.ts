import type { JsonObject } from '../../../../src/protocol/json.ts';
import { instanceId } from '../resources.ts';
import type { ResourceType, Write } from '../resources.ts';
import { ArmError } from '../wire.ts';
import { unknownNamedValues } from './namedValues.ts';
import { SERVICE, SERVICE_TYPE } from './paths.ts';

/** Where policies may stand, from the widest scope to the narrowest. */
export const policyScopes: readonly ResourceType[] = [
  policies(SERVICE, SERVICE_TYPE),
  policies(`${SERVICE}/products/{product}`, `${SERVICE_TYPE}/products`),
  policies(`${SERVICE}/apis/{api}`, `${SERVICE_TYPE}/apis`),
  policies(`${SERVICE}/apis/{api}/operations/{operation}`, `${SERVICE_TYPE}/apis/operations`),
];

function policies(path: string, type: string): ResourceType {
  return {
    path: `${path}/policies/{policyId}`,
    type: `${type}/policies`,
    required: ['value'],
    accept: acceptPolicy,
  };
}

function acceptPolicy({ context, call, properties }: Write): JsonObject {
  if (call.parameters.policyId !== 'policy')
    throw ArmError.invalid([['policyId', 'A policy is always called "policy".']]);
  const text = String(properties.value);
  const [unknown] = unknownNamedValues(context, instanceId(call.path), text);
  if (unknown !== undefined)
    throw ArmError.invalid([['policy', `There is no named value called '${unknown}'.`]]);
  return { format: 'xml', ...properties };
}
