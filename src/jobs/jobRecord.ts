import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import { generations } from '../shared/jobData.ts';

const blobShape = v.object({
  relativeLocation: v.string(),
  /** The local file that was uploaded. */
  file: v.optional(v.string()),
  /** Of a blob that was there before, without SAS. */
  url: v.optional(v.string()),
});

const outputShape = v.object({
  relativeLocation: v.string(),
  /** Without SAS. */
  url: v.string(),
});

const answerShape = v.object({
  /** ISO 8601. */
  time: v.string(),
  request: v.string(),
  status: v.optional(v.number()),
  headers: v.array(v.tuple([v.string(), v.string()])),
  body: v.optional(v.string()),
});

const stepShape = v.object({
  /** ISO 8601. */
  time: v.string(),
  text: v.string(),
});

const problemShape = v.object({
  code: v.string(),
  sentence: v.string(),
  /** ISO 8601: since when the job cannot be followed, whatever the reasons were. */
  since: v.optional(v.string()),
  /** The window that found it asks no more before it is mended. */
  held: v.optional(v.boolean()),
});

const recordShape = v.object({
  version: v.literal(1),
  /** Our own id: the name of the record's file. */
  ownId: v.string(),
  serviceJobId: v.optional(v.string()),
  workspace: v.string(),
  /** `service` or `service/endpoint`. */
  service: v.string(),
  endpointId: v.string(),
  baseUrl: v.string(),
  storage: v.optional(v.string()),
  /** URI of the document that it was run from. */
  document: v.optional(v.string()),
  /** The body that it was submitted with, unless it was the usual one. */
  generation: v.optional(v.picklist(generations)),
  /** One of the contract's words or the service's own. */
  status: v.string(),
  ended: v.boolean(),
  details: v.optional(v.string()),
  /** Nobody has confirmed yet that the job was started, and it is to be. */
  startWanted: v.optional(v.boolean()),
  /** The window that is at work on the job: uploading, submitting, starting. */
  owner: v.optional(v.string()),
  inputs: v.record(v.string(), blobShape),
  /** Names of the global parameters that were given; absent for a job that was not submitted here. */
  parameters: v.optional(v.array(v.string())),
  /** Of those what may be kept, with references in place of secrets. */
  parameterValues: v.optional(v.record(v.string(), v.union([v.string(), v.number(), v.boolean(), v.null()]))),
  outputs: v.record(v.string(), outputShape),
  createdAt: v.string(),
  submittedAt: v.optional(v.string()),
  startedAt: v.optional(v.string()),
  /** First seen at work by the service: what comes between the start and this is the queue. */
  runningAt: v.optional(v.string()),
  endedAt: v.optional(v.string()),
  /** DELETE was sent: the service may not know the job any more. */
  deleteSent: v.optional(v.boolean()),
  /** The server does not know it any more. */
  deleted: v.optional(v.boolean()),
  /** A program runs it: its end is not announced. */
  quiet: v.optional(v.boolean()),
  /** Why the job cannot be followed just now. */
  problem: v.optional(problemShape),
  /** The last answer to each operation, redacted. */
  answers: v.record(v.string(), answerShape),
  /** What happened to the job, oldest first. */
  steps: v.optional(v.array(stepShape)),
});

/**
 * What is kept of a job, one file each. Holds no SAS, key, connection string or secret value of a parameter. Times are
 * ISO 8601 and this client's own, because the service tells none.
 */
export type JobRecord = v.InferOutput<typeof recordShape>;
export type RecordedAnswer = v.InferOutput<typeof answerShape>;
export type JobStep = v.InferOutput<typeof stepShape>;
export type JobOperation = 'BES Submit' | 'BES Start' | 'BES Status' | 'BES Delete';

/** Undefined for a file that is no record. */
export function parseJobRecord(text: string): JobRecord | undefined {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), recordShape), text);
  return parsed.success ? parsed.output : undefined;
}

/** What a program gets of a job. */
export interface JobAnswer {
  /** The service's id once there is one, before that our own. */
  readonly id: string;
  readonly workspace: string;
  readonly service: string;
  readonly status: string;
  readonly details?: string;
  readonly outputs: Readonly<Record<string, { readonly relativeLocation: string; readonly url: string }>>;
  readonly submittedAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
}

export function answerOf(record: JobRecord): JobAnswer {
  return {
    id: record.serviceJobId ?? record.ownId,
    workspace: record.workspace,
    service: record.service,
    status: record.status,
    ...(record.details === undefined ? {} : { details: record.details }),
    outputs: record.outputs,
    submittedAt: record.submittedAt ?? record.createdAt,
    ...(record.startedAt === undefined ? {} : { startedAt: record.startedAt }),
    ...(record.endedAt === undefined ? {} : { endedAt: record.endedAt }),
  };
}

/** An id that no service gives: it starts with a word, and sorts by time. */
export function newOwnId(now: Date = new Date()): string {
  return `job-${now.getTime().toString(36)}-${randomBytes(5).toString('hex')}`;
}

/** Whether a blob is in the folder that a job of its own got. */
export function isInOwnFolder(relativeLocation: string): boolean {
  return /^\/?[^/]+\/job-[\da-z]+-[\da-f]{10}\//.test(relativeLocation);
}

/** The end of a job that was never, or perhaps never, on the server. */
export function endedHere(record: JobRecord, status: 'Failed' | 'Cancelled', details: string): JobRecord {
  return {
    ...record,
    status,
    details,
    ended: true,
    endedAt: new Date().toISOString(),
    owner: undefined,
    startWanted: undefined,
    problem: undefined,
  };
}
