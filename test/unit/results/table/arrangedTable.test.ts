import assert from 'node:assert/strict';
import { ArrangedTable, openTable } from '../../../../src/results/table/index.ts';
import type { TableCondition } from '../../../../src/shared/tableEditorContract.ts';
import { MemorySource } from './tables.ts';

const text = [
  'id,name,note',
  '1,Ann,plain',
  '2,Bob,"two\r\nlines, and a ""quote"""',
  '3,Cid',
  '4,ann,plain',
  '5,Dan,=1+1',
  '',
].join('\r\n');

const all = { firstColumn: 0, columns: 3 };

describe('a table as it is shown', () => {
  let table: ArrangedTable;
  beforeEach(async () => (table = new ArrangedTable(await openTable(new MemorySource(text)))));
  afterEach(() => table.table.close());

  const find = (words: string, row: number, column: number, backwards = false) =>
    table.find({ text: words, matchCase: false, backwards, row, column }, {});
  const show = (conditions: readonly TableCondition[], descending?: boolean) =>
    table.arrange(
      { conditions, ...(descending === undefined ? {} : { order: { column: 1, descending } }) },
      {},
    );
  const namesNow = async (): Promise<unknown> =>
    (await table.rows(0, 10, { firstColumn: 1, columns: 1 })).rows.map(([name]) => name);

  it('counts rows from the one below the header', async () => {
    const block = await table.rows(1, 2, all);
    assert.deepEqual(block, {
      from: 1,
      firstColumn: 0,
      rows: [
        ['2', 'Bob', 'two\r\nlines, and a "quote"'],
        ['3', 'Cid'],
      ],
      numbers: [2, 3],
    });
    assert.ok(table.knownRows >= 3);
    await table.table.index();
    assert.equal(table.knownRows, 5);
  });

  it('filters and sorts, and goes back to all rows', async () => {
    const anns = await show([{ column: 1, test: 'contains', value: 'ann' }]);
    assert.deepEqual([anns.version, anns.rowCount, anns.matching], [1, 2, 2]);
    assert.deepEqual(await namesNow(), ['Ann', 'ann']);
    assert.deepEqual((await table.rows(0, 10, all)).numbers, [1, 4]);
    await show([{ test: 'doesNotContain', value: 'plain' }], true);
    assert.deepEqual(await namesNow(), ['Dan', 'Cid', 'Bob']);
    assert.equal((await show([])).rowCount, undefined);
    assert.deepEqual(await namesNow(), ['Ann', 'Bob', 'Cid', 'ann', 'Dan']);
  });

  it('keeps what was shown when the work is cancelled', async () => {
    await show([{ column: 1, test: 'equal', value: 'Bob' }]);
    const abort = new AbortController();
    abort.abort();
    await assert.rejects(
      table.arrange({ conditions: [], order: { column: 0, descending: true } }, { signal: abort.signal }),
      {
        code: 'Cancelled',
      },
    );
    assert.equal(table.arrangement.version, 1);
    assert.deepEqual(await namesNow(), ['Bob']);
  });

  it('finds the next match in the row, in the rows behind it, and once round', async () => {
    assert.deepEqual(await find('n', 0, -1), { row: 0, column: 1, wrapped: false });
    assert.deepEqual(await find('n', 0, 1), { row: 0, column: 2, wrapped: false });
    assert.deepEqual(await find('n', 0, 2), { row: 1, column: 2, wrapped: false });
    assert.deepEqual(await find('n', 4, 1), { row: 0, column: 1, wrapped: true });
    assert.deepEqual(await find('cid', 2, 1), { row: 2, column: 1, wrapped: true });
    assert.equal(await find('nowhere', 0, 0), undefined);
  });

  it('finds backwards, the last match of a row first', async () => {
    assert.deepEqual(await find('n', 3, 1, true), { row: 1, column: 2, wrapped: false });
    assert.deepEqual(await find('n', 0, 1, true), { row: 4, column: 1, wrapped: true });
  });

  it('finds only in the rows that are shown, at their places', async () => {
    await show([{ column: 2, test: 'equal', value: 'plain' }], true);
    assert.deepEqual((await table.rows(0, 5, all)).numbers.length, 2);
    const found = await find('4', 0, 2);
    assert.equal((await table.rows(found?.row ?? -1, 1, all)).numbers[0], 4);
    assert.equal(await find('Bob', 0, 0), undefined);
  });

  it('knows the place of a row, of the next one shown, and the end', async () => {
    assert.equal(await table.placeOf(3), 2);
    assert.equal(await table.placeOf(0), 0);
    assert.equal(await table.placeOf(1_000), 4);
    await show([{ column: 1, test: 'contains', value: 'ann' }]);
    assert.equal(await table.placeOf(2), 1);
    assert.equal(await table.placeOf(5), 1);
  });

  it('gives blocks as text for spreadsheets, short rows filled up, and refuses too many cells', async () => {
    assert.equal(
      await table.text({ top: 1, bottom: 2, left: 1, right: 2 }),
      'Bob\t"two\r\nlines, and a ""quote"""\nCid\t',
    );
    assert.equal(await table.text({ top: 0, bottom: 999_999, left: 0, right: 1 }), undefined);
  });

  it('describes a column of the rows that are shown', async () => {
    await show([{ column: 0, test: 'greater', value: '3' }]);
    const { rows, numbers } = await table.describe(0, {});
    assert.deepEqual([rows, numbers?.min, numbers?.max], [2, 4, 5]);
  });
});
