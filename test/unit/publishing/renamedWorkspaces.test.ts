import assert from 'node:assert/strict';
import {
  isAbout,
  publishedAmong,
  parsePublicationRecord,
  type PublicationRecord,
  sourceAmong,
} from '../../../src/publishing/publicationRecord.ts';
import { publication } from './publishingBench.ts';

const source = { name: 'Found', baseUrl: 'https://host.example/api', workspaceId: 'W1' };
const published = { name: 'AzureML Demo API', baseUrl: 'https://g.example/azureml-demo', workspaceId: 'W1' };
const record: PublicationRecord = {
  version: 1,
  id: 'one',
  startedAt: '2026-11-21T12:00:00.000Z',
  endpoint: {
    workspace: source.name,
    endpointId: 'e1',
    label: 'Service',
    baseUrl: source.baseUrl,
    workspaceId: source.workspaceId,
  },
  instance: { id: '/subscriptions/s/service/i', name: 'i', gatewayUrl: 'https://g.example/' },
  where: {
    account: { id: 'a', label: 'a@example.com' },
    tenantId: 't',
    subscriptionId: 's',
    subscriptionName: 'S',
  },
  publication,
  steps: [],
  ended: true,
  workspace: published.name,
};
const renamed = { ...source, name: 'Theirs' };
const renamedApi = { ...published, name: 'Scoring (prod)' };
const other = { ...source, workspaceId: 'W2' };

describe('the record of a publication', () => {
  it('is of the endpoint and of the published one, whatever their workspaces are called by now', () => {
    for (const workspace of [source, published, renamed, renamedApi])
      assert.ok(isAbout(record, { endpointId: 'e1', workspace }), workspace.name);
    assert.ok(!isAbout(record, { endpointId: 'e2', workspace: renamedApi }));
    assert.ok(!isAbout(record, { endpointId: 'e1', workspace: { ...renamed, workspaceId: 'W2' } }));
  });

  it('finds both workspaces by where they are, and not another one that has got the name', () => {
    assert.equal(sourceAmong([other, renamed, renamedApi], record), renamed);
    assert.equal(publishedAmong([{ ...source, name: published.name }, renamedApi], record), renamedApi);
    assert.equal(publishedAmong([{ ...source, name: published.name }], record), undefined);
    const twin = { ...source, name: 'Twin', baseUrl: 'https://HOST.example/api/' };
    assert.equal(sourceAmong([twin, source], record), source);
    assert.equal(sourceAmong([twin], record), twin);
  });

  it('finds the local service by its name when that is at another port', () => {
    const moved = { ...source, baseUrl: 'http://127.0.0.1:1' };
    assert.equal(sourceAmong([renamedApi, moved], record), moved);
  });

  it('of an earlier version has the name of the source only', () => {
    const { workspace, endpointId, label } = record.endpoint;
    const endpoint = { workspace, endpointId, label };
    const earlier = parsePublicationRecord(JSON.stringify({ ...record, endpoint }));
    assert.ok(earlier);
    assert.equal(sourceAmong([source], earlier), source);
    assert.equal(sourceAmong([renamed], earlier), undefined);
    assert.equal(publishedAmong([source, renamedApi], earlier), renamedApi);
  });
});
