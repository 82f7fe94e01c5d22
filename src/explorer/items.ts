import * as vscode from 'vscode';
import type { Endpoint, Trouble, WebService, Workspace } from '../catalog/index.ts';
import type { Job } from '../jobs/index.ts';
import { isRetiredHost } from '../protocol/studio/regions.ts';
import { serviceUrl } from '../protocol/studio/urls.ts';
import { commandId } from '../shared/contributions.ts';
import type { ExplorerNode } from '../shared/explorerNode.ts';

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

export function jobItem(job: Job): vscode.TreeItem {
  const item = new vscode.TreeItem(job.title, job.hasResults ? Collapsed : None);
  item.id = idOf('job', job.localId);
  item.contextValue = contextValue([
    'job',
    job.deleted ? 'deleted' : job.open ? 'open' : 'ended',
    job.deleted && !job.hasResults ? undefined : job.status,
  ]);
  item.iconPath = jobIcon(job);
  const state = job.deleted ? vscode.l10n.t('{0}, deleted on the server', job.status) : job.status;
  item.description = job.progress ?? `${state} · ${timeOf(job)}`;
  item.tooltip = facts(job.id, {
    [vscode.l10n.t('State')]: state,
    [vscode.l10n.t('Submitted')]: new Date(job.submittedAt).toLocaleString(),
    ...(job.startedAt !== undefined && {
      [vscode.l10n.t('Started')]: new Date(job.startedAt).toLocaleString(),
    }),
    ...(job.endedAt !== undefined && { [vscode.l10n.t('Ended')]: new Date(job.endedAt).toLocaleString() }),
    ...(job.note !== undefined && { [vscode.l10n.t('Note')]: job.note }),
  });
  item.accessibilityInformation = spoken(job.title, item.description);
  item.command = {
    command: commandId('showJobDetails'),
    title: vscode.l10n.t('Show details'),
    arguments: [{ node: 'job', jobId: job.localId } satisfies ExplorerNode],
  };
  return item;
}

/** Tells runs of the same file apart. */
function timeOf(job: Job): string {
  const time = new Date(job.startedAt ?? job.submittedAt);
  const isToday = time.toDateString() === new Date().toDateString();
  return isToday ? time.toLocaleTimeString() : time.toLocaleString();
}

export function outputItem(job: Job, output: string): vscode.TreeItem {
  const item = new vscode.TreeItem(output, None);
  const location = job.outputs[output]?.relativeLocation ?? '';
  item.id = idOf('output', job.localId, output);
  item.contextValue = 'output';
  item.iconPath = new vscode.ThemeIcon('table');
  item.description = location;
  item.tooltip = location;
  item.accessibilityInformation = spoken(output, location);
  item.command = {
    command: commandId('openResult'),
    title: vscode.l10n.t('Open results'),
    arguments: [{ node: 'output', jobId: job.localId, output } satisfies ExplorerNode],
  };
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

const jobIcons: Readonly<Record<string, readonly [icon: string, color?: string]>> = {
  Uploading: ['cloud-upload', 'charts.blue'],
  Submitting: ['sync~spin', 'charts.blue'],
  NotStarted: ['circle-outline'],
  Running: ['sync~spin', 'charts.blue'],
  Failed: ['error', 'list.errorForeground'],
  Cancelled: ['circle-slash'],
  Finished: ['pass', 'testing.iconPassed'],
};

function jobIcon(job: Job): vscode.ThemeIcon {
  const [name, color] = jobIcons[job.status] ?? ['question'];
  return new vscode.ThemeIcon(name, color === undefined ? undefined : new vscode.ThemeColor(color));
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
  };
}

function facts(title: string, values: Record<string, string>): vscode.MarkdownString {
  const text = new vscode.MarkdownString().appendMarkdown('**').appendText(title).appendMarkdown('**');
  for (const [name, value] of Object.entries(values)) {
    text.appendMarkdown('\n\n').appendText(`${name}: `).appendText(value);
  }
  return text;
}

/** Names may have any character. */
function idOf(...parts: readonly string[]): string {
  return parts.map(encodeURIComponent).join('/');
}

/** A screen reader is told what the colour and the icon of a node say, and not its tooltip in its place. */
function spoken(name: string, state: string): vscode.AccessibilityInformation {
  return { label: state === '' ? name : `${name}, ${state}` };
}

/** Menus match on words: `service.single.key` has them in a fixed order. */
function contextValue(words: readonly (string | false | undefined)[]): string {
  return words.filter((word) => typeof word === 'string').join('.');
}
