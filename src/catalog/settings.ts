import * as vscode from 'vscode';
import * as v from 'valibot';
import { Failure } from '../protocol/failure.ts';
import { isJsonObject } from '../protocol/json.ts';
import { normalizeBaseUrl } from '../protocol/studio/urls.ts';
import { prefix, settings } from '../shared/contributions.ts';
import { isHeaderName, localWorkspaceName } from './names.ts';
import type { Authorization, WebService, Workspace } from './model.ts';

const text = v.pipe(v.string(), v.nonEmpty('it is empty'));
const headerName = v.pipe(v.string(), v.check(isHeaderName, 'it is no name of a header'));
const httpUrl = v.pipe(
  v.string(),
  v.check((url) => /^https?:/i.test(url) && URL.canParse(url), 'an http or https URL is expected'),
);

const authorization = v.variant('type', [
  v.object({ type: v.literal('apiKey') }),
  v.object({
    type: v.literal('gateway'),
    namedValue: v.exactOptional(text),
    namedValues: v.exactOptional(v.record(v.string(), text)),
  }),
  v.object({ type: v.literal('microsoft'), scope: text }),
  v.object({ type: v.literal('header'), name: headerName }),
]);

const webService = v.looseObject({
  serviceId: v.optional(v.string()),
  endpoints: v.optional(v.record(v.string(), text), {}),
});

/** The documented shape of one entry of `azuremlServices.workspaces`. */
const workspaceSetting = v.object({
  workspaceId: text,
  baseUrl: httpUrl,
  managementUrl: v.optional(v.union([v.literal(''), httpUrl], 'an http or https URL is expected')),
  subscriptionKeyHeader: v.optional(v.union([v.literal(''), headerName])),
  auth: v.optional(authorization),
  addressedBy: v.optional(v.picklist(['workspaces', 'subscriptions'])),
  services: v.optional(v.record(v.string(), webService), {}),
});

/** One entry as it stands in one settings file: it may be completed by another file; unknown members are kept. */
const workspaceEntry = v.looseObject({
  ...v.partial(v.omit(workspaceSetting, ['services'])).entries,
  services: v.optional(
    v.record(v.string(), v.looseObject({ endpoints: v.optional(v.record(v.string(), v.string())) })),
  ),
});

export type WorkspaceEntry = v.InferOutput<typeof workspaceEntry>;
export type ServiceEntry = NonNullable<WorkspaceEntry['services']>[string];

/** Something in the setting that is not understood. */
export interface SettingProblem {
  readonly workspace: string;
  readonly sentence: string;
}

export interface WorkspaceSettings {
  readonly workspaces: readonly Workspace[];
  readonly problems: readonly SettingProblem[];
}

/** Reads the setting as VS Code merges it from user and workspace. */
export function readWorkspaces(): WorkspaceSettings {
  const workspaces: Workspace[] = [];
  const problems: SettingProblem[] = [];
  const refuse = (workspace: string, what: string, path = ''): void => {
    const place = `${prefix}.${settings.workspaces}${workspace && `["${workspace}"]`}${path && `.${path}`}`;
    const sentence = vscode.l10n.t('The setting {0} is not understood: {1}', place, what);
    problems.push({ workspace, sentence });
  };
  const entries: unknown = configuration().get(settings.workspaces) ?? {};
  if (!isJsonObject(entries)) refuse('', vscode.l10n.t('an object is expected'));
  for (const [name, value] of isJsonObject(entries) ? Object.entries(entries) : []) {
    const parsed = v.safeParse(workspaceSetting, value);
    if (!parsed.success) refuse(name, parsed.issues[0].message, v.getDotPath(parsed.issues[0]) ?? '');
    else if (name === localWorkspaceName) refuse(name, vscode.l10n.t("this name is the local service's own"));
    else workspaces.push(toWorkspace(name, parsed.output, (what) => refuse(name, what)));
  }
  return { workspaces, problems };
}

/**
 * Changes the entry of a workspace in every settings file that has it; undefined removes it there. Rejects with
 * `UnknownWorkspace` when no file has it any more.
 */
export async function changeWorkspace(
  name: string,
  change: (entry: WorkspaceEntry) => WorkspaceEntry | undefined,
): Promise<void> {
  await changeEntries(name, (entries) =>
    Object.fromEntries(
      Object.entries(entries).flatMap(([each, value]) => {
        const changed = each === name ? change(parseEntry(name, value)) : value;
        return changed === undefined ? [] : [[each, changed]];
      }),
    ),
  );
}

/** Gives an entry another name, in its place, in every settings file that has it. Rejects as `changeWorkspace` does. */
export async function renameWorkspace(from: string, to: string): Promise<void> {
  await changeEntries(from, (entries) => renamedMember(entries, from, to));
}

/** Writes an entry to the settings file that has it already, else to the user settings. */
export async function putWorkspace(
  name: string,
  change: (entry: WorkspaceEntry) => WorkspaceEntry,
): Promise<void> {
  const target = targets().find((each) => Object.hasOwn(entriesIn(each), name)) ?? userSettings;
  const entries = entriesIn(target);
  const before = Object.hasOwn(entries, name) ? parseEntry(name, entries[name]) : {};
  await write(target, { ...entries, [name]: change(before) });
}

export function renamedMember<T>(members: Readonly<Record<string, T>>, from: string, to: string) {
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [name === from ? to : name, value]),
  );
}

async function changeEntries(
  name: string,
  change: (entries: Record<string, unknown>) => Record<string, unknown>,
): Promise<void> {
  const having = targets().filter((target) => Object.hasOwn(entriesIn(target), name));
  if (having.length === 0) throw notThere(name);
  for (const target of having) await write(target, change(entriesIn(target)));
}

async function write(target: vscode.ConfigurationTarget, entries: Record<string, unknown>): Promise<void> {
  const empty = Object.keys(entries).length === 0;
  await configuration().update(settings.workspaces, empty ? undefined : entries, target);
}

function configuration(): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration(prefix);
}

const userSettings = vscode.ConfigurationTarget.Global;

/** The settings files that count, the one that wins first. In Restricted Mode the folder's own do not. */
function targets(): readonly vscode.ConfigurationTarget[] {
  return vscode.workspace.isTrusted ? [vscode.ConfigurationTarget.Workspace, userSettings] : [userSettings];
}

function entriesIn(target: vscode.ConfigurationTarget): Record<string, unknown> {
  const found = configuration().inspect<unknown>(settings.workspaces);
  const value = target === userSettings ? found?.globalValue : found?.workspaceValue;
  return isJsonObject(value) ? { ...value } : {};
}

function parseEntry(name: string, value: unknown): WorkspaceEntry {
  const parsed = v.safeParse(workspaceEntry, value);
  if (parsed.success) return parsed.output;
  throw new Failure({
    code: 'InvalidSetting',
    origin: 'client',
    sentence: vscode.l10n.t('The entry "{0}" of the settings is not understood. Mend it there first.', name),
  });
}

function notThere(name: string): Failure {
  return new Failure({
    code: 'UnknownWorkspace',
    origin: 'client',
    sentence: vscode.l10n.t('The settings have no workspace "{0}" any more.', name),
  });
}

function toWorkspace(
  name: string,
  value: v.InferOutput<typeof workspaceSetting>,
  refuse: (what: string) => void,
): Workspace {
  const url = normalizeBaseUrl(value.baseUrl);
  return {
    name,
    workspaceId: value.workspaceId,
    baseUrl: url instanceof Failure ? value.baseUrl : url,
    ...(value.managementUrl && { managementUrl: value.managementUrl }),
    ...(value.subscriptionKeyHeader !== undefined && { subscriptionKeyHeader: value.subscriptionKeyHeader }),
    auth: toAuthorization(value.auth),
    style: value.addressedBy ?? 'workspaces',
    services: toServices(value.services, refuse),
    local: false,
  };
}

function toAuthorization(value: v.InferOutput<typeof authorization> | undefined): Authorization {
  return value ?? { type: 'apiKey' };
}

/** An endpoint id stands for one endpoint of a workspace: what has it again is left out. */
function toServices(
  services: Record<string, v.InferOutput<typeof webService>>,
  refuse: (what: string) => void,
): readonly WebService[] {
  const known = new Set<string>();
  const isNew = (id: string): boolean => known.size < known.add(id.toLowerCase()).size;
  return Object.entries(services).map(([name, value]) => ({
    name,
    ...(value.serviceId !== undefined && { serviceId: value.serviceId }),
    endpoints: Object.entries(value.endpoints).flatMap(([endpoint, endpointId]) => {
      if (isNew(endpointId)) return [{ name: endpoint, endpointId }];
      refuse(vscode.l10n.t('"{0}" has an endpoint id that is there before it', `${name}/${endpoint}`));
      return [];
    }),
  }));
}
