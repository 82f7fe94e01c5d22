import * as vscode from 'vscode';
import {
  type Catalog,
  type Endpoint,
  endpointById,
  endpointsOfService,
  type WebService,
  type Workspace,
} from '../catalog/index.ts';
import type { Jobs } from '../jobs/index.ts';
import { sentenceOf } from '../shared/reportFailure.ts';
import type { ExplorerNode } from '../shared/explorerNode.ts';
import {
  endpointItem,
  jobItem,
  jobsItem,
  messageItem,
  operationItem,
  outputItem,
  pageItem,
  serviceItem,
  workspaceItem,
} from './items.ts';
import { JobIndex } from './jobIndex.ts';

type JobsNode = Extract<ExplorerNode, { node: 'jobs' }>;

/** Services that are shown under one node; a workspace with more of them has them in pages. */
const pageSize = 1_000;

/** What the tree is drawn from. */
export type TreeCatalog = Pick<Catalog, 'workspaces' | 'problems' | 'trouble' | 'startLocalService'>;
export type TreeJobs = Pick<Jobs, 'list'>;

/** Maps the catalog and the jobs to nodes. */
export class ExplorerTree {
  readonly #catalog: TreeCatalog;
  readonly #jobs: JobIndex;
  /** The nodes that were handed out: VS Code redraws a node only when it is given the same object again. */
  readonly #jobsNodes = new Map<string, JobsNode>();

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
        return this.#services(node.workspace).slice(node.first, node.first + pageSize);
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
      case 'service': {
        const endpoint = this.#endpoint(node.workspace, node.service);
        return endpoint === undefined ? gone() : serviceItem(endpoint, this.#troubleOfService(endpoint));
      }
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
    } catch (error) {
      return [{ node: 'message', text: sentenceOf(error), mend: 'retry' }];
    }
    const services = this.#services(name);
    if (services.length <= pageSize) return services;
    return Array.from({ length: Math.ceil(services.length / pageSize) }, (_, page) => ({
      node: 'page',
      workspace: name,
      first: page * pageSize,
    }));
  }

  /** Once its services are known, the local service is started by what is done with them: one that was stopped stays so. */
  async #startLocalIfNew(name: string): Promise<void> {
    const workspace = this.#workspace(name);
    if (workspace?.local === true && workspace.services.length === 0) await this.#catalog.startLocalService();
  }

  #services(name: string): (ExplorerNode & { readonly node: 'service' })[] {
    return (this.#workspace(name)?.services ?? []).flatMap((service) => {
      const [first] = service.endpoints;
      return first === undefined
        ? []
        : [{ node: 'service', workspace: name, service: first.endpointId, name: service.name } as const];
    });
  }

  #pageItem(node: ExplorerNode & { readonly node: 'page' }): vscode.TreeItem {
    const services = this.#services(node.workspace);
    const page = services.slice(node.first, node.first + pageSize);
    return pageItem(node, page.at(0)?.name ?? '', page.at(-1)?.name ?? '', page.length);
  }

  /** A single endpoint is not shown as a level of its own. */
  #serviceChildren(workspace: string, endpointId: string): ExplorerNode[] {
    const service = this.#service(workspace, endpointId);
    if (service === undefined) return [];
    if (service.endpoints.length === 1) return this.#endpointChildren(workspace, endpointId);
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
    if (job?.status !== 'Finished') return [];
    return Object.keys(job.outputs).map((output) => ({ node: 'output', jobId, output }));
  }

  #workspace(name: string): Workspace | undefined {
    return this.#catalog.workspaces().find((workspace) => workspace.name === name);
  }

  #endpoint(workspaceName: string, endpointId: string): Endpoint | undefined {
    const workspace = this.#workspace(workspaceName);
    return workspace && endpointById(workspace, endpointId);
  }

  #service(workspaceName: string, endpointId: string): WebService | undefined {
    return this.#endpoint(workspaceName, endpointId)?.service;
  }
}

/** A node whose thing was removed while the tree was being drawn. */
function gone(): vscode.TreeItem {
  return new vscode.TreeItem('');
}
