import assert from 'node:assert/strict';
import {
  fittedWidths,
  gridKey,
  naturalWidths,
  rangeText,
  selectionOf,
  sourceOf,
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
