/** What not every tier has. Source: azure-docs api-management-features.md. */
export type TierFeature =
  | 'sla'
  | 'units'
  /** With users, groups and notifications, which are part of it. */
  | 'portal'
  | 'limitsByKey'
  | 'quotaByKey'
  | 'cache'
  | 'analytics'
  | 'backup'
  | 'entra'
  | 'network'
  | 'selfHosted'
  | 'regions';

const v2: readonly TierFeature[] = ['quotaByKey', 'analytics', 'backup', 'selfHosted', 'regions'];

const lacking: Readonly<Record<string, readonly TierFeature[]>> = {
  Consumption: [
    ...(['portal', 'limitsByKey', 'cache', 'analytics', 'backup', 'entra', 'network'] as const),
    ...(['selfHosted', 'regions'] as const),
  ],
  Developer: ['sla', 'units', 'regions'],
  Basic: ['entra', 'network', 'selfHosted', 'regions'],
  Standard: ['network', 'selfHosted', 'regions'],
  Premium: [],
  BasicV2: [...v2, 'network'],
  StandardV2: v2,
  PremiumV2: v2,
};

/** What a tier lacks; undefined for one that is not known here. */
export function lacksOf(tier: string): readonly TierFeature[] | undefined {
  return lacking[tier];
}

/** What an instance has now and would not have in another tier. */
export function lostBetween(from: string, to: string): readonly TierFeature[] {
  const before = new Set(lacksOf(from));
  return (lacksOf(to) ?? []).filter((feature) => !before.has(feature));
}

/** The tiers from the cheapest on; those of the second generation after the others. */
const order = [
  ...['Consumption', 'Developer', 'Basic', 'Standard', 'Premium'],
  ...['BasicV2', 'StandardV2', 'PremiumV2'],
];

/** By which tiers are put in order; one that is not known here comes last. */
export function rankOf(tier: string): number {
  const rank = order.indexOf(tier);
  return rank < 0 ? order.length : rank;
}

/** Who calls it pays by the call; it has no units, and is no step to or from another tier. */
export function isConsumption(tier: string): boolean {
  return tier === 'Consumption';
}

/** Whether an instance of a tier is made in minutes; the others take half an hour and more. */
export function isQuick(tier: string): boolean {
  return isConsumption(tier) || tier.endsWith('V2');
}
