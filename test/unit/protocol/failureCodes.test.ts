import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { failureCodes } from '../../../src/protocol/failureCodes.ts';

const root = new URL('../../../', import.meta.url);

/** Every code that a source writes down for a failure of its own. */
function codesInSources(): Set<string> {
  const codes = new Set<string>();
  for (const path of globSync('src/**/*.{ts,tsx}', { cwd: root })) {
    const text = readFileSync(new URL(path, root), 'utf8');
    for (const match of text.matchAll(/new Failure\(\{[^}]*?\bcode: '(\w+)'/g)) codes.add(match[1] ?? '');
  }
  for (const path of globSync('src/{protocol,transport}/**/*.ts', { cwd: root })) {
    if (path.endsWith('errorHints.ts')) continue;
    const text = readFileSync(new URL(path, root), 'utf8');
    for (const match of text.matchAll(/\bcode: '([A-Z]\w+)'|^ {2}\d+: '(\w+)',$/gm)) {
      codes.add(match[1] ?? match[2] ?? '');
    }
  }
  return codes;
}

describe('failureCodes', () => {
  it('explains every code that arises here', () => {
    const unexplained = [...codesInSources()].filter((code) => !(code in failureCodes));
    assert.deepEqual(unexplained, []);
  });

  it('has one sentence for each, in alphabetical order', () => {
    const codes = Object.keys(failureCodes);
    assert.deepEqual(codes, codes.toSorted());
    for (const sentence of Object.values(failureCodes)) assert.match(sentence, /^[A-Z].*[A-Za-z)]\.$/);
  });
});
