import * as vscode from 'vscode';
import type { Catalog } from '../catalog/index.ts';
import type { Feature, Foundation } from '../shared/feature.ts';
import type { Storage } from '../storage/index.ts';
import { JobCommands } from './commands.ts';
import { EndNotices } from './endNotices.ts';
import { JobEngine } from './engine.ts';
import { announceSentAgain, announceTakenUp, askToSpendCalls } from './followNotices.ts';
import { answerOf, type JobAnswer, type JobRecord } from './jobRecord.ts';
import { hasResults } from './jobStates.ts';
import { progressText, titleOf } from './jobWords.ts';
import { resultOf, type JobResult } from './results.ts';
import { JobsStatusBar } from './statusBar.ts';

export type { JobAnswer } from './jobRecord.ts';
export type { JobResult } from './results.ts';

/** A job as the tree and the results show it. */
export interface Job extends JobAnswer {
  /** Our own id: what the nodes of the tree carry. */
  readonly localId: string;
  readonly endpointId: string;
  /** What a person tells it apart by. */
  readonly title: string;
  readonly open: boolean;
  /** The server does not know it any more. */
  readonly deleted: boolean;
  /** There are results, and a way to read them. */
  readonly hasResults: boolean;
  /** While a file is uploaded: percent and speed. */
  readonly progress?: string;
  /** Why it failed, or why it cannot be followed just now. */
  readonly note?: string;
}

export interface Jobs extends Feature<'jobs'> {
  /** At most four times a second. */
  readonly onDidChange: vscode.Event<void>;
  /** Newest first; empty until the records are read, which `onDidChange` tells. */
  list(): readonly Job[];
  /** By our own id or the service's; waits for the records. */
  find(jobId: string): Promise<Job | undefined>;
  /**
   * Where an output can be read now, SAS included; asks the service for a fresh one. Without `output` the only or first
   * one. Rejects with `UnknownJob`, `UnknownOutput` or `NoResults`.
   */
  result(jobId: string, output: string | undefined, signal?: AbortSignal): Promise<JobResult>;
  /** Lets the user pick a job with results. */
  pickFinished(title: string): Promise<Job | undefined>;
}

const changeIntervalMs = 250;

export function createJobs(foundation: Foundation, catalog: Catalog, storage: Storage): Jobs {
  return new JobsFeature(foundation, catalog, storage);
}

class JobsFeature implements Jobs {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #notices = new EndNotices();
  readonly #disposables: vscode.Disposable[] = [this.#changed, this.#notices];
  readonly #opening: Promise<JobEngine>;
  readonly #commands: JobCommands;
  readonly #storage: Storage;
  #engine: JobEngine | undefined;
  #telling: NodeJS.Timeout | undefined;
  #disposed = false;

  readonly onDidChange = this.#changed.event;
  readonly commands;

  constructor(foundation: Foundation, catalog: Catalog, storage: Storage) {
    this.#storage = storage;
    this.#opening = this.#open(foundation, catalog);
    this.#opening.catch((error: unknown) =>
      foundation.log.error(`The batch jobs cannot be read: ${String(error)}`),
    );
    this.#commands = new JobCommands({ foundation, catalog, storage, engine: () => this.#opening });
    this.commands = this.#commands.handlers;
  }

  list(): readonly Job[] {
    const engine = this.#engine;
    return engine === undefined ? [] : engine.store.list().map((record) => jobOf(record, engine));
  }

  async find(jobId: string): Promise<Job | undefined> {
    const engine = await this.#opening;
    const record = engine.store.find(jobId);
    return record === undefined ? undefined : jobOf(record, engine);
  }

  async result(jobId: string, output: string | undefined, signal?: AbortSignal): Promise<JobResult> {
    return resultOf({ engine: await this.#opening, storage: this.#storage }, jobId, output, signal);
  }

  async pickFinished(title: string): Promise<Job | undefined> {
    const engine = await this.#opening;
    const record = await this.#commands.pickFinished(title);
    return record === undefined ? undefined : jobOf(record, engine);
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#telling);
    vscode.Disposable.from(...this.#disposables).dispose();
    this.#engine?.dispose();
  }

  async #open(foundation: Foundation, catalog: Catalog): Promise<JobEngine> {
    const engine = await JobEngine.open({
      globalStoragePath: foundation.context.globalStorageUri.fsPath,
      http: () => foundation.http(),
      endpointOf: (record, unasked) => endpointOf(catalog, record, unasked),
      authorize: (endpoint, interactive) => catalog.authorize(endpoint, { interactive }),
      schema: (endpoint, signal) => catalog.schemaIfAny(endpoint, { signal }),
      note: (endpoint, failure) => void catalog.remedies(endpoint, failure),
      report: (error) => foundation.log.error(`Following batch jobs: ${String(error)}`),
      onEnd: (record) => this.#notices.add(record),
      onTakenUp: (record, now) => void announceTakenUp(record, now),
      onSentAgain: announceSentAgain,
      maySpendCalls: askToSpendCalls,
    });
    if (this.#disposed) {
      engine.dispose();
      return engine;
    }
    this.#engine = engine;
    this.#disposables.push(
      new JobsStatusBar(engine),
      new vscode.Disposable(engine.onDidChange(() => this.#tellSoon())),
      catalog.onDidChange(() => engine.resumePaused()),
      vscode.window.onDidChangeVisibleTextEditors((editors) =>
        engine.show(this.#commands.jobsIn(editors.map(({ document }) => document.uri))),
      ),
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused) void engine.takeOver();
      }),
    );
    this.#changed.fire();
    return engine;
  }

  #tellSoon(): void {
    this.#telling ??= setTimeout(() => {
      this.#telling = undefined;
      this.#changed.fire();
      void this.#commands.refreshShownDetails();
    }, changeIntervalMs);
  }
}

/** A workspace that was renamed still has the endpoint under its address. */
async function endpointOf(catalog: Catalog, record: JobRecord, unasked: boolean) {
  try {
    return await catalog.find(record.workspace, record.endpointId, { unasked });
  } catch (error) {
    const renamed = catalog
      .workspaces()
      .find(
        ({ baseUrl, services }) =>
          baseUrl === record.baseUrl &&
          services.some(({ endpoints }) =>
            endpoints.some(({ endpointId }) => endpointId === record.endpointId),
          ),
      );
    if (renamed === undefined) throw error;
    return catalog.find(renamed.name, record.endpointId, { unasked });
  }
}

function jobOf(record: JobRecord, engine: JobEngine): Job {
  const progress = engine.progress(record.ownId);
  const note = record.problem?.sentence ?? record.details;
  return {
    ...answerOf(record),
    localId: record.ownId,
    endpointId: record.endpointId,
    title: titleOf(record),
    open: !record.ended,
    deleted: record.deleted === true,
    hasResults: hasResults(record),
    ...(progress === undefined ? {} : { progress: progressText(progress) }),
    ...(note === undefined ? {} : { note }),
  };
}
