import assert from 'node:assert/strict';
import type { Memento, Uri } from 'vscode';
import { ReadVersions } from '../../../src/governance/policies/readVersions.ts';

function memento(): Memento {
  const values = new Map<string, unknown>();
  return {
    keys: () => [...values.keys()],
    get: (key: string) => values.get(key),
    update: (key: string, value: unknown) => {
      values.set(key, structuredClone(value));
      return Promise.resolve();
    },
  } as Memento;
}

function uri(name: string): Uri {
  return { toString: () => `azureml-policy:/demo/apis/${name}` } as Uri;
}

describe('the versions of open policies', () => {
  it('get another time with another version only', () => {
    const versions = new ReadVersions(memento());
    const first = versions.note(uri('a'), '"1"', 10);
    assert.deepEqual(versions.note(uri('a'), '"1"', 10), first);
    const second = versions.note(uri('a'), '"2"', 10);
    assert.ok(second.mtime > first.mtime);
    // The service writes what it was sent in its own way: as long as the ETag is the same, so is the version.
    assert.deepEqual(versions.note(uri('a'), '"2"', 11), second);
    assert.deepEqual(versions.find(uri('a')), second);
  });

  it('may count for another one and stay as old as they are', () => {
    const versions = new ReadVersions(memento());
    const read = versions.note(uri('a'), '"1"', 10);
    versions.rebase(uri('a'), '"2"');
    assert.deepEqual(versions.find(uri('a')), { ...read, etag: '"2"' });
    versions.rebase(uri('a'), undefined);
    assert.equal(versions.find(uri('a'))?.etag, undefined);
  });

  it('are there after a reload, the latest ones', () => {
    const state = memento();
    const versions = new ReadVersions(state);
    const noted = versions.note(uri('kept'), '"1"', 10);
    for (let other = 0; other < 49; other++) versions.note(uri(String(other)), undefined, 1);
    assert.deepEqual(new ReadVersions(state).find(uri('kept')), noted);
    versions.note(uri('one more'), undefined, 1);
    const later = new ReadVersions(state);
    assert.equal(later.find(uri('kept')), undefined);
    assert.equal(later.find(uri('one more'))?.size, 1);
  });

  it('are none where the state is of another making', async () => {
    const state = memento();
    await state.update('policies.versions', { a: 1 });
    assert.equal(new ReadVersions(state).find(uri('a')), undefined);
  });
});
