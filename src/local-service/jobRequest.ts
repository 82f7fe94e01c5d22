import type { Port } from '../protocol/studio/serviceSchema.ts';
import { isEmptyReference, parseBlobReference } from './blobReference.ts';
import type { BlobReference, PortKind } from './blobReference.ts';
import { optionalObject, requireObject } from './jsonBody.ts';
import type { JsonObject } from './jsonBody.ts';
import { Refusal } from './mistakes.ts';
import { checkInputNames, listOf } from './rrsTables.ts';
import type { WebService } from './webService.ts';

/** The blobs of a job, by input and output name. Outputs that are left out go to the default storage. */
export interface JobBlobs {
  readonly inputs: Readonly<Record<string, BlobReference>>;
  readonly outputs: Readonly<Record<string, BlobReference>>;
}

/**
 * Reads the three generations of submit bodies: `Input`/`Output`, `Input`/`Outputs`, `Inputs`/`Outputs`
 * (azure-docs machine-learning-consume-web-services.md, the API Management guide, Sport-Matching/api).
 * Unknown members, such as `AzureBatchPoolId`, are ignored.
 * @throws Refusal
 */
export function parseJobBlobs(body: JsonObject, service: WebService): JobBlobs {
  const { inputs } = service.schema;
  return { inputs: parseInputs(body, inputs), outputs: parseOutputs(body, service) };
}

function parseInputs(body: JsonObject, ports: readonly Port[]): Record<string, BlobReference> {
  const single = singleReference(body, 'Input');
  const several = optionalObject(body, 'Inputs');
  if (single !== undefined && isPresent(body, 'Inputs')) throw new Refusal('inputAndInputs');
  const given = single === undefined ? several : { [ports[0]?.name ?? 'Input']: single };
  if (ports.length === 0 && Object.keys(given).length > 0) throw new Refusal('inputSurplus');
  checkInputNames(given, ports);
  const missing = ports.find(({ name }) => !Object.hasOwn(given, name) || given[name] === null);
  if (missing) throw new Refusal('batchInputMissing', { input: missing.name });
  return parseReferences(given, 'Inputs', () => 'input');
}

function parseOutputs(
  body: JsonObject,
  { schema: { outputs: ports }, modelOutputs }: WebService,
): Record<string, BlobReference> {
  const single = singleReference(body, 'Output');
  const several = optionalObject(body, 'Outputs');
  if (single !== undefined && isPresent(body, 'Outputs')) throw new Refusal('outputAndOutputs');
  const given = single === undefined ? several : { [ports[0]?.name ?? 'Output']: single };
  const known = ports.map((port) => port.name);
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Refusal('outputUnknown', { output: unknown, known: listOf(known) });
  const named = Object.entries(given).filter(([, reference]) => reference !== null);
  const kindOf = (name: string): PortKind => (modelOutputs?.includes(name) ? 'modelOutput' : 'output');
  return parseReferences(Object.fromEntries(named), 'Outputs', kindOf);
}

/** A singular member; one with null members only is what clients of services without input send. */
function singleReference(body: JsonObject, member: string): JsonObject | undefined {
  if (!isPresent(body, member)) return undefined;
  const reference = requireObject(body[member], member);
  return isEmptyReference(reference) ? undefined : reference;
}

function isPresent(body: JsonObject, member: string): boolean {
  return body[member] !== undefined && body[member] !== null;
}

function parseReferences(
  given: JsonObject,
  member: 'Inputs' | 'Outputs',
  kindOf: (name: string) => PortKind,
): Record<string, BlobReference> {
  const references = Object.entries(given).map(([name, value]) => {
    const place = `${member}.${name}`;
    return [name, parseBlobReference(requireObject(value, place), place, kindOf(name))] as const;
  });
  return Object.fromEntries(references);
}
