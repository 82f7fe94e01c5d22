import type { Endpoint } from '../catalog/index.ts';
import { Failure } from '../protocol/failure.ts';
import type { ServiceSchema } from '../protocol/studio/serviceSchema.ts';
import type { TransferProgress } from '../storage/index.ts';
import type { HttpClient } from '../transport/index.ts';
import { BatchRunner, interrupted, type BatchRequest } from './batchJob.ts';
import { BatchService, recordedFailure, type AuthorizedAddress } from './batchService.ts';
import { CallQuotas } from './callQuotas.ts';
import { askers } from './division.ts';
import { Follower } from './follower.ts';
import { newOwnId, type JobOperation, type JobRecord, type RecordedAnswer } from './jobRecord.ts';
import { JobStore } from './jobStore.ts';
import { saysJobIsGone, withAnswer, withoutJob, withStatus } from './jobStates.ts';
import { PollingLease } from './pollingLease.ts';
import { realClock, Tracker, type Clock } from './tracker.ts';
import { Windows } from './windows.ts';

export interface EnginePorts {
  readonly globalStoragePath: string;
  http(): Promise<HttpClient>;
  /**
   * The endpoint of a record; rejects with a `Failure` when the catalog has none. `unasked`: nobody has done anything,
   * so a service that the user has stopped stays so (`LocalServiceStopped`).
   */
  endpointOf(record: JobRecord, unasked: boolean): Promise<Endpoint>;
  /** `interactive` may ask the user for a key. */
  authorize(endpoint: Endpoint, interactive: boolean): Promise<Readonly<Record<string, string>>>;
  schema(endpoint: Endpoint, signal: AbortSignal): Promise<ServiceSchema | undefined>;
  /** A call was accepted (`undefined`) or failed. */
  note(endpoint: Endpoint, failure: Failure | undefined): void;
  /** A failure in the words that fit the endpoint. */
  explain(endpoint: Endpoint, failure: Failure): Failure;
  /** Something that is no `Failure` went wrong. */
  report(error: unknown): void;
  /** A job has ended while nobody was waiting for the answer; once for all windows. */
  onEnd(record: JobRecord): void;
  /** A window was gone before its job's start was confirmed; `now`: it was started by this one. */
  onTakenUp(record: JobRecord, now: boolean): void;
  /** What a storage of this machine had lost was uploaded again, before the job was submitted. */
  onSentAgain(record: JobRecord): void;
  /** Whether looks at jobs may use up the few calls that a gateway still allows. */
  maySpendCalls(host: string, callsLeft: number): Promise<boolean>;
  readonly clock?: Clock;
}

const lookIntervalMs = 2_000;
/** So many looks in a row must agree that no window can ask for a job: what others say of themselves comes late. */
const stuckLooks = 3;

/** Jobs without any user interface: runs, follows, keeps and recovers them. */
export class JobEngine {
  readonly store: JobStore;
  readonly runner: BatchRunner;
  readonly #ports: EnginePorts;
  readonly #service: BatchService;
  readonly #windows: Windows;
  readonly #lease: PollingLease;
  readonly #tracker: Tracker;
  readonly #progress = new Map<string, TransferProgress>();
  readonly #listeners = new Set<() => void>();
  readonly #lookListeners = new Set<() => void>();
  /** Which window asks for a job, as it was at the last look. */
  #askerOf: ((ownId: string) => string | undefined) | undefined;
  #looking: NodeJS.Timeout | undefined;
  #busy: Promise<void> = Promise.resolve();
  #disposed = false;

  private constructor(ports: EnginePorts, store: JobStore) {
    this.#ports = ports;
    this.store = store;
    this.#service = new BatchService(() => ports.http());
    this.#windows = new Windows(store.folder);
    this.#lease = new PollingLease(store.folder, this.#windows);
    const common = {
      store,
      service: this.#service,
      authorize: (endpoint: Endpoint) => ports.authorize(endpoint, false),
      note: (endpoint: Endpoint, failure: Failure | undefined) => ports.note(endpoint, failure),
      explain: (endpoint: Endpoint, failure: Failure) => ports.explain(endpoint, failure),
    };
    this.runner = new BatchRunner({
      ...common,
      windows: this.#windows,
      schema: (endpoint, signal) => ports.schema(endpoint, signal),
      wake: async (record) => {
        await ports.endpointOf(record, true);
      },
      onSentAgain: (record) => ports.onSentAgain(record),
      onProgress: (ownId, progress) => this.#setProgress(ownId, progress),
    });
    const quotas = new CallQuotas({
      ask: (host, callsLeft) => ports.maySpendCalls(host, callsLeft),
      onAgreed: () => this.resumePaused(),
    });
    const follower = new Follower({
      ...common,
      quotas,
      endpointOf: (record) => ports.endpointOf(record, true),
      report: (error) => ports.report(error),
      isAlive: (window) => this.#windows.isAlive(window),
      onEnd: (record) => ports.onEnd(record),
      onTakenUp: (record, now) => ports.onTakenUp(record, now),
    });
    this.#tracker = new Tracker((ownId) => follower.poll(ownId), ports.clock ?? realClock);
    store.onDidChange(() => this.#storeChanged());
  }

  /** Takes up the jobs that are still open. */
  static async open(ports: EnginePorts): Promise<JobEngine> {
    const engine = new JobEngine(ports, await JobStore.open(ports.globalStoragePath));
    engine.#tracker.start();
    engine.#storeChanged();
    return engine;
  }

  /** Called when a job or the progress of an upload has changed. Returns what ends it. */
  onDidChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  progress(ownId: string): TransferProgress | undefined {
    return this.#progress.get(ownId);
  }

  async run(request: BatchRequest, onCreated?: (record: JobRecord) => void): Promise<JobRecord> {
    const record = await this.runner.run(request, onCreated);
    this.#tracker.nudge(record.ownId);
    return record;
  }

  /** The user looks at this window: it asks from now on. */
  async takeOver(): Promise<void> {
    if (this.#openJobs().length === 0 || this.#lease.held) return;
    await this.#inTurn(async () => {
      await this.#windows.join();
      await this.#lease.take();
      this.#trackOpenJobs();
    });
  }

  /** A key was entered, or the catalog changed. */
  resumePaused(): void {
    this.#tracker.resumePaused();
    this.#windows.cannotAsk(this.#tracker.pausedIds());
    this.#trackOpenJobs();
  }

  /** The jobs that the user sees now, by our own ids: they are asked for first. */
  show(ownIds: ReadonlySet<string>): void {
    this.#tracker.show(ownIds);
  }

  /**
   * Resolves with the record once the job has ended, or undefined when it is forgotten. Rejects with what has to be
   * mended when no window can ask for it any more.
   */
  async waitForEnd(ownId: string, signal?: AbortSignal): Promise<JobRecord | undefined> {
    const stuck = new AbortController();
    let looks = 0;
    const look = (): void => {
      const problem = this.#stuckBy(ownId);
      looks = problem === undefined ? 0 : looks + 1;
      if (looks >= stuckLooks) stuck.abort(problem);
    };
    this.#lookListeners.add(look);
    try {
      const signals = signal === undefined ? [stuck.signal] : [stuck.signal, signal];
      return await this.store.waitFor(ownId, ({ ended }) => ended, AbortSignal.any(signals));
    } finally {
      this.#lookListeners.delete(look);
    }
  }

  /** The record of a job, which may be known by its id at an endpoint only: then it is made, and kept by `keep`. */
  recordFor(endpoint: Endpoint, jobId: string): JobRecord {
    const known = this.store
      .list()
      .find((record) => record.serviceJobId === jobId && record.endpointId === endpoint.endpointId);
    return known ?? foreignRecord(endpoint, jobId);
  }

  /** Sent whatever the state is, to see what the service says. */
  async start(record: JobRecord, interactive: boolean): Promise<JobRecord> {
    const { to, jobId } = await this.#reach(record, interactive);
    const { answer } = await this.#recording(record, 'BES Start', () =>
      this.#service.start(to, jobId),
    ).finally(() => this.#tracker.nudge(record.ownId));
    const started = await this.#keep(record, (current) => ({
      ...withAnswer(current, 'BES Start', answer),
      startWanted: undefined,
      startedAt: current.startedAt ?? answer.time,
      problem: undefined,
    }));
    return started;
  }

  async status(record: JobRecord, interactive: boolean): Promise<JobRecord> {
    const { to, jobId } = await this.#reach(record, interactive);
    const { value, answer } = await this.#recording(record, 'BES Status', () =>
      this.#service.status(to, jobId),
    );
    return this.#keep(record, (current) =>
      withAnswer(withStatus(current, value, answer) ?? current, 'BES Status', answer),
    );
  }

  /** Cancels a job that runs, deletes one that has ended. A job that is not in the store is not put there. */
  async delete(record: JobRecord, interactive: boolean): Promise<JobRecord> {
    const { to, jobId } = await this.#reach(record, interactive);
    const { answer } = await this.#recording(record, 'BES Delete', () => this.#service.delete(to, jobId));
    const deleted = (current: JobRecord): JobRecord => ({
      ...withAnswer(current, 'BES Delete', answer),
      deleteSent: true,
      ...(current.ended ? { deleted: true } : {}),
      startWanted: undefined,
    });
    const isKept = this.store.find(record.ownId) !== undefined;
    const after = isKept ? await this.#keep(record, deleted) : deleted(record);
    return after.ended ? after : this.#stateAfterDelete(after, to, jobId, isKept);
  }

  /** The fresh status of a job without effect on its record, for its outputs' SAS. */
  async freshOutputs(record: JobRecord, interactive: boolean, signal?: AbortSignal) {
    const { to, jobId } = await this.#reach(record, interactive);
    const { value } = await this.#service.status(to, jobId, signal);
    return value.outputs;
  }

  async forget(record: JobRecord): Promise<void> {
    this.#tracker.untrack(record.ownId);
    await this.store.remove(record.ownId);
  }

  /** Resolves when what was begun at the last look is done; for an orderly end. */
  settled(): Promise<void> {
    return this.#busy;
  }

  dispose(): void {
    this.#disposed = true;
    clearInterval(this.#looking);
    this.#tracker.stop();
    this.runner.stop();
    this.#lease.releaseNow();
    this.#windows.leaveNow();
    this.store.dispose();
    this.#listeners.clear();
    this.#lookListeners.clear();
  }

  /** Why no window asks for a job; undefined while one does. */
  #stuckBy(ownId: string): Failure | undefined {
    const record = this.store.find(ownId);
    if (record?.problem?.held !== true || this.#askerOf === undefined) return undefined;
    if (this.#askerOf(ownId) !== undefined) return undefined;
    const { code, sentence } = record.problem;
    return new Failure({ code, origin: 'client', sentence });
  }

  async #stateAfterDelete(
    record: JobRecord,
    to: AuthorizedAddress,
    jobId: string,
    isKept: boolean,
  ): Promise<JobRecord> {
    const take = (change: (current: JobRecord) => JobRecord): Promise<JobRecord> =>
      isKept ? this.#keep(record, change) : Promise.resolve(change(record));
    try {
      const { value, answer } = await this.#service.status(to, jobId);
      return await take((current) => withStatus(current, value, answer) ?? current);
    } catch (error) {
      if (!(error instanceof Failure) || !saysJobIsGone(error)) return record;
      return await take((current) => withoutJob(current, recordedFailure(error)));
    }
  }

  async #reach(record: JobRecord, interactive: boolean): Promise<{ to: AuthorizedAddress; jobId: string }> {
    const jobId = record.serviceJobId;
    if (jobId === undefined) throw notOnServer(record);
    const endpoint = await this.#ports.endpointOf(record, false);
    return {
      to: { address: endpoint.address, headers: await this.#ports.authorize(endpoint, interactive) },
      jobId,
    };
  }

  /** A refusal is an answer too: it is kept at the job. */
  async #recording<T extends { answer: RecordedAnswer }>(
    record: JobRecord,
    operation: JobOperation,
    call: () => Promise<T>,
  ): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (error instanceof Failure) {
        const answer = recordedFailure(error);
        await this.store.update(record.ownId, (current) => {
          const answered = withAnswer(current, operation, answer);
          const isGone = saysJobIsGone(error) && (current.ended || current.deleteSent === true);
          return isGone ? withoutJob(answered, answer) : answered;
        });
      }
      throw error;
    }
  }

  async #keep(record: JobRecord, change: (record: JobRecord) => JobRecord): Promise<JobRecord> {
    if (this.store.find(record.ownId) === undefined) {
      const changed = change(record);
      await this.store.create(changed);
      return changed;
    }
    return (await this.store.update(record.ownId, change))?.after ?? record;
  }

  #openJobs(): readonly JobRecord[] {
    return this.store.list().filter((record) => !record.ended);
  }

  #storeChanged(): void {
    if (this.#disposed) return;
    const open = this.#openJobs();
    if (open.length > 0) this.#beginLooking();
    else this.#endLooking();
    this.#trackOpenJobs();
    this.#tell();
  }

  /** Each job is asked for by one window: mostly by the one that holds the lease. */
  #trackOpenJobs(): void {
    const { holder } = this.#lease;
    if (holder === undefined) return;
    const askerOf = askers(holder, this.#windows.alive());
    this.#askerOf = askerOf;
    const open = this.#openJobs().filter(({ serviceJobId }) => serviceJobId !== undefined);
    const mine = open.filter(({ ownId }) => askerOf(ownId) === this.#windows.id);
    const asking = new Set(open.map(({ ownId }) => askerOf(ownId)));
    asking.delete(undefined);
    this.#tracker.shareWith(asking.size);
    const wanted = new Set(mine.map(({ ownId }) => ownId));
    const known = new Set(open.map(({ ownId }) => ownId));
    // A paused job stays, to be taken up once it is mended here.
    this.#tracker.keepOnly((ownId, paused) => (paused ? known : wanted).has(ownId));
    for (const { ownId, createdAt, baseUrl } of mine) {
      this.#tracker.track(ownId, Date.parse(createdAt), baseUrl);
    }
  }

  /** Heartbeat, lease and recovery go on only while there are open jobs. */
  #beginLooking(): void {
    if (this.#looking !== undefined) return;
    const look = (): void => void this.#inTurn(() => this.#look());
    this.#looking = setInterval(look, lookIntervalMs);
    look();
  }

  #endLooking(): void {
    clearInterval(this.#looking);
    this.#looking = undefined;
  }

  /** Looks and the taking of the lease write the same files, so one waits for the other. Never rejects. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#busy = this.#busy.then(async () => {
      if (this.#disposed) return;
      try {
        await work();
      } catch (error) {
        this.#ports.report(error);
      }
    });
    return this.#busy;
  }

  async #look(): Promise<void> {
    await this.#windows.join();
    await this.store.refresh();
    this.#windows.cannotAsk(this.#tracker.pausedIds());
    await this.#windows.look();
    await this.#lease.refresh();
    if (this.#disposed) return;
    this.#trackOpenJobs();
    if (this.#lease.held) await this.#recover();
    for (const listener of [...this.#lookListeners]) listener();
  }

  /**
   * Jobs whose window died before they were on the server end here, each with a line that says how far it got; also for
   * a program's job, because the program has died with its window.
   */
  async #recover(): Promise<void> {
    for (const record of this.#openJobs()) {
      if (record.owner === undefined || record.serviceJobId !== undefined) continue;
      if (this.#windows.isAlive(record.owner)) continue;
      const updated = await this.store.update(record.ownId, (current) =>
        current.owner === record.owner ? interrupted(current) : undefined,
      );
      if (updated === undefined || updated.after === updated.before) continue;
      this.#ports.onEnd({ ...updated.after, quiet: false });
    }
  }

  #setProgress(ownId: string, progress: TransferProgress | undefined): void {
    if (progress === undefined) this.#progress.delete(ownId);
    else this.#progress.set(ownId, progress);
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

function foreignRecord(endpoint: Endpoint, jobId: string): JobRecord {
  return {
    version: 1,
    ownId: newOwnId(),
    serviceJobId: jobId,
    workspace: endpoint.workspace.name,
    service: endpoint.label,
    endpointId: endpoint.endpointId,
    baseUrl: endpoint.workspace.baseUrl,
    status: 'NotStarted',
    ended: false,
    inputs: {},
    outputs: {},
    createdAt: new Date().toISOString(),
    answers: {},
  };
}

function notOnServer(record: JobRecord): Failure {
  return new Failure({
    code: 'JobNotSubmitted',
    origin: 'client',
    sentence: `This job is not on the server: ${record.details ?? `it is in the state ${record.status}`}. Run it again.`,
  });
}
