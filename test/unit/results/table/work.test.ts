import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import fc from 'fast-check';
import {
  openTable,
  type ByteSource,
  type Condition,
  type ExportOptions,
  type RowSelection,
  type Table,
  type WorkOptions,
} from '../../../../src/results/table/index.ts';
import { temporaryFolder } from '../../../support/batch.ts';
import { failsWith, MemorySource } from './tables.ts';
import { naiveRows } from './naiveCsv.ts';

const people = [
  'id,name,age,city,score',
  '1,"Ann, the first",31,Oslo,1.5',
  '2,Bob,,"Paris\r\nFrance",-2',
  '3,Čeněk,45,Praha,10',
  '4,Dora,9,oslo,',
  '5,=1+1,30,OSLO,2.25,surplus',
  '6,Short',
  '',
].join('\r\n');

async function withTable<T>(source: ByteSource | string, use: (table: Table) => Promise<T>): Promise<T> {
  const table = await openTable(typeof source === 'string' ? new MemorySource(source) : source, {
    blockSize: 37,
    pageSize: 64,
    stride: 40,
  });
  try {
    return await use(table);
  } finally {
    await table.close();
  }
}

async function exported(table: Table, options: ExportOptions): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of table.export(options)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

async function lengthOf(pieces: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0;
  for await (const piece of pieces) length += piece.length;
  return length;
}

const filtered = async (text: string, selection: RowSelection): Promise<number[]> => {
  const { rows, count } = await withTable(text, (table) => table.filter(selection));
  assert.equal(count, rows.length);
  return [...rows];
};
const rowsWith = (...conditions: Condition[]): Promise<number[]> => filtered(people, { conditions });

describe('what a table tells of itself', () => {
  const previewed = (text: string) =>
    withTable(text, (table) => Promise.resolve({ ...table.dialect, ...table.preview }));

  it('finds the delimiter, the encoding, the header and the types', async () => {
    const { delimiter, encoding, start, hasHeader, columns } = await previewed(people);
    assert.deepEqual(
      { delimiter, encoding, start, hasHeader },
      { delimiter: ',', encoding: 'utf-8', start: 0, hasHeader: true },
    );
    assert.deepEqual(columns, [
      { name: 'id', type: 'integer' },
      { name: 'name', type: 'text' },
      { name: 'age', type: 'integer' },
      { name: 'city', type: 'text' },
      { name: 'score', type: 'number' },
      { name: '', type: 'text' },
    ]);
    assert.equal((await previewed('a;b\n"1,5";x,y,z\n2;"q;"\n')).delimiter, ';');
    assert.equal((await previewed('a\tb, c\n1\t2, 3\n')).delimiter, '\t');
    assert.equal((await previewed('a;b\n1,5;2,5\n3,0;1,0\n')).delimiter, ';');
    assert.equal((await previewed('a title\nx;y\n1;2\n3;4\n')).delimiter, ';');
    assert.equal((await previewed('only one column\n5\n')).delimiter, ',');
    assert.equal((await previewed('1,2\n3,4\n')).hasHeader, false);
    assert.equal((await previewed('\ufeffa,b\n1,2\n')).start, 3);
  });

  it('knows dates and truth values', async () => {
    const { columns } = await previewed(
      'day,flag,time\n2020-01-31,true,2020-01-31T10:00:00Z\n2021-12-01,FALSE,2021-01-01 09:30\n',
    );
    assert.deepEqual(
      columns.map(({ type }) => type),
      ['date', 'boolean', 'date'],
    );
  });

  it('reads what is not UTF-8 as Windows-1252, and refuses UTF-16', async () => {
    const bytes = Buffer.from('name,price\nCaf\xe9,5 \x80\n', 'latin1');
    await withTable(new MemorySource(bytes), async (table) => {
      assert.deepEqual((await table.rows(1, 1)).rows[0]?.cells, ['Café', '5 €']);
      assert.deepEqual(await table.find({ text: 'CAFÉ' }), { row: 1, column: 0 });
    });
    await assert.rejects(
      openTable(new MemorySource(Buffer.from('\ufeffa,b', 'utf16le'))),
      failsWith('NotUtf8'),
    );
  });
});

describe('finding and filtering', () => {
  it('finds the next match from a row, or the last before one, in a cell as it reads', async () => {
    await withTable(people, async (table) => {
      assert.deepEqual(await table.find({ text: 'oslo' }), { row: 1, column: 3 });
      assert.deepEqual(await table.find({ text: 'oslo' }, { from: 2 }), { row: 4, column: 3 });
      assert.deepEqual(await table.find({ text: 'oslo', matchCase: true }), { row: 4, column: 3 });
      assert.deepEqual(await table.find({ text: 'oslo' }, { to: 5, backwards: true }), { row: 4, column: 3 });
      assert.deepEqual(await table.find({ text: 'is\r\nFr' }), { row: 2, column: 3 });
      assert.deepEqual(await table.find({ text: 'ann, THE' }), { row: 1, column: 1 });
      assert.equal(await table.find({ text: 'Oslo,1' }), undefined, 'no match over two cells');
      assert.deepEqual(await table.find({ text: '1', column: 4 }), { row: 1, column: 4 });
      await table.index();
      assert.deepEqual(await table.find({ text: 'oslo' }, { from: 5 }), { row: 5, column: 3 });
    });
  });

  it('finds a quote that is written twice', async () => {
    const match = await withTable('x\n"say ""a"" b"\n', (table) => table.find({ text: '"a" B' }));
    assert.deepEqual(match, { row: 1, column: 0 });
  });

  it('compares columns as numbers or as texts', async () => {
    assert.deepEqual(await rowsWith({ test: 'greater', column: 2, value: '30' }), [1, 3]);
    assert.deepEqual(await rowsWith({ test: 'less', column: 4, value: '2' }), [1, 2]);
    assert.deepEqual(await rowsWith({ test: 'equal', column: 4, value: '10.0' }), [3]);
    assert.deepEqual(
      await rowsWith({ test: 'greaterOrEqual', column: 1, value: 'Dora' }),
      [4, 6, 3].sort((a, b) => a - b),
    );
    assert.deepEqual(await rowsWith({ test: 'empty', column: 2 }), [2, 6]);
    assert.deepEqual(await rowsWith({ test: 'notEmpty', column: 5 }), [5]);
    assert.deepEqual(
      await rowsWith({ test: 'contains', text: 'oslo' }, { test: 'notEmpty', column: 4 }),
      [1, 5],
    );
    assert.deepEqual(await rowsWith({ test: 'doesNotContain', text: 'o' }), [3]);
  });

  it('finds the rows that a plain search finds', async () => {
    const cell = fc.constantFrom('ab', 'a"b', 'x,y', 'B', '', 'a\nb', '12', '"');
    const table = fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(table, fc.constantFrom('a', 'B', '"', 'x,', 'a\n', '1'), async (rows, text) => {
        const written = rows
          .map((row) => row.map((value) => `"${value.replaceAll('"', '""')}"`).join(','))
          .join('\n');
        const expected = [...rows.entries()]
          .filter(([, row]) => row.some((value) => value.toLowerCase().includes(text.toLowerCase())))
          .map(([i]) => i);
        const conditions: Condition[] = [{ test: 'contains', text }];
        assert.deepEqual(await filtered(written, { from: 0, conditions }), expected);
      }),
      { numRuns: 12 },
    );
  });
});

describe('describing and sorting columns', () => {
  it('counts, and measures numbers', async () => {
    const [age, city, score] = await withTable(people, (table) => table.summarize([2, 3, 4]));
    assert.deepEqual(
      { ...age, numbers: undefined, top: undefined },
      {
        column: 2,
        type: 'integer',
        rows: 6,
        empty: 2,
        distinct: { count: 4, exact: true },
        numbers: undefined,
        top: undefined,
      },
    );
    const { histogram = [], ...numbers } = age?.numbers ?? {};
    assert.deepEqual(numbers, {
      count: 4,
      min: 9,
      max: 45,
      mean: 28.75,
      standardDeviation: Math.sqrt(165.1875),
    });
    assert.equal(
      histogram.reduce((sum, { count }) => sum + count, 0),
      4,
    );
    assert.deepEqual(city?.texts, { count: 5, min: 'OSLO', max: 'oslo' });
    assert.equal(score?.empty, 2);
    assert.equal(score.type, 'number');
  });

  it('puts every number into one bin of a histogram, whatever their range', async () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e30, max: 1e30 }),
      fc.integer(),
      fc.constant(7),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(number, { minLength: 1, maxLength: 60 }), async (values) => {
        const text = values.map((value) => `${value}\n`).join('');
        const [summary] = await withTable(text, (table) => table.summarize([0], { from: 0 }));
        const bins = summary?.numbers?.histogram ?? [];
        assert.ok(bins.length <= 40);
        for (const { from, to, count } of bins) {
          assert.equal(values.filter((value) => value >= from && value < to).length, count);
        }
        assert.equal(
          bins.reduce((sum, { count }) => sum + count, 0),
          values.length,
        );
      }),
      { numRuns: 12 },
    );
  });

  it('stops counting different values at its limit, and says so', async () => {
    const text = Array.from({ length: 10_001 }, (_, i) => `v${i}\n`).join('');
    const table = await openTable(new MemorySource(text));
    const [summary] = await table.summarize([0], { from: 0 });
    assert.deepEqual(summary?.distinct, { count: 10_000, exact: false });
    assert.equal(summary.top, undefined);
    assert.deepEqual(summary.texts, { count: 10_001, min: 'v0', max: 'v9999' });
    await table.close();
  });

  it('sorts numbers before texts and blanks last, and keeps the order of equals', async () => {
    await withTable(people, async (table) => {
      assert.deepEqual([...(await table.sort(2, false))], [4, 5, 1, 3, 2, 6]);
      assert.deepEqual([...(await table.sort(2, true))], [3, 1, 5, 4, 2, 6]);
      assert.deepEqual([...(await table.sort(1, false))], [5, 1, 2, 3, 4, 6]);
      const conditions: Condition[] = [{ test: 'contains', text: 'oslo' }];
      assert.deepEqual([...(await table.sort(4, true, { conditions }))], [5, 1, 4]);
    });
  });
});

describe('saving rows of a table', () => {
  it('writes what was read', async () => {
    await withTable(people, async (table) => {
      const format = { type: 'csv', delimiter: ',', escapeFormulas: false } as const;
      assert.deepEqual(naiveRows(await exported(table, { format }), ','), naiveRows(people, ','));
      const tabs = await exported(table, {
        format: { ...format, delimiter: '\t' },
        columns: [4, 1],
        header: false,
      });
      assert.equal(
        tabs,
        '1.5\tAnn, the first\r\n-2\tBob\r\n10\tČeněk\r\n\tDora\r\n2.25\t=1+1\r\n\tShort\r\n',
      );
    });
  });

  it('writes some rows, in the order of the file or in another', async () => {
    await withTable(people, async (table) => {
      const format = { type: 'csv', delimiter: ',', escapeFormulas: false } as const;
      const ids = (rows: number[]) =>
        exported(table, { format, columns: [0], rows: Float64Array.from(rows) });
      assert.equal(await ids([2, 5]), 'id\r\n2\r\n5\r\n');
      assert.equal(await ids([5, 2]), 'id\r\n5\r\n2\r\n');
      assert.equal(await ids([]), 'id\r\n');
      const conditions: Condition[] = [{ test: 'equal', column: 4, value: '10' }];
      assert.equal(await exported(table, { format, columns: [0], conditions }), 'id\r\n3\r\n');
      assert.equal(await exported(table, { format, columns: [0], from: 2, to: 4 }), 'id\r\n2\r\n3\r\n');
    });
  });

  it('puts more rows in order than are kept in memory, in a file that is gone afterwards', async () => {
    const folder = await temporaryFolder();
    const format = { type: 'csv', delimiter: ',', escapeFormulas: false } as const;
    const ids = [5, 2, 7, 3, 6, 1, 4];
    const rows = Float64Array.from(ids);
    const how = { format, rows, store: { memory: 40, folder: folder.path } };
    await withTable(people, async (table) => {
      const whole = naiveRows(people, ',');
      assert.deepEqual(
        naiveRows(await exported(table, how), ','),
        [0, 5, 2, 3, 6, 1, 4].map((row) => whole[row]),
      );
      assert.deepEqual(await readdir(folder.path), []);

      const saving = table.export({ ...how, header: false });
      await saving.next();
      assert.match((await readdir(folder.path)).join(), /^azureml-rows-\w+\.tmp$/);
      await saving.return();
      assert.deepEqual(await readdir(folder.path), []);

      const abort = new AbortController();
      const filesSeen: number[] = [];
      const onProgress = () => {
        filesSeen.push(readdirSync(folder.path).length);
        if (filesSeen.at(-1) === 1) abort.abort();
      };
      const { signal } = abort;
      await assert.rejects(exported(table, { ...how, signal, onProgress }), failsWith('Cancelled'));
      assert.equal(filesSeen.at(-1), 1);
      assert.deepEqual(await readdir(folder.path), []);
    });
    await folder.remove();
  });

  it('makes formulas texts for spreadsheets, and leaves numbers alone', async () => {
    const text = 'a\n=1+1\n-2\n+x\n@y\n"\tz"\n-3 apples\n+4.5\n';
    await withTable(text, async (table) => {
      const format = { type: 'csv', delimiter: ',', escapeFormulas: true } as const;
      assert.equal(
        await exported(table, { format }),
        "a\r\n'=1+1\r\n-2\r\n'+x\r\n'@y\r\n'\tz\r\n'-3 apples\r\n+4.5\r\n",
      );
    });
  });

  it('writes lines of JSON without changing a value', async () => {
    const text = 'a,a,\n007,1.50,true\n7,1.5,\n"x""y",2,é,more\nshort\n';
    await withTable(text, async (table) => {
      const lines = (await exported(table, { format: { type: 'jsonl' } })).trimEnd().split('\n');
      assert.deepEqual(
        lines.map((line) => JSON.parse(line) as unknown),
        [
          { a: '007', a_2: '1.50', column3: true },
          { a: 7, a_2: 1.5, column3: null },
          { a: 'x"y', a_2: 2, column3: 'é', column4: 'more' },
          { a: 'short' },
        ],
      );
    });
  });
});

describe('work on a big table', () => {
  const rows = 300_000;
  const open = () =>
    openTable(new MemorySource(Array.from({ length: rows }, (_, i) => `${i},text ${i}\n`).join('')), {
      blockSize: 64 * 1024,
    });

  it('tells how far it is, and ends at once when it is cancelled', async () => {
    const table = await open();
    const work = [
      (how: WorkOptions) => table.find({ text: 'nowhere' }, how),
      (how: WorkOptions) => table.filter({ conditions: [] }, how),
      (how: WorkOptions) => table.summarize([0], {}, how),
      (how: WorkOptions) => table.sort(0, true, {}, how),
      (how: WorkOptions) => exported(table, { format: { type: 'jsonl' }, ...how }),
    ];
    for (const start of work) {
      const abort = new AbortController();
      let done = 0;
      const onProgress = ({ doneBytes, totalBytes }: { doneBytes: number; totalBytes: number }) => {
        assert.ok(doneBytes >= done && doneBytes < totalBytes);
        done = doneBytes;
        if (doneBytes > totalBytes / 4) abort.abort();
      };
      await assert.rejects(start({ signal: abort.signal, onProgress }), failsWith('Cancelled'));
      assert.ok(done > 0 && done < table.size / 2, `${done} of ${table.size}`);
    }
    await table.close();
  });

  it('is closed when what is being saved is saved, though other work has ended', async () => {
    const source = new MemorySource(Array.from({ length: rows }, (_, i) => `${i},text ${i}\n`).join(''));
    const closed = once(source.closing, 'close');
    const table = await openTable(source, { blockSize: 64 * 1024 });
    const saving = table.export({ format: { type: 'jsonl' } });
    await saving.next();
    const rest = table.keepOpen(lengthOf(saving));
    const releasing = table.release();
    assert.ok((await rest) > 5_000_000);
    await Promise.all([releasing, closed]);
    await assert.rejects(table.rows(0, 1), failsWith('Cancelled'));
  });

  it('is closed at once where it has to be, and ends what is being saved', async () => {
    const table = await open();
    const saving = table.export({ format: { type: 'jsonl' } });
    await saving.next();
    const rest = table.keepOpen(lengthOf(saving));
    const ends = assert.rejects(rest, failsWith('Cancelled'));
    const releasing = table.release();
    await table.close();
    await Promise.all([ends, releasing]);
  });

  it('reads no faster than what it writes is taken', async () => {
    const source = new MemorySource(Buffer.alloc(4_000_000, 'a,b\n'));
    const table = await openTable(source, { blockSize: 64 * 1024 });
    const saving = table.export({ format: { type: 'jsonl' } });
    await saving.next();
    const { length } = source.reads;
    await new Promise(setImmediate);
    assert.ok(source.reads.length <= length + 1 && length < 10, `${source.reads.length} blocks`);
    await saving.return();
    await table.close();
  });

  it('finds all rows of a filter', async () => {
    const table = await open();
    const conditions: Condition[] = [{ test: 'contains', text: '99' }];
    const { rows: found, count } = await table.filter({ from: 0, conditions });
    const expected = Array.from({ length: rows }, (_, i) => i).filter((i) => String(i).includes('99'));
    assert.deepEqual([...found], expected);
    assert.equal(count, expected.length);
    await table.close();
  });
});
