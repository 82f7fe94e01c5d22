import assert from 'node:assert/strict';
import type { Memento, Uri } from 'vscode';
import { PolicyVersions } from '../../../src/governance/policies/policyVersions.ts';
import { ReadVersions } from '../../../src/governance/policies/readVersions.ts';

const uri = { toString: () => 'azureml-policy:/demo/apis/demo/demo.policy.xml' } as Uri;

describe('the version that the document of a policy counts for', () => {
  let inAzure: { text: string; etag: string };
  let reads: number;
  let told: number;
  let document: { isDirty: boolean } | undefined;
  let versions: ReadVersions;
  let policy: PolicyVersions;

  const none = { keys: () => [], get: () => undefined, update: () => Promise.resolve() } as Memento;
  /** What VS Code does to fill an editor. */
  const load = async (): Promise<{ mtime: number; text: string }> => {
    const [{ mtime }, { text }] = await Promise.all([policy.versionOf(uri), policy.read(uri)]);
    return { mtime, text };
  };

  beforeEach(async () => {
    [inAzure, reads, told, document] = [{ text: 'one', etag: '"1"' }, 0, 0, undefined];
    versions = new ReadVersions(none);
    policy = new PolicyVersions({
      versions,
      documentAt: () => document,
      tell: () => (told += 1),
      read: () => {
        reads += 1;
        return Promise.resolve(inAzure);
      },
    });
    await load();
    assert.equal(reads, 1);
  });

  it('is that of its text where somebody has written while it was closed', async () => {
    inAzure = { text: 'two and more', etag: '"2"' };
    const { mtime, text } = await load();
    assert.equal(text, 'two and more');
    document = { isDirty: true };
    assert.equal((await policy.versionOf(uri)).mtime, mtime);
    assert.equal(versions.find(uri)?.etag, '"2"');
  });

  it('stays when it is read in another writing than it was saved in', async () => {
    document = { isDirty: false };
    policy.written(uri, { text: 'saved  ', etag: '"2"' });
    const saved = await policy.versionOf(uri);
    document = undefined;
    inAzure = { text: 'saved', etag: '"2"' };
    const { mtime } = await load();
    assert.equal(mtime, saved.mtime);
    assert.deepEqual(versions.find(uri), saved);
  });

  it('stays with unsaved changes, until they are given up for what is there', async () => {
    document = { isDirty: true };
    const before = versions.find(uri);
    inAzure = { text: 'two\r\n', etag: '"2"' };
    assert.equal((await load()).text, 'two\r\n');
    assert.deepEqual(versions.find(uri), before);
    policy.changedElsewhere(uri, { text: 'three', etag: '"3"' });
    assert.deepEqual(versions.find(uri), before);
    document = { isDirty: false };
    policy.becameClean(uri, 'one');
    assert.deepEqual([versions.find(uri), told], [before, 0]);
    policy.becameClean(uri, 'two\n');
    assert.deepEqual([versions.find(uri)?.etag, told], ['"2"', 1]);
  });

  it('lets an editor without changes show what was read beside it', async () => {
    document = { isDirty: false };
    await load();
    assert.equal(told, 0);
    inAzure = { text: 'two', etag: '"2"' };
    await load();
    assert.equal(told, 1);
    const { mtime } = await load();
    assert.deepEqual([versions.find(uri)?.mtime, told], [mtime, 1]);
  });
});
