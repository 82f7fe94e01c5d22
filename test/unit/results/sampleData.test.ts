import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DelimitedReader } from '../../../src/protocol/csv.ts';
import type { Column, Port } from '../../../src/protocol/studio/serviceSchema.ts';
import { sampleCsv, writeSampleCsv } from '../../../src/results/sampleData.ts';
import { temporaryFolder } from '../../support/batch.ts';

const columns: readonly Column[] = [
  { name: 'text, with comma', type: 'string', nullable: false },
  { name: 'whole', type: 'integer', format: 'int32', nullable: true },
  { name: 'unsigned', type: 'integer', format: 'uint8', nullable: false },
  { name: 'real', type: 'number', nullable: false },
  { name: 'truth', type: 'boolean', nullable: false },
  { name: 'when', type: 'date-time', nullable: false },
  { name: 'span', type: 'time-span', nullable: false },
  { name: 'choice', type: 'string', nullable: false, allowedValues: ['a', 'b'] },
];

const port: Port = { name: 'input1', columns, sampleRows: [] };

function rowsOf(text: string): string[][] {
  const reader = new DelimitedReader();
  return [...reader.read(text), ...reader.end()];
}

describe('sample data', () => {
  it('fits the columns of the schema', () => {
    const [header, ...rows] = rowsOf([...sampleCsv(port, 500)].join(''));
    assert.deepEqual(
      header,
      columns.map(({ name }) => name),
    );
    assert.equal(rows.length, 500);
    const column = (name: string): string[] => {
      const at = columns.findIndex((each) => each.name === name);
      return rows.map((row) => row[at] ?? 'missing');
    };
    assert.ok(column('whole').every((cell) => /^-?\d+$|^$/.test(cell)));
    assert.ok(column('whole').includes(''), 'a nullable column has rows without a value');
    assert.ok(column('unsigned').every((cell) => Number(cell) >= 0 && Number(cell) <= 255 && cell !== ''));
    assert.ok(column('real').every((cell) => cell !== '' && Number.isFinite(Number(cell))));
    assert.deepEqual([...new Set(column('truth'))].sort(), ['False', 'True']);
    assert.ok(column('when').every((cell) => !Number.isNaN(Date.parse(cell))));
    assert.ok(column('span').every((cell) => /^\d\d:\d\d:\d\d$/.test(cell)));
    assert.deepEqual([...new Set(column('choice'))].sort(), ['a', 'b']);
    const texts = column('text, with comma');
    assert.ok(texts.some((cell) => cell.includes(',')) && texts.some((cell) => cell.includes('"')));
  });

  it('begins with the samples of the service, unless they are placeholders', () => {
    const telling: Port = { ...port, columns: columns.slice(0, 1), sampleRows: [['This is a good day']] };
    assert.equal(rowsOf([...sampleCsv(telling, 3)].join(''))[1]?.[0], 'This is a good day');
    const placeholder: Port = { ...telling, sampleRows: [['value']] };
    assert.notEqual(rowsOf([...sampleCsv(placeholder, 3)].join(''))[1]?.[0], 'value');
  });

  it('is the same for the same call', () => {
    assert.deepEqual([...sampleCsv(port, 50)], [...sampleCsv(port, 50)]);
  });

  it('is written piece by piece, and stops on request', async () => {
    const folder = await temporaryFolder();
    try {
      const path = join(folder.path, 'sample.csv');
      await writeSampleCsv(path, port, 20_000);
      assert.equal(rowsOf(await readFile(path, 'utf8')).length, 20_001);
      const abort = AbortSignal.abort();
      await assert.rejects(writeSampleCsv(join(folder.path, 'stopped.csv'), port, 1_000_000, abort));
    } finally {
      await folder.remove();
    }
  });
});
