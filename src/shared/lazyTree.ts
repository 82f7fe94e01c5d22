import * as vscode from 'vscode';

/** A tree whose provider is loaded when the view is first shown. */
export class LazyTree<T> implements vscode.TreeDataProvider<T> {
  readonly #load: () => Promise<vscode.TreeDataProvider<T>>;
  readonly #changed = new vscode.EventEmitter<T | T[] | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(load: () => Promise<vscode.TreeDataProvider<T>>) {
    this.#load = load;
  }

  /** Draws an element, or some, or the whole tree again. */
  refresh(element: T | T[] | undefined): void {
    this.#changed.fire(element);
  }

  async getTreeItem(element: T): Promise<vscode.TreeItem> {
    return (await this.#load()).getTreeItem(element);
  }

  async getChildren(element?: T): Promise<T[]> {
    return (await (await this.#load()).getChildren(element)) ?? [];
  }

  /** Without it nothing can be revealed. */
  async getParent(element: T): Promise<T | undefined> {
    return (await (await this.#load()).getParent?.(element)) ?? undefined;
  }

  async resolveTreeItem(
    item: vscode.TreeItem,
    element: T,
    token: vscode.CancellationToken,
  ): Promise<vscode.TreeItem> {
    return (await (await this.#load()).resolveTreeItem?.(item, element, token)) ?? item;
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
