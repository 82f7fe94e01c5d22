import assert from 'node:assert/strict';
import { holdsCredential } from '../../../src/shared/requestForm.ts';
import {
  secretNameFor,
  secretReference,
  splitCredential,
  writeSecretReference,
} from '../../../src/shared/secretReference.ts';

describe('references to secrets', () => {
  it('are a name, after a scheme where there is one', () => {
    assert.deepEqual(secretReference('${secret:x-api-key}'), { prefix: '', name: 'x-api-key' });
    assert.deepEqual(secretReference(' Bearer ${secret:a.b_c} '), { prefix: 'Bearer ', name: 'a.b_c' });
    for (const value of [
      '',
      'secret:a',
      '${secret:}',
      '${secret:a b}',
      'x${secret:a}',
      '${secret:a}${secret:b}',
    ])
      assert.equal(secretReference(value), undefined, value);
  });

  it('are read as they are written', () => {
    for (const reference of [
      { prefix: '', name: 'a' },
      { prefix: 'Basic ', name: secretNameFor('X Ünusual (header)') },
      { prefix: '', name: secretNameFor(' ') },
    ])
      assert.deepEqual(secretReference(writeSecretReference(reference)), reference);
  });

  it('are no keys, which may stand in a document', () => {
    assert.equal(holdsCredential('Authorization', 'Bearer abc'), true);
    assert.equal(holdsCredential('X-Api-Key', 'abc'), true);
    assert.equal(holdsCredential('Ocp-Apim-Subscription-Key', 'abc'), true);
    assert.equal(holdsCredential('X-Other', 'Basic abc'), true);
    assert.equal(holdsCredential('Authorization', 'Bearer ${secret:mine}'), false);
    assert.equal(holdsCredential('X-Api-Key', '${secret:mine}'), false);
    assert.equal(holdsCredential('Authorization', 'Bearer abc ${secret:mine}'), true);
  });

  it('take the place of the secret alone', () => {
    assert.deepEqual(splitCredential(' bearer  abc== '), { prefix: 'bearer ', secret: 'abc==' });
    assert.deepEqual(splitCredential('abc def'), { prefix: '', secret: 'abc def' });
  });
});
