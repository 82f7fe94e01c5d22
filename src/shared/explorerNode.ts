/** What the operations of an endpoint are called in the tree. */
export type OperationName = 'RRS Execute' | 'BES Submit';

/**
 * An element of the tree, as its menus hand it to commands. `service` is an endpoint id or, on the node of a discovered
 * service, the id of that, both of which `Catalog.find` takes; `jobId` is our own id of the job.
 */
export type ExplorerNode =
  | { readonly node: 'workspace'; readonly workspace: string }
  /** Some of the services of a workspace that has very many. */
  | { readonly node: 'page'; readonly workspace: string; readonly first: number }
  | { readonly node: 'service'; readonly workspace: string; readonly service: string; readonly name: string }
  | { readonly node: 'endpoint'; readonly workspace: string; readonly service: string }
  | {
      readonly node: 'operation';
      readonly workspace: string;
      readonly service: string;
      readonly operation: OperationName;
    }
  | { readonly node: 'jobs'; readonly workspace: string; readonly service: string }
  | { readonly node: 'job'; readonly jobId: string }
  | { readonly node: 'output'; readonly jobId: string; readonly output: string }
  | { readonly node: 'message'; readonly text: string; readonly mend: 'settings' | 'retry' }
  | {
      readonly node: 'message';
      readonly text: string;
      readonly mend: 'token';
      /** Whose authorization token would help. */
      readonly workspace: string;
    };

export function isExplorerNode(value: unknown): value is ExplorerNode {
  return typeof value === 'object' && value !== null && 'node' in value && typeof value.node === 'string';
}

/** The node that a menu of the tree hands to a command; undefined for a call from the palette. */
export function explorerNodeOf(args: readonly unknown[]): ExplorerNode | undefined {
  const [first] = args;
  return isExplorerNode(first) ? first : undefined;
}

/** The nodes that a command is for: all that are selected where the menu was opened on one of them. */
export function selectedNodes(args: readonly unknown[]): readonly ExplorerNode[] {
  const [clicked, selected] = args;
  if (!isExplorerNode(clicked)) return [];
  return Array.isArray(selected) && selected.includes(clicked) ? selected.filter(isExplorerNode) : [clicked];
}
