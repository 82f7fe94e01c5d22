/** Works on the bytes of one table for one job, then ends. The bytes come from the host, which owns the transport. */
import { parentPort } from 'node:worker_threads';
import { Failure } from '../../protocol/failure.ts';
import { ExportJob } from './jobs/exportJob.ts';
import { FilterJob } from './jobs/filterJob.ts';
import { FindJob } from './jobs/findJob.ts';
import { IndexJob } from './jobs/indexJob.ts';
import type { FromWorker, Job, JobKind, Outputs, Specs, ToWorker } from './jobs/jobs.ts';
import { SortJob } from './jobs/sortJob.ts';
import { SummaryJob } from './jobs/summaryJob.ts';

type JobMakers = { readonly [K in JobKind]: (spec: Specs[K]) => Job<K> };

const makers: JobMakers = {
  index: (spec) => new IndexJob(spec),
  find: (spec) => new FindJob(spec),
  filter: (spec) => new FilterJob(spec),
  summary: (spec) => new SummaryJob(spec),
  sort: (spec) => new SortJob(spec),
  export: (spec) => new ExportJob(spec),
};

function start<K extends JobKind>(kind: K, spec: Specs[K]): void {
  const port = parentPort;
  if (port === null) return;
  const job = makers[kind](spec);
  let enough = false;
  const tell = (message: FromWorker<K>, handedOver: ArrayBufferLike[] = []): void => {
    port.postMessage(
      message,
      handedOver.filter((buffer) => buffer instanceof ArrayBuffer),
    );
  };
  const take = (message: ToWorker): void => {
    if (message.kind === 'end') {
      const result = job.end();
      const rest = job.output?.();
      // What the last row gave comes before the result.
      if (rest !== undefined)
        tell({ kind: 'taken', buffer: new ArrayBuffer(0), output: rest, enough: true }, buffersOf(rest));
      tell({ kind: 'result', result });
      return;
    }
    const { buffer, length } = message;
    if (!enough) enough = !job.block(new Uint8Array(buffer, 0, length));
    const output = job.output?.();
    tell({ kind: 'taken', buffer, output, enough }, [buffer, ...buffersOf(output)]);
  };
  port.on('message', (message: ToWorker) => {
    try {
      take(message);
    } catch (error) {
      tell({ kind: 'failed', ...describe(error) });
    }
  });
}

function buffersOf(output: Outputs[JobKind] | undefined): ArrayBufferLike[] {
  if (output === undefined) return [];
  if (ArrayBuffer.isView(output)) return [output.buffer];
  if ('offsets' in output) return [output.rows.buffer, output.offsets.buffer];
  const { bytes, lengths } = output;
  return lengths === undefined ? [bytes.buffer] : [bytes.buffer, lengths.buffer];
}

function describe(error: unknown): Pick<Failure, 'code' | 'origin' | 'sentence'> {
  if (error instanceof Failure) {
    const { code, origin, sentence } = error;
    return { code, origin, sentence };
  }
  const why = error instanceof Error ? error.message : String(error);
  return { code: 'Unexpected', origin: 'client', sentence: `The table could not be worked on: ${why}` };
}

// The first message says what to do, the others bring the bytes.
parentPort?.once('message', (spec: Specs[JobKind]) => start(spec.kind, spec));
