import {
  childrenOf,
  type PlacedElement,
  type PolicyElement,
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
const ANY = /./s;
const COUNT = /^\d+$/;
const LONGEST_RATE_PERIOD = 300;

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
};

/** Elements that are known and not looked into. */
const others = [
  ...['base', 'choose', 'otherwise', 'forward-request', 'return-response', 'set-body', 'set-method'],
  ...['set-status', 'set-variable', 'rewrite-uri', 'find-and-replace', 'mock-response', 'retry', 'wait'],
  ...['send-request', 'send-one-way-request', 'trace', 'cors', 'log-to-eventhub', 'emit-metric'],
  ...['quota-by-key', 'rate-limit-by-key', 'limit-concurrency', 'ip-filter', 'check-header', 'validate-jwt'],
  ...['authentication-basic', 'authentication-certificate', 'authentication-managed-identity'],
  ...['cache-lookup', 'cache-store', 'json-to-xml', 'xml-to-json', 'include-fragment'],
];

/** Sources: azure-docs rate-limit-by-key-policy.md, quota-by-key-policy.md. */
const notInConsumption = ['rate-limit-by-key', 'quota-by-key'];

/** Elements whose content is policies again. */
const CONTAINERS = ['choose', 'when', 'otherwise'];

/** Where a document is to be. */
export interface PolicySite {
  readonly scope: PolicyScope;
  /** The name of the instance's SKU. */
  readonly tier: string;
}

/** Refuses a document that the service would refuse. @throws ArmError with the element's line and column */
export function checkPolicy(text: string, policy: PlacedElement, { scope, tier }: PolicySite): void {
  const seen = new Set<string>();
  const refuse = (element: PlacedElement, what: string): never => {
    throw elementProblem(text, element, what);
  };
  if (policy.name !== 'policies') refuse(policy, 'the document begins with <policies>.');
  for (const section of childrenOf(policy)) {
    if (!SECTIONS.includes(section.name)) refuse(section, `only ${SECTIONS.join(', ')} may stand here.`);
    for (const element of childrenOf(section)) check(element, section.name);
  }

  function check(element: PlacedElement, section: string): void {
    const { name } = element;
    const rule = rules[name];
    if (!rule && !others.includes(name)) refuse(element, 'there is no such policy.');
    if (tier === 'Consumption' && notInConsumption.includes(name))
      refuse(element, "Policy is not allowed in 'Consumption' sku");
    if (rule) {
      const problem = ruleProblem(rule, element, section, scope, seen.has(name));
      if (problem !== undefined) refuse(element, problem);
    }
    seen.add(name);
    if (CONTAINERS.includes(name)) for (const inner of childrenOf(element)) check(inner, section);
  }
}

function ruleProblem(
  { attributes, sections, scopes, once, problem }: Rule,
  element: PolicyElement,
  section: string,
  scope: PolicyScope,
  isSecond: boolean,
): string | undefined {
  for (const [name, wanted] of Object.entries(attributes)) {
    const value = element.attributes[name];
    if (value === undefined) return `the attribute ${name} is missing.`;
    if (!isLateBound(value) && !wanted.test(value)) return `the attribute ${name} has a wrong value.`;
  }
  if (sections && !sections.includes(section)) return `it may not stand in ${section}.`;
  if (scopes && !scopes.includes(scope)) return `it may not stand in a policy of the scope ${scope}.`;
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
