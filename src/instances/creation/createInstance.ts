import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { ArmClient, Azure } from '../../azure/index.ts';
import { childPath } from '../../protocol/apim/arm.ts';
import { resourcesApiVersion } from '../../protocol/apim/creation.ts';
import { Failure } from '../../protocol/failure.ts';
import { asking } from '../../shared/asking.ts';
import type { Where } from '../../shared/azurePlace.ts';
import { askInSteps } from '../../shared/steps.ts';
import { type CompleteDraft, type CreationDraft, emptyDraft, isComplete } from './draft.ts';
import { readOffers } from './offers.ts';
import { askGroup, confirmCreation, creationQuestions, creationSteps, type Setting } from './questions.ts';
import { ensureRegistered, pickSubscription } from './registration.ts';
import type { Creation } from './workRecord.ts';

/** A new instance that the user has agreed to, and its draft; the resource group is there. */
export interface AgreedCreation {
  readonly record: Creation;
  readonly draft: CreationDraft;
}

/** Asks for a new instance; undefined when the user gives up. `earlier` has the answers of an attempt that failed. */
export async function askForInstance(
  azure: Azure,
  earlier?: AgreedCreation,
): Promise<AgreedCreation | undefined> {
  const title = vscode.l10n.t('Create an API Management instance');
  const where = earlier?.record.where ?? (await askWhere(azure, title));
  if (where === undefined) return undefined;
  const arm = azure.clientAt(where);
  const offers = await asking(arm.baseUrl, (signal) => readOffers(arm, where.subscriptionId, signal));
  const draft = earlier?.draft ?? emptyDraft(where.account.label);
  const setting = { arm, where, offers };
  if (!(await askInSteps(title, creationSteps(draft, setting), () => creationQuestions(draft))))
    return undefined;
  if (!isComplete(draft) || !(await makeGroup(title, draft, setting))) return undefined;
  return { record: recordOf(draft, where), draft };
}

async function askWhere(azure: Azure, title: string): Promise<Where | undefined> {
  const picked = await pickSubscription(azure, title);
  if (picked === undefined) return undefined;
  const { where, provider } = picked;
  return (await ensureRegistered(azure.clientAt(where), where, provider)) ? where : undefined;
}

/** Who may not make a resource group may still use one that is there. False when the user gives up. */
async function makeGroup(title: string, draft: CompleteDraft, setting: Setting): Promise<boolean> {
  const { group, region } = draft;
  if (!group.isNew) return true;
  try {
    await asking(setting.arm.baseUrl, (signal) =>
      putGroup(setting.arm, setting.where.subscriptionId, group.name, region.name, signal),
    );
    draft.group = { name: group.name, isNew: false };
    return true;
  } catch (error) {
    if (!(error instanceof Failure) || error.status !== 403) throw error;
    const other = vscode.l10n.t('Choose another…');
    const choice = await vscode.window.showWarningMessage(
      vscode.l10n.t('You may not create the resource group {0}.', group.name),
      { modal: true, detail: error.sentence },
      ...(setting.offers.groups.length > 0 ? [other] : []),
    );
    if (choice !== other) return false;
    return askInSteps(title, [askGroup(draft, setting.offers, false), confirmCreation(draft, setting)]);
  }
}

/** Source: azure-rest-api-specs resources.json (`ResourceGroups_CreateOrUpdate`). */
async function putGroup(
  arm: ArmClient,
  subscriptionId: string,
  name: string,
  location: string,
  signal: AbortSignal,
): Promise<void> {
  const path = childPath('/subscriptions', subscriptionId, 'resourcegroups', name);
  await arm.put(path, { location }, { apiVersion: resourcesApiVersion, signal });
}

function recordOf(draft: CompleteDraft, where: Where): Creation {
  const { name, group, tier, region, organisation, email } = draft;
  return {
    version: 1,
    id: randomUUID(),
    startedAt: new Date().toISOString(),
    kind: 'create',
    instance: {
      id: childPath(
        ...(['/subscriptions', where.subscriptionId, 'resourceGroups', group.name] as const),
        ...['providers', 'Microsoft.ApiManagement', 'service', name],
      ),
      name,
    },
    where,
    tier: { name: tier.name, units: tier.units },
    location: region.name,
    organisation,
    email,
  };
}
