import * as vscode from 'vscode';
import type { ArmClient } from '../../azure/index.ts';
import { childPath, parseArm } from '../../protocol/apim/arm.ts';
import {
  isInstanceName,
  isResourceGroupName,
  nameAvailabilitySchema,
  type OfferedTier,
} from '../../protocol/apim/creation.ts';
import type { Where } from '../../shared/azurePlace.ts';
import { askChoice, askText, type Choice, type Step, trimmedText } from '../../shared/steps.ts';
import { type CreationDraft, type GroupChoice, isComplete } from './draft.ts';
import { regionsOf, type Offers } from './offers.ts';
import { billingWords, durationWords, lackWords, pricesUrl, purposeWords } from './tierWords.ts';

/** Everything that the questions know besides the draft. */
export interface Setting {
  readonly arm: ArmClient;
  readonly where: Where;
  readonly offers: Offers;
}

/** The questions of a new instance, one after another. */
export function creationSteps(draft: CreationDraft, setting: Setting): readonly Step[] {
  return [
    askName(draft, setting),
    askGroup(draft, setting.offers),
    askNewGroup(draft, setting.offers),
    askTier(draft, setting.offers),
    askRegion(draft, setting.offers),
    askOrganisation(draft),
    askEmail(draft),
    confirmCreation(draft, setting),
  ];
}

/** How many of them are asked, without the confirmation. */
export function creationQuestions({ group }: CreationDraft): number {
  return group.isNew ? 7 : 6;
}

function askName(draft: CreationDraft, { arm, where }: Setting): Step {
  return trimmedText(
    () => ({
      prompt: vscode.l10n.t('Name of the instance. Its gateway will be https://NAME.azure-api.net.'),
      value: draft.name,
      validate: (text) =>
        isInstanceName(text)
          ? undefined
          : vscode.l10n.t(
              'Up to 50 letters, digits and hyphens are expected: a letter first, no hyphen at the end.',
            ),
      inquire: (text, signal) => objectionTo(text, arm, where.subscriptionId, signal),
    }),
    (text) => (draft.name = text),
  );
}

/** A name belongs to one instance in all of Azure, and for a while to one that was deleted. */
async function objectionTo(
  name: string,
  arm: ArmClient,
  subscriptionId: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const provider = childPath('/subscriptions', subscriptionId, 'providers', 'Microsoft.ApiManagement');
  const { body } = await arm.post(childPath(provider, 'checkNameAvailability'), { name }, { signal });
  const { nameAvailable, reason, message = '' } = parseArm(nameAvailabilitySchema, body);
  if (nameAvailable) return undefined;
  return reason === 'Invalid' && message !== ''
    ? message
    : vscode.l10n.t('{0} is the name of another instance, or of one that was deleted lately.', name);
}

const newGroup: GroupChoice = { name: '', isNew: true };

/** `canMake`: whether a new one may be offered. */
export function askGroup(draft: CreationDraft, { groups }: Offers, canMake = true): Step {
  return (position) => {
    const made = draft.group.isNew ? draft.group : newGroup;
    const choices: Choice<GroupChoice>[] = [
      ...(canMake ? [{ label: vscode.l10n.t('$(add) New resource group…'), value: made }] : []),
      ...groups
        .toSorted((a, b) => a.name.localeCompare(b.name))
        .map(({ name, location = '' }) => ({
          label: name,
          description: location,
          value: { name, isNew: false },
        })),
    ];
    const placeholder = vscode.l10n.t('Resource group of the instance');
    return askChoice(position, { placeholder, choices }, (group) => (draft.group = group));
  };
}

function askNewGroup(draft: CreationDraft, { groups }: Offers): Step {
  const taken = new Set(groups.map(({ name }) => name.toLowerCase()));
  return (position) => {
    if (!draft.group.isNew) return Promise.resolve('skip');
    return askText(
      position,
      {
        prompt: vscode.l10n.t('Name of the new resource group'),
        value: draft.group.name || draft.name,
        validate: (text) => {
          if (taken.has(text.trim().toLowerCase()))
            return vscode.l10n.t('There is one of that name. Go back to choose it.');
          return isResourceGroupName(text.trim())
            ? undefined
            : vscode.l10n.t(
                'Up to 90 letters, digits, "-", "_", "." and brackets are expected, no "." at the end.',
              );
        },
      },
      (text) => (draft.group = { name: text.trim(), isNew: true }),
    );
  };
}

function askTier(draft: CreationDraft, { tiers }: Offers): Step {
  return (position) => {
    const choices = tiers.map((tier) => ({
      label: tier.name,
      description: [purposeWords(tier.name), durationWords(tier.name)].filter(Boolean).join(' · '),
      detail: lackWords(tier.name),
      value: tier,
    }));
    const placeholder =
      choices.length === 0
        ? vscode.l10n.t('Azure offers this subscription no tier. Another subscription may have some.')
        : vscode.l10n.t('Pricing tier');
    return askChoice(position, { placeholder, choices }, (tier: OfferedTier) => (draft.tier = tier));
  };
}

function askRegion(draft: CreationDraft, { regions, groups }: Offers): Step {
  return (position) => {
    const { tier, group } = draft;
    if (tier === undefined) return Promise.resolve('skip');
    const near = groups.find(({ name }) => !group.isNew && name === group.name)?.location;
    const choices = regionsOf(tier, regions)
      .map((region) => ({
        label: region.displayName,
        ...(region.name === near && { description: vscode.l10n.t('where the resource group is') }),
        value: region,
      }))
      .toSorted((a, b) => Number(b.value.name === near) - Number(a.value.name === near));
    const placeholder = vscode.l10n.t('Location, of those that have {0}', tier.name);
    return askChoice(position, { placeholder, choices }, (region) => (draft.region = region));
  };
}

/** Source: azure-rest-api-specs apimdeployment.json (`publisherName`, `publisherEmail`). */
const longest = 100;

function askOrganisation(draft: CreationDraft): Step {
  return trimmedText(
    () => ({
      prompt: vscode.l10n.t('Name of your organisation, for the developer portal and for e-mails'),
      value: draft.organisation,
      validate: (text) =>
        text !== '' && text.length <= longest
          ? undefined
          : vscode.l10n.t('1 to 100 characters are expected.'),
    }),
    (text) => (draft.organisation = text),
  );
}

function askEmail(draft: CreationDraft): Step {
  return trimmedText(
    () => ({
      prompt: vscode.l10n.t('E-mail of the administrator: API Management sends its notifications there'),
      value: draft.email,
      validate: (text) =>
        text.length <= longest && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text)
          ? undefined
          : vscode.l10n.t('An e-mail address of up to 100 characters is expected.'),
    }),
    (text) => (draft.email = text),
  );
}

/** Says what it costs and how long it takes before anything is done. */
export function confirmCreation(draft: CreationDraft, { where }: Setting): Step {
  return async () => {
    if (!isComplete(draft)) return 'cancel';
    const { name, tier, region, group } = draft;
    const create = vscode.l10n.t('Create instance');
    const back = vscode.l10n.t('Back');
    const place = vscode.l10n.t(
      '{0} in {1}, resource group {2}, subscription {3}.',
      tier.name,
      region.displayName,
      group.isNew ? vscode.l10n.t('{0} (new)', group.name) : group.name,
      where.subscriptionName,
    );
    const lacks = lackWords(tier.name);
    const lines = [
      place,
      ...(lacks === '' ? [] : [vscode.l10n.t('{0}.', lacks)]),
      billingWords(tier),
      vscode.l10n.t('Prices: {0}', pricesUrl),
      vscode.l10n.t('This takes {0}.', durationWords(tier.name)),
      vscode.l10n.t('The status bar shows how far it is, and this window may be closed meanwhile.'),
    ];
    const choice = await vscode.window.showWarningMessage(
      vscode.l10n.t('Create the API Management instance {0}?', name),
      { modal: true, detail: lines.join('\n') },
      create,
      back,
    );
    if (choice === create) return 'next';
    return choice === back ? 'back' : 'cancel';
  };
}
