import { createHash } from 'node:crypto';
import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../protocol/failure.ts';
import { isMissing } from './files.ts';
import { inUse, isAlive, Lease, readLease } from './lease.ts';

/** Well within the time after which a lease that was not renewed is free. */
const defaultRenewalMs = 20_000;

/** Between two looks at what another window works on. */
const lookEveryMs = 500;

/** Keeps apart what several windows work on; what it is, any text tells. */
export class WorkLeases {
  readonly #folder: string;
  readonly #renewalMs: number;
  readonly #held = new Map<string, Lease>();
  readonly #closing = new AbortController();

  /** `folder` has the leases of all windows, each in a folder of its own. */
  constructor(folder: string, renewalMs = defaultRenewalMs) {
    this.#folder = folder;
    this.#renewalMs = renewalMs;
  }

  /**
   * Works while nobody else does; the signal ends the work when the window closes, and when another one has taken the
   * lease over from this one, which was asleep for long.
   * @throws Failure (`LocalServiceInUse`)
   */
  async during<T>(what: string, work: (closing: AbortSignal) => Promise<T>): Promise<T> {
    const folder = this.#folderOf(what);
    const lease = await take(folder);
    this.#held.set(folder, lease);
    const lost = new AbortController();
    let renewal = Promise.resolve();
    const renewing = setInterval(() => {
      renewal = renewal
        .then(() => lease.renew())
        .catch((error: unknown) => {
          // A file that cannot be written now can be the next time.
          if (isInUse(error)) lost.abort();
        });
    }, this.#renewalMs);
    try {
      return await work(AbortSignal.any([this.#closing.signal, lost.signal]));
    } catch (error) {
      throw lost.signal.aborted ? inUse(folder) : error;
    } finally {
      clearInterval(renewing);
      // One that is under way would put it back.
      await renewal;
      this.#held.delete(folder);
      await lease.release();
      // Not where another window has it by now.
      await rmdir(folder).catch(() => undefined);
    }
  }

  /** Works as soon as nobody else does, again where the lease was lost; undefined where the signal came first. */
  async inTurn<T>(
    what: string,
    signal: AbortSignal,
    work: (closing: AbortSignal) => Promise<T>,
  ): Promise<T | undefined> {
    while (await this.isLeft(what, Infinity, signal)) {
      try {
        return await this.during(what, work);
      } catch (error) {
        if (!isInUse(error)) throw error;
      }
    }
    return undefined;
  }

  /** Whether a window that lives works on it. */
  async isTaken(what: string): Promise<boolean> {
    const lease = await readLease(this.#folderOf(what));
    return lease === 'unreadable' || (lease !== undefined && (await isAlive(lease)));
  }

  /** Whether this window works on it. */
  holds(what: string): boolean {
    return this.#held.has(this.#folderOf(what));
  }

  /** Whether no window works on it, after so many looks at most; false when the signal comes, or this window closes. */
  async isLeft(what: string, looks: number, signal?: AbortSignal): Promise<boolean> {
    const closing = this.#closing.signal;
    const waiting = { signal: signal === undefined ? closing : AbortSignal.any([closing, signal]) };
    for (let look = 0; look < looks; look += 1) {
      if (waiting.signal.aborted) return false;
      if (!(await this.isTaken(what))) return true;
      await delay(lookEveryMs, undefined, waiting).catch(() => undefined);
    }
    return false;
  }

  /** The next window can go on at once. */
  dispose(): void {
    this.#closing.abort();
    for (const lease of this.#held.values()) lease.releaseNow();
  }

  #folderOf(what: string): string {
    return join(this.#folder, createHash('sha256').update(what).digest('hex').slice(0, 32));
  }
}

/** Whether somebody else has the lease that was wanted. */
export function isInUse(error: unknown): boolean {
  return error instanceof Failure && error.code === 'LocalServiceInUse';
}

async function take(folder: string): Promise<Lease> {
  for (;;) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    try {
      return await Lease.take(folder);
    } catch (error) {
      // Whoever had it has just tidied up.
      if (!isMissing(error)) throw error;
    }
  }
}
