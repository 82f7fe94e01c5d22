import type { CallAllowance } from './options.ts';

/** Counts calls in windows of fixed length that start with a call; a window of 0 seconds never ends. */
export class CallCounter {
  readonly #allowance: CallAllowance;
  #windowStart = 0;
  #calls = 0;

  constructor(allowance: CallAllowance) {
    this.#allowance = allowance;
  }

  /** How many calls are left in this window. */
  get left(): number {
    return this.total - this.#calls;
  }

  get total(): number {
    return this.#allowance.calls;
  }

  /** Until the window ends. */
  get secondsLeft(): number {
    const end = this.#windowStart + this.#windowMs;
    return Math.max(1, Math.ceil((end - performance.now()) / 1000));
  }

  get #windowMs(): number {
    return this.#allowance.seconds === 0 ? Infinity : this.#allowance.seconds * 1000;
  }

  /** Counts one call; answers how many seconds are left to wait, 0 when the call may pass. */
  take(): number {
    const now = performance.now();
    if (this.#calls === 0 || now - this.#windowStart >= this.#windowMs) {
      this.#windowStart = now;
      this.#calls = 0;
    }
    if (this.left <= 0) return this.secondsLeft;
    this.#calls += 1;
    return 0;
  }
}
