import { Failure } from '../protocol/failure.ts';
import { outputUrl, type OutputReference } from '../protocol/studio/bes.ts';
import type { Storage } from '../storage/index.ts';
import type { JobEngine } from './engine.ts';
import { urlByConnectionString } from './jobBlobs.ts';
import { saysJobIsGone } from './jobStates.ts';
import type { JobRecord } from './jobRecord.ts';

/** Where an output is, for as long as its SAS holds. */
export interface JobResult {
  readonly localId: string;
  readonly output: string;
  readonly relativeLocation: string;
  /** Holds a credential. */
  readonly url: string;
}

interface ResultTools {
  readonly engine: JobEngine;
  readonly storage: Pick<Storage, 'open' | 'openConnectionString' | 'names'>;
}

/** See `Jobs.result`. A job that the server has forgotten is read with the key of the storage that it wrote to. */
export async function resultOf(
  tools: ResultTools,
  jobId: string,
  output: string | undefined,
  signal?: AbortSignal,
): Promise<JobResult> {
  const record = recordOf(tools.engine, jobId);
  const fresh = await freshOutputs(tools.engine, record, signal);
  const known: Readonly<Record<string, OutputReference>> = fresh ?? knownOutputs(record);
  const name = output ?? Object.keys(known)[0];
  const reference = name === undefined ? undefined : known[name];
  if (name === undefined || reference === undefined) throw noSuchOutput(record, output, Object.keys(known));
  const url = await readableUrl(tools, record, reference);
  return { localId: record.ownId, output: name, relativeLocation: reference.relativeLocation ?? '', url };
}

export function recordOf(engine: JobEngine, jobId: string): JobRecord {
  const record = engine.store.find(jobId.trim().replaceAll(/^["']|["']$/g, ''));
  if (record !== undefined) return record;
  throw new Failure({
    code: 'UnknownJob',
    origin: 'client',
    sentence: `No job "${jobId}" is known here. Give its workspace and service too, or track it by its id.`,
  });
}

async function freshOutputs(engine: JobEngine, record: JobRecord, signal: AbortSignal | undefined) {
  if (record.serviceJobId === undefined) return undefined;
  try {
    return await engine.freshOutputs(record, false, signal);
  } catch (error) {
    if (error instanceof Failure && saysJobIsGone(error) && record.storage !== undefined) return undefined;
    throw error;
  }
}

function knownOutputs(record: JobRecord): Record<string, OutputReference> {
  return Object.fromEntries(
    Object.entries(record.outputs).map(([name, { relativeLocation }]) => [name, { relativeLocation }]),
  );
}

async function readableUrl(
  { storage }: ResultTools,
  record: JobRecord,
  reference: OutputReference,
): Promise<string> {
  const { relativeLocation = '', connectionString } = reference;
  const url = outputUrl(reference);
  if (url !== undefined && mayRead(url)) return url;
  if (connectionString !== undefined) {
    return urlByConnectionString(storage, connectionString, relativeLocation);
  }
  if (record.storage !== undefined && (await storage.names()).includes(record.storage)) {
    return (await storage.open(record.storage)).readUrl(relativeLocation);
  }
  if (url !== undefined) return url;
  throw new Failure({
    code: 'NoResults',
    origin: 'client',
    sentence: 'Neither the service nor a stored storage says where this output can be read.',
  });
}

/** A service that makes no SAS of its own gives back the one that it got, which was for writing. */
function mayRead(url: string): boolean {
  const [, query] = url.split('?');
  return query !== undefined && (new URLSearchParams(query).get('sp') ?? 'r').includes('r');
}

function noSuchOutput(record: JobRecord, output: string | undefined, known: readonly string[]): Failure {
  if (known.length === 0) {
    return new Failure({
      code: 'NoResults',
      origin: 'client',
      sentence: `The job has no results: it is in the state ${record.status}.`,
    });
  }
  return new Failure({
    code: 'UnknownOutput',
    origin: 'client',
    sentence: `The job has no output "${output ?? ''}". It has: ${known.join(', ')}.`,
  });
}
