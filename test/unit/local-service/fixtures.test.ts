import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { mistakes, type Mistake } from '../../../src/local-service/mistakes.ts';
import type {
  Column,
  ColumnType,
  GlobalParameter,
  ServiceSchema,
} from '../../../src/protocol/studio/serviceSchema.ts';
import { echoService, LocalTestService } from './localTestService.ts';

const folder = new URL('../../fixtures/classic/', import.meta.url);

function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
}

function columnsOf(type: ColumnType, ...names: string[]): Column[] {
  return names.map((name) => ({ name, type, nullable: type === 'string' }));
}

function schemaOf(
  title: string,
  inputName: string,
  columns: readonly Column[],
  ...parameters: GlobalParameter[]
): ServiceSchema {
  return {
    title,
    inputs: inputName === '' ? [] : [{ name: inputName, columns, sampleRows: [] }],
    outputs: [{ name: 'output1', columns: columnsOf('string', 'Scored Labels'), sampleRows: [] }],
    globalParameters: parameters,
  };
}

const text = (name: string): GlobalParameter => ({ name, type: 'string' });
const integers = (...names: string[]): Column[] => columnsOf('integer', ...names);
const texts = (...names: string[]): Column[] => columnsOf('string', ...names);
const batchInput = [...texts('Col2')];

/** The schema that each recorded or documented request was made for. */
const schemas: Readonly<Record<string, ServiceSchema>> = {
  'rrs-request-table-apim-guide.json': schemaOf('guide', 'input1', texts('Col2')),
  'rrs-request-table-census.json': schemaOf('census', 'input1', [
    ...integers('age'),
    ...texts('workclass'),
    ...integers('fnlwgt', 'education-num'),
    ...texts('marital-status', 'occupation', 'relationship', 'race', 'sex'),
    ...integers('capital-gain', 'capital-loss', 'hours-per-week'),
    ...texts('native-country', 'income'),
  ]),
  'rrs-request-table-mixed-types.json': schemaOf('insurance', 'Input1', [
    ...integers('age'),
    ...texts('sex'),
    ...columnsOf('number', 'bmi'),
    ...integers('children'),
    ...texts('smoker', 'region'),
  ]),
  'rrs-request-tennis-globalparam.json': schemaOf(
    'tennis',
    'input',
    [
      ...texts('j1'),
      ...integers(
        'j1_g1',
        'j1_t1',
        'j1_p1',
        'j2_g1',
        'j2_t1',
        'j2_p1',
        'j1_w3',
        'j1_t3',
        'j1_p3',
        'j2_w3',
        'j2_t3',
        'j2_p3',
      ),
      ...integers('j1_age', 'j2_age', 'j1_rank', 'j2_rank', 'ground'),
    ],
    { name: 'Append score columns to output', type: 'boolean', default: true },
  ),
  'bes-submit-request-apim-guide.json': schemaOf('batch guide', 'input1', batchInput),
  'bes-submit-request-batch-pool.json': schemaOf('batch pool', 'input1', batchInput),
  'bes-submit-request-inputs-outputs.json': schemaOf('batch maps', 'input1', batchInput),
  'bes-submit-request-single-input.json': schemaOf('batch single', 'input1', batchInput),
  'bes-submit-request-no-input.json': schemaOf(
    'import and export',
    '',
    [],
    ...[
      'Database server name',
      'Database name',
      'Server user account name',
      'Server user account password',
    ].map(text),
  ),
  'bes-submit-request-null-members.json': schemaOf('nulls', '', [], text('Data')),
};

describe('the documented requests, each sent to a local service with its own schema', () => {
  let service: LocalTestService;
  const requests = readdirSync(folder).filter((name) => /^(rrs|bes-submit)-request-/.test(name));

  before(async () => {
    service = await LocalTestService.start({ services: Object.values(schemas).map(echoService) });
  });

  after(() => service.close());

  it('are all here', () => {
    assert.deepEqual(requests, Object.keys(schemas).toSorted());
  });

  for (const name of requests) {
    const schema = schemas[name];
    const title = schema?.title ?? '';
    if (name.startsWith('rrs-')) {
      it(`${name} is scored`, async () => {
        const response = await service.execute(fixture(name), 'details=true', title);
        assert.equal(response.status, 200, await response.text());
      });
      continue;
    }
    if (schema?.inputs.length === 0) {
      it(`${name} becomes a job that finishes`, async () => {
        const status = await service.ended(await service.run(fixture(name), title), title);
        assert.equal(status.StatusCode, 'Finished');
      });
      continue;
    }
    it(`${name} is refused for the placeholders in its connection string`, async () => {
      const response = await service.submit(fixture(name), title);
      assert.equal(response.status, 400);
      const { error } = (await response.json()) as { error: { code: string; details: { code: string }[] } };
      assert.deepEqual([error.code, error.details[0]?.code], ['BadArgument', 'InvalidBlobConnectionString']);
    });

    it(`${name} becomes a job that finishes, with a real account in the place of the placeholders`, async () => {
      const body = JSON.stringify(fixture(name)).replace(
        /"DefaultEndpointsProtocol=[^"]*"/g,
        JSON.stringify(service.local.storageConnectionString),
      );
      const [, input = ''] = /"RelativeLocation":"\/?([^"]+)"/.exec(body) ?? [];
      const [, container = ''] = /^([^/]+)\//.exec(input) ?? [];
      const lowerCase = body.replaceAll(`${container}/`, `${container.toLowerCase()}/`);
      await service.uploadTo(container.toLowerCase(), input.slice(container.length + 1), 'Col2\r\nx\r\n');
      const status = await service.ended(await service.run(lowerCase, title), title);
      assert.equal(status.StatusCode, 'Finished', status.Details ?? '');
    });
  }
});

describe('the table of mistakes', () => {
  it('names only codes that the published table has, with their HTTP status', () => {
    const { classes } = fixture('error-codes.json') as {
      classes: { code: string; httpStatus: number; details?: { code: string }[] }[];
    };
    for (const [id, mistake] of Object.entries<Mistake>(mistakes)) {
      for (const { status, code, detail } of [
        mistake,
        ...(mistake.unconfirmed ? [mistake.unconfirmed] : []),
      ]) {
        if (code === undefined) continue;
        const published = classes.find((each) => each.code === code);
        assert.equal(published?.httpStatus, status, id);
        if (detail !== undefined)
          assert.ok(
            published.details?.some((each) => each.code === detail),
            `${id}: ${detail}`,
          );
      }
    }
  });
});
