import { Worker } from 'node:worker_threads';
import { Failure } from '../../protocol/failure.ts';
import type { ByteSource } from './byteSource.ts';
import { cancelled, throwIfCancelled } from './cancellation.ts';
import type { FromWorker, JobKind, Outputs, Results, Specs, ToWorker } from './jobs/jobs.ts';

/** How far a job is. */
export interface JobProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
}

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: JobProgress) => void) | undefined;
  /** Bytes of one block. Default: what the source prefers. */
  readonly blockSize?: number | undefined;
}

/** One is worked on, one waits for it, and one is read. */
const buffers = 3;

/** The bundle has the worker beside the folders of its parts and chunks. */
const workerUrl = import.meta.url.endsWith('.ts')
  ? new URL('./worker.ts', import.meta.url)
  : new URL('../tableWorker.js', import.meta.url);

/**
 * Runs a job in a thread of its own over the bytes from its start to the end of the source. The host reads blocks and hands
 * them over, double-buffered; outputs come as they arise, and reading waits for who takes them. Leaving the loop or the
 * signal ends the thread at once. Rejects with a `Failure`.
 */
export async function* runJob<K extends JobKind>(
  source: ByteSource,
  spec: Specs[K] & { readonly kind: K },
  { signal, onProgress, blockSize = source.streamBlock }: RunOptions,
): AsyncGenerator<Outputs[K], Results[K], undefined> {
  throwIfCancelled(signal);
  const thread = new JobThread<K>(spec);
  const stop = () => {
    if (signal !== undefined) thread.fail(cancelled(signal));
    // Not left to the loop, which may be waiting for who takes the outputs.
    void thread.end();
  };
  signal?.addEventListener('abort', stop, { once: true });
  const feed = new BlockFeed(source, spec.start.offset, blockSize, thread);
  try {
    feed.begin();
    for (;;) {
      const message = await thread.next();
      if (message.kind === 'result') return message.result;
      if (message.kind === 'failed') throw new Failure(message);
      if (message.enough) feed.stop();
      else feed.reuse(message.buffer);
      if (message.output !== undefined) yield message.output;
      onProgress?.({ doneBytes: feed.doneBytes, totalBytes: source.size });
    }
  } finally {
    signal?.removeEventListener('abort', stop);
    await Promise.all([feed.close(), thread.end()]);
  }
}

/** Where blocks go. */
interface BlockTaker {
  send(message: ToWorker): void;
  fail(error: unknown): void;
}

/** Reads blocks in order into buffers that come back, and sends each on as soon as those before it are sent. */
class BlockFeed {
  readonly #source: ByteSource;
  readonly #blockSize: number;
  readonly #thread: BlockTaker;
  readonly #closing = new AbortController();
  #position: number;
  #sent: Promise<void> = Promise.resolve();
  #stopped = false;
  #ended = false;
  /** Lengths of blocks that the worker has not given back. */
  readonly #underWay: number[] = [];
  doneBytes: number;

  constructor(source: ByteSource, start: number, blockSize: number, thread: BlockTaker) {
    this.#source = source;
    this.#blockSize = blockSize;
    this.#thread = thread;
    this.#position = start;
    this.doneBytes = start;
  }

  begin(): void {
    const bytes = this.#source.size - this.#position;
    const needed = Math.min(buffers, Math.ceil(bytes / this.#blockSize));
    for (let i = 0; i < needed; i++) this.#read(new ArrayBuffer(Math.min(this.#blockSize, bytes)));
    if (needed === 0) this.#end();
  }

  reuse(buffer: ArrayBuffer): void {
    this.doneBytes += this.#underWay.shift() ?? 0;
    if (this.#position < this.#source.size) this.#read(buffer);
    else if (this.#underWay.length === 0) this.#end();
  }

  /** The worker needs no more. */
  stop(): void {
    this.#stopped = true;
    this.#end();
  }

  async close(): Promise<void> {
    this.#stopped = true;
    this.#closing.abort();
    await this.#sent;
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#thread.send({ kind: 'end' });
  }

  #read(buffer: ArrayBuffer): void {
    const length = Math.min(buffer.byteLength, this.#source.size - this.#position);
    const read = this.#source.read(new Uint8Array(buffer, 0, length), this.#position, this.#closing.signal);
    this.#position += length;
    this.#underWay.push(length);
    const earlier = this.#sent;
    this.#sent = Promise.allSettled([read, earlier]).then(([outcome]) => {
      if (this.#stopped) return;
      if (outcome.status === 'rejected') this.#thread.fail(outcome.reason);
      else this.#thread.send({ kind: 'block', buffer, length });
    });
  }
}

/** A worker and what it has said. */
class JobThread<K extends JobKind> {
  readonly #worker: Worker;
  readonly #messages: FromWorker<K>[] = [];
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(spec: Specs[K]) {
    this.#worker = new Worker(workerUrl, { name: 'table', execArgv: [] });
    this.#worker.postMessage(spec);
    this.#worker.on('message', (message: FromWorker<K>) => {
      this.#messages.push(message);
      this.#wake?.();
    });
    this.#worker.on('error', (error) => this.fail(unexpected(messageOf(error), error)));
    this.#worker.on('exit', () => this.fail(unexpected('its thread ended')));
  }

  send(message: ToWorker): void {
    this.#worker.postMessage(message, message.kind === 'block' ? [message.buffer] : []);
  }

  /** What `next` rejects with from now on. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wake?.();
  }

  async next(): Promise<FromWorker<K>> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.error;
      const message = this.#messages.shift();
      if (message !== undefined) return message;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function unexpected(why: string, cause?: unknown): Failure {
  return new Failure({
    code: 'Unexpected',
    origin: 'client',
    sentence: `The table could not be worked on: ${why}`,
    cause,
  });
}
