import type { PolicyScope } from '../../protocol/apim/policyProblems.ts';

/**
 * What a policy is made from where there is none: it does what happens without one. That of an instance has no wider one
 * to take over, and must pass calls on itself. Source: azure-docs api-management-howto-policies.md.
 */
export function skeletonOf(scope: PolicyScope): string {
  const base = (section: string, inside = '<base />'): string =>
    scope === 'instance' && inside === '<base />'
      ? `    <${section} />`
      : `    <${section}>\n        ${inside}\n    </${section}>`;
  return [
    '<policies>',
    base('inbound'),
    base('backend', scope === 'instance' ? '<forward-request />' : '<base />'),
    base('outbound'),
    base('on-error'),
    '</policies>',
    '',
  ].join('\n');
}
