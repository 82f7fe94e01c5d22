import type { Endpoint } from '../catalog/index.ts';
import { Failure } from '../protocol/failure.ts';
import type { JobStatus } from '../protocol/studio/bes.ts';
import { recordedFailure, type Answered, type AuthorizedAddress, type BatchService } from './batchService.ts';
import type { CallQuotas } from './callQuotas.ts';
import type { JobRecord } from './jobRecord.ts';
import type { JobStore, RecordChange } from './jobStore.ts';
import { isMendable, saysJobIsGone, withAnswer, withoutJob, withProblem, withStatus } from './jobStates.ts';
import type { PollOutcome } from './tracker.ts';

/** So many answers in a row that a job is unknown: one may come from a server that has not heard of it yet. */
const goneAfter = 3;
/** As many when nothing but the status says so: it may come from a proxy whose server is just being replaced. */
const goneAfterBare = 12;

const hourMs = 60 * 60_000;
/** No job takes as long: what has not ended by then is asked for on request only. */
const longestJobDays = 14;
/** Without an answer for so long, and after so many tries of this window, a job is asked for on request only. */
const longestTroubleHours = 24;
const fewestTries = 20;
/** For a quota that is used up and does not say when it renews. */
const unknownRenewalMs = hourMs;

export interface FollowerPorts {
  readonly store: JobStore;
  readonly service: BatchService;
  readonly quotas: CallQuotas;
  /** Rejects with a `Failure` when workspace or endpoint are no longer in the catalog, or are not to be woken. */
  endpointOf(record: JobRecord): Promise<Endpoint>;
  authorize(endpoint: Endpoint): Promise<Readonly<Record<string, string>>>;
  /** A call was accepted (`undefined`) or failed. */
  note(endpoint: Endpoint, failure: Failure | undefined): void;
  /** A failure in the words that fit the endpoint. */
  explain(endpoint: Endpoint, failure: Failure): Failure;
  /** Something that is no `Failure` went wrong. */
  report(error: unknown): void;
  isAlive(window: string): boolean;
  /** The job has ended, and this look was the one that saw it first. */
  onEnd(record: JobRecord): void;
  /** Its window was gone before it had confirmed the start; `now`: it was started by this look. */
  onTakenUp(record: JobRecord, now: boolean): void;
}

/** Asks for the state of a job and takes the answer, whatever it is, into its record. */
export class Follower {
  readonly #ports: FollowerPorts;
  readonly #unknownAnswers = new Map<string, number>();
  /** Looks in a row that have failed, in this window. */
  readonly #failures = new Map<string, number>();

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
    const { quotas, service } = this.#ports;
    quotas.check(record.baseUrl);
    const endpoint = await this.#ports.endpointOf(record);
    const to: AuthorizedAddress = {
      address: endpoint.address,
      headers: await this.#ports.authorize(endpoint),
    };
    let answered: Answered<JobStatus>;
    try {
      answered = await service.status(to, jobId);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.#ports.note(endpoint, error);
      throw this.#ports.explain(endpoint, error);
    }
    this.#ports.note(endpoint, undefined);
    quotas.take(record.baseUrl, answered.callsLeft);
    this.#unknownAnswers.delete(record.ownId);
    const after = await this.#takeStatus(record, answered);
    if (after !== undefined && !after.ended && this.#isLeft(after)) await this.#takeUp(to, after, jobId);
    this.#failures.delete(record.ownId);
    if (after === undefined || after.ended) return { next: 'stop', changed: true };
    if (isTooOld(after)) return await this.#giveUp(after, tooOld);
    const { waitMs } = answered;
    return {
      next: 'continue',
      changed: after.status !== record.status,
      ...(waitMs === undefined ? {} : { waitMs }),
    };
  }

  /** Where there is no news, nothing is read or written. */
  async #takeStatus(
    record: JobRecord,
    { value, answer }: Answered<JobStatus>,
  ): Promise<JobRecord | undefined> {
    const known = this.#ports.store.find(record.ownId);
    if (known === undefined || withStatus(known, value, answer) === undefined) return known;
    return this.#update(record.ownId, (current) => withStatus(current, value, answer));
  }

  /** The window that wanted to start it is gone, and nobody has said yet what became of it. */
  #isLeft({ owner, startWanted, status }: JobRecord): boolean {
    if (owner === undefined) return startWanted === true;
    return (startWanted === true || status !== 'NotStarted') && !this.#ports.isAlive(owner);
  }

  /** A job that was started after all refuses this, which does no harm. */
  async #takeUp(to: AuthorizedAddress, record: JobRecord, jobId: string): Promise<void> {
    const isStarted = record.status !== 'NotStarted';
    const answer = isStarted ? undefined : (await this.#ports.service.start(to, jobId)).answer;
    const updated = await this.#ports.store.update(record.ownId, (current) => ({
      ...(answer === undefined ? current : withAnswer(current, 'BES Start', answer)),
      startWanted: undefined,
      owner: undefined,
      startedAt: current.startedAt ?? answer?.time,
    }));
    if (updated !== undefined) this.#ports.onTakenUp(updated.after, !isStarted);
  }

  async #takeFailure(record: JobRecord, failure: Failure): Promise<PollOutcome> {
    const { store } = this.#ports;
    try {
      if (saysJobIsGone(failure) && this.#isGone(record, failure)) {
        await this.#update(record.ownId, (current) => withoutJob(current, recordedFailure(failure)));
        return { next: 'stop', changed: true };
      }
      if (failure.code === 'CannotStartJob') {
        const updated = await store.update(record.ownId, (current) => ({
          ...current,
          startWanted: undefined,
          owner: undefined,
        }));
        if (updated !== undefined) this.#ports.onTakenUp(updated.after, false);
        return { next: 'continue', changed: true };
      }
      const held = isMendable(failure);
      if (!held && this.#hasFailedTooLong(record)) return await this.#giveUp(record, tooLong(failure));
      await store.update(record.ownId, (current) => withProblem(current, failure, held));
      if (held) return { next: 'pause', changed: false };
    } catch (error) {
      this.#ports.report(error);
    }
    return { next: 'continue', changed: false, ...waitFor(failure) };
  }

  #hasFailedTooLong({ ownId, problem }: JobRecord): boolean {
    const count = (this.#failures.get(ownId) ?? 0) + 1;
    this.#failures.set(ownId, count);
    const since = Date.parse(problem?.since ?? '');
    return count >= fewestTries && Date.now() - since > longestTroubleHours * hourMs;
  }

  async #giveUp(record: JobRecord, sentence: string): Promise<PollOutcome> {
    const failure = new Failure({ code: 'JobNotFollowed', origin: 'client', sentence });
    await this.#ports.store.update(record.ownId, (current) => withProblem(current, failure, true));
    return { next: 'pause', changed: false };
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

/** Counted from the last step of this client, because the service tells no times. */
function isTooOld({ startedAt, submittedAt, createdAt }: JobRecord): boolean {
  const since = Date.parse(startedAt ?? submittedAt ?? createdAt);
  return Date.now() - since > longestJobDays * 24 * hourMs;
}

const askAgain = 'It is not asked for any more; "BES Status" looks again.';
const tooOld = `The job has not ended within ${longestJobDays} days. ${askAgain}`;

function tooLong({ sentence }: Failure): string {
  return `The job could not be followed for ${longestTroubleHours} hours. ${askAgain} Last: ${sentence}`;
}

/** What a failure means for this job, and for all jobs of its server. */
function waitFor({ code, origin, status, evidence }: Failure): Pick<PollOutcome, 'waitMs' | 'server'> {
  const retryAt = Date.parse(evidence?.retryAt ?? '');
  const waitMs = Number.isNaN(retryAt) ? undefined : Math.max(0, retryAt - Date.now());
  if (code === 'GatewayQuotaExceeded') return { server: { waitMs: waitMs ?? unknownRenewalMs } };
  if (waitMs !== undefined) return status === 429 || status === 503 ? { server: { waitMs } } : { waitMs };
  return origin === 'network' || status === 429 ? { server: 'backOff' } : {};
}
