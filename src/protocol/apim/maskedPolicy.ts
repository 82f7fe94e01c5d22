import { Failure } from '../failure.ts';
import { isShownHeader, redactText, redactUrl } from '../redaction.ts';
import { withWrittenOut, writtenOut } from './policyExpressions.ts';
import { childrenOf, isExpression, parsePolicy, type PolicyElement, writePolicy } from './policyXml.ts';
import type { SecretMasks } from './secretMasks.ts';

/** Elements whose text is no secret. Source: azure-docs api-management-policies.md and the pages of these policies. */
const SHOWN_TEXTS: ReadonlySet<string> = new Set([
  'address',
  'application-id',
  'audience',
  'header',
  'issuer',
  'method',
  'origin',
  'set-method',
  'vary-by-header',
  'vary-by-query-parameter',
]);

/** Attributes that hold what others have chosen freely, such as a variable's value or a password. */
const SECRET_ATTRIBUTE =
  /password|secret|token|connection-string|(?:^|-)key$|^(?:body|default-value|from|to|value)$/i;

/** A reference to a named value says where a secret comes from, not what it is; a scheme says nothing. */
const SHOWN_PART = /(\{\{[^{}]*\}\}|^(?:Basic|Bearer) )/i;

/**
 * A policy as it may be shown: keys that stand in it as they are, where a named value should be, are masked, and so is
 * every other text that may be one. One that cannot be read is masked whole.
 */
export function maskedPolicy(text: string, masks: SecretMasks): string {
  const policy = parsePolicy(text);
  return policy instanceof Failure ? masks.of(text) : writePolicy(new Masking(masks).element(policy));
}

/** The texts of a policy that may be shown wherever they are found again. */
export function textsIn(text: string): readonly string[] {
  const policy = parsePolicy(text);
  return policy instanceof Failure ? [] : textsOf(policy);
}

function textsOf(element: PolicyElement): readonly string[] {
  const texts = element.content.filter((part) => typeof part === 'string');
  return [
    ...[...Object.values(element.attributes), ...texts].flatMap((text) =>
      isExpression(text) ? writtenOut(text) : [text],
    ),
    ...childrenOf(element).flatMap(textsOf),
  ];
}

class Masking {
  readonly #masks: SecretMasks;

  constructor(masks: SecretMasks) {
    this.#masks = masks;
  }

  element(element: PolicyElement, parent?: PolicyElement): PolicyElement {
    const { name, attributes, content } = element;
    return {
      name,
      attributes: Object.fromEntries(
        Object.entries(attributes).map(([key, value]) => [key, this.#attribute(key, value)]),
      ),
      content: content.map((part) =>
        typeof part === 'string' ? this.#text(part, element, parent) : this.element(part, element),
      ),
    };
  }

  #attribute(name: string, value: string): string {
    if (isExpression(value) || SECRET_ATTRIBUTE.test(name)) return this.#hidden(value);
    return value.includes('?') || value.includes('://')
      ? redactUrl(value, (secret) => this.#hidden(secret))
      : redactText(value);
  }

  #text(text: string, { name }: PolicyElement, parent: PolicyElement | undefined): string {
    if (isExpression(text)) return this.#hidden(text);
    if (SHOWN_TEXTS.has(name) || (name === 'value' && isOfShownHeader(parent))) return redactText(text);
    return name === 'set-url' ? this.#address(text) : this.#hidden(text);
  }

  /** The rest of an address may be the secret, as that of a web hook is. */
  #address(text: string): string {
    const origin = /^[a-z][a-z\d+.-]*:\/\/[^/?#@]+(?=[/?#]|$)/i.exec(text)?.[0] ?? '';
    return origin + this.#hidden(text.slice(origin.length));
  }

  /** Of an expression, what is worked out stays readable. */
  #hidden(text: string): string {
    if (isExpression(text)) return withWrittenOut(text, (part) => this.#hidden(part));
    return text
      .split(SHOWN_PART)
      .map((part) => (SHOWN_PART.test(part) ? part : this.#masks.of(part)))
      .join('');
  }
}

function isOfShownHeader(parent: PolicyElement | undefined): boolean {
  return (
    parent !== undefined &&
    ['set-header', 'check-header'].includes(parent.name) &&
    isShownHeader(parent.attributes.name ?? '')
  );
}
