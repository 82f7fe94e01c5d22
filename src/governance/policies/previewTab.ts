import * as vscode from 'vscode';
import { schemes } from '../../shared/contributions.ts';
import type { ComparedSide } from './policyFiles.ts';

const changed: ComparedSide = 'as it will be';

/** Closes what shows a change that nobody is asked about any more, such as one that came back with its window. */
export async function closePreviews(): Promise<void> {
  const tabs = vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter(({ input }) => input instanceof vscode.TabInputTextDiff && isChanged(input.modified));
  await vscode.window.tabGroups.close(tabs);
}

function isChanged({ scheme, query }: vscode.Uri): boolean {
  return scheme === schemes.policy && query === changed;
}
