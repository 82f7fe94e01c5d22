import * as vscode from 'vscode';
import type { Catalog, Endpoint } from '../catalog/index.ts';
import type { ExplorerNode } from '../shared/explorerNode.ts';
import type { Feature, Foundation } from '../shared/feature.ts';
import type { Storage } from '../storage/index.ts';
import type { BatchRequest } from './batchJob.ts';
import { JobCommands } from './commands.ts';
import { EndNotices } from './endNotices.ts';
import { endpointOf } from './endpointOf.ts';
import { JobEngine } from './engine.ts';
import { announceSentAgain, announceTakenUp, askToSpendCalls } from './followNotices.ts';
import { jobOf, type Job } from './job.ts';
import { JobActions } from './jobActions.ts';
import { pickJob } from './jobPicks.ts';
import { answerOf, type JobAnswer, type JobRecord } from './jobRecord.ts';
import { jobsInSight } from './jobsInSight.ts';
import { JobsView, type JobsPane } from './jobsView.ts';
import { recordOf, resultOf, type JobResult } from './results.ts';
import { JobsStatusBar } from './statusBar.ts';

export type { Job } from './job.ts';
export { jobItem, outputItem } from './jobItems.ts';
export type { JobAnswer } from './jobRecord.ts';
export { statusLabel } from './jobWords.ts';
export type { JobResult } from './results.ts';

export interface Jobs extends Feature<'jobs'> {
  /** At most four times a second. */
  readonly onDidChange: vscode.Event<void>;
  /** Newest first; empty until the records are read, which `onDidChange` tells. */
  list(): readonly Job[];
  /** Those of an endpoint, newest first; waits for the records. */
  listOf(endpointId: string): Promise<readonly Job[]>;
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
  /** What the Jobs view shows, once the records are read. */
  view(): Promise<vscode.TreeDataProvider<ExplorerNode>>;
}

const changeIntervalMs = 250;

export function createJobs(foundation: Foundation, catalog: Catalog, storage: Storage, pane: JobsPane): Jobs {
  return new JobsFeature(foundation, catalog, storage, pane);
}

class JobsFeature implements Jobs {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #notices = new EndNotices();
  readonly #disposables: vscode.Disposable[] = [this.#changed, this.#notices];
  readonly #opening: Promise<JobEngine>;
  readonly #view: Promise<JobsView>;
  readonly #commands: JobCommands;
  readonly #catalog: Catalog;
  readonly #storage: Storage;
  #engine: JobEngine | undefined;
  #telling: NodeJS.Timeout | undefined;
  #disposed = false;

  readonly onDidChange = this.#changed.event;
  readonly commands;

  constructor(foundation: Foundation, catalog: Catalog, storage: Storage, pane: JobsPane) {
    this.#catalog = catalog;
    this.#storage = storage;
    this.#opening = this.#open(foundation, catalog);
    this.#view = this.#openView(foundation, pane);
    this.#view.catch((error: unknown) =>
      foundation.log.error(`The batch jobs cannot be read: ${String(error)}`),
    );
    this.#commands = new JobCommands({ foundation, catalog, storage, engine: () => this.#opening });
    this.commands = {
      ...this.#commands.handlers,
      ...new JobActions({ foundation, engine: () => this.#opening }).handlers,
      filterJobs: async () => (await this.#view).askForFilter(),
      clearJobsFilter: async () => (await this.#view).clearFilter(),
    };
  }

  list(): readonly Job[] {
    const engine = this.#engine;
    return engine === undefined ? [] : engine.store.list().map((record) => jobOf(record, engine));
  }

  async listOf(endpointId: string): Promise<readonly Job[]> {
    const engine = await this.#opening;
    const records = engine.store.list().filter((record) => record.endpointId === endpointId);
    return records.map((record) => jobOf(record, engine));
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

  view(): Promise<JobsView> {
    return this.#view;
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
      explain: (endpoint, failure) => catalog.explain(endpoint, failure),
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
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused) void engine.takeOver();
      }),
    );
    this.#changed.fire();
    return engine;
  }

  async #openView(foundation: Foundation, pane: JobsPane): Promise<JobsView> {
    const engine = await this.#opening;
    const sizeTools = { storage: this.#storage, http: () => foundation.http() };
    const view = new JobsView(engine, pane, sizeTools, this.onDidChange);
    if (this.#disposed) {
      view.dispose();
      return view;
    }
    const show = (): void => {
      const documents = vscode.window.visibleTextEditors.map(({ document }) => document.uri);
      engine.show(jobsInSight(this.#commands.jobsIn(documents), view.inSight));
    };
    this.#disposables.push(
      view,
      view.onDidChangeSight(show),
      vscode.window.onDidChangeVisibleTextEditors(show),
    );
    return view;
  }

  #tellSoon(): void {
    this.#telling ??= setTimeout(() => {
      this.#telling = undefined;
      this.#changed.fire();
      void this.#commands.refreshShownDetails();
    }, changeIntervalMs);
  }
}
