/** What one look at a job brought. */
export interface PollOutcome {
  /** `pause`: nothing to be gained by asking before something is mended. */
  readonly next: 'continue' | 'pause' | 'stop';
  readonly changed: boolean;
  /** The server asked not to be called about this job for so long, in milliseconds. */
  readonly waitMs?: number;
  /**
   * What holds for all jobs of the same server: `backOff` when it cannot be reached, or `waitMs` milliseconds for which it
   * wants no call at all.
   */
  readonly server?: 'backOff' | { readonly waitMs: number };
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
/** One that hangs must not keep the others from being asked. */
const mostAtOneServer = 20;
/** Between two tries to reach a server; the first one comes after a second. */
const longestBackOffMs = 5 * 60_000;
/** A look at the time before that is in vain, but does no harm; timers cannot wait for a month. */
const longestSleepMs = 24 * 60 * 60 * 1000;

interface Server {
  /** No job of it is asked for before. */
  heldUntil: number;
  /** Tries in a row that did not reach it: then one job tries for all. */
  failures: number;
  inFlight: number;
}

interface Tracked {
  readonly id: string;
  readonly server: Server;
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
 * Where more jobs are due than the common limit lets through, every other request goes to those that the user sees, and
 * of these to the newest, and every other one to the one that waits longest, so that the limit stretches the intervals
 * and no job starves. A server that cannot be reached, or wants no calls, holds up its own jobs only.
 */
export class Tracker {
  readonly #poll: (id: string) => Promise<PollOutcome>;
  readonly #clock: Clock;
  readonly #jobs = new Map<string, Tracked>();
  readonly #servers = new Map<string, Server>();
  #visible: ReadonlySet<string> = new Set();
  #spacingMs = spacingMs;
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

  /** `order` is greater for newer jobs, `server` the same for those of one. A job that is tracked already keeps its place. */
  track(id: string, order: number, server: string): void {
    if (this.#jobs.has(id)) return;
    const dueAt = this.#clock.now() + firstIntervalMs;
    this.#jobs.set(id, {
      id,
      server: this.#serverOf(server),
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

  /** The jobs that the user sees now, which come first. */
  show(ids: ReadonlySet<string>): void {
    this.#visible = ids;
  }

  /** So many windows ask now, this one included: they share the limit. */
  shareWith(windows: number): void {
    this.#spacingMs = spacingMs * Math.max(1, windows);
  }

  /** Asks for a job soon: something has happened to it. */
  nudge(id: string): void {
    const job = this.#jobs.get(id);
    if (job === undefined) return;
    job.paused = false;
    job.intervalMs = firstIntervalMs;
    job.dueAt = Math.min(job.dueAt, this.#clock.now() + firstIntervalMs);
    if (job.server.failures > 0) job.server.heldUntil = job.dueAt;
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
    for (const job of this.#jobs.values()) if (isWaiting(job)) dueAt = Math.min(dueAt, readyAt(job));
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
    this.#nextSlotAt = now + this.#spacingMs;
    this.#inFlight += 1;
    job.server.inFlight += 1;
    job.inFlight = true;
    job.renewed = false;
    void this.#poll(job.id).then((outcome) => {
      this.#inFlight -= 1;
      job.server.inFlight -= 1;
      job.inFlight = false;
      this.#settleServer(job.server, outcome);
      this.#settle(job, outcome);
      this.#schedule();
    });
  }

  #next(now: number): Tracked | undefined {
    this.#turnOfTheOldest = !this.#turnOfTheOldest;
    const comesBefore = this.#turnOfTheOldest
      ? (a: Tracked, b: Tracked) => a.dueAt < b.dueAt
      : (a: Tracked, b: Tracked) => this.#comesFirst(a, b);
    let best: Tracked | undefined;
    for (const job of this.#jobs.values()) {
      if (!isWaiting(job) || readyAt(job) > now) continue;
      if (best === undefined || comesBefore(job, best)) best = job;
    }
    return best;
  }

  #comesFirst(a: Tracked, b: Tracked): boolean {
    const isVisible = this.#visible.has(a.id);
    return isVisible === this.#visible.has(b.id) ? a.order > b.order : isVisible;
  }

  #serverOf(name: string): Server {
    let server = this.#servers.get(name);
    if (server === undefined) {
      server = { heldUntil: 0, failures: 0, inFlight: 0 };
      this.#servers.set(name, server);
    }
    return server;
  }

  #settleServer(server: Server, { server: wish }: PollOutcome): void {
    const now = this.#clock.now();
    if (wish === undefined) {
      server.failures = 0;
    } else if (wish !== 'backOff') {
      server.heldUntil = Math.max(server.heldUntil, now + wish.waitMs);
    } else if (now >= server.heldUntil) {
      // What else was under way fails with it, and counts once.
      server.failures += 1;
      const pause = Math.min(longestBackOffMs, firstIntervalMs * 2 ** (server.failures - 1));
      server.heldUntil = now + this.#varied(pause);
    }
  }

  #varied(ms: number): number {
    return ms * (1 + jitter * (2 * this.#clock.random() - 1));
  }

  #settle(job: Tracked, outcome: PollOutcome): void {
    if (outcome.next === 'stop') {
      if (this.#jobs.get(job.id) === job) this.#jobs.delete(job.id);
      return;
    }
    job.paused = outcome.next === 'pause' && !job.renewed;
    job.intervalMs = outcome.changed ? firstIntervalMs : Math.min(longestIntervalMs, job.intervalMs * growth);
    job.dueAt = this.#clock.now() + Math.max(this.#varied(job.intervalMs), outcome.waitMs ?? 0);
  }
}

/** Whether it only has to wait for its time. */
function isWaiting({ inFlight, paused, server }: Tracked): boolean {
  return !inFlight && !paused && server.inFlight < (server.failures > 0 ? 1 : mostAtOneServer);
}

function readyAt({ dueAt, server }: Tracked): number {
  return Math.max(dueAt, server.heldUntil);
}
