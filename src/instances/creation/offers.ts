import type { ArmClient } from '../../azure/index.ts';
import { childPath, subscriptionsApiVersion } from '../../protocol/apim/arm.ts';
import {
  isSameRegion,
  offeredSkuSchema,
  offeredTiers,
  regionSchema,
  resourceGroupSchema,
  resourcesApiVersion,
  type NamedRegion,
  type OfferedTier,
  type Region,
  type ResourceGroup,
} from '../../protocol/apim/creation.ts';

/** What a subscription has for a new instance. */
export interface Offers {
  readonly tiers: readonly OfferedTier[];
  readonly groups: readonly ResourceGroup[];
  /** All regions of the subscription, by which those of a tier get their names. */
  readonly regions: readonly Region[];
}

export async function readOffers(
  arm: ArmClient,
  subscriptionId: string,
  signal: AbortSignal,
): Promise<Offers> {
  const at = childPath('/subscriptions', subscriptionId);
  const options = { apiVersion: resourcesApiVersion, signal };
  const [skus, groups, regions] = await Promise.all([
    arm.listAll(childPath(at, 'providers', 'Microsoft.ApiManagement', 'skus'), offeredSkuSchema, { signal }),
    arm.listAll(childPath(at, 'resourcegroups'), resourceGroupSchema, options),
    arm.listAll(childPath(at, 'locations'), regionSchema, {
      ...options,
      apiVersion: subscriptionsApiVersion,
    }),
  ]);
  return { tiers: offeredTiers(skus), groups, regions };
}

/** The regions that a tier is offered in, by the names that people read. */
export function regionsOf({ regions }: OfferedTier, all: readonly Region[]): readonly NamedRegion[] {
  const named = regions.map((given) => {
    const { name = given, displayName = given } =
      all.find((each) => [each.name, each.displayName ?? ''].some((form) => isSameRegion(form, given))) ?? {};
    return { name, displayName };
  });
  return named.toSorted((a, b) => a.displayName.localeCompare(b.displayName));
}
