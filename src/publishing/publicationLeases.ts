import { join } from 'node:path';
import { isInUse, WorkLeases } from '../local-service/workLeases.ts';
import { Failure } from '../protocol/failure.ts';
import { publicationsFolder } from './openPublications.ts';
import type { PublicationRecord } from './publicationRecord.ts';

type Published = Pick<PublicationRecord, 'instance' | 'publication'>;

/** How many looks a window that closes may take to let go: half a minute. */
const looksAtClosingWindow = 60;

/** Keeps apart what several windows do with the same API of an instance. */
export class PublicationLeases {
  readonly #leases: WorkLeases;

  constructor(globalStoragePath: string, renewalMs?: number) {
    this.#leases = new WorkLeases(join(publicationsFolder(globalStoragePath), 'leases'), renewalMs);
  }

  /**
   * Works on a publication while nobody else does; the signal ends the work when the window closes, and when another one
   * has taken the lease over.
   * @throws Failure (`PublishingElsewhere`)
   */
  async during<T>(published: Published, work: (closing: AbortSignal) => Promise<T>): Promise<T> {
    return this.#leases.during(keyOf(published), work).catch((error: unknown) => {
      throw isInUse(error) ? this.#refusal(published) : error;
    });
  }

  /** @throws Failure (`PublishingElsewhere`) */
  async check(published: Published): Promise<void> {
    if (await this.isTaken(published)) throw this.#refusal(published);
  }

  /** Whether a window that lives works on it. */
  isTaken(published: Published): Promise<boolean> {
    return this.#leases.isTaken(keyOf(published));
  }

  /** Whether no window works on it, after some time for one that is just being closed. */
  isLeft(published: Published): Promise<boolean> {
    return this.#leases.isLeft(keyOf(published), looksAtClosingWindow);
  }

  /** The next window can go on at once. */
  dispose(): void {
    this.#leases.dispose();
  }

  #refusal(published: Published): Failure {
    const { instance, publication } = published;
    const where = this.#leases.holds(keyOf(published)) ? 'already' : 'in another window';
    return new Failure({
      code: 'PublishingElsewhere',
      origin: 'client',
      sentence: `${publication.displayName} at ${instance.name} is being published ${where}.`,
    });
  }
}

function keyOf({ instance, publication }: Published): string {
  return JSON.stringify([instance.id, publication.apiId]).toLowerCase();
}
