import type { Catalog, Endpoint } from '../../catalog/index.ts';
import { Failure } from '../../protocol/failure.ts';
import { parseBlobUrl, type BlobReference } from '../../protocol/studio/bes.ts';
import type { Cell, ServiceSchema } from '../../protocol/studio/serviceSchema.ts';
import type { JobData, JobInput } from '../../shared/jobData.ts';
import { localPath } from '../../shared/localPath.ts';
import type { BlobClient, Storage } from '../../storage/index.ts';
import type { BatchRequest } from '../batchJob.ts';
import { outputLocation } from '../callArguments.ts';
import { needed, newOutputs, reference, type ReferenceForm } from '../jobBlobs.ts';
import { filledParameters, type Parameters } from '../parameters.ts';

/** All that turns a document into what is sent. */
export interface JobSurroundings {
  readonly endpoint: Endpoint;
  readonly schema: ServiceSchema | undefined;
  readonly storage: { readonly name: string; readonly client: BlobClient } | undefined;
  readonly storages: Pick<Storage, 'blobReference'>;
  readonly catalog: Pick<Catalog, 'fillSecrets'>;
  /** Which the document is in; files are named relative to it. */
  readonly folder: string | undefined;
  readonly referenceForm: ReferenceForm;
  /** Whether the user may be asked for a secret that a parameter names. */
  readonly interactive: boolean;
}

/** Whether anything in the document goes through a storage. */
export function needsStorage({ inputs, outputs }: JobData): boolean {
  return (
    Object.values(inputs).some((input) => !('url' in input)) ||
    Object.values(outputs).some((location) => location !== null && location !== '')
  );
}

/** The batch job that a document describes. Rejects with a `Failure` when a file, blob or secret cannot be named. */
export async function jobRequest(
  data: JobData,
  surroundings: JobSurroundings,
): Promise<Omit<BatchRequest, 'start'>> {
  const { endpoint, storage, referenceForm } = surroundings;
  const outputs = outputsOf(data, surroundings);
  return {
    endpoint,
    inputs: await inputsOf(data, surroundings),
    ...(outputs === undefined ? {} : { outputs }),
    ...(await parametersOf(data, surroundings)),
    ...(storage === undefined ? {} : { storage }),
    referenceForm,
    ...(data.generation === 'Inputs+Outputs' ? {} : { generation: data.generation }),
  };
}

async function inputsOf(
  { inputs }: JobData,
  surroundings: JobSurroundings,
): Promise<Record<string, string | BlobReference>> {
  const named: Record<string, string | BlobReference> = {};
  for (const [name, input] of Object.entries(inputs)) named[name] = await inputOf(name, input, surroundings);
  return named;
}

async function inputOf(
  name: string,
  input: JobInput,
  { storage, storages, folder, referenceForm }: JobSurroundings,
): Promise<string | BlobReference> {
  if ('file' in input) return localPath(`inputs.${name}.file`, input.file, folder);
  if ('blob' in input) {
    return reference(needed(storage?.client), input.blob.replace(/^\/+/, ''), 'read', referenceForm);
  }
  const address = parseBlobUrl(input.url);
  if (address !== undefined) return storages.blobReference(address);
  throw new Failure({
    code: 'InvalidJobDocument',
    origin: 'client',
    sentence: `"inputs.${name}.url": the URL of a blob is expected, such as https://account.blob.core.windows.net/container/blob.csv.`,
  });
}

/** Undefined lets each output have a new blob, as far as there is a storage. */
function outputsOf(
  { outputs }: JobData,
  { schema, storage }: JobSurroundings,
): Record<string, string> | undefined {
  if (Object.keys(outputs).length === 0) return undefined;
  const fresh = storage === undefined ? {} : newOutputs(schema);
  return Object.fromEntries(
    Object.entries({ ...fresh, ...located(outputs) }).flatMap(([name, place]) =>
      place === null ? [] : [[name, place]],
    ),
  );
}

/** An empty location is as good as none. */
function located(outputs: JobData['outputs']): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(outputs)
      .filter(([, location]) => location !== '')
      .map(([name, location]) => [name, location === null ? null : outputLocation(name, location)]),
  );
}

async function parametersOf(
  { globalParameters }: JobData,
  { endpoint, catalog, interactive }: JobSurroundings,
): Promise<Parameters> {
  const written: Record<string, Cell> = {};
  for (const [name, value] of Object.entries(globalParameters))
    if (value === null || typeof value !== 'object') written[name] = value;
  return filledParameters(catalog, endpoint, written, interactive);
}
