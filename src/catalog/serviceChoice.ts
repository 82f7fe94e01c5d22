import * as vscode from 'vscode';
import { endpointsOf } from './endpoints.ts';
import type { Catalog } from './index.ts';
import type { Endpoint } from './model.ts';

/** What the lists are called in which a document's workspace and service are chosen. */
export interface ChoiceTitles {
  readonly workspace: string;
  readonly service: string;
}

/** Lets the user choose the workspace of a document, and then its service. */
export async function chooseWorkspace(catalog: Catalog, titles: ChoiceTitles): Promise<Endpoint | undefined> {
  const items = catalog.workspaces().map(({ name, workspaceId, baseUrl }) => ({
    label: name,
    description: workspaceId,
    detail: baseUrl,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: titles.workspace,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked && pickService(catalog, picked.label, titles.service);
}

/** Lets the user choose another service of the workspace; of a workspace that is not known, that first. */
export async function chooseService(
  catalog: Catalog,
  workspace: string,
  titles: ChoiceTitles,
): Promise<Endpoint | undefined> {
  const isKnown = catalog.workspaces().some(({ name }) => name === workspace);
  return isKnown ? pickService(catalog, workspace, titles.service) : chooseWorkspace(catalog, titles);
}

/** What a document calls an endpoint: its label, unless that leads elsewhere. */
export async function referenceTo(catalog: Catalog, endpoint: Endpoint): Promise<string> {
  return (await leadsTo(catalog, endpoint.label, endpoint)) ? endpoint.label : endpoint.endpointId;
}

/** Whether a document with this service is for the endpoint. */
export async function leadsTo(catalog: Catalog, service: string, endpoint: Endpoint): Promise<boolean> {
  try {
    return (await catalog.find(endpoint.workspace.name, service)).endpointId === endpoint.endpointId;
  } catch {
    return false;
  }
}

async function pickService(
  catalog: Catalog,
  workspaceName: string,
  title: string,
): Promise<Endpoint | undefined> {
  const workspace = catalog.workspaces().find(({ name }) => name === workspaceName);
  if (workspace?.local) await catalog.startLocalService();
  const started = catalog.workspaces().find(({ name }) => name === workspaceName);
  const items = (started ? endpointsOf(started) : []).map((endpoint) => ({
    label: endpoint.label,
    description: endpoint.endpointId,
    endpoint,
  }));
  const picked = await vscode.window.showQuickPick(items, { title, matchOnDescription: true });
  return picked?.endpoint;
}
