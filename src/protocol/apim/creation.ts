import * as v from 'valibot';

/** Of resource groups and resource providers. Source: azure-rest-api-specs resources/Microsoft.Resources. */
export const resourcesApiVersion = '2024-07-01';

const text = v.fallback(v.optional(v.string()), undefined);
const texts = v.fallback(v.array(v.string()), []);
const capacity = v.fallback(
  v.optional(
    v.nullable(
      v.object({
        minimum: v.fallback(v.number(), 0),
        maximum: v.fallback(v.optional(v.number()), undefined),
        default: v.fallback(v.optional(v.number()), undefined),
      }),
    ),
  ),
  undefined,
);

/** One row for a tier in a region. Source: azure-rest-api-specs apimskus.json (`ApiManagementSku`). */
export const offeredSkuSchema = v.object({
  name: v.fallback(v.string(), ''),
  resourceType: text,
  locations: texts,
  capacity,
  restrictions: v.fallback(v.array(v.unknown()), []),
});
export type OfferedSku = Readonly<v.InferOutput<typeof offeredSkuSchema>>;

/** What an instance can be changed to. Source: azure-rest-api-specs apimdeployment.json (`ResourceSkuResult`). */
export const targetSkuSchema = v.object({ sku: v.object({ name: v.string() }), capacity });
export type TargetSku = Readonly<v.InferOutput<typeof targetSkuSchema>>;

/** Source: azure-rest-api-specs resources.json (`Provider`). */
export const providerSchema = v.object({
  registrationState: text,
  resourceTypes: v.fallback(v.array(v.object({ resourceType: text, locations: texts })), []),
});
export type Provider = Readonly<v.InferOutput<typeof providerSchema>>;

export const regionSchema = v.object({ name: v.string(), displayName: text });
export type Region = Readonly<v.InferOutput<typeof regionSchema>>;

export const resourceGroupSchema = v.object({ id: v.string(), name: v.string(), location: text });
export type ResourceGroup = Readonly<v.InferOutput<typeof resourceGroupSchema>>;

/** Source: azure-rest-api-specs apimdeployment.json (`ApiManagementServiceNameAvailabilityResult`). */
export const nameAvailabilitySchema = v.object({
  nameAvailable: v.boolean(),
  reason: text,
  message: text,
});

/** A tier and how many units of it; the service takes 0 of Consumption. */
export interface Tier {
  readonly name: string;
  readonly units: number;
}

/** A tier that a subscription may have, and where. */
export interface OfferedTier extends Tier {
  /** The names of regions, in whatever form the service gives them. */
  readonly regions: readonly string[];
}

/** The tiers in the order in which they are offered; whatever else there is comes after them. */
const knownTiers = ['Consumption', 'Developer', 'Basic', 'Standard', 'Premium'].concat([
  'BasicV2',
  'StandardV2',
  'PremiumV2',
]);

/** The tiers that a subscription may have somewhere: a row with a restriction is not for it. */
export function offeredTiers(rows: readonly OfferedSku[]): readonly OfferedTier[] {
  const open = rows.filter(
    ({ resourceType = 'service', restrictions }) =>
      /^(?:.*\/)?service$/i.test(resourceType) && restrictions.length === 0,
  );
  return [...new Set(open.map(({ name }) => name))]
    .map((name) => {
      const skus = open.filter((sku) => sku.name === name);
      const units = isConsumption(name) ? 0 : (skus[0]?.capacity?.default ?? 1);
      return { name, units, regions: skus.flatMap(({ locations }) => locations) };
    })
    .toSorted((a, b) => rankOf(a.name) - rankOf(b.name));
}

/** Whether a tier is that of an instance, which may leave out how many units it has. */
export function isSameTier(
  sku: { readonly name: string; readonly capacity?: number | undefined } | undefined,
  { name, units }: Tier,
): boolean {
  return sku?.name === name && (sku.capacity ?? units) === units;
}

function rankOf(tier: string): number {
  const rank = knownTiers.indexOf(tier);
  return rank < 0 ? knownTiers.length : rank;
}

/** Who calls it pays by the call, and there are no units. */
export function isConsumption(tier: string): boolean {
  return tier === 'Consumption';
}

/** Whether an instance of a tier is made in minutes; the others take half an hour and more. */
export function isQuick(tier: string): boolean {
  return isConsumption(tier) || tier.endsWith('V2');
}

/** Whether two names are of one region: the name and what people read differ in case and blanks. */
export function isSameRegion(one: string, other: string): boolean {
  return plain(one) === plain(other);
}

function plain(region: string): string {
  return region.toLowerCase().replaceAll(' ', '');
}

/** Source: azure-rest-api-specs apimanagement.json (`ServiceNameParameter`). */
export function isInstanceName(name: string): boolean {
  return name.length <= 50 && /^[a-z](?:[a-z\d-]*[a-z\d])?$/i.test(name);
}

/** Source: azure-rest-api-specs resources.json (`resourceGroupName`). */
export function isResourceGroupName(name: string): boolean {
  return name.length <= 90 && /^[-\w.()]*[-\w()]$/.test(name);
}
