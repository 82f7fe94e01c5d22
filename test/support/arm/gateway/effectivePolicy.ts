import { childrenOf, type PolicyElement } from '../../../../src/protocol/apim/policyXml.ts';
import { readPolicy } from '../apim/policyText.ts';
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
  return (own ? childrenOf(own) : []).flatMap((element) =>
    element.name === 'base' ? effectivePolicy(store, section, wider) : [{ element, document: stored.id }],
  );
}
