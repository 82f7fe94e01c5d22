import { Failure } from '../failure.ts';
import { asText, isJsonObject, memberOf, tryParseJson, type JsonObject } from '../json.ts';
import type { Cell } from './serviceSchema.ts';
import { parseConnectionString } from './storageAccount.ts';

export { parseBlobUrl, parseConnectionString, parseContainerSasUrl } from './storageAccount.ts';
export type { BlobAddress, ContainerSas, StorageAccount } from './storageAccount.ts';

/** A blob named with the account's key. */
export interface ConnectionStringReference {
  readonly connectionString: string;
  /** `container/path/blob.csv`; a leading slash is allowed. */
  readonly relativeLocation: string;
}

/** A blob named with a SAS. */
export interface SasReference {
  /** The account's URL, such as `https://account.blob.core.windows.net/`. */
  readonly baseLocation: string;
  readonly relativeLocation: string;
  /** With or without its leading `?`. */
  readonly sasBlobToken?: string;
}

/** How a job names a blob. Source: Sport-Matching/api `AzureBlobDataReference`, comments of Microsoft's C# sample. */
export type BlobReference = ConnectionStringReference | SasReference;

/**
 * The three bodies that BES Submit has had, oldest first. The first two carry one input without its name.
 * Source: azure-docs machine-learning-consume-web-services.md (2015), manage-web-service-endpoints-using-api-management.md.
 */
export type SubmitGeneration = 'Input+Output' | 'Input+Outputs' | 'Inputs+Outputs';

export interface SubmitRequest {
  /** Empty for a service that reads its data itself. */
  readonly inputs?: Readonly<Record<string, BlobReference>>;
  /** Left out, the results go to the workspace's own storage. */
  readonly outputs?: Readonly<Record<string, BlobReference>>;
  readonly globalParameters?: Readonly<Record<string, Cell>>;
}

/**
 * The body of BES Submit. Throws a `Failure` (`TooManyForGeneration`) when an older generation is asked to carry
 * more than one input or output.
 */
export function submitBody(
  request: SubmitRequest,
  generation: SubmitGeneration = 'Inputs+Outputs',
): JsonObject {
  const inputs = wireReferences(request.inputs);
  const outputs = wireReferences(request.outputs);
  return {
    ...(generation === 'Inputs+Outputs' ? named('Inputs', inputs) : single('Input', inputs)),
    ...(generation === 'Input+Output' ? single('Output', outputs) : named('Outputs', outputs)),
    GlobalParameters: { ...request.globalParameters },
  };
}

function wireReferences(references: Readonly<Record<string, BlobReference>> = {}): [string, JsonObject][] {
  return Object.entries(references).map(([name, reference]) => [name, wireReference(reference)]);
}

function wireReference(reference: BlobReference): JsonObject {
  if ('connectionString' in reference) {
    return {
      ConnectionString: reference.connectionString,
      RelativeLocation: reference.relativeLocation,
    };
  }
  return {
    BaseLocation: reference.baseLocation,
    RelativeLocation: reference.relativeLocation,
    ...(reference.sasBlobToken === undefined
      ? {}
      : { SasBlobToken: withQuestionMark(reference.sasBlobToken) }),
  };
}

function named(member: string, references: readonly [string, JsonObject][]): JsonObject {
  return references.length === 0 ? {} : { [member]: Object.fromEntries(references) };
}

function single(member: string, references: readonly [string, JsonObject][]): JsonObject {
  const [first, second] = references;
  if (second !== undefined) {
    throw new Failure({
      code: 'TooManyForGeneration',
      origin: 'client',
      sentence: `The body with the single member "${member}" carries one blob only. Use the form with "Inputs" and "Outputs".`,
    });
  }
  return first === undefined ? {} : { [member]: first[1] };
}

/**
 * The job's id from the answer to BES Submit, or from what a person pasted: a JSON string, or the same without its
 * quotes. Throws a `Failure` (`MalformedAnswer`) when the text is no id.
 */
export function parseJobId(text: string): string {
  const id = text
    .trim()
    .replace(/^\ufeff?["']+|["']+$/g, '')
    .trim();
  if (/^[\w.~-]{1,200}$/.test(id)) return /^[\dA-F]{32}$/i.test(id) ? id.toLowerCase() : id;
  throw new Failure({
    code: 'MalformedAnswer',
    origin: 'service',
    sentence:
      'A job id was expected: 32 hex digits, with or without quotes. Check that the URL is that of a web service.',
  });
}

export type KnownJobStatus = 'NotStarted' | 'Running' | 'Failed' | 'Cancelled' | 'Finished';

/** Where an output of a job is; as the service sent it, so members may be missing. */
export interface OutputReference {
  readonly baseLocation?: string;
  readonly relativeLocation?: string;
  readonly sasBlobToken?: string;
  readonly connectionString?: string;
}

export interface JobStatus {
  /** One of the five states, or the service's own word when that is none of them: then the job goes on. */
  readonly status: KnownJobStatus | (string & {});
  /** The status as it was sent. */
  readonly rawStatus: string | number;
  readonly ended: boolean;
  readonly outputs: Readonly<Record<string, OutputReference>>;
  /** Why the job failed, as the service said it; see `parseFailedJob`. */
  readonly details?: string;
}

/** In the order of the numbers 0 to 4 that stood for the states in 2015. */
const STATES: readonly KnownJobStatus[] = ['NotStarted', 'Running', 'Failed', 'Cancelled', 'Finished'];

/** The name that the single result of the oldest generation gets. */
const ONLY_OUTPUT = 'output1';

/**
 * Reads the answer to BES Status, of any generation: states by number, numeric text or name in any case, both
 * spellings of Cancelled, `Results` by name or a single `Result`. Throws a `Failure` (`MalformedAnswer`) when there
 * is no status in it. Source: azure-docs machine-learning-consume-web-services.md, Sport-Matching/api
 * `BatchExecutionStatus`.
 */
export function parseJobStatus(answer: unknown): JobStatus {
  const body = typeof answer === 'string' ? tryParseJson(answer) : answer;
  const rawStatus = isJsonObject(body) ? statusMember(body) : undefined;
  if (!isJsonObject(body) || rawStatus === undefined) {
    throw new Failure({
      code: 'MalformedAnswer',
      origin: 'service',
      sentence:
        'The answer has no "StatusCode", so it is not the status of a batch job. Check the URL and the job id.',
    });
  }
  const status = stateOf(rawStatus);
  const details = detailsText(memberOf(body, 'Details'));
  return {
    status,
    rawStatus,
    ended: status === 'Failed' || status === 'Cancelled' || status === 'Finished',
    outputs: outputsOf(body),
    ...(details === undefined ? {} : { details }),
  };
}

function statusMember(body: JsonObject): string | number | undefined {
  const value = memberOf(body, 'StatusCode') ?? memberOf(body, 'Status Code') ?? memberOf(body, 'Status');
  return typeof value === 'number' ? value : asText(value);
}

function stateOf(raw: string | number): string {
  const text = String(raw).trim();
  const byNumber = /^\d+$/.test(text) ? STATES[Number(text)] : undefined;
  if (byNumber !== undefined) return byNumber;
  const lower = text.toLowerCase().replace(/[\s_-]/g, '');
  if (lower === 'canceled') return 'Cancelled';
  return STATES.find((state) => state.toLowerCase() === lower) ?? text;
}

function detailsText(details: unknown): string | undefined {
  if (details === null || details === undefined) return undefined;
  return typeof details === 'string' ? asText(details) : JSON.stringify(details);
}

function outputsOf(body: JsonObject): Record<string, OutputReference> {
  const results = memberOf(body, 'Results') ?? memberOf(body, 'Result');
  if (!isJsonObject(results)) return {};
  const only = outputReference(results);
  if (only !== undefined) return { [ONLY_OUTPUT]: only };
  const outputs: [string, OutputReference][] = [];
  for (const [name, value] of Object.entries(results)) {
    const reference = isJsonObject(value) ? outputReference(value) : undefined;
    if (reference !== undefined) outputs.push([name, reference]);
  }
  return Object.fromEntries(outputs);
}

function outputReference(value: JsonObject): OutputReference | undefined {
  const baseLocation = asText(memberOf(value, 'BaseLocation'));
  const relativeLocation = asText(memberOf(value, 'RelativeLocation'));
  const sasBlobToken = asText(memberOf(value, 'SasBlobToken'));
  const connectionString = asText(memberOf(value, 'ConnectionString'));
  if (baseLocation === undefined && relativeLocation === undefined) return undefined;
  return {
    ...(baseLocation === undefined ? {} : { baseLocation }),
    ...(relativeLocation === undefined ? {} : { relativeLocation }),
    ...(sasBlobToken === undefined ? {} : { sasBlobToken }),
    ...(connectionString === undefined ? {} : { connectionString }),
  };
}

/**
 * The URL from which an output can be read, SAS included: `BaseLocation + RelativeLocation + SasBlobToken` with
 * exactly one slash between the first two; from a connection string's blob endpoint when there is no base location.
 * `undefined` when the reference does not say where the blob is. Holds a credential.
 */
export function outputUrl(reference: OutputReference): string | undefined {
  const url = outputUrlWithoutSas(reference);
  if (url === undefined) return undefined;
  const account = accountOf(reference);
  const token = reference.sasBlobToken ?? account?.sharedAccessSignature;
  return token === undefined ? url : url + withQuestionMark(token);
}

/** As `outputUrl`, without the credential. */
export function outputUrlWithoutSas(reference: OutputReference): string | undefined {
  const base = reference.baseLocation ?? accountOf(reference)?.blobEndpoint;
  if (base === undefined || reference.relativeLocation === undefined) return undefined;
  const [path] = base.split('?');
  return `${(path ?? base).replace(/\/+$/, '')}/${escapeBlobPath(reference.relativeLocation.replace(/^\/+/, ''))}`;
}

function accountOf(reference: OutputReference) {
  if (reference.connectionString === undefined) return undefined;
  const account = parseConnectionString(reference.connectionString);
  return account instanceof Failure ? undefined : account;
}

/** Blob names are sent as they are; what is escaped already stays, the rest must not end the path early. */
function escapeBlobPath(path: string): string {
  const wellFormed = path.replace(/\p{Surrogate}/gu, '\ufffd');
  return wellFormed.replace(/%(?![\da-f]{2})|[^\w/.~!$&'()*+,;=:@%-]/giu, encodeURIComponent);
}

function withQuestionMark(token: string): string {
  return token.startsWith('?') ? token : `?${token}`;
}
