import * as vscode from 'vscode';
import { commandId } from '../shared/contributions.ts';
import { type CatalogStore, node } from './catalog.ts';
import { addEndpointByAsking, type EntryTools } from './entry.ts';
import type { Proposal } from './entryDraft.ts';
import { addManagedEndpoint } from './managing.ts';
import type { Endpoint } from './model.ts';
import { pickOwnService, pickOwnWorkspace } from './picking.ts';

export async function addWorkspace(store: CatalogStore): Promise<void> {
  await announce(store, await addEndpointByAsking(entryTools(store)));
}

export async function addService(store: CatalogStore, target: unknown): Promise<void> {
  const workspace = await pickOwnWorkspace(store, target, vscode.l10n.t('Add a web service to'));
  if (workspace === undefined) return;
  await announce(store, await addEndpointByAsking(entryTools(store), { workspace }));
}

export async function addEndpoint(store: CatalogStore, target: unknown): Promise<void> {
  const picked = await pickOwnService(store, target, vscode.l10n.t('Add an endpoint to'));
  if (picked === undefined) return;
  if (picked.service.discovered === true) await addManagedEndpoint(store, picked);
  else await announce(store, await addEndpointByAsking(entryTools(store), picked));
}

/** Adds what a request document names and the catalog does not have; the endpoint may turn out to be a known one. */
export async function addUnknown(
  store: CatalogStore,
  names: { readonly workspace: string; readonly service: string },
): Promise<Endpoint | undefined> {
  const workspace = store.workspaces().find(({ name, local }) => !local && name === names.workspace);
  const added = await addEndpointByAsking(entryTools(store), {
    ...(workspace && { workspace }),
    proposed: proposalFor(names),
  });
  return added && store.find(added.workspace, added.endpointId);
}

function proposalFor({ workspace, service }: { workspace: string; service: string }): Proposal {
  if (/^[\da-f]{32}$/i.test(service)) return { workspaceName: workspace, endpointId: service };
  const [serviceName = '', endpointName = 'default'] = service.split('/');
  return { workspaceName: workspace, serviceName, endpointName };
}

export function entryTools(store: CatalogStore): EntryTools {
  return {
    known: () => store.workspaces(),
    takenNames: () => store.names(),
    consent: store.consent,
    titleOf: async (endpoint) =>
      (await store.schemaIfAny(endpoint, { signal: AbortSignal.timeout(5_000) }))?.title,
    whatIsWanted: (endpoint) => store.keys.whatIsWanted(endpoint, AbortSignal.timeout(5_000)),
    showLocal: () => store.showLocal(),
  };
}

export async function announce(
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
  if (choice === open) await vscode.commands.executeCommand(commandId('openRequest'), node(endpoint));
}
