import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { ArmClient, Azure } from '../../azure/index.ts';
import { childPath, parseArm } from '../../protocol/apim/arm.ts';
import { providerSchema, resourcesApiVersion, type Provider } from '../../protocol/apim/creation.ts';
import type { Where } from '../../shared/azurePlace.ts';

const pauseMs = 2_000;
/** An instance can be made while a registration still goes on. Source: microsoft/vscode-azuretools. */
const patienceMs = 30_000;

/** Lets the user choose a subscription for API Management; says which of them is not registered for it. */
export async function pickSubscription(
  azure: Azure,
  title: string,
): Promise<{ readonly where: Where; readonly provider: Provider } | undefined> {
  const picked = await azure.pick<Provider>({
    title,
    placeholder: vscode.l10n.t('Subscription that pays for the instance'),
    nothing: vscode.l10n.t('Your accounts have no subscription.'),
    list: async function* (client, subscriptionId, signal) {
      yield [await readProvider(client, subscriptionId, signal)];
    },
    describe: (provider, { subscriptionId, subscriptionName }) => ({
      id: subscriptionId,
      label: subscriptionName,
      description: subscriptionId,
      ...(!isRegistered(provider) && { detail: vscode.l10n.t('Not registered for API Management yet.') }),
    }),
    groupOf: ({ account }) => account.label,
  });
  return picked && { where: picked.where, provider: picked.item };
}

/** Registers a subscription if the user agrees; false where he does not. */
export async function ensureRegistered(arm: ArmClient, where: Where, provider: Provider): Promise<boolean> {
  if (isRegistered(provider)) return true;
  const register = vscode.l10n.t('Register');
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t('The subscription {0} is not registered for API Management.', where.subscriptionName),
    {
      modal: true,
      detail: vscode.l10n.t(
        'Nobody can create an instance in it before. Registering costs nothing; it needs the rights of a contributor.',
      ),
    },
    register,
  );
  if (choice !== register) return false;
  const location = vscode.ProgressLocation.Notification;
  const title = vscode.l10n.t('Registering {0} for API Management…', where.subscriptionName);
  return vscode.window.withProgress({ location, title, cancellable: true }, (_, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    return registerProvider(arm, where.subscriptionId, abort.signal);
  });
}

async function registerProvider(
  arm: ArmClient,
  subscriptionId: string,
  signal: AbortSignal,
): Promise<boolean> {
  const options = { apiVersion: resourcesApiVersion, signal };
  await arm.post(childPath(pathOf(subscriptionId), 'register'), undefined, options);
  for (const start = performance.now(); performance.now() - start < patienceMs;) {
    const { registrationState } = await readProvider(arm, subscriptionId, signal);
    if (registrationState === 'Registered') break;
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return false;
  }
  return true;
}

async function readProvider(arm: ArmClient, subscriptionId: string, signal: AbortSignal): Promise<Provider> {
  const options = { apiVersion: resourcesApiVersion, signal };
  return parseArm(providerSchema, (await arm.get(pathOf(subscriptionId), options)).body);
}

function isRegistered({ registrationState = 'Registered' }: Provider): boolean {
  return registrationState === 'Registered' || registrationState === 'Registering';
}

function pathOf(subscriptionId: string): string {
  return childPath('/subscriptions', subscriptionId, 'providers', 'Microsoft.ApiManagement');
}
