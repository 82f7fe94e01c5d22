import type { Endpoint } from '../catalog/index.ts';
import { Failure } from '../protocol/failure.ts';
import type { JobStatus } from '../protocol/studio/bes.ts';
import { recordedFailure, type Answered, type AuthorizedAddress, type BatchService } from './batchService.ts';
import type { JobRecord } from './jobRecord.ts';
import type { JobStore, RecordChange } from './jobStore.ts';
import { isMendable, saysJobIsGone, withAnswer, withoutJob, withProblem, withStatus } from './jobStates.ts';
import type { PollOutcome } from './tracker.ts';

/** So many answers in a row that a job is unknown: one may come from a server that has not heard of it yet. */
const goneAfter = 3;
/** As many when nothing but the status says so: it may come from a proxy whose server is just being replaced. */
const goneAfterBare = 12;

export interface FollowerPorts {
  readonly store: JobStore;
  readonly service: BatchService;
  /** Rejects with a `Failure` when workspace or endpoint are no longer in the catalog. */
  endpointOf(record: JobRecord): Promise<Endpoint>;
  authorize(endpoint: Endpoint): Promise<Readonly<Record<string, string>>>;
  /** A call was accepted (`undefined`) or failed. */
  note(endpoint: Endpoint, failure: Failure | undefined): void;
  /** Something that is no `Failure` went wrong. */
  report(error: unknown): void;
  isAlive(window: string): boolean;
  /** The job has ended, and this look was the one that saw it first. */
  onEnd(record: JobRecord): void;
}

/** Asks for the state of a job and takes the answer, whatever it is, into its record. */
export class Follower {
  readonly #ports: FollowerPorts;
  readonly #unknownAnswers = new Map<string, number>();

  constructor(ports: FollowerPorts) {
    this.#ports = ports;
  }

  /** Never rejects. */
  async poll(ownId: string): Promise<PollOutcome> {
    const record = this.#ports.store.find(ownId);
    if (record?.serviceJobId === undefined || record.ended) return { next: 'stop', changed: false };
    try {
      return await this.#ask(record, record.serviceJobId);
    } catch (error) {
      if (error instanceof Failure) return this.#takeFailure(record, error);
      this.#ports.report(error);
      return { next: 'continue', changed: false };
    }
  }

  async #ask(record: JobRecord, jobId: string): Promise<PollOutcome> {
    const { service } = this.#ports;
    const endpoint = await this.#ports.endpointOf(record);
    const to: AuthorizedAddress = {
      address: endpoint.address,
      headers: await this.#ports.authorize(endpoint),
    };
    let answered: Answered<JobStatus>;
    try {
      answered = await service.status(to, jobId);
    } catch (error) {
      if (error instanceof Failure) this.#ports.note(endpoint, error);
      throw error;
    }
    this.#ports.note(endpoint, undefined);
    this.#unknownAnswers.delete(record.ownId);
    const after = await this.#update(record.ownId, (current) =>
      withStatus(current, answered.value, answered.answer),
    );
    if (after !== undefined && this.#isLeftUnstarted(after)) await this.#startLeftJob(to, after, jobId);
    return {
      next: after === undefined || after.ended ? 'stop' : 'continue',
      changed: after?.status !== record.status,
      ...(answered.waitMs === undefined ? {} : { waitMs: answered.waitMs }),
    };
  }

  /** The window that wanted to start it is gone, and nobody knows whether its call arrived. */
  #isLeftUnstarted(record: JobRecord): boolean {
    const isOwned = record.owner !== undefined && this.#ports.isAlive(record.owner);
    return record.status === 'NotStarted' && record.startWanted === true && !isOwned;
  }

  /** A job that was started after all refuses this, which does no harm. */
  async #startLeftJob(to: AuthorizedAddress, record: JobRecord, jobId: string): Promise<void> {
    const { answer } = await this.#ports.service.start(to, jobId);
    await this.#ports.store.update(record.ownId, (current) => ({
      ...withAnswer(current, 'BES Start', answer),
      startWanted: undefined,
      owner: undefined,
      startedAt: current.startedAt ?? answer.time,
    }));
  }

  async #takeFailure(record: JobRecord, failure: Failure): Promise<PollOutcome> {
    const { store } = this.#ports;
    try {
      if (saysJobIsGone(failure) && this.#isGone(record, failure)) {
        await this.#update(record.ownId, (current) => withoutJob(current, recordedFailure(failure)));
        return { next: 'stop', changed: true };
      }
      if (failure.code === 'CannotStartJob') {
        await store.update(record.ownId, (current) => ({
          ...current,
          startWanted: undefined,
          owner: undefined,
        }));
        return { next: 'continue', changed: true };
      }
      await store.update(record.ownId, (current) => withProblem(current, failure));
    } catch (error) {
      this.#ports.report(error);
    }
    const retryAt = Date.parse(failure.evidence?.retryAt ?? '');
    return {
      next: isMendable(failure) ? 'pause' : 'continue',
      changed: false,
      ...(Number.isNaN(retryAt) ? {} : { waitMs: Math.max(0, retryAt - Date.now()) }),
    };
  }

  async #update(ownId: string, change: RecordChange): Promise<JobRecord | undefined> {
    const updated = await this.#ports.store.update(ownId, change);
    if (updated === undefined) return undefined;
    if (!updated.before.ended && updated.after.ended) this.#ports.onEnd(updated.after);
    return updated.after;
  }

  #isGone(record: JobRecord, { evidence }: Failure): boolean {
    const count = (this.#unknownAnswers.get(record.ownId) ?? 0) + 1;
    this.#unknownAnswers.set(record.ownId, count);
    const enough = evidence?.reasons === undefined ? goneAfterBare : goneAfter;
    return record.deleteSent === true || count >= enough;
  }
}
