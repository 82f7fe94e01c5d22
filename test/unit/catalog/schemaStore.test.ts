import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SchemaStore } from '../../../src/catalog/schemaStore.ts';
import { drawSchema } from '../../../src/protocol/studio/drawnSchema.ts';
import type { ServiceAddress } from '../../../src/protocol/studio/urls.ts';
import { withFilesInUse } from '../../support/busyFiles.ts';

const address: ServiceAddress = {
  baseUrl: 'https://gate.example/ml',
  style: 'workspaces',
  workspaceId: 'AB',
  endpointId: 'CD',
};

describe('schemas that are kept', () => {
  let folder: string;
  let store: SchemaStore;

  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'schemas-')), 'schemas');
    store = new SchemaStore(folder);
  });

  afterEach(() => rm(join(folder, '..'), { recursive: true }));

  it('are found by base URL, workspace and endpoint, and by nothing less', async () => {
    const attached = { source: 'a file', schema: drawSchema('x', { Inputs: { one: [{ a: 1 }] } }) };
    await store.attach(address, attached);
    await store.keepPublished(address, '{}');
    const same = { ...address, baseUrl: 'https://gate.example/ml/', workspaceId: 'ab' };
    assert.deepEqual(await new SchemaStore(folder).attached(same), attached);
    assert.equal(await store.published(same), '{}');
    assert.equal(await store.attached({ ...address, baseUrl: 'https://other.example/ml' }), undefined);
    assert.equal(await store.attached({ ...address, endpointId: 'ce' }), undefined);
    assert.equal(await store.detach(address), true);
    assert.equal(await store.detach(address), false);
    assert.equal(await store.attached(address), undefined);
    assert.equal(await store.published(address), '{}');
  });

  it('are replaced while another window reads them', async () => {
    await store.keepPublished(address, 'old');
    await withFilesInUse(() => store.keepPublished(address, 'new'));
    assert.equal(await store.published(address), 'new');
    assert.equal((await readdir(folder)).length, 1);
  });

  it('count as absent when their file is spoiled', async () => {
    await store.attach(address, { source: 'a file', schema: drawSchema('x', {}) });
    const [name = ''] = await readdir(folder);
    await writeFile(join(folder, name), '{"source": 1}');
    assert.equal(await store.attached(address), undefined);
  });
});

describe('a schema drawn from a request that worked', () => {
  const answer = {
    Results: {
      output1: {
        type: 'table',
        value: { ColumnNames: ['Scored'], ColumnTypes: ['Double'], Values: [['0.5']] },
      },
    },
  };

  it('is the same for a table and for rows as objects', () => {
    const rows = {
      Inputs: { one: [{ age: 1, job: 'x', on: true }, { age: 2.5 }] },
      GlobalParameters: { p: 3 },
    };
    const table = {
      Inputs: {
        one: {
          ColumnNames: ['age', 'job', 'on'],
          Values: [
            [1, 'x', true],
            [2.5, null, null],
          ],
        },
      },
      GlobalParameters: { p: 3 },
    };
    const schema = drawSchema('Service', table, answer);
    assert.deepEqual(drawSchema('Service', rows, answer), schema);
    assert.deepEqual(
      schema.inputs[0]?.columns.map(({ name, type }) => [name, type]),
      [
        ['age', 'number'],
        ['job', 'string'],
        ['on', 'boolean'],
      ],
    );
    assert.deepEqual(schema.outputs[0]?.columns, [{ name: 'Scored', type: 'number', nullable: true }]);
    assert.deepEqual(schema.globalParameters, [{ name: 'p', type: 'number', required: false }]);
  });

  it('keeps a text a text, and finds nothing in nothing', () => {
    const drawn = drawSchema('Service', { Inputs: { one: [{ code: '007' }] } });
    assert.equal(drawn.inputs[0]?.columns[0]?.type, 'string');
    assert.deepEqual(drawSchema('Service', 'text', 'text').inputs, []);
  });
});
