import * as vscode from 'vscode';
import type { Catalog } from '../catalog/index.ts';
import { apiName, apiSchema, parseArm, type ProductSubscription } from '../protocol/apim/arm.ts';
import { Failure } from '../protocol/failure.ts';
import { asking } from '../shared/asking.ts';
import { isExplorerNode } from '../shared/explorerNode.ts';
import { entityOf, instanceIdOf, type EntityNode } from '../shared/instanceNode.ts';
import { scopeWords } from '../shared/scopeWords.ts';
import { browseApi, type ServiceApi } from './gatewayApis.ts';
import { subscriptionKeyOf, subscriptionsFor } from './subscriptionKeys.ts';
import { pickApi, reason } from './apiPick.ts';
import type { Azure, ChosenInstance } from '../azure/index.ts';

/**
 * Adds a workspace for an API of API Management that leads to a web service, whoever published it. The command may have
 * been called on the workspace of the service that is behind it, or on an API.
 */
export async function addGateway(azure: Azure, catalog: Catalog, target: unknown): Promise<void> {
  const title = vscode.l10n.t('Add a gateway from API Management');
  const behind = isExplorerNode(target) && target.node === 'workspace' ? target.workspace : undefined;
  const node = entityOf(target, 'api', 'productApi');
  const instance = await azure.choose(node?.instanceId, title);
  if (instance === undefined) return;
  const chosen = node === undefined ? await pickApi(instance, title) : await apiAt(instance, node);
  if (chosen === undefined) return;
  const key =
    chosen.subscriptionKeyHeader === '' ? undefined : await subscriptionKey(instance, chosen, title);
  const { api, ...route } = chosen;
  const keys = key === undefined ? {} : { subscriptionKey: key };
  await catalog.addRoute({ ...route, name: apiName(api), ...(behind !== undefined && { behind }) }, keys);
}

/** The API of a node. Rejects with `NoGateway` where it leads to no web service. */
async function apiAt({ client, item }: ChosenInstance, { path, label }: EntityNode): Promise<ServiceApi> {
  const browsed = await asking(client.baseUrl, async (signal) => {
    const apiPath = path.replace(/^\/products\/[^/]+/, '');
    const { body } = await client.get(item.id + apiPath, { signal });
    return browseApi(client, item, parseArm(apiSchema, body), signal);
  });
  if (browsed.unsuitable === undefined) return browsed;
  if (browsed.unsuitable.kind === 'failed') throw browsed.unsuitable.failure;
  throw new Failure({
    code: 'NoGateway',
    origin: 'client',
    sentence: vscode.l10n.t('{0} leads to no web service. {1}', label, reason(browsed.unsuitable)),
  });
}

/** The portal in which developers read of the APIs and try them. */
export async function openDeveloperPortal(azure: Azure, target: unknown): Promise<void> {
  const chosen = await azure.choose(instanceIdOf(target), vscode.l10n.t('Open the developer portal of'));
  if (chosen === undefined) return;
  const { name, sku, properties } = chosen.item;
  if (properties.developerPortalUrl !== undefined) {
    await vscode.env.openExternal(vscode.Uri.parse(properties.developerPortalUrl, true));
    return;
  }
  void vscode.window.showInformationMessage(
    vscode.l10n.t('{0} has no developer portal: its tier is {1}.', name, sku?.name ?? '?'),
  );
}

/** The key of a subscription that the API takes; undefined where it is to be asked for when it is needed. */
async function subscriptionKey(
  { client, item: instance }: ChosenInstance,
  { api }: ServiceApi,
  title: string,
): Promise<string | undefined> {
  try {
    const url = client.baseUrl;
    const usable = await asking(url, (signal) => subscriptionsFor(client, instance, api, signal));
    const subscription = await pickSubscription(usable, title);
    return subscription && (await asking(url, (signal) => subscriptionKeyOf(client, subscription, signal)));
  } catch (error) {
    // Who may read an instance may not always read its keys.
    if (!(error instanceof Failure) || error.status !== 403) throw error;
    void vscode.window.showWarningMessage(
      vscode.l10n.t('The subscription key is asked for when it is needed. {0}', error.sentence),
    );
    return undefined;
  }
}

async function pickSubscription(
  usable: readonly ProductSubscription[],
  title: string,
): Promise<ProductSubscription | undefined> {
  const own = usable.filter((each) => !isForEverything(each));
  if (own.length === 1 || usable.length === 0) return own[0];
  const items = usable.map((subscription) => {
    const { displayName, scope = '' } = subscription.properties;
    return {
      label: displayName ?? subscription.name,
      description: isForEverything(subscription)
        ? vscode.l10n.t('everything, for administration')
        : scopeWords(scope),
      subscription,
    };
  });
  const placeHolder = vscode.l10n.t('Subscription whose key is sent');
  const none = { label: vscode.l10n.t('Ask for the key when it is needed'), subscription: undefined };
  const picked = await vscode.window.showQuickPick([...items, none], { title, placeHolder });
  if (picked === undefined)
    throw new Failure({ code: 'Cancelled', origin: 'client', sentence: 'No subscription was chosen.' });
  return picked.subscription;
}

/** The key of such a subscription is for administration: nobody gets it unasked. */
function isForEverything({ properties: { scope = '' } }: ProductSubscription): boolean {
  return /\/service\/[^/]+\/?$/.test(scope);
}
