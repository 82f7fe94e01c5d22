import { createReadStream, createWriteStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DelimitedReader, formatDelimitedRow } from '../protocol/csv.ts';
import type { TextEncoding } from '../protocol/textEncoding.ts';
import type { SaveFile } from '../shared/fileSaver.ts';
import { expectedDelimiter, sampleBytes, type Delimiter, type Sample } from './inputCheck.ts';

/** Reads the beginning of a file, and no more of it. */
export async function sampleOf(path: string): Promise<Sample> {
  const chunks: Buffer[] = [];
  // One byte more tells whether the file goes on.
  for await (const chunk of createReadStream(path, { end: sampleBytes })) chunks.push(chunk as Buffer);
  return sampleIn(Buffer.concat(chunks));
}

/** Of the bytes of a sample and one more, where there is one. */
export function sampleIn(bytes: Uint8Array): Sample {
  return { bytes: bytes.subarray(0, sampleBytes), isWhole: bytes.length <= sampleBytes };
}

/** How a file is written that is to be converted. */
export interface Written {
  readonly encoding: TextEncoding;
  readonly delimiter?: Delimiter;
}

export interface ConversionOptions {
  readonly saveFile: SaveFile;
  readonly signal: AbortSignal;
  /** Bytes of the original that were read since the last call. */
  readonly onRead: (bytes: number) => void;
}

/**
 * Writes a table as services read it, in UTF-8 and with the delimiter of its extension, to a new file beside it, and gives
 * the path. The original stays as it is, and memory does not grow with it. Rejects as `SaveFile`, or with
 * `UnterminatedQuote`.
 */
export async function convertBeside(
  path: string,
  written: Written,
  { saveFile, signal, onRead }: ConversionOptions,
): Promise<string> {
  const target = await freeName(path);
  const to = expectedDelimiter(target);
  const from = written.delimiter ?? to;
  await saveFile(target, false, (temporary) =>
    pipeline(
      createReadStream(path),
      (source: AsyncIterable<Buffer>) => decoded(counted(source, onRead), written.encoding),
      (source: AsyncIterable<string>) =>
        from === undefined || to === undefined || from === to ? source : redelimited(source, from, to),
      createWriteStream(temporary, { flags: 'wx' }),
      { signal },
    ),
  );
  return target;
}

async function freeName(path: string): Promise<string> {
  const extension = extname(path);
  const stem = join(dirname(path), basename(path, extension));
  const isKnown = /^\.(?:csv|tsv|arff)$/i.test(extension);
  for (let number = 1; ; number++) {
    const name = `${stem}-converted${number === 1 ? '' : `-${number}`}${isKnown ? extension : '.csv'}`;
    if (
      await access(name).then(
        () => false,
        () => true,
      )
    )
      return name;
  }
}

async function* counted(
  source: AsyncIterable<Buffer>,
  onRead: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    onRead(chunk.length);
    yield chunk;
  }
}

async function* decoded(source: AsyncIterable<Buffer>, encoding: TextEncoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of source) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

async function* redelimited(
  source: AsyncIterable<string>,
  from: Delimiter,
  to: Delimiter,
): AsyncGenerator<string> {
  const reader = new DelimitedReader(from);
  const written = (rows: readonly string[][]): string =>
    rows.map((row) => formatDelimitedRow(row, to)).join('');
  for await (const text of source) yield written(reader.read(text));
  yield written(reader.end());
}
