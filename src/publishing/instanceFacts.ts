import * as v from 'valibot';
import {
  apiSchema,
  childPath,
  operationSchema,
  policySchema,
  productSchema,
  type Api,
  type ApiOperation,
  type Product,
} from '../protocol/apim/arm.ts';
import { limitsIn, type CallLimits } from '../protocol/apim/limits.ts';
import { parsePolicy } from '../protocol/apim/policyXml.ts';
import { Failure } from '../protocol/failure.ts';
import type { InstanceAccess } from './resourceStates.ts';

/** What is at an instance already, as far as a publication is concerned. */
export interface InstanceFacts {
  readonly apis: readonly Api[];
  readonly products: readonly ProductFacts[];
}

export interface ProductFacts {
  readonly product: Product;
  readonly limits: CallLimits;
}

/** Of how many products the limits are looked up. */
const mostLimits = 20;

export async function readInstance(instance: InstanceAccess, signal: AbortSignal): Promise<InstanceFacts> {
  const { arm, id } = instance;
  const [apis, products] = await Promise.all([
    all(arm.list(childPath(id, 'apis'), apiSchema, { signal })),
    all(arm.list(childPath(id, 'products'), productSchema, { signal })),
  ]);
  const limits = await Promise.all(
    products.slice(0, mostLimits).map(({ name }) => readLimits(instance, name, signal)),
  );
  return {
    apis: apis.filter(({ properties }) => properties.isCurrent !== false),
    products: products.map((product, index) => ({ product, limits: limits[index] ?? {} })),
  };
}

/** The operations of an API; none where it is not there. */
export async function readOperations(
  { arm, id }: InstanceAccess,
  apiId: string,
  signal: AbortSignal,
): Promise<readonly ApiOperation[]> {
  return all(arm.list(childPath(id, 'apis', apiId, 'operations'), operationSchema, { signal }));
}

/** What a product's policy says; none where it has no policy, or one that is not understood. */
export async function readLimits(
  { arm, id }: InstanceAccess,
  productId: string,
  signal: AbortSignal,
): Promise<CallLimits> {
  const path = childPath(id, 'products', productId, 'policies', 'policy');
  const reply = await arm.find(path, { query: { format: 'rawxml' }, signal });
  const read = v.safeParse(policySchema, reply?.body);
  const policy = read.success ? parsePolicy(read.output.properties.value) : undefined;
  return policy === undefined || policy instanceof Failure ? {} : limitsIn(policy);
}

async function all<T>(pages: AsyncIterable<readonly T[]>): Promise<readonly T[]> {
  const items: T[] = [];
  for await (const page of pages) items.push(...page);
  return items;
}
