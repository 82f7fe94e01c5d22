import assert from 'node:assert/strict';
import * as v from 'valibot';
import { checkOutputs, waitArguments } from '../../../src/jobs/callArguments.ts';
import { Failure } from '../../../src/protocol/failure.ts';
import type { ServiceSchema } from '../../../src/protocol/studio/serviceSchema.ts';

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

describe('the outputs of a program call', () => {
  const schema = (...outputs: string[]): ServiceSchema => ({
    title: 'Census',
    inputs: [],
    outputs: outputs.map((name) => ({ name, columns: [], sampleRows: [] })),
    globalParameters: [],
  });

  it('are refused by name where the service is known not to have them, with those that it has', () => {
    assert.throws(
      () => checkOutputs(['output1', 'otuput2'], schema('output1', 'output2'), 'Census'),
      (error) =>
        error instanceof Failure &&
        error.code === 'InvalidArguments' &&
        /"outputs\.otuput2": Census has no .*"output1", "output2"\. Correct .*Azure ML: Refresh/.test(
          error.sentence,
        ),
    );
    assert.throws(() => checkOutputs(['output1'], schema(), 'Census'), /it has none/);
  });

  it('are left to the service where its schema has them, or none is known', () => {
    checkOutputs(['output2'], schema('output1', 'output2'), 'Census');
    checkOutputs(['output2'], undefined, 'Census');
  });
});
