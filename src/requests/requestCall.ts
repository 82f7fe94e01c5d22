import * as vscode from 'vscode';
import type { Catalog, Endpoint, Remedy } from '../catalog/index.ts';
import { Failure } from '../protocol/failure.ts';
import { abortable } from '../shared/abortable.ts';
import type { AnswerView, CallState, Ending } from '../shared/requestEditorContract.ts';
import { holdsCredential } from '../shared/requestForm.ts';
import type { RequestData } from '../shared/requestData.ts';
import type { HttpClient } from '../transport/httpClient.ts';
import { viewOfAnswer, viewOfFailure } from './answerView.ts';
import { execute, failureOf, type RrsAnswer } from './execute.ts';

export interface CallServices {
  readonly catalog: Catalog;
  readonly http: () => Promise<HttpClient>;
  readonly log: vscode.LogOutputChannel;
  readonly timeoutMs: () => number;
}

interface RunningCall {
  readonly controller: AbortController;
  /** When it was sent, on the monotonic clock; the wait for a key is not part of it. */
  startedAt?: number;
}

interface Ended {
  readonly view: Ending;
  readonly answer?: RrsAnswer;
  readonly failure?: Failure;
}

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
  #remedies: readonly Remedy[] = [];

  constructor(services: CallServices) {
    this.#services = services;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** The last answer as it came. */
  get answer(): RrsAnswer | undefined {
    return this.#ended === undefined || this.#ended === 'cancelled' ? undefined : this.#ended.answer;
  }

  /** Why the last call failed. */
  get failure(): Failure | undefined {
    return this.#ended === undefined || this.#ended === 'cancelled' ? undefined : this.#ended.failure;
  }

  state(): CallState {
    if (this.#running) {
      const { startedAt } = this.#running;
      if (startedAt === undefined) return { kind: 'preparing' };
      return { kind: 'running', elapsedMs: performance.now() - startedAt };
    }
    if (this.#ended === undefined) return { kind: 'idle' };
    return this.#ended === 'cancelled' ? { kind: 'cancelled' } : { kind: 'ended', ...this.#ended.view };
  }

  /** Does nothing while a call is running. */
  async send(request: RequestData, body: string): Promise<void> {
    if (this.#running) return;
    const controller = new AbortController();
    const running: RunningCall = { controller };
    this.#running = running;
    this.#changed.fire();
    const ended = await this.#perform(request, body, controller.signal, () => {
      running.startedAt = performance.now();
      this.#changed.fire();
    });
    this.#running = undefined;
    this.#ended = ended;
    this.#changed.fire();
  }

  cancel(): void {
    this.#running?.controller.abort();
  }

  /** Carries out one of the actions that the last failure offered. */
  async mend(remedy: number): Promise<void> {
    await this.#remedies[remedy]?.run();
  }

  dispose(): void {
    this.cancel();
    this.#changed.dispose();
  }

  async #perform(
    request: RequestData,
    body: string,
    signal: AbortSignal,
    onSending: () => void,
  ): Promise<Ended | 'cancelled'> {
    const { catalog } = this.#services;
    let endpoint: Endpoint | undefined;
    try {
      endpoint = await abortable(catalog.find(request.workspace, request.service), signal);
      const authorization = await catalog.authorize(endpoint, { interactive: true, signal });
      const http = await this.#services.http();
      signal.throwIfAborted();
      onSending();
      const answer = await execute(
        http,
        callOf(request, endpoint, body, signal, this.#services.timeoutMs()),
        authorization,
      );
      const schema = answer.status < 400 ? await this.#services.catalog.schemaIfAny(endpoint) : undefined;
      return { answer, ...this.#ending(endpoint, failureOf(answer), viewOfAnswer(answer, schema)) };
    } catch (error) {
      if (signal.aborted || (error instanceof Failure && error.code === 'Cancelled')) return 'cancelled';
      return this.#ending(endpoint, this.#asFailure(error));
    }
  }

  /** Tells the catalog how the call ended, which knows what mends it. */
  #ending(endpoint: Endpoint | undefined, failure: Failure | undefined, answer?: AnswerView): Ended {
    this.#remedies = endpoint ? this.#services.catalog.remedies(endpoint, failure) : [];
    const labels = this.#remedies.map(({ label }) => label);
    return {
      view: {
        ...(answer ? { answer } : {}),
        ...(failure ? { failure: viewOfFailure(failure, labels) } : {}),
      },
      ...(failure ? { failure } : {}),
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

function callOf(
  request: RequestData,
  endpoint: Endpoint,
  body: string,
  signal: AbortSignal,
  timeoutMs: number,
) {
  const headers = Object.entries(request.headers).filter(([name, value]) => !holdsCredential(name, value));
  return {
    address: endpoint.address,
    query: {
      apiVersion: request.apiVersion,
      details: request.details,
      ...(request.format === undefined ? {} : { format: request.format }),
    },
    headers: Object.fromEntries(headers),
    body,
    signal,
    timeoutMs,
  };
}
