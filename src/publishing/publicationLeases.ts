import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, Lease, readLease } from '../local-service/lease.ts';
import { Failure } from '../protocol/failure.ts';
import { publicationsFolder } from './openPublications.ts';
import type { PublicationRecord } from './publicationRecord.ts';

type Published = Pick<PublicationRecord, 'instance' | 'publication'>;

/** Well within the time after which a lease that was not renewed is free. */
const defaultRenewalMs = 20_000;

/** How long a window that closes may take to let go, and how often it is looked at. */
const closingWindow = { attempts: 60, everyMs: 500 };

/** Keeps apart what several windows do with the same API of an instance. */
export class PublicationLeases {
  readonly #folder: string;
  readonly #renewalMs: number;
  readonly #held = new Map<string, Lease>();
  readonly #closing = new AbortController();

  constructor(globalStoragePath: string, renewalMs = defaultRenewalMs) {
    this.#renewalMs = renewalMs;
    this.#folder = join(publicationsFolder(globalStoragePath), 'leases');
  }

  /**
   * Works on a publication while nobody else does; the signal ends the work when the window closes, and when another one
   * has taken the lease over from this one, which was asleep for long.
   * @throws Failure (`PublishingElsewhere`)
   */
  async during<T>(published: Published, work: (closing: AbortSignal) => Promise<T>): Promise<T> {
    const folder = this.#folderOf(published);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const lease = await Lease.take(folder).catch((error: unknown) => {
      throw isInUse(error) ? this.#refusal(published) : error;
    });
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
    } finally {
      clearInterval(renewing);
      // One that is under way would put it back.
      await renewal;
      this.#held.delete(folder);
      await lease.release();
    }
  }

  /** @throws Failure (`PublishingElsewhere`) */
  async check(published: Published): Promise<void> {
    if (await this.isTaken(published)) throw this.#refusal(published);
  }

  /** Whether a window that lives works on it. */
  async isTaken(published: Published): Promise<boolean> {
    const lease = await readLease(this.#folderOf(published));
    return lease === 'unreadable' || (lease !== undefined && (await isAlive(lease)));
  }

  /** Whether no window works on it, after some time for one that is just being closed. */
  async isLeft(published: Published): Promise<boolean> {
    for (let attempt = 0; attempt < closingWindow.attempts; attempt += 1) {
      if (!(await this.isTaken(published))) return true;
      const waited = await delay(closingWindow.everyMs, true, { signal: this.#closing.signal }).catch(
        () => false,
      );
      if (!waited) return false;
    }
    return false;
  }

  /** The next window can go on at once. */
  dispose(): void {
    this.#closing.abort();
    for (const lease of this.#held.values()) lease.releaseNow();
  }

  #refusal(published: Published): Failure {
    const { instance, publication } = published;
    const where = this.#held.has(this.#folderOf(published)) ? 'already' : 'in another window';
    return new Failure({
      code: 'PublishingElsewhere',
      origin: 'client',
      sentence: `${publication.displayName} at ${instance.name} is being published ${where}.`,
    });
  }

  #folderOf({ instance, publication }: Published): string {
    const what = JSON.stringify([instance.id, publication.apiId]).toLowerCase();
    return join(this.#folder, createHash('sha256').update(what).digest('hex').slice(0, 32));
  }
}

function isInUse(error: unknown): boolean {
  return error instanceof Failure && error.code === 'LocalServiceInUse';
}
