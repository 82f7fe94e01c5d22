import * as v from 'valibot';
import {
  apiSchema,
  childPath,
  isCurrentRevision,
  operationSchema,
  policySchema,
  productSchema,
  type Api,
  type ApiOperation,
  type Product,
} from '../protocol/apim/arm.ts';
import { limitsIn, type CallLimits } from '../protocol/apim/limits.ts';
import { groupSchema, type Group } from '../protocol/apim/people.ts';
import { parsePolicy } from '../protocol/apim/policyXml.ts';
import { Failure } from '../protocol/failure.ts';
import type { InstanceAccess } from '../azure/index.ts';

/** What is at an instance already, as far as a publication is concerned. */
export interface InstanceFacts {
  readonly apis: readonly Api[];
  readonly products: readonly ProductFacts[];
  /** The id of the group of all developers; absent in a tier that has no portal where they see products. */
  readonly developers?: string;
}

export interface ProductFacts {
  readonly product: Product;
  /** Absent where they are not known. */
  readonly limits?: CallLimits;
}

/** Of how many products the limits are looked up. */
const mostLimits = 20;

export async function readInstance(instance: InstanceAccess, signal: AbortSignal): Promise<InstanceFacts> {
  const { arm, id } = instance;
  const [apis, products, developers] = await Promise.all([
    arm.listAll(childPath(id, 'apis'), apiSchema, { signal }),
    arm.listAll(childPath(id, 'products'), productSchema, { signal }),
    readDevelopers(instance, signal),
  ]);
  const limits = await Promise.all(
    products.slice(0, mostLimits).map(({ name }) => readLimits(instance, name, signal)),
  );
  return {
    apis: apis.filter(isCurrentRevision),
    products: products.map((product, index) => {
      const known = limits[index];
      return { product, ...(known !== undefined && { limits: known }) };
    }),
    ...(developers !== undefined && { developers }),
  };
}

/** Its id is another one in each instance. Source: azure-docs api-management-howto-create-groups.md. */
async function readDevelopers({ arm, id }: InstanceAccess, signal: AbortSignal): Promise<string | undefined> {
  try {
    const groups = await arm.listAll(childPath(id, 'groups'), groupSchema, { signal });
    const isDevelopers = ({ properties: { builtIn, displayName } }: Group): boolean =>
      builtIn === true && displayName === 'Developers';
    return groups.find(isDevelopers)?.name;
  } catch (error) {
    if (error instanceof Failure && error.code === 'MethodNotAllowedInPricingTier') return undefined;
    throw error;
  }
}

/** The operations of an API; none where it is not there. */
export async function readOperations(
  { arm, id }: InstanceAccess,
  apiId: string,
  signal: AbortSignal,
): Promise<readonly ApiOperation[]> {
  return arm.listAll(childPath(id, 'apis', apiId, 'operations'), operationSchema, { signal });
}

/** What a product's policy says, none where it has no policy; undefined for one that is not understood. */
export async function readLimits(
  { arm, id }: InstanceAccess,
  productId: string,
  signal: AbortSignal,
): Promise<CallLimits | undefined> {
  const path = childPath(id, 'products', productId, 'policies', 'policy');
  const reply = await arm.find(path, { query: { format: 'rawxml' }, signal });
  if (reply === undefined) return {};
  const read = v.safeParse(policySchema, reply.body);
  const policy = read.success ? parsePolicy(read.output.properties.value) : undefined;
  return policy === undefined || policy instanceof Failure ? undefined : limitsIn(policy);
}
