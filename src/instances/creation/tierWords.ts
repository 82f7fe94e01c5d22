import * as vscode from 'vscode';
import type { Tier } from '../../protocol/apim/creation.ts';
import { isConsumption, isQuick, lacksOf, type TierFeature } from '../../protocol/apim/tiers.ts';

/** Where the prices are, which depend on region and contract. */
export const pricesUrl = 'https://azure.microsoft.com/pricing/details/api-management/';

/** Like `Developer` or `Standard, 2 units`. */
export function tierLabel({ name, units }: Tier): string {
  return units > 1 ? vscode.l10n.t('{0}, {1} units', name, units) : name;
}

/** What a tier lacks, as far as that is known. */
export function lackWords(name: string): string {
  const lacks = lacksOf(name) ?? [];
  return lacks.length === 0 ? '' : vscode.l10n.t('Without {0}', featureWords(lacks));
}

/** What a tier is for; empty for one that is not known here. */
export function purposeWords(name: string): string {
  switch (name) {
    case 'Consumption':
      return vscode.l10n.t('paid by the call');
    case 'Developer':
      return vscode.l10n.t('for tests');
    case 'Basic':
    case 'BasicV2':
      return vscode.l10n.t('for small production');
    case 'Standard':
    case 'StandardV2':
      return vscode.l10n.t('for production');
    case 'Premium':
    case 'PremiumV2':
      return vscode.l10n.t('for large production');
    default:
      return '';
  }
}

export function featureWords(features: readonly TierFeature[]): string {
  return features.map(wordsFor).join(', ');
}

function wordsFor(feature: TierFeature): string {
  switch (feature) {
    case 'sla':
      return vscode.l10n.t('SLA');
    case 'units':
      return vscode.l10n.t('a second unit');
    case 'portal':
      return vscode.l10n.t('developer portal, users, groups, notifications');
    case 'limitsByKey':
      return vscode.l10n.t('limits by key');
    case 'quotaByKey':
      return vscode.l10n.t('quota by key');
    case 'cache':
      return vscode.l10n.t('built-in cache');
    case 'analytics':
      return vscode.l10n.t('built-in analytics');
    case 'backup':
      return vscode.l10n.t('backup and restore');
    case 'entra':
      return vscode.l10n.t('Entra ID sign-in');
    case 'network':
      return vscode.l10n.t('virtual network');
    case 'selfHosted':
      return vscode.l10n.t('self-hosted gateway');
    case 'regions':
      return vscode.l10n.t('several regions');
  }
}

/** How long it takes to make an instance. Source: azure-docs get-started-create-service-instance.md, v2-service-tiers-overview.md. */
export function durationWords(tier: string): string {
  return isQuick(tier) ? vscode.l10n.t('some minutes') : vscode.l10n.t('30 minutes and more');
}

/** When one pays. Source: azure-docs api-management-features.md. */
export function billingWords({ name, units }: Tier): string {
  if (isConsumption(name))
    return vscode.l10n.t('You pay for each call, beyond a free number of calls a month.');
  return units > 1
    ? vscode.l10n.t('Billing starts with it: {0} units by the hour, used or not, until it is deleted.', units)
    : vscode.l10n.t('Billing starts with it: by the hour, used or not, until it is deleted.');
}
