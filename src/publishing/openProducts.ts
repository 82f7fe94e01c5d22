import type { InstanceAccess } from '../azure/index.ts';
import { childPath, productSchema } from '../protocol/apim/arm.ts';
import { apiAt, type Draft, existingProduct, isOpen } from './draft.ts';
import type { InstanceFacts } from './instanceFacts.ts';

/** What the open products are called through which anybody may call the API of a draft: its own, and those it is in. */
export async function openProductsOf(
  { path, product }: Pick<Draft, 'path' | 'product'>,
  { apis }: Pick<InstanceFacts, 'apis'>,
  { arm, id }: InstanceAccess,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const there = apiAt(path, apis);
  const already = there
    ? await arm.listAll(childPath(id, 'apis', there.name, 'products'), productSchema, { signal })
    : [];
  const open = [product, ...already.map(existingProduct)].filter(isOpen);
  return [...new Set(open.map(({ displayName }) => displayName))];
}
