import { ArmError } from './wire.ts';

/**
 * Writes under one API that get in each other's way: of two that meet, the one that comes first through wins.
 * Seen in Azure/apiops, which retries, and in Bicep's `@batchSize(1)`.
 */
export class ParallelWrites {
  readonly #done = new Map<string, number>();

  /** Notes that a write begins; what it gives is called when it is done. @throws ArmError 412, when called */
  begin(path: string): () => void {
    const api = /^.*\/service\/[^/]+\/apis\/[^/]+/i.exec(path)?.[0].toLowerCase();
    if (api === undefined) return () => undefined;
    const before = this.#done.get(api) ?? 0;
    return () => {
      if ((this.#done.get(api) ?? 0) !== before) throw modified();
      this.#done.set(api, before + 1);
    };
  }
}

/** What ARM says to a writer whom another one came before. */
export function modified(): ArmError {
  return new ArmError(412, 'PreconditionFailed', 'The resource has changed since it was read.');
}
