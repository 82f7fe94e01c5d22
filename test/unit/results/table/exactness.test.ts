import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  openFileSource,
  openRangeSource,
  openTable,
  type ByteSource,
  type Delimiter,
  type Table,
} from '../../../../src/results/table/index.ts';
import { RowCells } from '../../../../src/results/table/rowCells.ts';
import { RowFeed } from '../../../../src/results/table/rowFeed.ts';
import type { HttpClient } from '../../../../src/transport/index.ts';
import { plainHttpClient, temporaryFolder } from '../../../support/batch.ts';
import { naiveRows } from './naiveCsv.ts';
import { MemorySource, serveBlob } from './tables.ts';

/** Texts of the characters that matter, well-formed or not. */
const delimiter = fc.constantFrom<Delimiter>(',', '\t', ';');
const piece = fc.constantFrom(
  '"',
  '""',
  ',',
  '\t',
  ';',
  '\r\n',
  '\n',
  '\r',
  'a',
  '1',
  ' ',
  'é',
  '😀',
  'long text ',
);
const anyText = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));

/** A table as a writer would write it, of rows of different lengths. */
const cell = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
const ragged = fc.array(fc.array(cell, { minLength: 1, maxLength: 5 }), { maxLength: 12 });
const lineEnd = fc.constantFrom('\r\n', '\n', '\r');
const written = fc.record({
  rows: ragged,
  delimiter,
  ends: fc.array(lineEnd, { minLength: 1 }),
  last: fc.boolean(),
});

function write({
  rows,
  delimiter,
  ends,
  last,
}: {
  rows: string[][];
  delimiter: string;
  ends: string[];
  last: boolean;
}): string {
  return rows
    .map((row, i) => {
      const end = i < rows.length - 1 || last ? (ends[i % ends.length] ?? '\n') : '';
      return row.map((value) => `"${value.replaceAll('"', '""')}"`).join(delimiter) + end;
    })
    .join('');
}

async function allRows(table: Table): Promise<string[][]> {
  const { rows, atEnd } = await table.rows(0, 1_000);
  assert.equal(atEnd, true);
  return rows.map(({ cells }) => [...cells]);
}

describe('reading a table exactly', () => {
  let folder: { path: string; remove: () => Promise<void> };
  let http: HttpClient;
  let served: Buffer = Buffer.alloc(0);
  let blob: Awaited<ReturnType<typeof serveBlob>>;

  before(async () => {
    folder = await temporaryFolder();
    http = plainHttpClient();
    blob = await serveBlob(() => served);
  });

  after(async () => {
    await http.dispose();
    await blob.close();
    await folder.remove();
  });

  it('splits any text as a plain parser does, whatever the pieces it comes in', () => {
    fc.assert(
      fc.property(anyText, delimiter, fc.integer({ min: 1, max: 9 }), (text, by, step) => {
        const rows: string[][] = [];
        const cells = new RowCells(by.charCodeAt(0), 'utf-8');
        const feed = new RowFeed(
          by.charCodeAt(0),
          { row: 0, offset: 0 },
          Infinity,
          ({ row, bytes, start, end }) => {
            assert.equal(row, rows.length);
            const count = cells.split(bytes, start, end);
            rows.push(Array.from({ length: count }, (_, i) => cells.text(i) ?? ''));
            return true;
          },
        );
        const bytes = Buffer.from(text);
        for (let at = 0; at < bytes.length; at += step) feed.push(bytes.subarray(at, at + step));
        feed.end();
        assert.deepEqual(rows, naiveRows(text, by));
      }),
      { numRuns: 3_000 },
    );
  });

  it('gives what was written, ragged rows and all', () => {
    fc.assert(
      fc.property(written, (table) => {
        assert.deepEqual(naiveRows(write(table), table.delimiter), table.rows);
      }),
      { numRuns: 300 },
    );
  });

  /** Small pages, blocks and strides put every border inside quotes and line ends. */
  const sizes = fc.record({
    pageSize: fc.integer({ min: 1, max: 40 }),
    blockSize: fc.integer({ min: 1, max: 40 }),
    stride: fc.integer({ min: 1, max: 60 }),
  });
  const content = fc.record({
    text: fc.oneof(anyText, written.map(write)),
    bom: fc.boolean(),
    by: delimiter,
    sizes,
  });

  async function check(source: ByteSource, text: string, by: Delimiter, sizes: object): Promise<void> {
    const table = await openTable(source, { delimiter: by, ...sizes });
    try {
      const expected = naiveRows(text, by);
      assert.deepEqual(await allRows(table), expected, 'before the index is there');
      assert.equal(await table.index(), expected.length);
      assert.deepEqual(await allRows(table), expected, 'with the index');
      const last = Math.max(0, expected.length - 1);
      assert.deepEqual((await table.rows(last, 5)).rows[0]?.cells, expected[last]);
      const backwards = [...expected.keys()].reverse();
      assert.deepEqual(
        (await table.rowsAt(backwards)).map(({ cells }) => cells),
        expected.toReversed(),
      );
    } finally {
      await table.close();
    }
  }

  it('reads a file in blocks like a plain parser', async () => {
    const path = join(folder.path, 'table.csv');
    await fc.assert(
      fc.asyncProperty(content, async ({ text, bom, by, sizes }) => {
        await writeFile(path, (bom ? '\ufeff' : '') + text);
        await check(await openFileSource(path), text, by, sizes);
      }),
      { numRuns: 40 },
    );
  });

  it('reads a blob by ranges like a plain parser', async () => {
    await fc.assert(
      fc.asyncProperty(content, async ({ text, bom, by, sizes }) => {
        served = Buffer.from((bom ? '\ufeff' : '') + text);
        await check(await openRangeSource({ http, url: blob.url }), text, by, sizes);
      }),
      { numRuns: 40 },
    );
  });

  it('takes an empty file and one line without an end', async () => {
    for (const [text, rows] of [
      ['', 0],
      ['\ufeff', 0],
      ['a,b', 1],
      ['a,b\n', 1],
      ['\n', 1],
      ['"', 1],
    ] as const) {
      const table = await openTable(new MemorySource(text));
      assert.equal(await table.index(), rows, JSON.stringify(text));
      assert.equal((await allRows(table)).length, rows);
      assert.equal(table.unclosedQuote, text === '"');
      await table.close();
    }
  });
});
