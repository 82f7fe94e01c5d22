import * as vscode from 'vscode';
import {
  type Catalog,
  type Endpoint,
  endpointById,
  endpointsOf,
  endpointsOfService,
  serviceByReference,
  type WebService,
  type Workspace,
} from '../catalog/index.ts';
import { Failure } from '../protocol/failure.ts';
import type { Job, Jobs } from '../jobs/index.ts';
import { jobUrl, serviceUrl } from '../protocol/studio/urls.ts';
import { type ExplorerNode, isExplorerNode } from '../shared/explorerNode.ts';

/** Something with an id and a URL. */
interface Copyable extends vscode.QuickPickItem {
  readonly id: string;
  readonly url: string;
}

/**
 * The id or URL of what a node of the tree stands for; the user picks where that is more than one thing, or nothing was
 * given. Rejects with `NothingToPick`.
 */
export async function pickIdOrUrl(
  catalog: Catalog,
  jobs: Jobs,
  target: unknown,
  member: 'id' | 'url',
): Promise<string | undefined> {
  const workspaces = catalog.workspaces();
  const all = isExplorerNode(target)
    ? ofNode(workspaces, jobs, target)
    : [
        ...workspaces.map(ofWorkspace),
        ...workspaces.flatMap(endpointsOf).map(ofEndpoint),
        ...ofJobs(workspaces, jobs.list()),
      ];
  const choices = all.filter((each) => each[member] !== '');
  const [only] = choices;
  if (only === undefined) throw nothingToCopy();
  if (isExplorerNode(target) && choices.length === 1) return only[member];
  const title = member === 'id' ? vscode.l10n.t('Copy the id of') : vscode.l10n.t('Copy the URL of');
  const picked = await vscode.window.showQuickPick(choices, { title, matchOnDescription: true });
  return picked?.[member];
}

function nothingToCopy(): Failure {
  return new Failure({
    code: 'NothingToPick',
    origin: 'client',
    sentence: vscode.l10n.t('This has no id or URL yet: it is not on the server, or is not known any more.'),
  });
}

function ofNode(workspaces: readonly Workspace[], jobs: Jobs, node: ExplorerNode): readonly Copyable[] {
  if ('jobId' in node) {
    return ofJobs(
      workspaces,
      jobs.list().filter(({ localId }) => localId === node.jobId),
    );
  }
  const workspace = 'workspace' in node && workspaces.find(({ name }) => name === node.workspace);
  if (!workspace) return [];
  if (!('service' in node)) return [ofWorkspace(workspace)];
  if (node.node === 'service') return ofService(workspace, serviceByReference(workspace, node.service));
  const endpoint = endpointById(workspace, node.service);
  return endpoint === undefined ? [] : [ofEndpoint(endpoint)];
}

/** A discovered service has nothing but its own id until its endpoints are listed. */
function ofService(workspace: Workspace, service: WebService | undefined): readonly Copyable[] {
  if (service === undefined) return [];
  const { name, serviceId = '', endpoints } = service;
  if (endpoints.length === 0) return [{ label: name, description: workspace.name, id: serviceId, url: '' }];
  return endpointsOfService(workspace, service).map(ofEndpoint);
}

function ofWorkspace({ name, workspaceId, baseUrl }: Workspace): Copyable {
  return { label: name, description: vscode.l10n.t('workspace'), id: workspaceId, url: baseUrl };
}

function ofEndpoint(endpoint: Endpoint): Copyable {
  const { label, workspace, endpointId, address } = endpoint;
  return { label, description: workspace.name, id: endpointId, url: serviceUrl(address) };
}

/** A job that is not on the server, or whose service is not known any more, has no URL. */
function ofJobs(workspaces: readonly Workspace[], jobs: readonly Job[]): readonly Copyable[] {
  return jobs.flatMap((job) => {
    const endpoint = workspaces
      .toSorted((a, b) => Number(b.name === job.workspace) - Number(a.name === job.workspace))
      .map((workspace) => endpointById(workspace, job.endpointId))
      .find((found) => found !== undefined);
    const url = endpoint === undefined || job.id === job.localId ? '' : jobUrl(endpoint.address, job.id);
    return [{ label: job.title, description: vscode.l10n.t('job in {0}', job.workspace), id: job.id, url }];
  });
}
