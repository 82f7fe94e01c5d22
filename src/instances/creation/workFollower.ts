import { setTimeout as sleep } from 'node:timers/promises';
import type * as vscode from 'vscode';
import type { Azure } from '../../azure/index.ts';
import type { WorkLeases } from '../../local-service/workLeases.ts';
import type { Instance } from '../../protocol/apim/arm.ts';
import { Failure } from '../../protocol/failure.ts';
import { carryOut } from './carryOut.ts';
import { meaningOf } from './failureMeaning.ts';
import type { WorkRecord } from './workRecord.ts';
import type { WorkStore } from './workStore.ts';

/** Between two tries. */
const defaultRetryPauseMs = 15_000;

export interface FollowerInit {
  readonly log: Pick<vscode.LogOutputChannel, 'info' | 'warn'>;
  readonly azure: Pick<Azure, 'clientAt'>;
  readonly store: WorkStore;
  /** One window at a time works on a record. */
  readonly leases: WorkLeases;
  /** What is followed, or how it goes, is another one now. */
  readonly changed: () => void;
  /** `isFirst`: no other window has told the user. */
  readonly succeeded: (record: WorkRecord, instance: Instance, isFirst: boolean) => Promise<void>;
  readonly failed: (record: WorkRecord, error: unknown) => Promise<void>;
  readonly retryPauseMs?: number;
}

/** An instance that is being made or changed, as this window sees it. */
export interface Followed {
  readonly record: WorkRecord;
  /** Whether another window follows it, this one does, tries again `later`, or is `barred` until the user does something. */
  readonly state: 'elsewhere' | 'here' | 'later' | 'barred';
  /** Why it is tried again, or cannot be. */
  readonly problem: Failure | undefined;
}

interface Following extends Followed {
  record: WorkRecord;
  state: Followed['state'];
  problem: Failure | undefined;
  readonly abort: AbortController;
}

/** Tells how it has ended. */
type Ending = () => Promise<void>;

/** Carries records out in the background, through lost connections and closed windows. */
export class WorkFollower implements vscode.Disposable {
  readonly #init: FollowerInit;
  readonly #following = new Map<string, Following>();
  /** Ids of all that this window has ever followed. */
  readonly #begun = new Set<string>();

  constructor(init: FollowerInit) {
    this.#init = init;
  }

  dispose(): void {
    for (const { abort } of this.#following.values()) abort.abort();
    this.#init.leases.dispose();
  }

  /** Newest first. */
  list(): readonly Followed[] {
    return [...this.#following.values()].toSorted((a, b) =>
      a.record.startedAt < b.record.startedAt ? 1 : -1,
    );
  }

  /** Goes on with what other windows have begun, whether they are closed by now or not. */
  async resume(): Promise<void> {
    for (const record of await this.#init.store.list()) if (!this.#begun.has(record.id)) this.#follow(record);
  }

  /** Resolves when nothing can be lost any more. */
  async start(record: WorkRecord): Promise<void> {
    this.#begun.add(record.id);
    await this.#init.store.save(record);
    this.#follow(record);
  }

  /** Tries again to follow, with a sign-in if it needs one. */
  async retry({ record }: Followed): Promise<void> {
    await this.#init.azure.clientAt(record.where, 'ask').find(record.instance.id);
    this.#follow(record);
  }

  /** Azure goes on with what it has begun, and nobody looks any more. */
  async forget({ record }: Followed): Promise<void> {
    // First, or another window could go on with it.
    await this.#init.store.remove(record.id);
    this.#leave(record.id);
  }

  #follow(record: WorkRecord): void {
    this.#begun.add(record.id);
    this.#following.get(record.id)?.abort.abort();
    const following: Following = {
      record,
      state: 'elsewhere',
      problem: undefined,
      abort: new AbortController(),
    };
    this.#following.set(record.id, following);
    this.#init.changed();
    void this.#run(following);
  }

  #leave(id: string): void {
    this.#following.get(id)?.abort.abort();
    this.#following.delete(id);
    this.#init.changed();
  }

  #show(following: Following, state: Followed['state'], problem?: Failure): void {
    Object.assign(following, { state, problem });
    if (problem !== undefined)
      this.#init.log.warn(`${following.record.instance.name} does not go on: ${problem.message}`);
    this.#init.changed();
  }

  async #run(following: Following): Promise<void> {
    const { signal } = following.abort;
    const alone = (closing: AbortSignal): Promise<Ending | undefined> =>
      this.#persist(following, AbortSignal.any([signal, closing]));
    const tell = await this.#init.leases
      .inTurn(following.record.id, signal, alone)
      .catch((error: unknown): undefined => {
        if (!signal.aborted) this.#show(following, 'barred', failureOf(error));
      });
    await tell?.();
  }

  /** Tries until it has ended; undefined where that takes the user. */
  async #persist(following: Following, signal: AbortSignal): Promise<Ending | undefined> {
    for (let refusals = 0; ;) {
      try {
        const instance = await this.#attempt(following, signal);
        return await this.#succeed(following.record, instance);
      } catch (error) {
        if (signal.aborted) {
          // Another window has taken it over.
          if (!following.abort.signal.aborted) this.#show(following, 'elsewhere');
          throw error;
        }
        const failure = failureOf(error);
        if (failure.status !== undefined) refusals += 1;
        const meaning = meaningOf(failure, following.record, refusals);
        if (meaning === 'ended') return this.#fail(following.record, error);
        this.#show(following, meaning, failure);
        if (meaning === 'barred') return undefined;
        await sleep(this.#init.retryPauseMs ?? defaultRetryPauseMs, undefined, { signal }).catch(
          () => undefined,
        );
      }
    }
  }

  /** In the background nobody is asked to sign in. */
  async #attempt(following: Following, signal: AbortSignal): Promise<Instance> {
    const { azure, store } = this.#init;
    const { id, instance, where } = following.record;
    const arm = azure.clientAt(where, 'silent');
    const kept = await store.find(id);
    if (kept?.write !== undefined) following.record = kept;
    // Where another window has ended it, the instance tells how.
    if (kept === undefined) following.record = { ...following.record, write: arm.resourceAt(instance.id) };
    if (following.problem === undefined) this.#show(following, 'here');
    else if (following.record.write !== undefined) {
      await arm.find(instance.id, { signal });
      this.#show(following, 'here');
    }
    return carryOut(following.record, { arm, signal, save: (record) => this.#save(following, record) });
  }

  /** A record that cannot be written loses nothing: the next window looks at the instance. */
  async #save(following: Following, record: WorkRecord): Promise<void> {
    const { log, store } = this.#init;
    following.record = record;
    this.#show(following, 'here');
    await store
      .update(record)
      .catch((error: unknown) => log.warn(`The record is not written: ${String(error)}`));
  }

  async #succeed(record: WorkRecord, instance: Instance): Promise<Ending> {
    const isFirst = await this.#end(record);
    this.#init.log.info(`${instance.name} (${record.kind}) is done`);
    return () => this.#init.succeeded(record, instance, isFirst);
  }

  async #fail(record: WorkRecord, error: unknown): Promise<Ending | undefined> {
    return (await this.#end(record)) ? () => this.#init.failed(record, error) : undefined;
  }

  #end({ id }: WorkRecord): Promise<boolean> {
    this.#leave(id);
    return this.#init.store.remove(id);
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const sentence = error instanceof Error ? error.message : String(error);
  return new Failure({ code: 'Unexpected', origin: 'client', sentence, cause: error });
}
