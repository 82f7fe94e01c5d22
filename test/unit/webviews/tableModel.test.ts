import assert from 'node:assert/strict';
import type { OutputView } from '../../../src/shared/answerContract.ts';
import { histogramOf, scoreColumn } from '../../../src/webviews/requestEditor/histogramModel.ts';
import {
  arrange,
  nextSorting,
  tableText,
  wideTable,
} from '../../../src/webviews/requestEditor/tableModel.ts';

const output: OutputView = {
  name: 'o',
  columns: [
    { name: 'label', kind: 'text', repeated: false },
    { name: 'score', kind: 'number', repeated: false },
    { name: 'at', kind: 'dateTime', repeated: false },
  ],
  rows: [
    ['b', '10', '2016-01-31T18:30:00'],
    ['a', '9', '2015-12-01'],
    [null, null, null],
    ['A10', '-1e3', null],
    ['', 'NaN', ''],
  ],
  rowCount: 5,
  beginning: false,
  isTable: true,
  sent: { name: 'i', columns: [{ name: 'id', kind: 'number', repeated: false }], rows: [['1'], ['2'], ['3'], ['4'], ['5']] }, // prettier-ignore
};
const table = wideTable(output, false);

describe('the rows of an answer', () => {
  it('sort by number, by time and by text, null last either way', () => {
    const by = (column: number, direction: 'ascending' | 'descending') =>
      arrange(table, '', [], { column, direction });
    assert.deepEqual(by(1, 'ascending'), [3, 1, 0, 4, 2]);
    assert.deepEqual(by(1, 'descending'), [0, 1, 3, 4, 2]);
    assert.deepEqual(by(2, 'ascending'), [1, 0, 4, 2, 3]);
    assert.deepEqual(by(0, 'ascending'), [4, 1, 3, 0, 2]);
  });

  it('are found by a word in any cell, and by comparisons of columns', () => {
    const where = (column: number, test: Parameters<typeof arrange>[2][number]['test'], value = '') =>
      arrange(table, '', [{ column, test, value }], undefined);
    assert.deepEqual(arrange(table, ' A ', [], undefined), [1, 3, 4]);
    assert.deepEqual(where(1, 'atLeast', '9'), [0, 1]);
    assert.deepEqual(where(1, 'less', '9.5'), [1, 3]);
    assert.deepEqual(where(1, 'equal', '10.0'), [0]);
    assert.deepEqual(where(2, 'greater', '2016'), [0]);
    assert.deepEqual(where(0, 'equal', ''), [4]);
    assert.deepEqual(where(0, 'isNull'), [2]);
    assert.deepEqual(where(0, 'isNotNull'), [0, 1, 3, 4]);
    assert.deepEqual(where(0, 'contains', 'a1'), [3]);
    assert.deepEqual(where(1, 'less', ''), [0, 1, 2, 3, 4]);
  });

  it('stand beside what was sent', () => {
    const wide = wideTable(output, true);
    assert.deepEqual(wide.columns.map(({ origin }) => origin), ['sent', 'scored', 'scored', 'scored']); // prettier-ignore
    assert.equal(tableText(wide, [1, 2], 'Column {0}'), 'id\tlabel\tscore\tat\n2\ta\t9\t2015-12-01\n3\t\t\t');
  });

  it('go up, down and back with clicks on a title', () => {
    const up = nextSorting(undefined, 1);
    const down = nextSorting(up, 1);
    assert.deepEqual(
      [up, down, nextSorting(down, 1)],
      [{ column: 1, direction: 'ascending' }, { column: 1, direction: 'descending' }, undefined],
    );
    assert.deepEqual(nextSorting(down, 2, 'descending'), { column: 2, direction: 'descending' });
    assert.equal(nextSorting(down, 1, 'descending'), undefined);
  });
});

describe('a histogram', () => {
  const numbers = wideTable(
    {
      ...output,
      columns: [
        { name: 'id', kind: 'number', repeated: true },
        { name: 'Scored Labels', kind: 'number', repeated: false },
        { name: 'Scored Probabilities', kind: 'number', repeated: false },
      ],
      rows: [0, 0.1, 0.2, 0.2, 0.9, 1, null].map((p, i) => [String(i), '1', p === null ? null : String(p)]),
    },
    false,
  );
  const all = [...numbers.rows.keys()];

  it('is of the probabilities where there are some', () => {
    assert.equal(scoreColumn(numbers), 2);
    assert.equal(scoreColumn(table), 1);
  });

  it('counts every number once, the ends too', () => {
    const histogram = histogramOf(numbers, all, 2);
    assert.deepEqual(histogram?.bins.map(({ count }) => count), [2, 2, 0, 0, 2]); // prettier-ignore
    assert.deepEqual(
      [histogram.count, histogram.least, histogram.greatest, histogram.median],
      [6, 0, 1, 0.2],
    );
  });

  it('is not made of numbers that are all the same, or too few', () => {
    assert.equal(histogramOf(numbers, all, 1), undefined);
    assert.equal(histogramOf(numbers, [0, 1, 2], 2), undefined);
  });
});
