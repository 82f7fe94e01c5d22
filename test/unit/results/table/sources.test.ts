import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startBlobStorage } from '../../../../src/local-service/blobStorage.ts';
import { openFileSource, openRangeSource, openTable } from '../../../../src/results/table/index.ts';
import { BlobClient } from '../../../../src/storage/blobClient.ts';
import { defineStorage } from '../../../../src/storage/storageDefinition.ts';
import type { HttpClient } from '../../../../src/transport/index.ts';
import { eventually } from '../../../support/eventually.ts';
import { plainHttpClient, temporaryFolder } from '../../../support/batch.ts';
import { failsWith, MemorySource, serveBlob, SlowSource } from './tables.ts';

const MiB = 1024 * 1024;

function numbered(rows: number): Buffer {
  return Buffer.from(
    `n,text\n${Array.from({ length: rows }, (_, i) => `${i + 1},"row ""${i + 1}"""\n`).join('')}`,
  );
}

/** Of reads that are under way together, the last one is done first. */
class BackwardsSource extends MemorySource {
  #waiting: (() => void)[] = [];

  override async read(target: Uint8Array, position: number): Promise<void> {
    await super.read(target, position);
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      setImmediate(() => this.#waiting.pop()?.());
    });
  }
}

describe('reading no more than is needed', () => {
  it('shows the first rows of a huge table from its first bytes', async () => {
    const source = new MemorySource(numbered(200_000));
    const table = await openTable(source);
    const { rows, atEnd } = await table.rows(0, 100);
    assert.deepEqual([rows.length, rows[99]?.cells, atEnd], [100, ['99', 'row "99"'], false]);
    assert.equal(table.known.complete, false);
    assert.deepEqual(source.reads, [{ position: 0, length: 256 * 1024 }]);
    await table.close();
  });

  it('goes to any row with one or two reads when the index is there', async () => {
    const source = new MemorySource(numbered(400_000));
    const table = await openTable(source);
    assert.equal(await table.index(), 400_001);
    for (const row of [399_999, 200_000, 123_456]) {
      source.reads.length = 0;
      const page = await table.rows(row, 50);
      assert.deepEqual(page.rows[0]?.cells, [String(row), `row "${row}"`]);
      assert.ok(source.reads.length <= 2, `${source.reads.length} reads`);
    }
    assert.equal((await table.rows(400_000, 50)).atEnd, true);
    assert.deepEqual(await table.rows(400_001, 1), { rows: [], atEnd: true });
    source.reads.length = 0;
    await table.rows(200_010, 50);
    assert.deepEqual(source.reads, [], 'what was read lately is kept');
    await table.close();
  });

  it('reads each block once for rows that are far from each other, some at a time', async () => {
    const source = new SlowSource(numbered(800_000));
    // More blocks than are kept.
    const table = await openTable(source);
    await table.index();
    // Back and forth between the blocks, as sorting leaves them.
    const wanted = Array.from({ length: 200 }, (_, i) => 1 + ((i * 67_001) % 800_000));
    source.reads.length = 0;
    source.mostAtOnce = 0;
    const rows = await table.rowsAt(wanted);
    assert.deepEqual(
      rows.map(({ row, cells }) => [row, cells[0]]),
      wanted.map((row) => [row, String(row)]),
    );
    const positions = source.reads.map(({ position }) => position);
    assert.equal(new Set(positions).size, positions.length, `${positions.length} reads`);
    assert.ok(source.mostAtOnce > 1 && source.mostAtOnce <= 8, `${source.mostAtOnce} at once`);
    await table.close();
  });

  it('reads a table once to save its rows in another order, and only some blocks for some rows', async () => {
    const source = new MemorySource(numbered(200_000));
    const table = await openTable(source, { pageSize: 16 * 1024, blockSize: 64 * 1024 });
    const format = { type: 'csv', delimiter: ',', escapeFormulas: false } as const;
    const rows = Float64Array.from({ length: 200_000 }, (_, i) => 1 + ((i * 67_001) % 200_000));
    const idsOf = async (wanted: Float64Array): Promise<string> => {
      const pieces: Uint8Array[] = [];
      source.reads.length = 0;
      for await (const piece of table.export({ format, columns: [0], header: false, rows: wanted })) {
        pieces.push(piece);
      }
      return Buffer.concat(pieces).toString();
    };
    assert.equal(await idsOf(rows), `${rows.join('\r\n')}\r\n`);
    const read = source.reads.reduce((sum, { length }) => sum + length, 0);
    assert.ok(read < source.size * 1.1, `${read} of ${source.size} bytes`);
    await table.index();
    const few = rows.subarray(10, 20);
    assert.equal(await idsOf(few), `${few.join('\r\n')}\r\n`);
    assert.ok(source.reads.length <= 20, `${source.reads.length} reads`);
    await table.close();
  });

  it('waits for the index as far as a row needs it', async () => {
    const table = await openTable(new MemorySource(numbered(800_000)));
    const { rows } = await table.rows(400_000, 1);
    assert.deepEqual(rows[0]?.cells, ['400000', 'row "400000"']);
    await table.close();
  });

  it('takes blocks in order, though they arrive in another', async () => {
    const source = new BackwardsSource(numbered(20_000));
    const table = await openTable(source, { blockSize: 1000 });
    assert.equal(await table.index(), 20_001);
    assert.deepEqual(await table.find({ text: '"19999"' }), { row: 19_999, column: 1 });
    await table.close();
  });

  it('stops indexing when nobody waits, and goes on from there', async () => {
    const source = new MemorySource(numbered(400_000));
    const table = await openTable(source, { blockSize: 64 * 1024 });
    const abort = new AbortController();
    const steps: number[] = [];
    const indexing = table.index({
      signal: abort.signal,
      onProgress: ({ doneBytes, totalBytes }) => {
        assert.equal(totalBytes, source.size);
        steps.push(doneBytes);
        if (doneBytes > totalBytes / 3) abort.abort();
      },
    });
    await assert.rejects(indexing, failsWith('Cancelled'));
    assert.ok(steps.length > 10);
    assert.deepEqual(
      steps,
      steps.toSorted((a, b) => a - b),
    );
    const { rows, complete } = table.known;
    assert.ok(rows > 0 && !complete);
    source.reads.length = 0;
    assert.equal(await table.index(), 400_001);
    assert.ok((source.reads[0]?.position ?? 0) > source.size / 4, 'the beginning is not read again');
    await table.close();
  });

  it('ends all work when it is closed', async () => {
    const table = await openTable(new MemorySource(numbered(400_000)), { blockSize: 1024 });
    const work = [table.index(), table.summarize([0]), table.find({ text: 'nowhere' })];
    const ends = Promise.all(work.map((each) => assert.rejects(each, failsWith('Cancelled'))));
    await table.close();
    await ends;
  });
});

describe('a table on disk', () => {
  it('notices that the file changes', async () => {
    const folder = await temporaryFolder();
    const path = join(folder.path, 'grows.csv');
    await writeFile(path, numbered(100_000));
    const table = await openTable(await openFileSource(path));
    await table.rows(0, 10);
    await appendFile(path, 'more,1\n');
    await assert.rejects(table.index(), failsWith('FileChanged'));
    await assert.rejects(table.rows(90_000, 1), failsWith('FileChanged'));
    await table.close();
    await assert.rejects(openFileSource(join(folder.path, 'none.csv')), failsWith('FileNotFound'));
    await assert.rejects(openFileSource(folder.path), failsWith('NotAFile'));
    await folder.remove();
  });
});

describe('a table in blob storage', () => {
  let http: HttpClient;
  const closing: (() => Promise<void>)[] = [];
  const serve = async (...how: Parameters<typeof serveBlob>) => {
    const blob = await serveBlob(...how);
    closing.push(blob.close);
    return blob;
  };

  before(() => {
    http = plainHttpClient();
  });

  after(async () => {
    await http.dispose();
    for (const close of closing) await close();
  });

  it('asks for the first bytes only, until more is wanted', async () => {
    const content = numbered(400_000);
    const { url, ranges } = await serve(() => content);
    const table = await openTable(await openRangeSource({ http, url }));
    assert.equal((await table.rows(0, 100)).rows.length, 100);
    assert.deepEqual(ranges, ['bytes=0-0', `bytes=0-${256 * 1024 - 1}`]);
    assert.equal(await table.index(), 400_001);
    assert.deepEqual((await table.rows(399_990, 1)).rows[0]?.cells, ['399990', 'row "399990"']);
    await table.close();
  });

  it('gets a new SAS when the old one is refused, once for all ranges that wait', async () => {
    const content = numbered(1_000_000);
    let valid = 'secret';
    let renewed = 0;
    let refused = 0;
    const refusals = new EventEmitter();
    const threeRefused = once(refusals, 'third');
    const { url } = await serve(
      () => content,
      (request, response) => {
        if (request.url?.endsWith(`sig=${valid}`) === true) return false;
        refused += 1;
        if (refused === 3) refusals.emit('third');
        response.writeHead(403, { 'x-ms-error-code': 'AuthenticationFailed' }).end('<Error/>');
        return true;
      },
    );
    const freshUrl = async () => {
      renewed += 1;
      await threeRefused;
      return url.replace('secret', valid);
    };
    const table = await openTable(await openRangeSource({ http, url, freshUrl }));
    valid = 'second';
    assert.equal(await table.index(), 1_000_001);
    assert.equal(renewed, 1);
    valid = 'third';
    assert.equal((await table.rows(500_000, 1)).rows[0]?.cells[0], '500000');
    assert.equal(renewed, 2);
    await table.close();

    const old = await openTable(await openRangeSource({ http, url: url.replace('secret', valid) }));
    valid = 'fourth';
    await assert.rejects(old.index(), failsWith('AuthenticationFailed'));
    await old.close();
  });

  it('gets a new SAS for those who wait though the first of them gives up, until it is closed', async () => {
    const content = numbered(1_000);
    let valid = 'secret';
    let refused = 0;
    const steps = new EventEmitter();
    const { url } = await serve(
      () => content,
      (request, response) => {
        if (request.url?.endsWith(`sig=${valid}`) === true) return false;
        refused += 1;
        response.writeHead(403, { 'x-ms-error-code': 'AuthenticationFailed' }).end('<Error/>');
        return true;
      },
    );
    const freshUrl = async (signal: AbortSignal | undefined): Promise<string> => {
      steps.emit('asked');
      await once(steps, 'granted', signal ? { signal } : {});
      return url.replace('secret', valid);
    };
    const source = await openRangeSource({ http, url, freshUrl });
    const read = async (signal?: AbortSignal): Promise<string> => {
      const target = Buffer.alloc(6);
      await source.read(target, 0, signal);
      return target.toString();
    };
    valid = 'second';
    const asked = once(steps, 'asked');
    const abort = new AbortController();
    const first = read(abort.signal);
    await asked;
    const second = read();
    await eventually('another refusal', () => refused === 2);
    abort.abort();
    await assert.rejects(first, failsWith('Cancelled'));
    steps.emit('granted');
    assert.equal(await second, 'n,text');

    valid = 'third';
    const askedAgain = once(steps, 'asked');
    const last = assert.rejects(read(), { name: 'AbortError' });
    await askedAgain;
    await source.close();
    await last;
  });

  it('reads a blob of a storage account with its SAS', async () => {
    const folder = await temporaryFolder();
    const azurite = await startBlobStorage({
      folder: join(folder.path, 'azurite'),
      account: 'tabletest',
      accountKey: randomBytes(64).toString('base64'),
      ports: [0],
      container: 'tables',
    });
    closing.push(() => azurite.close(), folder.remove);
    const file = join(folder.path, 'output.csv');
    await writeFile(file, numbered(300_000));
    const { connectionString } = azurite;
    const storage = await BlobClient.open(
      defineStorage({ kind: 'connectionString', connectionString, container: 'tables' }),
      http,
    );
    const url = storage.readUrl(await storage.upload({ file, blob: 'output.csv' }));
    const table = await openTable(await openRangeSource({ http, url }));
    assert.deepEqual((await table.rows(1, 1)).rows[0]?.cells, ['1', 'row "1"']);
    assert.equal(await table.index(), 300_001);
    assert.deepEqual((await table.rows(299_999, 1)).rows[0]?.cells, ['299999', 'row "299999"']);
    await table.close();
  });

  it('notices that the blob is another one, and a server without ranges', async () => {
    let content = numbered(100_000);
    let replaced = false;
    const { url } = await serve(
      () => content,
      (request, response) => {
        if (!replaced || request.headers['if-match'] === undefined) return false;
        response.writeHead(412).end();
        return true;
      },
    );
    const table = await openTable(await openRangeSource({ http, url }));
    replaced = true;
    await assert.rejects(table.index(), failsWith('BlobChanged'));
    await table.close();
    const whole = await serve(
      () => content,
      (_request, response) => {
        response.writeHead(200, { 'content-length': content.length }).end(content);
        return true;
      },
    );
    await assert.rejects(openRangeSource({ http, url: whole.url }), failsWith('NoRanges'));
    content = Buffer.alloc(0);
    const empty = await serve(() => content);
    const nothing = await openTable(await openRangeSource({ http, url: empty.url }));
    assert.deepEqual(await nothing.rows(0, 10), { rows: [], atEnd: true });
    await nothing.close();
  });

  it('asks again for what a broken connection has left out', async () => {
    const content = numbered(100_000);
    let broken = 0;
    const { url } = await serve(
      () => content,
      (request, response) => {
        if (request.headers.range === 'bytes=0-0' || broken > 0) return false;
        broken += 1;
        response.writeHead(206, { 'content-range': `bytes 0-999/${content.length}`, 'content-length': 1000 });
        response.write(content.subarray(0, 500), () => response.destroy());
        return true;
      },
    );
    const table = await openTable(await openRangeSource({ http, url }));
    assert.equal(broken, 1);
    assert.deepEqual((await table.rows(100, 1)).rows[0]?.cells, ['100', 'row "100"']);
    await table.close();
  });
});

describe('hostile tables', () => {
  it('shows the beginning of one line of 100 MB, and indexes it', async () => {
    const bytes = Buffer.alloc(100 * MiB, 'x');
    bytes.write('"begin"",');
    const source = new MemorySource(bytes);
    const table = await openTable(source);
    assert.deepEqual(table.preview.columns, [{ name: '', type: 'text' }]);
    const { rows } = await table.rows(0, 100, { cellLimit: 100 });
    assert.equal(rows.length, 1);
    assert.deepEqual([rows[0]?.cut, rows[0]?.shortened, rows[0]?.columnCount], [true, [0], 1]);
    assert.match(rows[0]?.cells[0] ?? '', /^begin",x{93}$/);
    assert.ok(source.reads.reduce((sum, { length }) => sum + length, 0) < 20 * MiB);
    assert.equal(await table.index(), 1);
    assert.equal(table.unclosedQuote, true);
    assert.deepEqual(await table.find({ text: 'BEGIN' }), { row: 0, column: 0 });
    const saving = table.export({ from: 0, format: { type: 'jsonl' } });
    await assert.rejects(saving.next(), failsWith('RowTooLong'));
    await table.close();
  });

  it('gives the rows after a long one', async () => {
    const long = `1,${'y'.repeat(30 * MiB)}\n`;
    const table = await openTable(new MemorySource(`a,b\n${long}2,short\n3,"end"\n`));
    assert.deepEqual(
      table.preview.columns.map(({ name, type }) => [name, type]),
      [
        ['a', 'integer'],
        ['b', 'text'],
      ],
    );
    const before = await table.rows(0, 10, { cellLimit: 5 });
    assert.deepEqual(
      before.rows.map(({ row }) => row),
      [0, 1],
    );
    assert.equal(before.atEnd, false);
    assert.deepEqual(
      (await table.rows(2, 10)).rows.map(({ cells }) => cells),
      [
        ['2', 'short'],
        ['3', 'end'],
      ],
    );
    assert.equal(await table.index(), 4);
    const after = await table.rows(0, 10, { cellLimit: 5 });
    assert.deepEqual(
      after.rows.map(({ row, cut }) => [row, cut]),
      [
        [0, undefined],
        [1, true],
        [2, undefined],
        [3, undefined],
      ],
    );
    assert.equal(after.atEnd, true);
    assert.deepEqual(await table.find({ text: 'end' }), { row: 3, column: 1 });
    await table.close();
  });

  it('names 50,000 columns of one name, and as many without', async () => {
    const table = await openTable(new MemorySource(`${'a,'.repeat(50_000)}a\n1${',2'.repeat(100_000)}`), {
      pageSize: MiB,
    });
    let json = '';
    for await (const piece of table.export({ format: { type: 'jsonl' } }))
      json += Buffer.from(piece).toString();
    const entries = Object.entries(JSON.parse(json) as object);
    assert.equal(entries.length, 100_001);
    assert.deepEqual(
      [entries[49_999], entries[100_000]],
      [
        ['a_50000', 2],
        ['column100001', 2],
      ],
    );
    await table.close();
  });

  it('reads a part of the columns where there are 50,000', async () => {
    const row = (value: (i: number) => string) =>
      Array.from({ length: 50_000 }, (_, i) => value(i)).join(',');
    const table = await openTable(
      new MemorySource([row((i) => `c${i}`), row((i) => `${i}`), row((i) => `"${i + 1}"`)].join('\n')),
    );
    assert.equal(table.preview.columns.length, 50_000);
    assert.deepEqual(table.preview.columns.at(-1), { name: 'c49999', type: 'integer' });
    const { rows } = await table.rows(0, 10, { firstColumn: 49_990, columns: 3 });
    assert.deepEqual(
      rows.map(({ cells, columnCount }) => [cells, columnCount]),
      [
        [['c49990', 'c49991', 'c49992'], 50_000],
        [['49990', '49991', '49992'], 50_000],
        [['49991', '49992', '49993'], 50_000],
      ],
    );
    const [last] = await table.summarize([49_999]);
    assert.deepEqual([last?.rows, last?.numbers?.max], [2, 50_000]);
    assert.deepEqual(await table.find({ text: '50000' }), { row: 2, column: 49_999 });
    await table.close();
  });
});
