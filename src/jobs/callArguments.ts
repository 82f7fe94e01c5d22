import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { Failure } from '../protocol/failure.ts';
import type { BlobReference } from '../protocol/studio/bes.ts';

const text = v.pipe(v.string('a text is expected'), v.trim(), v.nonEmpty('it is empty'));

const blobReference = v.union(
  [
    v.strictObject({ relativeLocation: text, connectionString: text }),
    v.strictObject({ baseLocation: text, relativeLocation: text, sasBlobToken: text }),
  ],
  'a text, {relativeLocation, connectionString} or {baseLocation, relativeLocation, sasBlobToken} is expected',
);

const blobs = v.record(
  v.string(),
  v.union([text, blobReference], blobReference.message),
  'an object is expected',
);

/** What `besSubmit` and `runBatchJob` take. */
export const submitArguments = v.strictObject({
  workspace: text,
  service: text,
  inputs: v.optional(blobs, {}),
  outputs: v.optional(blobs),
  globalParameters: v.optional(
    v.record(
      v.string(),
      v.union([v.string(), v.number(), v.boolean(), v.null()], 'a text, number, boolean or null is expected'),
      'an object is expected',
    ),
  ),
  storage: v.optional(text),
});

export type SubmitArguments = v.InferOutput<typeof submitArguments>;

/** What `besStart`, `besStatus`, `besDelete` and `trackJob` take. */
export const jobArguments = v.strictObject({
  jobId: text,
  workspace: v.optional(text),
  service: v.optional(text),
});

/** Timers go off at once when they are set to more. In milliseconds. */
const longestWait = 2 ** 31 - 1;

export const waitArguments = v.strictObject({
  jobId: text,
  timeoutMs: v.optional(
    v.pipe(
      v.number('a number is expected'),
      v.minValue(0, 'it is below 0'),
      v.transform((ms) => Math.min(Math.ceil(ms), longestWait)),
    ),
  ),
});

/** The file that an input names: a `file:` URI, or a path, relative to `folder` unless it is absolute. */
function inputFile(name: string, given: string, folder: string | undefined): string {
  if (/^file:/i.test(given)) {
    try {
      return fileURLToPath(given);
    } catch {
      throw invalid(`"inputs.${name}": ${given} is no file URI of this machine.`);
    }
  }
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(given)) {
    throw invalid(`"inputs.${name}": ${given.split('?')[0] ?? ''} is no file. A blob is given as an object.`);
  }
  if (isAbsolute(given)) return given;
  if (folder === undefined) throw invalid(`"inputs.${name}": ${given} is relative, and no folder is open.`);
  return join(folder, given);
}

/** `container/blob.csv`, without a leading slash. */
export function outputLocation(name: string, given: string): string {
  const location = given.replace(/^\/+/, '');
  if (/^[^/]+\/.+[^/]$/.test(location) && !location.includes('://')) return location;
  throw invalid(`"outputs.${name}": container/blob.csv is expected.`);
}

export function inputsOf(
  inputs: SubmitArguments['inputs'],
  folder: string | undefined,
): Record<string, string | BlobReference> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => [
      name,
      typeof input === 'string' ? inputFile(name, input, folder) : input,
    ]),
  );
}

export function outputsOf(
  outputs: NonNullable<SubmitArguments['outputs']>,
): Record<string, string | BlobReference> {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, output]) => [
      name,
      typeof output === 'string' ? outputLocation(name, output) : output,
    ]),
  );
}

function invalid(sentence: string): Failure {
  return new Failure({ code: 'InvalidArguments', origin: 'client', sentence });
}
