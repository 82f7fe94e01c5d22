import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filtered, noFilter, type JobFilter } from '../../../src/jobs/jobFilter.ts';
import { countEnds, isAnnounced, notifyMe } from '../../../src/jobs/jobEnds.ts';
import { jobDocument } from '../../../src/jobs/jobDocument.ts';
import type { JobRecord } from '../../../src/jobs/jobRecord.ts';
import { withSteps } from '../../../src/jobs/jobSteps.ts';
import { keptParameters } from '../../../src/jobs/parameters.ts';
import { filesOf, repeatedRequest } from '../../../src/jobs/repeatedJob.ts';
import { BatchWorld } from '../../support/batch.ts';

function record(change: Partial<JobRecord> = {}): JobRecord {
  return {
    version: 1,
    ownId: 'job-1',
    serviceJobId: 'abc',
    workspace: 'Mine',
    service: 'Census',
    endpointId: 'e',
    baseUrl: 'https://example.test',
    status: 'Running',
    ended: false,
    inputs: {},
    outputs: {},
    createdAt: '2026-01-01T00:00:00.000Z',
    answers: {},
    ...change,
  };
}

describe('the filter of jobs', () => {
  const jobs = [
    record({ ownId: 'a', inputs: { input1: { relativeLocation: '', file: '/data/Rows of May.csv' } } }),
    record({ ownId: 'b', status: 'Failed', details: 'Error 1000: bad rows' }),
    record({ ownId: 'c', status: 'Failed', workspace: 'Other' }),
  ];
  const shown = (filter: Partial<JobFilter>): string[] =>
    filtered(jobs, { ...noFilter, ...filter }).map(({ ownId }) => ownId);

  it('lets everything through while it is empty', () => {
    assert.equal(filtered(jobs, { ...noFilter, text: '  ' }), jobs);
  });

  it('takes any of the states, and any of the services', () => {
    assert.deepEqual(shown({ states: ['Failed', 'Cancelled'] }), ['b', 'c']);
    assert.deepEqual(shown({ services: ['Mine / Census'] }), ['a', 'b']);
    assert.deepEqual(shown({ states: ['Failed'], services: ['Mine / Census'] }), ['b']);
  });

  it('wants all words of the text, in any case and order, from file or failure', () => {
    assert.deepEqual(shown({ text: 'may ROWS' }), ['a']);
    assert.deepEqual(shown({ text: 'rows' }), ['a', 'b']);
    assert.deepEqual(shown({ text: 'rows missing' }), []);
  });
});

describe('the ends of jobs', () => {
  it('are announced as the user wants it, and never for a program', () => {
    const failed = record({ status: 'Failed', ended: true });
    const finished = record({ status: 'Finished', ended: true });
    const announced = (setting: unknown): boolean[] =>
      [failed, finished].map((each) => isAnnounced(each, notifyMe(setting)));
    assert.deepEqual(announced('all'), [true, true]);
    assert.deepEqual(announced('failures'), [true, false]);
    assert.deepEqual(announced('none'), [false, false]);
    assert.deepEqual(announced('no such word'), [true, true]);
    assert.equal(isAnnounced({ ...failed, quiet: true }, 'all'), false);
  });

  it('are counted by how they ended, the successes first', () => {
    const ends = ['Cancelled', 'Failed', 'Finished', 'Finished'].map((status) => record({ status }));
    assert.deepEqual(countEnds(ends), [
      ['Finished', 2],
      ['Failed', 1],
      ['Cancelled', 1],
    ]);
    assert.deepEqual(countEnds(ends.slice(0, 1)), [['Cancelled', 1]]);
  });
});

describe('the steps of a job', () => {
  const now = new Date('2026-01-01T00:00:10.000Z');
  const answer = (time: string, status?: number) => ({
    time,
    request: 'POST …',
    headers: [],
    ...(status === undefined ? {} : { status }),
  });

  it('begin with its first state, and have each change with its time', () => {
    const before = record({ status: 'Submitting', serviceJobId: undefined });
    const after = withSteps(
      before,
      {
        ...before,
        status: 'NotStarted',
        serviceJobId: 'abc',
        startWanted: true,
        answers: { 'BES Submit': answer('t', 200) },
      },
      now,
    );
    const [first, ...others] = after.steps ?? [];
    assert.deepEqual(first, { time: before.createdAt, text: 'State: Submitting' });
    assert.deepEqual(
      others.map(({ text }) => text),
      ['BES Submit: HTTP 200', "The service's id of the job: abc", 'To be started', 'State: NotStarted'],
    );
    assert.ok(others.every(({ time }) => time === now.toISOString()));
  });

  it('do not grow while nothing but the answer to a status is new', () => {
    const before = record();
    const asked = { ...before, answers: { 'BES Status': answer('t', 200) } };
    assert.equal(withSteps(before, asked, now), asked);
  });

  it('say why a job is not followed, and that it is again', () => {
    const troubled = record({ problem: { code: 'ConnectionRefused', sentence: 'Nothing listens.' } });
    const texts = (from: JobRecord, to: JobRecord): (string | undefined)[] => [
      withSteps(from, to, now).steps?.at(-1)?.text,
    ];
    assert.deepEqual(texts(record(), troubled), ['Cannot be followed: Nothing listens.']);
    assert.deepEqual(texts(troubled, record()), ['Followed again']);
  });

  it('are bounded: the beginning and the latest stay, and the gap is said', () => {
    let job = record({ status: 'state 0' });
    for (let at = 1; at <= 300; at++) job = withSteps(job, { ...job, status: `state ${at}` }, new Date(at));
    const texts = job.steps?.map(({ text }) => text) ?? [];
    assert.equal(texts.length, 100);
    assert.equal(texts[0], 'State: state 0');
    assert.equal(texts[19], 'State: state 19');
    assert.match(texts[20] ?? '', /left out/);
    assert.equal(texts[21], 'State: state 222');
    assert.equal(texts[99], 'State: state 300');
  });
});

describe('the details of a job', () => {
  it('take a failure apart, and have its JSON and its whole text', async () => {
    const fixture = new URL('../../fixtures/classic/bes-status-failed-details.json', import.meta.url);
    const { Details: details } = JSON.parse(await readFile(fixture, 'utf8')) as { Details: string };
    const text = jobDocument(record({ status: 'Failed', ended: true, details }));
    assert.match(text, /Why it failed\n {2}Error 1000: AFx Library library exception/);
    assert.match(text, /Error id: +AllRowsMustHaveSameElements/);
    assert.match(text, /Module: +Reader\n/);
    assert.match(text, /JSON in the text\n {2}\{\n {4}"Exception": \{\n/);
    assert.ok(text.includes(`Whole text of the failure\n  ${details}`));
  });

  it('have the steps in order', () => {
    const steps = [
      { time: '2026-01-01T00:00:00.000Z', text: 'State: Uploading' },
      { time: '2026-01-01T00:00:09.000Z', text: 'State: Submitting' },
    ];
    assert.match(
      jobDocument(record({ steps })),
      /Steps\n {2}2026-01-01T00:00:00\.000Z {2}State: Uploading\n {2}2026-01-01T00:00:09\.000Z {2}State: Submitting\n/,
    );
  });
});

describe('a job that is run once more', () => {
  let world: BatchWorld;
  let file: string;

  before(async () => {
    world = await BatchWorld.start();
    file = join(world.folder, 'rows.csv');
  });
  after(() => world.stop());
  beforeEach(() => writeFile(file, 'Col2\r\nThis is a good day\r\n'));

  const again = (change: Partial<JobRecord>) =>
    repeatedRequest(
      {
        storage: {
          names: () => Promise.resolve(['Held']),
          open: () => world.storage(),
          blobReference: ({ baseLocation, relativeLocation }) =>
            Promise.resolve({ baseLocation, relativeLocation, sasBlobToken: '?of=another-storage' }),
        },
        catalog: {
          fillSecrets: (_, texts) =>
            Promise.resolve(
              Object.fromEntries(
                Object.entries(texts).map(([name, text]) => [name, text.replace('${secret:db}', 'hunter2')]),
              ),
            ),
        },
        referenceForm: 'sas',
      },
      record({ storage: 'Held', parameters: [], ...change }),
      world.endpoint(),
    );

  it('sends its file as it is now, or what was uploaded of one that is gone', async () => {
    const { storageContainer } = world.local;
    const uploaded = { relativeLocation: `/${storageContainer}/job-1/rows.csv`, file };
    assert.deepEqual((await again({ inputs: { input1: uploaded } }))?.inputs, { input1: file });
    await rm(file);
    const reference = (await again({ inputs: { input1: uploaded } }))?.inputs.input1;
    assert.ok(typeof reference === 'object' && 'sasBlobToken' in reference);
    assert.match(reference.relativeLocation, /job-1\/rows\.csv$/);
    assert.match(reference.sasBlobToken, /\bsp=r\b/);
    assert.equal((await filesOf(record({ inputs: { input1: uploaded } }))).size, 0);
  });

  it('reads a blob of another storage by what opens that one', async () => {
    const elsewhere = {
      relativeLocation: 'data/rows.csv',
      url: 'https://elsewhere.blob.core.windows.net/data/rows.csv',
    };
    assert.deepEqual((await again({ inputs: { input1: elsewhere } }))?.inputs, {
      input1: {
        baseLocation: 'https://elsewhere.blob.core.windows.net/',
        relativeLocation: 'data/rows.csv',
        sasBlobToken: '?of=another-storage',
      },
    });
  });

  it('has its global parameters as they were written, with their secrets', async () => {
    const parameterValues = { password: '${secret:db}', table: 'rides', seed: 7, none: null };
    const parameters = Object.keys(parameterValues);
    const request = await again({
      inputs: { input1: { relativeLocation: '', file } },
      parameters,
      parameterValues,
    });
    assert.ok(request);
    assert.deepEqual(request.globalParameters, { ...parameterValues, password: 'hunter2' });
    assert.deepEqual(keptParameters(request), parameterValues);
  });

  it('is to be asked for where something of it is not kept', async () => {
    const inputs = { input1: { relativeLocation: '', file } };
    assert.ok(await again({ inputs }));
    assert.equal(await again({ inputs, parameters: ['password'] }), undefined);
    assert.equal(
      await again({ inputs, parameters: ['password', 'seed'], parameterValues: { seed: 7 } }),
      undefined,
    );
    assert.equal(await again({ inputs, parameters: undefined }), undefined);
    assert.equal(await again({ inputs, storage: 'Forgotten' }), undefined);
    await rm(file);
    assert.equal(await again({ inputs }), undefined);
  });
});
