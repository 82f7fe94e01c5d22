import * as vscode from 'vscode';
import { Failure } from '../protocol/failure.ts';
import { normalizeBaseUrl } from '../protocol/studio/urls.ts';
import { type ExplorerNode, isExplorerNode } from '../shared/explorerNode.ts';
import { isProgramCall } from '../shared/invocation.ts';
import {
  type CatalogStore,
  node,
  pickEndpoint,
  setApiKeyByCall,
  setSubscriptionKeyByCall,
} from './catalog.ts';
import { endpointsOf, findEndpoint } from './endpoints.ts';
import { addEndpointByAsking, baseUrlProblem, idProblem, nameProblem } from './entry.ts';
import type { Authorization, Endpoint, WebService, Workspace } from './model.ts';
import { rawWorkspace, type WorkspaceSetting, writeWorkspace } from './settings.ts';

/** With the node of a service that is not there yet its names are proposed. */
export async function addWorkspace(store: CatalogStore, target?: unknown): Promise<void> {
  const named = serviceNamed(target);
  const start = named && { workspaceName: named.workspace, ...named.names };
  await announce(store, await addEndpointByAsking(entryTools(store), start));
}

function serviceNamed(
  target: unknown,
): { workspace: string; names: { serviceName: string; endpointName: string } } | undefined {
  if (!isExplorerNode(target) || target.node !== 'service') return undefined;
  const [serviceName = '', endpointName = 'default'] = target.name.split('/');
  return { workspace: target.workspace, names: { serviceName, endpointName } };
}

export async function addService(store: CatalogStore, target: unknown): Promise<void> {
  const workspace = await pickWorkspace(store, target, vscode.l10n.t('Add a web service to'));
  if (workspace === undefined) return;
  await announce(
    store,
    await addEndpointByAsking(entryTools(store), {
      workspaceName: workspace.name,
      workspaceId: workspace.workspaceId,
      baseUrl: workspace.baseUrl,
      style: workspace.style,
      given: ['baseUrl', 'workspaceId'],
      ...serviceNamed(target)?.names,
    }),
  );
}

export async function addEndpoint(store: CatalogStore, target: unknown): Promise<void> {
  const picked = await pickService(store, target, vscode.l10n.t('Add an endpoint to'));
  if (picked === undefined) return;
  const { workspace, service } = picked;
  await announce(
    store,
    await addEndpointByAsking(entryTools(store), {
      workspaceName: workspace.name,
      workspaceId: workspace.workspaceId,
      baseUrl: workspace.baseUrl,
      style: workspace.style,
      serviceName: service.name,
      endpointName: '',
      given: ['baseUrl', 'workspaceId'],
    }),
  );
}

export async function editWorkspace(store: CatalogStore, target: unknown): Promise<void> {
  const workspace = await pickWorkspace(store, target, vscode.l10n.t('Edit'));
  const setting = workspace && rawWorkspace(workspace.name);
  if (workspace === undefined || setting === undefined) return;
  const member = await vscode.window.showQuickPick(editableMembers(workspace), {
    title: vscode.l10n.t('Edit workspace {0}', workspace.name),
    placeHolder: vscode.l10n.t('What to change'),
  });
  const change = await member?.edit();
  if (change === undefined) return;
  const changed: WorkspaceSetting = { ...setting, ...change };
  if (!(await store.consent.ask(changed.baseUrl))) return;
  await writeWorkspace(workspace.name, withoutEmpty(changed));
}

interface EditableMember extends vscode.QuickPickItem {
  readonly edit: () => Promise<Partial<WorkspaceSetting> | undefined>;
}

function editableMembers(workspace: Workspace): EditableMember[] {
  const { l10n } = vscode;
  return [
    {
      label: l10n.t('Base URL'),
      description: workspace.baseUrl,
      edit: async () => {
        const text = await askLine(
          l10n.t('Base URL: everything before /workspaces/…'),
          workspace.baseUrl,
          baseUrlProblem,
        );
        const url = text === undefined ? undefined : normalizeBaseUrl(text);
        return url === undefined || url instanceof Failure ? undefined : { baseUrl: url };
      },
    },
    {
      label: l10n.t('Workspace id'),
      description: workspace.workspaceId,
      edit: async () => {
        const workspaceId = await askLine(l10n.t('Workspace id'), workspace.workspaceId, idProblem);
        return workspaceId === undefined ? undefined : { workspaceId: workspaceId.trim() };
      },
    },
    {
      label: l10n.t('Subscription key header'),
      description: workspace.subscriptionKeyHeader ?? l10n.t('none'),
      edit: async () => {
        const subscriptionKeyHeader = await askLine(
          l10n.t('Header in which the gateway wants its subscription key; empty for no gateway'),
          workspace.subscriptionKeyHeader ?? 'Ocp-Apim-Subscription-Key',
          headerNameProblem,
        );
        return subscriptionKeyHeader === undefined ? undefined : { subscriptionKeyHeader };
      },
    },
    {
      label: l10n.t('Authorization'),
      description: workspace.auth.type,
      edit: async () => {
        const auth = await askAuthorization();
        return auth === undefined ? undefined : { auth };
      },
    },
  ];
}

async function askAuthorization(): Promise<Authorization | undefined> {
  const { l10n } = vscode;
  const picked = await vscode.window.showQuickPick(
    [
      { label: l10n.t('API key'), description: l10n.t('sent by this editor'), type: 'apiKey' as const },
      {
        label: l10n.t('Added by the gateway'),
        description: l10n.t('no API key here'),
        type: 'gateway' as const,
      },
      {
        label: l10n.t('Microsoft account'),
        description: l10n.t('a token with a scope'),
        type: 'microsoft' as const,
      },
      {
        label: l10n.t('Another header'),
        description: l10n.t('its value is kept secret'),
        type: 'header' as const,
      },
    ],
    { placeHolder: l10n.t('How are calls authorized?') },
  );
  if (picked === undefined) return undefined;
  switch (picked.type) {
    case 'microsoft': {
      const scope = await askLine(l10n.t('Scope of the token'), '', notEmpty);
      return scope === undefined ? undefined : { type: 'microsoft', scope };
    }
    case 'header': {
      const name = await askLine(l10n.t('Name of the header'), 'X-Api-Key', headerNameProblem);
      return name === undefined ? undefined : { type: 'header', name };
    }
    default:
      return { type: picked.type };
  }
}

export async function editEndpoint(store: CatalogStore, target: unknown): Promise<void> {
  const endpoint = await pickOwnEndpoint(store, target, vscode.l10n.t('Edit the endpoint id of'));
  if (endpoint === undefined) return;
  const id = await askLine(
    vscode.l10n.t('Endpoint id of {0}', endpoint.label),
    endpoint.endpointId,
    idProblem,
  );
  if (id === undefined) return;
  await changeService(endpoint.workspace.name, endpoint.service.name, (service) => ({
    ...service,
    endpoints: { ...service.endpoints, [endpoint.name]: id.trim() },
  }));
}

/** Renames a workspace, a service or an endpoint, whichever node it is called on. */
export async function rename(store: CatalogStore, target: unknown): Promise<void> {
  const thing = await pickThing(store, target, vscode.l10n.t('Rename'));
  if (thing === undefined) return;
  const { workspace, service, endpoint } = thing;
  if (endpoint !== undefined && service !== undefined) {
    const taken = service.endpoints.map(({ name }) => name);
    const name = await askName(endpoint.name, taken);
    if (name === undefined) return;
    await changeService(workspace.name, service.name, (setting) => ({
      ...setting,
      endpoints: renamedMember(setting.endpoints ?? {}, endpoint.name, name),
    }));
  } else if (service !== undefined) {
    const name = await askName(
      service.name,
      workspace.services.map((each) => each.name),
    );
    if (name === undefined) return;
    await changeWorkspace(workspace.name, (setting) => ({
      ...setting,
      services: renamedMember(setting.services ?? {}, service.name, name),
    }));
  } else {
    const name = await askName(
      workspace.name,
      store.workspaces().map((each) => each.name),
    );
    const setting = rawWorkspace(workspace.name);
    if (name === undefined || setting === undefined) return;
    await writeWorkspace(name, setting);
    await writeWorkspace(workspace.name, undefined);
  }
}

/** Removes a workspace, a service or an endpoint from the settings, and the keys that are stored for it. */
export async function remove(store: CatalogStore, target: unknown): Promise<void> {
  const thing = await pickThing(store, target, vscode.l10n.t('Remove'));
  if (thing === undefined) return;
  const { workspace, service, endpoint } = thing;
  const name =
    endpoint === undefined ? (service?.name ?? workspace.name) : `${service?.name ?? ''}/${endpoint.name}`;
  const yes = vscode.l10n.t('Remove');
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t('Remove "{0}" from this editor?', name),
    { modal: true, detail: vscode.l10n.t('Its stored keys are forgotten. Nothing changes on the server.') },
    yes,
  );
  if (choice !== yes) return;
  const gone = endpointsOf(workspace).filter(
    (each) =>
      (service === undefined || each.service.name === service.name) &&
      (endpoint === undefined || each.name === endpoint.name),
  );
  for (const each of gone) await store.secrets.removeApiKey(each);
  if (service === undefined) {
    await store.secrets.removeAllOf(workspace);
    await writeWorkspace(workspace.name, undefined);
  } else if (endpoint === undefined || service.endpoints.length === 1) {
    await changeWorkspace(workspace.name, (setting) => ({
      ...setting,
      services: withoutMember(setting.services ?? {}, service.name),
    }));
  } else {
    await changeService(workspace.name, service.name, (setting) => ({
      ...setting,
      endpoints: withoutMember(setting.endpoints ?? {}, endpoint.name),
    }));
  }
}

export async function setApiKey(store: CatalogStore, args: readonly unknown[]): Promise<void> {
  if (isProgramCall(args)) return setApiKeyByCall(store, args[0]);
  const endpoint = await pickTarget(store, args[0], vscode.l10n.t('Set the API key of'));
  if (endpoint === undefined) return;
  const key = await store.keys.askForApiKey(endpoint);
  if (key !== undefined) store.troubles.set(endpoint, undefined);
}

export async function removeApiKey(store: CatalogStore, target: unknown): Promise<void> {
  const endpoint = await pickTarget(store, target, vscode.l10n.t('Remove the API key of'));
  if (endpoint === undefined) return;
  await store.secrets.removeApiKey(endpoint);
  say(vscode.l10n.t('The API key of {0} is forgotten.', endpoint.label));
}

export async function setSubscriptionKey(store: CatalogStore, args: readonly unknown[]): Promise<void> {
  if (isProgramCall(args)) return setSubscriptionKeyByCall(store, args[0]);
  const workspace = await pickWorkspace(store, args[0], vscode.l10n.t('Set the subscription key of'));
  if (workspace !== undefined) await store.keys.askForSubscriptionKey(workspace, endpointsOf(workspace)[0]);
}

export async function removeSubscriptionKey(store: CatalogStore, target: unknown): Promise<void> {
  const workspace = await pickWorkspace(store, target, vscode.l10n.t('Remove the subscription key of'));
  if (workspace === undefined) return;
  await store.secrets.removeSubscriptionKey(workspace);
  say(vscode.l10n.t('The subscription key of {0} is forgotten.', workspace.name));
}

export async function forgetAllKeys(store: CatalogStore): Promise<void> {
  const forget = vscode.l10n.t('Forget all');
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t('Forget all stored keys?'),
    {
      modal: true,
      detail: vscode.l10n.t(
        'API keys, subscription keys and storage keys of all workspaces. You will be asked for them again.',
      ),
    },
    forget,
  );
  if (choice !== forget) return;
  const count = await store.secrets.removeAll();
  say(vscode.l10n.t('{0} stored secrets are forgotten.', count));
}

export async function stopLocalService(store: CatalogStore): Promise<void> {
  await store.local.stop();
}

export async function resetLocalService(store: CatalogStore, args: readonly unknown[]): Promise<void> {
  if (!isProgramCall(args) && !(await confirmReset())) return;
  await store.secrets.removeAllOf(store.local.entry());
  await store.local.reset();
}

async function confirmReset(): Promise<boolean> {
  const reset = vscode.l10n.t('Reset');
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t('Reset the local service?'),
    {
      modal: true,
      detail: vscode.l10n.t(
        'Its jobs, blobs, ids and keys are deleted. It starts afresh when it is next used.',
      ),
    },
    reset,
  );
  return choice === reset;
}

function entryTools(store: CatalogStore): Parameters<typeof addEndpointByAsking>[0] {
  return {
    known: () => store.workspaces(),
    consent: store.consent,
    titleOf: async (endpoint) => (await store.schema(endpoint))?.title,
    whatIsWanted: (endpoint) => store.keys.whatIsWanted(endpoint, AbortSignal.timeout(5_000)),
    startLocalService: () => store.local.start(),
  };
}

async function announce(
  store: CatalogStore,
  added: { workspace: string; endpointId: string } | undefined,
): Promise<void> {
  if (added === undefined) return;
  const endpoint = await store.find(added.workspace, added.endpointId);
  const open = vscode.l10n.t('Open a request');
  const choice = await vscode.window.showInformationMessage(
    vscode.l10n.t('{0} is in the workspace {1}.', endpoint.label, endpoint.workspace.name),
    open,
  );
  if (choice === open) await vscode.commands.executeCommand('azuremlServices.openRequest', node(endpoint));
}

interface Thing {
  readonly workspace: Workspace;
  readonly service?: WebService;
  readonly endpoint?: Endpoint;
}

async function pickThing(store: CatalogStore, target: unknown, title: string): Promise<Thing | undefined> {
  if (isExplorerNode(target)) return thingOf(store, target);
  const things = ownWorkspaces(store).flatMap((workspace): (vscode.QuickPickItem & { thing: Thing })[] => [
    { label: workspace.name, description: vscode.l10n.t('workspace'), thing: { workspace } },
    ...workspace.services.map((service) => ({
      label: service.name,
      description: vscode.l10n.t('web service in {0}', workspace.name),
      thing: { workspace, service },
    })),
    ...endpointsOf(workspace)
      .filter(({ service }) => service.endpoints.length > 1)
      .map((endpoint) => ({
        label: endpoint.label,
        description: vscode.l10n.t('endpoint in {0}', workspace.name),
        thing: { workspace, service: endpoint.service, endpoint },
      })),
  ]);
  if (things.length === 0) throw nothingOfOnesOwn();
  return (await vscode.window.showQuickPick(things, { title }))?.thing;
}

function thingOf(store: CatalogStore, target: ExplorerNode): Thing | undefined {
  switch (target.node) {
    case 'workspace':
      return { workspace: store.workspace(target.workspace) };
    case 'service': {
      const endpoint = findEndpoint(store.workspace(target.workspace), target.service);
      return { workspace: endpoint.workspace, service: endpoint.service };
    }
    case 'endpoint': {
      const endpoint = findEndpoint(store.workspace(target.workspace), target.service);
      return { workspace: endpoint.workspace, service: endpoint.service, endpoint };
    }
    default:
      return undefined;
  }
}

async function pickWorkspace(
  store: CatalogStore,
  target: unknown,
  title: string,
): Promise<Workspace | undefined> {
  if (isExplorerNode(target) && 'workspace' in target) return store.workspace(target.workspace);
  const own = ownWorkspaces(store);
  if (own.length === 0) throw nothingOfOnesOwn();
  const picked = await vscode.window.showQuickPick(
    own.map((workspace) => ({ label: workspace.name, description: workspace.baseUrl, workspace })),
    { title, placeHolder: vscode.l10n.t('Workspace') },
  );
  return picked?.workspace;
}

async function pickService(
  store: CatalogStore,
  target: unknown,
  title: string,
): Promise<Required<Omit<Thing, 'endpoint'>> | undefined> {
  if (isExplorerNode(target)) {
    const thing = thingOf(store, target);
    return thing?.service === undefined ? undefined : { workspace: thing.workspace, service: thing.service };
  }
  const services = ownWorkspaces(store).flatMap((workspace) =>
    workspace.services.map((service) => ({
      label: service.name,
      description: workspace.name,
      workspace,
      service,
    })),
  );
  if (services.length === 0) throw nothingOfOnesOwn();
  return vscode.window.showQuickPick(services, { title, placeHolder: vscode.l10n.t('Web service') });
}

async function pickOwnEndpoint(
  store: CatalogStore,
  target: unknown,
  title: string,
): Promise<Endpoint | undefined> {
  const endpoint = await pickTarget(store, target, title);
  if (endpoint?.workspace.local === true) throw localIsFixed();
  return endpoint;
}

export async function pickTarget(
  store: CatalogStore,
  target: unknown,
  title: string,
): Promise<Endpoint | undefined> {
  if (isExplorerNode(target) && 'service' in target) return store.find(target.workspace, target.service);
  return pickEndpoint(store, title);
}

function ownWorkspaces(store: CatalogStore): readonly Workspace[] {
  return store.fromSettings().workspaces;
}

function nothingOfOnesOwn(): Failure {
  return new Failure({
    code: 'NothingToPick',
    origin: 'client',
    sentence: vscode.l10n.t('There is no workspace of your own yet. Use "Add workspace" first.'),
  });
}

function localIsFixed(): Failure {
  return new Failure({
    code: 'LocalWorkspace',
    origin: 'client',
    sentence: vscode.l10n.t('The local service sets its own ids. They cannot be edited.'),
  });
}

async function changeWorkspace(
  name: string,
  change: (setting: WorkspaceSetting) => WorkspaceSetting,
): Promise<void> {
  const setting = rawWorkspace(name);
  if (setting !== undefined) await writeWorkspace(name, change(setting));
}

type ServiceSetting = NonNullable<WorkspaceSetting['services']>[string];

async function changeService(
  workspace: string,
  service: string,
  change: (setting: ServiceSetting) => ServiceSetting,
): Promise<void> {
  await changeWorkspace(workspace, (setting) => {
    const own = setting.services?.[service];
    return own === undefined
      ? setting
      : { ...setting, services: { ...setting.services, [service]: change(own) } };
  });
}

function renamedMember<T>(members: Record<string, T>, from: string, to: string): Record<string, T> {
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [name === from ? to : name, value]),
  );
}

function withoutMember<T>(members: Record<string, T>, gone: string): Record<string, T> {
  return Object.fromEntries(Object.entries(members).filter(([name]) => name !== gone));
}

function withoutEmpty(setting: WorkspaceSetting): WorkspaceSetting {
  const { subscriptionKeyHeader, ...rest } = setting;
  return subscriptionKeyHeader === undefined || subscriptionKeyHeader === ''
    ? rest
    : { ...rest, subscriptionKeyHeader };
}

function askName(current: string, others: readonly string[]): Promise<string | undefined> {
  const taken = new Set(others.filter((name) => name !== current));
  return askLine(vscode.l10n.t('New name of {0}', current), current, (text) => nameProblem(text, taken)).then(
    (name) => (name === undefined || name.trim() === current ? undefined : name.trim()),
  );
}

async function askLine(
  prompt: string,
  value: string,
  validateInput: (text: string) => string | undefined,
): Promise<string | undefined> {
  return vscode.window.showInputBox({ prompt, value, validateInput, ignoreFocusOut: true });
}

function notEmpty(text: string): string | undefined {
  return text.trim() === '' ? vscode.l10n.t('This cannot be empty.') : undefined;
}

function headerNameProblem(text: string): string | undefined {
  return text === '' || /^[\w!#$%&'*+.^`|~-]+$/.test(text)
    ? undefined
    : vscode.l10n.t('A header name has letters, digits and dashes only.');
}

function say(text: string): void {
  vscode.window.setStatusBarMessage(text, 5_000);
}
