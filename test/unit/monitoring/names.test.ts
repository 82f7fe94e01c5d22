import assert from 'node:assert/strict';
import { Names } from '../../../src/monitoring/names.ts';
import { accessTo } from '../arm/armAccess.ts';
import { armForEachTest } from '../arm/armForEachTest.ts';
import { Bench } from '../transport/servers.ts';

describe('the names of what was called', () => {
  const bench = new Bench();
  const { signal } = new AbortController();
  let names: Names;

  armForEachTest((arm, { instance }) => {
    arm.seed(`${instance}/apis/score`, { displayName: 'Score', path: 'score' });
    arm.seed(`${instance}/apis/score-v2`, { displayName: 'Score', path: 'score', apiVersion: 'v2' });
    names = new Names(accessTo(arm, bench), signal);
  });
  afterEach(() => bench.close());

  it('tell versions and revisions of an API from each other', async () => {
    const ids = ['score', 'SCORE-V2', 'score;rev=2', 'score-v2;rev=3'];
    const called = await Promise.all(ids.map((id) => names.api(id, 'Score')));
    assert.deepEqual(called, ['Score', 'Score v2', 'Score;rev=2', 'Score v2;rev=3']);
  });

  it('are those of that time for an API that is gone, and its id where nobody says one', async () => {
    assert.equal(await names.api('gone;rev=2', 'Old score'), 'Old score');
    assert.equal(await names.api('gone;rev=2'), 'gone;rev=2');
  });
});
