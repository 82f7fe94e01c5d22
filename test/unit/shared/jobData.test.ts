import assert from 'node:assert/strict';
import type { ServiceSchema } from '../../../src/protocol/studio/serviceSchema.ts';
import { editJob, readJob } from '../../../src/shared/jobData.ts';
import { isHopeless, jobProblems } from '../../../src/shared/jobProblems.ts';
import type { JsonMembers } from '../../../src/shared/jsonEdits.ts';

const port = (name: string) => ({ name, columns: [], sampleRows: [] });
const schema: ServiceSchema = {
  title: 'Scorer',
  inputs: [port('input1')],
  outputs: [port('output1')],
  globalParameters: [
    { name: 'seed', type: 'integer', default: 7 },
    { name: 'Database password', type: 'string', default: '' },
  ],
};
const fine: JsonMembers = { workspace: 'w', service: 's', inputs: { input1: { file: 'rows.csv' } } };

function problemsOf(members: JsonMembers, known: ServiceSchema | 'none' = schema): string[] {
  return jobProblems(readJob({ ...fine, ...members }).data, known === 'none' ? undefined : known).map(
    (problem) => `${problem.kind} ${problem.name} ${problem.problem}${isHopeless(problem) ? '!' : ''}`,
  );
}

describe('a batch job document', () => {
  it('is read with defaults for what it leaves out', () => {
    assert.deepEqual(readJob({ workspace: 'w', service: 's' }), {
      data: {
        workspace: 'w',
        service: 's',
        inputs: {},
        outputs: {},
        globalParameters: {},
        generation: 'Inputs+Outputs',
      },
      ignored: [],
    });
  });

  it('takes an input with one place only, so that nothing hides beside it', () => {
    const { data, ignored } = readJob({
      ...fine,
      connectionString: 'AccountKey=x',
      inputs: {
        a: { blob: 'c/a.csv' },
        b: { url: 'https://a.example/c/b.csv', sasBlobToken: '?sig=x' },
        c: 'c',
      },
      outputs: { o: null, p: 1 },
      generation: 'Input',
    });
    assert.deepEqual(data.inputs, { a: { blob: 'c/a.csv' } });
    assert.deepEqual(data.outputs, { o: null });
    assert.deepEqual(ignored.toSorted(), [
      'connectionString',
      'generation',
      'inputs.b',
      'inputs.c',
      'outputs.p',
    ]);
  });

  it('is the same after an edit as if it had been read anew', () => {
    const { data } = readJob(fine);
    const edited = editJob(data, [
      { kind: 'set', path: ['outputs', 'output1'], value: null },
      { kind: 'set', path: ['inputs', 'input1'], value: { blob: 'c/a.csv' } },
    ]);
    assert.deepEqual(
      edited,
      readJob({ ...fine, outputs: { output1: null }, inputs: { input1: { blob: 'c/a.csv' } } }).data,
    );
  });

  it('has no problem when it fits the service', () => {
    assert.deepEqual(problemsOf({ outputs: { output1: 'c/a.csv' }, globalParameters: { seed: '8' } }), []);
    assert.deepEqual(problemsOf({ inputs: { anything: { blob: '/c/a b.csv' } } }, 'none'), []);
  });

  it('says which inputs are missing, unknown or nowhere', () => {
    assert.deepEqual(problemsOf({ inputs: {} }), ['input input1 missing']);
    const inputs = (input1: JsonMembers) => problemsOf({ inputs: { input1 } });
    assert.deepEqual(inputs({ file: ' ' }), ['input input1 empty!']);
    assert.deepEqual(inputs({ blob: 'only.csv' }), ['input input1 location!']);
    assert.deepEqual(inputs({ url: 'a.example/c/b.csv' }), ['input input1 notAUrl!']);
    assert.deepEqual(inputs({ url: 'https://a.example/c/b.csv?sv=1&sig=x' }), ['input input1 secret!']);
    assert.deepEqual(problemsOf({ inputs: { input1: { file: 'x' }, input7: { file: 'x' } } }), [
      'input input7 unknown',
    ]);
  });

  it('says which outputs and parameters the service will not take', () => {
    assert.deepEqual(problemsOf({ outputs: { output1: 'c/a.txt', other: null } }), [
      'output output1 extension',
      'output other unknown',
    ]);
    assert.deepEqual(problemsOf({ outputs: { output1: 'a.csv' } }), ['output output1 location!']);
    assert.deepEqual(problemsOf({ globalParameters: { seed: 'many' } }), ['parameter seed integer']);
    assert.deepEqual(problemsOf({ globalParameters: { seed: [1] } }), ['parameter seed notScalar!']);
  });

  it('wants a secret parameter to be named, not written', () => {
    const password = (value: string) => problemsOf({ globalParameters: { 'Database password': value } });
    assert.deepEqual(password('hunter2'), ['parameter Database password secretParameter']);
    assert.deepEqual(password('${secret:database}'), []);
  });

  it('does not put two inputs into a body that has room for one', () => {
    const inputs = { input1: { file: 'a' }, input2: { file: 'b' } };
    assert.deepEqual(problemsOf({ inputs, generation: 'Input+Outputs' }, 'none'), [
      'generation Input+Outputs tooMany!',
    ]);
    assert.deepEqual(problemsOf({ inputs }, 'none'), []);
    const outputs = { a: 'c/a.csv', b: 'c/b.csv' };
    assert.deepEqual(problemsOf({ outputs, generation: 'Input+Output' }, 'none'), [
      'generation Input+Output tooMany!',
    ]);
    assert.deepEqual(problemsOf({ outputs, generation: 'Input+Outputs' }, 'none'), []);
  });
});
