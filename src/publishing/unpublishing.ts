import * as vscode from 'vscode';
import type { PlannedResource } from '../protocol/apim/publication.ts';
import { Failure } from '../protocol/failure.ts';
import { asking } from '../shared/asking.ts';
import { commandId } from '../shared/contributions.ts';
import { isExplorerNode } from '../shared/explorerNode.ts';
import { reportFailure } from '../shared/reportFailure.ts';
import { askMany } from '../shared/steps.ts';
import { publicationFor } from './callArguments.ts';
import { newestOfEachApi } from './newestRecords.ts';
import { pickRecord } from './pickRecord.ts';
import { progress } from './progress.ts';
import { isAbout, publishedAmong, publishedEndpoints, type PublicationRecord } from './publicationRecord.ts';
import { instanceOf, type PublishingTools } from './publishingTools.ts';
import type { PublicationStore } from './publicationStore.ts';
import {
  findRemovals,
  madeBy,
  type Removal,
  removeResources,
  withoutNeeded,
  withRemovalBegun,
} from './removing.ts';
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
  const record = await pickRecord(newestOfEachApi(records), vscode.l10n.t('Unpublish'));
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
    const opening = new Opening(tools.store, records);
    const onStep = ({ path }: PlannedResource): Promise<void> => opening.begin(path);
    await removeResources(chosen, { instance, log, onStep, signal });
    const left = await forget(tools, opening.records, found, chosen);
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
  const name = record.publication.displayName;
  const find = (signal: AbortSignal) => findRemovals(records, instance, signal);
  const found = await asking(instance.arm.baseUrl, find).catch(async (error: unknown) => {
    if (!(error instanceof Failure) || error.code !== 'InstanceNotFound') throw error;
    if (await mayForget(record, error)) await forget(tools, records, [], []);
    return undefined;
  });
  if (found === undefined) return;
  const title = vscode.l10n.t('Unpublish {0} at {1}', name, record.instance.name);
  const chosen = await askWhatToRemove(title, found);
  if (chosen === undefined) return;
  const opening = new Opening(tools.store, records);
  let open = chosen;
  try {
    await progress(title, (onStep, signal) =>
      removeResources(chosen, {
        instance,
        log: (line) => foundation.log.info(line),
        onStep: (planned, number, total) => {
          open = chosen.slice(number - 1);
          onStep(planned, number, total);
          return opening.begin(planned.path);
        },
        signal: AbortSignal.any([signal, closing]),
      }),
    );
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'Cancelled') throw error;
    void tellStopped(tools, record, open);
    return;
  } finally {
    void vscode.commands.executeCommand(commandId('refreshInstances'));
  }
  const left = await forget(tools, opening.records, found, chosen);
  const words = left.map(({ planned }) => resourceWords(planned)).join(', ');
  void vscode.window.showInformationMessage(
    isCallable(left)
      ? vscode.l10n.t('{0} is still there. What stays: {1}.', name, words)
      : left.length === 0
        ? vscode.l10n.t('{0} is unpublished.', name)
        : vscode.l10n.t('{0} is unpublished. What stays: {1}.', name, words),
  );
}

/** Keeps in the records what is being removed. */
class Opening {
  readonly #store: PublicationStore;
  records: readonly PublicationRecord[];

  constructor(store: PublicationStore, records: readonly PublicationRecord[]) {
    this.#store = store;
    this.records = records;
  }

  async begin(path: string): Promise<void> {
    this.records = withRemovalBegun(this.records, path);
    for (const record of this.records) await this.#store.save(record);
  }
}

/** What is left may not be called any more: the subscription goes first. */
async function tellStopped(
  tools: PublishingTools,
  record: PublicationRecord,
  left: readonly Removal[],
): Promise<void> {
  const goOn = vscode.l10n.t('Go on');
  const words = left.map(({ planned }) => resourceWords(planned)).join(', ');
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t(
      'Unpublishing {0} was stopped. What is left, and may not be callable any more: {1}.',
      record.publication.displayName,
      words,
    ),
    goOn,
  );
  if (choice === goOn)
    await unpublishRecord(tools, record).catch((error: unknown) => reportFailure(tools.foundation, error));
}

/** Of an instance that was deleted there is nothing that could be removed. */
async function mayForget(
  { publication, instance }: PublicationRecord,
  { sentence }: Failure,
): Promise<boolean> {
  const forget = vscode.l10n.t('Forget');
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t('Forget that {0} was published at {1}?', publication.displayName, instance.name),
    {
      modal: true,
      detail: vscode.l10n.t(
        '{0} If the instance still exists, what was published stays there, and cannot be removed from here any more.',
        sentence,
      ),
    },
    forget,
  );
  return choice === forget;
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
    else if (removed.length > 0) await store.save(withoutRemoved(record, removed));
  }
  return left;
}

/** What others make in the place of what was removed is theirs. */
function withoutRemoved(record: PublicationRecord, removed: readonly Removal[]): PublicationRecord {
  const paths = new Set(removed.map(pathOf));
  const steps = record.steps.map((step) => ({ ...step, made: step.made && !paths.has(step.path) }));
  return { ...record, steps, ended: true };
}

function isCallable(left: readonly Removal[]): boolean {
  return left.some(({ planned }) => planned.kind === 'api');
}

/** The paths of what is as it was made: what others have changed, put something into, or need, is not. */
function asMade(removals: readonly Removal[]): Set<string> {
  const isAsMade = ({ changed, foreign, neededBy }: Removal): boolean =>
    !changed && foreign.length === 0 && neededBy.length === 0;
  return new Set(removals.filter(isAsMade).map(pathOf));
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

function removalChoice({ planned, changed, foreign, neededBy }: Removal) {
  const notes = [
    ...(changed ? [vscode.l10n.t('changed since it was published')] : []),
    ...(foreign.length > 0 ? [vscode.l10n.t('others have in it: {0}', foreign.join(', '))] : []),
    ...(neededBy.length > 0
      ? [vscode.l10n.t('stays: what was there before uses it: {0}', neededBy.join(', '))]
      : []),
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
