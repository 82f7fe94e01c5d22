import type { CallLimit, CallLimits } from './limits.ts';
import { element, type PolicyElement } from './policyXml.ts';

/** A policy that adds the header `Authorization` with a named value, so that clients need a subscription key only. */
export function keyInjectionPolicy(namedValue: string): PolicyElement {
  return policies([
    element('set-header', { name: 'Authorization', 'exists-action': 'override' }, [
      element('value', {}, [`{{${namedValue}}}`]),
    ]),
    // The service has no use for the subscription key, and it would be in its logs.
    element('set-header', { name: 'Ocp-Apim-Subscription-Key', 'exists-action': 'delete' }),
  ]);
}

/** A product's policy with limits for each subscription. */
export function limitsPolicy({ rate, quota }: CallLimits): PolicyElement {
  return policies([
    ...(rate ? [element('rate-limit', limitAttributes(rate))] : []),
    ...(quota ? [element('quota', limitAttributes(quota))] : []),
  ]);
}

function limitAttributes({ calls, seconds }: CallLimit): Record<string, string> {
  return { calls: String(calls), 'renewal-period': String(seconds) };
}

function policies(inbound: readonly PolicyElement[]): PolicyElement {
  const base = element('base');
  return element('policies', {}, [
    element('inbound', {}, [base, ...inbound]),
    element('backend', {}, [base]),
    element('outbound', {}, [base]),
    element('on-error', {}, [base]),
  ]);
}
