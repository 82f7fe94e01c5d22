import type { JsonObject } from '../../../../src/protocol/json.ts';
import { instanceId } from '../resources.ts';
import type { ResourceType, Write } from '../resources.ts';
import { ArmError } from '../wire.ts';
import { unknownNamedValues } from './namedValues.ts';
import { SERVICE } from './paths.ts';
import { checkInclusions } from './policyFragments.ts';
import { checkPolicy } from './policyRules.ts';
import type { PolicyScope } from './policyRules.ts';
import { formatOf, readPolicy, showPolicy } from './policyText.ts';
import { tierOf } from './tiers.ts';

/** Where policies may stand, from the widest scope to the narrowest. */
export const policyScopes: readonly ResourceType[] = [
  policies('global', ''),
  policies('product', '/products/{product}'),
  policies('api', '/apis/{api}'),
  policies('operation', '/apis/{api}/operations/{operation}'),
];

function policies(scope: PolicyScope, path: string): ResourceType {
  return {
    path: `${SERVICE}${path}/policies/{policyId}`,
    required: ['value'],
    replacedOnly: true,
    accept: (write) => acceptPolicy(write, scope),
    shown: ({ properties }, { query }) => {
      const format = formatOf(query.get('format'));
      const policy = readPolicy(String(properties.value), 'rawxml');
      return { format, value: showPolicy(policy, format) };
    },
  };
}

/** Policies are kept as `rawxml`. */
function acceptPolicy({ context, call, properties }: Write, scope: PolicyScope): JsonObject {
  if (call.parameters.policyId !== 'policy')
    throw ArmError.invalid([['policyId', 'A policy is always called "policy".']]);
  const text = String(properties.value);
  const policy = readPolicy(text, formatOf(properties.format));
  checkPolicy(text, policy, { scope, tier: tierOf(context, call.path) });
  const [unknown] = unknownNamedValues(context, instanceId(call.path), text);
  if (unknown !== undefined)
    throw ArmError.invalid([['policy', `There is no named value called '${unknown}'.`]]);
  checkInclusions(context, instanceId(call.path), text, policy);
  return { value: showPolicy(policy, 'rawxml') };
}
