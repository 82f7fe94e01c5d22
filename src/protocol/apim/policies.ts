import type { CallLimit, CallLimits } from './limits.ts';
import { element, type PolicyElement } from './policyXml.ts';

/** A policy that adds the header `Authorization` with a named value, so that clients need a subscription key only. */
export function keyInjectionPolicy(namedValue: string): PolicyElement {
  return policies([authorization(namedValue), withoutSubscriptionKey]);
}

/**
 * The same for several endpoints: the key is the one of the endpoint that the call's template names, in whichever of
 * the `parameters` it is named. A call of any other endpoint is answered as one of no operation: it must not get to the
 * service with the key of a wrong endpoint, nor with a key of the caller's own.
 * Sources: azure-docs choose-policy.md, return-response-policy.md, api-management-policy-expressions.md.
 */
export function keyChoicePolicy(
  endpoints: readonly { readonly endpointId: string; readonly keyName: string }[],
  parameters: readonly (string | undefined)[],
): PolicyElement {
  const names = [...new Set(parameters.filter((name) => name !== undefined))];
  return policies([
    element('choose', {}, [
      ...endpoints.map(({ endpointId, keyName }) =>
        element('when', { condition: isCalled(endpointId, names) }, [authorization(keyName)]),
      ),
      element('otherwise', {}, [notFound]),
    ]),
    withoutSubscriptionKey,
  ]);
}

/** A policy expression, in C#. */
function isCalled(endpointId: string, parameters: readonly string[]): string {
  const id = stringLiteral(endpointId);
  const conditions = parameters.map(
    (name) =>
      `context.Request.MatchedParameters.GetValueOrDefault("${name}", "").Equals(${id}, StringComparison.OrdinalIgnoreCase)`,
  );
  return `@(${conditions.length === 0 ? 'false' : conditions.join(' || ')})`;
}

/** An id that holds `{{…}}` would be read as a named value before the expression is, and quotes would end it. */
function stringLiteral(text: string): string {
  const escaped = text.replaceAll(
    /[^\w.~-]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `"${escaped}"`;
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

function authorization(namedValue: string): PolicyElement {
  return setHeader('Authorization', `{{${namedValue}}}`);
}

function setHeader(name: string, value: string): PolicyElement {
  return element('set-header', { name, 'exists-action': 'override' }, [element('value', {}, [value])]);
}

/** The service has no use for the subscription key, and it would be in its logs. */
const withoutSubscriptionKey = element('set-header', {
  name: 'Ocp-Apim-Subscription-Key',
  'exists-action': 'delete',
});

const notFound = element('return-response', {}, [
  element('set-status', { code: '404', reason: 'Not Found' }),
  setHeader('Content-Type', 'application/json'),
  element('set-body', {}, ['{"statusCode":404,"message":"Resource not found"}']),
]);
