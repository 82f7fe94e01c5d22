import * as vscode from 'vscode';
import type { Catalog, Endpoint } from '../catalog/index.ts';
import type { Feature, Foundation } from '../shared/feature.ts';
import type { Storage } from '../storage/index.ts';
import type { BatchRequest } from './batchJob.ts';
import { JobCommands } from './commands.ts';
import { EndNotices } from './endNotices.ts';
import { JobEngine } from './engine.ts';
import { pickJob } from './jobPicks.ts';
import { answerOf, type JobAnswer, type JobRecord } from './jobRecord.ts';
import { hasResults } from './jobStates.ts';
import { progressText, titleOf } from './jobWords.ts';
import { recordOf, resultOf, type JobResult } from './results.ts';
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
  /** What is kept of a job; rejects with `UnknownJob`. */
  record(jobId: string): Promise<JobRecord>;
  /** The newest job that was run from the document; undefined as well until the records are read. */
  lastOfDocument(document: string): Job | undefined;
  /** Runs a job; rejects when it fails before it is started. */
  run(request: BatchRequest): Promise<JobAnswer>;
  /** The same for a person, who is told what fails. `onCreated` is called once the job is among the others. */
  runShown(request: BatchRequest, onCreated: () => void): Promise<void>;
  /** The endpoint of a job, also under another name by now. */
  endpointOf(record: JobRecord): Promise<Endpoint>;
  /** Lets the user pick any job. */
  pick(title: string): Promise<Job | undefined>;
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
  readonly #catalog: Catalog;
  readonly #storage: Storage;
  #engine: JobEngine | undefined;
  #telling: NodeJS.Timeout | undefined;
  #disposed = false;

  readonly onDidChange = this.#changed.event;
  readonly commands;

  constructor(foundation: Foundation, catalog: Catalog, storage: Storage) {
    this.#catalog = catalog;
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

  async record(jobId: string): Promise<JobRecord> {
    return recordOf(await this.#opening, jobId);
  }

  lastOfDocument(document: string): Job | undefined {
    const record = this.#engine?.store.list().find((each) => each.document === document);
    return record === undefined || this.#engine === undefined ? undefined : jobOf(record, this.#engine);
  }

  async run(request: BatchRequest): Promise<JobAnswer> {
    return answerOf(await (await this.#opening).run(request));
  }

  async runShown(request: BatchRequest, onCreated: () => void): Promise<void> {
    await this.#commands.runShown(request, onCreated);
  }

  endpointOf(record: JobRecord): Promise<Endpoint> {
    return endpointOf(this.#catalog, record);
  }

  async pick(title: string): Promise<Job | undefined> {
    const engine = await this.#opening;
    const record = await pickJob(engine.store.list(), title);
    return record === undefined ? undefined : jobOf(record, engine);
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
      endpointOf: (record) => endpointOf(catalog, record),
      authorize: (endpoint, interactive) => catalog.authorize(endpoint, { interactive }),
      schema: (endpoint, signal) => catalog.schemaIfAny(endpoint, { signal }),
      note: (endpoint, failure) => void catalog.remedies(endpoint, failure),
      report: (error) => foundation.log.error(`Following batch jobs: ${String(error)}`),
      onEnd: (record) => this.#notices.add(record),
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
async function endpointOf(catalog: Catalog, record: JobRecord) {
  try {
    return await catalog.find(record.workspace, record.endpointId);
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
    return catalog.find(renamed.name, record.endpointId);
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
