import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../../src/protocol/failure.ts';
import { sampleBytes } from '../../../src/jobs/inputCheck.ts';
import { convertBeside, sampleOf, type Written } from '../../../src/jobs/inputFile.ts';
import { writeAtomically as saveFile } from '../../../src/shared/wholeFile.ts';
import { temporaryFolder } from '../../support/batch.ts';

describe('a file that is to be sent', () => {
  let folder: { path: string; remove: () => Promise<void> };

  beforeEach(async () => (folder = await temporaryFolder()));
  afterEach(() => folder.remove());

  async function fileWith(name: string, content: string | Uint8Array): Promise<string> {
    const path = join(folder.path, name);
    await writeFile(path, content);
    return path;
  }

  const convert = (path: string, written: Written): Promise<string> =>
    convertBeside(path, written, { saveFile, signal: new AbortController().signal, onRead: () => undefined });

  it('is read at its beginning alone', async () => {
    const bytes = Buffer.alloc(sampleBytes, 'x');
    const whole = await sampleOf(await fileWith('whole.csv', bytes));
    assert.deepEqual([whole.bytes.length, whole.isWhole], [sampleBytes, true]);
    const part = await sampleOf(await fileWith('part.csv', Buffer.concat([bytes, bytes])));
    assert.deepEqual([part.bytes.length, part.isWhole], [sampleBytes, false]);
    assert.equal(part.bytes.buffer.byteLength, sampleBytes + 1, 'what is held of the file');
    assert.equal((await sampleOf(await fileWith('empty.csv', ''))).isWhole, true);
  });

  it('is converted to UTF-8 in a new file, and stays as it is', async () => {
    const text = 'name,note\r\nZoë,"a\r\nb"\r\n';
    for (const [encoding, bytes] of [
      ['windows-1252', Buffer.from(text, 'latin1')],
      ['utf-16le', Buffer.from(`\uFEFF${text}`, 'utf16le')],
      ['utf-16be', Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()],
    ] as const) {
      const path = await fileWith(`${encoding}.csv`, bytes);
      const target = await convert(path, { encoding, delimiter: ',' });
      assert.equal(target, join(folder.path, `${encoding}-converted.csv`));
      assert.equal(await readFile(target, 'utf8'), text);
      assert.deepEqual(await readFile(path), bytes);
    }
  });

  it('gets the delimiter of its extension, and quotes where they are needed then', async () => {
    const path = await fileWith('rows.csv', 'a;b\n"x;y";1,5\n');
    assert.equal(
      await readFile(await convert(path, { encoding: 'utf-8', delimiter: ';' }), 'utf8'),
      'a,b\r\nx;y,"1,5"\r\n',
    );
  });

  it('gets an extension that services read, and replaces no file', async () => {
    const path = await fileWith('rows.txt', 'a\n1\n');
    const written: Written = { encoding: 'utf-8', delimiter: ',' };
    assert.equal(await convert(path, written), join(folder.path, 'rows-converted.csv'));
    assert.equal(await convert(path, written), join(folder.path, 'rows-converted-2.csv'));
  });

  it('is converted in pieces, characters across their borders whole', async () => {
    const text = 'ë€𝄞,"ж"\n'.repeat(100_000);
    const path = await fileWith('long.csv', Buffer.from(text, 'utf16le'));
    const digest = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');
    const target = await convert(path, { encoding: 'utf-16le', delimiter: ',' });
    assert.equal(digest(await readFile(target)), digest(text));
  });

  it('leaves nothing behind when the conversion is cancelled or fails', async () => {
    const path = await fileWith('rows.csv', 'a;b\n'.repeat(1_000_000));
    const abort = new AbortController();
    const stopped = convertBeside(
      path,
      { encoding: 'utf-8', delimiter: ';' },
      { saveFile, signal: abort.signal, onRead: () => abort.abort() },
    );
    await assert.rejects(stopped, (error) => error instanceof Failure && error.code === 'Cancelled');
    const open = await fileWith('open.csv', 'a;b\n"1;2\n');
    await assert.rejects(
      convert(open, { encoding: 'utf-8', delimiter: ';' }),
      (error) => error instanceof Failure && error.code === 'UnterminatedQuote',
    );
    assert.deepEqual(await readdir(folder.path), ['open.csv', 'rows.csv']);
  });
});
