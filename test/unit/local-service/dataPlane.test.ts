import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fault } from '../../../src/local-service/options.ts';
import { startLocalService } from '../../../src/local-service/server.ts';
import type { Column, ServiceSchema } from '../../../src/protocol/studio/serviceSchema.ts';
import { echoService, LocalTestService } from './localTestService.ts';

const columns: readonly Column[] = [
  { name: 'small', type: 'integer', format: 'int16', nullable: false },
  { name: 'big', type: 'integer', format: 'int64', nullable: true },
  { name: 'unsigned', type: 'integer', format: 'uint32', nullable: true },
  { name: 'real', type: 'number', format: 'double', nullable: true },
  { name: 'flag', type: 'boolean', nullable: true },
  { name: 'time', type: 'date-time', format: 'date-time', nullable: true },
  { name: 'span', type: 'time-span', format: 'time-span', nullable: true },
  { name: 'a "quoted" name', type: 'string', nullable: true },
];

const everyType: ServiceSchema = {
  title: 'EveryType',
  inputs: [{ name: 'input1', columns, sampleRows: [] }],
  outputs: [{ name: 'output1', columns, sampleRows: [] }],
  globalParameters: [
    { name: 'Append score columns to output', type: 'boolean', default: true },
    { name: 'mode', type: 'string', default: 'fast', allowedValues: ['fast', 'exact'] },
  ],
};

const sent = [
  -32768,
  '9223372036854775807',
  '4294967295',
  '1e-7',
  'TRUE',
  '9/21/2014 11:10:00 PM',
  '1.02:03:04',
  'x',
];
const answered = [
  '-32768',
  '9223372036854775807',
  '4294967295',
  '1E-07',
  'True',
  '9/21/2014 11:10:00 PM',
  '1.02:03:04',
  'x',
];

function tableOf(...rows: unknown[][]): object {
  return { Inputs: { input1: { ColumnNames: columns.map(({ name }) => name), Values: rows } } };
}

interface TableAnswer {
  Results: Record<
    string,
    { type: string; value: { ColumnNames?: string[]; ColumnTypes?: string[]; Values: unknown[][] } }
  >;
}

async function tableAnswer(response: Response): Promise<TableAnswer> {
  assert.equal(response.status, 200, await response.clone().text());
  return (await response.json()) as TableAnswer;
}

describe('the data plane of the local service', () => {
  let service: LocalTestService;

  before(async () => {
    service = await LocalTestService.start({ services: [echoService(everyType)] });
  });

  after(() => service.close());

  it('answers tables with names and types when details are asked for, every cell as text', async () => {
    const answer = await tableAnswer(await service.execute(tableOf(sent), 'details=true'));
    const { type, value } = answer.Results['output1'] ?? { type: '', value: { Values: [] } };
    assert.equal(type, 'table');
    assert.deepEqual(
      value.ColumnNames,
      columns.map(({ name }) => name),
    );
    assert.deepEqual(value.ColumnTypes, [
      'Int16',
      'Int64',
      'UInt32',
      'Double',
      'Boolean',
      'DateTime',
      'TimeSpan',
      'String',
    ]);
    assert.deepEqual(value.Values, [answered]);
  });

  for (const details of ['details=false', '']) {
    it(`leaves out names and types with "${details}"`, async () => {
      const answer = await tableAnswer(await service.execute(tableOf(sent), details));
      assert.deepEqual(answer, { Results: { output1: { type: 'table', value: { Values: [answered] } } } });
    });
  }

  it('answers in the swagger form when the format asks for it', async () => {
    const row = Object.fromEntries(columns.map(({ name }, index) => [name, sent[index]]));
    const response = await service.execute({ Inputs: { input1: [row] } }, 'format=swagger&details=true');
    const expected = Object.fromEntries(columns.map(({ name }, index) => [name, answered[index]]));
    assert.deepEqual(await response.json(), { Results: { output1: [expected] } });
  });

  it('takes cells as JSON of their type, null and empty text where a column may be missing', async () => {
    const rows = [
      [1, 2, 3, 4.25, false, '2014-09-21T11:10:00+02:00', null, null],
      ['1', '', '', '', '', '', '', ''],
    ];
    const answer = await tableAnswer(await service.execute(tableOf(...rows)));
    assert.deepEqual(answer.Results['output1']?.value.Values, [
      ['1', '2', '3', '4.25', 'False', '9/21/2014 9:10:00 AM', null, null],
      ['1', null, null, null, null, null, null, ''],
    ]);
  });

  it('takes null in every column if it is told to', async () => {
    const lenient = await LocalTestService.start({
      services: [echoService(everyType)],
      variants: { nullCells: 'every' },
    });
    const row = [null, ...sent.slice(1)];
    const answer = await tableAnswer(await lenient.execute(tableOf(row)));
    assert.deepEqual(answer.Results['output1']?.value.Values, [[null, ...answered.slice(1)]]);
    assert.equal((await service.execute(tableOf(row))).status, 400);
    await lenient.close();
  });

  it('takes columns in any order, by their names', async () => {
    const names = columns.map(({ name }) => name).toReversed();
    const body = { Inputs: { input1: { ColumnNames: names, Values: [sent.toReversed()] } } };
    const answer = await tableAnswer(await service.execute(body));
    assert.deepEqual(answer.Results['output1']?.value.Values, [answered]);
  });

  const misfits: readonly [column: string, value: unknown][] = [
    ['small', '32768'],
    ['small', '1.0'],
    ['small', true],
    ['big', '9223372036854775808'],
    ['unsigned', '-1'],
    ['real', 'one'],
    ['real', '0x10'],
    ['flag', 'yes'],
    ['time', '2014-13-01'],
    ['time', '2/30/2014'],
    ['span', '25:00:00'],
    ['a "quoted" name', ['x']],
  ];
  for (const [column, value] of misfits) {
    it(`refuses ${JSON.stringify(value)} in the column ${column}`, async () => {
      const row = columns.map(({ name }, index) => (name === column ? value : sent[index]));
      const response = await service.execute(tableOf(row));
      const { error } = (await response.json()) as {
        error: { details: { code: string; message: string }[] };
      };
      assert.equal(response.status, 400);
      assert.equal(error.details[0]?.code, 'InputParseError');
      assert.ok(error.details[0].message.includes(`"${column}"`));
    });
  }

  it('takes empty text and null for a parameter with a default, and refuses what is not allowed', async () => {
    for (const value of ['', null, 'false', true]) {
      const body = {
        ...tableOf(sent),
        GlobalParameters: { 'Append score columns to output': value, mode: null },
      };
      assert.equal((await service.execute(body)).status, 200, String(value));
    }
    const refused = await service.execute({ ...tableOf(sent), GlobalParameters: { mode: 'slow' } });
    assert.equal(refused.status, 400);
  });

  it('takes both keys of an endpoint, the scheme in any case, and a charset', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'azureml-test-'));
    const running = await startLocalService({ dataFolder: folder });
    try {
      const { endpoints } = JSON.parse(await readFile(join(folder, 'identity.json'), 'utf8')) as {
        endpoints: Record<string, { endpointId: string; primaryKey: string; secondaryKey: string }>;
      };
      const endpoint = endpoints['SimpleFeatureHashingExperiment'];
      assert.ok(endpoint);
      const url = `${running.description.baseUrl}/workspaces/${running.description.workspaceId}/services/${endpoint.endpointId}`;
      for (const key of [endpoint.primaryKey, endpoint.secondaryKey]) {
        assert.match(key, /^[A-Za-z0-9+/]{86}==$/);
        const response = await fetch(`${url}/execute?api-version=2.0`, {
          method: 'POST',
          headers: { Authorization: `bearer ${key}`, 'Content-Type': 'application/json; charset=utf-8' },
          body: '{"Inputs":{"input1":{"ColumnNames":["Col2"],"Values":[]}}}',
        });
        assert.equal(response.status, 200);
      }
    } finally {
      await running.close();
      await rm(folder, { recursive: true });
    }
  });

  it('answers below /subscriptions/{workspace id} as well', async () => {
    const path = service.path().replace('/workspaces/', '/subscriptions/');
    const response = await service.call(`${path}/execute?api-version=2.0&details=true`, {
      method: 'POST',
      body: tableOf(sent),
    });
    assert.equal(response.status, 200);
    const document = (await (await service.call(`${path}/swagger.json`)).json()) as { basePath: string };
    assert.equal(document.basePath, path);
  });

  it('prints ids of 32 hex digits, URLs without a slash at the end, and a container that exists', async () => {
    const { local } = service;
    for (const id of [local.workspaceId, local.services[0]?.serviceId, local.services[0]?.endpointId]) {
      assert.match(id ?? '', /^[\da-f]{32}$/);
    }
    for (const url of [local.baseUrl, local.managementUrl, local.gatewayUrl]) {
      assert.match(url, /^http:\/\/127\.0\.0\.1:\d+(\/[\w-]+)*$/);
    }
    assert.match(local.storageConnectionString, /;BlobEndpoint=http:\/\/127\.0\.0\.1:/);
    assert.ok(await service.container.exists());
  });

  it('obeys a fault hook', async () => {
    const faults = new Map<string, Fault>([
      ['/refused', { status: 504, headers: { 'Content-Type': 'text/plain' }, body: 'Request ID: x' }],
      ['/cut', 'reset'],
    ]);
    const faulty = await LocalTestService.start({ fault: ({ url }) => faults.get(url) });
    const refused = await faulty.call('/refused');
    assert.deepEqual([refused.status, await refused.text()], [504, 'Request ID: x']);
    await assert.rejects(faulty.call('/cut'));
    await faulty.close();
  });
});
