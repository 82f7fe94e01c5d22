import { Failure } from '../failure.ts';
import { isShownHeader, MASK, redactText } from '../redaction.ts';
import { parsePolicy, type PolicyElement, writePolicy } from './policyXml.ts';

/**
 * A policy as it may be shown and kept in a document: keys that stand in it as they are, where a named value should be,
 * are masked. Source: azure-docs set-header-policy.md, authentication-basic-policy.md, validate-jwt-policy.md.
 */
export function maskedPolicy(text: string): string {
  const policy = parsePolicy(text);
  return redactText(policy instanceof Failure ? text : writePolicy(masked(policy, false)));
}

function masked(element: PolicyElement, insideSecret: boolean): PolicyElement {
  const isSecret = insideSecret || holdsSecret(element);
  const attributes = Object.entries(element.attributes).map(
    ([name, value]) => [name, /password/i.test(name) ? maskedText(value) : value] as const,
  );
  return {
    name: element.name,
    attributes: Object.fromEntries(attributes),
    content: element.content.map((part) => {
      if (typeof part !== 'string') return masked(part, isSecret);
      return isSecret ? maskedText(part) : part;
    }),
  };
}

function holdsSecret({ name, attributes }: PolicyElement): boolean {
  if (name === 'set-header') return !isShownHeader(attributes.name ?? '');
  return ['set-query-parameter', 'issuer-signing-keys', 'decryption-keys'].includes(name);
}

/** A reference to a named value, or an expression, says where a secret comes from, not what it is. */
function maskedText(text: string): string {
  return text.includes('{{') || text.startsWith('@') ? text : MASK;
}
