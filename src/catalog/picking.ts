import * as vscode from 'vscode';
import { Failure } from '../protocol/failure.ts';
import { defaultEndpointName } from '../protocol/studio/managementRequests.ts';
import { commandId } from '../shared/contributions.ts';
import { type ExplorerNode, isExplorerNode } from '../shared/explorerNode.ts';
import type { CatalogStore } from './catalog.ts';
import { endpointsOf, endpointsOfService, findEndpoint, serviceByReference } from './endpoints.ts';
import type { Endpoint, WebService, Workspace } from './model.ts';

/** Which endpoint it is, as it can be kept. */
export interface EndpointPlace {
  /** Its name. */
  readonly workspace: string;
  readonly endpointId: string;
}

/** A workspace, a web service of it, or an endpoint of that: what can be renamed and removed. */
export interface Entry {
  readonly workspace: Workspace;
  readonly service?: WebService;
  readonly endpoint?: Endpoint;
}

export type PickedService = Required<Omit<Entry, 'endpoint'>>;

/**
 * An endpoint that the user picks; the one that was picked last comes first. `lastUsed` is the one that was used for the
 * same before: it comes first then, and is said to be that.
 */
export async function pickEndpoint(
  store: CatalogStore,
  title: string,
  lastUsed?: EndpointPlace,
): Promise<Endpoint | undefined> {
  await startLocalIfNew(store);
  await store.discoverAll();
  const items = store
    .workspaces()
    .flatMap(endpointsOf)
    .map((endpoint) => ({
      label: endpoint.label,
      description: endpoint.workspace.name,
      detail: endpoint.workspace.baseUrl,
      place: placeOf(endpoint),
      find: () => store.find(endpoint.workspace.name, endpoint.endpointId),
    }))
    .concat(store.workspaces().flatMap((workspace) => unlistedServices(store, workspace)));
  const at = (wanted: string | undefined): number => items.findIndex(({ place }) => place === wanted);
  const used = at(lastUsed && `${lastUsed.workspace}/${lastUsed.endpointId}`);
  const first = used < 0 ? at(store.lastPicked) : used;
  const [front] = items.splice(first, first < 0 ? 0 : 1);
  if (front !== undefined) {
    const description = vscode.l10n.t('{0} · last used', front.description);
    items.unshift(used < 0 ? front : { ...front, description });
  }
  const picked = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: vscode.l10n.t('Web service'),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (picked === undefined) return undefined;
  const endpoint = await picked.find();
  store.lastPicked = placeOf(endpoint);
  return endpoint;
}

/** Discovered services whose endpoints are listed when they are picked. */
function unlistedServices(store: CatalogStore, { name, baseUrl, services }: Workspace) {
  return services.flatMap((service) => {
    const { serviceId } = service;
    if (service.endpoints.length > 0 || serviceId === undefined) return [];
    return [
      {
        label: service.name,
        description: name,
        detail: baseUrl,
        place: `${name}/${serviceId}`,
        find: () => store.find(name, serviceId),
      },
    ];
  });
}

function placeOf({ workspace, endpointId }: Endpoint): string {
  return `${workspace.name}/${endpointId}`;
}

/** The local workspace has no services to choose from before its first start; others can do without it. */
async function startLocalIfNew(store: CatalogStore): Promise<void> {
  if (store.local.entry().services.length > 0) return;
  try {
    await store.local.start();
  } catch (error) {
    if (store.workspaces().flatMap(endpointsOf).length === 0) throw error;
  }
}

/** The endpoint of a node of the tree, or the one that the user picks. */
export async function pickTarget(
  store: CatalogStore,
  target: unknown,
  title: string,
): Promise<Endpoint | undefined> {
  if (isExplorerNode(target) && 'service' in target) return store.find(target.workspace, target.service);
  return pickEndpoint(store, title);
}

/** As `pickTarget`, of a workspace that is the user's own. */
export async function pickOwnEndpoint(
  store: CatalogStore,
  target: unknown,
  title: string,
): Promise<Endpoint | undefined> {
  if (isExplorerNode(target) && 'service' in target) {
    return findEndpoint(ownWorkspace(store, target.workspace), target.service);
  }
  const workspaces = ownWorkspaces(store);
  if (workspaces === undefined) return undefined;
  const items = workspaces
    .flatMap(endpointsOf)
    .map((endpoint) => ({ label: endpoint.label, description: endpoint.workspace.name, endpoint }));
  return (await vscode.window.showQuickPick(items, { title, placeHolder: vscode.l10n.t('Web service') }))
    ?.endpoint;
}

export async function pickOwnWorkspace(
  store: CatalogStore,
  target: unknown,
  title: string,
): Promise<Workspace | undefined> {
  if (isExplorerNode(target) && 'workspace' in target) return ownWorkspace(store, target.workspace);
  const workspaces = ownWorkspaces(store);
  if (workspaces === undefined) return undefined;
  const items = workspaces.map((workspace) => ({
    label: workspace.name,
    description: workspace.baseUrl,
    workspace,
  }));
  return (await vscode.window.showQuickPick(items, { title, placeHolder: vscode.l10n.t('Workspace') }))
    ?.workspace;
}

export async function pickOwnService(
  store: CatalogStore,
  target: unknown,
  title: string,
): Promise<PickedService | undefined> {
  if (isExplorerNode(target)) {
    const discovered = discoveredServiceOf(store, target);
    if (discovered !== undefined) return discovered;
    const { workspace, service } = entryOf(store, target) ?? {};
    return workspace === undefined || service === undefined ? undefined : { workspace, service };
  }
  if (ownWorkspaces(store) === undefined) return undefined;
  await store.discoverAll();
  const items = store
    .workspaces()
    .filter(({ local }) => !local)
    .flatMap((workspace) => workspace.services.map((service) => serviceChoice(workspace, service)));
  return vscode.window.showQuickPick(items, { title, placeHolder: vscode.l10n.t('Web service') });
}

/** Any service that is known or can be listed. The box is there at once and fills itself. */
export async function pickService(store: CatalogStore, title: string): Promise<PickedService | undefined> {
  const listed = async () => {
    await startLocalIfNew(store);
    await store.discoverAll();
    return store
      .workspaces()
      .flatMap((workspace) => workspace.services.map((service) => serviceChoice(workspace, service)));
  };
  return vscode.window.showQuickPick(listed(), {
    title,
    placeHolder: vscode.l10n.t('Web service'),
    matchOnDescription: true,
  });
}

function serviceChoice(workspace: Workspace, service: WebService) {
  const { name, serviceId = '' } = service;
  const description = [workspace.name, serviceId].filter(Boolean).join(' · ');
  return { label: name, description, workspace, service };
}

function discoveredServiceOf(store: CatalogStore, target: ExplorerNode) {
  if (!('service' in target)) return undefined;
  const workspace = store.workspace(target.workspace);
  const service = serviceByReference(workspace, target.service);
  return service?.discovered === true ? { workspace, service } : undefined;
}

/**
 * An endpoint that the management API lists: of a node of the tree, or picked, its service first. Where the default one
 * will not do, it is not among the choices. Rejects with `NothingToPick` or `DefaultEndpointFixed`.
 */
export async function pickManagedEndpoint(
  store: CatalogStore,
  target: unknown,
  title: string,
  which: 'any' | 'changeable' = 'any',
): Promise<Endpoint | undefined> {
  const isNode = isExplorerNode(target) && 'service' in target;
  const endpoint = isNode
    ? await store.find(target.workspace, target.service)
    : await pickDiscovered(store, title, which);
  if (endpoint === undefined) return undefined;
  if (endpoint.service.discovered !== true) throw notManaged();
  if (which === 'changeable' && isDefault(endpoint)) throw defaultFixed(endpoint.service);
  return endpoint;
}

async function pickDiscovered(
  store: CatalogStore,
  title: string,
  which: 'any' | 'changeable',
): Promise<Endpoint | undefined> {
  await store.discoverAll();
  const items = store
    .workspaces()
    .flatMap((workspace) =>
      workspace.services
        .filter(({ discovered }) => discovered === true)
        .map((service) => serviceChoice(workspace, service)),
    );
  if (items.length === 0) throw notManaged();
  const picked = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: vscode.l10n.t('Web service'),
    matchOnDescription: true,
  });
  if (picked?.service.serviceId === undefined) return undefined;
  const { serviceId } = picked.service;
  await store.discoverEndpoints(picked.workspace.name, serviceId);
  const workspace = store.workspace(picked.workspace.name);
  const service = serviceByReference(workspace, serviceId) ?? picked.service;
  const endpoints = endpointsOfService(workspace, service).filter(
    (each) => which === 'any' || !isDefault(each),
  );
  if (endpoints.length === 0) throw defaultFixed(service);
  if (which === 'any' && endpoints.length === 1) return endpoints[0];
  const choices = endpoints.map((endpoint) => ({
    label: endpoint.name,
    description: endpoint.endpointId,
    endpoint,
  }));
  const placeHolder = which === 'any' ? vscode.l10n.t('Endpoint') : defaultFixed(service).sentence;
  return (await vscode.window.showQuickPick(choices, { title, placeHolder }))?.endpoint;
}

function isDefault({ name }: Endpoint): boolean {
  return name === defaultEndpointName;
}

function defaultFixed({ name }: WebService): Failure {
  return new Failure({
    code: 'DefaultEndpointFixed',
    origin: 'client',
    sentence: vscode.l10n.t(
      'The default endpoint of {0} follows its web service: it cannot be deleted, refreshed or given a model. Other endpoints can; "Add endpoint…" makes one.',
      name,
    ),
  });
}

function notManaged(): Failure {
  return new Failure({
    code: 'NothingToPick',
    origin: 'client',
    sentence: vscode.l10n.t(
      'This needs a web service that was listed by the management API. Add its workspace by id and authorization token.',
    ),
  });
}

/** A workspace, service or endpoint of the user's own. */
export async function pickEntry(
  store: CatalogStore,
  target: unknown,
  title: string,
): Promise<Entry | undefined> {
  if (isExplorerNode(target)) return entryOf(store, target);
  const workspaces = ownWorkspaces(store);
  if (workspaces === undefined) return undefined;
  const items = workspaces.flatMap((workspace): (vscode.QuickPickItem & { entry: Entry })[] => [
    { label: workspace.name, description: vscode.l10n.t('workspace'), entry: { workspace } },
    ...workspace.services.map((service) => ({
      label: service.name,
      description: vscode.l10n.t('web service in {0}', workspace.name),
      entry: { workspace, service },
    })),
    ...endpointsOf(workspace)
      .filter(({ service }) => service.endpoints.length > 1)
      .map((endpoint) => ({
        label: endpoint.label,
        description: vscode.l10n.t('endpoint in {0}', workspace.name),
        entry: { workspace, service: endpoint.service, endpoint },
      })),
  ]);
  return (await vscode.window.showQuickPick(items, { title }))?.entry;
}

function entryOf(store: CatalogStore, target: ExplorerNode): Entry | undefined {
  switch (target.node) {
    case 'workspace':
      return { workspace: ownWorkspace(store, target.workspace) };
    case 'service':
    case 'endpoint': {
      const endpoint = findEndpoint(ownWorkspace(store, target.workspace), target.service);
      const { workspace, service } = endpoint;
      return target.node === 'service' ? { workspace, service } : { workspace, service, endpoint };
    }
    default:
      return undefined;
  }
}

function ownWorkspace(store: CatalogStore, name: string): Workspace {
  // What was discovered is not the user's own to edit.
  const own = store.fromSettings().workspaces.find((workspace) => workspace.name === name);
  if (own !== undefined) return own;
  if (!store.workspace(name).local) return store.workspace(name);
  throw new Failure({
    code: 'LocalWorkspace',
    origin: 'client',
    sentence: vscode.l10n.t('The local service sets its own services, ids and keys. They cannot be edited.'),
  });
}

/** Undefined when there are none yet: then the user is offered to add one. */
function ownWorkspaces(store: CatalogStore): readonly Workspace[] | undefined {
  const { workspaces } = store.fromSettings();
  if (workspaces.length > 0) return workspaces;
  void offerToAdd();
  return undefined;
}

async function offerToAdd(): Promise<void> {
  const add = vscode.l10n.t('Add workspace…');
  const choice = await vscode.window.showInformationMessage(
    vscode.l10n.t('There is no workspace of your own yet.'),
    add,
  );
  if (choice === add) await vscode.commands.executeCommand(commandId('addWorkspace'));
}
