import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { JobRecord } from '../../src/jobs/jobRecord.ts';
import { eventually } from '../support/eventually.ts';
import { closeAtOnce, listenOnLoopback } from '../support/loopback.ts';
import { closeInOrder } from './support/closeInOrder.ts';
import { Workbench } from './support/workbench.ts';
import { keylessWorkspace } from './support/workspaces.ts';

const oldest = ['wanted.csv', ...Array.from({ length: 9 }, (_, number) => `other${number}.csv`)];

/** So many that each in its turn would be asked for once in a minute and a half. */
describe('following a thousand running jobs', () => {
  const asked = new Map<string, number>();
  const server = createServer(({ url = '' }, answer) => {
    const file = Buffer.from(/\/jobs\/([\da-f]+)\?/.exec(url)?.[1] ?? '', 'hex').toString();
    asked.set(file, (asked.get(file) ?? 0) + 1);
    answer.writeHead(200, { 'Content-Type': 'application/json' }).end('{"StatusCode":"Running"}');
  });
  let workbench: Workbench;

  before(async () => {
    const baseUrl = `http://127.0.0.1:${await listenOnLoopback(server)}`;
    const workspace = keylessWorkspace(baseUrl, 'Score');
    workbench = await Workbench.start({ settings: { 'azuremlServices.workspaces': { Mine: workspace } } });
    const folder = join(
      workbench.host.userData,
      'data/User/globalStorage/azureml-services.azureml-services/jobs',
    );
    await mkdir(folder, { recursive: true });
    const newer = Array.from({ length: 990 }, (_, number) => `newer${number}.csv`);
    const endpointId = workspace.services['Score']?.endpoints.default ?? '';
    for (const [age, file] of [...newer, ...oldest].entries()) {
      const record: JobRecord = {
        version: 1,
        ownId: `job-0-${file}`,
        serviceJobId: Buffer.from(file).toString('hex'),
        workspace: 'Mine',
        service: 'Score',
        endpointId,
        baseUrl,
        status: 'Running',
        ended: false,
        inputs: { input1: { relativeLocation: '', file } },
        outputs: {},
        createdAt: new Date(Date.now() - age * 1_000).toISOString(),
        answers: {},
      };
      await writeFile(join(folder, `${record.ownId}.json`), JSON.stringify(record));
    }
  });

  after(() => closeInOrder(workbench, { close: () => closeAtOnce(server) }));

  it('asks first for what the Jobs view is filtered for', async () => {
    const { window } = workbench;
    await window.openSideBar('Azure ML Services');
    await window.runCommand('Azure ML Services: Focus on Jobs View');
    await window.tree('Jobs').find(['newer0.csv']);
    await window.runCommand('Azure ML: Filter jobs…');
    await window.quickInput.pick('Text', { title: 'Filter jobs' });
    await window.quickInput.enter('wanted.csv', { message: 'Words in the file' });
    await window.tree('Jobs').waitForGone(['newer0.csv']);
    await window.tree('Jobs').find(['wanted.csv']);

    const before = new Map(asked);
    const times = (file: string): number => (asked.get(file) ?? 0) - (before.get(file) ?? 0);
    await eventually('three looks at the job in sight', () => times('wanted.csv') >= 3);
    for (const file of oldest.slice(1)) assert.ok(times(file) <= 1, `${file}: ${times(file)}`);
  });
});
