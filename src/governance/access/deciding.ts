import type * as v from 'valibot';
import type { InstanceAccess } from '../../azure/index.ts';
import { parseArm } from '../../protocol/apim/arm.ts';
import { isPreconditionFailed } from '../../protocol/apim/armErrors.ts';
import { Failure } from '../../protocol/failure.ts';

/** Something as it was read, with what says that it is still so. */
export interface Seen<T> {
  readonly value: T;
  readonly etag: string;
}

export interface Deciding<T, D> {
  readonly read: (signal: AbortSignal) => Promise<Seen<T>>;
  /** Asks the user, who is told if somebody was faster; undefined when he leaves it. */
  readonly ask: (seen: T, changed: boolean) => Promise<D | undefined>;
  readonly write: (decision: D, seen: Seen<T>, signal: AbortSignal) => Promise<unknown>;
  /** Does what takes its time. */
  readonly during: <R>(work: (signal: AbortSignal) => Promise<R>) => Promise<R>;
}

/** Writes what the user decides on what he has seen, and nothing else: what was changed meanwhile he sees anew. */
export async function decide<T, D>({ read, ask, write, during }: Deciding<T, D>): Promise<D | undefined> {
  for (let changed = false; ; changed = true) {
    const seen = await during(read);
    const decision = await ask(seen.value, changed);
    if (decision === undefined) return undefined;
    try {
      await during((signal) => write(decision, seen, signal));
      return decision;
    } catch (error) {
      if (!isPreconditionFailed(error)) throw error;
    }
  }
}

/** A resource of an instance as it is now; `path` begins below the instance. */
export async function readSeen<T>(
  { arm, id }: InstanceAccess,
  path: string,
  schema: v.GenericSchema<unknown, T>,
  signal: AbortSignal,
): Promise<Seen<T>> {
  const { body, etag } = await arm.get(id + path, { signal });
  if (etag !== undefined) return { value: parseArm(schema, body), etag };
  throw new Failure({
    code: 'MalformedAnswer',
    origin: 'service',
    sentence: `The answer of Azure for ${path} has no ETag, without which it cannot be changed safely.`,
  });
}
