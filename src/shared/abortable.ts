import { Failure } from '../protocol/failure.ts';

/**
 * For what no signal ends, such as a sign-in: it is left to itself, and nobody waits for it any longer. Rejects with
 * `Cancelled` then.
 */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  let stop = (): void => undefined;
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(cancelled());
  });
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function cancelled(): Failure {
  return new Failure({
    code: 'Cancelled',
    origin: 'client',
    sentence: 'The call was cancelled.',
  });
}
