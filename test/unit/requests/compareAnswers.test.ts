import assert from 'node:assert/strict';
import { compareAnswers } from '../../../src/requests/compareAnswers.ts';
import type { AnswerTable } from '../../../src/requests/answerTables.ts';

function table(names: readonly (string | undefined)[], rows: (string | null)[][], name = 'o'): AnswerTable {
  return {
    name,
    isTable: true,
    beginning: false,
    columns: names.map((each) => ({
      ...(each === undefined ? {} : { name: each }),
      kind: 'text',
      repeated: false,
    })),
    rows,
  };
}

const time = new Date(0);

describe('an answer compared with an earlier one', () => {
  it('marks the cells that differ, with what they were', () => {
    const now = table(['a', 'b'], [['1', 'x'], ['2', null]]); // prettier-ignore
    const before = table(['a', 'b'], [['1', 'x'], ['2', '']]); // prettier-ignore
    const [output] = compareAnswers([now], [before], time).outputs;
    assert.deepEqual(output?.rows, [
      { change: 'same', cells: [{ now: '1' }, { now: 'x' }] },
      { change: 'changed', cells: [{ now: '2' }, { now: null, before: '' }] },
    ]);
    assert.deepEqual([output.changedRows, output.changedCells], [1, 1]);
  });

  it('finds columns again that moved, and columns of one name in their order', () => {
    const now = table(['b', 'a', 'a', 'new'], [['x', '1', '2', 'n']]);
    const before = table(['a', 'a', 'b', 'old'], [['1', '2', 'x', 'o']]);
    const [output] = compareAnswers([now], [before], time).outputs;
    assert.deepEqual(output?.columns.map(({ name, change }) => [name, change]), [['b', 'same'], ['a', 'same'], ['a', 'same'], ['new', 'added'], ['old', 'removed']]); // prettier-ignore
    assert.deepEqual(output.rows[0]?.cells, [
      { now: 'x' },
      { now: '1' },
      { now: '2' },
      { now: 'n', before: null },
      { now: null, before: 'o' },
    ]);
  });

  it('has the rows and outputs that only one of the two has', () => {
    const { outputs } = compareAnswers(
      [table([undefined], [['1'], ['2']]), table(['n'], [['1']], 'fresh')],
      [table([undefined], [['1']])],
      time,
    );
    assert.deepEqual(outputs[0]?.rows[1], { change: 'added', cells: [{ now: '2' }] });
    assert.deepEqual(
      outputs[1]?.rows.map(({ change }) => change),
      ['added'],
    );
    const gone = compareAnswers([table(['a'], [])], [table(['a'], [['1']])], time).outputs[0];
    assert.deepEqual(gone?.rows, [{ change: 'removed', cells: [{ now: '1' }] }]);
  });
});
