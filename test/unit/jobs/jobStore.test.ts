import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../../src/protocol/failure.ts';
import { endedHere, newOwnId, type JobRecord } from '../../../src/jobs/jobRecord.ts';
import { JobStore } from '../../../src/jobs/jobStore.ts';
import { hasOpenJobs } from '../../../src/jobs/openJobs.ts';
import { temporaryFolder } from '../../support/batch.ts';

function newRecord(change: Partial<JobRecord> = {}): JobRecord {
  return {
    version: 1,
    ownId: newOwnId(),
    workspace: 'w',
    service: 's',
    endpointId: 'e',
    baseUrl: 'https://example.test',
    status: 'Running',
    ended: false,
    inputs: {},
    outputs: {},
    createdAt: new Date().toISOString(),
    answers: {},
    ...change,
  };
}

describe('the job store', () => {
  let folder: { path: string; remove: () => Promise<void> };
  const stores: JobStore[] = [];

  const open = async (): Promise<JobStore> => {
    const store = await JobStore.open(folder.path);
    stores.push(store);
    return store;
  };

  beforeEach(async () => {
    folder = await temporaryFolder();
  });

  afterEach(async () => {
    for (const store of stores.splice(0)) store.dispose();
    await folder.remove();
  });

  it('keeps a job for the next start, and tells cheaply that it is open', async () => {
    assert.equal(await hasOpenJobs(folder.path), false);
    const record = newRecord({ serviceJobId: 'abc' });
    await (await open()).create(record);
    assert.equal(await hasOpenJobs(folder.path), true);
    const again = await open();
    assert.deepEqual(again.list(), [record]);
    assert.equal(again.find('abc')?.ownId, record.ownId);
    await again.update(record.ownId, (current) => endedHere(current, 'Failed', 'it ended'));
    assert.equal(await hasOpenJobs(folder.path), false);
    assert.equal((await open()).find('abc')?.status, 'Failed');
  });

  it('lists the newest first', async () => {
    const store = await open();
    await store.create(newRecord({ ownId: 'job-1', createdAt: '2026-01-01T00:00:00.000Z' }));
    await store.create(newRecord({ ownId: 'job-2', createdAt: '2026-01-03T00:00:00.000Z' }));
    await store.create(newRecord({ ownId: 'job-3', createdAt: '2026-01-02T00:00:00.000Z' }));
    assert.deepEqual(
      store.list().map(({ ownId }) => ownId),
      ['job-2', 'job-3', 'job-1'],
    );
  });

  it('starts every change from what another window wrote', async () => {
    const one = await open();
    const other = await open();
    const record = newRecord();
    await one.create(record);
    await one.update(record.ownId, (current) => ({ ...current, details: 'by one' }));
    const updated = await other.update(record.ownId, (current) => ({ ...current, status: 'Queued' }));
    assert.equal(updated?.after.details, 'by one');
    assert.equal(updated.after.status, 'Queued');
  });

  it('loses none of many changes at once', async () => {
    const store = await open();
    const record = newRecord();
    await store.create(record);
    const numbers = Array.from({ length: 30 }, (_, number) => number);
    await Promise.all(
      numbers.map((number) =>
        store.update(record.ownId, (current) => ({
          ...current,
          inputs: { ...current.inputs, [`input${number}`]: { relativeLocation: '' } },
        })),
      ),
    );
    assert.equal(Object.keys((await open()).find(record.ownId)?.inputs ?? {}).length, 30);
  });

  it('sees what another window writes and removes', async () => {
    const one = await open();
    const other = await open();
    const record = newRecord();
    const changed = (condition: () => boolean): Promise<void> =>
      new Promise((resolve) => {
        const stop = one.onDidChange(() => {
          if (!condition()) return;
          stop();
          resolve();
        });
      });
    const appeared = changed(() => one.find(record.ownId) !== undefined);
    await other.create(record);
    await appeared;
    const ended = one.waitFor(record.ownId, (current) => current.ended);
    await other.update(record.ownId, (current) => endedHere(current, 'Cancelled', ''));
    assert.equal((await ended)?.status, 'Cancelled');
    const gone = changed(() => one.find(record.ownId) === undefined);
    await other.remove(record.ownId);
    await gone;
  });

  it('does not bring back what another window has removed', async () => {
    const one = await open();
    const record = newRecord();
    await one.create(record);
    const other = await open();
    await other.remove(record.ownId);
    assert.equal(await one.update(record.ownId, (current) => ({ ...current, status: 'Failed' })), undefined);
    assert.deepEqual((await open()).list(), []);
  });

  it('leaves a file that it cannot read where it is', async () => {
    const jobs = join(folder.path, 'jobs');
    await mkdir(jobs, { recursive: true });
    await writeFile(join(jobs, 'job-broken.json'), '{"version": 1, "own');
    assert.deepEqual((await open()).list(), []);
    assert.match(await readFile(join(jobs, 'job-broken.json'), 'utf8'), /"own/);
  });

  it('clears away what a window left that died while it wrote', async () => {
    const jobs = join(folder.path, 'jobs');
    await mkdir(join(jobs, 'open'), { recursive: true });
    const leftovers = [join(jobs, 'job-x.1-1.tmp'), join(jobs, 'open', 'job-x')];
    for (const path of leftovers) {
      await writeFile(path, '');
      await utimes(path, new Date(0), new Date(0));
    }
    await writeFile(join(jobs, 'open', 'job-recent'), '');
    await open();
    assert.deepEqual(await readdir(join(jobs, 'open')), ['job-recent']);
    assert.ok(!(await readdir(jobs)).includes('job-x.1-1.tmp'));
  });

  it('says so when a record cannot be written, and still knows the job', async () => {
    const store = await open();
    const record = newRecord({ ownId: 'no-such-folder/job' });
    await assert.rejects(
      store.create(record),
      (error) => error instanceof Failure && error.code === 'JobNotRecorded' && error.origin === 'client',
    );
    assert.equal(store.find(record.ownId), record);
  });

  it('starts from what could not be written, and writes it with the next change', async () => {
    const store = await open();
    const record = newRecord();
    await store.create(record);
    const inTheWay = join(folder.path, 'jobs', `${record.ownId}.${process.pid}-2.tmp`);
    await mkdir(inTheWay);
    const submitted = store.update(record.ownId, (current) => ({ ...current, serviceJobId: 'abc' }));
    await assert.rejects(submitted, (error) => error instanceof Failure && error.code === 'JobNotRecorded');
    await store.update(record.ownId, (current) => ({ ...current, status: 'NotStarted' }));
    const again = (await open()).find(record.ownId);
    assert.deepEqual([again?.serviceJobId, again?.status], ['abc', 'NotStarted']);
  });

  it('sees what another window does where the system has no watches left', async () => {
    const one = await JobStore.open(folder.path, () => {
      throw new Error('ENOSPC');
    });
    stores.push(one);
    const other = await open();
    const [kept, removed] = [newRecord(), newRecord()];
    await other.create(kept);
    await other.create(removed);
    await one.refresh();
    assert.equal(one.list().length, 2);
    await other.remove(removed.ownId);
    await other.update(kept.ownId, (current) => endedHere(current, 'Cancelled', ''));
    await one.refresh();
    assert.deepEqual(
      one.list().map(({ status }) => status),
      ['Cancelled'],
    );
  });

  it('gives up waiting when it is told to', async () => {
    const store = await open();
    const record = newRecord();
    await store.create(record);
    const abort = new AbortController();
    const waiting = store.waitFor(record.ownId, (current) => current.ended, abort.signal);
    abort.abort(new Error('enough'));
    await assert.rejects(waiting, /enough/);
  });
});
