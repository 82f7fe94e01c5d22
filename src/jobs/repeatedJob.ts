import { stat } from 'node:fs/promises';
import type { Catalog, Endpoint } from '../catalog/index.ts';
import { parseBlobUrl, type BlobReference } from '../protocol/studio/bes.ts';
import type { Storage } from '../storage/index.ts';
import type { BatchRequest } from './batchJob.ts';
import { reference, type ReferenceForm } from './jobBlobs.ts';
import type { JobRecord } from './jobRecord.ts';
import { filledParameters } from './parameters.ts';

interface RepeatTools {
  readonly catalog: Pick<Catalog, 'fillSecrets'>;
  readonly storage: Pick<Storage, 'open' | 'names' | 'blobReference'>;
  readonly referenceForm: ReferenceForm;
}

/**
 * The same job once more, with blobs of its own for the outputs: its files as they are now or, where they are gone, what
 * was uploaded of them. Undefined when something of it is not kept here: values of global parameters that may be secret,
 * or blobs in a storage that is not known. The user is asked for a secret that is missing.
 */
export async function repeatedRequest(
  tools: RepeatTools,
  record: JobRecord,
  endpoint: Endpoint,
): Promise<BatchRequest | undefined> {
  const { storage: name, parameterValues = {} } = record;
  if (unkeptParameters(record)?.length !== 0) return undefined;
  if (name === undefined || !(await tools.storage.names()).includes(name)) return undefined;
  const client = await tools.storage.open(name);
  const inputs: Record<string, string | BlobReference> = {};
  for (const [input, { file, relativeLocation, url }] of Object.entries(record.inputs)) {
    if (file !== undefined && (await isFile(file))) inputs[input] = file;
    else if (relativeLocation === '') return undefined;
    else {
      const address = url === undefined ? undefined : parseBlobUrl(url);
      inputs[input] =
        address === undefined || client.holds(address)
          ? reference(client, relativeLocation, 'read', tools.referenceForm)
          : await tools.storage.blobReference(address);
    }
  }
  return {
    endpoint,
    inputs,
    ...(await filledParameters(tools.catalog, endpoint, parameterValues, true)),
    storage: { name, client },
    referenceForm: tools.referenceForm,
    start: true,
  };
}

/** Names of the global parameters whose values are not kept with the job; undefined when not even the names are known. */
export function unkeptParameters({
  parameters,
  parameterValues = {},
}: JobRecord): readonly string[] | undefined {
  return parameters?.filter((name) => !Object.hasOwn(parameterValues, name));
}

/** The files that it was run with, as far as they are still there. */
export async function filesOf(record: JobRecord): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const [input, { file }] of Object.entries(record.inputs)) {
    if (file !== undefined && (await isFile(file))) files.set(input, file);
  }
  return files;
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}
