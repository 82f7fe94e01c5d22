import assert from 'node:assert/strict';
import { applyJsonEdits, diffJson, type JsonValue } from '../../../src/shared/jsonEdits.ts';

describe('JSON edits', () => {
  it('set, insert and remove one place and share the rest', () => {
    const before = { a: [1, 2, 3], b: { c: 'x' } };
    const after = applyJsonEdits(before, [
      { kind: 'set', path: ['a', 1], value: 20 },
      { kind: 'insert', path: ['a', 0], value: 0 },
      { kind: 'remove', path: ['b', 'c'] },
      { kind: 'set', path: ['d', 'e'], value: true },
    ]);
    assert.deepEqual(after, { a: [0, 1, 20, 3], b: {}, d: { e: true } });
    assert.deepEqual(before, { a: [1, 2, 3], b: { c: 'x' } });
  });

  it('leave out what has no place any more', () => {
    const before = { a: [1] };
    const after = applyJsonEdits(before, [
      { kind: 'set', path: ['a', 5, 'b'], value: 1 },
      { kind: 'remove', path: ['x', 'y'] },
      { kind: 'remove', path: ['x'] },
    ]);
    assert.deepEqual(after, before);
  });

  it('take any name for a member', () => {
    const after = applyJsonEdits({}, [{ kind: 'set', path: ['__proto__'], value: 1 }]);
    assert.deepEqual(Object.keys(after ?? {}), ['__proto__']);
  });

  const pairs: readonly (readonly [before: JsonValue, after: JsonValue, edits: number])[] = [
    [{ a: 1, b: [1, 2] }, { a: 1, b: [1, 2] }, 0],
    [{ a: [[1], [2], [3]] }, { a: [[1], [9]] }, 2],
    [{ a: [1] }, { a: [1, 2, 3] }, 2],
    [{ a: { b: 1, c: 2 } }, { a: { c: 2, d: null } }, 2],
    [{ a: [1] }, { a: { 0: 1 } }, 1],
    [{ a: null }, { a: 0 }, 1],
  ];
  for (const [before, after, count] of pairs) {
    it(`lead from ${JSON.stringify(before)} to ${JSON.stringify(after)} in ${count}`, () => {
      const edits = diffJson(before, after);
      assert.equal(edits.length, count);
      assert.deepEqual(applyJsonEdits(before, edits), after);
    });
  }
});
