import assert from 'node:assert/strict';
import { Failure } from '../../../src/protocol/failure.ts';
import { parseExecuteAnswer, type ExecuteOutput } from '../../../src/protocol/studio/rrs.ts';
import { fixture } from './fixtures.ts';

function only(answer: unknown): ExecuteOutput {
  const [output, ...others] = parseExecuteAnswer(answer);
  assert.ok(output);
  assert.deepEqual(others, []);
  return output;
}

describe('parseExecuteAnswer', () => {
  it('reads a table with names and types', () => {
    const output = only(fixture('rrs-response-table-details-true.json'));
    assert.equal(output.form, 'table');
    assert.deepEqual(output.columnNames, ['ScoredLabels', 'ScoredProbabilities']);
    assert.deepEqual(output.columnTypes, ['Double', 'Double']);
    assert.equal(output.rows.length, 29);
    assert.deepEqual(output.rows[0], ['19.1', '0.999567747116089']);
  });

  it('reads the oldest spelling', () => {
    const output = only(fixture('rrs-response-table-doc-2015.json'));
    assert.deepEqual(output.columnTypes, ['Numeric']);
    assert.deepEqual(output.rows, [['0'], ['1']]);
  });

  it('reads the swagger form', () => {
    for (const [name, columnNames, row] of [
      ['regression', ['Scored Labels'], ['8219.6923828125']],
      ['sentiment', ['Sentiment', 'Score'], ['positive', '0.709294199943542']],
      ['titanic', ['Survived', 'Scored Labels', 'Scored Probabilities'], ['-1', '1', '0.999785125255585']],
    ] as const) {
      const output = only(fixture(`rrs-response-swagger-${name}.json`));
      assert.equal(output.form, 'swagger');
      assert.deepEqual(output.columnNames, columnNames);
      assert.deepEqual(output.rows, [row]);
    }
  });

  it('reads a table without names, and several outputs in their order', () => {
    const outputs = parseExecuteAnswer({
      Results: {
        output1: { type: 'table', value: { Values: [['29.4621959870899']] } },
        output2: { type: 'table', value: { Values: [['data:text/plain,Execution OK\r\n', null]] } },
      },
    });
    assert.deepEqual(outputs, [
      { name: 'output1', form: 'table', rows: [['29.4621959870899']] },
      { name: 'output2', form: 'table', rows: [['data:text/plain,Execution OK\r\n', null]] },
    ]);
  });

  it('makes text of numbers, booleans and objects', () => {
    const { rows } = only({ Results: { o: { value: { Values: [[1.5, true, null, { a: 1 }, 'x'], 7] } } } });
    assert.deepEqual(rows, [['1.5', 'true', null, '{"a":1}', 'x'], ['7']]);
  });

  it('fills what a row of the swagger form leaves out', () => {
    const { columnNames, rows } = only({ Results: { o: [{ a: '1' }, { b: '2' }] } });
    assert.deepEqual(columnNames, ['a', 'b']);
    assert.deepEqual(rows, [
      ['1', null],
      [null, '2'],
    ]);
  });

  it('keeps what is no table', () => {
    for (const value of ['text', 12, null, { type: 'image', value: 'iVBOR' }, ['a', 'b']]) {
      assert.deepEqual(only({ Results: { plot: value } }), { name: 'plot', form: 'other', rows: [], value });
    }
  });

  it('refuses an answer without results', () => {
    for (const answer of [null, [], 'x', {}, { Results: [] }, { error: { code: 'BadArgument' } }]) {
      assert.throws(
        () => parseExecuteAnswer(answer),
        (error) => error instanceof Failure && error.code === 'MalformedAnswer',
      );
    }
  });
});
