import assert from 'node:assert/strict';
import { sampleServices } from '../../../src/local-service/samples/index.ts';
import { parseServiceSchema } from '../../../src/protocol/studio/swagger.ts';
import type { Column, ServiceSchema } from '../../../src/protocol/studio/serviceSchema.ts';
import { echoService, LocalTestService } from './localTestService.ts';

const awkward: ServiceSchema = {
  title: 'Awkward',
  inputs: [
    {
      name: 'a/b ~ c%20',
      columns: [
        {
          name: 'Scored Probabilities for Class "Breskva"',
          type: 'number',
          format: 'double',
          nullable: true,
        },
        { name: '0', type: 'string', nullable: false, allowedValues: ['a', 'b'] },
        { name: 'when', type: 'date-time', format: 'date-time', nullable: false },
        { name: 'how long', type: 'time-span', format: 'time-span', nullable: false },
      ],
      sampleRows: [[0.5, 'a', '2014-09-21T11:10:00Z', '01:00:00']],
    },
  ],
  outputs: [
    {
      name: 'output1',
      columns: [{ name: 'x', type: 'integer', format: 'int64', nullable: true }],
      sampleRows: [],
    },
  ],
  globalParameters: [
    { name: 'Append score columns to output', type: 'boolean', default: true },
    { name: 'needed', type: 'integer', format: 'int32' },
  ],
};

/** What a reader of the document may learn: samples of outputs are not in it. */
function learnable(schema: ServiceSchema): object {
  return {
    title: schema.title,
    inputs: schema.inputs,
    outputs: schema.outputs.map(({ name, columns }) => ({ name, columns })),
    globalParameters: schema.globalParameters.map(({ name, type, default: fallback }) => ({
      name,
      type,
      fallback,
    })),
  };
}

describe('swagger.json of the local service', () => {
  let service: LocalTestService;
  const services = [...sampleServices, echoService(awkward)];

  before(async () => {
    service = await LocalTestService.start({ services });
  });

  after(() => service.close());

  for (const { schema } of services) {
    it(`describes ${schema.title} so that its schema can be read back, without authorization`, async () => {
      const response = await fetch(`${service.local.baseUrl}${service.path(schema.title)}/swagger.json`);
      assert.equal(response.status, 200);
      const read = parseServiceSchema(await response.json());
      assert.deepEqual(sortColumns(learnable(read)), sortColumns(learnable(schema)));
      if (schema !== awkward) assert.deepEqual(read.inputs, schema.inputs);
    });
  }

  it('has the address of the endpoint, and the paths in their order with their query strings', async () => {
    const response = await fetch(`${service.local.baseUrl}${service.path()}/swagger.json?api-version=2.0`);
    const document = (await response.json()) as Record<string, unknown> & {
      paths: object;
      definitions: object;
    };
    assert.equal(document['host'], new URL(service.local.baseUrl).host);
    assert.equal(document['basePath'], service.path());
    assert.deepEqual(document['schemes'], ['http']);
    assert.deepEqual(document['info'], {
      version: '2.0',
      title: 'SimpleFeatureHashingExperiment',
      description: '',
    });
    assert.deepEqual(Object.keys(document.paths), [
      '/swagger.json',
      '/execute?api-version=2.0&format=swagger',
      '/jobs?api-version=2.0',
      '/jobs/{jobId}/start?api-version=2.0',
      '/jobs/{jobId}?api-version=2.0',
    ]);
    const names = [
      'ExecutionRequest',
      'ExecutionInputs',
      'ExecutionOutputs',
      'ExecutionResults',
      'input1Item',
      'output1Item',
    ];
    const batchNames = [
      'GlobalParameters',
      'BatchExecutionRequest',
      'BatchInputs',
      'BatchOutputs',
      'AzureBlobDataReference',
      'BatchExecutionStatus',
    ];
    for (const name of [...names, ...batchNames]) assert.ok(name in document.definitions, name);
  });

  it('refuses another version and an unknown endpoint', async () => {
    const other = await fetch(`${service.local.baseUrl}${service.path()}/swagger.json?api-version=1.0`);
    assert.equal(other.status, 400);
    const unknown = await fetch(
      `${service.local.baseUrl}/workspaces/${service.local.workspaceId}/services/x/swagger.json`,
    );
    assert.equal(unknown.status, 404);
  });

  for (const { schema, modelOutputs } of sampleServices) {
    if (modelOutputs) continue;
    it(`has an example for ${schema.title} that the service answers`, async () => {
      const document = (await (await service.call(`${service.path(schema.title)}/swagger.json`)).json()) as {
        definitions: { ExecutionRequest: { example: { GlobalParameters: Record<string, unknown> } } };
      };
      const { example } = document.definitions.ExecutionRequest;
      const needed = schema.globalParameters.filter((parameter) => parameter.default === undefined);
      const GlobalParameters = {
        ...example.GlobalParameters,
        ...Object.fromEntries(needed.map(({ name }) => [name, 2])),
      };
      const response = await service.execute(
        { ...example, GlobalParameters },
        'format=swagger',
        schema.title,
      );
      assert.equal(response.status, 200, await response.text());
    });
  }
});

/** A JSON object moves a name like `0` to the front, so the order of columns is left aside here. */
function sortColumns(value: object): unknown {
  return JSON.parse(JSON.stringify(value), (key, item: unknown): unknown => {
    if (key !== 'columns' || !Array.isArray(item)) return key === 'sampleRows' ? undefined : item;
    return (item as Column[]).toSorted((one, other) => one.name.localeCompare(other.name));
  });
}
