import * as vscode from 'vscode';
import { Failure } from '../protocol/failure.ts';
import { asking } from '../shared/asking.ts';
import { isExplorerNode } from '../shared/explorerNode.ts';
import { askMany } from '../shared/steps.ts';
import { pickRecord } from './pickRecord.ts';
import { progress } from './progress.ts';
import { isAbout, publishedEndpoints, type PublicationRecord } from './publicationRecord.ts';
import { instanceOf, type PublishingTools } from './publishingTools.ts';
import { findRemovals, type Removal, removeResources, withoutNeeded } from './removing.ts';
import { resourceWords } from './resourceWords.ts';

/** Removes what publishing has made, and nothing that was there before. */
export async function unpublish(tools: PublishingTools, target: unknown): Promise<void> {
  const endpoint =
    isExplorerNode(target) && 'service' in target
      ? await tools.catalog.find(target.workspace, target.service)
      : undefined;
  const all = await tools.store.list();
  const records = endpoint === undefined ? all : all.filter((record) => isAbout(record, endpoint));
  if (records.length === 0) throw nothingPublished();
  const record = await pickRecord(records, vscode.l10n.t('Unpublish'));
  if (record !== undefined) await remove(tools, record);
}

async function remove(
  { foundation, azure, catalog, store }: PublishingTools,
  record: PublicationRecord,
): Promise<void> {
  const instance = instanceOf(azure, record);
  const found = await asking(instance.arm.baseUrl, (signal) => findRemovals(record, instance, signal));
  const name = record.publication.displayName;
  const title = vscode.l10n.t('Unpublish {0} at {1}', name, record.instance.name);
  const chosen = await askWhatToRemove(title, found);
  if (chosen === undefined) return;
  await progress(title, (onStep, signal) =>
    removeResources(chosen, { instance, log: (line) => foundation.log.info(line), onStep, signal }),
  );
  const left = found.filter((removal) => !chosen.includes(removal));
  const isCallable = left.some(({ planned }) => planned.kind === 'api');
  const { workspace } = record;
  if (workspace !== undefined && !isCallable)
    for (const endpointId of publishedEndpoints(record)) await catalog.removePublished(workspace, endpointId);
  if (left.length === 0) await store.remove(record.id);
  const words = left.map(({ planned }) => resourceWords(planned)).join(', ');
  void vscode.window.showInformationMessage(
    isCallable
      ? vscode.l10n.t('{0} is still there. What stays: {1}.', name, words)
      : left.length === 0
        ? vscode.l10n.t('{0} is unpublished.', name)
        : vscode.l10n.t('{0} is unpublished. What stays: {1}.', name, words),
  );
}

/** What is as it was made is ticked; what others have changed, or have put something into, is not. */
async function askWhatToRemove(
  title: string,
  removals: readonly Removal[],
): Promise<readonly Removal[] | undefined> {
  if (removals.length === 0) return [];
  let chosen = new Set(
    removals.filter((each) => !each.changed && each.foreign.length === 0).map(({ planned }) => planned.path),
  );
  const question = {
    placeholder: vscode.l10n.t('What is to be deleted? What was there before is not listed'),
    choices: () => removals.map(removalChoice),
    picked: (path: string) => chosen.has(path),
  };
  const outcome = await askMany({ title, canGoBack: false }, question, (paths) => (chosen = new Set(paths)));
  return outcome === 'next' ? withoutNeeded(removals, chosen) : undefined;
}

function removalChoice({ planned, changed, foreign }: Removal) {
  const notes = [
    ...(changed ? [vscode.l10n.t('changed since it was published')] : []),
    ...(foreign.length > 0 ? [vscode.l10n.t('others have in it: {0}', foreign.join(', '))] : []),
  ];
  return {
    label: resourceWords(planned),
    description: notes.join(', '),
    detail: planned.path,
    value: planned.path,
  };
}

function nothingPublished(): Failure {
  return new Failure({
    code: 'NothingToPick',
    origin: 'client',
    sentence: vscode.l10n.t('Nothing was published from here.'),
  });
}
