import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'mocha';
import { failureCodes } from '../../../src/protocol/failureCodes.ts';

describe('README', () => {
  it('explains every error code as the code does', async () => {
    const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8');
    const rows = [...readme.matchAll(/^\| `(\w+)` +\| (.+?) +\|$/gm)]
      .map(([, code, sentence]) => [code, sentence])
      .filter(([code = '']) => code in failureCodes);
    assert.deepEqual(
      rows,
      Object.entries(failureCodes).sort(([a], [b]) => a.localeCompare(b)),
    );
  });
});
