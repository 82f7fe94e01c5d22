import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';

import { blobReferenceSchema } from './blobReference.ts';
import { PRIVATE_FOLDER, readJson, writePrivateJson } from './files.ts';

const jobStateSchema = v.picklist(['NotStarted', 'Running', 'Failed', 'Cancelled', 'Finished']);

const jobRecordSchema = v.object({
  id: v.string(),
  endpointId: v.string(),
  state: jobStateSchema,
  /** Place in the order of starts; absent until the job is started. */
  startNumber: v.optional(v.number()),
  inputs: v.record(v.string(), blobReferenceSchema),
  /** All outputs, those in the default storage included. */
  outputs: v.record(v.string(), blobReferenceSchema),
  parameters: v.record(v.string(), v.nullable(v.union([v.string(), v.number(), v.boolean()]))),
  /** Why a job failed. */
  details: v.optional(v.string()),
});

/** The five states of a job (Sport-Matching/api `BatchExecutionStatus`). */
export type JobState = v.InferOutput<typeof jobStateSchema>;

/** A job as it is kept on disk; it holds the connection strings that it was submitted with. */
export type JobRecord = Readonly<v.InferOutput<typeof jobRecordSchema>>;

/** Keeps one file for each job, written before anybody is told of a change. */
export class JobStore {
  readonly #folder: string;
  readonly #writes = new Map<string, Promise<void>>();

  constructor(dataFolder: string) {
    this.#folder = join(dataFolder, 'jobs');
  }

  /** All jobs, unreadable files left aside. */
  async load(): Promise<JobRecord[]> {
    await mkdir(this.#folder, { recursive: true, mode: PRIVATE_FOLDER });
    const names = (await readdir(this.#folder)).filter((name) => name.endsWith('.json'));
    const records = await Promise.all(names.map((name) => readRecord(join(this.#folder, name))));
    return records.filter((record) => record !== undefined);
  }

  save(record: JobRecord): Promise<void> {
    return this.#inTurn(record.id, () => writePrivateJson(this.#path(record.id), record));
  }

  remove(id: string): Promise<void> {
    return this.#inTurn(id, () => rm(this.#path(id), { force: true }));
  }

  /** Resolves when everything is on disk. */
  async flush(): Promise<void> {
    await Promise.allSettled(this.#writes.values());
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.json`);
  }

  async #inTurn(id: string, write: () => Promise<void>): Promise<void> {
    const before = this.#writes.get(id) ?? Promise.resolve();
    const turn = before.catch(() => undefined).then(write);
    this.#writes.set(id, turn);
    try {
      await turn;
    } finally {
      if (this.#writes.get(id) === turn) this.#writes.delete(id);
    }
  }
}

async function readRecord(path: string): Promise<JobRecord | undefined> {
  try {
    return v.parse(jobRecordSchema, await readJson(path));
  } catch {
    return undefined;
  }
}
