import { elementsNamed, type PolicyElement } from './policyXml.ts';

/** How many calls a subscription may make in a stretch of time. */
export interface CallLimit {
  readonly calls: number;
  /** 0: for the subscription's whole life. */
  readonly seconds: number;
}

/** What a product's policy allows each of its subscriptions. */
export interface CallLimits {
  /** Renews itself within minutes. */
  readonly rate?: CallLimit;
  readonly quota?: CallLimit;
}

/**
 * The limits of the product Starter, with which API Management comes.
 * Source: azure-rest-api-specs ApiManagementListProducts.json.
 */
export const starterLimits = {
  rate: { calls: 5, seconds: 60 },
  quota: { calls: 100, seconds: 7 * 24 * 60 * 60 },
} as const satisfies CallLimits;

/** The limits that a policy says in numbers. Source: azure-docs rate-limit-policy.md, quota-policy.md. */
export function limitsIn(policy: PolicyElement): CallLimits {
  const rate = limitNamed(policy, 'rate-limit');
  const quota = limitNamed(policy, 'quota');
  return { ...(rate && { rate }), ...(quota && { quota }) };
}

function limitNamed(policy: PolicyElement, name: string): CallLimit | undefined {
  for (const { attributes } of elementsNamed(policy, name)) {
    const calls = Number(attributes.calls);
    const seconds = Number(attributes['renewal-period']);
    if (Number.isInteger(calls) && Number.isInteger(seconds)) return { calls, seconds };
  }
  return undefined;
}
