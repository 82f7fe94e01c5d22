import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { Turns } from '../../../src/jobs/turns.ts';

/** Work that ends when it is told to. */
class Work {
  readonly begun: string[] = [];
  readonly #ends = new Map<string, () => void>();

  readonly named = (name: string) => (): Promise<string> => {
    this.begun.push(name);
    return new Promise((resolve) => this.#ends.set(name, () => resolve(name)));
  };

  end(name: string): void {
    this.#ends.get(name)?.();
  }
}

describe('turns', () => {
  const patient = new AbortController().signal;

  it('let so many work at once, and the others in the order in which they came', async () => {
    const turns = new Turns(2);
    const work = new Work();
    const [first, second, third, fourth] = ['a', 'b', 'c', 'd'].map((name) =>
      turns.run(work.named(name), patient),
    );
    await setImmediate();
    assert.deepEqual(work.begun, ['a', 'b']);
    work.end('b');
    await second;
    await setImmediate();
    assert.deepEqual(work.begun, ['a', 'b', 'c']);
    work.end('a');
    work.end('c');
    assert.deepEqual([await first, await third], ['a', 'c']);
    await setImmediate();
    assert.deepEqual(work.begun, ['a', 'b', 'c', 'd']);
    work.end('d');
    await fourth;
  });

  it('go on after work that fails, and past what was cancelled while it waited', async () => {
    const turns = new Turns(1);
    const work = new Work();
    const stop = new AbortController();
    const failing = turns.run(() => Promise.reject(new Error('no')), patient);
    const cancelled = turns.run(work.named('cancelled'), stop.signal);
    const last = turns.run(() => Promise.resolve('last'), patient);
    stop.abort();
    await assert.rejects(cancelled, { code: 'Cancelled' });
    await assert.rejects(failing, /no/);
    assert.equal(await last, 'last');
    assert.deepEqual(work.begun, []);
  });
});
