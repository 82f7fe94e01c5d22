import * as vscode from 'vscode';
import type { OpenInstance } from '../../instances/index.ts';
import { childPath, operationSchema } from '../../protocol/apim/arm.ts';
import type { PolicyScope } from '../../protocol/apim/policyProblems.ts';
import { asking } from '../../shared/asking.ts';
import { askChoice, type Choice } from '../../shared/steps.ts';
import { instanceSite, siteOf, type PolicySite } from './policySite.ts';
import type { PolicyTools } from './policyTools.ts';

/** Something with a policy, and the instance that it is of. */
export interface ChosenSite {
  readonly site: PolicySite;
  readonly instance: OpenInstance;
}

/** What a command is for: that of the menu, or what the user picks. */
export async function askSite(
  { instances }: PolicyTools,
  target: unknown,
  title: string,
): Promise<ChosenSite | undefined> {
  const instance = await instances.open(target, title);
  if (instance === undefined) return undefined;
  const site = siteOf(target) ?? (await pickSite(instances, instance, title));
  return site && { site, instance };
}

async function pickSite(
  instances: PolicyTools['instances'],
  instance: OpenInstance,
  title: string,
): Promise<PolicySite | undefined> {
  switch (await askScope(title, instance)) {
    case 'instance':
      return instanceSite(instance.id);
    case 'product':
      return siteOf(await instances.pick(instance, 'products', title));
    case 'api':
      return siteOf(await instances.pick(instance, 'apis', title));
    case 'operation':
      return pickOperation(instances, instance, title);
    case undefined:
      return undefined;
  }
}

async function askScope(title: string, { name }: OpenInstance): Promise<PolicyScope | undefined> {
  let chosen: PolicyScope | undefined;
  const choices: Choice<PolicyScope>[] = [
    {
      label: vscode.l10n.t('An API'),
      description: vscode.l10n.t('for all its operations'),
      value: 'api',
    },
    { label: vscode.l10n.t('An operation'), value: 'operation' },
    {
      label: vscode.l10n.t('A product'),
      description: vscode.l10n.t('for calls with one of its subscriptions'),
      value: 'product',
    },
    { label: vscode.l10n.t('All of {0}', name), value: 'instance' },
  ];
  const placeholder = vscode.l10n.t('What is the policy for?');
  await askChoice({ title, canGoBack: false }, { placeholder, choices }, (scope) => (chosen = scope));
  return chosen;
}

async function pickOperation(
  instances: PolicyTools['instances'],
  instance: OpenInstance,
  title: string,
): Promise<PolicySite | undefined> {
  const api = await instances.pick(instance, 'apis', title);
  if (api === undefined) return undefined;
  const path = `${api.path}/operations`;
  const operations = await asking(instance.arm.baseUrl, (signal) =>
    instance.arm.listAll(instance.id + path, operationSchema, { signal }),
  );
  let chosen: PolicySite | undefined;
  const choices = operations.map(({ name, properties: { displayName = name, method, urlTemplate } }) => ({
    label: displayName,
    description: `${method} ${urlTemplate}`,
    value: {
      instanceId: instance.id,
      path: childPath(path, name),
      scope: 'operation' as const,
      label: displayName,
    },
  }));
  const placeholder =
    choices.length > 0
      ? vscode.l10n.t('Operation of {0}', api.label)
      : vscode.l10n.t('{0} has no operations.', api.label);
  await askChoice({ title, canGoBack: false }, { placeholder, choices }, (site) => (chosen = site));
  return chosen;
}
