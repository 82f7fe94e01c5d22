import assert from 'node:assert/strict';
import * as v from 'valibot';
import { waitArguments } from '../../../src/jobs/callArguments.ts';

describe('the arguments of waitForJob', () => {
  it('have a limit that a timer can be set to', () => {
    for (const [given, taken] of [
      [0, 0],
      [1.5, 2],
      [1e12, 2 ** 31 - 1],
      [Number.POSITIVE_INFINITY, 2 ** 31 - 1],
    ]) {
      const { timeoutMs } = v.parse(waitArguments, { jobId: 'a', timeoutMs: given });
      assert.equal(timeoutMs, taken);
      AbortSignal.timeout(timeoutMs ?? 0);
    }
  });
});
