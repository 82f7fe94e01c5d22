import { CallCounter } from '../../../../src/local-service/callCounter.ts';
import type { CallAllowance } from '../../../../src/local-service/options.ts';

/** The counters of a gateway's limits; one whose allowance changes begins anew. */
export class Counters {
  readonly #counters = new Map<string, CallCounter>();

  /** @param of what is counted: a policy and a subscription */
  counter(of: string, allowance: CallAllowance): CallCounter {
    const key = `${of} ${allowance.calls}/${allowance.seconds}`;
    const counter = this.#counters.get(key) ?? new CallCounter(allowance);
    this.#counters.set(key, counter);
    return counter;
  }
}
