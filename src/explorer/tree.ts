import * as vscode from 'vscode';
import {
  type Catalog,
  type Endpoint,
  endpointsOf,
  type WebService,
  type Workspace,
} from '../catalog/index.ts';
import type { Job, Jobs } from '../jobs/index.ts';
import { sentenceOf } from '../shared/reportFailure.ts';
import type { ExplorerNode } from '../shared/explorerNode.ts';
import {
  endpointItem,
  jobItem,
  jobsItem,
  messageItem,
  operationItem,
  outputItem,
  serviceItem,
  workspaceItem,
} from './items.ts';

/** Maps the catalog and the jobs to nodes; keeps nothing of its own. */
export class ExplorerTree {
  readonly #catalog: Catalog;
  readonly #jobs: Jobs;

  constructor(catalog: Catalog, jobs: Jobs) {
    this.#catalog = catalog;
    this.#jobs = jobs;
  }

  async getChildren(node?: ExplorerNode): Promise<ExplorerNode[]> {
    switch (node?.node) {
      case undefined:
        return this.#roots();
      case 'workspace':
        return this.#servicesOf(node.workspace);
      case 'service':
        return this.#serviceChildren(node.workspace, node.service);
      case 'endpoint':
        return endpointChildren(node.workspace, node.service);
      case 'jobs':
        return this.#jobs.forEndpoint(node.service).map(({ localId }) => ({ node: 'job', jobId: localId }));
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
      case 'service':
        return this.#serviceItem(node.workspace, node.service);
      case 'endpoint': {
        const endpoint = this.#endpoint(node.workspace, node.service);
        return endpoint === undefined ? gone() : endpointItem(endpoint, this.#catalog.trouble(endpoint));
      }
      case 'operation':
        return operationItem(node);
      case 'jobs':
        return jobsItem(node, this.#jobs.forEndpoint(node.service));
      case 'job': {
        const job = this.#job(node.jobId);
        return job === undefined ? gone() : jobItem(job);
      }
      case 'output': {
        const job = this.#job(node.jobId);
        return job === undefined ? gone() : outputItem(job, node.output);
      }
      case 'message':
        return messageItem(node);
    }
  }

  getParent(node: ExplorerNode): ExplorerNode | undefined {
    switch (node.node) {
      case 'service':
        return { node: 'workspace', workspace: node.workspace };
      case 'endpoint':
      case 'operation':
      case 'jobs':
        return this.#holderOf(node);
      case 'job': {
        const job = this.#job(node.jobId);
        return job && { node: 'jobs', workspace: job.workspace, service: job.endpointId };
      }
      case 'output':
        return { node: 'job', jobId: node.jobId };
      default:
        return undefined;
    }
  }

  #roots(): ExplorerNode[] {
    return [
      ...this.#catalog.problems().map(({ sentence }): ExplorerNode => ({ node: 'message', text: sentence })),
      ...this.#catalog.workspaces().map(({ name }): ExplorerNode => ({ node: 'workspace', workspace: name })),
    ];
  }

  async #servicesOf(name: string): Promise<ExplorerNode[]> {
    if (this.#workspace(name)?.local === true) {
      try {
        await this.#catalog.startLocalService();
      } catch (error) {
        return [{ node: 'message', text: sentenceOf(error) }];
      }
    }
    const workspace = this.#workspace(name);
    return (workspace?.services ?? []).flatMap((service): ExplorerNode[] => {
      const [first] = service.endpoints;
      return first === undefined
        ? []
        : [{ node: 'service', workspace: name, service: first.endpointId, name: service.name }];
    });
  }

  /** A single endpoint is not shown as a level of its own. */
  #serviceChildren(workspace: string, endpointId: string): ExplorerNode[] {
    const service = this.#service(workspace, endpointId);
    if (service === undefined) return [];
    if (service.endpoints.length === 1) return endpointChildren(workspace, endpointId);
    return service.endpoints.map((entry) => ({ node: 'endpoint', workspace, service: entry.endpointId }));
  }

  #serviceItem(workspaceName: string, endpointId: string): vscode.TreeItem {
    const endpoint = this.#endpoint(workspaceName, endpointId);
    if (endpoint === undefined) return gone();
    const troubled = endpointsOf(endpoint.workspace)
      .filter((each) => each.service.name === endpoint.service.name)
      .map((each) => this.#catalog.trouble(each))
      .find((trouble) => trouble !== undefined);
    return serviceItem(endpoint, troubled);
  }

  #holderOf(node: {
    readonly workspace: string;
    readonly service: string;
    readonly node: string;
  }): ExplorerNode {
    const service = this.#service(node.workspace, node.service);
    const first = service?.endpoints[0]?.endpointId ?? node.service;
    const alone = (service?.endpoints.length ?? 1) === 1;
    return alone || node.node === 'endpoint'
      ? { node: 'service', workspace: node.workspace, service: first, name: service?.name ?? '' }
      : { node: 'endpoint', workspace: node.workspace, service: node.service };
  }

  #outputsOf(jobId: string): ExplorerNode[] {
    const job = this.#job(jobId);
    if (job?.status !== 'Finished') return [];
    return Object.keys(job.outputs).map((output) => ({ node: 'output', jobId, output }));
  }

  #workspace(name: string): Workspace | undefined {
    return this.#catalog.workspaces().find((workspace) => workspace.name === name);
  }

  #endpoint(workspaceName: string, endpointId: string): Endpoint | undefined {
    const workspace = this.#workspace(workspaceName);
    return workspace && endpointsOf(workspace).find((endpoint) => endpoint.endpointId === endpointId);
  }

  #service(workspaceName: string, endpointId: string): WebService | undefined {
    return this.#endpoint(workspaceName, endpointId)?.service;
  }

  #job(localId: string): Job | undefined {
    return this.#jobs.list().find((job) => job.localId === localId);
  }
}

function endpointChildren(workspace: string, service: string): ExplorerNode[] {
  return [
    { node: 'operation', workspace, service, operation: 'RRS Execute' },
    { node: 'operation', workspace, service, operation: 'BES Submit' },
    { node: 'jobs', workspace, service },
  ];
}

/** A node whose thing was removed while the tree was being drawn. */
function gone(): vscode.TreeItem {
  return new vscode.TreeItem('');
}
