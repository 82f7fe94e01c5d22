import { Failure } from '../../protocol/failure.ts';

/** What a promise rejects with when `signal` has aborted. */
export function cancelled(signal: AbortSignal): Failure {
  const reason: unknown = signal.reason;
  if (reason instanceof Failure) return reason;
  return new Failure({
    code: 'Cancelled',
    origin: 'client',
    sentence: 'It was cancelled before it ended.',
    cause: reason,
  });
}

export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw cancelled(signal);
}

/** Rejects as soon as the signal aborts; the promise itself goes on. */
export function abandonable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abandon = () => reject(cancelled(signal));
    signal.addEventListener('abort', abandon, { once: true });
    void promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abandon));
    if (signal.aborted) abandon();
  });
}
