import assert from 'node:assert/strict';
import { parse, type ParseError } from 'jsonc-parser';
import { editText, printJson } from '../../../src/shared/editText.ts';
import { applyJsonEdits, type JsonEdit, type JsonValue } from '../../../src/shared/jsonEdits.ts';

const document = [
  '{',
  '  "a": [[1, 2], [3]], // rows',
  '  "b": {},',
  '  "c": { "d": "x", "e": [] },',
  '  "f": [',
  '    { "g": null },',
  '    { "g": 1.50 }',
  '  ]',
  '}',
  '',
].join('\n');

function valueOf(text: string): JsonValue {
  const errors: ParseError[] = [];
  const value = parse(text, errors) as JsonValue;
  assert.deepEqual(errors, [], text);
  return value;
}

/** Edits on one line each, and the line of the document that becomes of it. */
const cases: readonly (readonly [edit: JsonEdit, line: string])[] = [
  [{ kind: 'set', path: ['a', 0, 1], value: 'z' }, '  "a": [[1, "z"], [3]], // rows'],
  [{ kind: 'insert', path: ['a', 1], value: [9] }, '  "a": [[1, 2], [9], [3]], // rows'],
  [{ kind: 'insert', path: ['a', 2], value: [9] }, '  "a": [[1, 2], [3], [9]], // rows'],
  [{ kind: 'remove', path: ['a', 0] }, '  "a": [[3]], // rows'],
  [{ kind: 'remove', path: ['a', 1] }, '  "a": [[1, 2]], // rows'],
  [{ kind: 'insert', path: ['c', 'e', 0], value: 7 }, '  "c": { "d": "x", "e": [7] },'],
  [{ kind: 'remove', path: ['c', 'd'] }, '  "c": { "e": [] },'],
  [{ kind: 'set', path: ['c', 'h'], value: true }, '  "c": { "d": "x", "e": [], "h": true },'],
  [{ kind: 'set', path: ['b', 'n'], value: 1 }, '    "n": 1'],
  [{ kind: 'insert', path: ['f', 1], value: 'new' }, '    "new",'],
  [{ kind: 'set', path: ['f', 0, 'g'], value: [1, 2] }, '    { "g": [1, 2] },'],
  [{ kind: 'set', path: ['i', 'j'], value: 0 }, '    "j": 0'],
];

describe('editing a JSON text', () => {
  for (const [edit, line] of cases) {
    it(`${edit.kind}s ${edit.path.join('.')} and leaves the other lines`, () => {
      const after = editText(document, [edit]);
      assert.ok(after.split('\n').includes(line), after);
      assert.deepEqual(valueOf(after), applyJsonEdits(valueOf(document), [edit]));
      const lost = document.split('\n').filter((old) => !after.includes(old.replace(/,$/, '')));
      assert.ok(lost.length <= 1, `changed lines: ${lost.join(' | ')}`);
    });
  }

  it('takes any sequence of edits, in any layout', () => {
    const edits = cases.map(([edit]) => edit);
    for (const text of [document, JSON.stringify(valueOf(document)), document.replaceAll('\n', '\r\n')]) {
      for (let from = 0; from < edits.length; from++) {
        const rotated = [...edits.slice(from), ...edits.slice(0, from)];
        assert.deepEqual(valueOf(editText(text, rotated)), applyJsonEdits(valueOf(text), rotated));
      }
    }
  });

  it('uses the indentation and the line ends of the text', () => {
    const after = editText('{\r\n\t"a": {}\r\n}\r\n', [{ kind: 'set', path: ['b', 'c'], value: 1 }]);
    assert.equal(after, '{\r\n\t"a": {},\r\n\t"b": {\r\n\t\t"c": 1\r\n\t}\r\n}\r\n');
  });

  it('can be done on a text with a trailing comma', () => {
    const after = editText('{"a": [1,], }', [
      { kind: 'insert', path: ['a', 1], value: 2 },
      { kind: 'set', path: ['b'], value: 3 },
    ]);
    assert.deepEqual(parse(after, [], { allowTrailingComma: true }), { a: [1, 2], b: 3 });
  });
});

describe('a fresh JSON text', () => {
  it('has a row of a table on a line', () => {
    assert.equal(
      printJson({ a: [['x', null]], b: {}, c: [] }),
      '{\n  "a": [\n    ["x", null]\n  ],\n  "b": {},\n  "c": []\n}',
    );
  });
});
