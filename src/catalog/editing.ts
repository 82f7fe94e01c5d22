import * as vscode from 'vscode';
import { Failure } from '../protocol/failure.ts';
import { parseId } from '../protocol/studio/urls.ts';
import type { CatalogStore } from './catalog.ts';
import { baseUrlIn, baseUrlProblem, headerNameProblem, idProblem, notEmpty } from './entryProblems.ts';
import type { Authorization, Workspace } from './model.ts';
import { pickOwnEndpoint, pickOwnWorkspace } from './picking.ts';
import { changeWorkspace, type ServiceEntry, type WorkspaceEntry } from './settings.ts';

type Change = Pick<WorkspaceEntry, 'baseUrl' | 'workspaceId' | 'subscriptionKeyHeader' | 'auth'>;

export async function editWorkspace(store: CatalogStore, target: unknown): Promise<void> {
  const workspace = await pickOwnWorkspace(store, target, vscode.l10n.t('Edit'));
  if (workspace === undefined) return;
  const member = await vscode.window.showQuickPick(editableMembers(workspace), {
    title: vscode.l10n.t('Edit workspace {0}', workspace.name),
    placeHolder: vscode.l10n.t('What to change'),
  });
  const change = await member?.edit();
  if (change === undefined) return;
  if (!(await store.consent.ask(change.baseUrl ?? workspace.baseUrl))) return;
  await changeWorkspace(workspace.name, (entry) => ({ ...entry, ...change }));
  await offerToForget(store, workspace);
}

interface EditableMember extends vscode.QuickPickItem {
  readonly edit: () => Promise<Change | undefined>;
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
        const url = text === undefined ? undefined : baseUrlIn(text);
        return url === undefined || url instanceof Failure ? undefined : { baseUrl: url };
      },
    },
    {
      label: l10n.t('Workspace id'),
      description: workspace.workspaceId,
      edit: async () => {
        const text = await askLine(l10n.t('Workspace id'), workspace.workspaceId, idProblem);
        const workspaceId = text === undefined ? undefined : parseId(text);
        return workspaceId === undefined ? undefined : { workspaceId };
      },
    },
    {
      label: l10n.t('Subscription key header'),
      description: workspace.subscriptionKeyHeader || l10n.t('none'),
      edit: async () => {
        const subscriptionKeyHeader = await askLine(
          l10n.t('Header in which the gateway wants its subscription key; empty for no gateway'),
          workspace.subscriptionKeyHeader || 'Ocp-Apim-Subscription-Key',
          (text) => (text === '' ? undefined : headerNameProblem(text)),
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
      return scope === undefined ? undefined : { type: 'microsoft', scope: scope.trim() };
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
  const { workspace, service, name } = endpoint;
  const text = await askLine(
    vscode.l10n.t('Endpoint id of {0}', endpoint.label),
    endpoint.endpointId,
    (typed) => idProblem(typed) ?? takenIdProblem(workspace, endpoint.endpointId, typed),
  );
  const id = text === undefined ? undefined : parseId(text);
  if (id === undefined) return;
  await changeService(workspace.name, service.name, (entry) =>
    entry.endpoints === undefined || !Object.hasOwn(entry.endpoints, name)
      ? entry
      : { ...entry, endpoints: { ...entry.endpoints, [name]: id } },
  );
  await offerToForget(store, workspace);
}

function takenIdProblem(workspace: Workspace, own: string, typed: string): string | undefined {
  const id = parseId(typed)?.toLowerCase();
  const other = workspace.services
    .flatMap((service) => service.endpoints.map((entry) => ({ ...entry, service: service.name })))
    .find(({ endpointId }) => endpointId.toLowerCase() === id && endpointId !== own);
  return other && vscode.l10n.t('This is the id of {0}.', `${other.service}/${other.name}`);
}

/** Keys belong to an address: after a change of it they fit nothing any more, and the user is told. */
async function offerToForget(store: CatalogStore, before: Workspace): Promise<void> {
  const unused = await store.secrets.unused(before, store.workspaces());
  if (unused.length === 0) return;
  const forget = vscode.l10n.t('Forget old keys');
  const choice = await vscode.window.showInformationMessage(
    vscode.l10n.t(
      'Keys are kept for the address that they were entered for. You will be asked for those of the new one.',
    ),
    forget,
  );
  if (choice === forget) await store.secrets.remove(await store.secrets.unused(before, store.workspaces()));
}

/** Changes the entry of a service in every settings file that has it. */
export async function changeService(
  workspace: string,
  service: string,
  change: (entry: ServiceEntry) => ServiceEntry,
): Promise<void> {
  await changeWorkspace(workspace, (entry) => {
    const own = entry.services?.[service];
    return own === undefined ? entry : { ...entry, services: { ...entry.services, [service]: change(own) } };
  });
}

function askLine(
  prompt: string,
  value: string,
  validateInput: (text: string) => string | undefined,
): Thenable<string | undefined> {
  return vscode.window.showInputBox({ prompt, value, validateInput, ignoreFocusOut: true });
}
