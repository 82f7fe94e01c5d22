/**
 * How a command was called: by another program with one plain object (returns data, shows nothing, rejects), or by a
 * person from the palette, a menu or the tree.
 */
export function isProgramCall(args: readonly unknown[]): args is readonly [Record<string, unknown>] {
  const [first] = args;
  if (typeof first !== 'object' || first === null) return false;
  const prototype: unknown = Object.getPrototypeOf(first);
  return (prototype === Object.prototype || prototype === null) && !('$mid' in first) && !('node' in first);
}
