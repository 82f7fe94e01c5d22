import type { Fault } from '../../../src/local-service/options.ts';
import { ArmError } from './wire.ts';

/** Which requests are meant: tested against method and decoded path, such as `PUT /subscriptions/…/apis/demo`. */
export type Match = RegExp;

interface Intervention<Act> {
  readonly match: Match;
  readonly act: Act;
  timesLeft: number;
}

/** One kind of thing that is done to the next requests that match. */
export class Interventions<Act> {
  readonly #planned: Intervention<Act>[] = [];

  plan(match: Match, act: Act, times: number): void {
    this.#planned.push({ match, act, timesLeft: times });
  }

  /** What is planned for a request; counts as done. */
  take(request: string): Act | undefined {
    const found = this.#planned.find(({ match, timesLeft }) => timesLeft > 0 && match.test(request));
    if (!found) return undefined;
    found.timesLeft -= 1;
    return found.act;
  }
}

/** The answer of ARM to a caller that asks too often. Source: azure-docs request-limits-and-throttling.md. */
export function throttled(retryAfterSeconds: number): Fault {
  return faultOf(
    new ArmError(429, 'TooManyRequests', 'Too many requests; wait before the next.', {
      headers: { 'Retry-After': String(retryAfterSeconds) },
    }),
  );
}

/** A refusal as a fault, for `failNext`. */
export function faultOf({ status, headers, error }: ArmError): Fault {
  const body = JSON.stringify({ error });
  return { status, headers: { 'Content-Type': 'application/json', ...headers }, body };
}
