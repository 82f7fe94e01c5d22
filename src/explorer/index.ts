import * as vscode from 'vscode';
import type { Catalog } from '../catalog/index.ts';
import type { Jobs } from '../jobs/index.ts';
import type { ExplorerNode } from '../shared/explorerNode.ts';
import type { Feature, Foundation } from '../shared/feature.ts';
import { explorerActions } from './actions.ts';
import { findService } from './findService.ts';
import { ExplorerTree } from './tree.ts';

export interface Explorer extends Feature<'explorer'>, vscode.TreeDataProvider<ExplorerNode> {}

/** The tree of workspaces, web services, endpoints, operations, jobs and outputs. */
export function createExplorer(
  foundation: Foundation,
  catalog: Catalog,
  jobs: Jobs,
  view: vscode.TreeView<ExplorerNode>,
  refresh: (node: ExplorerNode | undefined) => void,
): Explorer {
  const tree = new ExplorerTree(catalog, jobs);
  const listening = vscode.Disposable.from(
    catalog.onDidChange(() => refresh(undefined)),
    jobs.onDidChange(() => {
      for (const node of tree.jobsChanged()) refresh(node);
    }),
  );
  return {
    getChildren: (element) => tree.getChildren(element),
    getTreeItem: (element) => tree.getTreeItem(element),
    getParent: (element) => tree.getParent(element),
    commands: {
      ...explorerActions(foundation, catalog, jobs, () => refresh(undefined)),
      findService: () => findService(catalog, view),
    },
    dispose: () => {
      listening.dispose();
    },
  };
}
