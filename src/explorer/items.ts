import * as vscode from 'vscode';
import { type Endpoint, type Trouble, type WebService, type Workspace, wordsOf } from '../catalog/index.ts';
import type { Job } from '../jobs/index.ts';
import { defaultEndpointName } from '../protocol/studio/managementRequests.ts';
import { isRetiredHost } from '../protocol/studio/regions.ts';
import { serviceUrl } from '../protocol/studio/urls.ts';
import { commandId } from '../shared/contributions.ts';
import type { ExplorerNode } from '../shared/explorerNode.ts';
import { contextValue, facts, idOf, spoken } from '../shared/treeItems.ts';

type Node<N extends ExplorerNode['node']> = Extract<ExplorerNode, { node: N }>;

const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;

export function workspaceItem(workspace: Workspace): vscode.TreeItem {
  const item = new vscode.TreeItem(workspace.name, Collapsed);
  const { host } = new URL(workspace.baseUrl);
  item.id = idOf('workspace', workspace.name);
  item.contextValue = workspace.local ? 'workspace.local' : 'workspace';
  item.iconPath = new vscode.ThemeIcon(workspace.local ? 'vm' : 'server-environment');
  item.description = workspace.local ? localState(workspace) : host;
  item.tooltip = facts(workspace.name, {
    [vscode.l10n.t('Base URL')]: workspace.baseUrl,
    [vscode.l10n.t('Workspace id')]: workspace.workspaceId,
    ...(isRetiredHost(host) && {
      [vscode.l10n.t('Note')]: vscode.l10n.t(
        'Microsoft ended this host on 2024-08-31. Edit the base URL to use a gateway.',
      ),
    }),
  });
  if (isRetiredHost(host)) item.description = vscode.l10n.t('{0}, ended 2024-08-31', host);
  return item;
}

function localState({ state }: Workspace): string {
  switch (state) {
    case 'running':
      return vscode.l10n.t('local service, running');
    case 'starting':
      return vscode.l10n.t('local service, starting…');
    default:
      return vscode.l10n.t('local service, stopped');
  }
}

export function pageItem(node: Node<'page'>, first: string, last: string, count: number): vscode.TreeItem {
  const item = new vscode.TreeItem(`${first} … ${last}`, Collapsed);
  item.id = idOf('page', node.workspace, String(node.first));
  item.contextValue = 'page';
  item.iconPath = new vscode.ThemeIcon('list-flat');
  item.description = vscode.l10n.t('{0} services', count);
  return item;
}

/** @param shared whether other services of the workspace have the same name */
export function serviceItem(
  endpoint: Endpoint,
  trouble: Trouble | undefined,
  shared: boolean,
): vscode.TreeItem {
  const { service, workspace } = endpoint;
  const single = service.endpoints.length === 1;
  const item = new vscode.TreeItem(service.name, Collapsed);
  item.id = serviceItemId(workspace, service);
  item.contextValue = contextValue([
    'service',
    single && 'single',
    workspace.local && 'local',
    service.discovered === true && 'discovered',
    single && isDiscoveredDefault(endpoint) && 'default',
    workspace.auth.type === 'gateway' && 'gateway',
    // With several endpoints it is mended at the one that has it.
    single && trouble?.kind,
  ]);
  item.iconPath = icon('symbol-method', trouble);
  item.description = describe(trouble) ?? (shared ? shortId(service) : '');
  item.accessibilityInformation = spoken(service.name, item.description);
  item.tooltip = facts(service.name, {
    ...(service.serviceId !== undefined && { [vscode.l10n.t('Web service id')]: service.serviceId }),
    ...(single && endpointFacts(endpoint)),
    ...troubleFacts(trouble),
  });
  return item;
}

/** A service of the management API whose endpoints are not listed yet. */
export function discoveredServiceItem(
  workspace: Workspace,
  service: WebService,
  shared: boolean,
): vscode.TreeItem {
  const item = new vscode.TreeItem(service.name, Collapsed);
  item.id = serviceItemId(workspace, service);
  item.contextValue = 'service.discovered';
  item.iconPath = icon('symbol-method', undefined);
  item.tooltip = facts(service.name, { [vscode.l10n.t('Web service id')]: service.serviceId ?? '' });
  item.description = shared ? shortId(service) : '';
  item.accessibilityInformation = spoken(service.name, item.description);
  return item;
}

/** Enough of an id to tell services of one name apart. */
function shortId({ serviceId = '' }: WebService): string {
  return serviceId.slice(0, 8);
}

/** Discovered services of one name are told apart by their ids. */
function serviceItemId(workspace: Workspace, { name, discovered, serviceId = '' }: WebService): string {
  return discovered === true
    ? idOf('discovered', workspace.name, serviceId)
    : idOf('service', workspace.name, name);
}

export function endpointItem(endpoint: Endpoint, trouble: Trouble | undefined): vscode.TreeItem {
  const item = new vscode.TreeItem(endpoint.name, Collapsed);
  item.id = idOf('endpoint', endpoint.workspace.name, endpoint.endpointId);
  item.contextValue = contextValue([
    'endpoint',
    endpoint.workspace.local && 'local',
    endpoint.service.discovered === true && 'discovered',
    isDiscoveredDefault(endpoint) && 'default',
    endpoint.workspace.auth.type === 'gateway' && 'gateway',
    trouble?.kind,
  ]);
  item.iconPath = icon('plug', trouble);
  item.description =
    describe(trouble) ?? (endpoint.name === 'default' ? vscode.l10n.t('default endpoint') : '');
  item.accessibilityInformation = spoken(endpoint.name, item.description);
  item.tooltip = facts(endpoint.label, { ...endpointFacts(endpoint), ...troubleFacts(trouble) });
  return item;
}

export function operationItem(node: Node<'operation'>): vscode.TreeItem {
  const execute = node.operation === 'RRS Execute';
  const item = new vscode.TreeItem(node.operation, None);
  item.id = idOf('operation', node.workspace, node.service, node.operation);
  item.contextValue = execute ? 'operation.execute' : 'operation.submit';
  item.iconPath = new vscode.ThemeIcon(execute ? 'zap' : 'layers');
  item.description = execute
    ? vscode.l10n.t('score a few rows now')
    : vscode.l10n.t('score a file as a batch job');
  item.accessibilityInformation = spoken(node.operation, item.description);
  item.tooltip = execute
    ? vscode.l10n.t('Opens the request editor: the answer comes in the same call.')
    : vscode.l10n.t('Uploads a file, starts a batch job and follows it.');
  item.command = {
    command: commandId(execute ? 'openRequest' : 'runBatchJob'),
    title: execute ? vscode.l10n.t('Open request') : vscode.l10n.t('Run batch job'),
    arguments: [node],
  };
  return item;
}

export function jobsItem(node: Node<'jobs'>, jobs: readonly Job[]): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.l10n.t('Jobs'), jobs.length === 0 ? None : Expanded);
  item.id = idOf('jobs', node.workspace, node.service);
  item.contextValue = 'jobs';
  item.iconPath = new vscode.ThemeIcon('history');
  item.description = jobs.length === 0 ? vscode.l10n.t('none yet') : String(jobs.length);
  return item;
}

export function messageItem(node: Node<'message'>): vscode.TreeItem {
  const item = new vscode.TreeItem(node.text, None);
  item.contextValue = 'message';
  item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  item.accessibilityInformation = { label: vscode.l10n.t('Warning: {0}', node.text) };
  const { command, hint } = mending(node);
  item.command = command;
  item.tooltip = `${node.text}\n${hint}`;
  return item;
}

function mending(node: Node<'message'>): { command: vscode.Command; hint: string } {
  switch (node.mend) {
    case 'retry':
      return {
        command: { command: commandId('refresh'), title: vscode.l10n.t('Try again') },
        hint: vscode.l10n.t('Click to try again.'),
      };
    case 'settings':
      return {
        command: { command: 'workbench.action.openSettingsJson', title: vscode.l10n.t('Open settings') },
        hint: vscode.l10n.t('Click to open the settings.'),
      };
    case 'token': {
      const workspace: ExplorerNode = { node: 'workspace', workspace: node.workspace };
      return {
        command: {
          command: commandId('setWorkspaceToken'),
          title: vscode.l10n.t('Set token…'),
          arguments: [workspace],
        },
        hint: vscode.l10n.t('Click to set the authorization token.'),
      };
    }
  }
}

function icon(name: string, trouble: Trouble | undefined): vscode.ThemeIcon {
  return trouble === undefined
    ? new vscode.ThemeIcon(name)
    : new vscode.ThemeIcon(
        trouble.kind === 'unreachable' ? 'debug-disconnect' : 'key',
        new vscode.ThemeColor('list.warningForeground'),
      );
}

function describe(trouble: Trouble | undefined): string | undefined {
  switch (trouble?.kind) {
    case undefined:
      return undefined;
    case 'key':
      return trouble.missing ? vscode.l10n.t('no key') : vscode.l10n.t('key not accepted');
    case 'subscriptionKey':
      return trouble.missing
        ? vscode.l10n.t('no subscription key')
        : vscode.l10n.t('subscription key not accepted');
    case 'unreachable':
      return vscode.l10n.t('not reachable');
  }
}

function troubleFacts(trouble: Trouble | undefined): Record<string, string> {
  return trouble === undefined ? {} : { [vscode.l10n.t('Last call')]: trouble.sentence };
}

function endpointFacts(endpoint: Endpoint): Record<string, string> {
  return {
    [vscode.l10n.t('Endpoint id')]: endpoint.endpointId,
    [vscode.l10n.t('URL')]: serviceUrl(endpoint.address),
    ...(endpoint.facts && wordsOf(endpoint.facts)),
    ...(isDiscoveredDefault(endpoint) && {
      [vscode.l10n.t('Note')]: vscode.l10n.t(
        'The default endpoint follows its web service: it cannot be deleted, refreshed or given a model.',
      ),
    }),
  };
}

function isDiscoveredDefault({ service, name }: Endpoint): boolean {
  return service.discovered === true && name === defaultEndpointName;
}
