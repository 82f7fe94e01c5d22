import { watch, type FSWatcher } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../local-service/replaceFile.ts';
import { Failure } from '../protocol/failure.ts';
import { openMarkersFolder } from '../shared/openMarkers.ts';
import { parseJobRecord, type JobRecord } from './jobRecord.ts';
import { withSteps } from './jobSteps.ts';
import { jobsFolder } from './openJobs.ts';

const recordSuffix = '.json';
const rereadDelayMs = 50;
const leftoverAgeMs = 60_000;

/** Turns a record into its successor; undefined leaves it as it is. */
export type RecordChange = (record: JobRecord) => JobRecord | undefined;

export interface Updated {
  readonly before: JobRecord;
  readonly after: JobRecord;
}

/**
 * The job records: one file each, written to a temporary name and renamed, so that a reader sees the old or the new one
 * and a window that dies loses nothing. Every change starts from what is on the disk, where other windows write too.
 */
export class JobStore {
  readonly #folder: string;
  readonly #markers: string;
  readonly #records = new Map<string, JobRecord>();
  /** What could not be written: known in this window, and what its next change starts from. */
  readonly #unwritten = new Set<string>();
  readonly #queues = new Map<string, Promise<unknown>>();
  readonly #listeners = new Set<() => void>();
  readonly #toReread = new Set<string>();
  #sorted: readonly JobRecord[] | undefined;
  #watcher: FSWatcher | undefined;
  #rereading: NodeJS.Timeout | undefined;
  #temporary = 0;

  private constructor(globalStoragePath: string) {
    this.#folder = jobsFolder(globalStoragePath);
    this.#markers = openMarkersFolder(this.#folder);
  }

  /** `watchFolder` is Node's own; it may fail, as where the system has no watches left. */
  static async open(globalStoragePath: string, watchFolder: typeof watch = watch): Promise<JobStore> {
    const store = new JobStore(globalStoragePath);
    await mkdir(store.#markers, { recursive: true, mode: 0o700 });
    store.#watch(watchFolder);
    await store.#loadAll();
    return store;
  }

  get folder(): string {
    return this.#folder;
  }

  /** Newest first. */
  list(): readonly JobRecord[] {
    this.#sorted ??= [...this.#records.values()].sort(newestFirst);
    return this.#sorted;
  }

  /** By our own id or the service's. */
  find(id: string): JobRecord | undefined {
    return this.#records.get(id) ?? this.list().find((record) => record.serviceJobId === id);
  }

  /** Resolves when the record is on the disk. */
  async create(record: JobRecord): Promise<void> {
    await this.#enqueue(record.ownId, () => this.#write(record));
  }

  /**
   * Changes what is on the disk. `after` is `before` itself where nothing was to be changed; undefined when there is no
   * such record any more.
   */
  update(ownId: string, change: RecordChange): Promise<Updated | undefined> {
    return this.#enqueue(ownId, async () => {
      const before = await this.#read(ownId);
      if (before === undefined) return undefined;
      const changed = change(before) ?? before;
      const after = changed === before ? before : withSteps(before, changed);
      if (after !== before) await this.#write(after);
      return { before, after };
    });
  }

  async remove(ownId: string): Promise<void> {
    await this.#enqueue(ownId, async () => {
      await rm(this.#path(ownId), { force: true });
      await rm(this.#marker(ownId), { force: true });
      this.#unwritten.delete(ownId);
      this.#take(ownId, undefined);
    });
  }

  /** Takes what other windows wrote, where nothing tells of it; to be called from time to time. */
  async refresh(): Promise<void> {
    if (this.#watcher !== undefined) return;
    const known = [...this.#records.keys()].map((ownId) => ownId + recordSuffix);
    const names = new Set([...known, ...(await readdir(this.#folder))]);
    await Promise.all([...names].map((name) => this.#reread(name)));
  }

  /** Called after every change, those of other windows included. Returns what ends it. */
  onDidChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves with the record once the condition holds, or undefined when the record is removed. */
  waitFor(
    ownId: string,
    condition: (record: JobRecord) => boolean,
    signal?: AbortSignal,
  ): Promise<JobRecord | undefined> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const record = this.#records.get(ownId);
        if (record !== undefined && !condition(record)) return;
        stop();
        resolve(record);
      };
      const abort = (): void => {
        stop();
        reject(signal?.reason instanceof Error ? signal.reason : new Error('Aborted'));
      };
      const unsubscribe = this.onDidChange(look);
      const stop = (): void => {
        unsubscribe();
        signal?.removeEventListener('abort', abort);
      };
      signal?.addEventListener('abort', abort);
      if (signal?.aborted === true) abort();
      else look();
    });
  }

  dispose(): void {
    this.#unwatch();
    clearTimeout(this.#rereading);
    this.#listeners.clear();
  }

  /** Changes of one record wait for each other. */
  async #enqueue<T>(ownId: string, work: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(ownId) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.#queues.set(ownId, mine);
    try {
      return await mine;
    } finally {
      if (this.#queues.get(ownId) === mine) this.#queues.delete(ownId);
    }
  }

  /** The marker is there before the record of an open job and goes after that of an ended one. */
  async #write(record: JobRecord): Promise<void> {
    const temporary = this.#temporaryPath(record.ownId);
    try {
      if (!record.ended) await writeFile(this.#marker(record.ownId), '', { mode: 0o600 });
      await writeFile(temporary, JSON.stringify(record, undefined, 2), { mode: 0o600, flush: true });
      await replaceFile(temporary, this.#path(record.ownId));
      this.#unwritten.delete(record.ownId);
      if (record.ended) await rm(this.#marker(record.ownId), { force: true });
    } catch (error) {
      this.#unwritten.add(record.ownId);
      await rm(temporary, { force: true }).catch(() => undefined);
      throw notWritten(this.#folder, error);
    } finally {
      this.#take(record.ownId, record);
    }
  }

  async #read(ownId: string): Promise<JobRecord | undefined> {
    if (this.#unwritten.has(ownId)) return this.#records.get(ownId);
    try {
      return parseJobRecord(await readFile(this.#path(ownId), 'utf8')) ?? this.#records.get(ownId);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async #loadAll(): Promise<void> {
    const names = await readdir(this.#folder);
    await Promise.all(names.map((name) => this.#reread(name)));
    await this.#removeLeftovers(names.filter((name) => name.endsWith('.tmp')));
  }

  /** What a window left that died between two steps of writing; recent ones may be the work of another window. */
  async #removeLeftovers(temporary: readonly string[]): Promise<void> {
    const markers = (await readdir(this.#markers)).filter(
      (ownId) => this.#records.get(ownId)?.ended !== false,
    );
    const paths = [
      ...temporary.map((name) => join(this.#folder, name)),
      ...markers.map((id) => this.#marker(id)),
    ];
    for (const path of paths) {
      const age = await stat(path).then(
        ({ mtimeMs }) => Date.now() - mtimeMs,
        () => 0,
      );
      if (age > leftoverAgeMs) await rm(path, { force: true });
    }
  }

  #watch(watchFolder: typeof watch): void {
    try {
      this.#watcher = watchFolder(this.#folder, { persistent: false }, (_, name) => {
        if (name?.endsWith(recordSuffix) === true) this.#rereadSoon(name);
      });
      this.#watcher.on('error', () => this.#unwatch());
    } catch {
      // Without a watcher, `refresh` tells what other windows do.
    }
  }

  #unwatch(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  #rereadSoon(name: string): void {
    this.#toReread.add(name);
    this.#rereading ??= setTimeout(() => {
      this.#rereading = undefined;
      const names = [...this.#toReread];
      this.#toReread.clear();
      void Promise.all(names.map((each) => this.#reread(each)));
    }, rereadDelayMs);
  }

  /** Takes what another window wrote. */
  async #reread(name: string): Promise<void> {
    if (!name.endsWith(recordSuffix)) return;
    const ownId = name.slice(0, -recordSuffix.length);
    await this.#enqueue(ownId, async () => {
      const record = await this.#read(ownId).catch(() => this.#records.get(ownId));
      const known = this.#records.get(ownId);
      if (JSON.stringify(record) !== JSON.stringify(known)) this.#take(ownId, record);
    });
  }

  #take(ownId: string, record: JobRecord | undefined): void {
    if (record === undefined) this.#records.delete(ownId);
    else this.#records.set(ownId, record);
    this.#sorted = undefined;
    for (const listener of [...this.#listeners]) listener();
  }

  #path(ownId: string): string {
    return join(this.#folder, ownId + recordSuffix);
  }

  #marker(ownId: string): string {
    return join(this.#markers, ownId);
  }

  #temporaryPath(ownId: string): string {
    this.#temporary += 1;
    return join(this.#folder, `${ownId}.${process.pid}-${this.#temporary}.tmp`);
  }
}

function newestFirst(a: JobRecord, b: JobRecord): number {
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? 1 : -1;
  return a.ownId < b.ownId ? 1 : -1;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function notWritten(folder: string, cause: unknown): Failure {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new Failure({
    code: 'JobNotRecorded',
    origin: 'client',
    sentence: `The record of the job cannot be written to ${folder}: ${why}. Make room or set the permissions right.`,
    cause,
  });
}
