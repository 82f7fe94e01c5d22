import * as vscode from 'vscode';
import { StreamedPick, type StreamedItem } from '../azure/index.ts';
import { sentenceOf } from '../shared/reportFailure.ts';
import type { BranchName, EntityNode } from '../shared/instanceNode.ts';
import { branches } from './branches.ts';
import type { Listed, ListedInstance } from './listed.ts';

/** Lets the user choose something of an instance; undefined when dismissed. */
export async function pickEntity(
  access: ListedInstance & { readonly name: string },
  branchName: BranchName,
  title: string,
  suits?: (listed: Listed) => boolean,
): Promise<EntityNode | undefined> {
  const branch = branches().find(({ name }) => name === branchName);
  if (branch === undefined) return undefined;
  const items: StreamedItem<EntityNode>[] = [];
  const nothing =
    suits === undefined ? branch.nothing : vscode.l10n.t('There is none for which that can be done.');
  const pick = new StreamedPick<EntityNode>({
    title,
    placeholder: (busy) =>
      busy || items.length > 0 ? vscode.l10n.t('{0} of {1}', branch.label, access.name) : nothing,
    items: () => items,
  });
  const fill = async (): Promise<void> => {
    try {
      for await (const page of branch.list(access, pick.signal)) {
        items.push(...page.filter((each) => suits?.(each) ?? true).map((each) => itemOf(access.id, each)));
        pick.draw();
      }
    } catch (error) {
      items.push({ label: `$(warning) ${sentenceOf(error)}`, alwaysShow: true });
    }
  };
  void pick.during(fill());
  return pick.choose();
}

function itemOf(
  instanceId: string,
  { kind, path, label, description = '' }: Listed,
): StreamedItem<EntityNode> {
  return { label, description, key: path, choice: { node: 'entity', instanceId, kind, path, label } };
}
