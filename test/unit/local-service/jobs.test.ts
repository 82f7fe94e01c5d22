import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobSASPermissions, ContainerSASPermissions } from '@azure/storage-blob';
import type { LocalServiceOptions } from '../../../src/local-service/options.ts';
import { hashText, simpleFeatureHashing } from '../../../src/local-service/samples/simpleFeatureHashing.ts';
import type { WebService } from '../../../src/local-service/webService.ts';
import { DelimitedReader, formatDelimitedRow } from '../../../src/protocol/csv.ts';
import type { Column, ServiceSchema } from '../../../src/protocol/studio/serviceSchema.ts';
import { eventually } from '../../support/eventually.ts';
import { echoService, fetchOutput, LocalTestService } from './localTestService.ts';

const nothing: ServiceSchema = { title: 'Gate', inputs: [], outputs: [], globalParameters: [] };

/** A service whose jobs wait for a word, and tell in which order they began. */
class Gate {
  readonly began: string[] = [];
  running = 0;
  readonly #waiting: (() => void)[] = [];

  readonly service: WebService = {
    schema: { ...nothing, globalParameters: [{ name: 'name', type: 'string', default: '' }] },
    bind: (parameters) => ({
      outputs: [],
      run: async () => {
        this.began.push(String(parameters.get('name')));
        this.running += 1;
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
        this.running -= 1;
      },
    }),
  };

  openForOne(): void {
    this.#waiting.shift()?.();
  }

  open(): void {
    for (const go of this.#waiting.splice(0)) go();
  }
}

const wide: ServiceSchema = {
  title: 'Wide',
  inputs: [
    {
      name: 'input1',
      columns: [
        { name: 'text', type: 'string', nullable: true },
        { name: "it's a number", type: 'number', format: 'double', nullable: true },
        { name: 'flag', type: 'boolean', nullable: true },
      ],
      sampleRows: [],
    },
  ],
  outputs: [
    {
      name: 'output1',
      columns: [
        { name: 'text', type: 'string', nullable: true },
        { name: "it's a number", type: 'number', format: 'double', nullable: true },
        { name: 'flag', type: 'boolean', nullable: true },
      ],
      sampleRows: [],
    },
  ],
  globalParameters: [],
};

const awkwardTexts = ['plain', 'comma, "quote"', 'two\nlines', "it's 100 % {odd}\t?", 'ünïcödé 🙂'];

function readCsv(text: string): string[][] {
  const reader = new DelimitedReader();
  return [...reader.read(text), ...reader.end()];
}

describe('jobs of the local service', () => {
  let service: LocalTestService;
  let gate: Gate;

  function start(
    options: LocalServiceOptions = {},
    services = [simpleFeatureHashing],
  ): Promise<LocalTestService> {
    return LocalTestService.start({ services, ...options });
  }

  before(async () => {
    gate = new Gate();
    service = await start({}, [simpleFeatureHashing, gate.service, echoService(wide)]);
  });

  after(() => service.close());

  async function sasReference(name: string, permissions: string): Promise<object> {
    const url = new URL(
      await service.container.getBlockBlobClient(name).generateSasUrl({
        permissions: BlobSASPermissions.parse(permissions),
        expiresOn: new Date(Date.now() + 3_600_000),
      }),
    );
    const account = url.pathname.split('/')[1] ?? '';
    return {
      ConnectionString: null,
      BaseLocation: `${url.origin}/${account}`,
      RelativeLocation: `/${service.local.storageContainer}/${name}`,
      SasBlobToken: url.search,
    };
  }

  it('score a file of 100,000 rows: none lost, order kept, the same bytes by SAS and by connection string', async () => {
    const rows = Array.from({ length: 100_000 }, (_, index) => {
      return index % 1000 === 0 ? '' : `row ${index}${index % 7 === 0 ? ', "quoted"\r\nand broken' : ''}`;
    });
    const file = ['Col2', ...rows].map((row) => formatDelimitedRow([row])).join('');
    const byConnectionString = await service.upload('hundred-thousand.csv', file);
    const bySas = await sasReference('hundred-thousand.csv', 'r');
    const output = await sasReference('scored-by-sas.csv', 'cw');

    const first = await service.run({ Inputs: { input1: byConnectionString } });
    const second = await service.run({ Inputs: { input1: bySas }, Outputs: { output1: output } });
    const { Results } = await service.ended(first);
    const other = await service.ended(second);
    assert.equal(
      other.Results?.['output1']?.RelativeLocation,
      `${service.local.storageContainer}/scored-by-sas.csv`,
    );

    const text = await fetchOutput(Results?.['output1']);
    assert.equal(await fetchOutput(other.Results['output1']), text);
    const [header, ...scored] = readCsv(text);
    assert.equal(header?.length, 9);
    assert.equal(scored.length, rows.length);
    for (const [index, row] of scored.entries()) {
      const expected = [rows[index], ...hashText(rows[index] ?? '', 3, 2).map(String)];
      if (row.join('|') !== expected.join('|')) assert.deepEqual(row, expected, `row ${index + 1}`);
    }
  });

  describe('take all generations of submit bodies', () => {
    const generations: readonly [name: string, body: (input: object, output: object) => object][] = [
      ['Input and Output', (Input, Output) => ({ Input, Output, GlobalParameters: {} })],
      ['Input and Outputs', (Input, output1) => ({ Input, Outputs: { output1 }, GlobalParameters: {} })],
      [
        'Inputs and Outputs',
        (input1, output1) => ({ Inputs: { input1 }, Outputs: { output1 }, GlobalParameters: null }),
      ],
    ];
    for (const [name, body] of generations) {
      it(name, async () => {
        const input = await service.upload('generation.csv', '\uFEFFCol2\nThis is a good day\n');
        const id = await service.run(body(input, service.reference(`out of ${name}.csv`)));
        const { StatusCode, Results, Details } = await service.ended(id);
        assert.deepEqual([StatusCode, Details], ['Finished', null]);
        const output = Results?.['output1'];
        assert.equal(output?.RelativeLocation, `${service.local.storageContainer}/out of ${name}.csv`);
        assert.equal(output.ConnectionString, null);
        assert.match(output.BaseLocation, /\/$/);
        assert.match(output.SasBlobToken, /^\?.*\bsp=r\b/);
        assert.match(await fetchOutput(output), /\r\nThis is a good day,1,1,2,2,0,2,0,1\r\n$/);
      });
    }

    it('outputs left out, which go to the default storage', async () => {
      const input1 = await service.upload('left-out.csv', 'Col2\nx\n');
      for (const rest of [{}, { Outputs: null }, { Outputs: {} }, { Outputs: { output1: null } }]) {
        const { Results } = await service.ended(await service.run({ Inputs: { input1 }, ...rest }));
        const location = Results?.['output1']?.RelativeLocation ?? '';
        assert.match(location, new RegExp(`^${service.local.storageContainer}/[\\da-f]{32}\\.csv$`));
      }
    });

    it('services without input and output, with all the nulls that clients send', async () => {
      const nulls = {
        ConnectionString: null,
        RelativeLocation: null,
        BaseLocation: null,
        SasBlobToken: null,
      };
      for (const body of [
        {},
        { Inputs: null, Outputs: null },
        { Input: nulls, FullURL: 'x' },
        { AzureBatchPoolId: 'x' },
      ]) {
        const id = await service.run({ ...body, GlobalParameters: { name: 'x' } }, 'Gate');
        await eventually('the job runs', () => gate.running > 0);
        gate.open();
        const status = await service.ended(id, 'Gate');
        assert.deepEqual(status, { StatusCode: 'Finished', Results: {}, Details: null });
      }
    });
  });

  it('take the account by name and key alone, as samples give it', async () => {
    await service.upload('by-name.csv', 'Col2\nx\n');
    const ConnectionString = service.local.storageConnectionString
      .replace(/;BlobEndpoint=.*/, '')
      .replace('http', 'https');
    const reference = {
      ConnectionString,
      RelativeLocation: `/${service.local.storageContainer}/by-name.csv`,
    };
    const { Results } = await service.ended(await service.run({ Input: reference }));
    assert.match(await fetchOutput(Results?.['output1']), /\r\nx,/);
  });

  it('read and write .csv, .tsv and .arff', async () => {
    const rows = awkwardTexts.map((text, index) => [text, index === 1 ? null : index + 0.5, index % 2 === 0]);
    const csv = [
      ['text', "it's a number", 'flag'],
      ...rows.map((row) => row.map((cell) => (cell === null ? null : String(cell)))),
    ]
      .map((row) => formatDelimitedRow(row))
      .join('');
    let input1 = await service.upload('formats.csv', csv);
    const seen: string[] = [];
    for (const extension of ['tsv', 'arff', 'csv']) {
      const output1 = service.reference(`formats-from-${seen.length}.${extension}`);
      const status = await service.ended(
        await service.run({ Inputs: { input1 }, Outputs: { output1 } }, 'Wide'),
        'Wide',
      );
      assert.equal(status.StatusCode, 'Finished', status.Details ?? '');
      seen.push(await fetchOutput(status.Results?.['output1']));
      input1 = output1;
    }
    assert.match(seen[0] ?? '', /^text\tit's a number\tflag\r\nplain\t0\.5\tTrue\r\n/);
    assert.match(
      seen[1] ?? '',
      /^@relation output1\r\n\r\n@attribute text string\r\n@attribute 'it\\'s a number' numeric\r\n/,
    );
    assert.deepEqual(
      readCsv(seen[2] ?? '').slice(1),
      rows.map(([text, number, flag]) => [
        text,
        number === null ? '' : String(number),
        flag ? 'True' : 'False',
      ]),
    );
  });

  const broken: readonly [name: string, content: string, reason: RegExp][] = [
    ['a file without header', '', /empty/],
    ['a file with another header', 'col2\nx\n', /no column \\"Col2\\"/],
    ['a file with more columns', 'Col2,Col3\nx,y\n', /2 columns instead of 1/],
    ['a row with more cells', 'Col2\nx\ny,z\n', /Row 2 .* 2 cells instead of 1/],
    ['a quote that is never closed', 'Col2\n"x\n', /closing quote/],
  ];
  for (const [name, content, reason] of broken) {
    it(`fail with Details on ${name}, and leave no output`, async () => {
      const input1 = await service.upload('broken.csv', content);
      const output1 = service.reference('broken-output.csv');
      const status = await service.ended(await service.run({ Inputs: { input1 }, Outputs: { output1 } }));
      assert.deepEqual([status.StatusCode, status.Results], ['Failed', null]);
      assert.match(
        status.Details ?? '',
        /^Module: SimpleFeatureHashingExperiment; .*\{"Exception":.*"Message":/,
      );
      assert.match(status.Details ?? '', reason);
      assert.equal(await service.container.getBlobClient('broken-output.csv').exists(), false);
    });
  }

  it('fail when the output cannot be written', async () => {
    const input1 = await service.upload('readable.csv', 'Col2\nx\n');
    const output1 = await sasReference('forbidden.csv', 'r');
    const status = await service.ended(await service.run({ Inputs: { input1 }, Outputs: { output1 } }));
    assert.equal(status.StatusCode, 'Failed');
    assert.match(status.Details ?? '', /the storage answered 403/);
    assert.doesNotMatch(status.Details ?? '', /sig=/);
  });

  it('give an output that was written by the SAS of a container back with one that only reads it', async () => {
    const input1 = await service.upload('narrow.csv', 'Col2\nx\n');
    const url = new URL(
      await service.container.generateSasUrl({
        permissions: ContainerSASPermissions.parse('racwdl'),
        expiresOn: new Date(Date.now() + 3_600_000),
      }),
    );
    const [, account = ''] = url.pathname.split('/');
    const output1 = {
      BaseLocation: `${url.origin}/${account}/`,
      RelativeLocation: `${service.local.storageContainer}/narrow-output.csv`,
      SasBlobToken: url.search,
    };
    const { Results } = await service.ended(await service.run({ Inputs: { input1 }, Outputs: { output1 } }));
    assert.match(Results?.['output1']?.SasBlobToken ?? '', /\bsr=b&sp=r\b/);
  });

  it('score no faster than the storage takes the output, so that memory does not grow with the file', async () => {
    let blocks = 0;
    const storage = createServer(() => (blocks += 1));
    storage.listen(0, '127.0.0.1');
    await once(storage, 'listening');
    let written = 0;
    const megabyte = 'x'.repeat(1024 * 1024);
    const columns: readonly Column[] = [{ name: 'text', type: 'string', nullable: false }];
    const endless: WebService = {
      schema: { ...nothing, title: 'Endless', outputs: [{ name: 'output1', columns, sampleRows: [] }] },
      bind: () => ({
        outputs: [{ name: 'output1', columns }],
        async run(tables) {
          for (; written < 200; written += 1) await tables.write('output1', [[megabyte]]);
        },
      }),
    };
    const slow = await start({}, [endless]);
    const { port } = storage.address() as AddressInfo;
    const BaseLocation = `http://127.0.0.1:${port}/silent/`;
    await slow.run({
      Outputs: { output1: { BaseLocation, RelativeLocation: 'box/o.csv', SasBlobToken: '?sig=x' } },
    });
    await eventually('the storage is sent the first block', () => blocks > 0);
    assert.ok(written < 64, `${written} MB were scored`);
    await slow.close();
    storage.closeAllConnections();
    storage.close();
  });

  describe('run a limited number at a time', () => {
    it('40 unless told otherwise, the others in the order of their starts', async () => {
      gate.began.length = 0;
      const names = Array.from({ length: 45 }, (_, index) => `job ${index}`);
      const ids: string[] = [];
      for (const name of names) ids.push(await service.run({ GlobalParameters: { name } }, 'Gate'));
      await eventually('40 jobs run', () => gate.running === 40);
      const states = await Promise.all(ids.map(async (id) => (await service.status(id, 'Gate')).StatusCode));
      assert.deepEqual(
        states,
        names.map((_, index) => (index < 40 ? 'Running' : 'NotStarted')),
      );
      assert.equal((await service.startJob(ids[44] ?? '', 'Gate')).status, 400);
      await service.deleteJob(ids[41] ?? '', 'Gate');
      // Jobs that begin together may reach their service in any order, so they begin one at a time here.
      for (const next of ['job 40', 'job 42', 'job 43', 'job 44']) {
        gate.openForOne();
        await eventually(`${next} runs`, () => gate.began.at(-1) === next);
      }
      assert.equal(gate.began.length, 44);
      await eventually('all jobs end', () => {
        gate.open();
        return gate.running === 0;
      });
      assert.equal((await service.status(ids[41] ?? '', 'Gate')).StatusCode, 'Cancelled');
    });

    it('by endpoint', async () => {
      const own = new Gate();
      const narrow = await start({ limits: { concurrentJobs: 1 } }, [simpleFeatureHashing, own.service]);
      await narrow.run({}, 'Gate');
      const waiting = await narrow.run({}, 'Gate');
      const input1 = await narrow.upload('other.csv', 'Col2\nx\n');
      assert.equal((await narrow.ended(await narrow.run({ Inputs: { input1 } }))).StatusCode, 'Finished');
      assert.equal((await narrow.status(waiting, 'Gate')).StatusCode, 'NotStarted');
      await narrow.close();
    });
  });

  it('are stopped by DELETE while they run, then known as Cancelled, then gone with a second DELETE', async () => {
    const delayed = await start({ limits: { jobDelayMs: 3_600_000, concurrentJobs: 1 } });
    const input1 = await delayed.upload('stopped.csv', 'Col2\nx\n');
    const output1 = delayed.reference('stopped-output.csv');
    const id = await delayed.run({ Inputs: { input1 }, Outputs: { output1 } });
    const next = await delayed.run({ Inputs: { input1 } });
    assert.equal((await delayed.status(id)).StatusCode, 'Running');
    assert.equal((await delayed.status(next)).StatusCode, 'NotStarted');
    assert.equal((await delayed.deleteJob(id)).status, 200);
    await eventually('the next job has its place', async () => {
      return (await delayed.status(next)).StatusCode === 'Running';
    });
    assert.deepEqual(await delayed.status(id), { StatusCode: 'Cancelled', Results: null, Details: null });
    assert.equal((await delayed.startJob(id)).status, 400);
    assert.equal((await delayed.deleteJob(id)).status, 200);
    assert.equal((await delayed.getJob(id)).status, 404);
    await delayed.close();
  });

  it('belong to their endpoint', async () => {
    const id = (await (await service.submit({}, 'Gate')).json()) as string;
    assert.equal((await service.getJob(id)).status, 404);
    assert.equal((await service.getJob(id.toUpperCase(), 'Gate')).status, 200);
  });

  describe('answer otherwise where no source tells, when asked', () => {
    it('bare id, number, singular Result, 202 and 204, gone after DELETE', async () => {
      const other = await start({
        limits: { jobDelayMs: 0 },
        variants: {
          jobId: 'bare',
          statusCode: 'number',
          results: 'singular',
          startStatus: 204,
          deleteStatus: 202,
          afterDelete: 'gone',
        },
      });
      const Input = await other.upload('variants.csv', 'Col2\nx\n');
      const id = await (await other.submit({ Input })).text();
      assert.match(id, /^[\da-f]{32}$/);
      const status = async () => (await (await other.getJob(id)).json()) as Record<string, unknown>;
      assert.deepEqual(await status(), { StatusCode: 0, Result: null, Details: null });
      assert.equal((await other.startJob(id)).status, 204);
      const ended = await eventually('the job ends', async () => {
        const current = await status();
        return current['StatusCode'] === 4 ? current : undefined;
      });
      assert.deepEqual(Object.keys(ended['Result'] as object), [
        'ConnectionString',
        'RelativeLocation',
        'BaseLocation',
        'SasBlobToken',
      ]);
      const notStarted = await (await other.submit({ Input })).text();
      assert.equal((await other.deleteJob(notStarted)).status, 202);
      assert.equal((await other.getJob(notStarted)).status, 404);
      await other.close();
    });
  });

  it('are kept with ids, keys, ports and blobs, and run again when the service was ended in between', async () => {
    const dataFolder = await mkdtemp(join(tmpdir(), 'azureml-test-'));
    let kept = await start({ dataFolder, limits: { jobDelayMs: 3_600_000 } });
    const { local } = kept;
    const input1 = await kept.upload('kept.csv', 'Col2\nThis is a good day\n');
    const submitted = (await (await kept.submit({ Inputs: { input1 } })).json()) as string;
    const interrupted = await kept.run({ Inputs: { input1 } });
    const cancelled = await kept.run({ Inputs: { input1 } });
    await kept.deleteJob(cancelled);
    assert.equal((await kept.status(interrupted)).StatusCode, 'Running');
    await kept.close();

    kept = await start({ dataFolder });
    assert.deepEqual(kept.local, local);
    assert.equal((await kept.status(submitted)).StatusCode, 'NotStarted');
    assert.equal((await kept.status(cancelled)).StatusCode, 'Cancelled');
    const { Results } = await kept.ended(interrupted);
    assert.match(await fetchOutput(Results?.['output1']), /This is a good day,1,1,2,2,0,2,0,1/);
    await kept.close();
    assert.equal((await readdir(join(dataFolder, 'jobs'))).length, 3);
    await rm(dataFolder, { recursive: true });
  });
});
