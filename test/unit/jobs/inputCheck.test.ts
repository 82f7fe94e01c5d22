import assert from 'node:assert/strict';
import { checkInput, sampleBytes, type Finding } from '../../../src/jobs/inputCheck.ts';
import type { Column } from '../../../src/protocol/studio/serviceSchema.ts';

const columns: readonly Column[] = [
  { name: 'age', type: 'integer', format: 'int32', nullable: false },
  { name: 'work class', type: 'string', nullable: true },
  { name: 'gain', type: 'number', format: 'double', nullable: true },
  { name: 'member', type: 'boolean', nullable: true },
];

const header = 'age,work class,gain,member';
const row = '39,"State-gov, ""old""",2174.5,true';

interface Options {
  readonly name?: string;
  readonly isWhole?: boolean;
  readonly of?: readonly Column[];
}

function check(
  content: string | Uint8Array,
  { name = 'rows.csv', isWhole = true, of = columns }: Options = {},
) {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return checkInput(`/data/${name}`, { bytes, isWhole }, of);
}

const findings = (content: string | Uint8Array, options?: Options): readonly Finding[] =>
  check(content, options).findings;

function utf16(text: string, mark: boolean): Buffer {
  return Buffer.from(`${mark ? '\uFEFF' : ''}${text}`, 'utf16le');
}

describe('checking a file before it is sent', () => {
  describe('finds nothing in a file', () => {
    const files: Readonly<Record<string, string>> = {
      'with a line end after the last row': `${header}\n${row}\n`,
      'without one': `${header}\n${row}`,
      'with CRLF': `${header}\r\n${row}\r\n`,
      'with CR': `${header}\r${row}\r`,
      'with blank lines': `${header}\r\n${row}\r\n\r\n${row}\r\n\r\n`,
      'with a byte order mark': `\uFEFF${header}\n${row}\n`,
      'with quoted names': `"age","work class","gain","member"\n${row}\n`,
      'with line breaks in a cell': `${header}\n39,"State\ngov",1,true\n`,
      'with missing values': `${header}\n39,,,\n,x,NaN,\n`,
    };
    for (const [what, text] of Object.entries(files)) {
      it(what, () => assert.deepEqual(findings(text), []));
    }

    it('of tabs named .tsv', () =>
      assert.deepEqual(findings(`${header}\n39,a,1,true\n`.replaceAll(',', '\t'), { name: 'rows.TSV' }), []));

    it('without a name of a kind, which is sent as .csv', () =>
      assert.deepEqual(findings(`${header}\n${row}\n`, { name: 'rows' }), []));

    it('of one column, whose cells have commas and semicolons', () => {
      const of: readonly Column[] = [{ name: 'Col2', type: 'string', nullable: true }];
      assert.deepEqual(findings('Col2\n"a, b"\nc; d; e\n\n', { of }), []);
    });

    it('of any columns where those of the service are not known', () =>
      assert.deepEqual(findings('a,b\n1,2\n', { of: [] }), []));
  });

  it('names missing and surplus columns', () => {
    assert.deepEqual(findings('age,gain,member,note\n39,1,true,x\n'), [
      { kind: 'missing', columns: ['work class'] },
      { kind: 'surplus', columns: ['note'] },
    ]);
  });

  it('takes the second of two columns of a name as surplus', () => {
    assert.deepEqual(findings(`${header},age\n${row},39\n`), [{ kind: 'surplus', columns: ['age'] }]);
  });

  it('names columns that differ in case and blanks alone, and still looks at their values', () => {
    assert.deepEqual(findings('Age,work class , gain,member\nold,x,1,true\n'), [
      { kind: 'spelling', found: 'Age', column: 'age' },
      { kind: 'spelling', found: 'work class ', column: 'work class' },
      { kind: 'spelling', found: ' gain', column: 'gain' },
      { kind: 'values', column: 'age', type: 'int32', rows: 1, first: 1, text: 'old' },
    ]);
  });

  it('tells another order, with the place of each column', () => {
    const { findings: found, places } = check('gain,member,age,work class\n1,true,39,x\n');
    assert.deepEqual(found, [{ kind: 'order', columns: ['age', 'work class', 'gain', 'member'] }]);
    assert.deepEqual(places, [2, 3, 0, 1]);
  });

  it('tells values of another type, once for each column', () => {
    const rows = ['39.5,x,1,true', '40,x,"1,5",yes', '3000000000,x,2,no'];
    assert.deepEqual(findings(`${header}\n${rows.join('\n')}\n`), [
      { kind: 'values', column: 'age', type: 'int32', rows: 2, first: 1, text: '39.5' },
      { kind: 'values', column: 'gain', type: 'double', rows: 1, first: 2, text: '1,5' },
      { kind: 'values', column: 'member', type: 'boolean', rows: 2, first: 2, text: 'yes' },
    ]);
  });

  it('tells values that are none of those allowed', () => {
    const of: readonly Column[] = [
      { name: 'sex', type: 'string', nullable: false, allowedValues: ['Female', 'Male'] },
    ];
    assert.deepEqual(findings('sex\nMale\nmale\n\n', { of }), [
      {
        kind: 'values',
        column: 'sex',
        type: 'string',
        allowed: ['Female', 'Male'],
        rows: 1,
        first: 2,
        text: 'male',
      },
    ]);
  });

  it('tells rows with more or fewer cells', () => {
    assert.deepEqual(findings(`${header}\n${row}\n39,x\n39,x,1,true,more\n`), [
      { kind: 'width', rows: 2, first: 2, cells: 2 },
    ]);
  });

  it('tells a file without names from one with other names', () => {
    assert.deepEqual(findings(`${row}\n${row}\n`), [{ kind: 'noNames' }]);
    assert.deepEqual(
      findings('a,b\n1,2\n').map(({ kind }) => kind),
      ['missing', 'surplus'],
    );
  });

  it('names semicolons in a .csv, and compares the columns all the same', () => {
    const { findings: found, delimiter } = check('age;work class;gain\n39;x;1,5\n');
    assert.equal(delimiter, ';');
    assert.deepEqual(found, [
      { kind: 'delimiter', found: ';', expected: ',' },
      { kind: 'missing', columns: ['member'] },
      { kind: 'values', column: 'gain', type: 'double', rows: 1, first: 1, text: '1,5' },
    ]);
  });

  it('names commas in a .tsv, and semicolons where no schema helps', () => {
    assert.deepEqual(findings(`${header}\n39,x,1,true\n`, { name: 'rows.tsv' }), [
      { kind: 'delimiter', found: ',', expected: '\t' },
    ]);
    assert.deepEqual(findings('a;b\n1;2\n', { of: [] }), [{ kind: 'delimiter', found: ';', expected: ',' }]);
  });

  it('names Windows-1252 and UTF-16, with and without a mark, and reads them', () => {
    const text = `${header}\n39,Zoë,1,true\n`;
    for (const [bytes, encoding] of [
      [Buffer.from(text, 'latin1'), 'windows-1252'],
      [utf16(text, true), 'utf-16le'],
      [utf16(text, false), 'utf-16le'],
      [utf16(text, true).swap16(), 'utf-16be'],
      [utf16(text, false).swap16(), 'utf-16be'],
    ] as const) {
      assert.deepEqual(findings(bytes), [{ kind: 'encoding', encoding }]);
    }
  });

  it('takes a character of UTF-8 that the sample cuts for what it is', () => {
    const bytes = Buffer.from(`${header}\n${row}\n39,Zoë`);
    assert.deepEqual(findings(bytes.subarray(0, bytes.length - 1), { isWhole: false }), []);
  });

  it('tells what is no text, empty, without rows, or of one endless row', () => {
    assert.deepEqual(findings(Buffer.from('PK\u0003\u0004\0\0\0\0stuff\0'), { name: 'book.xlsx' }), [
      { kind: 'extension', extension: '.xlsx' },
      { kind: 'binary' },
    ]);
    for (const text of ['', '\uFEFF', '\r\n\r\n']) assert.deepEqual(findings(text), [{ kind: 'empty' }]);
    assert.deepEqual(findings(`${header}\n`), [{ kind: 'noRows' }]);
    assert.deepEqual(findings('x'.repeat(sampleBytes), { isWhole: false }), [{ kind: 'endlessRow' }]);
  });

  it('tells a quote that is never closed, and its row', () => {
    assert.deepEqual(findings(`${header}\n${row}\n39,"x,1,true\n${row.replaceAll('"', '')}\n`), [
      { kind: 'openQuote', row: 2 },
    ]);
    assert.deepEqual(findings('"age,gain\n1,2\n', { of: [] }), [{ kind: 'openQuote', row: 0 }]);
  });

  it('names an extension that services do not read', () => {
    assert.deepEqual(findings(`${header}\n${row}\n`, { name: 'rows.txt' }), [
      { kind: 'extension', extension: '.txt' },
    ]);
  });

  it('reads the attributes and rows of ARFF', () => {
    const arff = (names: readonly string[]): string =>
      `% note\n@relation r\n${names.map((name) => `@attribute ${name} string\n`).join('')}@data\n39,'x, y',?,maybe\n`;
    assert.deepEqual(findings(arff(['age', "'work class'", 'Gain', 'member']), { name: 'rows.arff' }), [
      { kind: 'spelling', found: 'Gain', column: 'gain' },
      { kind: 'values', column: 'member', type: 'boolean', rows: 1, first: 1, text: 'maybe' },
    ]);
    assert.deepEqual(findings(`${header}\n${row}\n`, { name: 'rows.arff' }), [{ kind: 'noNames' }]);
  });

  it('looks at no more than the first rows of a long file', () => {
    const text = `${header}\n${`${row}\n`.repeat(5_000)}bad,x,1,true\n`;
    assert.deepEqual(findings(text), []);
    assert.equal(check(text).rows, 1_000);
  });
});
