import assert from 'node:assert/strict';
import type { Column, ServiceSchema } from '../../../src/protocol/studio/serviceSchema.ts';
import { editText } from '../../../src/shared/editText.ts';
import {
  cellFromText,
  clearedCell,
  insertRows,
  removeRows,
  replaceRows,
  setCells,
} from '../../../src/shared/inputEdits.ts';
import type { JsonMembers } from '../../../src/shared/jsonEdits.ts';
import { pasteCells, pasteText, type CellRange } from '../../../src/shared/pasteEdits.ts';
import { editRequest, readRequest, type RequestData } from '../../../src/shared/requestData.ts';
import { inputForms, type FormRow, type InputForm } from '../../../src/shared/requestForm.ts';

const column = (name: string, type: Column['type'], nullable = false): Column => ({ name, type, nullable });

const schema: ServiceSchema = {
  title: 'Income',
  inputs: [
    {
      name: 'input1',
      columns: [column('age', 'integer'), column('job', 'string', true), column('pay', 'number', true)],
      sampleRows: [],
    },
  ],
  outputs: [],
  globalParameters: [],
};

const table = {
  inputs: {
    input1: {
      ColumnNames: ['job', 'age', 'pay'],
      Values: [
        ['clerk', 39, 1],
        ['cook', 40, 2],
        ['maid', 41, 3],
      ],
    },
  },
};

const requestOf = (members: JsonMembers): RequestData => readRequest(members).data;

function formOf(data: RequestData): InputForm {
  const [form] = inputForms(data, schema);
  assert.ok(form);
  return form;
}

function rowsOf(data: RequestData): FormRow[] {
  const form = formOf(data);
  return Array.from({ length: form.rowCount }, (_, i) => form.row(i) ?? []);
}

const at = (row: number, left: number, bottom = row, right = left): CellRange => ({
  top: row,
  bottom,
  left,
  right,
});

function pasted(text: string, range: CellRange, data = requestOf(table)) {
  const paste = pasteText(text, data, formOf(data), schema, range);
  assert.ok(paste);
  return { ...paste, after: rowsOf(editRequest(data, paste.edits)) };
}

describe('edits of many cells', () => {
  const data = requestOf(table);

  it('set a block by the columns of the form, wherever the table has them', () => {
    const edits = setCells(data, formOf(data), { row: 1, column: 0 }, [
      [50, 'x'],
      [51, null],
    ]);
    assert.equal(edits.length, 1);
    assert.deepEqual(rowsOf(editRequest(data, edits)), [
      [39, 'clerk', 1],
      [50, 'x', 2],
      [51, null, 3],
    ]);
  });

  it('leave cells as they are that have no value', () => {
    const edits = setCells(data, formOf(data), { row: 0, column: 0 }, [[undefined, 'x', undefined]]);
    assert.deepEqual(rowsOf(editRequest(data, edits))[0], [39, 'x', 1]);
  });

  it('leave out what is beyond the last row and column', () => {
    const edits = setCells(data, formOf(data), { row: 2, column: 2 }, [
      [7, 8],
      [9, 10],
    ]);
    assert.deepEqual(rowsOf(editRequest(data, edits)), [
      [39, 'clerk', 1],
      [40, 'cook', 2],
      [41, 'maid', 7],
    ]);
  });

  it('add rows where they are wanted, with fresh cells for those left out', () => {
    const edits = insertRows(data, formOf(data), 1, [[1], []]);
    assert.deepEqual(rowsOf(editRequest(data, edits)).slice(1, 3), [
      [1, '', null],
      [0, '', null],
    ]);
  });

  it('remove a run of rows', () => {
    assert.deepEqual(rowsOf(editRequest(data, removeRows(data, formOf(data), 0, 2))), [[41, 'maid', 3]]);
  });

  it('replace all rows, in an input that is there or not, as a table or as objects', () => {
    const rows: FormRow[] = [[1, 'a', null]];
    for (const members of [table, {}, { format: 'swagger' }, { inputs: { input1: {} } }] as JsonMembers[]) {
      const request = requestOf(members);
      const form = formOf(request);
      const after = editRequest(request, replaceRows(request, form, 0, form.rowCount, rows));
      assert.deepEqual(rowsOf(after), rows, JSON.stringify(members));
    }
  });

  it('add the columns that a table does not have, and keep the spelling of the others', () => {
    const text = '{"inputs": {"input1": {"ColumnNames": ["age"], "Values": [\n [1.50],\n [2e3],\n []\n]}}}';
    const narrow = requestOf(JSON.parse(text) as JsonMembers);
    const edits = setCells(narrow, formOf(narrow), { row: 1, column: 2 }, [[7]]);
    const after = editText(text, edits);
    assert.deepEqual(rowsOf(requestOf(JSON.parse(after) as JsonMembers)), [
      [1.5, '', null],
      [2000, '', 7],
      [null, '', null],
    ]);
    assert.match(after, /\[1\.50, "", null\],\n \[2e3, "", 7\]/);
  });
});

describe('pasting into an input', () => {
  it('puts a block of a spreadsheet from the selected cell on, and adds rows', () => {
    const { after, range, rows } = pasted('50\tx\r\n51\t"y\nz"\r\n', at(2, 0));
    assert.deepEqual(after.slice(2), [
      [50, 'x', 3],
      [51, 'y\nz', null],
    ]);
    assert.deepEqual([range, rows], [{ top: 2, bottom: 3, left: 0, right: 1 }, 2]);
  });

  it('follows a header, in whatever order and spelling of its names', () => {
    const { after, hasHeader, leftOut } = pasted('PAY,age ,town\n9,20,Rome\n8,21,Oslo', at(0, 1));
    assert.deepEqual(after.slice(0, 3), [
      [20, 'clerk', 9],
      [21, 'cook', 8],
      [41, 'maid', 3],
    ]);
    assert.deepEqual([hasHeader, leftOut], [true, 1]);
  });

  it('takes more rows than a call takes arguments', () => {
    const { rows } = pasted('5\tx\n'.repeat(150_000), at(2, 0));
    assert.equal(rows, 150_000);
  });

  it('takes a sentence for a text, and a full row for cells', () => {
    assert.equal(pasted('one, two', at(0, 1)).after[0]?.[1], 'one, two');
    assert.deepEqual(pasted('1,a,2', at(0, 0)).after[0], [1, 'a', 2]);
  });

  it('fills the selection with a single cell', () => {
    const { after } = pasted('x', at(0, 1, 2, 1));
    assert.deepEqual(
      after.map((row) => row[1]),
      ['x', 'x', 'x'],
    );
  });

  it('says how many columns have no place', () => {
    assert.equal(pasted('1\t2\t3', at(0, 2)).leftOut, 2);
  });

  it('keeps a text with an open quote', () => {
    assert.equal(pasted('5" pipe', at(0, 1)).after[0]?.[1], '5" pipe');
    assert.equal(pasted('"5 pipe', at(0, 1)).after[0]?.[1], '"5 pipe');
  });

  it('puts rows into an input that has none yet', () => {
    const { after } = pasted('1\ta\n2\tb', at(0, 0), requestOf({}));
    assert.deepEqual(after, [
      [1, 'a', null],
      [2, 'b', null],
    ]);
  });

  it('keeps null and numbers of its own cells', () => {
    const data = requestOf(table);
    const paste = pasteCells([[null, '7']], data, formOf(data), schema, at(0, 1));
    assert.ok(paste);
    assert.deepEqual(rowsOf(editRequest(data, paste.edits))[0], [39, null, '7']);
  });
});

describe('the text of a cell', () => {
  it('becomes what its column is of', () => {
    assert.equal(cellFromText(column('a', 'boolean'), 'TRUE'), true);
    assert.equal(cellFromText(column('a', 'number'), ' 1.5 '), 1.5);
    assert.equal(cellFromText(column('a', 'number'), '1.50'), '1.50');
    assert.equal(cellFromText(column('a', 'string'), ' x '), ' x ');
  });

  it('is null when empty where no text is wanted, and empty where it is', () => {
    assert.equal(cellFromText(column('a', 'number', true), ''), null);
    assert.equal(cellFromText(column('a', 'number'), ''), '');
    assert.equal(clearedCell(column('a', 'string', true)), '');
    assert.equal(clearedCell({ ...column('a', 'string', true), allowedValues: ['x'] }), null);
  });
});
