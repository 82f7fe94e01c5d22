import * as vscode from 'vscode';
import {
  type Catalog,
  type Endpoint,
  endpointById,
  endpointsOfService,
  serviceByReference,
  type WebService,
  type Workspace,
} from '../catalog/index.ts';
import { Failure } from '../protocol/failure.ts';
import { jobItem, outputItem, type Jobs } from '../jobs/index.ts';
import { sentenceOf } from '../shared/reportFailure.ts';
import type { ExplorerNode } from '../shared/explorerNode.ts';
import {
  discoveredServiceItem,
  endpointItem,
  jobsItem,
  messageItem,
  operationItem,
  pageItem,
  serviceItem,
  workspaceItem,
} from './items.ts';
import { JobIndex } from './jobIndex.ts';
import { type PageNode, serviceNode, ServicePages } from './servicePages.ts';

type JobsNode = Extract<ExplorerNode, { node: 'jobs' }>;

/** What the tree is drawn from. */
export type TreeCatalog = Pick<
  Catalog,
  'workspaces' | 'problems' | 'trouble' | 'startLocalService' | 'discover' | 'discoverEndpoints'
>;
export type TreeJobs = Pick<Jobs, 'list'>;

/** Maps the catalog and the jobs to nodes. */
export class ExplorerTree {
  readonly #catalog: TreeCatalog;
  readonly #jobs: JobIndex;
  /** The nodes that were handed out: VS Code redraws a node only when it is given the same object again. */
  readonly #jobsNodes = new Map<string, JobsNode>();

  /** How many services of a workspace have a name. A workspace never changes: another one takes its place. */
  readonly #nameCounts = new WeakMap<Workspace, Map<string, number>>();

  constructor(catalog: TreeCatalog, jobs: TreeJobs) {
    this.#catalog = catalog;
    this.#jobs = new JobIndex(jobs, catalog);
  }

  /** To be called when jobs have changed. Returns the nodes to be drawn again. */
  jobsChanged(): readonly ExplorerNode[] {
    this.#jobs.forget();
    return [...this.#jobsNodes.values()];
  }

  async getChildren(node?: ExplorerNode): Promise<ExplorerNode[]> {
    switch (node?.node) {
      case undefined:
        return this.#roots();
      case 'workspace':
        return this.#workspaceChildren(node.workspace);
      case 'page':
        return [...(this.#pages(node.workspace)?.on(node) ?? [])];
      case 'service':
        return this.#serviceChildren(node.workspace, node.service);
      case 'endpoint':
        return this.#endpointChildren(node.workspace, node.service);
      case 'jobs':
        return this.#jobs
          .of(node.workspace, node.service)
          .map(({ localId }) => ({ node: 'job', jobId: localId }));
      case 'job':
        return this.#outputsOf(node.jobId);
      default:
        return [];
    }
  }

  getTreeItem(node: ExplorerNode): vscode.TreeItem {
    switch (node.node) {
      case 'workspace': {
        const workspace = this.#workspace(node.workspace);
        return workspace === undefined ? gone() : workspaceItem(workspace);
      }
      case 'page':
        return this.#pageItem(node);
      case 'service':
        return this.#serviceItem(node.workspace, node.service);
      case 'endpoint': {
        const endpoint = this.#endpoint(node.workspace, node.service);
        return endpoint === undefined ? gone() : endpointItem(endpoint, this.#catalog.trouble(endpoint));
      }
      case 'operation':
        return operationItem(node);
      case 'jobs':
        return jobsItem(node, this.#jobs.of(node.workspace, node.service));
      case 'job': {
        const job = this.#jobs.find(node.jobId);
        return job === undefined ? gone() : jobItem(job);
      }
      case 'output': {
        const job = this.#jobs.find(node.jobId);
        return job === undefined ? gone() : outputItem(job, node.output);
      }
      case 'message':
        return messageItem(node);
    }
  }

  /** Of what can be revealed: services and endpoints, and what they are in. */
  getParent(node: ExplorerNode): ExplorerNode | undefined {
    switch (node.node) {
      case 'endpoint': {
        const workspace = this.#workspace(node.workspace);
        const service = workspace && serviceByReference(workspace, node.service);
        return service && serviceNode(workspace, service);
      }
      case 'service':
        return this.#pages(node.workspace)?.pageOf(node) ?? { node: 'workspace', workspace: node.workspace };
      case 'page':
        return { node: 'workspace', workspace: node.workspace };
      default:
        return undefined;
    }
  }

  #roots(): ExplorerNode[] {
    this.#jobsNodes.clear();
    const problems = this.#catalog.problems();
    return [
      ...problems.map(({ sentence }) => ({ node: 'message', text: sentence, mend: 'settings' }) as const),
      ...this.#catalog.workspaces().map(({ name }) => ({ node: 'workspace', workspace: name }) as const),
    ];
  }

  async #workspaceChildren(name: string): Promise<ExplorerNode[]> {
    try {
      await this.#startLocalIfNew(name);
      await this.#catalog.discover(name);
    } catch (error) {
      if (this.#listed(name).length === 0) return [messageNode(error, name)];
    }
    return [...this.#listed(name)];
  }

  /** Once its services are known, the local service is started by what is done with them: one that was stopped stays so. */
  async #startLocalIfNew(name: string): Promise<void> {
    const workspace = this.#workspace(name);
    if (workspace?.local === true && workspace.services.length === 0) await this.#catalog.startLocalService();
  }

  #listed(name: string): readonly ExplorerNode[] {
    const { pages = [], services = [] } = this.#pages(name) ?? {};
    return pages.length > 0 ? pages : services;
  }

  #pages(name: string): ServicePages | undefined {
    const workspace = this.#workspace(name);
    return workspace && ServicePages.of(workspace);
  }

  #pageItem(node: PageNode): vscode.TreeItem {
    const services = this.#pages(node.workspace)?.on(node) ?? [];
    return pageItem(node, services.at(0)?.name ?? '', services.at(-1)?.name ?? '', services.length);
  }

  #serviceItem(workspaceName: string, reference: string): vscode.TreeItem {
    const workspace = this.#workspace(workspaceName);
    const service = workspace && serviceByReference(workspace, reference);
    if (workspace === undefined || service === undefined) return gone();
    const [endpoint] = endpointsOfService(workspace, service);
    const shared = this.#hasNamesake(workspace, service);
    if (endpoint === undefined) return discoveredServiceItem(workspace, service, shared);
    return serviceItem(endpoint, this.#troubleOfService(endpoint), shared);
  }

  #hasNamesake(workspace: Workspace, { name }: WebService): boolean {
    let counts = this.#nameCounts.get(workspace);
    if (counts === undefined) {
      counts = new Map<string, number>();
      for (const each of workspace.services) counts.set(each.name, (counts.get(each.name) ?? 0) + 1);
      this.#nameCounts.set(workspace, counts);
    }
    return (counts.get(name) ?? 0) > 1;
  }

  /** A single endpoint is not shown as a level of its own. */
  async #serviceChildren(workspace: string, reference: string): Promise<ExplorerNode[]> {
    const listed = this.#service(workspace, reference);
    if (listed?.discovered === true && listed.serviceId !== undefined) {
      try {
        await this.#catalog.discoverEndpoints(workspace, listed.serviceId);
      } catch (error) {
        return [messageNode(error, workspace)];
      }
    }
    const service = this.#service(workspace, reference);
    if (service === undefined) return [];
    const [only, ...others] = service.endpoints;
    if (only !== undefined && others.length === 0) return this.#endpointChildren(workspace, only.endpointId);
    return service.endpoints.map((entry) => ({ node: 'endpoint', workspace, service: entry.endpointId }));
  }

  #endpointChildren(workspace: string, service: string): ExplorerNode[] {
    const key = `${workspace}\n${service}`;
    const jobs = this.#jobsNodes.get(key) ?? { node: 'jobs', workspace, service };
    this.#jobsNodes.set(key, jobs);
    return [
      { node: 'operation', workspace, service, operation: 'RRS Execute' },
      { node: 'operation', workspace, service, operation: 'BES Submit' },
      jobs,
    ];
  }

  #troubleOfService({ workspace, service }: Endpoint) {
    return endpointsOfService(workspace, service)
      .map((each) => this.#catalog.trouble(each))
      .find((trouble) => trouble !== undefined);
  }

  #outputsOf(jobId: string): ExplorerNode[] {
    const job = this.#jobs.find(jobId);
    if (job?.hasResults !== true) return [];
    return Object.keys(job.outputs).map((output) => ({ node: 'output', jobId, output }));
  }

  #workspace(name: string): Workspace | undefined {
    return this.#catalog.workspaces().find((workspace) => workspace.name === name);
  }

  #endpoint(workspaceName: string, endpointId: string): Endpoint | undefined {
    const workspace = this.#workspace(workspaceName);
    return workspace && endpointById(workspace, endpointId);
  }

  #service(workspaceName: string, reference: string): WebService | undefined {
    const workspace = this.#workspace(workspaceName);
    return workspace && serviceByReference(workspace, reference);
  }
}

/** What keeps a level from being listed, with what mends it. */
function messageNode(error: unknown, workspace: string): ExplorerNode {
  const text = sentenceOf(error);
  const aboutToken =
    error instanceof Failure && (error.code === 'MissingWorkspaceToken' || error.status === 401);
  return aboutToken
    ? { node: 'message', text, mend: 'token', workspace }
    : { node: 'message', text, mend: 'retry' };
}

/** A node whose thing was removed while the tree was being drawn. */
function gone(): vscode.TreeItem {
  return new vscode.TreeItem('');
}
