/** What one look at a job brought. */
export interface PollOutcome {
  /** `pause`: nothing to be gained by asking before something is mended. */
  readonly next: 'continue' | 'pause' | 'stop';
  readonly changed: boolean;
  /** The server asked not to be called for so long, in milliseconds. */
  readonly waitMs?: number;
}

/** Time, so that a test can have its own. */
export interface Clock {
  /** Milliseconds, monotonic. */
  now(): number;
  /** Returns what cancels it. */
  after(ms: number, run: () => void): () => void;
  /** 0 to 1. */
  random(): number;
}

export const realClock: Clock = {
  now: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};

const firstIntervalMs = 1_000;
const longestIntervalMs = 30_000;
const growth = 1.5;
/** Part of an interval by which it varies, so that jobs started together do not stay together. */
const jitter = 0.1;
/** 20 requests a second for all jobs together. */
const spacingMs = 50;
const mostInFlight = 40;
/** A look at the time before that is in vain, but does no harm; timers cannot wait for a month. */
const longestSleepMs = 24 * 60 * 60 * 1000;

interface Tracked {
  readonly id: string;
  /** Greater is newer. */
  readonly order: number;
  intervalMs: number;
  dueAt: number;
  inFlight: boolean;
  paused: boolean;
  /** Something was mended while an answer was under way, which may be about how it was before. */
  renewed: boolean;
}

/**
 * Decides when which job is asked for. A job is asked after a second, then ever more seldom while nothing changes.
 * Where more jobs are due than the common limit lets through, every other request goes to the newest and every other
 * one to the one that waits longest, so that the limit stretches the intervals and no job starves.
 */
export class Tracker {
  readonly #poll: (id: string) => Promise<PollOutcome>;
  readonly #clock: Clock;
  readonly #jobs = new Map<string, Tracked>();
  #running = false;
  #nextSlotAt = 0;
  #turnOfTheOldest = false;
  #inFlight = 0;
  #cancelTimer: (() => void) | undefined;

  /** `poll` never rejects. */
  constructor(poll: (id: string) => Promise<PollOutcome>, clock: Clock = realClock) {
    this.#poll = poll;
    this.#clock = clock;
  }

  start(): void {
    this.#running = true;
    this.#schedule();
  }

  stop(): void {
    this.#running = false;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  /** `order` is greater for newer jobs. A job that is tracked already keeps its place. */
  track(id: string, order: number): void {
    if (this.#jobs.has(id)) return;
    const dueAt = this.#clock.now() + firstIntervalMs;
    this.#jobs.set(id, {
      id,
      order,
      intervalMs: firstIntervalMs,
      dueAt,
      inFlight: false,
      paused: false,
      renewed: false,
    });
    this.#schedule();
  }

  untrack(id: string): void {
    this.#jobs.delete(id);
    this.#schedule();
  }

  isTracked(id: string): boolean {
    return this.#jobs.has(id);
  }

  /** Those for which nothing is asked until something is mended. */
  pausedIds(): readonly string[] {
    return [...this.#jobs.values()].filter(({ paused }) => paused).map(({ id }) => id);
  }

  /** Lets go of the others. */
  keepOnly(keeps: (id: string, paused: boolean) => boolean): void {
    for (const { id, paused } of this.#jobs.values()) if (!keeps(id, paused)) this.#jobs.delete(id);
  }

  get size(): number {
    return this.#jobs.size;
  }

  /** Asks for a job soon: something has happened to it. */
  nudge(id: string): void {
    const job = this.#jobs.get(id);
    if (job === undefined) return;
    job.paused = false;
    job.intervalMs = firstIntervalMs;
    job.dueAt = Math.min(job.dueAt, this.#clock.now() + firstIntervalMs);
    this.#schedule();
  }

  /** Takes the paused jobs up again: a key was entered, or settings changed. */
  resumePaused(): void {
    for (const job of this.#jobs.values()) {
      job.renewed = true;
      if (job.paused) this.nudge(job.id);
    }
  }

  #schedule(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (!this.#running || this.#inFlight >= mostInFlight) return;
    let dueAt = Number.POSITIVE_INFINITY;
    for (const job of this.#jobs.values()) if (isWaiting(job)) dueAt = Math.min(dueAt, job.dueAt);
    if (dueAt === Number.POSITIVE_INFINITY) return;
    const due = Math.max(dueAt, this.#nextSlotAt) - this.#clock.now();
    const wait = Math.min(longestSleepMs, Math.max(0, due));
    this.#cancelTimer = this.#clock.after(wait, () => {
      this.#cancelTimer = undefined;
      this.#pollOne();
      this.#schedule();
    });
  }

  #pollOne(): void {
    const now = this.#clock.now();
    const job = this.#next(now);
    if (job === undefined) return;
    this.#nextSlotAt = now + spacingMs;
    this.#inFlight += 1;
    job.inFlight = true;
    job.renewed = false;
    void this.#poll(job.id).then((outcome) => {
      this.#inFlight -= 1;
      job.inFlight = false;
      this.#settle(job, outcome);
      this.#schedule();
    });
  }

  #next(now: number): Tracked | undefined {
    this.#turnOfTheOldest = !this.#turnOfTheOldest;
    const comesBefore = this.#turnOfTheOldest
      ? (a: Tracked, b: Tracked) => a.dueAt < b.dueAt
      : (a: Tracked, b: Tracked) => a.order > b.order;
    let best: Tracked | undefined;
    for (const job of this.#jobs.values()) {
      if (!isWaiting(job) || job.dueAt > now) continue;
      if (best === undefined || comesBefore(job, best)) best = job;
    }
    return best;
  }

  #settle(job: Tracked, outcome: PollOutcome): void {
    if (outcome.next === 'stop') {
      if (this.#jobs.get(job.id) === job) this.#jobs.delete(job.id);
      return;
    }
    job.paused = outcome.next === 'pause' && !job.renewed;
    job.intervalMs = outcome.changed ? firstIntervalMs : Math.min(longestIntervalMs, job.intervalMs * growth);
    const varied = job.intervalMs * (1 + jitter * (2 * this.#clock.random() - 1));
    job.dueAt = this.#clock.now() + Math.max(varied, outcome.waitMs ?? 0);
  }
}

function isWaiting(job: Tracked): boolean {
  return !job.inFlight && !job.paused;
}
