import assert from 'node:assert/strict';
import { intervalsOf, spanOf } from '../../../src/monitoring/timeRanges.ts';

const hour = 3_600_000;
const now = Date.parse('2026-01-31T12:00:30Z');

describe('the time that is looked at', () => {
  it('ends with the minute that is not over, or is what was chosen', () => {
    const { from, to } = spanOf({ last: 'day' }, now);
    assert.equal(new Date(to).toISOString(), '2026-01-31T12:01:00.000Z');
    assert.equal(to - from, 24 * hour);
    const between = ['2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'] as const;
    const chosen = spanOf({ between }, now);
    assert.deepEqual(
      [chosen.from, chosen.to].map((time) => new Date(time).toISOString()),
      [...between],
    );
  });

  it('is divided into as many parts as can be drawn, which reports have at every quarter of an hour', () => {
    const intervals = (['hour', 'day', 'week', 'month'] as const).map((last) =>
      intervalsOf(spanOf({ last }, now)),
    );
    assert.deepEqual(intervals, [
      { metrics: 'PT1M', reports: 'PT15M' },
      { metrics: 'PT30M', reports: 'PT30M' },
      { metrics: 'PT6H', reports: 'PT6H' },
      { metrics: 'PT12H', reports: 'PT12H' },
    ]);
    assert.equal(intervalsOf({ from: 0, to: 90 * 24 * hour }).metrics, 'P1D');
  });
});
