import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { Failure } from '../../../src/protocol/failure.ts';
import type { ServiceSchema } from '../../../src/protocol/studio/serviceSchema.ts';
import { prettyText, shownRows, viewOfAnswer, viewOfFailure } from '../../../src/requests/answerView.ts';
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
      { name: 'ScoredLabels', type: 'Double', numeric: true },
      { name: 'ScoredProbabilities', type: 'Double', numeric: true },
    ]);
    assert.deepEqual(output.rows[0], ['19.1', '0.999567747116089']);
  });

  it('names columns by the schema when the answer has no names', () => {
    const [output] = viewOfAnswer(answerOf(withoutNames), schema).outputs;
    assert.deepEqual(output?.columns, [
      { name: 'label', type: 'string', numeric: false },
      { name: 'score', type: 'double', numeric: true },
    ]);
    assert.deepEqual(output.rows[1], [null, '2']);
  });

  it('leaves columns without a name when nobody knows it', () => {
    const [output] = viewOfAnswer(answerOf(withoutNames)).outputs;
    assert.deepEqual(output?.columns, [{ numeric: true }, { numeric: true }]);
  });

  it('has the first rows of a long table, and says how many there are', () => {
    const rows = Array.from({ length: 5000 }, (_, i) => [String(i)]);
    const view = viewOfAnswer(answerOf({ Results: { o: { type: 'table', value: { Values: rows } } } }));
    assert.equal(view.outputs[0]?.rows.length, shownRows);
    assert.equal(view.outputs[0].rowCount, 5000);
  });

  it('has fewer rows when they are large, and only the beginning of a long text', () => {
    const rows = Array.from({ length: 50 }, () => ['x'.repeat(200_000)]);
    const view = viewOfAnswer(answerOf({ Results: { o: { type: 'table', value: { Values: rows } } } }));
    assert.ok((view.outputs[0]?.rows.length ?? 0) < 15);
    assert.equal(view.text.cut, true);
    assert.ok(view.text.text.length < 400_000);
  });

  it('takes an answer that is none of the contract as text', () => {
    const view = viewOfAnswer(answerOf('hello'));
    assert.deepEqual([view.outputs, view.text], [[], { text: 'hello', cut: false }]);
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
