import { abortable } from '../shared/abortable.ts';

/** Lets so many work at once; the others wait for their turn, first come, first served. */
export class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(most: number) {
    this.#free = most;
  }

  /** Rejects with `Cancelled` when the signal comes while it waits; the work itself has to see it. */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#turn(signal);
    try {
      return await work();
    } finally {
      this.#passOn();
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    let come = (): void => undefined;
    const turn = new Promise<void>((resolve) => (come = resolve));
    this.#waiting.push(come);
    try {
      await abortable(turn, signal);
    } catch (error) {
      const place = this.#waiting.indexOf(come);
      // Its turn may have come at the same moment.
      if (place < 0) this.#passOn();
      else this.#waiting.splice(place, 1);
      throw error;
    }
  }

  #passOn(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}
