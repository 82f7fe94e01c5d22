import assert from 'node:assert/strict';
import { DelimitedReader, formatDelimitedRow } from '../../../src/protocol/csv.ts';
import { Failure } from '../../../src/protocol/failure.ts';

function readInPieces(text: string, size: number, delimiter?: ',' | '\t'): string[][] {
  const reader = new DelimitedReader(delimiter);
  const rows: string[][] = [];
  for (let at = 0; at < text.length; at += size) rows.push(...reader.read(text.slice(at, at + size)));
  return [...rows, ...reader.end()];
}

const cases: readonly { name: string; text: string; rows: string[][] }[] = [
  {
    name: 'rows that end with CRLF, LF or CR',
    text: 'a,b\r\nc,d\ne,f\rg,h',
    rows: [
      ['a', 'b'],
      ['c', 'd'],
      ['e', 'f'],
      ['g', 'h'],
    ],
  },
  {
    name: 'quotes, delimiters and line ends in quoted cells',
    text: '"a ""b"", c","d\r\ne"\r\n',
    rows: [['a "b", c', 'd\r\ne']],
  },
  {
    name: 'empty cells, first and last',
    text: ',a,\r\n,,\r\n',
    rows: [
      ['', 'a', ''],
      ['', '', ''],
    ],
  },
  { name: 'blank lines as rows of one empty cell', text: 'a\n\nb\n', rows: [['a'], [''], ['b']] },
  { name: 'a quoted empty cell at the end of the text', text: 'a\r\n""', rows: [['a'], ['']] },
  { name: 'a quote inside a plain cell', text: '5" pipe,x\n', rows: [['5" pipe', 'x']] },
  { name: 'text after a closing quote', text: '"a"b,c\n', rows: [['ab', 'c']] },
  { name: 'spaces as they are', text: ' a , b \n', rows: [[' a ', ' b ']] },
  { name: 'no text at all', text: '', rows: [] },
];

describe('DelimitedReader', () => {
  for (const { name, text, rows } of cases) {
    it(`reads ${name}, in pieces of any size`, () => {
      for (let size = 1; size <= Math.max(1, text.length); size += 1) {
        assert.deepEqual(readInPieces(text, size), rows, `pieces of ${size}`);
      }
    });
  }

  it('reads other delimiters', () => {
    assert.deepEqual(readInPieces('a,b\tc\n', 2, '\t'), [['a,b', 'c']]);
  });

  it('names the row of a quote that is never closed', () => {
    const reader = new DelimitedReader();
    reader.read('a,b\nc,"d\ne,f\n');
    assert.throws(
      () => reader.end(),
      (error) =>
        error instanceof Failure && error.code === 'UnterminatedQuote' && error.sentence.includes('Row 2'),
    );
  });
});

describe('formatDelimitedRow', () => {
  it('writes rows that read back as they were', () => {
    const rows = [
      ['plain', 'with, comma', 'with "quotes"', 'two\r\nlines', '', ' spaced '],
      [''],
      ['tab\there', 'ünïcödé 🙂'],
    ];
    for (const delimiter of [',', '\t'] as const) {
      const text = rows.map((row) => formatDelimitedRow(row, delimiter)).join('');
      assert.deepEqual(readInPieces(text, 3, delimiter), rows);
    }
  });

  it('leaves missing values empty and quotes only what needs it', () => {
    assert.equal(formatDelimitedRow(['a', null, 'b,c']), 'a,,"b,c"\r\n');
  });
});
