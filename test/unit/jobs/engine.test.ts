import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../../../src/protocol/failure.ts';
import { submissionInterrupted, uploadInterrupted, type BatchRequest } from '../../../src/jobs/batchJob.ts';
import type { EnginePorts, JobEngine } from '../../../src/jobs/engine.ts';
import { BatchService } from '../../../src/jobs/batchService.ts';
import { hasResults } from '../../../src/jobs/jobStates.ts';
import type { JobRecord } from '../../../src/jobs/jobRecord.ts';
import type { Clock } from '../../../src/jobs/tracker.ts';
import type { FaultHook, LocalServiceOptions, ObservedRequest } from '../../../src/local-service/options.ts';
import { BlobClient } from '../../../src/storage/blobClient.ts';
import { defineStorage } from '../../../src/storage/storageDefinition.ts';
import { BatchWorld, localEndpoint } from '../../support/batch.ts';
import { eventually } from '../../support/eventually.ts';
import type { ChildArguments, StandStill } from '../../support/batchChild.ts';

/** Fifty times as fast, so that a test need not sit through the pauses between polls. */
const quickClock: Clock = {
  now: () => performance.now() * 50,
  after: (ms, run) => {
    const timer = setTimeout(run, ms / 50);
    return () => clearTimeout(timer);
  },
  random: () => 0.5,
};

const isSubmit = ({ method, url }: ObservedRequest): boolean => method === 'POST' && /\/jobs\?/.test(url);
const isStart = ({ method, url }: ObservedRequest): boolean => method === 'POST' && url.includes('/start?');
const isStatus = ({ method, url }: ObservedRequest): boolean => method === 'GET' && url.includes('/jobs/');

function failsWith(code: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof Failure, String(error));
    assert.equal(error.code, code, error.message);
    return true;
  };
}

describe('jobs against a service', () => {
  let world: BatchWorld;
  let file: string;
  let requests: ObservedRequest[];
  let fault: FaultHook;

  const start = async (options: LocalServiceOptions = {}): Promise<void> => {
    requests = [];
    fault = () => undefined;
    world = await BatchWorld.start({
      ...options,
      fault: (request) => {
        requests.push(request);
        return fault(request);
      },
    });
    file = join(world.folder, 'input.csv');
    await writeFile(file, 'Col2\r\nThis is a good day\r\n');
  };

  const engineOf = (change: Partial<EnginePorts> = {}): Promise<JobEngine> =>
    world.engine({ clock: quickClock, ...change });

  const request = async (change: Partial<BatchRequest> = {}): Promise<BatchRequest> => ({
    endpoint: world.endpoint(),
    inputs: { input1: file },
    storage: { name: 'Local', client: await world.storage() },
    referenceForm: 'sas',
    start: true,
    ...change,
  });

  const endOf = async (engine: JobEngine, { ownId }: JobRecord): Promise<JobRecord> => {
    const ended = await engine.store.waitFor(ownId, (record) => record.ended);
    assert.ok(ended);
    return ended;
  };

  /** Resolves when the record is like that for the first time. */
  const when = (engine: JobEngine, { ownId }: JobRecord, condition: (record: JobRecord) => boolean) =>
    engine.store.waitFor(ownId, condition);

  afterEach(() => world.stop());

  it('takes blobs by connection string as well', async () => {
    await start();
    const engine = await engineOf();
    const record = await engine.run(await request({ referenceForm: 'connectionString' }));
    const ended = await endOf(engine, record);
    assert.equal(ended.status, 'Finished', ended.details);
    assert.doesNotMatch(JSON.stringify(ended), /AccountKey|sig=/);
  });

  it('goes on through failures of the service, and says meanwhile what is wrong', async () => {
    await start();
    const engine = await engineOf();
    let failures = 0;
    fault = (observed) => (isStatus(observed) && failures++ < 3 ? { status: 500, body: 'oops' } : undefined);
    const record = await engine.run(await request());
    const troubled = await when(engine, record, ({ problem }) => problem !== undefined);
    assert.equal(troubled?.problem?.code, 'ServerError');
    const ended = await endOf(engine, record);
    assert.equal(ended.status, 'Finished');
    assert.equal(ended.problem, undefined);
    const [announced] = await eventually('the end is announced', () => world.ended.length > 0 && world.ended);
    assert.equal(announced?.ownId, record.ownId);
    assert.equal(world.ended.length, 1);
  });

  it('shows a state that it does not know, and follows it', async () => {
    await start();
    const engine = await engineOf();
    let isFirst = true;
    fault = (observed) => {
      if (!isStatus(observed) || !isFirst) return undefined;
      isFirst = false;
      return { status: 200, body: '{"StatusCode":"Archiving"}' };
    };
    const record = await engine.run(await request());
    const strange = await when(engine, record, ({ status }) => status === 'Archiving');
    assert.equal(strange?.ended, false);
    assert.equal((await endOf(engine, record)).status, 'Finished');
  });

  it('understands the other spellings of the contract', async () => {
    await start({
      variants: {
        statusCode: 'number',
        jobId: 'bare',
        results: 'singular',
        startStatus: 204,
        deleteStatus: 202,
      },
    });
    const engine = await engineOf();
    const ended = await endOf(engine, await engine.run(await request()));
    assert.equal(ended.status, 'Finished');
    assert.ok(ended.outputs['output1']);
  });

  it('pauses when the key is refused, and goes on when it is mended', async () => {
    await start();
    let isKeyRight = true;
    let planned = 0;
    const clock: Clock = {
      ...quickClock,
      after: (ms, run) => {
        planned += 1;
        const cancel = quickClock.after(ms, () => {
          planned -= 1;
          run();
        });
        return () => {
          planned -= 1;
          cancel();
        };
      },
    };
    const noted: (string | undefined)[] = [];
    const ports = world.ports();
    const engine = await engineOf({
      clock,
      authorize: async (endpoint, interactive) =>
        isKeyRight ? ports.authorize(endpoint, interactive) : { Authorization: 'Bearer wrong' },
      note: (_, failure) => noted.push(failure?.code),
      explain: (_, { code, origin }) =>
        new Failure({ code, origin, status: 401, sentence: 'In the words of the endpoint.' }),
    });
    const record = await engine.run(await request({ start: false }));
    isKeyRight = false;
    const troubled = await when(engine, record, ({ problem }) => problem !== undefined);
    assert.equal(troubled?.problem?.code, 'ScoreRequestUnauthorized');
    assert.equal(troubled.problem.sentence, 'In the words of the endpoint.');
    assert.ok(noted.includes('ScoreRequestUnauthorized'));
    await eventually('nothing is planned while it is paused', () => planned === 0);
    isKeyRight = true;
    engine.resumePaused();
    const mended = await when(engine, record, ({ problem }) => problem === undefined);
    assert.equal(mended?.status, 'NotStarted');
  });

  it('cancels a running job', async () => {
    await start({ limits: { jobDelayMs: 600_000 } });
    const engine = await engineOf();
    const record = await engine.run(await request());
    await when(engine, record, ({ status }) => status === 'Running');
    const deleted = await engine.delete(record, false);
    assert.equal(deleted.status, 'Cancelled');
    assert.ok(deleted.answers['BES Delete']);
  });

  it('knows a job as deleted that the server does not know after its DELETE', async () => {
    await start({ limits: { jobDelayMs: 600_000 }, variants: { afterDelete: 'gone' } });
    const engine = await engineOf();
    const record = await engine.run(await request());
    await when(engine, record, ({ status }) => status === 'Running');
    const deleted = await engine.delete(record, false);
    assert.equal(deleted.status, 'Cancelled');
    assert.equal(deleted.ended, true);
    assert.match(deleted.details ?? '', /deleted on the server/);
  });

  it('knows an ended job as deleted after its DELETE, until the server says otherwise', async () => {
    await start();
    const engine = await engineOf();
    const ended = await endOf(engine, await engine.run(await request()));
    assert.ok(hasResults(ended));
    const deleted = await engine.delete(ended, false);
    assert.deepEqual([deleted.status, deleted.deleted], ['Finished', true]);
    assert.ok(hasResults(deleted), 'the storage is known');
    assert.ok(!hasResults({ ...deleted, storage: undefined }));
    await assert.rejects(engine.status(deleted, false), (error) => error instanceof Failure);
    assert.equal(engine.store.find(ended.ownId)?.deleted, true);
    fault = (observed) =>
      isStatus(observed) ? { status: 200, body: '{"StatusCode":"Finished"}' } : undefined;
    assert.equal((await engine.status(deleted, false)).deleted, undefined);
  });

  it('knows as deleted an ended job that the server does not know', async () => {
    await start();
    const engine = await engineOf();
    const ended = await endOf(engine, await engine.run(await request()));
    fault = (observed) => (isStatus(observed) ? { status: 404, body: '' } : undefined);
    await assert.rejects(engine.status(ended, false), (error) => error instanceof Failure);
    assert.equal(engine.store.find(ended.ownId)?.deleted, true);
  });

  it('ends a job that the server has forgotten, but not at the first word', async () => {
    await start({ limits: { jobDelayMs: 600_000 } });
    const engine = await engineOf();
    const record = await engine.run(await request());
    await when(engine, record, ({ status }) => status === 'Running');
    let unknown = 0;
    const body = '{"error":{"code":"NotFound","message":"There is no such job."}}';
    fault = (observed) => (isStatus(observed) && ++unknown > 0 ? { status: 404, body } : undefined);
    const ended = await endOf(engine, record);
    assert.match(ended.details ?? '', /does not know this job any more/);
    assert.equal(unknown, 3);
  });

  it('does not give a job up while a proxy answers in place of its server', async () => {
    await start({ limits: { jobDelayMs: 600_000 } });
    const engine = await engineOf();
    const record = await engine.run(await request());
    await when(engine, record, ({ status }) => status === 'Running');
    let away = 0;
    fault = (observed) =>
      isStatus(observed) && ++away <= 6 ? { status: 404, body: 'default backend - 404' } : undefined;
    await when(engine, record, ({ problem }) => problem?.code === 'NotFound');
    const after = await when(engine, record, ({ problem }) => problem === undefined);
    assert.deepEqual([after?.status, after?.ended, away], ['Running', false, 7]);
  });

  it('takes two jobs at once in a window that had none', async () => {
    await start();
    const engine = await engineOf();
    const jobs = await Promise.all([engine.run(await request()), engine.run(await request())]);
    assert.equal(new Set(jobs.map(({ serviceJobId }) => serviceJobId)).size, 2);
  });

  it('keeps no SAS that stands in the place of a blob', async () => {
    await start();
    const engine = await engineOf();
    const inputs = {
      input1: {
        relativeLocation: 'c/in.csv?sv=1&sig=c2VjcmV0',
        connectionString: 'UseDevelopmentStorage=true',
      },
    };
    await assert.rejects(engine.run(await request({ inputs })));
    const [kept] = engine.store.list();
    assert.equal(kept?.inputs['input1']?.relativeLocation, 'c/in.csv?sv=1&sig=***');
  });

  it('keeps the refusal of a start in the wrong state at the job', async () => {
    await start();
    const engine = await engineOf();
    const record = await engine.run(await request());
    const ended = await endOf(engine, record);
    await assert.rejects(engine.start(ended, false), failsWith('CannotStartJob'));
    const after = engine.store.find(record.ownId);
    assert.equal(after?.answers['BES Start']?.status, 400);
    assert.equal(after.status, 'Finished');
  });

  it('follows a job that others have submitted, by its id', async () => {
    await start();
    const mine = await engineOf();
    const record = await mine.run(await request({ start: false }));
    const other = await engineOf({ globalStoragePath: join(world.folder, 'other') });
    const foreign = other.recordFor(world.endpoint(), record.serviceJobId ?? '');
    const tracked = await other.status(foreign, false);
    assert.equal(tracked.status, 'NotStarted');
    await mine.start(record, false);
    assert.equal((await endOf(other, tracked)).status, 'Finished');
    await assert.rejects(
      other.status(other.recordFor(world.endpoint(), 'f'.repeat(32)), false),
      (error) => error instanceof Failure && error.status === 404,
    );
    assert.equal(other.store.list().length, 1, 'an unknown job is not kept');
  });

  it('submits nothing when the storage refuses the upload', async () => {
    await start();
    const engine = await engineOf();
    const connectionString = world.local.storageConnectionString.replace(
      /AccountKey=[^;]+/,
      'AccountKey=d3Jvbmc=',
    );
    const client = await BlobClient.open(
      defineStorage({ kind: 'connectionString', connectionString, container: world.local.storageContainer }),
      world.http,
    );
    await assert.rejects(
      engine.run(await request({ storage: { name: 'Wrong', client } })),
      (error) => error instanceof Failure && error.origin === 'storage' && error.status === 403,
    );
    const [record] = engine.store.list();
    assert.equal(record?.status, 'Failed');
    assert.match(record.details ?? '', /Nothing was submitted\.$/);
    assert.equal(requests.filter(isSubmit).length, 0);
  });

  it('sends a submission once, and says so when its answer is lost', async () => {
    await start();
    const engine = await engineOf();
    fault = (observed) => (isSubmit(observed) ? 'reset' : undefined);
    await assert.rejects(engine.run(await request()), failsWith('ConnectionReset'));
    assert.equal(requests.filter(isSubmit).length, 1);
    const [record] = engine.store.list();
    assert.equal(record?.status, 'Failed');
    assert.match(record.details ?? '', /A job may exist on the server/);
  });

  it('repeats a start whose answer is lost', async () => {
    await start();
    const engine = await engineOf();
    let isFirst = true;
    fault = (observed) => {
      if (!isStart(observed) || !isFirst) return undefined;
      isFirst = false;
      return 'reset';
    };
    const record = await engine.run(await request());
    assert.equal(requests.filter(isStart).length, 2);
    assert.equal((await endOf(engine, record)).status, 'Finished');
  });

  it('takes a job that is running already for started', async () => {
    await start({ limits: { jobDelayMs: 600_000 } });
    const engine = await engineOf();
    let answered = false;
    fault = async (observed) => {
      if (!isStart(observed) || answered) return undefined;
      answered = true;
      const [record] = engine.store.list();
      assert.ok(record?.serviceJobId);
      const to = {
        address: world.endpoint().address,
        headers: await world.ports().authorize(world.endpoint(), false),
      };
      await new BatchService(() => Promise.resolve(world.http)).start(to, record.serviceJobId);
      return undefined;
    };
    const record = await engine.run(await request());
    assert.equal(record.status, 'Running');
    assert.equal(record.startWanted, undefined);
  });

  it('does not start a job that was cancelled between two tries', async () => {
    await start();
    const engine = await engineOf();
    let deleted: Promise<JobRecord> | undefined;
    fault = (observed) => {
      if (!isStart(observed)) return undefined;
      const [record] = engine.store.list();
      assert.ok(record);
      deleted = engine.delete(record, false);
      return 'reset';
    };
    await engine.run(await request());
    assert.equal((await deleted)?.status, 'Cancelled');
    assert.equal(requests.filter(isStart).length, 1);
  });

  it('stops asking for all jobs behind a gateway whose quota is used up', async () => {
    await start({ limits: { jobDelayMs: 600_000 } });
    const engine = await engineOf();
    let refused = 0;
    fault = (observed) => {
      if (!isStatus(observed)) return undefined;
      refused += 1;
      return {
        status: 403,
        body: '{"statusCode":403,"message":"Out of call volume quota. Quota will be replenished in 2.03:04:05."}',
      };
    };
    const jobs = [await engine.run(await request())];
    const [first] = jobs;
    assert.ok(first);
    const held = await when(engine, first, ({ problem }) => problem !== undefined);
    assert.equal(held?.problem?.code, 'GatewayQuotaExceeded');
    const second = await engine.run(await request());
    await quietFor(20);
    assert.equal(refused, 1);
    assert.equal(engine.store.find(second.ownId)?.ended, false);
  });

  it('asks before it spends the few calls that a gateway allows', async () => {
    await start({ limits: { jobDelayMs: 600_000 } });
    const asked: [string, number][] = [];
    let agree: (may: boolean) => void = () => undefined;
    const engine = await engineOf({
      maySpendCalls: (host, callsLeft) => {
        asked.push([host, callsLeft]);
        return new Promise((resolve) => {
          agree = resolve;
        });
      },
    });
    let looks = 0;
    fault = (observed) =>
      isStatus(observed) && ++looks > 0
        ? { status: 200, headers: { 'x-quota-remaining': '37' }, body: '{"StatusCode":"Running"}' }
        : undefined;
    const record = await engine.run(await request());
    const held = await when(engine, record, ({ problem }) => problem !== undefined);
    assert.equal(held?.problem?.code, 'SmallCallQuota');
    assert.deepEqual(asked, [[new URL(world.local.baseUrl).host, 37]]);
    assert.equal(looks, 1);
    agree(true);
    await when(engine, record, ({ problem }) => problem === undefined);
    await eventually('it is followed on', () => looks > 3);
    assert.equal(asked.length, 1);
  });

  it('gives up a job of which nothing was heard for a day, until it is asked for', async () => {
    await start({ limits: { jobDelayMs: 600_000 } });
    const fast: Clock = {
      now: () => performance.now() * 2_000,
      after: (ms, run) => quickClock.after(ms / 40, run),
      random: () => 0.5,
    };
    const engine = await engineOf({ clock: fast });
    let looks = 0;
    let isAway = true;
    fault = (observed) =>
      isStatus(observed) && isAway && ++looks > 0 ? { status: 500, body: '' } : undefined;
    const record = await engine.run(await request());
    const troubled = await when(engine, record, ({ problem }) => problem !== undefined);
    assert.equal(troubled?.problem?.code, 'ServerError');
    const since = new Date(Date.now() - 25 * 60 * 60_000).toISOString();
    await engine.store.update(record.ownId, (current) => ({
      ...current,
      problem: { code: 'ServerError', sentence: '', since },
    }));
    await assert.rejects(engine.waitForEnd(record.ownId), failsWith('JobNotFollowed'));
    assert.ok(looks >= 20);
    const { length } = requests;
    await quietFor(20);
    assert.equal(requests.length, length);
    isAway = false;
    assert.equal((await engine.status(record, false)).problem, undefined);
  });

  it('does not follow a job for ever that never ends', async () => {
    await start({ limits: { jobDelayMs: 600_000 } });
    const engine = await engineOf();
    const record = await engine.run(await request());
    await when(engine, record, ({ status }) => status === 'Running');
    const startedAt = new Date(Date.now() - 15 * 24 * 60 * 60_000).toISOString();
    await engine.store.update(record.ownId, (current) => ({ ...current, startedAt }));
    const held = await when(engine, record, ({ problem }) => problem !== undefined);
    assert.equal(held?.problem?.code, 'JobNotFollowed');
    const { length } = requests;
    await quietFor(20);
    assert.equal(requests.length, length);
  });

  it('does not wait for a job for which no window can ask', async () => {
    await start({ limits: { jobDelayMs: 600_000 } });
    let hasKey = true;
    const ports = world.ports();
    const windowOf = (): Promise<JobEngine> =>
      engineOf({
        authorize: (endpoint, interactive) =>
          hasKey
            ? ports.authorize(endpoint, interactive)
            : Promise.reject(new Failure({ code: 'MissingApiKey', origin: 'client', sentence: 'No key.' })),
      });
    const engine = await windowOf();
    await windowOf();
    const record = await engine.run(await request());
    hasKey = false;
    await assert.rejects(engine.waitForEnd(record.ownId), failsWith('MissingApiKey'));
    assert.equal(engine.store.find(record.ownId)?.ended, false);
  });

  it('keeps a job whose start is refused', async () => {
    await start();
    const engine = await engineOf();
    fault = (observed) =>
      isStart(observed) ? { status: 400, body: '{"error":{"code":"BadArgument"}}' } : undefined;
    await assert.rejects(engine.run(await request()), failsWith('BadArgument'));
    const [record] = engine.store.list();
    assert.equal(record?.status, 'NotStarted');
    assert.equal(record.problem?.code, 'BadArgument');
    assert.ok(record.serviceJobId);
  });

  it('refuses storage on this machine for a service elsewhere, before the upload', async () => {
    await start();
    const engine = await engineOf();
    const endpoint = localEndpoint(world.local, 'SimpleFeatureHashingExperiment', 'https://example.test');
    await assert.rejects(engine.run(await request({ endpoint })), failsWith('LoopbackStorage'));
    const connectionString = 'UseDevelopmentStorage=true';
    const inputs = { input1: { connectionString, relativeLocation: 'c/b.csv' } };
    await assert.rejects(
      engine.run({ endpoint, inputs, referenceForm: 'sas', start: true }),
      failsWith('LoopbackStorage'),
    );
    assert.deepEqual(engine.store.list(), []);
  });

  it('records nothing when a file is missing or a key is', async () => {
    await start();
    const engine = await engineOf();
    const none = join(world.folder, 'none.csv');
    await assert.rejects(engine.run(await request({ inputs: { input1: none } })), failsWith('FileNotFound'));
    const withoutKey = await engineOf({
      authorize: () => Promise.reject(new Failure({ code: 'MissingApiKey', origin: 'client', sentence: '' })),
    });
    await assert.rejects(withoutKey.run(await request()), failsWith('MissingApiKey'));
    assert.deepEqual(engine.store.list(), []);
  });

  it('submits with what authorizes calls when the upload is over', async () => {
    await start();
    let asked = 0;
    const ports = world.ports();
    const engine = await engineOf({
      authorize: (endpoint, interactive) =>
        ++asked === 1
          ? Promise.resolve({ Authorization: 'Bearer outdated' })
          : ports.authorize(endpoint, interactive),
    });
    const record = await engine.run(await request());
    assert.equal((await endOf(engine, record)).status, 'Finished');
  });

  it('stops an upload on request', async () => {
    await start();
    const engine = await engineOf();
    await writeFile(file, Buffer.alloc(40 * 1024 * 1024, 'a'));
    const stop = engine.onDidChange(() => {
      const [record] = engine.store.list();
      if (record !== undefined && engine.progress(record.ownId) !== undefined)
        engine.runner.cancelUpload(record.ownId);
    });
    await assert.rejects(engine.run(await request()), failsWith('Cancelled'));
    stop();
    const [record] = engine.store.list();
    assert.equal(record?.status, 'Cancelled');
    assert.match(record.details ?? '', /nothing was submitted/);
    assert.equal(requests.filter(isSubmit).length, 0);
    assert.equal(engine.progress(record.ownId), undefined);
  });

  it('lets one window ask, another when that one closes, and the one that is looked at', async () => {
    await start({ limits: { jobDelayMs: 600_000 } });
    const asked = { first: 0, second: 0 };
    const ports = world.ports();
    const counting = (name: keyof typeof asked): Promise<JobEngine> =>
      engineOf({
        authorize: (endpoint, interactive) => {
          asked[name] += 1;
          return ports.authorize(endpoint, interactive);
        },
      });
    const polled = (name: keyof typeof asked): Promise<void> => {
      const before = asked[name];
      return new Promise((resolve) => {
        const timer = setInterval(() => {
          if (asked[name] < before + 2) return;
          clearInterval(timer);
          resolve();
        }, 20);
      });
    };
    const first = await counting('first');
    const record = await first.run(await request());
    await when(first, record, ({ status }) => status === 'Running');
    const second = await counting('second');
    await second.settled();
    await polled('first');
    assert.equal(asked.second, 0);
    assert.equal(second.store.find(record.ownId)?.status, 'Running');

    await second.takeOver();
    await polled('second');

    second.dispose();
    await second.settled();
    await polled('first');
  });

  it('lets each window ask for the jobs that it has the keys for, whoever holds the lease', async () => {
    await start({ limits: { jobDelayMs: 600_000 } });
    const ports = world.ports();
    const keys = { first: true, second: false };
    const refused = { first: 0, second: 0 };
    const asked = { first: 0, second: 0 };
    const windowOf = (name: keyof typeof keys): Promise<JobEngine> =>
      engineOf({
        authorize: (endpoint, interactive) => {
          if (keys[name]) {
            asked[name] += 1;
            return ports.authorize(endpoint, interactive);
          }
          refused[name] += 1;
          return Promise.reject(new Failure({ code: 'MissingApiKey', origin: 'client', sentence: '' }));
        },
      });
    const asksOn = (name: keyof typeof keys): Promise<unknown> => {
      const before = asked[name];
      return eventually(`the ${name} window asks`, () => asked[name] >= before + 2);
    };
    const first = await windowOf('first');
    await windowOf('second');
    const record = await first.run(await request());
    await when(first, record, ({ status }) => status === 'Running');
    assert.equal(asked.second, 0);

    keys.first = false;
    keys.second = true;
    await asksOn('second');
    await when(first, record, ({ problem }) => problem === undefined);
    const { first: refusals } = refused;
    await asksOn('second');
    assert.equal(refused.first, refusals, 'the window without the key does not try again');

    keys.first = true;
    keys.second = false;
    first.resumePaused();
    await asksOn('first');
    assert.equal(first.store.find(record.ownId)?.problem, undefined);
  });

  /** So long on the clock of the jobs, in which 20 requests could be made at least. */
  const quietFor = (seconds: number): Promise<void> =>
    new Promise((resolve) => void quickClock.after(seconds * 1_000, resolve));

  describe('after a window was killed', () => {
    const child = fileURLToPath(new URL('../../support/batchChild.ts', import.meta.url));

    /** Runs a job in a process of its own and kills it at the point. */
    const killedAt = async (at: StandStill): Promise<void> => {
      const given: ChildArguments = { folder: world.folder, local: world.local, file, at };
      const process_ = spawn(process.execPath, [child, JSON.stringify(given)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(process_.stdout, 'data');
      process_.kill('SIGKILL');
      await once(process_, 'exit');
    };

    it('says that an upload was interrupted, and submits nothing', async () => {
      await start();
      await killedAt('uploading');
      const engine = await engineOf();
      const [record] = engine.store.list();
      assert.ok(record);
      const ended = await endOf(engine, record);
      assert.equal(ended.status, 'Failed');
      assert.equal(ended.details, uploadInterrupted);
      await eventually('the end is announced', () => world.ended.length === 1);
      assert.equal(requests.filter(isSubmit).length, 0);
    });

    for (const at of ['submitting', 'submitted'] as const) {
      it(`says that a job may exist, and does not submit again (${at})`, async () => {
        await start();
        await killedAt(at);
        const engine = await engineOf();
        const [record] = engine.store.list();
        assert.ok(record);
        const ended = await endOf(engine, record);
        assert.equal(ended.details, submissionInterrupted);
        assert.equal(requests.filter(isSubmit).length, at === 'submitted' ? 1 : 0);
      });
    }

    for (const at of ['starting', 'started'] as const) {
      it(`starts a submitted job, if it is not, and follows it (${at})`, async () => {
        await start();
        await killedAt(at);
        const engine = await engineOf();
        const [record] = engine.store.list();
        assert.ok(record?.serviceJobId);
        const ended = await endOf(engine, record);
        assert.equal(ended.status, 'Finished', ended.details);
        const said = world.takenUp.map(({ record: { ownId }, now }) => [ownId, now]);
        if (at === 'starting') assert.deepEqual(said, [[record.ownId, true]]);
        assert.equal(requests.filter(isSubmit).length, 1);
        assert.equal(engine.store.list().length, 1);
      });
    }

    it('says of a job that had been started that it is followed, once', async () => {
      await start({ limits: { jobDelayMs: 600_000 } });
      await killedAt('started');
      const engine = await engineOf();
      const [record] = engine.store.list();
      assert.ok(record);
      await eventually('it is said', () => world.takenUp.length > 0);
      await quietFor(20);
      assert.deepEqual(
        world.takenUp.map(({ record: { ownId, status }, now }) => [ownId, status, now]),
        [[record.ownId, 'Running', false]],
      );
      assert.equal(requests.filter(isStart).length, 1);
    });
  });
});
