import assert from 'node:assert/strict';
import { exportFormat, exportTable } from '../../../src/requests/answerExport.ts';
import type { AnswerTable } from '../../../src/requests/answerTables.ts';

const column = (name: string | undefined, kind: AnswerTable['columns'][number]['kind']) => ({
  ...(name === undefined ? {} : { name }),
  kind,
  repeated: false,
});

const table: AnswerTable = {
  name: 'o',
  isTable: true,
  beginning: false,
  columns: [column('a, b', 'text'), column('score', 'number'), column('yes', 'boolean')],
  rows: [
    ['x"y', '0.10000000000000000001', 'True'],
    [null, 'NaN', null],
    ['', '2'],
  ],
  sent: { name: 'input1', columns: [column('id', 'number')], rows: [['1'], ['2'], ['3']] },
};

describe('an output saved as a file', () => {
  it('is CSV with the sent columns in front, and the rows in the order that is shown', () => {
    assert.equal(
      exportTable(table, 'csv', { rows: [2, 0], withSent: true }),
      'id,"a, b",score,yes\r\n3,,2,\r\n1,"x""y",0.10000000000000000001,True\r\n',
    );
    assert.match(exportTable(table, 'tsv', { withSent: false }), /^a, b\tscore\tyes\r\n/);
  });

  it('is JSON with typed cells and every digit, where null is not empty', () => {
    const text = exportTable(table, 'json', { withSent: false });
    assert.match(text, /0\.10000000000000000001/);
    assert.deepEqual(JSON.parse(text), [
      { 'a, b': 'x"y', score: 0.1, yes: true },
      { 'a, b': null, score: 'NaN', yes: null },
      { 'a, b': '', score: 2, yes: null },
    ]);
  });

  it('keeps both of two columns of one name', () => {
    const twice = { ...table, columns: [column('a', 'text'), column('a', 'text')], rows: [['1', '2']] };
    assert.deepEqual(JSON.parse(exportTable(twice, 'json', { withSent: false })), {
      ColumnNames: ['a', 'a'],
      Values: [['1', '2']],
    });
    const nameless = { ...table, columns: [column(undefined, 'text')], rows: [['1']] };
    assert.deepEqual(JSON.parse(exportTable(nameless, 'json', { withSent: false })), [{ Column1: '1' }]);
  });

  it('has the format of its name', () => {
    assert.deepEqual(['a.csv', 'a.JSON', 'a.tsv', 'a'].map(exportFormat), ['csv', 'json', 'tsv', 'csv']);
  });
});
