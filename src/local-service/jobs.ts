import { setTimeout as delay } from 'node:timers/promises';

import { storageReason } from './blobAccess.ts';
import type { BlobAccess } from './blobAccess.ts';
import { DataFileError } from './dataFiles.ts';
import { newId } from './identity.ts';
import { runJob } from './jobRunner.ts';
import type { JobRecord, JobStore } from './jobStore.ts';
import { Refusal } from './mistakes.ts';
import type { Limits } from './options.ts';
import type { WebService } from './webService.ts';

export interface JobsInit {
  readonly store: JobStore;
  readonly blobs: BlobAccess;
  /** Puts the blobs on disk, so that no job outlives its inputs or is `Finished` without its outputs. */
  readonly flushBlobs: () => Promise<void>;
  /** The service behind an endpoint. */
  readonly serviceOf: (endpointId: string) => WebService | undefined;
  readonly limits: Pick<Limits, 'concurrentJobs' | 'jobDelayMs'>;
  readonly everyColumnTakesNull: boolean;
}

interface RunningJob {
  readonly endpointId: string;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/**
 * The jobs of all endpoints: submitted, started, run a limited number at a time in the order of their
 * starts, and kept on disk. Jobs that were waiting or running when the local service ended run again from
 * their beginning when it starts.
 */
export class Jobs {
  readonly #init: JobsInit;
  readonly #records = new Map<string, JobRecord>();
  readonly #running = new Map<string, RunningJob>();
  #waiting: string[] = [];
  #lastStartNumber = 0;
  #closed = false;

  private constructor(init: JobsInit) {
    this.#init = init;
  }

  static async open(init: JobsInit): Promise<Jobs> {
    const jobs = new Jobs(init);
    const interrupted: JobRecord[] = [];
    for (const record of await init.store.load()) {
      jobs.#records.set(record.id, record);
      jobs.#lastStartNumber = Math.max(jobs.#lastStartNumber, record.startNumber ?? 0);
      if (isWaiting(record) || record.state === 'Running') interrupted.push(record);
    }
    interrupted.sort((one, other) => (one.startNumber ?? 0) - (other.startNumber ?? 0));
    jobs.#waiting = interrupted.map(({ id }) => id);
    jobs.#startWaiting();
    return jobs;
  }

  /** Keeps a new job, not started. */
  async submit(job: Omit<JobRecord, 'id' | 'state'>): Promise<JobRecord> {
    const record: JobRecord = { ...job, id: newId(), state: 'NotStarted' };
    await this.#init.flushBlobs();
    await this.#keep(record);
    return record;
  }

  /** @throws Refusal `jobUnknown` */
  get(endpointId: string, id: string): JobRecord {
    const record = this.#records.get(id.toLowerCase());
    if (record?.endpointId !== endpointId) throw new Refusal('jobUnknown', { job: id });
    return record;
  }

  /** @throws Refusal `jobUnknown`, `startedBefore` */
  async start(endpointId: string, id: string): Promise<void> {
    const record = this.get(endpointId, id);
    if (record.state !== 'NotStarted' || record.startNumber !== undefined) {
      throw new Refusal('startedBefore', { state: record.state });
    }
    this.#lastStartNumber += 1;
    await this.#keep({ ...record, startNumber: this.#lastStartNumber });
    this.#waiting.push(record.id);
    this.#startWaiting();
  }

  /**
   * Stops a job that is not over, which leaves it `Cancelled`; forgets one that is over.
   * @param forgetAtOnce whether a stopped job is forgotten too
   * @throws Refusal `jobUnknown`
   */
  async delete(endpointId: string, id: string, forgetAtOnce: boolean): Promise<void> {
    const record = this.get(endpointId, id);
    const over = isOver(record);
    this.#waiting = this.#waiting.filter((waiting) => waiting !== record.id);
    if (over || forgetAtOnce) {
      this.#records.delete(record.id);
      this.#running.get(record.id)?.stop.abort();
      await this.#init.store.remove(record.id);
      return;
    }
    const kept = this.#keep({ ...record, state: 'Cancelled' });
    this.#running.get(record.id)?.stop.abort();
    await kept;
  }

  /** Stops and forgets the jobs of an endpoint that is gone. */
  async forgetAllOf(endpointId: string): Promise<void> {
    const ids = [...this.#records.values()]
      .filter((job) => job.endpointId === endpointId)
      .map(({ id }) => id);
    await Promise.all(ids.map((id) => this.delete(endpointId, id, true)));
  }

  /** Stops what runs, to be run again at the next start. */
  async close(): Promise<void> {
    this.#closed = true;
    const running = [...this.#running.values()];
    for (const job of running) job.stop.abort();
    await Promise.all(running.map((job) => job.ended));
    await this.#init.store.flush();
  }

  #startWaiting(): void {
    const ready = this.#waiting.filter((id) => {
      const record = this.#records.get(id);
      return record !== undefined && this.#tryRun(record);
    });
    this.#waiting = this.#waiting.filter((id) => !ready.includes(id));
  }

  #tryRun(record: JobRecord): boolean {
    const { endpointId, id } = record;
    const busy = [...this.#running.values()].filter((job) => job.endpointId === endpointId).length;
    if (this.#closed || busy >= this.#init.limits.concurrentJobs) return false;
    const stop = new AbortController();
    const ended = this.#run(record, stop.signal).finally(() => {
      this.#running.delete(id);
      this.#startWaiting();
    });
    this.#running.set(id, { endpointId, stop, ended });
    return true;
  }

  /** Never rejects: whatever happens becomes the state of the job. */
  async #run(record: JobRecord, signal: AbortSignal): Promise<void> {
    const running: JobRecord = { ...record, state: 'Running' };
    const service = this.#init.serviceOf(record.endpointId);
    try {
      await this.#keep(running);
      if (!service) throw new DataFileError('The web service of this job is no longer there.');
      await delay(this.#init.limits.jobDelayMs, undefined, { signal });
      const { blobs, everyColumnTakesNull } = this.#init;
      await runJob({ job: running, service, blobs, everyColumnTakesNull }, signal);
      await this.#init.flushBlobs();
      if (!signal.aborted) await this.#keep({ ...running, state: 'Finished' });
    } catch (error) {
      if (signal.aborted) return;
      const details = failureDetails(service?.schema.title ?? 'unknown', record.id, error);
      await this.#keep({ ...running, state: 'Failed', details }).catch(() => undefined);
    }
  }

  async #keep(record: JobRecord): Promise<void> {
    this.#records.set(record.id, record);
    await this.#init.store.save(record);
  }
}

function isWaiting(record: JobRecord): boolean {
  return record.state === 'NotStarted' && record.startNumber !== undefined;
}

function isOver(record: JobRecord): boolean {
  return record.state === 'Finished' || record.state === 'Failed' || record.state === 'Cancelled';
}

/** One long text with JSON in it, as recorded `Details` are (Azure-Samples/MyDriving issue 526). */
function failureDetails(title: string, jobId: string, error: unknown): string {
  const message = error instanceof DataFileError ? error.message : storageReason(error);
  const exception = {
    Exception: {
      ErrorId: 'LocalService',
      ErrorCode: '1000',
      ExceptionType: 'ModuleException',
      Message: message,
    },
  };
  return `Module: ${title}; Job Id: ${jobId}. taskStatusCode=400. ${JSON.stringify(exception)}Error: the job ended at ${new Date().toISOString()}.`;
}
