import type { Endpoint } from '../catalog/index.ts';
import { Failure } from '../protocol/failure.ts';
import type { BlobReference, SubmitGeneration } from '../protocol/studio/bes.ts';
import type { ServiceSchema } from '../protocol/studio/serviceSchema.ts';
import type { BlobClient, TransferProgress, Upload } from '../storage/index.ts';
import { recordedFailure, type AuthorizedAddress, type BatchService } from './batchService.ts';
import { endedHere, newOwnId, type JobRecord } from './jobRecord.ts';
import {
  blobName,
  checkReach,
  checkReferences,
  knownInput,
  needed,
  newOutputs,
  placeOf,
  reference,
  sizesOfFiles,
  withLocations,
  type PreparedJob,
  type ReferenceForm,
} from './jobBlobs.ts';
import { withAnswer, withStatus } from './jobStates.ts';
import type { JobStore, RecordChange } from './jobStore.ts';
import { keptParameters, type ParameterValues } from './parameters.ts';
import { Turns } from './turns.ts';
import type { Windows } from './windows.ts';

/** The data of an input. A text is the path of a local file, which is uploaded. */
export type BatchInput = string | BlobReference;

export interface BatchRequest {
  readonly endpoint: Endpoint;
  readonly inputs: Readonly<Record<string, BatchInput>>;
  /**
   * A text is `container/blob.csv` in the storage, or a name in the job's own folder there. An output that is not named is
   * left to the service. Without outputs each gets a blob of its own in the storage.
   */
  readonly outputs?: Readonly<Record<string, string | BlobReference>>;
  readonly globalParameters?: ParameterValues;
  /** See `Parameters`; of these the job keeps what may be kept. */
  readonly writtenParameters?: ParameterValues;
  /** Needed for files and for outputs by name. */
  readonly storage?: { readonly name: string; readonly client: BlobClient };
  readonly referenceForm: ReferenceForm;
  /** The usual body when left out. */
  readonly generation?: SubmitGeneration;
  /** URI of the document that it is run from. */
  readonly document?: string;
  /** Start it too. */
  readonly start: boolean;
  /** A program runs it: its end is not announced. */
  readonly quiet?: boolean;
}

export interface BatchPorts {
  readonly store: JobStore;
  readonly windows: Windows;
  readonly service: BatchService;
  authorize(endpoint: Endpoint): Promise<Readonly<Record<string, string>>>;
  schema(endpoint: Endpoint, signal: AbortSignal): Promise<ServiceSchema | undefined>;
  /** While files are sent; `undefined` when that is over. */
  onProgress(ownId: string, progress: TransferProgress | undefined): void;
  /** Starts a service of this machine again that has ended by itself; rejects with a `Failure` when it must not. */
  wake(record: JobRecord): Promise<void>;
  /** What the storage had lost before the submission was uploaded again. */
  onSentAgain(record: JobRecord): void;
  /** A call was accepted (`undefined`) or failed. */
  note(endpoint: Endpoint, failure: Failure | undefined): void;
  /** A failure in the words that fit the endpoint. */
  explain(endpoint: Endpoint, failure: Failure): Failure;
}

interface Flow {
  readonly abort: AbortController;
  uploading: boolean;
}

/** Where the files are by the name of their input, as `container/blob`; an upload that was resumed has its earlier place. */
type Uploaded = Map<string, string>;

/** Each holds blocks in memory. */
const mostUploads = 3;
const startTries = 3;
const startPauseMs = 1_000;

export const uploadInterrupted = 'The upload was interrupted when its window closed; nothing was submitted.';
export const submissionInterrupted =
  'The window closed before the service had answered the submission: a job may exist on the server, not started and with an id that is not known here. It was not submitted again.';

/**
 * Runs batch jobs up to their start. Each step is in the job's record before it happens, so that whatever window reads
 * it later knows what can have reached the server.
 */
export class BatchRunner {
  readonly #ports: BatchPorts;
  readonly #flows = new Map<string, Flow>();
  readonly #uploads = new Turns(mostUploads);
  #stopped = false;

  constructor(ports: BatchPorts) {
    this.#ports = ports;
  }

  /**
   * Uploads, submits and, if asked to, starts. Resolves with the record of the job that is on the server then. Rejects with
   * a `Failure`; from the first upload on the record says the same.
   */
  async run(
    request: BatchRequest,
    onCreated: (record: JobRecord) => void = () => undefined,
  ): Promise<JobRecord> {
    checkReach(request);
    checkReferences(request);
    await this.#ports.authorize(request.endpoint);
    const sizes = await sizesOfFiles(request);
    await this.#ports.windows.join();
    const record = this.#newRecord(request, sizes.size > 0);
    await this.#create(record);
    const flow = { abort: new AbortController(), uploading: sizes.size > 0 };
    this.#flows.set(record.ownId, flow);
    onCreated(record);
    try {
      const { submitted, headers } = await this.#sendAndSubmit(request, record, sizes, flow);
      if (!request.start) return submitted;
      return await this.#start(request.endpoint, submitted, headers, flow.abort.signal);
    } catch (error) {
      if (!this.#stopped) await this.#takeFailure(record.ownId, error);
      throw error;
    } finally {
      this.#flows.delete(record.ownId);
      this.#ports.onProgress(record.ownId, undefined);
    }
  }

  /** Whether this window is uploading for the job. */
  isUploading(ownId: string): boolean {
    return this.#flows.get(ownId)?.uploading === true;
  }

  cancelUpload(ownId: string): void {
    if (this.isUploading(ownId)) this.#flows.get(ownId)?.abort.abort();
  }

  /** The window ends: everything stops, and the records stay for the next window to say what became of the jobs. */
  stop(): void {
    this.#stopped = true;
    for (const { abort } of this.#flows.values()) abort.abort();
  }

  /** A job that is nowhere but in this window's memory is not begun. */
  async #create(record: JobRecord): Promise<void> {
    try {
      await this.#ports.store.create(record);
    } catch (error) {
      await this.#ports.store.remove(record.ownId);
      throw error;
    }
  }

  #newRecord(request: BatchRequest, hasUploads: boolean): JobRecord {
    const { endpoint, storage } = request;
    return {
      version: 1,
      ownId: newOwnId(),
      workspace: endpoint.workspace.name,
      service: endpoint.label,
      endpointId: endpoint.endpointId,
      baseUrl: endpoint.workspace.baseUrl,
      storage: storage?.name,
      document: request.document,
      generation: request.generation,
      quiet: request.quiet,
      status: hasUploads ? 'Uploading' : 'Submitting',
      ended: false,
      owner: this.#ports.windows.id,
      inputs: Object.fromEntries(
        Object.entries(request.inputs).map(([name, input]) => [name, knownInput(input)]),
      ),
      parameters: Object.keys(request.globalParameters ?? {}),
      parameterValues: keptParameters(request),
      outputs: {},
      createdAt: new Date().toISOString(),
      answers: {},
    };
  }

  /** A storage on this machine can end at any moment and lose what it has just taken: then that is sent again, once. */
  async #sendAndSubmit(
    request: BatchRequest,
    record: JobRecord,
    sizes: ReadonlyMap<string, number>,
    flow: Flow,
  ): Promise<{ submitted: JobRecord; headers: Readonly<Record<string, string>> }> {
    const { signal } = flow.abort;
    const uploaded: Uploaded = new Map();
    for (let isAgain = false; ; isAgain = true) {
      flow.uploading = sizes.size > 0;
      try {
        const job = await this.#prepare(request, record, sizes, uploaded, signal);
        if (request.storage?.client.onLoopback === true)
          await checkUploads(request.storage.client, uploaded, signal);
        flow.uploading = false;
        // A token from before a long upload may have run out.
        const headers = await this.#ports.authorize(request.endpoint);
        return { submitted: await this.#submit(request, record, job, headers, signal), headers };
      } catch (error) {
        const { status = '' } = this.#ports.store.find(record.ownId) ?? {};
        if (isAgain || signal.aborted || !mayHaveLostInputs(request, status, error)) throw error;
        await this.#ports.wake(record);
        await this.#advance(record.ownId, (current) => ({ ...current, status: 'Uploading' }));
        this.#ports.onSentAgain(record);
      }
    }
  }

  /** Uploads the files, those that are there already left out in a second try, and makes all references. */
  async #prepare(
    request: BatchRequest,
    record: JobRecord,
    sizes: ReadonlyMap<string, number>,
    uploaded: Uploaded,
    signal: AbortSignal,
  ): Promise<PreparedJob> {
    const client = request.storage?.client;
    const inputs: Record<string, BlobReference> = {};
    const totalBytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    let before = 0;
    if (client !== undefined) await client.prepare(signal);
    for (const [name, input] of Object.entries(request.inputs)) {
      if (typeof input !== 'string') {
        inputs[name] = input;
        continue;
      }
      let relativeLocation = uploaded.get(name);
      if (relativeLocation === undefined || !(await isThere(needed(client), relativeLocation, signal))) {
        const upload: Upload = {
          file: input,
          blob: `${record.ownId}/${blobName(name, input)}`,
          signal,
          onProgress: ({ doneBytes, bytesPerSecond }) =>
            this.#ports.onProgress(record.ownId, {
              doneBytes: before + doneBytes,
              totalBytes,
              bytesPerSecond,
            }),
        };
        relativeLocation = await this.#uploads.run(() => needed(client).upload(upload), signal);
        uploaded.set(name, relativeLocation);
      }
      before += sizes.get(name) ?? 0;
      inputs[name] = reference(needed(client), relativeLocation, 'read', request.referenceForm);
    }
    return { inputs, outputs: await this.#outputs(request, record, signal) };
  }

  async #outputs(
    request: BatchRequest,
    record: JobRecord,
    signal: AbortSignal,
  ): Promise<Record<string, BlobReference>> {
    const client = request.storage?.client;
    const wanted = request.outputs ?? (await this.#defaultOutputs(request, signal));
    return Object.fromEntries(
      Object.entries(wanted).map(([name, output]) => [
        name,
        typeof output === 'string'
          ? reference(
              needed(client),
              placeOf(needed(client), record.ownId, output),
              'create',
              request.referenceForm,
            )
          : output,
      ]),
    );
  }

  /** A service without a schema writes to its own storage, because the names of its outputs are not known. */
  async #defaultOutputs(request: BatchRequest, signal: AbortSignal): Promise<Record<string, string>> {
    if (request.storage === undefined) return {};
    const schema = await this.#ports.schema(request.endpoint, signal);
    return newOutputs(schema);
  }

  async #submit(
    request: BatchRequest,
    { ownId }: JobRecord,
    job: PreparedJob,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<JobRecord> {
    const mine = this.#ports.windows.id;
    await this.#advance(ownId, (current) =>
      current.owner === mine && !current.ended
        ? { ...withLocations(current, job), status: 'Submitting' }
        : undefined,
    );
    const globalParameters = request.globalParameters ?? {};
    const to = { address: request.endpoint.address, headers };
    const { value, answer } = await this.#noting(
      request.endpoint,
      this.#ports.service.submit(to, { ...job, globalParameters }, request.generation, signal),
    );
    return this.#advance(ownId, (current) => ({
      ...withAnswer(current, 'BES Submit', answer),
      serviceJobId: value,
      status: 'NotStarted',
      ended: false,
      endedAt: undefined,
      details: undefined,
      submittedAt: answer.time,
      ...(request.start ? { startWanted: true } : { owner: undefined }),
    }));
  }

  async #start(
    endpoint: Endpoint,
    record: JobRecord,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<JobRecord> {
    const to = { address: endpoint.address, headers };
    for (let attempt = 1; ; attempt++) {
      const current = this.#ports.store.find(record.ownId);
      // It was cancelled, or started by hand, between two tries.
      if (current?.startWanted !== true) return current ?? record;
      try {
        const { answer } = await this.#noting(
          endpoint,
          this.#ports.service.start(to, record.serviceJobId ?? '', signal),
        );
        return await this.#advance(record.ownId, (current) => ({
          ...withAnswer(current, 'BES Start', answer),
          startWanted: undefined,
          owner: undefined,
          startedAt: current.startedAt ?? answer.time,
        }));
      } catch (error) {
        if (error instanceof Failure && error.code === 'CannotStartJob') {
          return await this.#stateOf(to, record, error);
        }
        if (attempt === startTries || !mayWorkLater(error)) throw error;
        await pause(startPauseMs * attempt, signal);
        await this.#ports.wake(record);
      }
    }
  }

  /** A start that is refused has happened before: by a try whose answer was lost, by others, or by the service itself. */
  async #stateOf(
    to: AuthorizedAddress,
    { ownId, serviceJobId }: JobRecord,
    refusal: Failure,
  ): Promise<JobRecord> {
    const { value, answer } = await this.#ports.service.status(to, serviceJobId ?? '');
    if (value.status === 'NotStarted') throw refusal;
    return this.#advance(ownId, (current) => ({
      ...(withStatus(current, value, answer) ?? current),
      startWanted: undefined,
      owner: undefined,
    }));
  }

  async #advance(ownId: string, change: RecordChange): Promise<JobRecord> {
    const updated = await this.#ports.store.update(ownId, change);
    if (updated !== undefined && updated.after !== updated.before) return updated.after;
    throw new Failure({
      code: 'JobTakenOver',
      origin: 'client',
      sentence: 'Another window took this job for lost, so it was not submitted. Run it again.',
    });
  }

  /** Lets the catalog know how the service took a call. */
  async #noting<T>(endpoint: Endpoint, call: Promise<T>): Promise<T> {
    try {
      const answered = await call;
      this.#ports.note(endpoint, undefined);
      return answered;
    } catch (error) {
      if (!(error instanceof Failure) || error.code === 'Cancelled') throw error;
      this.#ports.note(endpoint, error);
      throw this.#ports.explain(endpoint, error);
    }
  }

  async #takeFailure(ownId: string, error: unknown): Promise<void> {
    const failure = error instanceof Failure ? error : undefined;
    await this.#ports.store.update(ownId, (current) => {
      if (current.ended) return undefined;
      if (failure?.code === 'JobTakenOver') return undefined;
      const answered = failure?.evidence === undefined ? current : withFailedAnswer(current, failure);
      if (current.serviceJobId !== undefined) {
        const problem =
          failure === undefined ? undefined : { code: failure.code, sentence: failure.sentence };
        return { ...answered, owner: undefined, startWanted: undefined, problem };
      }
      if (failure?.code === 'Cancelled' && current.status === 'Uploading') {
        return endedHere(current, 'Cancelled', 'The upload was cancelled; nothing was submitted.');
      }
      return endedHere(answered, 'Failed', whatFailed(current, error));
    });
  }
}

async function checkUploads(client: BlobClient, uploaded: Uploaded, signal: AbortSignal): Promise<void> {
  for (const [name, location] of uploaded) {
    if (await isThere(client, location, signal)) continue;
    throw new Failure({
      code: 'InputLost',
      origin: 'storage',
      sentence: `The storage has lost the file for ${name} after its upload.`,
    });
  }
}

function isThere(client: BlobClient, location: string, signal: AbortSignal): Promise<boolean> {
  return client.exists(location.slice(client.container.length + 1), signal);
}

/** What becomes of a job whose window is gone; undefined leaves a job that is on the server to the tracker. */
export function interrupted(record: JobRecord): JobRecord | undefined {
  if (record.ended || record.serviceJobId !== undefined) return undefined;
  return endedHere(
    record,
    'Failed',
    record.status === 'Submitting' ? submissionInterrupted : uploadInterrupted,
  );
}

function whatFailed(record: JobRecord, error: unknown): string {
  const sentence = error instanceof Failure ? error.sentence : String(error);
  if (record.status !== 'Submitting') return `${sentence} Nothing was submitted.`;
  return mayHaveSubmitted(error) ? `${sentence} A job may exist on the server, not started.` : sentence;
}

function mayHaveSubmitted(error: unknown): boolean {
  if (!(error instanceof Failure)) return true;
  return answerMayBeLost.has(error.code) || error.status === 502 || error.status === 504;
}

const answerMayBeLost: ReadonlySet<string> = new Set([
  'ConnectionReset',
  'Timeout',
  'NetworkFailed',
  'MalformedAnswer',
]);

/** Whether a storage on this machine was gone in between, and nothing can have been submitted. */
function mayHaveLostInputs({ storage }: BatchRequest, status: string, error: unknown): boolean {
  if (storage?.client.onLoopback !== true || !(error instanceof Failure)) return false;
  if (error.code === 'ConnectionRefused') return true;
  return status === 'Uploading' && inputsMayBeLost.has(error.code);
}

const inputsMayBeLost: ReadonlySet<string> = new Set([
  'ConnectionReset',
  'ContainerNotFound',
  'InputLost',
  'InvalidBlockList',
]);

function withFailedAnswer(record: JobRecord, failure: Failure): JobRecord {
  if (record.status === 'Uploading') return record;
  const operation = record.serviceJobId === undefined ? 'BES Submit' : 'BES Start';
  return withAnswer(record, operation, recordedFailure(failure));
}

function mayWorkLater(error: unknown): boolean {
  if (!(error instanceof Failure)) return false;
  if (error.origin === 'network' || answerMayBeLost.has(error.code)) return true;
  return error.status === 429 || (error.status !== undefined && error.status >= 500);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new Failure({ code: 'Cancelled', origin: 'client', sentence: 'The start was cancelled.' }));
    });
  });
}
