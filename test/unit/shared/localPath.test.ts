import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { localPath } from '../../../src/shared/localPath.ts';

describe('a path that a program names', () => {
  const folder = resolve('folder');

  it('is a file URI, absolute, or relative to a folder', () => {
    const file = join(folder, 'a b.csv');
    assert.equal(localPath('target', pathToFileURL(file).href, undefined), file);
    assert.equal(localPath('target', file, undefined), file);
    assert.equal(localPath('target', 'a b.csv', folder), file);
  });

  it('is refused, by the name of its argument, when it is none', () => {
    for (const [given, why] of [
      ['file:///a%2Fb.csv', /"target".*no file URI/],
      ['https://h/c/b.csv?sig=abc', /"target": https:\/\/h\/c\/b\.csv is no file/],
    ] as const) {
      assert.throws(() => localPath('target', given, folder), { code: 'InvalidArguments', message: why });
    }
    assert.throws(() => localPath('target', 'b.csv', undefined), { message: /relative, and no folder/ });
  });
});
