import assert from 'node:assert/strict';
import type { Workspace } from '../../../src/catalog/index.ts';
import { JobIndex } from '../../../src/explorer/jobIndex.ts';
import type { Job } from '../../../src/jobs/index.ts';

function workspaceNamed(name: string): Workspace {
  return {
    name,
    workspaceId: 'w',
    baseUrl: `https://${name}.test`,
    auth: { type: 'apiKey' },
    style: 'workspaces',
    services: [{ name: 's', endpoints: [{ name: 'default', endpointId: 'e' }] }],
    local: false,
  };
}

function jobFrom(workspace: string): Job {
  return {
    id: workspace,
    localId: workspace,
    workspace,
    service: 's',
    endpointId: 'e',
    status: 'Running',
    outputs: {},
    submittedAt: new Date().toISOString(),
    title: workspace,
    open: true,
    deleted: false,
    hasResults: false,
  };
}

describe('the jobs in the tree', () => {
  it('are in it once, where an endpoint is in several workspaces', () => {
    const jobs = [jobFrom('one'), jobFrom('two'), jobFrom('gone')];
    const index = new JobIndex(
      { list: () => jobs },
      { workspaces: () => [workspaceNamed('one'), workspaceNamed('two')] },
    );
    const under = (name: string) => index.of(name, 'e').map(({ localId }) => localId);
    assert.deepEqual(under('one'), ['one', 'gone']);
    assert.deepEqual(under('two'), ['two']);
  });
});
