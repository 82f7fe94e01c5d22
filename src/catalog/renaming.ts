import * as vscode from 'vscode';
import type { CatalogStore } from './catalog.ts';
import { changeService } from './editing.ts';
import { nameProblem } from './entryProblems.ts';
import { type Entry, pickEntry } from './picking.ts';
import { changeWorkspace, renamedMember, renameWorkspace, type WorkspaceEntry } from './settings.ts';

/** Renames a workspace, a service or an endpoint, whichever node it is called on. */
export async function rename(store: CatalogStore, target: unknown): Promise<void> {
  const entry = await pickEntry(store, target, vscode.l10n.t('Rename'));
  if (entry === undefined) return;
  const { workspace, service, endpoint } = entry;
  if (endpoint !== undefined && service !== undefined) {
    const name = await askName(endpoint.name, namesOf(service.endpoints));
    if (name === undefined) return;
    await changeService(workspace.name, service.name, (setting) => ({
      ...setting,
      ...(setting.endpoints && { endpoints: renamedMember(setting.endpoints, endpoint.name, name) }),
    }));
  } else if (service !== undefined) {
    const name = await askName(service.name, namesOf(workspace.services));
    if (name === undefined) return;
    await changeWorkspace(workspace.name, (setting) => ({
      ...setting,
      ...(setting.services && { services: renamedMember(setting.services, service.name, name) }),
    }));
  } else {
    const name = await askName(workspace.name, store.names());
    if (name !== undefined) await renameWorkspace(workspace.name, name);
  }
}

/** Removes a workspace, a service or an endpoint from the settings, and the keys that nothing else uses. */
export async function remove(store: CatalogStore, target: unknown): Promise<void> {
  const entry = await pickEntry(store, target, vscode.l10n.t('Remove'));
  if (entry === undefined) return;
  const { workspace, service, endpoint } = entry;
  const name =
    endpoint === undefined ? (service?.name ?? workspace.name) : `${service?.name ?? ''}/${endpoint.name}`;
  const yes = vscode.l10n.t('Remove');
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t('Remove "{0}" from this editor?', name),
    { modal: true, detail: vscode.l10n.t('Its stored keys are forgotten. Nothing changes on the server.') },
    yes,
  );
  if (choice === yes) await removeEntry(store, entry);
}

/** The same without a question. */
export async function removeEntry(
  store: CatalogStore,
  { workspace, service, endpoint }: Entry,
): Promise<void> {
  if (service === undefined) {
    await changeWorkspace(workspace.name, () => undefined);
  } else if (endpoint === undefined || service.endpoints.length === 1) {
    await changeWorkspace(workspace.name, (setting) => withoutService(setting, service.name));
  } else {
    await changeService(workspace.name, service.name, (setting) => ({
      ...setting,
      ...(setting.endpoints && { endpoints: withoutMember(setting.endpoints, endpoint.name) }),
    }));
  }
  await store.secrets.remove(await store.secrets.unused(workspace, store.workspaces()));
}

function withoutService(setting: WorkspaceEntry, service: string): WorkspaceEntry {
  return { ...setting, ...(setting.services && { services: withoutMember(setting.services, service) }) };
}

function withoutMember<T>(members: Record<string, T>, gone: string): Record<string, T> {
  return Object.fromEntries(Object.entries(members).filter(([name]) => name !== gone));
}

function namesOf(named: readonly { readonly name: string }[]): readonly string[] {
  return named.map(({ name }) => name);
}

async function askName(current: string, others: readonly string[]): Promise<string | undefined> {
  const taken = new Set(others.filter((name) => name !== current));
  const typed = await vscode.window.showInputBox({
    prompt: vscode.l10n.t('New name of {0}', current),
    value: current,
    validateInput: (text) => nameProblem(text, taken),
    ignoreFocusOut: true,
  });
  const name = typed?.trim();
  return name === current ? undefined : name;
}
