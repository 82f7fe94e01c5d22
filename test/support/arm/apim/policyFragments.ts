import {
  childrenOf,
  type PlacedElement,
  type PolicyElement,
  writePolicy,
} from '../../../../src/protocol/apim/policyXml.ts';
import { pageOf } from '../paging.ts';
import { existing, instanceId } from '../resources.ts';
import type { Context, ResourceType, Write } from '../resources.ts';
import type { Entity, Store } from '../store.ts';
import { ArmError } from '../wire.ts';
import type { Route } from '../wire.ts';
import type { JsonObject } from '../../../../src/protocol/json.ts';
import { SERVICE } from './paths.ts';
import { checkFragment } from './policyRules.ts';
import { elementProblem, formatOf, readPolicy, showPolicy } from './policyText.ts';
import { tierOf } from './tiers.ts';

/** Policies that other policies include. Source: azure-docs policy-fragments.md. */
export const policyFragments: ResourceType = {
  path: `${SERVICE}/policyFragments/{fragment}`,
  required: ['value'],
  replacedOnly: true,
  slow: ['PUT'],
  accept: acceptFragment,
  shown: ({ properties }, { query }) => {
    const format = formatOf(query.get('format'));
    const fragment = readPolicy(String(properties.value), 'rawxml');
    const value = childrenOf(fragment).map((policy) => showPolicy(policy, format));
    return { ...properties, format, value: value.join('\r\n') };
  },
  release: (context, _call, fragment) => {
    const [policy] = referencesTo(context, fragment);
    if (policy) throw new ArmError(400, 'ValidationError', `A policy includes the fragment: ${policy.id}.`);
  },
};

export function fragmentRoutes(context: Context): readonly Route[] {
  return [
    {
      method: 'POST',
      path: `${policyFragments.path}/listReferences`,
      answer: (call) => {
        const fragment = existing(context, call.path.slice(0, call.path.lastIndexOf('/')));
        const references = referencesTo(context, fragment).map(({ id, type, name }) => ({ id, type, name }));
        return pageOf(references, call, context.paging);
      },
    },
  ];
}

/** The policies of the fragment that an element includes; none where it is gone. */
export function fragmentPolicies(
  store: Store,
  instance: string,
  inclusion: PolicyElement,
): readonly PolicyElement[] {
  const fragment = store.get(`${instance}/policyFragments/${fragmentOf(inclusion)}`);
  return fragment ? childrenOf(readPolicy(String(fragment.properties.value), 'rawxml')) : [];
}

/** Refuses a policy that includes a fragment that is not there. @throws ArmError */
export function checkInclusions(
  { store }: Context,
  instance: string,
  text: string,
  policy: PlacedElement,
): void {
  for (const inclusion of inclusionsIn(policy))
    if (!store.get(`${instance}/policyFragments/${fragmentOf(inclusion)}`))
      throw elementProblem(text, inclusion, `there is no fragment called ${fragmentOf(inclusion)}.`);
}

/** Fragments are kept as `rawxml`, within their wrapper. */
function acceptFragment({ context, call, properties }: Write): JsonObject {
  const text = String(properties.value);
  const fragment = readPolicy(
    text,
    formatOf(properties.format),
    (what) => new ArmError(400, 'ValidationError', what, { details: null }),
  );
  checkFragment(text, fragment, tierOf(context, call.path));
  return { ...properties, value: writePolicy(fragment) };
}

function referencesTo({ store }: Context, fragment: Entity): readonly Entity[] {
  return store.where(
    ({ id, type, properties }) =>
      type.endsWith('/policies') &&
      instanceId(id) === instanceId(fragment.id) &&
      inclusionsIn(readPolicy(String(properties.value), 'rawxml')).some(
        (inclusion) => fragmentOf(inclusion).toLowerCase() === fragment.name.toLowerCase(),
      ),
  );
}

function inclusionsIn(policy: PlacedElement): readonly PlacedElement[] {
  if (policy.name === 'include-fragment') return [policy];
  return childrenOf(policy).flatMap(inclusionsIn);
}

function fragmentOf({ attributes }: PolicyElement): string {
  return attributes['fragment-id'] ?? '';
}
