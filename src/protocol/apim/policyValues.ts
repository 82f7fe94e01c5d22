import { BlockList, isIP } from 'node:net';
import { isExpression } from './policyXml.ts';

/** The longest period of a rate limit, in seconds. Source: azure-docs rate-limit-policy.md. */
const longestRatePeriod = 300;
/** The shortest period of a quota by key that ends, in seconds. Source: azure-docs quota-by-key-policy.md. */
const shortestQuotaPeriod = 300;

/** Names of headers that a policy may not change. Source: azure-docs set-header-policy.md. */
const fixedHeaders = ['connection', 'content-length', 'keep-alive', 'transfer-encoding'];

/** Whether a value is worked out later, from a named value or for each call. */
export function isOpen(value: string): boolean {
  return isExpression(value) || value.includes('{{');
}

/** What is wrong with a number of calls or kilobytes, as a sentence; so are the others here. */
export function countProblem(text: string): string | undefined {
  return isOpen(text) || /^[1-9]\d*$/.test(text) ? undefined : 'It is a whole number, 1 or more.';
}

export function ratePeriodProblem(text: string): string | undefined {
  const isPeriod = /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= longestRatePeriod;
  return isOpen(text) || isPeriod ? undefined : `It is a number of seconds from 1 to ${longestRatePeriod}.`;
}

/** Of a quota by subscription. Source: azure-docs quota-policy.md. */
export function quotaPeriodProblem(text: string): string | undefined {
  return isOpen(text) || /^\d+$/.test(text) ? undefined : 'It is a number of seconds, or 0 for ever.';
}

export function keyQuotaPeriodProblem(text: string): string | undefined {
  const isPeriod = /^\d+$/.test(text) && (Number(text) === 0 || Number(text) >= shortestQuotaPeriod);
  if (isOpen(text) || isPeriod) return undefined;
  return `It is a number of seconds from ${shortestQuotaPeriod}, or 0 for ever.`;
}

/** The ends of a range, or one address. A hyphen in an expression or in the name of a named value parts nothing. */
export function rangeEnds(text: string): readonly string[] {
  if (isExpression(text)) return [text];
  return text.split(/-(?![^{}]*\}\})/).map((each) => each.trim());
}

/** An address, or two with a hyphen between. Source: azure-docs ip-filter-policy.md. */
export function addressProblem(text: string): string | undefined {
  if (isExpression(text)) return undefined;
  const [from = '', to, ...more] = rangeEnds(text);
  const ends = to === undefined ? [from] : [from, to];
  if (text.includes('/')) return `${text} is a network: write it as a range, such as 10.0.0.0-10.0.0.255.`;
  if (more.length > 0 || ends.some((end) => !isOpen(end) && isIP(end) === 0))
    return `${text} is no IP address and no range, such as 10.0.0.1-10.0.0.9.`;
  return to === undefined || ends.some(isOpen) || isRange(from, to)
    ? undefined
    : `${text}: a range goes from its lower address up.`;
}

function isRange(from: string, to: string): boolean {
  if (isIP(from) !== isIP(to)) return false;
  try {
    new BlockList().addRange(from, to, isIP(from) === 4 ? 'ipv4' : 'ipv6');
    return true;
  } catch {
    return false;
  }
}

export function headerNameProblem(name: string, action?: string): string | undefined {
  if (isOpen(name)) return undefined;
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) return 'A header has a name of letters, digits and hyphens.';
  if (fixedHeaders.includes(name.toLowerCase()))
    return `API Management does not let a policy change ${name}.`;
  if (name.toLowerCase() === 'server' && action === 'delete')
    return 'API Management does not let a policy delete Server.';
  return undefined;
}

export function configUrlProblem(text: string): string | undefined {
  // Whoever could change what is read there would make valid tokens.
  const isUrl = URL.parse(text)?.protocol === 'https:';
  return isOpen(text) || isUrl
    ? undefined
    : 'The OpenID configuration is at a URL that begins with https://.';
}
