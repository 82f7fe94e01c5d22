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

describe('the documented management requests, each sent to a local service', () => {
  const scoring = 'AdultCensusIncome';
  const requests = readdirSync(folder).filter((name) => /^mgmt-.*-request\.json$/.test(name));
  let service: LocalTestService;

  beforeEach(async () => {
    service = await LocalTestService.start();
  });

  afterEach(() => service.close());

  async function assertRefused(response: Response, ...codes: string[]): Promise<void> {
    assert.equal(response.status, 400);
    const { error } = (await response.json()) as { error: { code: string; details: { code: string }[] } };
    assert.deepEqual([error.code, ...error.details.map(({ code }) => code)], codes);
  }

  function send(name: string, endpoint: string, body = fixture(name)): Promise<Response> {
    const path = service.endpointPath(endpoint, scoring);
    switch (name) {
      case 'mgmt-endpoint-add-request.json':
        return service.manage(path, { method: 'PUT', body });
      case 'mgmt-endpoint-patch-request.json':
        return service.manage(path, { method: 'PATCH', body });
      case 'mgmt-endpoint-refresh-request.json':
        return service.manage(`${path}/refresh`, { method: 'POST', body });
      default:
        throw new Error(`Nothing is known of ${name}.`);
    }
  }

  function serviceId(): string {
    return service.local.services.find(({ name }) => name === scoring)?.serviceId ?? '';
  }

  /** The fixture's own endpoint, with the id of the web service in the place of the placeholder. */
  async function add(): Promise<Response> {
    const body = { ...(fixture('mgmt-endpoint-add-request.json') as object), WebServiceId: serviceId() };
    return send('mgmt-endpoint-add-request.json', 'newep01', body);
  }

  it('are all here', () => {
    assert.deepEqual(requests, [
      'mgmt-endpoint-add-request.json',
      'mgmt-endpoint-patch-request.json',
      'mgmt-endpoint-refresh-request.json',
    ]);
  });

  it('mgmt-endpoint-add-request.json is refused for the placeholder in WebServiceId', async () => {
    const response = await send('mgmt-endpoint-add-request.json', 'newep01');
    await assertRefused(response, 'BadArgument', 'WebServiceIdInvalid');
  });

  it('mgmt-endpoint-add-request.json adds an endpoint, with the id of the web service', async () => {
    const response = await add();
    assert.equal(response.status, 200);
    const { Name, WebServiceId, Description, ThrottleLevel, MaxConcurrentCalls, PreventUpdate } =
      (await response.json()) as Record<string, unknown>;
    assert.deepEqual(
      { WebServiceId, EndpointName: Name, Description, ThrottleLevel, MaxConcurrentCalls, PreventUpdate },
      { ...(fixture('mgmt-endpoint-add-request.json') as object), WebServiceId: serviceId() },
    );
  });

  it('mgmt-endpoint-patch-request.json is refused for its SAS, which expired in 2015', async () => {
    await add();
    const response = await send('mgmt-endpoint-patch-request.json', 'newep01');
    await assertRefused(response, 'BadArgument', 'ExpiryTimeInThePast');
  });

  it('mgmt-endpoint-patch-request.json patches the endpoint, with the place of a trained model', async () => {
    await add();
    const response = await send(
      'mgmt-endpoint-patch-request.json',
      'newep01',
      await withModelLocation(fixture('mgmt-endpoint-patch-request.json')),
    );
    assert.equal(response.status, 200, await response.text());
  });

  it('mgmt-endpoint-refresh-request.json refreshes a patched endpoint, and finds nothing changed after that', async () => {
    await add();
    const patch = await withModelLocation(fixture('mgmt-endpoint-patch-request.json'));
    await send('mgmt-endpoint-patch-request.json', 'newep01', patch);
    const statuses = [
      (await send('mgmt-endpoint-refresh-request.json', 'newep01')).status,
      (await send('mgmt-endpoint-refresh-request.json', 'newep01')).status,
    ];
    assert.deepEqual(statuses, [200, 304]);
  });

  async function withModelLocation(patch: unknown): Promise<object> {
    const { Resources } = patch as { Resources: readonly { Name: string }[] };
    const answer = await service.manage(service.endpointPath('default', scoring));
    const endpoint = (await answer.json()) as { Resources: readonly { Location: object }[] };
    return { Resources: Resources.map(({ Name }) => ({ Name, Location: endpoint.Resources[0]?.Location })) };
  }

  it('are answered in the shapes of the listings', async () => {
    const services = (await (await service.manage('')).json()) as unknown[];
    const endpoints = (await (
      await service.manage(service.endpointPath('', scoring).replace(/\/$/, ''))
    ).json()) as unknown[];
    assert.deepEqual(shapeOf(services[0]), shapeOf((fixture('mgmt-webservices-list.json') as unknown[])[0]));
    assert.deepEqual(shapeOf(endpoints[0]), shapeOf((fixture('mgmt-endpoint-shape.json') as unknown[])[0]));
  });
});

/** The members of an answer in their order, with the types of their values. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.entries(value).map(([name, member]) => [name, shapeOf(member)]);
}

describe('the table of mistakes', () => {
  it('names only codes that the published table has, with their HTTP status, and one that was only seen', () => {
    const { classes } = fixture('error-codes.json') as {
      classes: { code: string; httpStatus: number; details?: { code: string }[] }[];
    };
    for (const [id, mistake] of Object.entries<Mistake>(mistakes)) {
      for (const { status, code, detail } of [
        mistake,
        ...(mistake.unconfirmed ? [mistake.unconfirmed] : []),
      ]) {
        if (code === undefined || detail === 'GetWorkspaceFailed') continue;
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
