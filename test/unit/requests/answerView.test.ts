import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { Failure } from '../../../src/protocol/failure.ts';
import type { ServiceSchema } from '../../../src/protocol/studio/serviceSchema.ts';
import { retryAfterFailure, viewOfFailure } from '../../../src/requests/answerFailure.ts';
import { prettyText } from '../../../src/requests/answerText.ts';
import { shownRows, viewOfAnswer } from '../../../src/requests/answerView.ts';
import type { RrsAnswer } from '../../../src/requests/execute.ts';

function answerOf(body: unknown, more: Partial<RrsAnswer> = {}): RrsAnswer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    requestUrl: 'http://127.0.0.1/',
    status: 200,
    statusText: 'OK',
    timings: { firstByteMs: 1, totalMs: 2 },
    headers: [],
    text,
    size: text.length,
    time: new Date(0),
    ...more,
  };
}

const schema: ServiceSchema = {
  title: 's',
  inputs: [],
  outputs: [
    {
      name: 'output1',
      columns: [
        { name: 'label', type: 'string', nullable: false },
        { name: 'score', type: 'number', format: 'double', nullable: false },
      ],
      sampleRows: [],
    },
  ],
  globalParameters: [],
};

const withoutNames = {
  Results: {
    output1: {
      type: 'table',
      value: {
        Values: [
          ['1', '0.5'],
          [null, '2'],
        ],
      },
    },
  },
};

describe('the view of an answer', () => {
  it('has the columns of the answer with their types', async () => {
    const file = new URL('../../fixtures/classic/rrs-response-table-details-true.json', import.meta.url);
    const [output] = viewOfAnswer(answerOf(await readFile(file, 'utf8'))).outputs;
    assert.deepEqual(output?.columns, [
      { name: 'ScoredLabels', type: 'Double', kind: 'number', repeated: false },
      { name: 'ScoredProbabilities', type: 'Double', kind: 'number', repeated: false },
    ]);
    assert.deepEqual(output.rows[0], ['19.1', '0.999567747116089']);
  });

  it('names columns by the schema when the answer has no names', () => {
    const [output] = viewOfAnswer(answerOf(withoutNames), { schema }).outputs;
    assert.deepEqual(output?.columns, [
      { name: 'label', type: 'string', kind: 'text', repeated: false },
      { name: 'score', type: 'double', kind: 'number', repeated: false },
    ]);
    assert.deepEqual(output.rows[1], [null, '2']);
  });

  it('leaves columns without a name when nobody knows it', () => {
    const [output] = viewOfAnswer(answerOf(withoutNames)).outputs;
    assert.deepEqual(output?.columns, [
      { kind: 'number', repeated: false },
      { kind: 'number', repeated: false },
    ]);
  });

  it('has the first rows of a long table, and says how many there are', () => {
    const rows = Array.from({ length: 30_000 }, (_, i) => [String(i)]);
    const view = viewOfAnswer(answerOf({ Results: { o: { type: 'table', value: { Values: rows } } } }));
    assert.equal(view.outputs[0]?.rows.length, shownRows);
    assert.equal(view.outputs[0].rowCount, 30_000);
  });

  it('has fewer rows when they are large, and only the beginning of a long text', () => {
    const rows = Array.from({ length: 50 }, () => ['x'.repeat(200_000)]);
    const view = viewOfAnswer(answerOf({ Results: { o: { type: 'table', value: { Values: rows } } } }));
    assert.ok((view.outputs[0]?.rows.length ?? 0) < 45);
    assert.equal(view.text.cut, true);
    assert.ok(view.text.text.length < 400_000);
  });

  it('knows numbers, booleans and dates by their types, and by their cells where no type says it', () => {
    const value = {
      ColumnNames: ['n', 'b', 'd', 't'],
      ColumnTypes: ['Int64', 'Boolean', 'DateTime', 'String'],
      Values: [['1', 'True', '2016-01-31T18:30:00', '1']],
    };
    const kinds = (table: object) =>
      viewOfAnswer(answerOf({ Results: { o: { type: 'table', value: table } } })).outputs[0]?.columns.map(
        ({ kind }) => kind,
      );
    assert.deepEqual(kinds(value), ['number', 'boolean', 'dateTime', 'text']);
    const untyped = { ColumnNames: value.ColumnNames, Values: value.Values };
    assert.deepEqual(kinds(untyped), ['number', 'boolean', 'dateTime', 'number']);
    assert.deepEqual(kinds({ Values: [['1'], [null], ['']] }), ['text']);
  });

  it('has what was sent beside what came back, and leaves out what the answer repeats', () => {
    const body = JSON.stringify({
      Inputs: { input1: { ColumnNames: ['id', 'age', 'age'], Values: [['a', 39, '1'], ['b', 40, '2']] } }, // prettier-ignore
    });
    const output = (values: unknown[][]) =>
      viewOfAnswer(
        answerOf({
          Results: { o: { type: 'table', value: { ColumnNames: ['age', 'score'], Values: values } } },
        }),
        { body },
      ).outputs[0];
    const view = output([['39', '0.1'], ['40', '0.2']]); // prettier-ignore
    assert.deepEqual(view?.columns.map(({ repeated }) => repeated), [true, false]); // prettier-ignore
    assert.deepEqual(view.sent?.columns.map(({ name }) => name), ['id', 'age']); // prettier-ignore
    assert.deepEqual(view.sent.rows, [['a', '1'], ['b', '2']]); // prettier-ignore
    assert.equal(output([['39', '0.1']])?.sent, undefined);
    assert.deepEqual(output([['7', '0.1'], ['8', '0.2']])?.columns.map(({ repeated }) => repeated), [false, false]); // prettier-ignore
  });

  it('shows the log of a script module as text', () => {
    const cells = ['data:text/plain,Execution OK 100%\r\n', null];
    const plain = viewOfAnswer(answerOf({ Results: { o: { type: 'table', value: { Values: [cells] } } } }));
    assert.equal(plain.outputs[0]?.log, 'Execution OK 100%\r\n');
    const packed = [[`data:text/plain;charset=utf-8;base64,${Buffer.from('ä').toString('base64')}`]];
    const base64 = viewOfAnswer(answerOf({ Results: { o: { type: 'table', value: { Values: packed } } } }));
    assert.equal(base64.outputs[0]?.log, 'ä');
  });

  it('has the complete rows of the beginning that a large answer leaves in memory', () => {
    const text =
      '{"Results":{"o":{"type":"table","value":{"ColumnNames":["a]","b"],"Values":[["1","x\\"]"],["2","y';
    const view = viewOfAnswer(answerOf(text, { file: '/somewhere', size: 5e8 }));
    assert.equal(view.inFile, true);
    assert.equal(view.text.cut, true);
    assert.deepEqual(view.outputs[0]?.rows, [['1', 'x"]']]);
    assert.equal(view.outputs[0].beginning, true);
  });

  it('takes an answer that is none of the contract as text', () => {
    const view = viewOfAnswer(answerOf('hello'));
    assert.deepEqual([view.outputs, view.text], [[], { text: 'hello', cut: false }]);
  });

  it('is told from other JSON', () => {
    const hasResults = (body: unknown) => viewOfAnswer(answerOf(body)).hasResults;
    assert.equal(hasResults({ message: 'hello' }), false);
    assert.equal(hasResults({ Results: {} }), true);
  });
});

describe('an answer as a document', () => {
  it('is indented with a row on a line, and keeps every digit', () => {
    const text = '{"a":[["1",null],[12345678901234567890.10,"x, [y"]],"b":{},"c":"\\"{"}';
    assert.equal(
      prettyText(text),
      [
        '{',
        '  "a": [',
        '    ["1", null],',
        '    [12345678901234567890.10, "x, [y"]',
        '  ],',
        '  "b": {},',
        '  "c": "\\"{"',
        '}',
      ].join('\n'),
    );
  });

  it('takes an array of a million cells', () => {
    const long = JSON.stringify(Array.from({ length: 1_000_000 }, String));
    assert.deepEqual(JSON.parse(prettyText(long)), JSON.parse(long));
  });

  it('stays as it is when it is no JSON', () => {
    assert.equal(prettyText('<html>'), '<html>');
  });
});

describe('the view of a failure', () => {
  it('has the request id out of whichever header names it', () => {
    const failure = new Failure({
      code: 'C',
      origin: 'gateway',
      sentence: 'S.',
      status: 401,
      evidence: { headers: [['x-ms-request-id', 'r1']], reasons: [{ code: 'A', message: 'm', target: 't' }] },
    });
    const view = viewOfFailure(failure, ['Set key…']);
    assert.equal(view.requestId, 'r1');
    assert.deepEqual(view.remedies, ['Set key…']);
    assert.deepEqual(view.reasons, [{ code: 'A', message: 'm', target: 't' }]);
  });
});

describe('a failure that names itself in JSON', () => {
  it('is taken apart, module and message', () => {
    const message =
      'Error log: Module: Execute R Script; {"Exception":{"ErrorId":"FailedToEvaluateRScript","ErrorCode":"0063","ExceptionType":"ModuleException","Message":"no such column"}} end';
    const failure = new Failure({
      code: 'C',
      origin: 'service',
      sentence: 'S.',
      evidence: {
        reasons: [
          { code: 'A', message },
          { code: 'B', message: 'plain' },
        ],
      },
    });
    const [first, second] = viewOfFailure(failure, []).reasons;
    assert.deepEqual(Object.fromEntries(first?.facts ?? []), {
      message: 'no such column',
      module: 'Execute R Script',
      errorCode: '0063',
      errorId: 'FailedToEvaluateRScript',
      exceptionType: 'ModuleException',
    });
    assert.equal(second?.facts, undefined);
  });
});

describe('the next try', () => {
  const refused = (status: number, retryAt?: string): Failure =>
    new Failure({
      code: 'C',
      origin: 'gateway',
      sentence: 'S.',
      status,
      evidence: retryAt === undefined ? {} : { retryAt },
    });

  it('is when the server says, and offered when that is soon', () => {
    const at = (ms: number) => new Date(ms).toISOString();
    assert.deepEqual(retryAfterFailure(refused(429, at(9_000)), 1, 5_000), { at: 9_000, offered: true });
    assert.deepEqual(retryAfterFailure(refused(403, at(9_000_000)), 1, 0), { at: 9_000_000, offered: false });
  });

  it('backs off twice as long after each refusal in a row, up to a minute', () => {
    const waits = [1, 2, 3, 20].map((refusals) => retryAfterFailure(refused(503), refusals, 0)?.at);
    assert.deepEqual(waits, [2_000, 4_000, 8_000, 60_000]);
    assert.equal(retryAfterFailure(refused(400), 1, 0), undefined);
  });
});
