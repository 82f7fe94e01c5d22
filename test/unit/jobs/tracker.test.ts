import assert from 'node:assert/strict';
import { Tracker, type Clock, type PollOutcome } from '../../../src/jobs/tracker.ts';

/** A clock that a test moves; runs what is due on its way. */
class TestClock implements Clock {
  #now = 0;
  #timers: { readonly at: number; readonly run: () => void }[] = [];
  /** The longest time for which a timer was set. */
  longest = 0;

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    this.longest = Math.max(this.longest, ms);
    const timer = { at: this.#now + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }

  random(): number {
    return 0.5;
  }

  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settle();
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = end;
    await settle();
  }
}

/** Lets the promises of polls come to their ends. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
}

const unchanged: PollOutcome = { next: 'continue', changed: false };

describe('the tracker', () => {
  let clock: TestClock;
  let polls: { readonly id: string; readonly at: number }[];
  let outcome: (id: string) => PollOutcome | Promise<PollOutcome>;
  let tracker: Tracker;

  const timesOf = (id: string): number[] => polls.filter((poll) => poll.id === id).map(({ at }) => at);

  beforeEach(() => {
    clock = new TestClock();
    polls = [];
    outcome = () => unchanged;
    tracker = new Tracker(async (id) => {
      polls.push({ id, at: clock.now() });
      return outcome(id);
    }, clock);
    tracker.start();
  });

  it('asks after a second, then ever more seldom, at most every 30 seconds', async () => {
    tracker.track('a', 1, 'one');
    await clock.advance(10 * 60_000);
    const times = timesOf('a');
    assert.deepEqual(times.slice(0, 4), [1000, 2500, 4750, 8125]);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    assert.equal(Math.max(...gaps), 30_000);
    assert.equal(gaps.at(-1), 30_000);
  });

  it('asks sooner again when something has changed', async () => {
    tracker.track('a', 1, 'one');
    await clock.advance(120_000);
    const before = timesOf('a').length;
    outcome = () => ({ next: 'continue', changed: true });
    await clock.advance(30_000);
    outcome = () => unchanged;
    assert.ok(timesOf('a').length > before + 3);
  });

  it('obeys the server that wants to be left alone', async () => {
    outcome = () => ({ next: 'continue', changed: false, waitMs: 100_000 });
    tracker.track('a', 1, 'one');
    await clock.advance(100_000);
    assert.deepEqual(timesOf('a'), [1000]);
    await clock.advance(1_000);
    assert.deepEqual(timesOf('a'), [1000, 101_000]);
  });

  it('obeys for longer than a timer can be set', async () => {
    const month = 30 * 24 * 60 * 60 * 1000;
    outcome = () => ({ next: 'continue', changed: false, waitMs: month });
    tracker.track('a', 1, 'one');
    await clock.advance(month + 1_000);
    assert.deepEqual(timesOf('a'), [1000, month + 1_000]);
    assert.ok(clock.longest < 2 ** 31, String(clock.longest));
  });

  it('stops with the job, and rests while there is nothing to ask', async () => {
    outcome = () => ({ next: 'stop', changed: true });
    tracker.track('a', 1, 'one');
    await clock.advance(60_000);
    assert.deepEqual(timesOf('a'), [1000]);
    assert.equal(tracker.isTracked('a'), false);
  });

  it('pauses a job until something is mended', async () => {
    outcome = () => ({ next: 'pause', changed: false });
    tracker.track('a', 1, 'one');
    await clock.advance(600_000);
    assert.deepEqual(timesOf('a'), [1000]);
    tracker.resumePaused();
    await clock.advance(100);
    assert.deepEqual(timesOf('a'), [1000, 600_000]);
  });

  it('does not pause for an answer from before the mending', async () => {
    let finish: (outcome: PollOutcome) => void = () => undefined;
    outcome = () =>
      new Promise((resolve) => {
        finish = resolve;
      });
    tracker.track('a', 1, 'one');
    await clock.advance(1_000);
    tracker.resumePaused();
    finish({ next: 'pause', changed: false });
    await clock.advance(10_000);
    assert.equal(timesOf('a').length, 2);
  });

  it('asks for one job once at a time', async () => {
    let finish: (outcome: PollOutcome) => void = () => undefined;
    outcome = () =>
      new Promise((resolve) => {
        finish = resolve;
      });
    tracker.track('a', 1, 'one');
    await clock.advance(600_000);
    assert.deepEqual(timesOf('a'), [1000]);
    finish(unchanged);
    await clock.advance(2_000);
    assert.equal(timesOf('a').length, 2);
  });

  it('makes at most 20 requests a second for 1,000 jobs, the newest first, and forgets none', async () => {
    for (let number = 0; number < 1000; number++) tracker.track(`job${number}`, number, 'one');
    await clock.advance(1_049);
    assert.equal(polls[0]?.id, 'job0');
    assert.ok(polls.length <= 2);
    await clock.advance(300_000 - 1_049);
    for (let start = 0; start < 299_000; start += 250) {
      const inSecond = polls.filter(({ at }) => at >= start && at < start + 1000).length;
      assert.ok(inSecond <= 20, `${inSecond} requests in the second from ${start}`);
    }
    const asked = new Set(polls.map(({ id }) => id));
    assert.equal(asked.size, 1000);
    const times = (id: string) => timesOf(id).length;
    assert.ok(times('job999') > times('job500'), 'the newest is asked for more often');
    assert.ok(times('job1') >= 2, 'the oldest is not forgotten');
  });

  it('asks for what the user sees first', async () => {
    for (let number = 0; number < 1000; number++) tracker.track(`job${number}`, number, 'one');
    tracker.show(new Set(['job7']));
    await clock.advance(1_100);
    assert.ok(
      polls.slice(0, 3).some(({ id }) => id === 'job7'),
      String(polls.map(({ id }) => id)),
    );
  });

  it('shares the limit with the other windows that ask', async () => {
    for (let number = 0; number < 1000; number++) tracker.track(`job${number}`, number, 'one');
    tracker.shareWith(2);
    await clock.advance(11_000);
    assert.equal(polls.length, 101);
  });

  it('tries one job for all while their server cannot be reached, ever more seldom', async () => {
    outcome = () => ({ next: 'continue', changed: false, server: 'backOff' });
    for (let number = 0; number < 100; number++) tracker.track(`job${number}`, number, 'one');
    await clock.advance(60 * 60_000);
    assert.ok(polls.length < 25, String(polls.length));
    const gaps = polls.slice(1).map(({ at }, index) => at - (polls[index]?.at ?? 0));
    assert.equal(gaps[0], 1000);
    assert.equal(gaps.at(-1), 5 * 60_000);
    outcome = () => unchanged;
    await clock.advance(5 * 60_000 + 10_000);
    assert.equal(new Set(polls.slice(-100).map(({ id }) => id)).size, 100, 'all are asked for again');
  });

  it('counts what was under way when a server went away as one failure', async () => {
    const finish: ((outcome: PollOutcome) => void)[] = [];
    outcome = () => new Promise((resolve) => finish.push(resolve));
    for (let number = 0; number < 10; number++) tracker.track(`job${number}`, number, 'one');
    await clock.advance(2_000);
    assert.equal(finish.length, 10);
    for (const each of finish) each({ next: 'continue', changed: false, server: 'backOff' });
    outcome = () => unchanged;
    await clock.advance(2_000);
    assert.ok(polls.length > 10, 'not after the pause of ten failures');
  });

  it('lets a server that cannot be reached, or hangs, hold up its own jobs only', async () => {
    const never = new Promise<PollOutcome>(() => undefined);
    outcome = (id) => (id.startsWith('hangs') ? never : unchanged);
    for (let number = 0; number < 60; number++) tracker.track(`hangs${number}`, number, 'two');
    tracker.track('a', 0, 'one');
    await clock.advance(30_000);
    assert.ok(timesOf('a').length >= 4, String(timesOf('a')));
  });

  it('leaves all jobs of a server alone that wants no calls, and asks again when it does', async () => {
    outcome = (id) =>
      id === 'other' ? unchanged : { next: 'continue', changed: false, server: { waitMs: 600_000 } };
    tracker.track('a', 1, 'one');
    await clock.advance(1_000);
    tracker.track('b', 2, 'one');
    tracker.track('other', 3, 'two');
    tracker.nudge('b');
    await clock.advance(500_000);
    assert.deepEqual(timesOf('a'), [1_000]);
    assert.deepEqual(timesOf('b'), []);
    assert.ok(timesOf('other').length > 10);
    await clock.advance(101_100);
    assert.equal(timesOf('a').length + timesOf('b').length, 2, 'one finds that it holds on');
  });

  it('tries a server again at once that the user has reached', async () => {
    outcome = () => ({ next: 'continue', changed: false, server: 'backOff' });
    tracker.track('a', 1, 'one');
    await clock.advance(60 * 60_000);
    const { length } = polls;
    tracker.nudge('a');
    await clock.advance(1_000);
    assert.equal(polls.length, length + 1);
  });

  it('does nothing while another window asks', async () => {
    tracker.track('a', 1, 'one');
    tracker.stop();
    await clock.advance(60_000);
    assert.deepEqual(polls, []);
    tracker.start();
    await clock.advance(100);
    assert.equal(polls.length, 1);
  });
});
