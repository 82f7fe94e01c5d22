import { childrenOf, type PolicyElement } from '../../../../src/protocol/apim/policyXml.ts';
import { fragmentPolicies } from '../apim/policyFragments.ts';
import { readPolicy } from '../apim/policyText.ts';
import { instanceId } from '../resources.ts';
import type { Store } from '../store.ts';

/** A policy with the id of the document that it stands in. */
export interface Step {
  readonly element: PolicyElement;
  readonly document: string;
}

/**
 * The policies of a section, where each `<base />` stands for those of the next wider scope.
 * @param scopes ids of what may have a policy, the narrowest first
 */
export function effectivePolicy(store: Store, section: string, scopes: readonly string[]): readonly Step[] {
  const [scope, ...wider] = scopes;
  if (scope === undefined) return [];
  const stored = store.get(`${scope}/policies/policy`);
  if (!stored) return effectivePolicy(store, section, wider);
  const policy = readPolicy(String(stored.properties.value), 'rawxml');
  const own = childrenOf(policy).find(({ name }) => name === section);
  return (own ? childrenOf(own) : []).flatMap((element) => {
    if (element.name === 'base') return effectivePolicy(store, section, wider);
    return expanded(store, element, instanceId(stored.id)).map((policy) => ({
      element: policy,
      document: stored.id,
    }));
  });
}

/** A policy with the policies of a fragment in the place of each of its inclusions. */
function expanded(store: Store, element: PolicyElement, instance: string): readonly PolicyElement[] {
  if (element.name === 'include-fragment') return fragmentPolicies(store, instance, element);
  const content = element.content.flatMap((part): PolicyElement['content'] =>
    typeof part === 'string' ? [part] : expanded(store, part, instance),
  );
  return [{ ...element, content }];
}
