import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { JobEngine, type EnginePorts } from '../../../src/jobs/engine.ts';
import type { JobRecord } from '../../../src/jobs/jobRecord.ts';
import { Failure } from '../../../src/protocol/failure.ts';
import type { LocalServiceDescription } from '../../../src/local-service/description.ts';
import { BlobClient } from '../../../src/storage/blobClient.ts';
import { defineStorage } from '../../../src/storage/storageDefinition.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from '../../../src/transport/index.ts';
import { keyOf, localEndpoint, plainHttpClient, temporaryFolder } from '../../support/batch.ts';
import { killPlan, type Dice } from '../../support/kills.ts';
import { LocalProgram } from '../../support/localProgram.ts';

/** A job takes as many calls at least: blocks and their list, a look at the blob, submit, start, status. */
const callsOfAJob = 7;
const rows = 100;
/** Storage takes 4 MiB at a time. Long words make a big file of few rows. */
const twoBlocks = `Col2\r\n${`${'x'.repeat(50_000)}\r\n`.repeat(rows)}`;
const uncertain = /A job may exist on the server/;

describe('jobs while the local service is killed', () => {
  const { seed, rounds } = killPlan(4);
  let folder: string;
  let program: LocalProgram;
  let local: LocalServiceDescription;
  let http: HttpClient;
  let engine: JobEngine;
  let ended: JobRecord[];
  let sentAgain: JobRecord[];

  before(async () => {
    const { path, remove } = await temporaryFolder();
    folder = path;
    after(remove);
    program = new LocalProgram(join(folder, 'service'));
    local = await program.start();
  });

  beforeEach(async () => {
    ended = [];
    sentAgain = [];
    http = plainHttpClient();
    engine = await JobEngine.open(ports());
  });

  afterEach(async () => {
    engine.dispose();
    await engine.settled();
    await http.dispose();
  });

  after(() => program.kill());

  const ports = (): EnginePorts => ({
    globalStoragePath: folder,
    http: () => Promise.resolve(http),
    endpointOf: async (record) => {
      local = await program.start();
      return localEndpoint(local, record.service);
    },
    authorize: (endpoint) =>
      Promise.resolve({ Authorization: `Bearer ${keyOf(local, endpoint.endpointId)}` }),
    schema: () => Promise.resolve(undefined),
    note: () => undefined,
    explain: (_, failure) => failure,
    report: (error) => assert.fail(String(error)),
    onEnd: (record) => ended.push(record),
    onTakenUp: () => assert.fail('No window was killed.'),
    onSentAgain: (record) => sentAgain.push(record),
    maySpendCalls: () => Promise.resolve(true),
  });

  /** Kills the service before, while or after one of the calls. */
  const killingAt = (dice: Dice): HttpClient & { readonly killed: () => Promise<void> } => {
    const inner = http;
    let killed = Promise.resolve();
    const call = dice(callsOfAJob);
    const moment = dice(3);
    const lateMs = dice(30);
    let calls = 0;
    return {
      async send(request: HttpRequest): Promise<HttpAnswer> {
        const isIt = calls++ === call;
        if (isIt && moment === 1) killed = delay(lateMs).then(() => program.kill());
        if (isIt && moment === 0) await program.kill();
        const answer = await inner.send(request);
        if (isIt && moment === 2) await program.kill();
        return answer;
      },
      killed: () => killed,
      dispose: () => inner.dispose(),
    };
  };

  const jobsOnServer = async (): Promise<number> => {
    const names = await readdir(join(folder, 'service', 'jobs')).catch(() => []);
    return names.filter((name) => name.endsWith('.json')).length;
  };

  for (const [round, dice] of rounds.entries()) {
    it(`loses and doubles nothing (seed ${seed}, round ${round})`, async () => {
      const file = join(folder, `round${round}.csv`);
      await writeFile(file, twoBlocks);
      const plain = http;
      const killing = killingAt(dice);
      http = killing;
      const before = { jobs: await jobsOnServer(), records: engine.store.list().length };
      let refusal: unknown;
      const { storageConnectionString: connectionString, storageContainer: container } = local;
      const client = await BlobClient.open(
        defineStorage({ kind: 'connectionString', connectionString, container }),
        http,
      );
      const outputs = { output1: `${container}/round${round}-${seed}-${Date.now()}.csv` };
      await engine
        .run({
          endpoint: localEndpoint(local, 'SimpleFeatureHashingExperiment'),
          inputs: { input1: file },
          outputs,
          storage: { name: 'Local', client },
          referenceForm: 'sas',
          start: true,
        })
        .catch((error: unknown) => (refusal = error));
      await killing.killed();
      const [record] = engine.store.list();
      assert.ok(record);
      assert.equal(engine.store.list().length, before.records + 1);
      await program.start();
      const now = await jobsOnServer();
      if (record.serviceJobId === undefined) {
        assert.ok(refusal instanceof Failure, String(refusal));
        assert.equal(record.status, 'Failed');
        assert.match(record.details ?? '', uncertain);
        assert.ok(now - before.jobs <= 1);
        return;
      }
      assert.equal(refusal, undefined);
      assert.equal(now, before.jobs + 1);
      const last = await engine.waitForEnd(record.ownId);
      assert.equal(last?.status, 'Finished', last?.details);
      assert.equal(await jobsOnServer(), before.jobs + 1);
      assert.ok(sentAgain.length <= 1);
      await killing.killed();
      await program.kill();
      await program.start();
      const output = await plain.send({ method: 'GET', url: client.readUrl(outputs.output1) });
      assert.equal((await output.text()).trim().split('\n').length, rows + 1);
    });
  }
});
