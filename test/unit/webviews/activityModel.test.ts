import assert from 'node:assert/strict';
import type { Run } from '../../../src/shared/dashboardContract.ts';
import { durationText } from '../../../src/webviews/controls/measures.ts';
import { outcomesOf, summaryOf } from '../../../src/webviews/dashboard/activityModel.ts';

function run(outcome: Run['outcome'], durationMs?: number): Run {
  const time = '2020-01-01T00:00:00Z';
  return {
    id: '',
    name: '',
    outcomeText: '',
    time,
    outcome,
    ...(durationMs !== undefined && { durationMs }),
  };
}

describe('the numbers of a dashboard', () => {
  it('counts all, and takes the mean of those that succeeded and whose time is known', () => {
    const runs = [run('succeeded', 100), run('failed', 9_000), run('succeeded', 300), run('succeeded')];
    assert.deepEqual(summaryOf(runs), { count: 4, failed: 1, meanMs: 200 });
  });

  it('has no mean where nothing has succeeded', () => {
    assert.deepEqual(summaryOf([run('failed', 5), run('open')]), { count: 2, failed: 1 });
  });

  it('groups by outcome, in one order, without what there is none of', () => {
    const runs = [run('open'), run('failed'), run('succeeded'), run('failed')];
    assert.deepEqual(outcomesOf(runs), [
      { outcome: 'succeeded', count: 1 },
      { outcome: 'failed', count: 2 },
      { outcome: 'open', count: 1 },
    ]);
  });

  it('writes times in milliseconds, seconds and minutes', () => {
    const words = { milliseconds: '{0} ms', seconds: '{0} s' };
    const texts = [0.4, 999.4, 999.6, 12_340, 59_949, 59_950, 65_000, 3_600_000];
    assert.deepEqual(
      texts.map((ms) => durationText(ms, words)),
      ['0 ms', '999 ms', '1.0 s', '12.3 s', '59.9 s', '0:59', '1:05', '1:00:00'],
    );
  });
});
