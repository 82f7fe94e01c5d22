import {
  childrenOf,
  type PlacedElement,
  type PolicyElement,
  textOf,
} from '../../../../src/protocol/apim/policyXml.ts';
import { elementProblem } from './policyText.ts';

export type PolicyScope = 'global' | 'product' | 'api' | 'operation';

interface Rule {
  /** The value of each attribute that must be there. */
  readonly attributes: Readonly<Record<string, RegExp>>;
  readonly sections?: readonly string[];
  readonly scopes?: readonly PolicyScope[];
  readonly once?: boolean;
  /** What else is wrong with it. */
  readonly problem?: (element: PolicyElement) => string | undefined;
}

const SECTIONS = ['inbound', 'backend', 'outbound', 'on-error'];
const SCOPES: readonly PolicyScope[] = ['global', 'product', 'api', 'operation'];
const ANY = /./s;
const COUNT = /^\d+$/;
const LONGEST_RATE_PERIOD = 300;
/** In bytes. Source: azure-docs includes/api-management-gateway-constraints.md; the wording of the refusal is made up. */
const LONGEST_IN_CONSUMPTION = 16 * 1024;

/** What elements have to be like. Sources: azure-docs rate-limit-policy.md, quota-policy.md, set-header-policy.md. */
const rules: Readonly<Record<string, Rule>> = {
  'set-header': { attributes: { name: ANY }, problem: setProblem },
  'set-query-parameter': { attributes: { name: ANY }, sections: ['inbound'], problem: setProblem },
  'set-backend-service': { attributes: { 'base-url': /^https?:\/\//i }, sections: ['inbound'] },
  'rate-limit': {
    attributes: { calls: COUNT, 'renewal-period': COUNT },
    sections: ['inbound'],
    scopes: ['product', 'api', 'operation'],
    once: true,
    problem: ({ attributes }) =>
      Number(attributes['renewal-period']) > LONGEST_RATE_PERIOD
        ? `renewal-period is at most ${LONGEST_RATE_PERIOD} seconds.`
        : undefined,
  },
  quota: { attributes: { 'renewal-period': COUNT }, sections: ['inbound'], scopes: ['product'], once: true },
  when: { attributes: { condition: ANY } },
  'include-fragment': { attributes: { 'fragment-id': ANY } },
};

/** Elements that are known and not looked into. */
const others = [
  ...['base', 'choose', 'otherwise', 'forward-request', 'return-response', 'set-body', 'set-method'],
  ...['set-status', 'set-variable', 'rewrite-uri', 'find-and-replace', 'mock-response', 'retry', 'wait'],
  ...['send-request', 'send-one-way-request', 'trace', 'cors', 'log-to-eventhub', 'emit-metric'],
  ...['quota-by-key', 'rate-limit-by-key', 'limit-concurrency', 'ip-filter', 'check-header', 'validate-jwt'],
  ...['authentication-basic', 'authentication-certificate', 'authentication-managed-identity'],
  ...['cache-lookup', 'cache-store', 'json-to-xml', 'xml-to-json'],
];

/** Sources: azure-docs rate-limit-by-key-policy.md, quota-by-key-policy.md. */
const notInConsumption = ['rate-limit-by-key', 'quota-by-key'];

/** Elements that are no policies of their own. */
const PARTS = ['base', 'when', 'otherwise'];

/** Elements whose content is policies again. */
const CONTAINERS = ['choose', 'when', 'otherwise'];

/** Elements that hold others and no text, besides containers. */
const WITHOUT_TEXT = ['ip-filter', 'set-header', 'set-query-parameter', 'validate-jwt'];

/** What a fragment may not hold: it stands for no section and for no other fragment. Source: azure-docs policy-fragments.md. */
const notInFragment = ['base', 'include-fragment'];

/** Where a document is to be. */
export interface PolicySite {
  /** Absent for a fragment, which may be included anywhere. */
  readonly scope?: PolicyScope;
  /** The name of the instance's SKU. */
  readonly tier: string;
}

/** Where each policy may stand. */
export function policyKinds(): readonly {
  readonly name: string;
  readonly sections: readonly string[];
  readonly scopes: readonly PolicyScope[];
}[] {
  return [...Object.keys(rules), ...others]
    .filter((name) => !PARTS.includes(name))
    .sort()
    .map((name) => ({
      name,
      sections: rules[name]?.sections ?? SECTIONS,
      scopes: rules[name]?.scopes ?? SCOPES,
    }));
}

/** Refuses a document that the service would refuse. @throws ArmError with the element's line and column */
export function checkPolicy(text: string, policy: PlacedElement, site: PolicySite): void {
  const seen = new Set<string>();
  if (policy.name !== 'policies') refuse(text, policy, 'the document begins with <policies>.');
  if (site.tier === 'Consumption' && Buffer.byteLength(text) > LONGEST_IN_CONSUMPTION)
    refuse(text, policy, 'the document is too long.');
  checkNoText(text, policy);
  for (const section of childrenOf(policy)) {
    if (!SECTIONS.includes(section.name))
      refuse(text, section, `only ${SECTIONS.join(', ')} may stand here.`);
    checkElements(text, section, { ...site, section: section.name }, seen);
  }
}

/** Refuses a fragment that the service would refuse. @throws ArmError with the element's line and column */
export function checkFragment(text: string, fragment: PlacedElement, tier: string): void {
  if (fragment.name !== 'fragment') refuse(text, fragment, 'the document begins with <fragment>.');
  checkElements(text, fragment, { tier }, new Set());
}

interface ElementSite extends PolicySite {
  /** Absent for a fragment. */
  readonly section?: string;
}

/** Checks what is in an element. @param seen names of the policies that were there before */
function checkElements(text: string, container: PlacedElement, site: ElementSite, seen: Set<string>): void {
  checkNoText(text, container);
  for (const element of childrenOf(container)) {
    const { name } = element;
    const rule = rules[name];
    if (!rule && !others.includes(name)) refuse(text, element, 'there is no such policy.');
    if (site.section === undefined && notInFragment.includes(name))
      refuse(text, element, 'it may not stand in a fragment.');
    if (site.tier === 'Consumption' && notInConsumption.includes(name))
      refuse(text, element, "Policy is not allowed in 'Consumption' sku");
    const problem = rule ? ruleProblem(rule, element, site, seen.has(name)) : undefined;
    if (problem !== undefined) refuse(text, element, problem);
    seen.add(name);
    if (WITHOUT_TEXT.includes(name)) checkNoText(text, element);
    if (CONTAINERS.includes(name)) checkElements(text, element, site, seen);
  }
}

/** The words are those that users of the service report. */
function checkNoText(text: string, element: PlacedElement): void {
  if (textOf(element) !== '') refuse(text, element, `The element '${element.name}' cannot contain text.`);
}

function refuse(text: string, element: PlacedElement, what: string): never {
  throw elementProblem(text, element, what);
}

function ruleProblem(
  { attributes, sections, scopes, once, problem }: Rule,
  element: PolicyElement,
  { section, scope }: ElementSite,
  isSecond: boolean,
): string | undefined {
  for (const [name, wanted] of Object.entries(attributes)) {
    const value = element.attributes[name];
    if (value === undefined) return `the attribute ${name} is missing.`;
    if (!isLateBound(value) && !wanted.test(value)) return `the attribute ${name} has a wrong value.`;
  }
  if (sections && section !== undefined && !sections.includes(section))
    return `it may not stand in ${section}.`;
  if (scopes && scope !== undefined && !scopes.includes(scope))
    return `it may not stand in a policy of the scope ${scope}.`;
  if (once && isSecond) return 'it may be there once only.';
  return problem?.(element);
}

/** A named value or an expression, whose value comes later. */
function isLateBound(value: string): boolean {
  return /^@[({]|\{\{[\w.-]+\}\}/.test(value);
}

function setProblem({ attributes, content }: PolicyElement): string | undefined {
  const action = attributes['exists-action'] ?? 'override';
  if (!['override', 'skip', 'append', 'delete'].includes(action))
    return 'the attribute exists-action has a wrong value.';
  return action !== 'delete' && content.length === 0 ? 'a value is missing.' : undefined;
}
