import * as v from 'valibot';
import { Failure } from '../protocol/failure.ts';
import type { BlobReference } from '../protocol/studio/bes.ts';
import { text } from '../shared/arguments.ts';
import { localPath } from '../shared/localPath.ts';

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
      typeof input === 'string' ? localPath(`inputs.${name}`, input, folder) : input,
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
