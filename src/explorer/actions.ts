import * as vscode from 'vscode';
import type { Catalog, Endpoint } from '../catalog/index.ts';
import { serviceUrl } from '../protocol/studio/urls.ts';
import type { CommandHandlers } from '../shared/contributions.ts';
import { type ExplorerNode, isExplorerNode } from '../shared/explorerNode.ts';
import type { Foundation } from '../shared/feature.ts';

export function explorerActions(
  foundation: Foundation,
  catalog: Catalog,
  refresh: (node: ExplorerNode | undefined) => void,
): CommandHandlers<'explorer'> {
  return {
    refresh: async (target) => {
      if (isExplorerNode(target) && 'service' in target)
        await recheck(catalog, target.workspace, target.service);
      refresh(isExplorerNode(target) ? target : undefined);
    },
    copyId: async (target) => {
      const id = await idOf(catalog, target);
      if (id !== undefined) await copy(id);
    },
    copyUrl: async (target) => {
      const url = await urlOf(catalog, target);
      if (url !== undefined) await copy(url);
    },
    openSwagger: async (target) => {
      const endpoint = await endpointOf(catalog, target, vscode.l10n.t('Open swagger.json of'));
      if (endpoint !== undefined) await openSwagger(foundation, catalog, endpoint);
    },
  };
}

/** A refresh by hand asks the service again for its schema, and whether it takes the keys. */
async function recheck(catalog: Catalog, workspace: string, service: string): Promise<void> {
  const endpoint = await catalog.find(workspace, service);
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Asking {0}…', endpoint.label) },
    async () => {
      await catalog.schema(endpoint, { refresh: true });
      await catalog.check(endpoint);
    },
  );
}

async function openSwagger(foundation: Foundation, catalog: Catalog, endpoint: Endpoint): Promise<void> {
  const text = await catalog.swaggerDocument(endpoint);
  if (text === undefined) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        '{0} publishes no swagger.json. A gateway has only the operations that were put into it.',
        endpoint.label,
      ),
    );
    return;
  }
  await foundation.documents.show(`${endpoint.service.name}.swagger.json`, pretty(text));
}

function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), undefined, 2);
  } catch {
    return json;
  }
}

async function idOf(catalog: Catalog, target: unknown): Promise<string | undefined> {
  if (isExplorerNode(target) && target.node === 'workspace') {
    return catalog.workspaces().find(({ name }) => name === target.workspace)?.workspaceId;
  }
  if (isExplorerNode(target) && target.node === 'job') return target.jobId;
  return (await endpointOf(catalog, target, vscode.l10n.t('Copy the id of')))?.endpointId;
}

async function urlOf(catalog: Catalog, target: unknown): Promise<string | undefined> {
  if (isExplorerNode(target) && target.node === 'workspace') {
    return catalog.workspaces().find(({ name }) => name === target.workspace)?.baseUrl;
  }
  const endpoint = await endpointOf(catalog, target, vscode.l10n.t('Copy the URL of'));
  return endpoint && serviceUrl(endpoint.address);
}

async function endpointOf(catalog: Catalog, target: unknown, title: string): Promise<Endpoint | undefined> {
  if (isExplorerNode(target) && 'service' in target) return catalog.find(target.workspace, target.service);
  return catalog.pickEndpoint(title);
}

async function copy(text: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(vscode.l10n.t('Copied {0}', text), 3_000);
}
