import assert from 'node:assert/strict';
import type { RowBlock } from '../../../src/shared/tableEditorContract.ts';
import { RowCache, type BlockPlace } from '../../../src/webviews/table/rowCache.ts';

/** A table whose cells say where they are; answers when it is told to. */
class SlowTable {
  readonly asked: BlockPlace[] = [];
  readonly #answers: (() => void)[] = [];

  readonly load = (place: BlockPlace): Promise<RowBlock> => {
    this.asked.push(place);
    return new Promise((resolve, reject) => {
      this.#answers.push(() => (this.isBroken ? reject(new Error('gone')) : resolve(blockAt(place))));
    });
  };

  isBroken = false;

  async answer(): Promise<void> {
    for (const answer of this.#answers.splice(0)) answer();
    await new Promise(setImmediate);
  }
}

function blockAt({ from, count, firstColumn, columns }: BlockPlace): RowBlock {
  const places = Array.from({ length: count }, (_, i) => from + i);
  return {
    from,
    firstColumn,
    rows: places.map((row) => Array.from({ length: columns }, (_, i) => `${row}:${firstColumn + i}`)),
    numbers: places.map((row) => row + 1),
  };
}

const all = { first: 0, last: 3 };

describe('the rows that a table has in sight', () => {
  it('are loaded in blocks, once', async () => {
    const table = new SlowTable();
    const cache = new RowCache(3, table.load, () => undefined);
    cache.want({ first: 40, last: 60 }, all);
    cache.want({ first: 41, last: 61 }, all);
    assert.deepEqual(
      table.asked.map(({ from, count, columns }) => [from, count, columns]),
      [
        [0, 50, 3],
        [50, 50, 3],
      ],
    );
    assert.equal(cache.row(45), undefined);
    await table.answer();
    assert.deepEqual(cache.row(45), ['45:0', '45:1', '45:2']);
    assert.deepEqual(cache.row(50), ['50:0', '50:1', '50:2']);
    assert.equal(cache.numberOf(50), 51);
    cache.want({ first: 40, last: 60 }, all);
    assert.equal(table.asked.length, 2);
  });

  it('are not loaded when they have gone out of sight before their turn', async () => {
    const table = new SlowTable();
    const cache = new RowCache(3, table.load, () => undefined);
    cache.want({ first: 0, last: 500 }, all);
    cache.want({ first: 9_000, last: 9_010 }, all);
    await table.answer();
    await table.answer();
    assert.deepEqual(
      table.asked.map(({ from }) => from),
      [0, 50, 100, 9_000],
    );
  });

  it('have the columns in sight only, where there are very many', async () => {
    const table = new SlowTable();
    const cache = new RowCache(50_000, table.load, () => undefined);
    cache.want({ first: 0, last: 10 }, { first: 30_150, last: 30_180 });
    await table.answer();
    assert.deepEqual(
      table.asked.map(({ firstColumn, columns }) => [firstColumn, columns]),
      [[30_000, 200]],
    );
    assert.equal(cache.row(3)?.[30_150], '3:30150');
    assert.equal(cache.row(3)?.[0], undefined);
    assert.equal(cache.numberOf(3), 4);
  });

  it('tell why they do not come, and come when they are wanted again', async () => {
    const table = new SlowTable();
    const told: unknown[] = [];
    const cache = new RowCache(3, table.load, (error) => told.push(error));
    table.isBroken = true;
    cache.want({ first: 0, last: 10 }, all);
    await table.answer();
    assert.match(String(told[0]), /gone/);
    assert.equal(table.asked.length, 1);
    table.isBroken = false;
    cache.want({ first: 0, last: 10 }, all);
    await table.answer();
    assert.deepEqual(cache.row(0), ['0:0', '0:1', '0:2']);
  });

  it('are forgotten when many others have been in sight since', async () => {
    const table = new SlowTable();
    const cache = new RowCache(3, table.load, () => undefined);
    for (let block = 0; block < 90; block++) {
      cache.want({ first: block * 50, last: block * 50 + 1 }, all);
      await table.answer();
    }
    assert.equal(cache.row(0), undefined);
    assert.ok(cache.row(89 * 50));
  });
});
