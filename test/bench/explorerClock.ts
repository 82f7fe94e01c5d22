/** The extension with a clock at its trees, and beside them a tree with nothing behind it: built into a copy of the extension. */
import { appendFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import * as vscode from 'vscode';
import type { Clocked, ClockSettings } from './explorer.ts';

const blocked = monitorEventLoopDelay({ resolution: 5 });
/** Calls that are not noted yet. */
let running = 0;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const { bench } = context.extension.packageJSON as { readonly bench: ClockSettings };
  const note = (clocked: Clocked): void => appendFileSync(bench.log, `${JSON.stringify(clocked)}\n`);
  const { createTreeView } = vscode.window;
  Object.assign(vscode.window, {
    createTreeView: <T>(view: string, options: vscode.TreeViewOptions<T>) => {
      clockProvider(options.treeDataProvider, note);
      return createTreeView(view, options);
    },
  });
  vscode.window.createTreeView(bench.flatView, { treeDataProvider: flatProvider(bench) });
  const built = new URL('./extension.js', import.meta.url).href;
  const extension = (await import(built)) as typeof import('../../src/extension.ts');
  extension.activate(context);
  for (const workspace of bench.workspaces)
    await vscode.commands.executeCommand('azuremlServices.setWorkspaceToken', { workspace, token: 'bench' });
  blocked.enable();
}

function clockProvider<T>(provider: vscode.TreeDataProvider<T>, note: (clocked: Clocked) => void): void {
  const getChildren = provider.getChildren.bind(provider);
  provider.getChildren = async (element) => {
    const start = performance.now();
    if (running++ === 0) blocked.reset();
    const children = (await getChildren(element)) ?? [];
    const call = {
      element: element === undefined ? '' : JSON.stringify(element),
      ms: performance.now() - start,
      at: Date.now(),
    };
    // The monitor sees a block when it is over.
    setTimeout(() => {
      running--;
      note({ ...call, blockedMs: blocked.max / 1e6 });
    }, 20);
    return children;
  };
}

/** Roots with as many children as a workspace has services. */
function flatProvider({ flatRoots, count }: ClockSettings): vscode.TreeDataProvider<string> {
  return {
    getChildren: (root) =>
      root === undefined ? [...flatRoots] : Array.from({ length: count }, (_, i) => `${root} child ${i + 1}`),
    getTreeItem: (label) => {
      const { Collapsed, None } = vscode.TreeItemCollapsibleState;
      return new vscode.TreeItem(label, flatRoots.includes(label) ? Collapsed : None);
    },
  };
}
