import * as vscode from 'vscode';
import { Failure } from '../protocol/failure.ts';
import { defaultSubscriptionKeyHeader } from '../protocol/apim/errors.ts';
import { isRetiredHost, regions, retirementSentence } from '../protocol/studio/regions.ts';
import { parseId, parseServiceUrl } from '../protocol/studio/urls.ts';
import { askChoice, askInSteps, askText, type Choice, type Step } from '../shared/steps.ts';
import type { PlainHttpConsent } from '../shared/plainHttpConsent.ts';
import { endpointOf, endpointsOf } from './endpoints.ts';
import { draftFor, known, type Access, type Draft, type FoundRoute, type Start } from './entryDraft.ts';
import {
  baseUrlIn,
  baseUrlProblem,
  headerNameProblem,
  idProblem,
  nameProblem,
  notEmpty,
} from './entryProblems.ts';
import type { Endpoint, Workspace } from './model.ts';
import { putWorkspace, type WorkspaceEntry } from './settings.ts';

/** Which key an address asks for, as far as it can be told. */
type Wanted = 'apiKey' | 'subscriptionKey' | undefined;

export interface EntryTools {
  readonly known: () => readonly Workspace[];
  readonly takenNames: () => readonly string[];
  readonly consent: PlainHttpConsent;
  /** The service's own title, if it publishes a schema. */
  readonly titleOf: (endpoint: Endpoint) => Promise<string | undefined>;
  readonly whatIsWanted: (endpoint: Endpoint) => Promise<Wanted>;
  readonly showLocal: () => Promise<void>;
}

/**
 * Asks for everything that an endpoint needs, except what the workspace or service to add it to says, and writes it to
 * the settings. Resolves with its place in the catalog.
 */
export async function addEndpointByAsking(
  tools: EntryTools,
  start: Start = {},
): Promise<{ workspace: string; endpointId: string } | undefined> {
  const draft = draftFor(start);
  const done = await askInSteps(vscode.l10n.t('Add a web service'), [
    askHow(draft),
    askRegion(draft),
    askBaseUrl(draft),
    askBehind(draft, tools),
    askAboutHost(draft, tools),
    askId(draft, 'workspaceId', vscode.l10n.t('Workspace id, as in /workspaces/… of the URL')),
    askId(draft, 'endpointId', vscode.l10n.t('Endpoint id, as in /services/… of the URL')),
    findPlace(draft, tools),
    askAccess(draft, tools),
    askAccessDetail(draft),
    askWorkspaceName(draft, tools),
    askServiceName(draft, tools),
    askEndpointName(draft),
  ]);
  if (!done) return undefined;
  if (known(draft) === undefined) await save(draft);
  return { workspace: draft.workspaceName, endpointId: draft.endpointId };
}

function askHow(draft: Draft): Step {
  return async (position) => {
    if (draft.given.includes('place') || draft.route !== undefined) return 'skip';
    return askText(
      position,
      {
        prompt: vscode.l10n.t('Paste any URL of the web service, or leave this empty to type its parts'),
        placeholder: 'https://…/workspaces/…/services/…/execute?api-version=2.0',
        value: draft.pasted,
        validate: (text) => {
          const parsed = text.trim() === '' ? undefined : parseServiceUrl(text);
          return parsed instanceof Failure ? parsed.sentence : undefined;
        },
      },
      (text) => takeUrl(draft, text),
    );
  };
}

/** Another URL than before makes what was said of the service void. */
function takeUrl(draft: Draft, text: string): void {
  if (text !== draft.pasted) Object.assign(draft, draftFor({ proposed: draft.proposed }), { pasted: text });
  const parsed = text.trim() === '' ? undefined : parseServiceUrl(text);
  if (parsed === undefined || parsed instanceof Failure) return;
  draft.given = ['baseUrl', 'workspaceId', 'endpointId'];
  draft.baseUrl = parsed.baseUrl;
  draft.style = parsed.style;
  draft.workspaceId = parsed.workspaceId;
  draft.endpointId = parsed.endpointId;
  draft.serviceId = parsed.serviceId;
}

const ownAddress = '';

function askRegion(draft: Draft): Step {
  return async (position) => {
    if (draft.given.includes('baseUrl')) return 'skip';
    const choices: Choice<string>[] = [
      {
        label: vscode.l10n.t('Another address…'),
        detail: vscode.l10n.t('A gateway or a compatible server'),
        value: ownAddress,
      },
      ...regions.map((region) => ({
        label: region.displayName,
        description: region.scoringHost,
        value: `https://${region.scoringHost}`,
      })),
    ];
    return askChoice(
      position,
      { placeholder: vscode.l10n.t('Region or base URL of the service'), choices },
      (value) => {
        if (value !== ownAddress || isRegion(draft.baseUrl)) draft.baseUrl = value;
      },
    );
  };
}

function isRegion(baseUrl: string): boolean {
  return regions.some(({ scoringHost }) => baseUrl === `https://${scoringHost}`);
}

function askBaseUrl(draft: Draft): Step {
  return async (position) => {
    if (draft.given.includes('baseUrl') || isRegion(draft.baseUrl)) return 'skip';
    return askText(
      position,
      {
        prompt: vscode.l10n.t('Base URL: everything before /workspaces/…'),
        placeholder: 'https://example.azure-api.net/azureml-demo',
        value: draft.baseUrl,
        validate: baseUrlProblem,
      },
      (text) => {
        const url = baseUrlIn(text);
        if (!(url instanceof Failure)) draft.baseUrl = url;
      },
    );
  };
}

/** An API does not say which service is behind it; often that is one which is known already. */
function askBehind(draft: Draft, tools: EntryTools): Step {
  return async (position) => {
    const { route } = draft;
    const known = tools.known().filter(({ name }) => route?.behind === undefined || name === route.behind);
    const endpoints = known.flatMap(endpointsOf);
    if (route === undefined || route.endpointId !== undefined || endpoints.length === 0) return 'skip';
    const choices: Choice<Endpoint | undefined>[] = [
      ...endpoints.map((endpoint) => ({
        label: endpoint.label,
        description: endpoint.workspace.name,
        value: endpoint,
      })),
      { label: vscode.l10n.t('Another one…'), detail: vscode.l10n.t('By its ids'), value: undefined },
    ];
    const placeholder = vscode.l10n.t('Which web service is behind "{0}"?', route.name);
    return askChoice(position, { placeholder, choices }, (endpoint) => takeIds(draft, route, endpoint));
  };
}

function takeIds(draft: Draft, route: FoundRoute, endpoint: Endpoint | undefined): void {
  Object.assign(draft, draftFor({ route }));
  if (endpoint === undefined) return;
  draft.workspaceId = endpoint.workspace.workspaceId;
  draft.endpointId = endpoint.endpointId;
  draft.style = endpoint.workspace.style;
  draft.serviceName = endpoint.service.name;
  draft.endpointName = endpoint.name;
  draft.given = ['baseUrl', 'workspaceId', 'endpointId'];
}

function askId(draft: Draft, member: 'workspaceId' | 'endpointId', prompt: string): Step {
  return async (position) =>
    draft.given.includes(member)
      ? 'skip'
      : askText(
          position,
          { prompt, value: draft[member], validate: (text) => idOrUrlProblem(text, draft, member) },
          (text) => (draft[member] = idIn(text, member) ?? ''),
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
  const elsewhere =
    member === 'endpointId' && parsed.workspaceId.toLowerCase() !== draft.workspaceId.toLowerCase();
  return elsewhere
    ? vscode.l10n.t('This URL is of another workspace. Use "Add workspace" for it.')
    : undefined;
}

/** The id that a text is, or that is in any URL of a service. */
function idIn(text: string, member: 'workspaceId' | 'endpointId'): string | undefined {
  const parsed = text.includes('/') ? parseServiceUrl(text) : undefined;
  if (parsed === undefined) return parseId(text);
  return parsed instanceof Failure ? undefined : parsed[member];
}

/** Says what has to be said of a host before it is kept: that it has ended, or that keys would travel unencrypted. */
function askAboutHost(draft: Draft, tools: EntryTools): Step {
  return async () => {
    const added = !draft.given.includes('place');
    if (added && isRetiredHost(new URL(draft.baseUrl).host)) return askAboutRetiredHost(draft, tools);
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
    ...(draft.route === undefined ? [useGateway] : []),
    useLocal,
    addAnyway,
  );
  if (choice === addAnyway) return 'skip';
  if (choice === useLocal) await tools.showLocal();
  return choice === useGateway ? 'back' : 'cancel';
}

/** A workspace with the same address takes the service. */
function findPlace(draft: Draft, tools: EntryTools): Step {
  return () => {
    if (draft.given.includes('place')) return Promise.resolve('skip');
    const found = tools.known().find((workspace) => hasAddress(workspace, draft));
    if (found !== draft.workspace) draft.workspaceName = found?.name ?? proposedName(draft);
    draft.workspace = found;
    return Promise.resolve('skip');
  };
}

function proposedName({ route, proposed }: Draft): string {
  return route?.name ?? proposed.workspaceName ?? '';
}

function hasAddress(workspace: Workspace, { baseUrl, workspaceId, style }: Draft): boolean {
  return (
    !workspace.local &&
    workspace.baseUrl === baseUrl &&
    workspace.style === style &&
    workspace.workspaceId.toLowerCase() === workspaceId.toLowerCase()
  );
}

function askAccess(draft: Draft, tools: EntryTools): Step {
  return async (position) => {
    if (draft.workspace !== undefined) return 'skip';
    const wanted = await asking(draft, tools.whatIsWanted);
    if (draft.route !== undefined) {
      draft.access = accessBy(draft.route, wanted);
      return 'skip';
    }
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

/** A gateway that wants no more than its subscription key adds the rest itself. */
function accessBy({ subscriptionKeyHeader }: FoundRoute, wanted: Wanted): Access {
  if (wanted !== 'apiKey') return 'subscriptionKey';
  return subscriptionKeyHeader === '' ? 'apiKey' : 'apiKeyAndSubscriptionKey';
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

function askAccessDetail(draft: Draft): Step {
  return async (position) => {
    const isHeader = draft.access === 'header';
    if (draft.workspace !== undefined || (!isHeader && draft.access !== 'microsoft')) return 'skip';
    return askText(
      position,
      {
        prompt: isHeader ? vscode.l10n.t('Name of the header') : vscode.l10n.t('Scope of the token'),
        value: draft.accessDetail,
        validate: (text) => (isHeader ? headerNameProblem(text) : notEmpty(text)),
      },
      (text) => (draft.accessDetail = text.trim()),
    );
  };
}

function askWorkspaceName(draft: Draft, tools: EntryTools): Step {
  return async (position) => {
    if (draft.workspace !== undefined) return 'skip';
    const taken = new Set(tools.takenNames());
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

function proposeName(draft: Draft, taken: ReadonlySet<string>): string {
  const { hostname, pathname } = new URL(draft.baseUrl);
  const base = pathname.split('/').findLast((part) => part !== '') ?? hostname.split('.')[0] ?? hostname;
  const name = /^\d+$/.test(base) ? hostname : base;
  if (!taken.has(name)) return name;
  return `${name} ${draft.workspaceId.slice(0, 6)}`;
}

function askServiceName(draft: Draft, tools: EntryTools): Step {
  return async (position) => {
    if (known(draft) !== undefined || draft.given.includes('service')) return 'skip';
    const title = draft.serviceName || (await asking(draft, tools.titleOf));
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
    const service = draft.workspace?.services.find(({ name }) => name === draft.serviceName);
    const taken = (service?.endpoints ?? []).map(({ name }) => name);
    if (known(draft) !== undefined || taken.length === 0) return 'skip';
    return askText(
      position,
      {
        prompt: vscode.l10n.t('"{0}" has another endpoint already. Name of this endpoint', draft.serviceName),
        value: taken.includes(draft.endpointName) ? '' : draft.endpointName,
        validate: (text) => nameProblem(text, new Set(taken)),
      },
      (text) => (draft.endpointName = text.trim()),
    );
  };
}

/** Says in the status bar whom the next question waits for. */
function asking<T>(draft: Draft, ask: (endpoint: Endpoint) => Promise<T>): Thenable<T> {
  const { host } = new URL(draft.baseUrl);
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Asking {0}…', host) },
    () => ask(endpointOfDraft(draft)),
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
    ...(draft.route && { subscriptionKeyHeader: draft.route.subscriptionKeyHeader }),
    services: [service],
    local: false,
  };
  return endpointOf(workspace, service, entry);
}

async function save(draft: Draft): Promise<void> {
  await putWorkspace(draft.workspaceName, (before) => {
    const service = before.services?.[draft.serviceName];
    return {
      ...(draft.workspace === undefined && {
        workspaceId: draft.workspaceId,
        baseUrl: draft.baseUrl,
        ...accessSettings(draft),
      }),
      ...before,
      services: {
        ...before.services,
        [draft.serviceName]: {
          ...service,
          ...(draft.serviceId !== undefined && { serviceId: draft.serviceId }),
          endpoints: { ...service?.endpoints, [draft.endpointName]: draft.endpointId },
        },
      },
    };
  });
}

function accessSettings(draft: Draft): WorkspaceEntry {
  const style: WorkspaceEntry = draft.style === 'subscriptions' ? { addressedBy: 'subscriptions' } : {};
  const subscriptionKeyHeader = draft.route?.subscriptionKeyHeader ?? defaultSubscriptionKeyHeader;
  switch (draft.access) {
    case 'apiKey':
      return style;
    case 'apiKeyAndSubscriptionKey':
      return { ...style, subscriptionKeyHeader };
    case 'subscriptionKey':
      return { ...style, subscriptionKeyHeader, auth: { type: 'gateway' } };
    case 'microsoft':
      return { ...style, auth: { type: 'microsoft', scope: draft.accessDetail } };
    case 'header':
      return { ...style, auth: { type: 'header', name: draft.accessDetail } };
  }
}
