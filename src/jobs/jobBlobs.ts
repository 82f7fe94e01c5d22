import { basename, extname } from 'node:path';
import { Failure } from '../protocol/failure.ts';
import { outputUrlWithoutSas, parseConnectionString, type BlobReference } from '../protocol/studio/bes.ts';
import { redactUrl } from '../protocol/redaction.ts';
import type { ServiceSchema } from '../protocol/studio/serviceSchema.ts';
import type { BlobClient, Storage } from '../storage/index.ts';
import { isLoopback } from '../transport/index.ts';
import type { BatchRequest } from './batchJob.ts';
import type { JobRecord } from './jobRecord.ts';

/** How a job is told where its blobs are. */
export type ReferenceForm = 'sas' | 'connectionString';

/** All blobs of a job, ready to be sent. */
export interface PreparedJob {
  readonly inputs: Readonly<Record<string, BlobReference>>;
  readonly outputs: Readonly<Record<string, BlobReference>>;
}

/** Refuses before anything is sent what a service elsewhere cannot reach. */
export function checkReach({ endpoint, storage, inputs, outputs }: BatchRequest): void {
  if (isLoopback(new URL(endpoint.workspace.baseUrl).hostname)) return;
  const references = [...Object.values(inputs), ...Object.values(outputs ?? {})];
  const usesStorage = references.some((each) => typeof each === 'string') || outputs === undefined;
  const isUnreachable =
    (usesStorage && storage?.client.onLoopback === true) ||
    references.some((each) => typeof each !== 'string' && isOnLoopback(each));
  if (!isUnreachable) return;
  throw new Failure({
    code: 'LoopbackStorage',
    origin: 'client',
    sentence: `The storage is on this machine, where the service at ${new URL(endpoint.workspace.baseUrl).host} cannot reach it. Choose a storage account in the cloud.`,
  });
}

function isOnLoopback(blob: BlobReference): boolean {
  const url = 'baseLocation' in blob ? blob.baseLocation : endpointOf(blob.connectionString);
  return url !== undefined && URL.canParse(url) && isLoopback(new URL(url).hostname);
}

function endpointOf(connectionString: string): string | undefined {
  const account = parseConnectionString(connectionString);
  return account instanceof Failure ? undefined : account.blobEndpoint;
}

/** Bytes by the name of the input. Rejects before anything is recorded when a file cannot be sent. */
export async function sizesOfFiles({ inputs, storage }: BatchRequest): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>();
  for (const [name, input] of Object.entries(inputs)) {
    if (typeof input === 'string') sizes.set(name, await needed(storage?.client).sizeOf(input));
  }
  return sizes;
}

export function needed(client: BlobClient | undefined): BlobClient {
  if (client !== undefined) return client;
  throw new Failure({
    code: 'MissingStorage',
    origin: 'client',
    sentence:
      'Files and outputs need a storage. Add one with "Azure ML: Set storage…" and name it in "storage".',
  });
}

export function reference(
  client: BlobClient,
  relativeLocation: string,
  access: 'read' | 'create',
  form: ReferenceForm,
): BlobReference {
  if (form === 'connectionString') return client.connectionStringReference(relativeLocation);
  const [container] = relativeLocation.replace(/^\/+/, '').split('/');
  if (client.definition.kind === 'sas' && container !== client.container) {
    throw new Failure({
      code: 'WrongContainer',
      origin: 'client',
      sentence: `The storage's SAS is for the container "${client.container}", so "${relativeLocation}" is out of its reach.`,
    });
  }
  return client.reference(relativeLocation, access);
}

/** A URL, SAS included, from which a blob can be read that a connection string leads to. */
export async function urlByConnectionString(
  storage: Pick<Storage, 'openConnectionString'>,
  connectionString: string,
  relativeLocation: string,
): Promise<string> {
  const [container = ''] = relativeLocation.replace(/^\/+/, '').split('/');
  return (await storage.openConnectionString(connectionString, container)).readUrl(relativeLocation);
}

/** The place of an output in the storage: `container/blob.csv`, or a name in the job's own folder. */
export function placeOf(client: BlobClient, ownId: string, output: string): string {
  return isBlobName(output) ? `${client.container}/${ownId}/${output}` : output;
}

/** Whether an output is given by a name alone. */
export function isBlobName(output: string): boolean {
  return /^[^\s/\\?#%](?:[^/\\?#%]*[^\s/\\?#%.])?$/.test(output);
}

/** Refuses before anything is sent a reference that the storage cannot give. */
export function checkReferences({ storage, inputs, outputs, referenceForm }: BatchRequest): void {
  const client = storage?.client;
  if (client === undefined) return;
  const places = Object.values(outputs ?? {}).filter((output) => typeof output === 'string');
  const files = Object.values(inputs).filter((input) => typeof input === 'string');
  for (const place of [...places, ...files.map((path) => blobName('', path))])
    reference(client, placeOf(client, '', place), 'create', referenceForm);
}

export function knownInput(input: string | BlobReference): JobRecord['inputs'][string] {
  if (typeof input === 'string') return { relativeLocation: '', file: input };
  const url = outputUrlWithoutSas(input);
  return {
    relativeLocation: redactUrl(input.relativeLocation),
    ...(url === undefined ? {} : { url: redactUrl(url) }),
  };
}

/** Where everything is, known before the submission. */
export function withLocations(record: JobRecord, job: PreparedJob): JobRecord {
  const inputs: JobRecord['inputs'] = {};
  for (const [name, { relativeLocation }] of Object.entries(job.inputs)) {
    inputs[name] = { ...record.inputs[name], relativeLocation: redactUrl(relativeLocation) };
  }
  const outputs: JobRecord['outputs'] = {};
  for (const [name, blob] of Object.entries(job.outputs)) {
    const withoutSas = { ...blob, relativeLocation: redactUrl(blob.relativeLocation) };
    outputs[name] = {
      relativeLocation: withoutSas.relativeLocation,
      url: outputUrlWithoutSas(withoutSas) ?? '',
    };
  }
  return { ...record, inputs, outputs };
}

/** Names in the job's own folder for all outputs. */
export function newOutputs(schema: ServiceSchema | undefined): Record<string, string> {
  return Object.fromEntries(
    (schema?.outputs ?? []).map(({ name, columns }) => [
      name,
      // An output without columns is no table but a trained model.
      `${safeName(name)}.${columns.length === 0 ? 'ilearner' : 'csv'}`,
    ]),
  );
}

/** Keeps the extension, by which services tell the format. */
export function blobName(input: string, path: string): string {
  const extension = extname(path);
  const stem = safeName(basename(path, extension)).slice(0, 80);
  return `${safeName(input)}-${stem}${extension === '' ? '.csv' : safeName(extension.toLowerCase())}`;
}

export function safeName(text: string): string {
  return text.replaceAll(/[^\w.-]+/g, '_');
}
