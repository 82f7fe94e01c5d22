import * as vscode from 'vscode';
import type { Catalog } from '../catalog/index.ts';
import type { ExplorerNode } from '../shared/explorerNode.ts';
import { serviceNode } from './servicePages.ts';

/** Has the user search all services, and opens the one that is picked in the tree, whose own search sees only what is drawn. */
export async function findService(catalog: Catalog, view: vscode.TreeView<ExplorerNode>): Promise<void> {
  const picked = await catalog.pickService(vscode.l10n.t('Find service'));
  if (picked === undefined) return;
  const { workspace, service } = picked;
  const node = serviceNode(workspace, service) ?? { node: 'workspace', workspace: workspace.name };
  await view.reveal(node, { focus: true, expand: true });
}
