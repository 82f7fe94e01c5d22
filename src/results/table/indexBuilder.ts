import type { ByteSource } from './byteSource.ts';
import { cancelled, throwIfCancelled } from './cancellation.ts';
import { runJob, type JobProgress } from './jobRunner.ts';
import type { Reading } from './jobs/jobs.ts';
import type { RowIndex } from './rowIndex.ts';

interface Waiter {
  readonly isSatisfied: () => boolean;
  readonly onProgress: ((progress: JobProgress) => void) | undefined;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Fills an index while someone waits for a part of it, in one pass for all who wait. When all have given up it stops, and
 * goes on from there when it is needed again.
 */
export class IndexBuilder {
  readonly #source: ByteSource;
  readonly #reading: Omit<Reading, 'start'>;
  readonly #index: RowIndex;
  readonly #stride: number;
  readonly #blockSize: number | undefined;
  readonly #waiters = new Set<Waiter>();
  #running: AbortController | undefined;
  unclosedQuote = false;

  constructor(
    source: ByteSource,
    reading: Omit<Reading, 'start'>,
    index: RowIndex,
    how: { readonly stride: number; readonly blockSize: number | undefined },
  ) {
    this.#source = source;
    this.#reading = reading;
    this.#index = index;
    this.#stride = how.stride;
    this.#blockSize = how.blockSize;
  }

  /** Resolves when the index is complete or satisfies what is asked. */
  async until(
    isSatisfied: () => boolean,
    signal?: AbortSignal,
    onProgress?: (progress: JobProgress) => void,
  ): Promise<void> {
    throwIfCancelled(signal);
    if (this.#index.complete || isSatisfied()) return;
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        this.#waiters.delete(waiter);
        signal?.removeEventListener('abort', giveUp);
      };
      const waiter: Waiter = {
        isSatisfied,
        onProgress,
        resolve: () => {
          leave();
          resolve();
        },
        reject: (error) => {
          leave();
          // What was thrown is passed on as it is.
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
          reject(error);
        },
      };
      const giveUp = () => {
        if (signal !== undefined) waiter.reject(cancelled(signal));
        if (this.#waiters.size === 0) this.#running?.abort();
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      this.#waiters.add(waiter);
      this.#start();
    });
  }

  #start(): void {
    if (this.#running !== undefined && !this.#running.signal.aborted) return;
    const abort = new AbortController();
    this.#running = abort;
    void this.#run(abort.signal).then(
      () => this.#ended(abort),
      (error: unknown) => this.#ended(abort, { error }),
    );
  }

  async #run(signal: AbortSignal): Promise<void> {
    const spec = { kind: 'index', ...this.#reading, start: this.#index.last, stride: this.#stride } as const;
    const job = runJob<'index'>(this.#source, spec, {
      signal,
      blockSize: this.#blockSize,
      onProgress: (progress) => {
        for (const waiter of [...this.#waiters]) waiter.onProgress?.(progress);
      },
    });
    for (;;) {
      const { done, value } = await job.next();
      if (done === true) {
        this.#index.finish(value.rows, this.#source.size);
        this.unclosedQuote = value.unclosedQuote;
        return;
      }
      this.#index.add(value);
      for (const waiter of [...this.#waiters]) if (waiter.isSatisfied()) waiter.resolve();
      if (this.#waiters.size === 0) this.#running?.abort();
    }
  }

  #ended(abort: AbortController, failed?: { readonly error: unknown }): void {
    // Someone may have come after it was stopped, and has started another pass.
    if (this.#running !== abort) return;
    this.#running = undefined;
    for (const waiter of [...this.#waiters]) {
      if (failed === undefined) waiter.resolve();
      else waiter.reject(failed.error);
    }
  }
}
