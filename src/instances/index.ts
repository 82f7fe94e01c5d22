import * as vscode from 'vscode';
import type { Azure, ChosenInstance } from '../azure/index.ts';
import { views } from '../shared/contributions.ts';
import type { Feature, Foundation } from '../shared/feature.ts';
import {
  instanceIdOf,
  isInstanceNode,
  type BranchName,
  type EntityNode,
  type InstanceNode,
} from '../shared/instanceNode.ts';
import { InstanceCreation } from './creation/index.ts';
import { isWithoutPortal } from './branches.ts';
import { pickEntity } from './entityPick.ts';
import type { Listed, ListedInstance } from './listed.ts';
import { InstanceTree } from './tree.ts';

export { subscriptionState, userDescription } from './drawing.ts';
export type { Listed } from './listed.ts';

/** An instance that a command works on. */
export interface OpenInstance extends ListedInstance {
  readonly name: string;
  readonly tier?: string;
}

export interface Instances extends Feature<'instances'> {
  readonly tree: vscode.TreeDataProvider<InstanceNode>;
  /**
   * The instance of what a menu was opened on, or the one that the user picks; undefined when he does not. Rejects with
   * `UnknownInstance` for what a forgotten one has.
   */
  open(target: unknown, title: string): Promise<OpenInstance | undefined>;
  /** Lets the user pick something of an instance; only of what suits. */
  pick(
    instance: OpenInstance,
    branch: BranchName,
    title: string,
    suits?: (listed: Listed) => boolean,
  ): Promise<EntityNode | undefined>;
  /** Goes on with instances that were being created or changed when the last window closed. */
  resume(): Promise<void>;
  /** Lists a node anew, or everything. */
  refresh(node?: InstanceNode): void;
}

export interface InstancesPane {
  readonly view: vscode.TreeView<InstanceNode>;
  redraw(node: InstanceNode | undefined): void;
}

/** The instances of API Management that the user has chosen, as a view. */
export function createInstances(foundation: Foundation, azure: Azure, pane: InstancesPane): Instances {
  const { view } = pane;
  const redraw = (node: InstanceNode | undefined): void => pane.redraw(node);
  const creation = new InstanceCreation(foundation, azure);
  const tree = new InstanceTree(azure, redraw);
  // VS Code gives a new tree its height, without which there are no rows, with its message, or two seconds later.
  const layOut = (): void => {
    if (view.visible) view.message = '';
  };
  layOut();
  const listening = vscode.Disposable.from(
    azure.instances.onDidChange(() => redraw(undefined)),
    view.onDidChangeVisibility(layOut),
  );
  const choose = (target: unknown, title: string): Promise<ChosenInstance | undefined> =>
    azure.choose(instanceIdOf(target), title);
  return {
    tree,
    open: async (target, title) => {
      const chosen = await choose(target, title);
      return chosen && opened(chosen);
    },
    resume: () => creation.resume(),
    pick: (instance, branch, title, suits) => pickEntity(instance, branch, title, suits),
    refresh: (node) => tree.refresh(node),
    commands: {
      addInstance: async () => {
        const picked = await azure.pickInstance(vscode.l10n.t('Add an API Management instance'));
        if (picked !== undefined) await vscode.commands.executeCommand(`${views.instances}.focus`);
      },
      createInstance: () => creation.createInstance(),
      changeTier: async (target) => {
        const chosen = await choose(target, vscode.l10n.t('Change pricing tier'));
        if (chosen !== undefined) await creation.changeTier(chosen);
      },
      showInstanceWork: () => creation.show(),
      forgetInstance: async (target) => {
        const id = instanceIdOf(target);
        if (id !== undefined) await azure.instances.forget(id);
      },
      refreshInstances: (target) => tree.refresh(isInstanceNode(target) ? target : undefined),
      showMoreOfInstance: async (target) => {
        if (isInstanceNode(target) && target.node === 'more') await tree.showMore(target);
      },
    },
    dispose: () => {
      listening.dispose();
      creation.dispose();
      tree.dispose();
    },
  };
}

function opened({ client, item }: ChosenInstance): OpenInstance {
  const { id, name, sku } = item;
  const hasPortal = !isWithoutPortal(item);
  return { arm: client, id, name, hasPortal, ...(sku !== undefined && { tier: sku.name }) };
}
