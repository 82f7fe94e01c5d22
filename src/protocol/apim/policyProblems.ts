import type { FailureReason } from '../failure.ts';
import { policySections, type PolicySection } from './policyEdits.ts';
import { headerActions } from './policyFields.ts';
import { InvalidPolicy, type LineColumn } from './policyReader.ts';
import {
  addressProblem,
  countProblem,
  headerNameProblem,
  isOpen,
  keyQuotaPeriodProblem,
  quotaPeriodProblem,
  ratePeriodProblem,
} from './policyValues.ts';
import {
  childrenOf,
  parsePolicy,
  type PlacedElement,
  type PolicyElement,
  type Span,
  textOf,
} from './policyXml.ts';

/** What a policy document is about. */
export type PolicyScope = 'instance' | 'product' | 'api' | 'operation';

export interface PolicyProblem {
  /** API Management refuses an error, as far as its documentation says; a warning it may take. */
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly span: Span;
}

/** Where a policy is to be. */
export interface PolicyPlace {
  readonly scope: PolicyScope;
  /** The name of the instance's SKU, where it is known. */
  readonly tier?: string | undefined;
}

/** Lengths of the longest documents, in bytes. Source: azure-docs includes/api-management-gateway-constraints.md. */
const longest = 256 * 1024;
const longestInConsumption = 16 * 1024;

/**
 * The sections of policies that may not stand in all of them. Source: azure-docs api-management-policies.md, and the
 * page of each policy.
 */
const sectionsOf: Readonly<Record<string, readonly PolicySection[]>> = {
  ...sameFor(
    ['inbound'],
    ['rate-limit', 'rate-limit-by-key', 'quota', 'quota-by-key', 'ip-filter', 'validate-jwt'],
    ['validate-azure-ad-token', 'validate-client-certificate', 'check-header', 'cors', 'cross-domain'],
    ['authentication-basic', 'authentication-certificate', 'authentication-managed-identity'],
    ['get-authorization-context', 'cache-lookup', 'rewrite-uri'],
  ),
  ...sameFor(['outbound'], ['cache-store', 'jsonp']),
  ...sameFor(['backend'], ['forward-request']),
};

function sameFor(
  sections: readonly PolicySection[],
  ...names: readonly (readonly string[])[]
): Record<string, readonly PolicySection[]> {
  return Object.fromEntries(names.flat().map((name) => [name, sections]));
}

/** Names of all policies, so that a misspelt one is seen. Source: azure-docs api-management-policies.md. */
const knownPolicies = new Set([
  ...Object.keys(sectionsOf),
  ...['base', 'choose', 'when', 'otherwise', 'retry', 'wait', 'limit-concurrency', 'include-fragment'],
  ...['set-header', 'set-query-parameter', 'set-backend-service', 'set-body', 'set-method', 'set-status'],
  ...['set-variable', 'return-response', 'mock-response', 'find-and-replace', 'redirect-content-urls'],
  ...['send-request', 'send-one-way-request', 'proxy', 'json-to-xml', 'xml-to-json', 'xsl-transform'],
  ...['cache-lookup-value', 'cache-store-value', 'cache-remove-value', 'trace', 'emit-metric'],
  ...['log-to-eventhub', 'validate-content', 'validate-parameters', 'validate-headers'],
  ...['validate-status-code', 'validate-graphql-request', 'validate-odata-request', 'invoke-request'],
  ...['invoke-dapr-binding', 'publish-to-dapr', 'set-graphql-resolver', 'sql-data-source'],
  ...['http-data-source', 'cosmosdb-data-source', 'publish-event', 'llm-token-limit'],
  ...['azure-openai-token-limit', 'llm-emit-token-metric', 'azure-openai-emit-token-metric'],
  ...['llm-semantic-cache-lookup', 'llm-semantic-cache-store', 'azure-openai-semantic-cache-lookup'],
  ...['azure-openai-semantic-cache-store', 'llm-content-safety'],
]);

/** Policies that hold others. Source: azure-docs choose-policy.md, retry-policy.md, wait-policy.md. */
const containers = ['choose', 'when', 'otherwise', 'retry', 'wait', 'limit-concurrency'];

/** What else has only elements in it. Source: azure-docs ip-filter-policy.md, set-header-policy.md, validate-jwt-policy.md. */
const withoutText = [...containers, 'ip-filter', 'set-header', 'validate-jwt'];

/** What is known to be wrong with a document before the service sees it, in its order. */
export function policyProblems(text: string, place: PolicyPlace): readonly PolicyProblem[] {
  const policy = parsePolicy(text);
  if (policy instanceof InvalidPolicy) {
    const { offset, what } = policy;
    return [{ severity: 'error', message: `${upperFirst(what)}.`, span: { start: offset, end: offset + 1 } }];
  }
  return new PolicyReview(text, place).of(policy);
}

class PolicyReview {
  readonly #text: string;
  readonly #place: PolicyPlace;
  readonly #problems: PolicyProblem[] = [];
  readonly #seen = new Set<string>();

  constructor(text: string, place: PolicyPlace) {
    this.#text = text;
    this.#place = place;
  }

  of(policy: PlacedElement): readonly PolicyProblem[] {
    if (policy.name !== 'policies') this.#error(policy, 'A policy document begins with <policies>.');
    const tooLong = lengthProblem(this.#text, this.#place.tier);
    if (tooLong !== undefined) this.#error(policy, tooLong);
    this.#noText(policy);
    for (const section of childrenOf(policy)) {
      const known = policySections.find((name) => name === section.name);
      if (known === undefined) {
        this.#error(section, `<${section.name}> is no section: there are ${policySections.join(', ')}.`);
        continue;
      }
      if (this.#isSecond(section)) this.#error(section, `The section ${known} may be there once only.`);
      this.#noText(section);
      for (const child of childrenOf(section)) this.#element(child, known);
    }
    return this.#problems;
  }

  #element(element: PlacedElement, section: PolicySection): void {
    const { name } = element;
    const allowed = Object.hasOwn(sectionsOf, name) ? sectionsOf[name] : undefined;
    if (allowed !== undefined && !allowed.includes(section))
      this.#error(element, `<${name}> may stand in ${allowed.join(', ')} only, not in ${section}.`);
    this.#where(element);
    if (withoutText.includes(name)) this.#noText(element);
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    for (const message of rule?.(element) ?? []) this.#error(element, message);
    if (!knownPolicies.has(name))
      this.#add('warning', element, `<${name}> is no policy that this extension knows: check its name.`);
    if (containers.includes(name)) for (const child of childrenOf(element)) this.#element(child, section);
  }

  #where(element: PlacedElement): void {
    const { name } = element;
    const { scope, tier } = this.#place;
    if ((name === 'rate-limit' || name === 'quota') && this.#isSecond(element))
      this.#error(element, `<${name}> may be there once only.`);
    if (name === 'quota' && scope !== 'product')
      this.#error(element, '<quota> counts by subscription, and may stand in the policy of a product only.');
    if (name === 'rate-limit' && scope === 'instance')
      this.#error(
        element,
        '<rate-limit> may stand in the policy of a product, an API or an operation, not in that of the instance.',
      );
    const lacking = lackingIn(name, tier);
    if (lacking !== undefined) this.#error(element, lacking);
  }

  #noText(element: PlacedElement): void {
    if (textOf(element) !== '')
      this.#error(element, `<${element.name}> may hold elements only, and no text.`);
  }

  #isSecond({ name }: PolicyElement): boolean {
    const isSecond = this.#seen.has(name);
    this.#seen.add(name);
    return isSecond;
  }

  #error(element: PlacedElement, message: string): void {
    this.#add('error', element, message);
  }

  /** Marks the name of the element, where the service points to as well. */
  #add(severity: PolicyProblem['severity'], { name, span }: PlacedElement, message: string): void {
    this.#problems.push({
      severity,
      message,
      span: { start: span.start + 1, end: span.start + 1 + name.length },
    });
  }
}

/** Why a document is too long for a tier. */
export function lengthProblem(text: string, tier: string | undefined): string | undefined {
  const length = Buffer.byteLength(text);
  const isConsumption = tier === 'Consumption';
  const most = isConsumption ? longestInConsumption : longest;
  if (length <= most) return undefined;
  const sizes = `at most ${bytes(most)}; this one has ${bytes(length)}.`;
  return isConsumption
    ? `In the tier Consumption a policy document has ${sizes}`
    : `A policy document has ${sizes}`;
}

function bytes(count: number): string {
  return `${count.toLocaleString('en-US')} bytes`;
}

/** Why a tier does not know a policy. Source: azure-docs rate-limit-by-key-policy.md, quota-by-key-policy.md. */
export function lackingIn(policy: string, tier: string | undefined): string | undefined {
  const isByKey = policy === 'rate-limit-by-key' || policy === 'quota-by-key';
  if (isByKey && tier === 'Consumption')
    return `The tier Consumption has no <${policy}>: limits by key need another tier.`;
  if (policy === 'quota-by-key' && tier !== undefined && /V2$/i.test(tier))
    return `The tier ${tier} has no <quota-by-key>.`;
  return undefined;
}

/** What else is wrong with an element. Each page of azure-docs is called after its policy, such as ip-filter-policy.md. */
const rules: Readonly<Record<string, (element: PlacedElement) => readonly string[]>> = {
  'rate-limit': ({ attributes }) => rateProblems(attributes),
  'rate-limit-by-key': ({ attributes }) => [...rateProblems(attributes), ...counterProblems(attributes)],
  quota: ({ attributes }) => quotaProblems(attributes, quotaPeriodProblem),
  'quota-by-key': ({ attributes }) => [
    ...quotaProblems(attributes, keyQuotaPeriodProblem),
    ...counterProblems(attributes),
  ],
  'ip-filter': filterProblems,
  'validate-jwt': tokenProblems,
  'set-header': headerProblems,
};

type Attributes = PolicyElement['attributes'];

function rateProblems(attributes: Attributes): readonly string[] {
  return [
    ...wrong('calls', attributes.calls, countProblem),
    ...wrong('renewal-period', attributes['renewal-period'], ratePeriodProblem),
  ];
}

function quotaProblems(
  { calls, bandwidth, 'renewal-period': period }: Attributes,
  periodProblem: typeof quotaPeriodProblem,
): readonly string[] {
  return [
    ...(calls === undefined && bandwidth === undefined
      ? ['It needs the attribute calls, or bandwidth, or both.']
      : []),
    ...(calls === undefined ? [] : wrong('calls', calls, countProblem)),
    ...(bandwidth === undefined ? [] : wrong('bandwidth', bandwidth, countProblem)),
    ...wrong('renewal-period', period, periodProblem),
  ];
}

function counterProblems({ 'counter-key': key }: Attributes): readonly string[] {
  return wrong('counter-key', key, () => undefined);
}

function filterProblems(filter: PlacedElement): readonly string[] {
  const { action = '' } = filter.attributes;
  const children = childrenOf(filter);
  return [
    ...(action === 'allow' || action === 'forbid' || isOpen(action)
      ? []
      : ['The attribute action is allow or forbid.']),
    ...(children.length === 0 ? ['It needs an <address> or an <address-range>.'] : []),
    ...children.flatMap((child) => {
      const { from = '', to = '' } = child.attributes;
      const text = child.name === 'address' ? textOf(child) : `${from}-${to}`;
      return addressProblem(text) ?? [];
    }),
  ];
}

const tokenPlaces = ['header-name', 'query-parameter-name', 'token-value'];

function tokenProblems({ attributes }: PlacedElement): readonly string[] {
  const places = tokenPlaces.filter((name) => name in attributes);
  return places.length === 1
    ? []
    : [`It needs one of the attributes ${tokenPlaces.join(', ')}, and only one.`];
}

function headerProblems(header: PlacedElement): readonly string[] {
  const { name, 'exists-action': action = 'override' } = header.attributes;
  return [
    ...wrong('name', name, (text) => headerNameProblem(text, action)),
    ...(headerActions.some((each) => each === action) || isOpen(action)
      ? []
      : [`The attribute exists-action is one of ${headerActions.join(', ')}.`]),
    ...(action !== 'delete' && childrenOf(header).length === 0 ? ['It needs a <value>.'] : []),
  ];
}

function wrong(
  attribute: string,
  value: string | undefined,
  problem: (value: string) => string | undefined,
): readonly string[] {
  const found = value === undefined ? 'It is missing.' : problem(value);
  return found === undefined ? [] : [`${attribute}: ${found}`];
}

/** What API Management said against a document, and where. */
export interface PolicyRefusal {
  /** Both from 1; the column is that of the element's name. Absent where it did not say. */
  readonly at?: LineColumn;
  readonly message: string;
}

const elementPlace = /^Error in element '[^']+' on line (\d+), column (\d+): /;
const textPlace = /Line (\d+), position (\d+)\.?$/;

/**
 * The refusals in an error of API Management, which lists them as details or, with `details: null`, says one in the
 * message. Seen in Azure/azure-api-management-devops-resource-kit#350 and #202, Azure/apiops#605 and #160.
 */
export function policyRefusals(reasons: readonly FailureReason[]): readonly PolicyRefusal[] {
  const [outer, ...details] = reasons;
  const said = details.length > 0 ? details : outer === undefined ? [] : [outer];
  return said.map(({ message }) => {
    const [, line, column] = elementPlace.exec(message) ?? textPlace.exec(message) ?? [];
    const at = line === undefined ? undefined : { line: Number(line), column: Number(column) };
    return { message: message.replace(elementPlace, ''), ...(at && { at }) };
  });
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
