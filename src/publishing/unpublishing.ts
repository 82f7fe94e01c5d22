import * as vscode from 'vscode';
import { Failure } from '../protocol/failure.ts';
import { asking } from '../shared/asking.ts';
import { commandId } from '../shared/contributions.ts';
import { isExplorerNode } from '../shared/explorerNode.ts';
import { askMany } from '../shared/steps.ts';
import { publicationFor } from './callArguments.ts';
import { pickRecord } from './pickRecord.ts';
import { progress } from './progress.ts';
import { isAbout, publishedAmong, publishedEndpoints, type PublicationRecord } from './publicationRecord.ts';
import { instanceOf, type PublishingTools } from './publishingTools.ts';
import { findRemovals, madeBy, type Removal, removeResources, withoutNeeded } from './removing.ts';
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
  if (record !== undefined) await unpublishRecord(tools, record);
}

export function unpublishRecord(tools: PublishingTools, record: PublicationRecord): Promise<void> {
  return tools.leases.during(record, (closing) => remove(tools, record, closing));
}

/** What `unpublish` gives to a program: paths below the instance. */
export interface UnpublishAnswer {
  readonly removed: readonly string[];
  /** What others have changed since, or have something in. */
  readonly kept: readonly string[];
}

/** The same for a program, which is not asked: what is not as it was made stays. */
export async function unpublishCall(tools: PublishingTools, argument: unknown): Promise<UnpublishAnswer> {
  const record = await publicationFor(tools, 'unpublish', argument);
  return tools.leases.during(record, async (signal) => {
    const instance = instanceOf(tools.azure, record, 'silent');
    const records = await publishedNow(tools, record);
    const found = await findRemovals(records, instance, signal);
    const chosen = withoutNeeded(found, asMade(found));
    const log = (line: string): void => tools.foundation.log.info(line);
    await removeResources(chosen, { instance, log, onStep: () => undefined, signal });
    const left = await forget(tools, records, found, chosen);
    return { removed: chosen.map(pathOf), kept: left.map(pathOf) };
  });
}

async function remove(
  tools: PublishingTools,
  record: PublicationRecord,
  closing: AbortSignal,
): Promise<void> {
  const { foundation, azure } = tools;
  const records = await publishedNow(tools, record);
  const instance = instanceOf(azure, record);
  const found = await asking(instance.arm.baseUrl, (signal) => findRemovals(records, instance, signal));
  const name = record.publication.displayName;
  const title = vscode.l10n.t('Unpublish {0} at {1}', name, record.instance.name);
  const chosen = await askWhatToRemove(title, found);
  if (chosen === undefined) return;
  await progress(title, (onStep, signal) =>
    removeResources(chosen, {
      instance,
      log: (line) => foundation.log.info(line),
      onStep,
      signal: AbortSignal.any([signal, closing]),
    }),
  );
  const left = await forget(tools, records, found, chosen);
  void vscode.commands.executeCommand(commandId('refreshInstances'));
  const words = left.map(({ planned }) => resourceWords(planned)).join(', ');
  void vscode.window.showInformationMessage(
    isCallable(left)
      ? vscode.l10n.t('{0} is still there. What stays: {1}.', name, words)
      : left.length === 0
        ? vscode.l10n.t('{0} is unpublished.', name)
        : vscode.l10n.t('{0} is unpublished. What stays: {1}.', name, words),
  );
}

/** A record that was read before the lease was taken may be of yesterday. */
async function publishedNow(
  { store }: PublishingTools,
  record: PublicationRecord,
): Promise<readonly PublicationRecord[]> {
  const records = await store.ofSameApi(record);
  if (records.length === 0) throw nothingPublished();
  return records;
}

/** Takes what can not be called any more out of the tree, and records with their last resource. Gives what is left. */
async function forget(
  { catalog, store }: PublishingTools,
  records: readonly PublicationRecord[],
  found: readonly Removal[],
  removed: readonly Removal[],
): Promise<readonly Removal[]> {
  const left = found.filter((removal) => !removed.includes(removal));
  const paths = new Set(left.map(pathOf));
  for (const record of records) {
    const { id } = record;
    const workspace = publishedAmong(catalog.workspaces(), record);
    if (workspace !== undefined && !isCallable(left))
      for (const endpointId of publishedEndpoints(record))
        await catalog.removePublished(workspace.name, endpointId);
    if (!madeBy(record).some((path) => paths.has(path))) await store.remove(id);
  }
  return left;
}

function isCallable(left: readonly Removal[]): boolean {
  return left.some(({ planned }) => planned.kind === 'api');
}

/** The paths of what is as it was made: what others have changed, or have put something into, is not. */
function asMade(removals: readonly Removal[]): Set<string> {
  return new Set(removals.filter((each) => !each.changed && each.foreign.length === 0).map(pathOf));
}

function pathOf({ planned }: Removal): string {
  return planned.path;
}

/** What is as it was made is ticked. */
async function askWhatToRemove(
  title: string,
  removals: readonly Removal[],
): Promise<readonly Removal[] | undefined> {
  if (removals.length === 0) return [];
  let chosen = asMade(removals);
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
