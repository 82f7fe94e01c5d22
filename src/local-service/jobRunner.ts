import { once } from 'node:events';
import { PassThrough } from 'node:stream';

import type { Port } from '../protocol/studio/serviceSchema.ts';
import type { BlobAccess } from './blobAccess.ts';
import { fileFormat } from './blobReference.ts';
import type { BlobReference, FileFormat } from './blobReference.ts';
import { formatHeader, formatRows, readRows } from './dataFiles.ts';
import type { JobRecord } from './jobStore.ts';
import type { OutputTable, Row, WebService } from './webService.ts';

export interface JobRun {
  readonly job: JobRecord;
  readonly service: WebService;
  readonly blobs: BlobAccess;
  readonly everyColumnTakesNull: boolean;
}

/**
 * Runs one job from blobs to blobs, as streams: memory holds pieces, never a file. Outputs are committed
 * when all rows are scored, so a job that fails or is stopped leaves no output.
 */
export async function runJob(run: JobRun, signal: AbortSignal): Promise<void> {
  const { job, service, blobs } = run;
  const scoring = service.bind(new Map(Object.entries(job.parameters)));
  const stop = new AbortController();
  const ended = AbortSignal.any([signal, stop.signal]);
  const files = new Map<string, OutputFile>();
  for (const table of scoring.outputs) {
    const reference = job.outputs[table.name];
    const header = service.modelOutputs?.includes(table.name) ? '' : undefined;
    if (reference) files.set(table.name, new OutputFile(table, reference, blobs, ended, header));
  }
  const score = async (): Promise<void> => {
    await scoring.run({
      read: (input) => readInput(run, input, ended),
      write: async (output, rows) => files.get(output)?.write(rows),
      writeModel: async (output, content) => files.get(output)?.writeText(content),
    });
    for (const file of files.values()) file.end();
  };
  const uploads = [...files.values()].map((file) => file.uploaded);
  try {
    await unlessAborted(Promise.all([score(), ...uploads]), signal);
  } catch (error) {
    stop.abort();
    for (const file of files.values()) file.destroy();
    await Promise.allSettled(uploads);
    throw error;
  }
}

/** Does not wait for work that takes no notice of the signal. */
async function unlessAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const watch = new AbortController();
  const aborted = once(signal, 'abort', { signal: watch.signal });
  try {
    await Promise.race([work, aborted]);
    signal.throwIfAborted();
  } finally {
    aborted.catch(() => undefined);
    work.catch(() => undefined);
    watch.abort();
  }
}

async function* readInput(run: JobRun, input: string, signal: AbortSignal): AsyncGenerator<readonly Row[]> {
  const port: Port | undefined = run.service.schema.inputs.find(({ name }) => name === input);
  const reference = run.job.inputs[input];
  if (!port || !reference) throw new Error(`The job has no input "${input}".`);
  const content = await run.blobs.read(reference, signal);
  try {
    yield* readRows(content, formatOf(reference), port, run.everyColumnTakesNull);
  } finally {
    content.destroy();
  }
}

/** An output blob while it is written. */
class OutputFile {
  readonly uploaded: Promise<void>;
  readonly #stream = new PassThrough();
  readonly #table: OutputTable;
  readonly #format: FileFormat;
  readonly #signal: AbortSignal;

  constructor(
    table: OutputTable,
    reference: BlobReference,
    blobs: BlobAccess,
    signal: AbortSignal,
    header = formatHeader(formatOf(reference), table),
  ) {
    this.#table = table;
    this.#format = formatOf(reference);
    this.#signal = signal;
    this.#stream.on('error', () => undefined);
    this.#stream.write(header);
    this.uploaded = blobs.write(reference, this.#stream, signal);
  }

  /** Resolves when the upload has room for more. */
  async write(rows: readonly Row[]): Promise<void> {
    await this.writeText(formatRows(this.#format, this.#table, rows));
  }

  async writeText(text: string): Promise<void> {
    const hasRoom = this.#stream.write(text);
    if (!hasRoom) await once(this.#stream, 'drain', { signal: this.#signal });
  }

  end(): void {
    this.#stream.end();
  }

  destroy(): void {
    this.#stream.destroy(new Error('The job ended.'));
  }
}

function formatOf(reference: BlobReference): FileFormat {
  return fileFormat(reference.relativeLocation) ?? 'csv';
}
