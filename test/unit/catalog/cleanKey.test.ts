import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { cleanKey } from '../../../src/catalog/cleanKey.ts';

const key = 'q7Zl+0pXy/3mBearerA4bX0b2c1d==';

describe('a pasted key', () => {
  for (const pasted of [
    key,
    ` ${key}\r\n`,
    `"${key}"`,
    `Bearer ${key}`,
    `bearer\t${key};`,
    `" Bearer ${key} "`,
    `Authorization: Bearer ${key}`,
    `"Authorization": "Bearer ${key}",`,
    `-H 'Authorization: Bearer ${key}'`,
    `Ocp-Apim-Subscription-Key: ${key}`,
    `"Ocp-Apim-Subscription-Key": "${key}"`,
    `${key.slice(0, 9)}\r\n${key.slice(9)}`,
    `\ufeff${key}\u200b`,
  ]) {
    it(`is the key alone: ${JSON.stringify(pasted)}`, () => assert.equal(cleanKey(pasted), key));
  }

  it('is nothing when there is nothing in it', () => {
    for (const pasted of ['', ' \r\n', '""']) assert.equal(cleanKey(pasted), '');
  });
});
