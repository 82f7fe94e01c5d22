import * as vscode from 'vscode';
import * as v from 'valibot';
import { Failure } from '../protocol/failure.ts';
import { regions } from '../protocol/studio/regions.ts';
import type { ClientSettings } from '../protocol/studio/clientSettings.ts';
import { normalizeBaseUrl, parseId } from '../protocol/studio/urls.ts';
import { parseArguments } from '../shared/arguments.ts';
import { isProgramCall } from '../shared/invocation.ts';
import { askChoice, askInSteps, askText, type Choice, type Step } from '../shared/steps.ts';
import { asking } from '../shared/asking.ts';
import type { CatalogStore } from './catalog.ts';
import { cleanKey } from './cleanKey.ts';
import { idProblem, nameProblem, notEmpty } from './entryProblems.ts';
import type { FoundWorkspace, ManagementAccess } from './managementClient.ts';
import type { Workspace } from './model.ts';
import { pickOwnWorkspace } from './picking.ts';
import { putWorkspace } from './settings.ts';

const regionUrls = regions.map(({ managementHost }) => `https://${managementHost}`);

interface Draft {
  /** Id, token and region come from a file; they are asked for once the lookup has failed. */
  isImported: boolean;
  workspaceId: string;
  token: string;
  /** Where to look first; empty for an address of the user's own, until it is typed. */
  managementUrl: string;
  ownAddress: boolean;
  found: FoundWorkspace | undefined;
  baseUrl: string;
  name: string;
}

/**
 * Adds a workspace whose services the management API lists: nothing of them is written to the settings. What is known
 * already is not asked for; an address of the user's own is shown before a token goes there.
 */
export async function addWorkspaceByToken(store: CatalogStore, known?: ClientSettings): Promise<void> {
  const { workspaceId: id = '', token: importedToken = '', managementUrl: url = '' } = known ?? {};
  const draft: Draft = {
    isImported: known !== undefined,
    workspaceId: id,
    token: cleanKey(importedToken),
    managementUrl: url,
    ownAddress: url !== '' && !regionUrls.includes(url),
    found: undefined,
    baseUrl: '',
    name: '',
  };
  const done = await askInSteps(vscode.l10n.t('Add a workspace by its token'), [
    askWorkspaceId(draft),
    askToken(draft),
    askRegion(draft),
    askAddress(draft, store),
    lookUp(draft, store),
    askName(draft, store),
  ]);
  if (!done || draft.found === undefined) return;
  const { workspaceId, baseUrl, token, found, name } = draft;
  const { managementUrl, services } = found;
  await putWorkspace(name, (before) => ({ workspaceId, baseUrl, ...before, managementUrl }));
  const workspace = store.workspace(name);
  await store.secrets.storeWorkspaceToken(workspace, token);
  await store.discovery.take(workspace, services);
  void vscode.window.showInformationMessage(
    vscode.l10n.t(
      'The workspace {0} has {1} web services. It was found at {2}.',
      [name, services.length, new URL(managementUrl).host].map(String),
    ),
  );
}

const tokenCall = v.object({
  workspace: v.string(),
  token: v.pipe(
    v.string(),
    v.check((token) => cleanKey(token) !== '', 'it is empty'),
  ),
});

/** Stores another token of a workspace: for a person once the management API takes it, for a program as it is. */
export async function setWorkspaceToken(store: CatalogStore, args: readonly unknown[]): Promise<void> {
  if (isProgramCall(args)) {
    const call = parseArguments('setWorkspaceToken', tokenCall, args[0]);
    const workspace = store.workspace(call.workspace);
    managementUrlOf(workspace);
    return store.secrets.storeWorkspaceToken(workspace, cleanKey(call.token));
  }
  const workspace = await pickOwnWorkspace(store, args[0], vscode.l10n.t('Set the authorization token of'));
  if (workspace === undefined) return;
  const { workspaceId } = workspace;
  const managementUrl = managementUrlOf(workspace);
  const typed = await vscode.window.showInputBox({
    prompt: tokenPrompt(new URL(managementUrl).host),
    password: true,
    ignoreFocusOut: true,
    validateInput: (text) => notEmpty(cleanKey(text)),
  });
  if (typed === undefined || !(await store.consent.ask(managementUrl))) return;
  const token = cleanKey(typed);
  const services = await asking(managementUrl, (signal) =>
    store.management.listServices({ managementUrl, workspaceId, token }, signal),
  );
  if (services instanceof Failure) throw services;
  await store.secrets.storeWorkspaceToken(workspace, token);
  await store.discovery.take(workspace, services);
}

function managementUrlOf({ name, managementUrl }: Workspace): string {
  if (managementUrl !== undefined) return managementUrl;
  throw new Failure({
    code: 'NoManagementUrl',
    origin: 'client',
    sentence: vscode.l10n.t(
      'The workspace "{0}" has no managementUrl in the settings. Add it there, or add the workspace by its token.',
      name,
    ),
  });
}

function askWorkspaceId(draft: Draft): Step {
  return async (position) => {
    if (draft.isImported) return 'skip';
    return askText(
      position,
      {
        prompt: vscode.l10n.t('Workspace id, from the settings of the workspace in Studio'),
        value: draft.workspaceId,
        validate: idProblem,
      },
      (text) => (draft.workspaceId = parseId(text) ?? ''),
    );
  };
}

function askToken(draft: Draft): Step {
  return async (position) => {
    if (draft.isImported) return 'skip';
    return askText(
      position,
      {
        prompt: vscode.l10n.t('Workspace authorization token, primary or secondary'),
        placeholder: vscode.l10n.t('In Studio under Settings, Authorization Tokens'),
        password: true,
        value: draft.token,
        validate: (text) => notEmpty(cleanKey(text)),
      },
      (text) => (draft.token = cleanKey(text)),
    );
  };
}

function askRegion(draft: Draft): Step {
  return async (position) => {
    if (draft.isImported && draft.managementUrl !== '') return 'skip';
    const choices: Choice<string>[] = [
      ...regions.map(({ displayName, managementHost }) => ({
        label: displayName,
        description: managementHost,
        value: `https://${managementHost}`,
      })),
      {
        label: vscode.l10n.t('Another address…'),
        detail: vscode.l10n.t('A compatible server, or the local service'),
        value: '',
      },
    ];
    const placeholder = vscode.l10n.t(
      'Region of the workspace. If it is not there, the other regions are tried.',
    );
    return askChoice(position, { placeholder, choices }, (value) => {
      if (value !== '' || !draft.ownAddress) draft.managementUrl = value;
      draft.ownAddress = value === '';
    });
  };
}

function askAddress(draft: Draft, store: CatalogStore): Step {
  return async (position) => {
    if (!draft.ownAddress) return 'skip';
    const outcome = await askText(
      position,
      {
        prompt: vscode.l10n.t('Management URL: everything before /workspaces/…'),
        placeholder: 'https://management.example.com',
        value: draft.managementUrl,
        validate: (text) => {
          const url = normalizeBaseUrl(text);
          return url instanceof Failure ? url.sentence : undefined;
        },
      },
      (text) => {
        const url = normalizeBaseUrl(text);
        if (!(url instanceof Failure)) draft.managementUrl = url.replace(/\/workspaces(?:\/.*)?$/, '');
      },
    );
    if (outcome !== 'next') return outcome;
    return (await store.consent.ask(draft.managementUrl)) ? 'next' : 'back';
  };
}

/** Finds the workspace and where its services are called, or says why not and goes back. */
function lookUp(draft: Draft, store: CatalogStore): Step {
  return async () => {
    const { workspaceId, token, managementUrl, ownAddress } = draft;
    const others = ownAddress ? [] : regionUrls;
    const found = await asking(managementUrl, async (signal) => {
      const urls = [managementUrl, ...others.filter((url) => url !== managementUrl)] as const;
      const workspace = await store.management.findWorkspace({ workspaceId, token }, urls, signal);
      if (workspace instanceof Failure) return workspace;
      const baseUrl = await baseUrlOf(store, { workspaceId, token, ...workspace }, workspace, signal);
      return baseUrl instanceof Failure ? baseUrl : { workspace, baseUrl };
    });
    if (!(found instanceof Failure)) {
      draft.found = found.workspace;
      draft.baseUrl = found.baseUrl;
      return 'skip';
    }
    draft.isImported = false;
    if (found.code === 'Cancelled') return 'back';
    const change = vscode.l10n.t('Change');
    const title = vscode.l10n.t('The workspace was not found.');
    const choice = await vscode.window.showWarningMessage(
      title,
      { modal: true, detail: found.sentence },
      change,
    );
    return choice === change ? 'back' : 'cancel';
  };
}

/** The scoring host of the region, or where the first endpoint says that it is called. */
async function baseUrlOf(
  store: CatalogStore,
  access: ManagementAccess,
  { managementUrl, services }: FoundWorkspace,
  signal: AbortSignal,
): Promise<string | Failure> {
  const { host, origin } = new URL(managementUrl);
  const region = regions.find(({ managementHost }) => managementHost === host);
  if (region !== undefined) return `https://${region.scoringHost}`;
  const [first] = services;
  if (first === undefined) return origin;
  const endpoints = await store.management.listEndpoints(access, first.id, signal);
  if (endpoints instanceof Failure) return endpoints;
  return endpoints.find(({ address }) => address !== undefined)?.address?.baseUrl ?? origin;
}

function askName(draft: Draft, store: CatalogStore): Step {
  return async (position) => {
    const same = store.fromSettings().workspaces.find((workspace) => isAt(workspace, draft));
    if (same !== undefined) {
      draft.name = same.name;
      return 'skip';
    }
    const taken = new Set(store.names());
    return askText(
      position,
      {
        prompt: vscode.l10n.t('Name of the workspace in the tree'),
        value: draft.name === '' ? proposeName(draft, taken) : draft.name,
        validate: (text) => nameProblem(text, taken),
      },
      (text) => (draft.name = text.trim()),
    );
  };
}

/** The management API knows nothing of services that are called as `/subscriptions/…`. */
function isAt({ baseUrl, workspaceId, style }: Workspace, draft: Draft): boolean {
  const sameId = workspaceId.toLowerCase() === draft.workspaceId.toLowerCase();
  return style === 'workspaces' && baseUrl === draft.baseUrl && sameId;
}

function proposeName({ baseUrl, workspaceId }: Draft, taken: ReadonlySet<string>): string {
  const { hostname } = new URL(baseUrl);
  const region = regions.find(({ scoringHost }) => scoringHost === hostname);
  const name = region?.displayName ?? hostname;
  return taken.has(name) ? `${name} ${workspaceId.slice(0, 6)}` : name;
}

function tokenPrompt(host: string): string {
  return vscode.l10n.t('Workspace authorization token for {0}', host);
}
