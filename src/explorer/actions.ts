import * as vscode from 'vscode';
import { type Catalog, type Endpoint, endpointsOf, endpointsOfService } from '../catalog/index.ts';
import type { Jobs } from '../jobs/index.ts';
import type { CommandHandlers } from '../shared/contributions.ts';
import { type ExplorerNode, isExplorerNode } from '../shared/explorerNode.ts';
import type { Foundation } from '../shared/feature.ts';
import { reportFailure } from '../shared/reportFailure.ts';
import { pickIdOrUrl } from './copying.ts';
import { updateTrainedModel } from './trainedModel.ts';

export function explorerActions(
  foundation: Foundation,
  catalog: Catalog,
  jobs: Jobs,
  redraw: () => void,
): Omit<CommandHandlers<'explorer'>, 'findService'> {
  return {
    refresh: async (target) => {
      await recheck(catalog, isExplorerNode(target) ? target : undefined);
      redraw();
    },
    copyId: async (target) => copy(await pickIdOrUrl(catalog, jobs, target, 'id')),
    copyUrl: async (target) => copy(await pickIdOrUrl(catalog, jobs, target, 'url')),
    updateTrainedModel: (target) => updateTrainedModel(catalog, jobs, target),
    openSwagger: async (target) => {
      const endpoint = await catalog.pickTarget(target, vscode.l10n.t('Open swagger.json of'));
      if (endpoint !== undefined) await openSwagger(foundation, catalog, endpoint);
    },
  };
}

/**
 * A refresh by hand asks a service again for its schema, and whether it takes the keys; a refresh of more than one
 * service asks those with which something was wrong.
 */
async function recheck(catalog: Catalog, node: ExplorerNode | undefined): Promise<void> {
  if (node === undefined || !('service' in node)) {
    catalog.rediscover(node !== undefined && 'workspace' in node ? node.workspace : undefined);
    const troubled = catalog
      .workspaces()
      .filter(({ name }) => node === undefined || !('workspace' in node) || name === node.workspace)
      .flatMap(endpointsOf)
      .filter((endpoint) => catalog.trouble(endpoint) !== undefined);
    await Promise.all(troubled.map((endpoint) => catalog.check(endpoint)));
    return;
  }
  const endpoint = await catalog.find(node.workspace, node.service);
  const { workspace, service } = endpoint;
  const endpoints = node.node === 'service' ? endpointsOfService(workspace, service) : [endpoint];
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Asking {0}…', service.name) },
    async () => {
      await Promise.all(endpoints.map((each) => catalog.schemaIfAny(each, { refresh: true })));
      await Promise.all(endpoints.map((each) => catalog.check(each)));
    },
  );
}

async function openSwagger(foundation: Foundation, catalog: Catalog, endpoint: Endpoint): Promise<void> {
  let text: string | undefined;
  try {
    text = await catalog.swaggerDocument(endpoint);
  } catch (error) {
    await reportFailure(foundation, error, catalog.remedies(endpoint, error));
    return;
  }
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

async function copy(text: string | undefined): Promise<void> {
  if (text === undefined) return;
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(vscode.l10n.t('Copied {0}', text), 3_000);
}
