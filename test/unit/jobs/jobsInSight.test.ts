import assert from 'node:assert/strict';
import { jobsInSight } from '../../../src/jobs/jobsInSight.ts';

describe('the jobs in sight', () => {
  const listed = Array.from({ length: 1_000 }, (_, number) => `job${number}`);

  it('are those of open details while the Jobs view is hidden', () => {
    assert.deepEqual([...jobsInSight(['job900'], undefined)], ['job900']);
  });

  it('are also what is selected in the view, and the newest', () => {
    const seen = jobsInSight(['job900'], { listed, selected: ['job800'], isFiltered: false });
    for (const id of ['job900', 'job800', 'job0', 'job20']) assert.ok(seen.has(id), id);
    assert.ok(!seen.has('job700'));
    assert.ok(seen.size < 100);
  });

  it('are all that a filter leaves', () => {
    const left = listed.slice(500);
    assert.deepEqual([...jobsInSight([], { listed: left, selected: [], isFiltered: true })], left);
  });
});
