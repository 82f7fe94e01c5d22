import type { InstanceAccess } from '../../azure/index.ts';
import { childPath } from '../../protocol/apim/arm.ts';

/** An id that nothing in a collection has yet: a PUT to one that is there would write over it. */
export async function freeId(
  { arm, id }: InstanceAccess,
  collection: string,
  wanted: string,
  signal: AbortSignal,
): Promise<string> {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if ((await arm.find(childPath(id + collection, name), { signal })) === undefined) return name;
  }
}
