import * as vscode from 'vscode';
import type { Picked } from '../azure/index.ts';
import type { Instance } from '../protocol/apim/arm.ts';
import { commandId } from '../shared/contributions.ts';
import type { EntityNode, InstanceNode } from '../shared/instanceNode.ts';
import { contextValue, facts, idOf, spoken } from '../shared/treeItems.ts';
import type { Branch } from './branches.ts';
import type { Listed } from './listed.ts';

type NodeOf<N extends InstanceNode['node']> = Extract<InstanceNode, { node: N }>;

const { Collapsed, None } = vscode.TreeItemCollapsibleState;

export function instanceItem({ item: instance, where }: Picked<Instance>): vscode.TreeItem {
  const item = new vscode.TreeItem(instance.name, Collapsed);
  const { gatewayUrl = '', developerPortalUrl = '', provisioningState } = instance.properties;
  const { sku, location = '' } = instance;
  item.id = idOf('instance', instance.id);
  item.contextValue = contextValue(['instance', sku?.name.toLowerCase()]);
  item.iconPath = new vscode.ThemeIcon('globe');
  item.description = [sku?.name, location, stateWords(provisioningState)].filter(Boolean).join(' · ');
  item.accessibilityInformation = spoken(instance.name, item.description);
  item.tooltip = facts(instance.name, {
    [vscode.l10n.t('Tier')]: sku?.name ?? '',
    [vscode.l10n.t('Units')]: sku?.capacity?.toString() ?? '',
    [vscode.l10n.t('Location')]: location,
    [vscode.l10n.t('Subscription')]: where.subscriptionName,
    [vscode.l10n.t('Account')]: where.account.label,
    [vscode.l10n.t('Gateway')]: gatewayUrl,
    [vscode.l10n.t('Developer portal')]: developerPortalUrl,
  });
  return item;
}

/** @param isLacking whether the instance has nothing of it */
export function branchItem(
  node: NodeOf<'branch'>,
  { label, icon }: Branch,
  isLacking: boolean,
): vscode.TreeItem {
  const item = new vscode.TreeItem(label, Collapsed);
  item.id = idOf('branch', node.instanceId, node.branch);
  item.contextValue = contextValue(['branch', node.branch, isLacking && 'lacking']);
  item.iconPath = new vscode.ThemeIcon(icon);
  return item;
}

export function entityItem(node: EntityNode, listed: Listed): vscode.TreeItem {
  const { label, description = '', icon, words = [], waits = false } = listed;
  const item = new vscode.TreeItem(label, listed.opens === true ? Collapsed : None);
  item.id = idOf('entity', node.instanceId, node.path);
  item.contextValue = contextValue([node.kind, ...words]);
  item.iconPath = waits
    ? new vscode.ThemeIcon(icon, new vscode.ThemeColor('list.warningForeground'))
    : new vscode.ThemeIcon(icon);
  item.description = description;
  item.accessibilityInformation = spoken(label, description);
  item.tooltip = facts(label, known(listed.facts ?? {}));
  return item;
}

export function moreItem(node: NodeOf<'more'>): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.l10n.t('Show more…'), None);
  item.contextValue = 'more';
  item.iconPath = new vscode.ThemeIcon('ellipsis');
  const title = vscode.l10n.t('Show more');
  item.command = { command: commandId('showMoreOfInstance'), title, arguments: [node] };
  return item;
}

export function remarkItem(node: NodeOf<'remark'>): vscode.TreeItem {
  const item = new vscode.TreeItem(node.text, None);
  item.contextValue = 'remark';
  if (node.retry === undefined) {
    item.iconPath = new vscode.ThemeIcon('info');
    item.tooltip = node.text;
    return item;
  }
  item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  item.accessibilityInformation = { label: vscode.l10n.t('Warning: {0}', node.text) };
  item.tooltip = `${node.text}\n${vscode.l10n.t('Click to try again.')}`;
  const title = vscode.l10n.t('Try again');
  item.command = { command: commandId('refreshInstances'), title, arguments: [node.retry] };
  return item;
}

/** What an instance that does not just run is doing; empty for one that runs. */
function stateWords(state = 'Succeeded'): string {
  switch (state) {
    case 'Succeeded':
      return '';
    case 'Created':
    case 'Creating':
    case 'Activating':
      return vscode.l10n.t('being created');
    case 'Updating':
      return vscode.l10n.t('being changed');
    case 'Failed':
      return vscode.l10n.t('failed');
    default:
      return state;
  }
}

function known(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value ?? '']));
}
