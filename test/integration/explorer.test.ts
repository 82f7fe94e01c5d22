import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Endpoint, Trouble, Workspace } from '../../src/catalog/index.ts';
import { ExplorerTree } from '../../src/explorer/tree.ts';
import type { Job } from '../../src/jobs/index.ts';
import { Failure } from '../../src/protocol/failure.ts';
import type { ExplorerNode } from '../../src/shared/explorerNode.ts';

const hex = (number: number): string => number.toString(16).padStart(32, '0');

function workspaceWith(name: string, services: Workspace['services']): Workspace {
  const baseUrl = 'https://example.invalid';
  const auth = { type: 'apiKey' } as const;
  return { name, baseUrl, workspaceId: hex(1), auth, style: 'workspaces', services, local: false };
}

function jobAt(workspace: string, endpointId: string, localId: string): Job {
  return {
    localId,
    workspace,
    endpointId,
    service: 'any',
    id: hex(7),
    title: localId,
    status: 'Running',
    open: true,
    deleted: false,
    hasResults: false,
    outputs: {},
    submittedAt: new Date(0).toISOString(),
  };
}

/** The tree over a catalog in memory. */
class Trees {
  workspaces: Workspace[] = [];
  jobs: Job[] = [];
  readonly troubles = new Map<string, Trouble>();
  starts = 0;
  start: () => Promise<never> = () => Promise.reject(new Error('no room'));
  discover: () => Promise<void> = () => Promise.resolve();
  discoverEndpoints: (serviceId: string) => Promise<void> = () => Promise.resolve();

  readonly tree = new ExplorerTree(
    {
      workspaces: () => this.workspaces,
      problems: () => [],
      trouble: ({ endpointId }: Endpoint) => this.troubles.get(endpointId),
      startLocalService: () => {
        this.starts += 1;
        return this.start();
      },
      discover: () => this.discover(),
      discoverEndpoints: (_, serviceId) => this.discoverEndpoints(serviceId),
    },
    { list: () => this.jobs },
  );

  async children(node?: ExplorerNode): Promise<{ node: ExplorerNode; item: vscode.TreeItem }[]> {
    const nodes = await this.tree.getChildren(node);
    return nodes.map((each) => ({ node: each, item: this.tree.getTreeItem(each) }));
  }

  async child(
    node: ExplorerNode | undefined,
    label: string,
  ): Promise<{ node: ExplorerNode; item: vscode.TreeItem }> {
    const found = (await this.children(node)).find(({ item }) => item.label === label);
    assert.ok(found, label);
    return found;
  }
}

describe('the tree', () => {
  const manyServices = Array.from({ length: 10_000 }, (_, index) => ({
    name: `service ${String(index)}`,
    endpoints: [{ name: 'default', endpointId: hex(index) }],
  }));

  it('has very many services in pages, by name and each once', async () => {
    const trees = new Trees();
    const services = manyServices;
    trees.workspaces = [workspaceWith('Big', services.toReversed())];
    const root = await trees.child(undefined, 'Big');
    const pages = await trees.children(root.node);
    assert.equal(pages.length, 50);
    const shown = (await Promise.all(pages.map(({ node }) => trees.children(node)))).flat();
    assert.deepEqual(
      shown.map(({ item }) => item.label),
      services.map(({ name }) => name),
    );
    assert.equal(new Set(shown.map(({ item }) => item.id)).size, 10_000);
    assert.equal(pages[1]?.item.label, 'service 200 … service 399');
    trees.workspaces = [workspaceWith('Small', services.slice(0, 1_000))];
    assert.equal((await trees.children((await trees.child(undefined, 'Small')).node)).length, 1_000);
  });

  it('leads from every service and endpoint up to its workspace, through the page that has it', async () => {
    const trees = new Trees();
    const twoEndpoints = ['default', 'other'].map((name, at) => ({ name, endpointId: hex(20_000 + at) }));
    trees.workspaces = [
      workspaceWith('Big', [...manyServices, { name: 'service 4321 b', endpoints: twoEndpoints }]),
      workspaceWith('Small', [{ name: 'scorer', endpoints: twoEndpoints }]),
    ];
    const walk = async (node: ExplorerNode, below: readonly string[]): Promise<void> => {
      for (const child of await trees.children(node)) {
        const path = [...below, String(trees.tree.getTreeItem(node).id)];
        const { node: kind } = child.node;
        if (kind !== 'page' && kind !== 'service' && kind !== 'endpoint') continue;
        const up: string[] = [];
        for (let at = trees.tree.getParent(child.node); at; at = trees.tree.getParent(at))
          up.unshift(String(trees.tree.getTreeItem(at).id));
        assert.deepEqual(up, path);
        await walk(child.node, path);
      }
    };
    for (const { node } of await trees.children()) await walk(node, []);
  });

  it('shows a job under the workspace that it was sent from, or under the one that has its endpoint now', async () => {
    const trees = new Trees();
    const services = [{ name: 'scorer', endpoints: [{ name: 'default', endpointId: hex(5) }] }];
    trees.workspaces = [workspaceWith('Direct', services), workspaceWith('Gateway', services)];
    trees.jobs = [jobAt('Direct', hex(5), 'one'), jobAt('Gateway', hex(5), 'two')];
    const jobsOf = async (name: string): Promise<unknown[]> => {
      const service = await trees.child((await trees.child(undefined, name)).node, 'scorer');
      const jobs = await trees.child(service.node, 'Jobs');
      return (await trees.children(jobs.node)).map(({ item }) => item.label);
    };
    assert.deepEqual(await jobsOf('Direct'), ['one']);
    assert.deepEqual(await jobsOf('Gateway'), ['two']);
    trees.workspaces = [workspaceWith('Renamed', services)];
    assert.deepEqual(await jobsOf('Renamed'), ['one', 'two']);
  });

  it('lists the endpoints of a discovered service when it is expanded, and tells namesakes apart', async () => {
    const trees = new Trees();
    const discovered = (index: number, endpoints: string[] = []) => ({
      name: 'scorer',
      serviceId: String(index).repeat(32),
      endpoints: endpoints.map((name, at) => ({ name, endpointId: hex(10 * index + at) })),
      discovered: true,
    });
    const asked: string[] = [];
    trees.discover = () => {
      trees.workspaces = [workspaceWith('Found', [discovered(1), discovered(2)])];
      return Promise.resolve();
    };
    trees.discoverEndpoints = (serviceId) => {
      asked.push(serviceId);
      trees.workspaces = [workspaceWith('Found', [discovered(1), discovered(2, ['default', 'other'])])];
      return Promise.resolve();
    };
    trees.workspaces = [workspaceWith('Found', [])];
    const root = await trees.child(undefined, 'Found');
    const [one, two] = await trees.children(root.node);
    assert.ok(one && two);
    assert.deepEqual(asked, []);
    assert.notEqual(one.item.id, two.item.id);
    assert.deepEqual([one.item.description, two.item.description], ['11111111', '22222222']);
    const endpoints = await trees.children(two.node);
    assert.deepEqual(asked, ['2'.repeat(32)]);
    assert.deepEqual(
      endpoints.map(({ item }) => item.label),
      ['default', 'other'],
    );
    assert.deepEqual(
      endpoints.map(({ item }) => item.contextValue),
      ['endpoint.discovered.default', 'endpoint.discovered'],
    );
    assert.deepEqual(
      endpoints.map(({ item }) => (item.tooltip as vscode.MarkdownString).value.includes('deleted')),
      [true, false],
      'what the default endpoint may not do is said',
    );
    assert.equal(trees.tree.getTreeItem(two.node).id, two.item.id);
  });

  it('says what keeps a workspace from being listed, and what mends it', async () => {
    const trees = new Trees();
    trees.workspaces = [workspaceWith('Found', [])];
    const root = await trees.child(undefined, 'Found');
    for (const [code, command] of [
      ['MissingWorkspaceToken', 'azuremlServices.setWorkspaceToken'],
      ['ConnectionRefused', 'azuremlServices.refresh'],
    ] as const) {
      trees.discover = () => Promise.reject(new Failure({ code, origin: 'client', sentence: 'So it is.' }));
      const [only] = await trees.children(root.node);
      assert.equal(only?.item.label, 'So it is.');
      assert.equal(only.item.command?.command, command);
    }
  });

  it('redraws the jobs that changed, by the nodes that were handed out', async () => {
    const trees = new Trees();
    const services = [{ name: 'scorer', endpoints: [{ name: 'default', endpointId: hex(5) }] }];
    trees.workspaces = [workspaceWith('Mine', services)];
    const service = await trees.child((await trees.child(undefined, 'Mine')).node, 'scorer');
    const jobs = await trees.child(service.node, 'Jobs');
    trees.jobs = [jobAt('Mine', hex(5), 'new')];
    const [changed, ...others] = trees.tree.jobsChanged();
    assert.equal(changed, jobs.node);
    assert.deepEqual(others, []);
    assert.equal((await trees.children(jobs.node))[0]?.item.label, 'new');
  });

  it('tells runs of one file apart, and says which the server has deleted', async () => {
    const trees = new Trees();
    const services = [{ name: 'scorer', endpoints: [{ name: 'default', endpointId: hex(5) }] }];
    trees.workspaces = [workspaceWith('Mine', services)];
    const base = { ...jobAt('Mine', hex(5), 'rows.csv'), status: 'Finished', open: false };
    const outputs = { output1: { relativeLocation: 'c/b.csv', url: '' } };
    trees.jobs = [
      { ...base, localId: 'a', outputs, hasResults: true, startedAt: '2026-01-02T10:00:00Z' },
      { ...base, localId: 'b', outputs, deleted: true, startedAt: '2026-01-02T10:00:07Z' },
    ];
    const service = await trees.child((await trees.child(undefined, 'Mine')).node, 'scorer');
    const [kept, deleted] = await trees.children((await trees.child(service.node, 'Jobs')).node);
    assert.ok(kept && deleted);
    assert.match(String(kept.item.description), /^Finished · .*:00:00/);
    assert.match(String(deleted.item.description), /^Finished, deleted on the server · .*:00:07/);
    assert.equal(kept.item.contextValue, 'job.ended.Finished');
    assert.equal(deleted.item.contextValue, 'job.deleted');
    assert.equal((await trees.children(kept.node)).length, 1);
    assert.equal((await trees.children(deleted.node)).length, 0);
  });

  it('says in words, and in what menus look at, what is wrong with an endpoint', async () => {
    const trees = new Trees();
    const one = { name: 'one', endpointId: hex(1) };
    const two = { name: 'two', endpointId: hex(2) };
    trees.workspaces = [
      workspaceWith('Mine', [
        { name: 'single', endpoints: [{ name: 'default', endpointId: hex(3) }] },
        { name: 'double', endpoints: [one, two] },
      ]),
    ];
    trees.troubles.set(hex(3), { kind: 'key', missing: true, sentence: 'No key.' });
    trees.troubles.set(hex(2), { kind: 'unreachable', missing: false, sentence: 'No way.' });
    const root = await trees.child(undefined, 'Mine');
    const single = await trees.child(root.node, 'single');
    assert.equal(single.item.contextValue, 'service.single.key');
    assert.equal(single.item.accessibilityInformation?.label, 'single, no key');
    const double = await trees.child(root.node, 'double');
    assert.equal(double.item.contextValue, 'service');
    assert.equal(double.item.accessibilityInformation?.label, 'double, not reachable');
    assert.equal((await trees.child(double.node, 'one')).item.contextValue, 'endpoint');
    assert.equal((await trees.child(double.node, 'two')).item.contextValue, 'endpoint.unreachable');
  });

  it('starts the local service for its services when they are not known, and says when it cannot', async () => {
    const trees = new Trees();
    trees.workspaces = [{ ...workspaceWith('Local', []), local: true }];
    const root = await trees.child(undefined, 'Local');
    const [message] = await trees.children(root.node);
    assert.equal(message?.item.label, 'no room');
    assert.equal(message.item.command?.command, 'azuremlServices.refresh');
    const services = [{ name: 'known', endpoints: [{ name: 'default', endpointId: hex(1) }] }];
    trees.workspaces = [{ ...workspaceWith('Local', services), local: true }];
    assert.equal((await trees.children(root.node))[0]?.item.label, 'known');
    assert.equal(trees.starts, 1);
  });
});
