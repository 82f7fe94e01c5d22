import { Failure } from '../protocol/failure.ts';

/** With fewer calls left, looks at jobs could use up what the user needs them for. */
const smallQuota = 200;

export interface QuotaUser {
  /** Whether the calls that are left may be spent. */
  ask(host: string, callsLeft: number): Promise<boolean>;
  onAgreed(): void;
}

/**
 * Servers that have few calls left, by their base URL: each look at a job costs one, so the user is asked before more
 * are made. The answer holds as long as the window.
 */
export class CallQuotas {
  readonly #user: QuotaUser;
  readonly #answers = new Map<string, 'agreed' | Failure>();

  constructor(user: QuotaUser) {
    this.#user = user;
  }

  /** Throws a `Failure` (`SmallCallQuota`) while nobody has allowed to spend the calls. */
  check(server: string): void {
    const answer = this.#answers.get(server);
    if (answer instanceof Failure) throw answer;
  }

  /** What the headers of an answer said. */
  take(server: string, callsLeft: number | undefined): void {
    if (callsLeft === undefined || callsLeft > smallQuota || this.#answers.has(server)) return;
    const { host } = new URL(server);
    const held = new Failure({
      code: 'SmallCallQuota',
      origin: 'gateway',
      sentence: `The gateway at ${host} allows ${callsLeft} more calls, and each look at a job takes one. Its jobs are not followed until you allow it; "BES Status" looks once.`,
    });
    this.#answers.set(server, held);
    void this.#askAbout(server, host, callsLeft);
  }

  async #askAbout(server: string, host: string, callsLeft: number): Promise<void> {
    if (!(await this.#user.ask(host, callsLeft))) return;
    this.#answers.set(server, 'agreed');
    this.#user.onAgreed();
  }
}
