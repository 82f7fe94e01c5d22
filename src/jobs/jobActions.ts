import * as vscode from 'vscode';
import { Failure } from '../protocol/failure.ts';
import { parseArguments } from '../shared/arguments.ts';
import type { CommandHandlers } from '../shared/contributions.ts';
import { selectedNodes } from '../shared/explorerNode.ts';
import type { Foundation } from '../shared/feature.ts';
import { isProgramCall } from '../shared/invocation.ts';
import { reportFailure } from '../shared/reportFailure.ts';
import { jobArguments } from './callArguments.ts';
import { confirmCancel, confirmDelete, confirmForget } from './confirmations.ts';
import type { JobEngine } from './engine.ts';
import { pickJobs } from './jobPicks.ts';
import type { JobRecord } from './jobRecord.ts';
import { titleOf } from './jobWords.ts';
import { recordOf } from './results.ts';
import { inOne } from './severalFailures.ts';

interface ActionTools {
  readonly foundation: Foundation;
  readonly engine: () => Promise<JobEngine>;
}

/** What is done with one job or with all that are selected; from the palette, with those that are picked. */
export class JobActions {
  readonly #tools: ActionTools;

  constructor(tools: ActionTools) {
    this.#tools = tools;
  }

  readonly handlers = {
    cancelJob: (...args: readonly unknown[]) => this.#cancel(args),
    deleteJob: (...args: readonly unknown[]) => this.#delete(args),
    forgetJob: (...args: readonly unknown[]) => this.#forget(args),
  } satisfies Partial<CommandHandlers<'jobs'>>;

  async #cancel(args: readonly unknown[]): Promise<void> {
    const engine = await this.#tools.engine();
    const isUploading = ({ ownId }: JobRecord): boolean => engine.runner.isUploading(ownId);
    const title = vscode.l10n.t('Cancel batch jobs');
    const records = await chosenJobs(
      engine,
      args,
      title,
      (record) => isUploading(record) || (isOnServer(record) && !record.ended),
    );
    const onServer = records.filter((record) => !isUploading(record));
    if (onServer.length > 0 && !(await confirmCancel(onServer))) return;
    await this.#each(title, records, async (record) => {
      // The upload may have ended while the question was open.
      if (isUploading(record)) engine.runner.cancelUpload(record.ownId);
      else await engine.delete(engine.store.find(record.ownId) ?? record, true);
    });
  }

  async #delete(args: readonly unknown[]): Promise<void> {
    const engine = await this.#tools.engine();
    const title = vscode.l10n.t('Delete batch jobs on the server');
    const isDeletable = (record: JobRecord): boolean =>
      isOnServer(record) && record.ended && record.deleted !== true;
    const records = await chosenJobs(engine, args, title, isDeletable);
    if (records.length === 0 || !(await confirmDelete(records))) return;
    await this.#each(title, records, (record) => engine.delete(record, true));
  }

  async #forget(args: readonly unknown[]): Promise<void> {
    const engine = await this.#tools.engine();
    if (isProgramCall(args)) {
      await engine.forget(recordOf(engine, parseArguments('forgetJob', jobArguments, args[0]).jobId));
      return;
    }
    const title = vscode.l10n.t('Forget batch jobs');
    const records = await chosenJobs(engine, args, title, () => true);
    const open = records.filter(({ ended }) => !ended);
    if (open.length > 0 && !(await confirmForget(open))) return;
    await this.#each(title, records, (record) => engine.forget(record));
  }

  /** One after the other, and the others also when one fails. */
  async #each(
    title: string,
    records: readonly JobRecord[],
    act: (record: JobRecord) => Promise<unknown>,
  ): Promise<void> {
    const failures: unknown[] = [];
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    const run = async (
      progress?: vscode.Progress<object>,
      token?: vscode.CancellationToken,
    ): Promise<void> => {
      for (const record of records) {
        if (token?.isCancellationRequested === true) return;
        progress?.report({ message: titleOf(record), increment: 100 / records.length });
        await act(record).catch((error: unknown) => failures.push(error));
      }
    };
    await (records.length > 1 ? vscode.window.withProgress(options, run) : run());
    if (failures.length > 0) await reportFailure(this.#tools.foundation, inOne(failures, records.length));
  }
}

function isOnServer({ serviceJobId }: JobRecord): boolean {
  return serviceJobId !== undefined;
}

/** The jobs that the command is for, as far as it can do something with them. Rejects when there are none. */
async function chosenJobs(
  engine: JobEngine,
  args: readonly unknown[],
  title: string,
  applies: (record: JobRecord) => boolean,
): Promise<readonly JobRecord[]> {
  const nodes = selectedNodes(args);
  const known =
    nodes.length === 0
      ? engine.store.list()
      : nodes.flatMap((node) => (node.node === 'job' ? (engine.store.find(node.jobId) ?? []) : []));
  const records = known.filter(applies);
  if (records.length === 0) throw nothingToDo(title);
  return nodes.length === 0 ? pickJobs(records, title) : records;
}

function nothingToDo(title: string): Failure {
  return new Failure({
    code: 'NothingToPick',
    origin: 'client',
    sentence: vscode.l10n.t('{0}: there is no job with which this could be done now.', title),
  });
}
