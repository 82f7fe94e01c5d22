import * as vscode from 'vscode';
import type { Azure } from '../azure/index.ts';
import type { InstanceNode } from '../shared/instanceNode.ts';
import { sentenceOf } from '../shared/reportFailure.ts';
import { branches, isLacking, isWithoutPortal, listBelow, nothingBelow, type Branch } from './branches.ts';
import { branchItem, entityItem, instanceItem, moreItem, remarkItem } from './items.ts';
import type { ListedInstance, Pages } from './listed.ts';
import { Listing } from './listing.ts';

type NodeOf<N extends InstanceNode['node']> = Extract<InstanceNode, { node: N }>;

/** How many entries of a list are shown before "Show more…". */
const pageLength = 200;

/** The view "API Management": the instances that were chosen once, and what each of them has. */
export class InstanceTree implements vscode.TreeDataProvider<InstanceNode>, vscode.Disposable {
  readonly #azure: Azure;
  readonly #redraw: (node: InstanceNode | undefined) => void;
  readonly #branches = branches();
  readonly #items = new WeakMap<InstanceNode, vscode.TreeItem>();
  readonly #parents = new WeakMap<InstanceNode, InstanceNode>();
  readonly #listings = new Map<string, Listing>();
  /** VS Code draws a node again only when it is given the same object. */
  readonly #drawn = new Map<string, InstanceNode>();
  readonly #looked = new Set<string>();
  readonly #abort = new AbortController();

  constructor(azure: Azure, redraw: (node: InstanceNode | undefined) => void) {
    this.#azure = azure;
    this.#redraw = redraw;
  }

  dispose(): void {
    this.#abort.abort();
  }

  async getChildren(node?: InstanceNode): Promise<InstanceNode[]> {
    switch (node?.node) {
      case undefined:
        return this.#roots();
      case 'instance':
        this.#lookOnce(node.instanceId);
        return this.#branches.map(({ name }) => this.#branchNode(node, name));
      case 'branch':
        return this.#branchChildren(node);
      case 'entity':
        return this.#listed(node, nothingBelow(node.kind), (access, signal) =>
          listBelow(node.kind, node.path, access, signal),
        );
      default:
        return [];
    }
  }

  getTreeItem(node: InstanceNode): vscode.TreeItem {
    switch (node.node) {
      case 'instance': {
        const known = this.#azure.instances.find(node.instanceId);
        return known === undefined ? new vscode.TreeItem('') : instanceItem(known);
      }
      case 'branch': {
        const branch = this.#branch(node);
        const known = this.#azure.instances.find(node.instanceId);
        if (branch === undefined || known === undefined) return new vscode.TreeItem('');
        return branchItem(node, branch, isLacking(branch, known.item));
      }
      case 'entity':
        return this.#items.get(node) ?? new vscode.TreeItem(node.label);
      case 'more':
        return moreItem(node);
      case 'remark':
        return remarkItem(node);
    }
  }

  getParent(node: InstanceNode): InstanceNode | undefined {
    return this.#parents.get(node);
  }

  /** Lists a node anew, or everything, the instances included. */
  refresh(node?: InstanceNode): void {
    const key = node && keyOf(node);
    for (const each of this.#listings.keys())
      if (key === undefined || each.startsWith(key)) this.#listings.delete(each);
    if (key === undefined) this.#looked.clear();
    this.#redraw(key === undefined ? undefined : (this.#drawn.get(key) ?? node));
  }

  async showMore({ of }: NodeOf<'more'>): Promise<void> {
    const key = keyOf(of);
    const listing = this.#listings.get(key);
    try {
      await listing?.more();
    } catch (error) {
      // A list that has failed gives nothing more, and would pass for a whole one.
      this.#forget(key, listing);
      throw error;
    } finally {
      this.#redraw(of);
    }
  }

  #roots(): InstanceNode[] {
    const known = this.#azure.instances.list().toSorted((a, b) => a.item.name.localeCompare(b.item.name));
    return known.map(({ item }) => this.#keep({ node: 'instance', instanceId: item.id }));
  }

  #branchNode(instance: NodeOf<'instance'>, branch: Branch['name']): InstanceNode {
    return this.#keep({ node: 'branch', instanceId: instance.instanceId, branch }, instance);
  }

  #branch({ branch }: NodeOf<'branch'>): Branch | undefined {
    return this.#branches.find(({ name }) => name === branch);
  }

  async #branchChildren(node: NodeOf<'branch'>): Promise<InstanceNode[]> {
    const branch = this.#branch(node);
    const known = this.#azure.instances.find(node.instanceId);
    if (branch === undefined || known === undefined) return [];
    if (isLacking(branch, known.item)) {
      const text = vscode.l10n.t('None: {0} has no developer portal.', 'Consumption');
      return [{ node: 'remark', text }];
    }
    return this.#listed(node, branch.nothing, (access, signal) => branch.list(access, signal));
  }

  async #listed(
    node: NodeOf<'branch' | 'entity'>,
    nothing: string,
    list: (access: ListedInstance, signal: AbortSignal) => Pages | undefined,
  ): Promise<InstanceNode[]> {
    const key = keyOf(node);
    const listing = this.#listings.get(key) ?? this.#newListing(node.instanceId, list);
    if (listing === undefined) return [];
    this.#listings.set(key, listing);
    try {
      const listed = await listing.items();
      if (listed.length === 0) return [{ node: 'remark', text: nothing }];
      const nodes = listed.map((each): InstanceNode => {
        const { kind, path, label } = each;
        const entity = { node: 'entity', instanceId: node.instanceId, kind, path, label } as const;
        const kept = this.#keep(entity, node);
        this.#items.set(kept, entityItem(entity, each));
        return kept;
      });
      return listing.hasMore ? [...nodes, { node: 'more', of: node }] : nodes;
    } catch (error) {
      this.#forget(key, listing);
      return [{ node: 'remark', text: sentenceOf(error), retry: node }];
    }
  }

  #newListing(
    instanceId: string,
    list: (access: ListedInstance, signal: AbortSignal) => Pages | undefined,
  ): Listing | undefined {
    const known = this.#azure.instances.find(instanceId);
    if (known === undefined) return undefined;
    const { item, where } = known;
    const access = { arm: this.#azure.clientAt(where), id: item.id, hasPortal: !isWithoutPortal(item) };
    const pages = list(access, this.#abort.signal);
    return pages && new Listing(pages, pageLength);
  }

  /** The next look lists anew; where that has begun already it is left alone. */
  #forget(key: string, listing: Listing | undefined): void {
    if (this.#listings.get(key) === listing) this.#listings.delete(key);
  }

  /** Tier and state may have changed since it was chosen; whoever is not signed in sees what was known then. */
  #lookOnce(instanceId: string): void {
    if (this.#looked.has(instanceId)) return;
    this.#looked.add(instanceId);
    void this.#azure.refreshInstance(instanceId, this.#abort.signal).catch(() => undefined);
  }

  #keep(node: InstanceNode, parent?: InstanceNode): InstanceNode {
    const key = keyOf(node);
    const kept = this.#drawn.get(key);
    // A renamed one is another.
    const same = kept !== undefined && JSON.stringify(kept) === JSON.stringify(node) ? kept : node;
    this.#drawn.set(key, same);
    if (parent !== undefined) this.#parents.set(same, parent);
    return same;
  }
}

/** What a node is for; that of a node begins with that of what it is in. */
function keyOf(node: InstanceNode): string {
  switch (node.node) {
    case 'instance':
      return `${node.instanceId}\n`;
    case 'branch':
      return `${node.instanceId}\n/${node.branch}`;
    case 'entity':
      return `${node.instanceId}\n${node.path}`;
    case 'more':
      return `${keyOf(node.of)}\nmore`;
    case 'remark':
      return `\n${node.text}`;
  }
}
