/**
 * The calls that a gateway's quota still allows, where a policy of its owner says so in a header such as
 * `x-quota-remaining`; undefined where none does. A rate limit, which renews itself within minutes, is none.
 * Source: azure-docs quota-policy.md, set-header-policy.md.
 */
export function callsLeft(headers: readonly (readonly [name: string, value: string])[]): number | undefined {
  const found = headers.find(
    ([name, value]) => /quota/i.test(name) && /remaining|left/i.test(name) && /^\s*\d+\s*$/.test(value),
  );
  return found === undefined ? undefined : Number(found[1]);
}
