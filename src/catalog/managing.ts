import * as vscode from 'vscode';
import { Failure } from '../protocol/failure.ts';
import type { SasReference } from '../protocol/studio/bes.ts';
import type { EndpointKeys, ManagedEndpoint } from '../protocol/studio/management.ts';
import type {
  DiagnosticsTraceLevel,
  ManagedEndpointReference,
  ThrottleLevel,
} from '../protocol/studio/managementRequests.ts';
import type { ReadonlyDocuments } from '../shared/readonlyDocuments.ts';
import { askChoice, askInSteps, askText, type Step } from '../shared/steps.ts';
import { asking } from '../shared/asking.ts';
import { type CatalogStore, missingToken } from './catalog.ts';
import { endpointDetails } from './endpointDetails.ts';
import type { ManagementAccess } from './managementClient.ts';
import type { Endpoint, WebService, Workspace } from './model.ts';
import { pickManagedEndpoint } from './picking.ts';

const highestConcurrency = 200;

/** A call about one endpoint. */
type Ask<T> = (
  to: ManagementAccess,
  reference: ManagedEndpointReference,
  signal: AbortSignal,
) => Promise<T | Failure>;

/** Adds an endpoint to a discovered service. */
export async function addManagedEndpoint(
  store: CatalogStore,
  { workspace, service }: { readonly workspace: Workspace; readonly service: WebService },
): Promise<void> {
  const { serviceId = '' } = service;
  await store.discoverEndpoints(workspace.name, serviceId);
  const known = store.workspace(workspace.name).services.find((each) => each.serviceId === serviceId);
  const taken = new Set(known?.endpoints.map(({ name }) => name));
  const draft: EndpointDraft = {
    name: '',
    throttleLevel: 'Low',
    maxConcurrentCalls: highestConcurrency,
    diagnosticsTraceLevel: 'None',
  };
  const title = vscode.l10n.t('Add an endpoint to {0}', service.name);
  const steps = [askEndpointName(draft, taken), askThrottle(draft), askConcurrency(draft), askTrace(draft)];
  if (!(await askInSteps(title, steps))) return;
  const { name, throttleLevel, maxConcurrentCalls, diagnosticsTraceLevel } = draft;
  const settings = {
    throttleLevel,
    diagnosticsTraceLevel,
    ...(throttleLevel === 'High' && { maxConcurrentCalls }),
  };
  await ask(store, workspace, (to, signal) =>
    store.management.addEndpoint(to, { serviceId, endpoint: name }, settings, signal),
  );
  await listAgain(store, workspace, serviceId);
  say(vscode.l10n.t('{0} has the endpoint {1} now.', service.name, name));
}

interface EndpointDraft {
  name: string;
  throttleLevel: ThrottleLevel;
  maxConcurrentCalls: number;
  diagnosticsTraceLevel: DiagnosticsTraceLevel;
}

export async function showEndpointDetails(
  store: CatalogStore,
  documents: Pick<ReadonlyDocuments, 'show'>,
  target: unknown,
): Promise<void> {
  const endpoint = await pickManagedEndpoint(store, target, vscode.l10n.t('Show the details of'));
  if (endpoint === undefined) return;
  const { service, name, endpointId } = endpoint;
  const text = endpointDetails(endpoint, await managedEndpoint(store, endpoint));
  await documents.show(`${service.name} ${name} ${endpointId.slice(0, 8)}.txt`, text);
}

export async function copyKey(
  store: CatalogStore,
  which: keyof EndpointKeys,
  target: unknown,
): Promise<void> {
  const title =
    which === 'primary'
      ? vscode.l10n.t('Copy the primary key of')
      : vscode.l10n.t('Copy the secondary key of');
  const endpoint = await pickManagedEndpoint(store, target, title);
  if (endpoint === undefined) return;
  const keys = await askAbout(store, endpoint, (to, reference, signal) =>
    store.management.keysOf(to, reference, signal),
  );
  const key = keys[which];
  if (key === undefined) throw notSaid(endpoint);
  await vscode.env.clipboard.writeText(key);
  say(
    which === 'primary'
      ? vscode.l10n.t('Copied the primary key of {0}.', endpoint.label)
      : vscode.l10n.t('Copied the secondary key of {0}.', endpoint.label),
  );
}

/** Opens the page that the service has for people, in a browser. */
export async function showHelpPage(store: CatalogStore, target: unknown): Promise<void> {
  const endpoint = await pickManagedEndpoint(store, target, vscode.l10n.t('Show the help page of'));
  if (endpoint === undefined) return;
  const { helpLocation = '' } = await managedEndpoint(store, endpoint);
  if (!/^https?:/i.test(helpLocation)) throw notSaid(endpoint);
  await vscode.env.openExternal(vscode.Uri.parse(helpLocation));
}

export async function refreshEndpoint(store: CatalogStore, target: unknown): Promise<void> {
  const title = vscode.l10n.t('Refresh an endpoint');
  const endpoint = await pickManagedEndpoint(store, target, title, 'changeable');
  if (endpoint === undefined) return;
  const choices = [
    { label: vscode.l10n.t('Keep the trained models that were updated here'), overwrite: false },
    { label: vscode.l10n.t('Go back to the trained models of the web service'), overwrite: true },
  ];
  const placeHolder = vscode.l10n.t('Bring {0} up to date with its web service', endpoint.label);
  const choice = await vscode.window.showQuickPick(choices, { title, placeHolder });
  if (choice === undefined) return;
  const outcome = await askAbout(store, endpoint, (to, reference, signal) =>
    store.management.refreshEndpoint(to, reference, choice.overwrite, signal),
  );
  await listAgain(store, endpoint.workspace, endpoint.service.serviceId);
  void vscode.window.showInformationMessage(
    outcome === 'unchanged'
      ? vscode.l10n.t('Nothing has changed: {0} was up to date.', endpoint.label)
      : vscode.l10n.t('{0} is up to date with its web service again.', endpoint.label),
  );
}

export async function deleteEndpoint(store: CatalogStore, target: unknown): Promise<void> {
  const title = vscode.l10n.t('Delete an endpoint');
  const endpoint = await pickManagedEndpoint(store, target, title, 'changeable');
  if (endpoint === undefined) return;
  const remove = vscode.l10n.t('Delete');
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t('Delete the endpoint {0} on the server?', endpoint.label),
    {
      modal: true,
      detail: vscode.l10n.t(
        'Its id {0} and its keys are refused from then on, whoever uses them. This cannot be undone.',
        endpoint.endpointId,
      ),
    },
    remove,
  );
  if (choice !== remove) return;
  await askAbout(store, endpoint, (to, reference, signal) =>
    store.management.deleteEndpoint(to, reference, signal),
  );
  await store.secrets.removeCredential(endpoint);
  await listAgain(store, endpoint.workspace, endpoint.service.serviceId);
  say(vscode.l10n.t('The endpoint {0} is deleted.', endpoint.label));
}

/** An endpoint as the management API has it now. Throws a `Failure`. */
export function managedEndpoint(store: CatalogStore, endpoint: Endpoint): Promise<ManagedEndpoint> {
  return askAbout(store, endpoint, (to, reference, signal) =>
    store.management.getEndpoint(to, reference, signal),
  );
}

/** Puts a blob in the place of a trained model. Throws a `Failure`. */
export async function replaceModel(
  store: CatalogStore,
  endpoint: Endpoint,
  resource: string,
  blob: SasReference,
): Promise<void> {
  await askAbout(store, endpoint, (to, reference, signal) =>
    store.management.patchModel(to, reference, resource, blob, signal),
  );
}

function askAbout<T>(store: CatalogStore, { workspace, service, name }: Endpoint, call: Ask<T>): Promise<T> {
  const reference = { serviceId: service.serviceId ?? '', endpoint: name };
  return ask(store, workspace, (to, signal) => call(to, reference, signal));
}

async function ask<T>(
  store: CatalogStore,
  workspace: Workspace,
  call: (to: ManagementAccess, signal: AbortSignal) => Promise<T | Failure>,
): Promise<T> {
  const access = await store.discovery.accessTo(workspace);
  if (access === undefined) throw missingToken(workspace);
  const answer = await asking(access.managementUrl, (signal) => call(access, signal));
  if (answer instanceof Failure) throw answer;
  return answer;
}

async function listAgain(store: CatalogStore, { name }: Workspace, serviceId = ''): Promise<void> {
  store.rediscover(name);
  await store.discoverEndpoints(name, serviceId);
}

function askEndpointName(draft: EndpointDraft, taken: ReadonlySet<string>): Step {
  return (position) =>
    askText(
      position,
      {
        prompt: vscode.l10n.t('Name of the endpoint: up to 24 small letters and digits'),
        value: draft.name,
        validate: (text) => endpointNameProblem(text.trim(), taken),
      },
      (text) => (draft.name = text.trim()),
    );
}

/** The rule of the service (azure-docs create-endpoint.md). */
function endpointNameProblem(name: string, taken: ReadonlySet<string>): string | undefined {
  if (!/^[a-z0-9]{1,24}$/.test(name)) return vscode.l10n.t('Up to 24 small letters and digits are expected.');
  return taken.has(name) ? vscode.l10n.t('"{0}" is taken.', name) : undefined;
}

function askThrottle(draft: EndpointDraft): Step {
  const choices = [
    { label: vscode.l10n.t('Low'), description: vscode.l10n.t('four calls at a time'), value: 'Low' },
    { label: vscode.l10n.t('High'), description: vscode.l10n.t('up to 200 calls at a time'), value: 'High' },
  ] as const;
  const placeholder = vscode.l10n.t('Throttle level');
  return (position) =>
    askChoice(position, { placeholder, choices }, (value) => (draft.throttleLevel = value));
}

function askConcurrency(draft: EndpointDraft): Step {
  return (position) => {
    if (draft.throttleLevel === 'Low') return Promise.resolve('skip');
    return askText(
      position,
      {
        prompt: vscode.l10n.t('RRS calls at a time, 1 to 200'),
        value: String(draft.maxConcurrentCalls),
        validate: (text) =>
          /^\d+$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= highestConcurrency
            ? undefined
            : vscode.l10n.t('A whole number from 1 to 200 is expected.'),
      },
      (text) => (draft.maxConcurrentCalls = Number(text)),
    );
  };
}

function askTrace(draft: EndpointDraft): Step {
  const choices = [
    { label: vscode.l10n.t('None'), value: 'None' },
    { label: vscode.l10n.t('Errors'), value: 'Error' },
    { label: vscode.l10n.t('All calls'), value: 'All' },
  ] as const;
  const placeholder = vscode.l10n.t('Diagnostics level: what the service logs of calls');
  return (position) =>
    askChoice(position, { placeholder, choices }, (value) => (draft.diagnosticsTraceLevel = value));
}

function notSaid({ label }: Endpoint): Failure {
  return new Failure({
    code: 'NothingToPick',
    origin: 'client',
    sentence: vscode.l10n.t('The management API does not say that of {0}.', label),
  });
}

function say(text: string): void {
  vscode.window.setStatusBarMessage(text, 5_000);
}
