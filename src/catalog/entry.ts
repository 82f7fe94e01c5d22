import * as vscode from 'vscode';
import { Failure } from '../protocol/failure.ts';
import { isRetiredHost, regions, retirementSentence } from '../protocol/studio/regions.ts';
import { normalizeBaseUrl, parseServiceUrl } from '../protocol/studio/urls.ts';
import { askChoice, askInSteps, askText, type Choice, type Step } from '../shared/steps.ts';
import type { PlainHttpConsent } from '../shared/plainHttpConsent.ts';
import { endpointOf } from './endpoints.ts';
import type { Authorization, Endpoint, Workspace } from './model.ts';
import { rawWorkspace, writeWorkspace } from './settings.ts';

/** What the user has said so far of an endpoint to add. */
interface Draft {
  workspaceName: string;
  workspaceId: string;
  baseUrl: string;
  style: Workspace['style'];
  serviceName: string;
  serviceId: string | undefined;
  endpointName: string;
  endpointId: string;
  access: Access;
  /** What needs no question, because a URL or the place in the tree says it. */
  given: readonly ('baseUrl' | 'workspaceId' | 'endpointId')[];
}

/** The usual combinations of keys; anything else is set with "Edit workspace". */
type Access = 'apiKey' | 'apiKeyAndSubscriptionKey' | 'subscriptionKey' | 'microsoft' | 'header';

export interface EntryTools {
  readonly known: () => readonly Workspace[];
  readonly consent: PlainHttpConsent;
  /** The service's own title, if it publishes a schema. */
  readonly titleOf: (endpoint: Endpoint) => Promise<string | undefined>;
  readonly whatIsWanted: (endpoint: Endpoint) => Promise<'apiKey' | 'subscriptionKey' | undefined>;
  readonly startLocalService: () => Promise<unknown>;
}

/** Asks for everything that an endpoint needs and writes it to the settings. Resolves with its place in the catalog. */
export async function addEndpointByAsking(
  tools: EntryTools,
  start: Partial<Draft> = {},
): Promise<{ workspace: string; endpointId: string } | undefined> {
  const draft: Draft = { ...emptyDraft, ...start };
  const done = await askInSteps(vscode.l10n.t('Add a web service'), [
    askHow(draft),
    askBaseUrl(draft),
    askId(draft, 'workspaceId', vscode.l10n.t('Workspace id, as in /workspaces/… of the URL')),
    askId(draft, 'endpointId', vscode.l10n.t('Endpoint id, as in /services/… of the URL')),
    askAboutHost(draft, tools),
    askAccess(draft, tools),
    askWorkspaceName(draft, tools),
    askServiceName(draft, tools),
    askEndpointName(draft),
  ]);
  if (!done) return undefined;
  await save(draft);
  return { workspace: draft.workspaceName, endpointId: draft.endpointId };
}

const emptyDraft: Draft = {
  workspaceName: '',
  workspaceId: '',
  baseUrl: '',
  style: 'workspaces',
  serviceName: '',
  serviceId: undefined,
  endpointName: 'default',
  endpointId: '',
  access: 'apiKey',
  given: [],
};

function askHow(draft: Draft): Step {
  return async (position) => {
    if (draft.workspaceName !== '' && draft.given.includes('workspaceId')) return 'skip';
    return askText(
      position,
      {
        prompt: vscode.l10n.t('Paste any URL of the web service, or leave this empty to type its parts'),
        placeholder: 'https://…/workspaces/…/services/…/execute?api-version=2.0',
        validate: (text) => {
          const parsed = text.trim() === '' ? undefined : parseServiceUrl(text);
          return parsed instanceof Failure ? parsed.sentence : undefined;
        },
      },
      (text) => takeUrl(draft, text),
    );
  };
}

function takeUrl(draft: Draft, text: string): void {
  const parsed = text.trim() === '' ? undefined : parseServiceUrl(text);
  if (parsed === undefined || parsed instanceof Failure) {
    draft.given = [];
    return;
  }
  draft.given = ['baseUrl', 'workspaceId', 'endpointId'];
  draft.baseUrl = parsed.baseUrl;
  draft.style = parsed.style;
  draft.workspaceId = parsed.workspaceId;
  draft.endpointId = parsed.endpointId;
  draft.serviceId = parsed.serviceId;
}

function askBaseUrl(draft: Draft): Step {
  return async (position) => {
    if (draft.given.includes('baseUrl')) return 'skip';
    const own = vscode.l10n.t('Another address…');
    const choices: Choice<string>[] = [
      { label: own, detail: vscode.l10n.t('A gateway or a compatible server'), value: '' },
      ...regions.map((region) => ({
        label: region.displayName,
        description: region.scoringHost,
        value: `https://${region.scoringHost}`,
      })),
    ];
    let chosen = '';
    const outcome = await askChoice(
      position,
      { placeholder: vscode.l10n.t('Region or base URL of the service'), choices },
      (value) => (chosen = value),
    );
    if (outcome !== 'next' || chosen !== '') {
      draft.baseUrl = chosen;
      return outcome;
    }
    return askText(
      position,
      {
        prompt: vscode.l10n.t('Base URL: everything before /workspaces/…'),
        placeholder: 'https://example.azure-api.net/azureml-demo',
        validate: baseUrlProblem,
      },
      (text) => {
        const url = normalizeBaseUrl(text);
        if (!(url instanceof Failure)) draft.baseUrl = url;
      },
    );
  };
}

export function baseUrlProblem(text: string): string | undefined {
  const url = normalizeBaseUrl(text);
  return url instanceof Failure ? url.sentence : undefined;
}

export function idProblem(text: string): string | undefined {
  return /^[\w-]+$/.test(text.trim())
    ? undefined
    : vscode.l10n.t('An id has letters and digits only, usually 32 of 0-9 and a-f.');
}

function askId(draft: Draft, member: 'workspaceId' | 'endpointId', prompt: string): Step {
  return async (position) =>
    draft.given.includes(member)
      ? 'skip'
      : askText(
          position,
          { prompt, value: draft[member], validate: (text) => idOrUrlProblem(text, draft, member) },
          (text) => (draft[member] = idIn(text, member) ?? text.trim()),
        );
}

function idOrUrlProblem(
  text: string,
  draft: Draft,
  member: 'workspaceId' | 'endpointId',
): string | undefined {
  const parsed = text.includes('/') ? parseServiceUrl(text) : undefined;
  if (parsed === undefined) return idProblem(text);
  if (parsed instanceof Failure) return parsed.sentence;
  const elsewhere = member === 'endpointId' && parsed.workspaceId !== draft.workspaceId;
  return elsewhere
    ? vscode.l10n.t('This URL is of another workspace. Use "Add workspace" for it.')
    : undefined;
}

function idIn(text: string, member: 'workspaceId' | 'endpointId'): string | undefined {
  const parsed = text.includes('/') ? parseServiceUrl(text) : undefined;
  return parsed === undefined || parsed instanceof Failure ? undefined : parsed[member];
}

/** Says what has to be said of a host before it is kept: that it has ended, or that keys would travel unencrypted. */
function askAboutHost(draft: Draft, tools: EntryTools): Step {
  return async () => {
    const url = new URL(draft.baseUrl);
    if (isRetiredHost(url.host)) return askAboutRetiredHost(draft, tools);
    return (await tools.consent.ask(draft.baseUrl)) ? 'skip' : 'cancel';
  };
}

async function askAboutRetiredHost(draft: Draft, tools: EntryTools): Promise<'back' | 'cancel' | 'skip'> {
  const useGateway = vscode.l10n.t('Use a gateway URL');
  const useLocal = vscode.l10n.t('Use the local service');
  const addAnyway = vscode.l10n.t('Add anyway');
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t('{0} no longer answers.', new URL(draft.baseUrl).host),
    { modal: true, detail: retirementSentence },
    useGateway,
    useLocal,
    addAnyway,
  );
  if (choice === addAnyway) return 'skip';
  if (choice === useLocal) await tools.startLocalService();
  return choice === useGateway ? 'back' : 'cancel';
}

function askAccess(draft: Draft, tools: EntryTools): Step {
  return async (position) => {
    if (existing(draft, tools) !== undefined) return 'skip';
    const wanted = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Window,
        title: vscode.l10n.t('Asking {0}…', new URL(draft.baseUrl).host),
      },
      () => tools.whatIsWanted(endpointOfDraft(draft)),
    );
    const choices = accessChoices();
    if (wanted === 'subscriptionKey') choices.unshift(...choices.splice(1, 2));
    return askChoice(
      position,
      {
        placeholder: vscode.l10n.t('How are calls authorized? Keys are asked for when they are needed.'),
        choices,
      },
      (access) => (draft.access = access),
    );
  };
}

function accessChoices(): Choice<Access>[] {
  return [
    { label: vscode.l10n.t('API key'), detail: vscode.l10n.t('Each endpoint has its own'), value: 'apiKey' },
    {
      label: vscode.l10n.t('API key and subscription key'),
      detail: vscode.l10n.t('A gateway in front of the service wants its own key too'),
      value: 'apiKeyAndSubscriptionKey',
    },
    {
      label: vscode.l10n.t('Subscription key'),
      detail: vscode.l10n.t('The gateway adds the API key'),
      value: 'subscriptionKey',
    },
    {
      label: vscode.l10n.t('Microsoft account'),
      detail: vscode.l10n.t('A token with a scope'),
      value: 'microsoft',
    },
    {
      label: vscode.l10n.t('Another header'),
      detail: vscode.l10n.t('Its value is kept secret'),
      value: 'header',
    },
  ];
}

function askWorkspaceName(draft: Draft, tools: EntryTools): Step {
  return async (position) => {
    const same = existing(draft, tools);
    if (same !== undefined) {
      draft.workspaceName = same.name;
      return 'skip';
    }
    const taken = new Set(tools.known().map((workspace) => workspace.name));
    return askText(
      position,
      {
        prompt: vscode.l10n.t('Name of the workspace in the tree'),
        value: draft.workspaceName === '' ? proposeName(draft, taken) : draft.workspaceName,
        validate: (text) => nameProblem(text, taken),
      },
      (text) => (draft.workspaceName = text.trim()),
    );
  };
}

export function nameProblem(text: string, taken: ReadonlySet<string>): string | undefined {
  const name = text.trim();
  if (name === '') return vscode.l10n.t('Give it a name.');
  if (name.includes('/')) return vscode.l10n.t('A name cannot contain "/".');
  return taken.has(name) ? vscode.l10n.t('"{0}" is taken.', name) : undefined;
}

function proposeName(draft: Draft, taken: ReadonlySet<string>): string {
  const { hostname, pathname } = new URL(draft.baseUrl);
  const base = pathname.split('/').findLast((part) => part !== '') ?? hostname.split('.')[0] ?? hostname;
  const name = /^\d+$/.test(base) ? hostname : base;
  if (!taken.has(name)) return name;
  return `${name} ${draft.workspaceId.slice(0, 6)}`;
}

function askServiceName(draft: Draft, tools: EntryTools): Step {
  return async (position) => {
    const title = draft.serviceName || (await tools.titleOf(endpointOfDraft(draft)));
    return askText(
      position,
      {
        prompt: vscode.l10n.t('Name of the web service in the tree'),
        value: title ?? draft.endpointId.slice(0, 8),
        validate: (text) => nameProblem(text, new Set()),
      },
      (text) => (draft.serviceName = text.trim()),
    );
  };
}

function askEndpointName(draft: Draft): Step {
  return async (position) => {
    const endpoints = rawWorkspace(draft.workspaceName)?.services?.[draft.serviceName]?.endpoints ?? {};
    if (Object.keys(endpoints).length === 0) return 'skip';
    const known = Object.entries(endpoints).find(([, id]) => id === draft.endpointId);
    if (known !== undefined) {
      draft.endpointName = known[0];
      return 'skip';
    }
    return askText(
      position,
      {
        prompt: vscode.l10n.t('"{0}" has another endpoint already. Name of this endpoint', draft.serviceName),
        validate: (text) => nameProblem(text, new Set(Object.keys(endpoints))),
      },
      (text) => (draft.endpointName = text.trim()),
    );
  };
}

function existing(draft: Draft, tools: EntryTools): Workspace | undefined {
  return tools
    .known()
    .find(
      (workspace) =>
        !workspace.local &&
        workspace.baseUrl.replace(/\/+$/, '') === draft.baseUrl &&
        workspace.workspaceId === draft.workspaceId,
    );
}

function endpointOfDraft(draft: Draft): Endpoint {
  const entry = { name: draft.endpointName, endpointId: draft.endpointId };
  const service = { name: draft.serviceName || draft.endpointId, endpoints: [entry] };
  const workspace: Workspace = {
    name: draft.workspaceName || new URL(draft.baseUrl).host,
    workspaceId: draft.workspaceId,
    baseUrl: draft.baseUrl,
    auth: { type: 'apiKey' },
    style: draft.style,
    services: [service],
    local: false,
  };
  return endpointOf(workspace, service, entry);
}

async function save(draft: Draft): Promise<void> {
  const before = rawWorkspace(draft.workspaceName);
  const services = before?.services ?? {};
  const service = services[draft.serviceName];
  await writeWorkspace(draft.workspaceName, {
    ...(before ?? {
      workspaceId: draft.workspaceId,
      baseUrl: draft.baseUrl,
      ...(await accessSettings(draft)),
    }),
    services: {
      ...services,
      [draft.serviceName]: {
        ...service,
        ...(draft.serviceId !== undefined && { serviceId: draft.serviceId }),
        endpoints: { ...service?.endpoints, [draft.endpointName]: draft.endpointId },
      },
    },
  });
}

interface AccessSettings {
  subscriptionKeyHeader?: string;
  auth?: Authorization;
  addressedBy?: 'subscriptions';
}

async function accessSettings(draft: Draft): Promise<AccessSettings> {
  const settings: AccessSettings = draft.style === 'subscriptions' ? { addressedBy: 'subscriptions' } : {};
  const subscriptionKeyHeader = 'Ocp-Apim-Subscription-Key';
  switch (draft.access) {
    case 'apiKey':
      return settings;
    case 'apiKeyAndSubscriptionKey':
      return { ...settings, subscriptionKeyHeader };
    case 'subscriptionKey':
      return { ...settings, subscriptionKeyHeader, auth: { type: 'gateway' } };
    case 'microsoft':
      return {
        ...settings,
        auth: { type: 'microsoft', scope: await askFor(vscode.l10n.t('Scope of the token')) },
      };
    case 'header':
      return {
        ...settings,
        auth: { type: 'header', name: await askFor(vscode.l10n.t('Name of the header')) },
      };
  }
}

async function askFor(prompt: string): Promise<string> {
  const text = await vscode.window.showInputBox({
    prompt,
    ignoreFocusOut: true,
    validateInput: (value) => (value.trim() === '' ? vscode.l10n.t('This cannot be empty.') : undefined),
  });
  if (text !== undefined) return text.trim();
  throw new Failure({ code: 'Cancelled', origin: 'client', sentence: vscode.l10n.t('Nothing was added.') });
}
