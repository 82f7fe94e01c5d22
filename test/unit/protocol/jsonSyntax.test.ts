import assert from 'node:assert/strict';
import { jsonFlaw } from '../../../src/protocol/jsonSyntax.ts';

describe('the flaw of a text that is no JSON', () => {
  const cases: readonly (readonly [text: string, line: number, column: number, found: string])[] = [
    ['{"a":NaN}', 1, 6, 'NaN'],
    ['[1,\n -Infinity]', 2, 2, '-Infinity'],
    ['[01]', 1, 2, '01'],
    ['[1.]', 1, 2, '1.'],
    ["{'a':1}", 1, 2, "'"],
    ['["a\u0001"]', 1, 2, '"'],
    ['[🙂]', 1, 2, '🙂'],
    ['{"a" 1}', 1, 6, '1'],
    ['[1]\n\nx', 3, 1, 'x'],
    ['{"a":1', 1, 7, ''],
    ['', 1, 1, ''],
  ];
  for (const [text, line, column, found] of cases) {
    it(`is found in ${JSON.stringify(text)}`, () => {
      const flaw = jsonFlaw(text);
      assert.deepEqual([flaw.line, flaw.column, flaw.found], [line, column, found]);
    });
  }

  it('is found behind a long text and deep nesting', () => {
    const text = `["${'\\n'.repeat(3_000_000)}",${'['.repeat(1_000_000)}oops`;
    assert.equal(jsonFlaw(text).found, 'oops');
  });
});
