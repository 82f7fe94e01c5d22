import assert from 'node:assert/strict';
import type { ServiceSchema } from '../../../src/protocol/studio/serviceSchema.ts';
import { cellProblemAt, nextProblem, requestProblems } from '../../../src/shared/inputProblems.ts';
import { editRequest, readRequest } from '../../../src/shared/requestData.ts';
import { inputForms } from '../../../src/shared/requestForm.ts';

const schema: ServiceSchema = {
  title: 'Income',
  inputs: [
    {
      name: 'input1',
      columns: [
        { name: 'age', type: 'integer', format: 'int32', nullable: false },
        { name: 'job', type: 'string', nullable: true },
      ],
      sampleRows: [],
    },
  ],
  outputs: [],
  globalParameters: [
    { name: 'Data table', type: 'string' },
    { name: 'Threshold', type: 'number', default: 0.5 },
  ],
};

const values = [
  [39, 'clerk'],
  ['old', 'cook'],
  [41, null],
  [null, 'maid'],
];
const { data } = readRequest({ inputs: { input1: { ColumnNames: ['age', 'job'], Values: values } } });

describe('the problems of a request', () => {
  it('are the cells and parameters that do not fit the schema', () => {
    const { count, first } = requestProblems(data, schema);
    assert.equal(count, 3);
    assert.deepEqual(
      first.map((each) =>
        each.kind === 'cell' ? [each.row, each.name, each.problem] : [each.name, each.problem],
      ),
      [
        [1, 'age', 'integer'],
        [3, 'age', 'null'],
        ['Data table', 'required'],
      ],
    );
  });

  it('are found again after each change', () => {
    const mended = editRequest(data, [
      { kind: 'set', path: ['inputs', 'input1', 'Values', 1, 0], value: 40 },
      { kind: 'set', path: ['globalParameters', 'Data table'], value: 't' },
      { kind: 'set', path: ['globalParameters', 'Threshold'], value: 'high' },
    ]);
    assert.deepEqual(
      requestProblems(mended, schema).first.map(({ name }) => name),
      ['age', 'Threshold'],
    );
  });

  it('are none without a schema, or in a body that is kept as text', () => {
    assert.equal(requestProblems(data, undefined).count, 0);
    assert.equal(requestProblems({ ...data, body: '{' }, schema).count, 0);
  });

  it('follow each other, round the end', () => {
    const [form] = inputForms(data, schema);
    assert.ok(form);
    assert.deepEqual(nextProblem(form, { row: 0, column: 0 }), { row: 1, column: 0 });
    assert.deepEqual(nextProblem(form, { row: 3, column: 0 }), { row: 1, column: 0 });
    assert.deepEqual(nextProblem(form, { row: 1, column: 0 }, true), { row: 3, column: 0 });
    assert.equal(cellProblemAt(form, 0, 0), undefined);
  });

  it('are counted in a long table, and listed in part', () => {
    const Values = Array.from({ length: 10_000 }, (_, i) => [i % 2 === 0 ? i : 'x', '']);
    const long = readRequest({ inputs: { input1: { ColumnNames: ['age', 'job'], Values } } }).data;
    const { count, first } = requestProblems(long, schema);
    assert.equal(count, 5_001);
    assert.equal(first.length, 50);
  });
});
