import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { ArmClient, ChosenInstance } from '../../azure/index.ts';
import { childPath, instanceSchema, parseArm } from '../../protocol/apim/arm.ts';
import { provisioningStateIn } from '../../protocol/apim/armOperation.ts';
import { targetSkuSchema, type TargetSku, type Tier } from '../../protocol/apim/creation.ts';
import { isConsumption, lostBetween, rankOf } from '../../protocol/apim/tiers.ts';
import { asking } from '../../shared/asking.ts';
import { askChoice, askNeeded, askText, type Step } from '../../shared/steps.ts';
import { featureWords, lackWords, pricesUrl, purposeWords, tierLabel } from './tierWords.ts';
import type { TierChange } from './workRecord.ts';

interface Situation {
  readonly now: Tier;
  readonly etag: string | undefined;
  readonly isBusy: boolean;
  readonly targets: readonly Target[];
}

interface Target {
  readonly name: string;
  readonly fewest: number;
  readonly most: number;
}

/** Asks for another tier, or for more units, of an instance; undefined when the user gives up. */
export async function askForTier({ client, item, where }: ChosenInstance): Promise<TierChange | undefined> {
  const { id, name } = item;
  const title = vscode.l10n.t('Change the pricing tier of {0}', name);
  const situation = await asking(client.baseUrl, (signal) => look(client, id, signal));
  const { now, etag, targets } = situation;
  const obstacle = obstacleOf(name, situation);
  if (obstacle !== undefined) {
    void vscode.window.showInformationMessage(obstacle);
    return undefined;
  }
  const draft: Draft = { target: undefined, units: now.units };
  const steps = [
    { ask: askTarget(draft, now, targets) },
    { ask: askUnits(draft), isNeeded: () => hasUnits(draft.target) },
  ];
  if (!(await askNeeded(title, steps)) || draft.target === undefined) return undefined;
  const tier = { name: draft.target.name, units: draft.units };
  if (!(await confirm(name, now, tier))) return undefined;
  return {
    version: 1,
    id: randomUUID(),
    startedAt: new Date().toISOString(),
    kind: 'changeTier',
    instance: { id, name },
    where,
    tier,
    from: now,
    ...(etag !== undefined && { etag }),
  };
}

async function look(arm: ArmClient, id: string, signal: AbortSignal): Promise<Situation> {
  const { body, etag } = await arm.get(id, { signal });
  const { sku } = parseArm(instanceSchema, body);
  const now = { name: sku?.name ?? '', units: sku?.capacity ?? 1 };
  const isBusy = provisioningStateIn(body) === 'running';
  if (isBusy || isConsumption(now.name)) return { now, etag, isBusy, targets: [] };
  const skus = await arm.listAll(childPath(id, 'skus'), targetSkuSchema, { signal });
  const targets = skus.map(targetOf).filter(({ name, most }) => name !== now.name || most > 1);
  return { now, etag, isBusy, targets };
}

function targetOf({ sku: { name }, capacity }: TargetSku): Target {
  const fewest = Math.max(1, capacity?.minimum ?? 1);
  return { name, fewest, most: Math.max(fewest, capacity?.maximum ?? fewest) };
}

/** Source: azure-docs upgrade-and-scale.md. */
function obstacleOf(name: string, { now, isBusy, targets }: Situation): string | undefined {
  if (isConsumption(now.name)) {
    return vscode.l10n.t(
      '{0} is in the tier Consumption, which cannot be changed to another one. Create an instance of the tier that you want, and publish there.',
      name,
    );
  }
  if (isBusy) return vscode.l10n.t('{0} is being changed already. Try again when that has ended.', name);
  if (targets.length === 0) return vscode.l10n.t('Azure offers no other tier for {0}.', name);
  return undefined;
}

interface Draft {
  target: Target | undefined;
  units: number;
}

function askTarget(draft: Draft, now: Tier, targets: readonly Target[]): Step {
  return (position) => {
    const choices = targets
      .toSorted((a, b) => rankOf(a.name) - rankOf(b.name))
      .map((target) => ({
        label: target.name,
        description: [
          purposeWords(target.name),
          target.name === now.name && vscode.l10n.t('now: {0}', unitWords(now.units)),
          target.most > 1 && vscode.l10n.t('up to {0}', unitWords(target.most)),
        ]
          .filter(Boolean)
          .join(' · '),
        detail: lackWords(target.name),
        value: target,
      }));
    const placeholder = vscode.l10n.t('Pricing tier; now it is {0}', tierLabel(now));
    return askChoice(position, { placeholder, choices }, (target) => {
      draft.target = target;
      draft.units = Math.min(Math.max(now.units, target.fewest), target.most);
    });
  };
}

function hasUnits(target: Target | undefined): boolean {
  return target !== undefined && target.fewest < target.most;
}

function askUnits(draft: Draft): Step {
  return (position) => {
    const { target } = draft;
    if (target === undefined) return Promise.resolve('skip');
    const { name, fewest, most } = target;
    return askText(
      position,
      {
        prompt: vscode.l10n.t(
          'Units of {0}, {1} to {2}; each costs the price of the tier',
          name,
          fewest,
          most,
        ),
        value: String(draft.units),
        validate: (text) =>
          /^\d{1,3}$/.test(text.trim()) && Number(text) >= fewest && Number(text) <= most
            ? undefined
            : vscode.l10n.t('A whole number from {0} to {1} is expected.', fewest, most),
      },
      (text) => (draft.units = Number(text)),
    );
  };
}

async function confirm(name: string, now: Tier, tier: Tier): Promise<boolean> {
  if (now.name === tier.name && now.units === tier.units) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('{0} is that already: {1}.', name, tierLabel(now)),
    );
    return false;
  }
  const change = vscode.l10n.t('Change tier');
  const lines = [
    vscode.l10n.t('From {0} to {1}.', tierLabel(now), tierLabel(tier)),
    ...warningsOf(now, tier),
    vscode.l10n.t('From then on you pay the price of {0} by the hour, used or not.', tierLabel(tier)),
    vscode.l10n.t('Prices: {0}', pricesUrl),
    vscode.l10n.t('This takes 15 to 45 minutes, and nothing else can be changed meanwhile.'),
  ];
  const message = vscode.l10n.t('Change the pricing tier of {0}?', name);
  const choice = await vscode.window.showWarningMessage(
    message,
    { modal: true, detail: lines.join('\n') },
    change,
  );
  return choice === change;
}

/** Source: azure-docs upgrade-and-scale.md, api-management-features.md. */
function warningsOf(now: Tier, tier: Tier): readonly string[] {
  if (now.name === tier.name) return [];
  const lost = lostBetween(now.name, tier.name);
  return [
    ...(lost.length === 0 ? [] : [vscode.l10n.t('What it loses: {0}.', featureWords(lost))]),
    ...([now.name, tier.name].includes('Developer')
      ? [vscode.l10n.t('The gateway may not answer while this goes on: Developer has no SLA.')]
      : []),
  ];
}

function unitWords(units: number): string {
  return units === 1 ? vscode.l10n.t('1 unit') : vscode.l10n.t('{0} units', units);
}
