import assert from 'node:assert/strict';
import {
  columnEdges,
  columnsInSight,
  fittedWidths,
  gridKey,
  naturalWidths,
  rangeText,
  scrollScale,
  selectionOf,
  sourceOf,
  stepFrom,
} from '../../../src/webviews/controls/gridModel.ts';

const size = { rows: 10, columns: 4, page: 3 };
const at = { row: 5, column: 2 };

function press(key: string, ctrlKey = false): unknown {
  return gridKey({ key, ctrlKey, metaKey: false }, at, size);
}

describe('the keys of a grid', () => {
  const keys: readonly (readonly [string, boolean, unknown])[] = [
    ['ArrowUp', false, { row: 4, column: 2 }],
    ['ArrowRight', false, { row: 5, column: 3 }],
    ['ArrowDown', true, { row: 9, column: 2 }],
    ['ArrowLeft', true, { row: 5, column: 0 }],
    ['Home', false, { row: 5, column: 0 }],
    ['End', true, { row: 9, column: 3 }],
    ['PageDown', false, { row: 8, column: 2 }],
    ['PageUp', false, { row: 2, column: 2 }],
    ['a', true, 'all'],
    ['a', false, undefined],
    ['Tab', false, undefined],
  ];
  for (const [key, ctrl, target] of keys) {
    it(`${ctrl ? 'Ctrl+' : ''}${key}`, () => assert.deepEqual(press(key, ctrl), target));
  }

  it('stay within the table', () => {
    const corner = gridKey({ key: 'PageDown', ctrlKey: false, metaKey: false }, { row: 9, column: 3 }, size);
    assert.deepEqual(corner, { row: 9, column: 3 });
  });
});

describe('copied cells', () => {
  it('are tab-separated, with null empty and awkward cells in quotes', () => {
    const rows = [
      ['a', null, 'say "hi"'],
      ['b\tc', 'd', 'e\nf'],
    ];
    const all = selectionOf({ row: 1, column: 2 }, { row: 0, column: 0 });
    assert.equal(rangeText(sourceOf(rows), all), 'a\t\t"say ""hi"""\n"b\tc"\td\t"e\nf"');
    assert.equal(rangeText(sourceOf(rows), selectionOf({ row: 1, column: 1 }, { row: 1, column: 1 })), 'd');
  });
});

describe('the columns of a grid', () => {
  const long = 'x'.repeat(200);
  const numbers = Array.from({ length: 4 }, (_, i) => ({ title: `Col2_HashingFeature.${i}`, numeric: true }));
  const columns = [{ title: 'Col2', numeric: false }, ...numbers];
  const natural = naturalWidths(columns, sourceOf([[long, '1', '2', '3', '4']]));

  it('are as wide as their cells, within reason, and break their titles', () => {
    assert.ok(natural.every((width) => width >= 64 && width <= 260));
    assert.ok((natural[1] ?? 0) < 110);
  });

  it('give way so that all are in sight', () => {
    const total = natural.reduce((sum, width) => sum + width, 0);
    const fitted = fittedWidths(natural, total - 100);
    assert.ok(fitted.reduce((sum, width) => sum + width, 0) <= total - 99);
    assert.deepEqual(fitted.slice(1), natural.slice(1));
    assert.deepEqual(fittedWidths(natural, total), natural);
  });

  it('are measured at once, however long a title is', () => {
    const [width] = naturalWidths([{ title: 'a_'.repeat(500_000), numeric: false }], sourceOf([]));
    assert.ok(width !== undefined && width <= 260);
  });
});

describe('the way through the cells of a grid', () => {
  const size = { rows: 3, columns: 2 };

  it('goes on in the next row, and back to where a row of entries began', () => {
    assert.deepEqual(stepFrom({ row: 0, column: 1 }, 'right', size), { row: 1, column: 0 });
    assert.deepEqual(stepFrom({ row: 1, column: 0 }, 'left', size), { row: 0, column: 1 });
    assert.deepEqual(stepFrom({ row: 0, column: 1 }, 'down', size, 0), { row: 1, column: 0 });
  });

  it('ends at the first and the last cell', () => {
    assert.equal(stepFrom({ row: 2, column: 1 }, 'right', size), undefined);
    assert.equal(stepFrom({ row: 0, column: 0 }, 'left', size), undefined);
    assert.equal(stepFrom({ row: 2, column: 0 }, 'down', size), undefined);
    assert.equal(stepFrom({ row: 0, column: 0 }, 'up', size), undefined);
  });
});

describe('the columns of a wide grid', () => {
  const edges = columnEdges(Array.from({ length: 5_000 }, () => 100));

  it('are drawn where they are in sight', () => {
    assert.deepEqual(columnsInSight(edges, 100_000, 600), { first: 997, last: 1009 });
    assert.deepEqual(columnsInSight(edges, 0, 600), { first: 0, last: 9 });
    assert.deepEqual(columnsInSight(edges, 499_500, 600), { first: 4992, last: 5000 });
  });

  it('are all drawn when they are few', () => {
    assert.deepEqual(columnsInSight(columnEdges([100, 100]), 0, 10), { first: 0, last: 2 });
  });
});

describe('the scroll bar of a grid', () => {
  it('moves by the pixels of the rows as long as there may be so many', () => {
    const scale = scrollScale(240_000, 400);
    assert.deepEqual([scale.isScaled, scale.height, scale.toTop(1234)], [false, 240_000, 1234]);
  });

  it('reaches each of a hundred million rows in the height that a browser draws', () => {
    const rowsHeight = 100_000_000 * 24;
    const scale = scrollScale(rowsHeight, 400);
    assert.ok(scale.isScaled && scale.height < 16_777_216);
    assert.equal(scale.toTop(0), 0);
    assert.equal(scale.toTop(scale.height - 400), rowsHeight - 400);
    for (const row of [1, 12_345_678, 99_999_900]) {
      assert.ok(Math.abs(scale.toTop(scale.toScroll(row * 24)) - row * 24) < 1e-3);
    }
  });
});
