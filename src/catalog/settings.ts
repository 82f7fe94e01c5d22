import * as vscode from 'vscode';
import * as v from 'valibot';
import { prefix, settings } from '../shared/contributions.ts';
import type { Authorization, WebService, Workspace } from './model.ts';

const authorization = v.union([
  v.object({ type: v.picklist(['apiKey', 'gateway']) }),
  v.object({ type: v.literal('microsoft'), scope: v.string() }),
  v.object({ type: v.literal('header'), name: v.string() }),
]);

const webService = v.looseObject({
  serviceId: v.optional(v.string()),
  endpoints: v.optional(v.record(v.string(), v.string()), {}),
});

/** The documented shape of one entry of `azuremlServices.workspaces`; unknown members are kept. */
const workspaceSetting = v.looseObject({
  workspaceId: v.string(),
  baseUrl: v.pipe(v.string(), v.url()),
  managementUrl: v.optional(v.string()),
  subscriptionKeyHeader: v.optional(v.string()),
  auth: v.optional(authorization),
  addressedBy: v.optional(v.picklist(['workspaces', 'subscriptions'])),
  services: v.optional(v.record(v.string(), webService), {}),
});

export type WorkspaceSetting = v.InferInput<typeof workspaceSetting>;
export type ServiceSetting = v.InferInput<typeof webService>;

/** An entry that is not understood, with the member that is wrong. */
export interface SettingProblem {
  readonly workspace: string;
  readonly sentence: string;
}

export interface WorkspaceSettings {
  readonly workspaces: readonly Workspace[];
  readonly problems: readonly SettingProblem[];
}

/** Reads the setting as VS Code merges it from user, workspace and folder. */
export function readWorkspaces(): WorkspaceSettings {
  const workspaces: Workspace[] = [];
  const problems: SettingProblem[] = [];
  for (const [name, value] of Object.entries(merged())) {
    const parsed = v.safeParse(workspaceSetting, value);
    if (parsed.success) workspaces.push(toWorkspace(name, parsed.output));
    else problems.push({ workspace: name, sentence: describe(name, parsed.issues[0]) });
  }
  return { workspaces, problems };
}

/**
 * Replaces the entry of one workspace, in the settings file that has it, or else in the user settings; undefined
 * removes it.
 */
export async function writeWorkspace(name: string, value: WorkspaceSetting | undefined): Promise<void> {
  const configuration = vscode.workspace.getConfiguration(prefix);
  const target = targetOf(name);
  const own = { ...ownEntries(target) };
  if (value === undefined) Reflect.deleteProperty(own, name);
  else own[name] = value;
  const empty = Object.keys(own).length === 0;
  await configuration.update(settings.workspaces, empty ? undefined : own, target);
}

/** The entry as it stands in its settings file, unknown members included. */
export function rawWorkspace(name: string): WorkspaceSetting | undefined {
  const parsed = v.safeParse(workspaceSetting, ownEntries(targetOf(name))[name]);
  return parsed.success ? parsed.output : undefined;
}

function merged(): Record<string, unknown> {
  return vscode.workspace.getConfiguration(prefix).get<Record<string, unknown>>(settings.workspaces, {});
}

function ownEntries(target: vscode.ConfigurationTarget): Record<string, unknown> {
  const found = vscode.workspace
    .getConfiguration(prefix)
    .inspect<Record<string, unknown>>(settings.workspaces);
  const byTarget: Partial<Record<vscode.ConfigurationTarget, Record<string, unknown> | undefined>> = {
    [vscode.ConfigurationTarget.Global]: found?.globalValue,
    [vscode.ConfigurationTarget.Workspace]: found?.workspaceValue,
    [vscode.ConfigurationTarget.WorkspaceFolder]: found?.workspaceFolderValue,
  };
  return byTarget[target] ?? {};
}

function targetOf(name: string): vscode.ConfigurationTarget {
  const { WorkspaceFolder, Workspace, Global } = vscode.ConfigurationTarget;
  return [WorkspaceFolder, Workspace].find((target) => name in ownEntries(target)) ?? Global;
}

function toWorkspace(name: string, value: v.InferOutput<typeof workspaceSetting>): Workspace {
  return {
    name,
    workspaceId: value.workspaceId,
    baseUrl: value.baseUrl,
    ...(value.managementUrl !== undefined && { managementUrl: value.managementUrl }),
    ...(value.subscriptionKeyHeader !== undefined && { subscriptionKeyHeader: value.subscriptionKeyHeader }),
    auth: toAuthorization(value.auth),
    style: value.addressedBy ?? 'workspaces',
    services: Object.entries(value.services).map(([serviceName, service]) => toService(serviceName, service)),
    local: false,
  };
}

function toAuthorization(value: v.InferOutput<typeof authorization> | undefined): Authorization {
  return value ?? { type: 'apiKey' };
}

function toService(name: string, value: v.InferOutput<typeof webService>): WebService {
  return {
    name,
    ...(value.serviceId !== undefined && { serviceId: value.serviceId }),
    endpoints: Object.entries(value.endpoints).map(([endpoint, endpointId]) => ({
      name: endpoint,
      endpointId,
    })),
  };
}

function describe(name: string, issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue);
  return vscode.l10n.t(
    'The setting {0} is not understood: {1}',
    `azuremlServices.workspaces["${name}"]${path ? `.${path}` : ''}`,
    issue.message,
  );
}
