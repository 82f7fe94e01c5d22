import * as vscode from 'vscode';
import type { Catalog, Endpoint, Remedy } from '../catalog/index.ts';
import { callAllowance, type CallAllowance } from '../protocol/apim/callQuota.ts';
import { Failure } from '../protocol/failure.ts';
import type { ServiceSchema } from '../protocol/studio/serviceSchema.ts';
import { abortable } from '../shared/abortable.ts';
import type { AllowanceView, ComparisonView } from '../shared/answerContract.ts';
import type { AnswerView, CallState, Ending } from '../shared/requestEditorContract.ts';
import { holdsCredential } from '../shared/requestForm.ts';
import type { RequestData } from '../shared/requestData.ts';
import type { HttpClient } from '../transport/httpClient.ts';
import { retryAfterFailure, viewOfFailure } from './answerFailure.ts';
import type { AnswerFiles } from './answerFiles.ts';
import { readAnswer, type AnswerTable } from './answerTables.ts';
import { viewOfAnswer } from './answerView.ts';
import type { WorkedRequest } from './attachSchema.ts';
import { compareAnswers } from './compareAnswers.ts';
import { execute, failureOf, type RrsAnswer } from './execute.ts';

export interface CallServices {
  readonly catalog: Catalog;
  readonly http: () => Promise<HttpClient>;
  readonly log: vscode.LogOutputChannel;
  readonly timeoutMs: () => number;
  readonly files: AnswerFiles;
  /** Told of each call that has ended and was not cancelled. */
  readonly onEnded: (call: EndedCall) => void;
}

/** What is sent. */
export interface SentRequest {
  readonly request: RequestData;
  /** As it goes over the wire. */
  readonly body: string;
}

/** A call that has ended, with an answer or without. */
export interface EndedCall extends SentRequest {
  readonly endpoint: Endpoint;
  /** Values that went out as credentials. */
  readonly credentials: readonly string[];
  readonly answer?: RrsAnswer;
  readonly failure?: Failure;
}

/** A call of the history, to be shown as if it had just been made. */
export interface RecalledCall extends SentRequest {
  /** Absent when there was none, or it was not kept. */
  readonly answer?: RrsAnswer | undefined;
  /** Why there was no answer. */
  readonly failure?: Failure | undefined;
  readonly time: string;
}

interface RunningCall {
  readonly controller: AbortController;
  /** When it was sent, on the monotonic clock; the wait for a key is not part of it. */
  startedAt?: number;
  /** Bytes of the answer that have come. */
  received?: number;
}

interface Ended {
  readonly view: Ending;
  readonly sent: SentRequest;
  readonly answer?: RrsAnswer;
  readonly schema?: ServiceSchema | undefined;
  readonly failure?: Failure;
  /** When the call may be tried again, by the clock of this machine. */
  readonly retry?: { readonly at: number; readonly offered: boolean };
  readonly comparison?: { readonly view: ComparisonView; readonly with: RrsAnswer };
  /** What the gateway said of the calls that are left; of a call of the history it says nothing any more. */
  readonly allowance?: CallAllowance | undefined;
}

const schemaPatienceMs = 300;

/** An answer up to this size is kept in memory; in bytes. Documents of the editor have the same limit. */
export const largestInMemory = 20 * 1024 * 1024;

/**
 * The running call and the last answer of one request document. It belongs to the document and not to a webview,
 * so that an editor that was hidden shows the same again.
 */
export class RequestCall implements vscode.Disposable {
  readonly #services: CallServices;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  #running: RunningCall | undefined;
  #ended: Ended | 'cancelled' | undefined;
  #sent: SentRequest | undefined;
  #waiting: NodeJS.Timeout | undefined;
  /** Failures in a row that a repetition may mend. */
  #refusals = 0;
  #worked: WorkedRequest | undefined;
  #remedies: readonly Remedy[] = [];

  constructor(services: CallServices) {
    this.#services = services;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Whether the request goes out again by itself. */
  get isWaiting(): boolean {
    return this.#waiting !== undefined;
  }

  /** The last answer as it came. */
  get answer(): RrsAnswer | undefined {
    return this.#last?.answer;
  }

  /** The last call that the service accepted. */
  get worked(): WorkedRequest | undefined {
    return this.#worked;
  }

  /** Why the last call failed. */
  get failure(): Failure | undefined {
    return this.#last?.failure;
  }

  /** The earlier answer that the last one is compared with. */
  get comparedWith(): RrsAnswer | undefined {
    return this.#last?.comparison?.with;
  }

  /** The outputs of the last answer, all of their rows. */
  tables(): readonly AnswerTable[] {
    const ended = this.#last;
    return ended?.answer ? readAnswer(ended.answer, contextOf(ended)).tables : [];
  }

  get #last(): Ended | undefined {
    return this.#ended === 'cancelled' ? undefined : this.#ended;
  }

  state(): CallState {
    if (this.#running) {
      const { startedAt, received } = this.#running;
      if (startedAt === undefined) return { kind: 'preparing' };
      const elapsedMs = performance.now() - startedAt;
      return { kind: 'running', elapsedMs, ...(received === undefined ? {} : { received }) };
    }
    if (this.#ended === undefined) return { kind: 'idle' };
    return this.#ended === 'cancelled'
      ? { kind: 'cancelled' }
      : { kind: 'ended', ...this.#viewOf(this.#ended) };
  }

  /** Does nothing while a call is running. */
  async send(request: RequestData, body: string): Promise<void> {
    if (this.#running) return;
    this.#stopWaiting();
    const controller = new AbortController();
    this.#running = { controller };
    this.#sent = { request, body };
    this.#changed.fire();
    const ended = await this.#perform({ request, body }, controller.signal);
    this.#running = undefined;
    this.#end(ended);
  }

  /** Sends once more what was sent last, whatever the document says by now. */
  async sendAgain(): Promise<void> {
    if (this.#sent) await this.send(this.#sent.request, this.#sent.body);
  }

  /** Sends again as soon as the last failure allows it; `cancel` ends the wait. */
  retryLater(): void {
    const retry = this.#last?.retry;
    if (!retry?.offered || this.#running || this.isWaiting) return;
    this.#waiting = setTimeout(() => void this.sendAgain(), Math.max(0, retry.at - Date.now()));
    this.#changed.fire();
  }

  cancel(): void {
    this.#running?.controller.abort();
    if (this.#stopWaiting()) this.#changed.fire();
  }

  /** Shows a call of the history in place of the last one. */
  recall({ request, body, answer, time, ...recalled }: RecalledCall): void {
    if (this.#running) return;
    this.#stopWaiting();
    this.#sent = { request, body };
    const failure = answer ? failureOf(answer) : recalled.failure;
    this.#remedies = [];
    const view: Ending = {
      recalled: time,
      ...(answer ? { answer: viewOfAnswer(answer, { body }) } : {}),
      ...(failure ? { failure: viewOfFailure(failure, []) } : {}),
    };
    this.#end({ view, sent: this.#sent, ...(answer ? { answer } : {}), ...(failure ? { failure } : {}) });
  }

  /** Holds the last answer against an earlier one; without one the comparison ends. */
  compareWith(earlier: RrsAnswer | undefined): void {
    const ended = this.#last;
    if (!ended?.answer) return;
    const { comparison, ...rest } = ended;
    if (!earlier && !comparison) return;
    const context = contextOf(ended);
    const tables = (answer: RrsAnswer): readonly AnswerTable[] => readAnswer(answer, context).tables;
    this.#ended = earlier
      ? {
          ...rest,
          comparison: {
            view: compareAnswers(tables(ended.answer), tables(earlier), earlier.time),
            with: earlier,
          },
        }
      : rest;
    this.#changed.fire();
  }

  /** Carries out one of the actions that the last failure offered. */
  async mend(remedy: number): Promise<void> {
    await this.#remedies[remedy]?.run();
  }

  dispose(): void {
    this.cancel();
    this.#removeFile();
    this.#changed.dispose();
  }

  #end(ended: Ended | 'cancelled'): void {
    this.#removeFile(ended === 'cancelled' ? undefined : ended.answer?.file);
    this.#ended = ended;
    this.#changed.fire();
  }

  /** The file of an answer goes with it. */
  #removeFile(except?: string): void {
    const file = this.#last?.answer?.file;
    if (file !== undefined && file !== except) void this.#services.files.remove(file);
  }

  #stopWaiting(): boolean {
    const was = this.isWaiting;
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
    return was;
  }

  #viewOf({ view, retry, comparison, allowance }: Ended): Ending {
    const ending = {
      ...view,
      ...(comparison && { comparison: comparison.view }),
      ...(allowance && { allowance: viewOfAllowance(allowance) }),
    };
    if (!retry || !view.failure) return ending;
    const { offered } = retry;
    const failure = { ...view.failure, retry: { inMs: msUntil(retry.at), offered, waiting: this.isWaiting } };
    return { ...ending, failure };
  }

  async #perform(sent: SentRequest, signal: AbortSignal): Promise<Ended | 'cancelled'> {
    const { catalog } = this.#services;
    const { request, body } = sent;
    let endpoint: Endpoint | undefined;
    let credentials: readonly string[] = [];
    try {
      endpoint = await abortable(catalog.find(request.workspace, request.service), signal);
      const authorization = await catalog.authorize(endpoint, { interactive: true, signal });
      const headers = await catalog.fillSecrets(endpoint, headersWithoutKeys(request), {
        interactive: true,
        signal,
      });
      credentials = credentialsIn({ ...authorization, ...filledHeaders(request, headers) });
      const http = await this.#services.http();
      signal.throwIfAborted();
      this.#startClock();
      const lookUp = catalog.schemaIfAny(endpoint);
      const answer = await execute(
        http,
        {
          ...callOf(request, endpoint, this.#services.timeoutMs()),
          headers,
          shownHeaders: Object.keys(headers).filter((name) => headers[name] === request.headers[name]),
          body,
          signal,
        },
        authorization,
        {
          limit: largestInMemory,
          newFile: () => this.#services.files.newPath(),
          onProgress: (received) => this.#receive(received),
        },
      );
      if (answer.status < 400 && answer.file === undefined) {
        this.#worked = { endpoint, body, answer: answer.text };
      }
      const schema = answer.status < 400 ? await soon(lookUp) : undefined;
      const refusal = failureOf(answer);
      const failure = refusal && catalog.explain(endpoint, refusal);
      const view = viewOfAnswer(answer, { schema, body });
      this.#services.onEnded({ ...sent, endpoint, credentials, answer, ...(failure ? { failure } : {}) });
      const allowance = callAllowance(answer.headers, answer.time);
      return { answer, schema, allowance, ...this.#ending(sent, endpoint, failure, view) };
    } catch (error) {
      if (signal.aborted || (error instanceof Failure && error.code === 'Cancelled')) return 'cancelled';
      const failure = this.#asFailure(error);
      if (endpoint) this.#services.onEnded({ ...sent, endpoint, credentials, failure });
      return this.#ending(sent, endpoint, failure);
    }
  }

  #startClock(): void {
    if (this.#running) this.#running.startedAt = performance.now();
    this.#changed.fire();
  }

  #receive(received: number): void {
    if (this.#running) this.#running.received = received;
    this.#changed.fire();
  }

  /** Tells the catalog how the call ended, which knows what mends it. */
  #ending(
    sent: SentRequest,
    endpoint: Endpoint | undefined,
    failure: Failure | undefined,
    answer?: AnswerView,
  ): Ended {
    this.#remedies = endpoint ? this.#services.catalog.remedies(endpoint, failure) : [];
    const labels = this.#remedies.map(({ label }) => label);
    this.#refusals = failure ? this.#refusals + 1 : 0;
    const retry = failure && retryAfterFailure(failure, this.#refusals, Date.now());
    if (!retry) this.#refusals = 0;
    return {
      sent,
      view: {
        ...(answer ? { answer } : {}),
        ...(failure ? { failure: viewOfFailure(failure, labels) } : {}),
      },
      ...(failure ? { failure } : {}),
      ...(retry ? { retry } : {}),
    };
  }

  #asFailure(error: unknown): Failure {
    if (error instanceof Failure) return error;
    this.#services.log.error(error instanceof Error ? error : String(error));
    return new Failure({
      code: 'Unexpected',
      origin: 'client',
      sentence: vscode.l10n.t('The request could not be sent. The log has more about it.'),
      cause: error,
    });
  }
}

function viewOfAllowance({ renewedAt, ...calls }: CallAllowance): AllowanceView {
  return renewedAt === undefined ? calls : { ...calls, renewedInMs: msUntil(renewedAt) };
}

/** The page's clock may be another machine's, so it is told spans and no moments. */
function msUntil(moment: number): number {
  return Math.max(0, moment - Date.now());
}

/** An answer that is there does not wait for a schema that is not. */
async function soon<T>(work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), schemaPatienceMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function contextOf({ sent, schema }: Ended): { body: string; schema: ServiceSchema | undefined } {
  return { body: sent.body, schema };
}

function headersWithoutKeys({ headers }: RequestData): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name, value]) => !holdsCredential(name, value)));
}

/** The headers that have a secret in them in place of its name. */
function filledHeaders(
  request: RequestData,
  headers: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name, value]) => request.headers[name] !== value),
  );
}

/** Each value, and without the scheme before it. */
function credentialsIn(headers: Readonly<Record<string, string>>): string[] {
  return Object.values(headers).flatMap((value) => [value, value.replace(/^\S+\s+/, '')]);
}

function callOf(request: RequestData, endpoint: Endpoint, timeoutMs: number) {
  return {
    address: endpoint.address,
    query: {
      apiVersion: request.apiVersion,
      details: request.details,
      ...(request.format === undefined ? {} : { format: request.format }),
    },
    timeoutMs,
  };
}
