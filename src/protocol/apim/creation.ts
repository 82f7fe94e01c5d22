import * as v from 'valibot';
import { named, text } from './arm.ts';
import { isConsumption, rankOf } from './tiers.ts';

/** Of resource groups and resource providers. Source: azure-rest-api-specs resources/Microsoft.Resources. */
export const resourcesApiVersion = '2024-07-01';

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
/** A region with a name that people read. */
export interface NamedRegion {
  readonly name: string;
  readonly displayName: string;
}

export const resourceGroupSchema = v.object({ ...named, location: text });
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
