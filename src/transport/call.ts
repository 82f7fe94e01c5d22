import { Failure } from '../protocol/failure.ts';
import type { Connecting } from './exchange.ts';
import type { HttpRequest, Phase, Timings } from './httpClient.ts';
import { cancelledFailure, timeoutFailure, type CallState } from './networkFailures.ts';

/** Whatever a call is waiting for, and how to end that. */
export interface Stoppable {
  abort(failure: Failure): void;
  state(): CallState;
}

/** When the parts of an exchange happened; `performance.now()`. */
export interface Moments {
  /** The connection, if one had to be made. */
  readonly connecting?: Connecting | undefined;
  /** When the request went out on its connection. */
  readonly requestedAt?: number | undefined;
  readonly firstByteAt?: number | undefined;
  readonly endedAt?: number | undefined;
}

/** Node's timers go off at once when they are set to more. In milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Holds the time limit and the abort signal of one call over all its tries and redirects. */
export class Call {
  readonly id: string;
  readonly startedAt = performance.now();
  readonly timeoutMs: number;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #current: Stoppable;
  #stopped: Failure | undefined;
  #answered = false;

  constructor(id: string, request: HttpRequest, timeoutMs: number, initial: Stoppable) {
    this.id = id;
    this.timeoutMs = timeoutMs;
    this.#current = initial;
    this.#signal = request.signal;
    if (timeoutMs > 0) {
      this.#timer = setTimeout(
        () => {
          this.#stop(timeoutFailure(this.#current.state(), timeoutMs));
        },
        Math.min(timeoutMs, LONGEST_TIMER),
      );
    }
    if (request.signal) {
      this.#onAbort = () => {
        this.#stop(this.#cancelled());
      };
      request.signal.addEventListener('abort', this.#onAbort, { once: true });
      if (request.signal.aborted) this.#onAbort();
    }
  }

  /** From now on an end of the call means the end of `current`. Throws when the call has ended already. */
  waitFor(current: Stoppable): void {
    if (this.#stopped) throw this.#stopped;
    this.#current = current;
  }

  sleep(ms: number): Promise<void> {
    const previous = this.#current;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms);
      this.waitFor({
        state: () => previous.state(),
        abort: (failure) => {
          clearTimeout(timer);
          reject(failure);
        },
      });
    });
  }

  /** Lets go of the timer and the signal. */
  finish(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#onAbort) this.#signal?.removeEventListener('abort', this.#onAbort);
  }

  /** The caller has its answer: the call is over when the body is, which it may be already. */
  answered(bodyEnded: boolean): void {
    this.#answered = true;
    if (bodyEnded) this.finish();
  }

  /** An exchange is over; it may have been a try that others follow. */
  exchangeEnded(): void {
    if (this.#answered) this.finish();
  }

  timings(exchange: Moments): Timings {
    const since = (time: number) => time - this.startedAt;
    const { connecting, requestedAt } = exchange;
    return {
      ...(connecting === undefined || requestedAt === undefined ? {} : { connectedMs: since(requestedAt) }),
      firstByteMs: since(exchange.firstByteAt ?? performance.now()),
      ...(exchange.endedAt === undefined ? {} : { totalMs: since(exchange.endedAt) }),
      phases: phasesOf(this.startedAt, exchange),
    };
  }

  #stop(failure: Failure): void {
    this.#stopped = failure;
    this.finish();
    this.#current.abort(failure);
  }

  #cancelled(): Failure {
    const reason: unknown = this.#signal?.reason;
    return reason instanceof Failure ? reason : cancelledFailure(this.#current.state());
  }
}

/** The time from the start of the call to the last byte, cut where something happened. */
function phasesOf(startedAt: number, exchange: Moments): Phase[] {
  const { connecting, requestedAt, firstByteAt, endedAt } = exchange;
  const phases: Phase[] = [];
  let from = startedAt;
  const cut = (name: Phase['name'], at: number | undefined): void => {
    if (at === undefined) return;
    phases.push({ name, ms: Math.max(0, at - from) });
    from = at;
  };
  if (connecting === undefined) {
    cut('prepare', requestedAt);
  } else if (connecting.startedAt === undefined) {
    cut('tunnel', requestedAt);
  } else {
    cut('prepare', connecting.startedAt);
    cut('connect', connecting.reachedAt ?? requestedAt);
    if (connecting.reachedAt !== undefined) cut('tls', requestedAt);
  }
  cut('firstByte', firstByteAt);
  cut('download', endedAt);
  return phases;
}
