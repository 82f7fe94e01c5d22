import { setTimeout as sleep } from 'node:timers/promises';
import type * as vscode from 'vscode';
import type { Azure } from '../../azure/index.ts';
import type { Instance } from '../../protocol/apim/arm.ts';
import { Failure } from '../../protocol/failure.ts';
import type { Foundation } from '../../shared/feature.ts';
import { carryOut, meaningOf } from './carryOut.ts';
import type { WorkRecord } from './workRecord.ts';
import { WorkStatusBar } from './workStatusBar.ts';
import type { WorkStore } from './workStore.ts';

/** Between two tries where Azure cannot be reached. */
const retryPauseMs = 15_000;

export interface FollowerInit {
  readonly foundation: Pick<Foundation, 'log'>;
  readonly azure: Azure;
  readonly store: WorkStore;
  /** `isFirst`: no other window has told the user. */
  readonly succeeded: (record: WorkRecord, instance: Instance, isFirst: boolean) => Promise<void>;
  readonly failed: (record: WorkRecord, error: unknown) => Promise<void>;
}

/** An instance that is being made or changed, as this window sees it. */
export interface Followed {
  readonly record: WorkRecord;
  /** Why it cannot be followed, where that needs the user. */
  readonly problem: Failure | undefined;
}

interface Following {
  record: WorkRecord;
  problem: Failure | undefined;
  abort: AbortController;
}

/** Carries records out in the background, through lost connections and closed windows, and shows them in the status bar. */
export class WorkFollower implements vscode.Disposable {
  readonly #init: FollowerInit;
  readonly #following = new Map<string, Following>();
  /** Ids of all that this window has ever followed. */
  readonly #begun = new Set<string>();
  readonly #statusBar = new WorkStatusBar(() => this.list());

  constructor(init: FollowerInit) {
    this.#init = init;
  }

  dispose(): void {
    for (const { abort } of this.#following.values()) abort.abort();
    this.#statusBar.dispose();
  }

  /** Newest first. */
  list(): readonly Followed[] {
    return [...this.#following.values()].toSorted((a, b) =>
      a.record.startedAt < b.record.startedAt ? 1 : -1,
    );
  }

  /** Goes on with what other windows have begun, whether they are closed by now or not. */
  async resume(): Promise<void> {
    for (const record of await this.#init.store.list()) if (!this.#begun.has(record.id)) this.#begin(record);
  }

  /** Resolves when nothing can be lost any more. */
  async start(record: WorkRecord): Promise<void> {
    this.#begun.add(record.id);
    await this.#init.store.save(record);
    this.#begin(record);
  }

  /** Tries again to follow, with a sign-in if it needs one. */
  async retry({ record }: Followed): Promise<void> {
    await this.#init.azure.clientAt(record.where, 'ask').find(record.instance.id);
    this.#begin(record);
  }

  /** Azure goes on, and nobody looks any more. */
  async forget({ record }: Followed): Promise<void> {
    this.#leave(record.id);
    await this.#init.store.remove(record.id);
  }

  #begin(record: WorkRecord): void {
    this.#begun.add(record.id);
    this.#following.get(record.id)?.abort.abort();
    const following: Following = { record, problem: undefined, abort: new AbortController() };
    this.#following.set(record.id, following);
    this.#statusBar.draw();
    void this.#run(following);
  }

  #leave(id: string): void {
    this.#following.get(id)?.abort.abort();
    this.#following.delete(id);
    this.#statusBar.draw();
  }

  async #run(following: Following): Promise<void> {
    const { signal } = following.abort;
    for (;;) {
      try {
        const instance = await this.#carryOut(following);
        await this.#succeed(following.record, instance);
        return;
      } catch (error) {
        if (signal.aborted) return;
        const { record } = following;
        const meaning = error instanceof Failure ? meaningOf(error, record) : 'ended';
        if (!(error instanceof Failure) || meaning === 'ended') {
          await this.#fail(record, error);
          return;
        }
        this.#init.foundation.log.warn(`${record.instance.name} is not seen just now: ${error.message}`);
        if (meaning === 'barred') {
          following.problem = error;
          this.#statusBar.draw();
          return;
        }
        await sleep(retryPauseMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** In the background nobody is asked to sign in. */
  #carryOut(following: Following): Promise<Instance> {
    const { azure, store } = this.#init;
    return carryOut(following.record, {
      arm: azure.clientAt(following.record.where, 'silent'),
      save: async (record) => {
        following.record = record;
        await store.save(record);
      },
      signal: following.abort.signal,
    });
  }

  async #succeed(record: WorkRecord, instance: Instance): Promise<void> {
    const isFirst = await this.#end(record);
    this.#init.foundation.log.info(`${instance.name} (${record.kind}) is done`);
    await this.#init.succeeded(record, instance, isFirst);
  }

  async #fail(record: WorkRecord, error: unknown): Promise<void> {
    if (await this.#end(record)) await this.#init.failed(record, error);
  }

  #end({ id }: WorkRecord): Promise<boolean> {
    this.#leave(id);
    return this.#init.store.remove(id);
  }
}
