/**
 * Milliseconds to wait, from a `Retry-After` header in seconds or as an HTTP date; 0 for a date that has passed,
 * `undefined` for anything else. Source: RFC 9110 section 10.2.3.
 */
export function parseRetryAfter(value: string | undefined, now: Date = new Date()): number | undefined {
  const text = value?.trim();
  if (text === undefined || text === '') return undefined;
  if (/^\d+(?:\.\d+)?$/.test(text)) return Math.round(Number(text) * 1000);
  if (!/[a-z]/i.test(text)) return undefined;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now.getTime());
}
