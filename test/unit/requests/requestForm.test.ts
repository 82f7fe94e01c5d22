import assert from 'node:assert/strict';
import type { Column, ServiceSchema } from '../../../src/protocol/studio/serviceSchema.ts';
import type { JsonEdit, JsonMembers } from '../../../src/shared/jsonEdits.ts';
import { insertRow, removeRow, setCell } from '../../../src/shared/inputEdits.ts';
import { editRequest, readRequest, type RequestData } from '../../../src/shared/requestData.ts';
import {
  cellOfText,
  cellProblem,
  holdsCredential,
  inputForms,
  parameterFields,
  sampleInputs,
  setFormat,
  setParameter,
  type FormRow,
  type InputForm,
} from '../../../src/shared/requestForm.ts';

const schema: ServiceSchema = {
  title: 'Income',
  inputs: [
    {
      name: 'input1',
      columns: [
        { name: 'age', type: 'integer', format: 'int32', nullable: false },
        { name: 'job', type: 'string', nullable: true },
        { name: 'full time', type: 'boolean', nullable: false },
      ],
      sampleRows: [[39, 'clerk', true]],
    },
  ],
  outputs: [],
  globalParameters: [
    { name: 'Threshold', type: 'number', default: 0.5 },
    { name: 'Data table', type: 'string' },
  ],
};

const tables = {
  input1: {
    ColumnNames: ['job', 'age', 'extra'],
    Values: [
      ['clerk', 39, 'x'],
      ['cook', '40'],
    ],
  },
};
const rows = { input1: [{ age: 39, job: 'clerk', 'full time': true }, { age: 40 }] };

function request(members: JsonMembers): RequestData {
  return readRequest(members).data;
}

function only(forms: readonly InputForm[]): InputForm {
  assert.equal(forms.length, 1);
  const [form] = forms;
  assert.ok(form);
  return form;
}

function rowsOf(form: InputForm): FormRow[] {
  return Array.from({ length: form.rowCount }, (_, i) => form.row(i) ?? []);
}

function column(form: InputForm, name: string) {
  const found = form.columns.find((each) => each.name === name);
  assert.ok(found);
  return found;
}

/** The rows that a form shows after the edits, by column. */
function shown(data: RequestData, edits: readonly JsonEdit[] = []) {
  const form = only(inputForms(editRequest(data, edits), schema));
  return rowsOf(form).map((row) => Object.fromEntries(form.columns.map(({ name }, i) => [name, row[i]])));
}

describe('the form of a table', () => {
  const data = request({ inputs: tables });

  it('has the columns of the schema first, whatever the order in the document', () => {
    const form = only(inputForms(data, schema));
    assert.deepEqual(
      form.columns.map(({ name, known }) => [name, known]),
      [
        ['age', true],
        ['job', true],
        ['full time', true],
        ['extra', false],
      ],
    );
    assert.deepEqual(rowsOf(form), [
      [39, 'clerk', undefined, 'x'],
      ['40', 'cook', undefined, undefined],
    ]);
  });

  it('sets a cell where the document has its column', () => {
    const form = only(inputForms(data, schema));
    assert.deepEqual(setCell(data, form, 1, column(form, 'age'), 41), [
      { kind: 'set', path: ['inputs', 'input1', 'Values', 1, 1], value: 41 },
    ]);
  });

  it('fills up a row that is too short', () => {
    const short = request({ inputs: { input1: { ColumnNames: ['age', 'job', 'x', 'y'], Values: [[1]] } } });
    const form = only(inputForms(short, schema));
    const [row] = shown(short, setCell(short, form, 0, column(form, 'y'), 'z'));
    assert.deepEqual(row, { age: 1, job: null, 'full time': undefined, x: null, y: 'z' });
  });

  it('adds a column that the table does not have yet', () => {
    const form = only(inputForms(data, schema));
    const after = shown(data, setCell(data, form, 0, column(form, 'full time'), true));
    assert.deepEqual(
      after.map((row) => [row.age, row['full time'], row.extra]),
      [
        [39, true, 'x'],
        ['40', false, null],
      ],
    );
  });

  it('adds, copies and removes rows', () => {
    const form = only(inputForms(data, schema));
    const copied = shown(data, insertRow(data, form, 1, form.row(0)));
    assert.deepEqual(
      copied.map(({ age, job }) => [age, job]),
      [
        [39, 'clerk'],
        [39, 'clerk'],
        ['40', 'cook'],
      ],
    );
    const fresh = shown(data, insertRow(data, form, 2));
    assert.deepEqual(fresh[2], { age: 0, job: '', 'full time': false, extra: '' });
    assert.deepEqual(
      shown(data, removeRow(data, form, 0)).map(({ age }) => age),
      ['40'],
    );
  });

  it('makes an input that the document does not have', () => {
    const none = request({});
    const form = only(inputForms(none, schema));
    assert.equal(form.present, false);
    assert.deepEqual(shown(none, insertRow(none, form, 0)), [{ age: 0, job: '', 'full time': false }]);
  });

  it('keeps columns of one name apart', () => {
    const twins = request({ inputs: { i: { ColumnNames: ['a', 'a'], Values: [['1', '2']] } } });
    const form = only(inputForms(twins));
    const second = form.columns[1];
    assert.ok(second);
    assert.deepEqual(setCell(twins, form, 0, second, '3'), [
      { kind: 'set', path: ['inputs', 'i', 'Values', 0, 1], value: '3' },
    ]);
  });

  it('is made from the document alone where there is no schema', () => {
    const form = only(inputForms(data));
    assert.deepEqual(
      form.columns.map(({ name, type, known }) => [name, type, known]),
      [
        ['job', 'string', true],
        ['age', 'number', true],
        ['extra', 'string', true],
      ],
    );
  });

  it('says what is no table, and what the schema does not have', () => {
    const [first, second] = inputForms(request({ inputs: { input1: 'x', input2: tables.input1 } }), schema);
    assert.equal(first?.unreadable, true);
    assert.equal(second?.known, false);
  });
});

describe('the form of row objects', () => {
  const data = request({ format: 'swagger', inputs: rows });

  it('tells what is left out from what is null', () => {
    const form = only(inputForms(data, schema));
    assert.deepEqual(form.row(1), [40, undefined, undefined]);
    const [, second] = shown(data, setCell(data, form, 1, column(form, 'job'), null));
    assert.deepEqual(second, { age: 40, job: null, 'full time': undefined });
  });

  it('adds rows as objects', () => {
    const form = only(inputForms(data, schema));
    const after = editRequest(data, insertRow(data, form, 0));
    assert.deepEqual(after.inputs, { input1: [{ age: 0, job: '', 'full time': false }, ...rows.input1] });
  });

  it('comes from a table and goes back to one', () => {
    const table = request({ inputs: tables });
    const swagger = editRequest(table, setFormat(table, 'swagger'));
    assert.deepEqual(swagger.inputs, {
      input1: [
        { job: 'clerk', age: 39, extra: 'x' },
        { job: 'cook', age: '40', extra: null },
      ],
    });
    const back = editRequest(swagger, setFormat(swagger, undefined));
    assert.equal(back.format, undefined);
    assert.deepEqual(back.inputs, {
      input1: {
        ...tables.input1,
        Values: [
          ['clerk', 39, 'x'],
          ['cook', '40', null],
        ],
      },
    });
  });

  it('cannot say two columns of one name, which stay a table', () => {
    const twins = request({ inputs: { i: { ColumnNames: ['a', 'a'], Values: [['1', '2']] } } });
    assert.deepEqual(editRequest(twins, setFormat(twins, 'swagger')).inputs, twins.inputs);
  });
});

describe('the global parameters of a form', () => {
  it('are those of the schema, with their defaults, and what else the document has', () => {
    const data = request({ globalParameters: { 'Data table': '', Other: { x: 1 } } });
    assert.deepEqual(
      parameterFields(data, schema).map(({ name, required, known, value }) => [name, required, known, value]),
      [
        ['Threshold', false, true, undefined],
        ['Data table', true, true, ''],
        ['Other', false, false, '{"x":1}'],
      ],
    );
  });

  it('go back to the default by being left out', () => {
    const data = request({ globalParameters: { Threshold: 1 } });
    assert.deepEqual(editRequest(data, [setParameter('Threshold', undefined)]).globalParameters, {});
  });
});

describe('a fresh request', () => {
  it('has the sample rows of the schema', () => {
    assert.deepEqual(sampleInputs(schema), {
      input1: { ColumnNames: ['age', 'job', 'full time'], Values: [[39, 'clerk', true]] },
    });
  });
});

describe('a typed cell', () => {
  it('is a number or truth value where the text is exactly one', () => {
    const cells = [
      cellOfText('integer', '12'),
      cellOfText('number', '1.5'),
      cellOfText('number', '1.50'),
      cellOfText('integer', '12345678901234567890'),
      cellOfText('number', ''),
      cellOfText('boolean', 'true'),
      cellOfText('string', '12'),
    ];
    assert.deepEqual(cells, [12, 1.5, '1.50', '12345678901234567890', '', true, '12']);
  });

  const problems: readonly (readonly [Partial<Column>, unknown, string | undefined])[] = [
    [{ type: 'integer', format: 'int32' }, '2147483647', undefined],
    [{ type: 'integer', format: 'int32' }, '2147483648', 'range'],
    [{ type: 'integer', format: 'uint8' }, -1, 'range'],
    [{ type: 'integer' }, '1.5', 'integer'],
    [{ type: 'number' }, '1e5', undefined],
    [{ type: 'number' }, '', 'number'],
    [{ type: 'boolean' }, 'True', undefined],
    [{ type: 'boolean' }, 'yes', 'boolean'],
    [{ type: 'date-time' }, '2016-01-31T18:30:00Z', undefined],
    [{ type: 'date-time' }, 'soon', 'dateTime'],
    [{ type: 'string' }, '', undefined],
    [{ type: 'string', allowedValues: ['a'] }, 'b', 'notAllowed'],
    [{ type: 'string' }, null, 'null'],
    [{ type: 'string', nullable: true }, null, undefined],
    [{ type: 'string' }, undefined, 'missing'],
  ];
  for (const [part, cell, problem] of problems) {
    it(`${JSON.stringify(cell)} in a column ${JSON.stringify(part)}: ${problem ?? 'fine'}`, () => {
      assert.equal(cellProblem({ type: 'string', nullable: false, ...part }, cell as string), problem);
    });
  }
});

describe('a header', () => {
  it('that holds a key is known by its name or by its value', () => {
    const held = [
      ['authorization', ''],
      ['Proxy-Authorization', 'x'],
      ['Ocp-Apim-Subscription-Key', 'x'],
      ['x-api-key', 'x'],
      ['X-Mine', 'Bearer abc'],
      ['X-Team', 'x'],
    ] as const;
    for (const [name, value] of held) assert.ok(holdsCredential(name, value, ['x-team']), name);
    assert.equal(holdsCredential('Content-Type', 'application/json', ['x-team']), false);
    assert.equal(holdsCredential('X-Mine', 'Bearer', []), false);
  });
});
