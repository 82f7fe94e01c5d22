import assert from 'node:assert/strict';
import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Workbench } from './support/workbench.ts';
import { eventually } from '../support/eventually.ts';
import type { WorkbenchWindow } from './support/window.ts';

const service = ['Local', 'SimpleFeatureHashingExperiment'];
const row = 'This is a good day to go by train\r\n';

/** What a job's record says that this test looks at. */
interface JobRecord {
  readonly serviceJobId?: string;
  readonly status: string;
  readonly details?: string;
}

/** A window that is reloaded while a job is on its way: nothing is lost, nothing is done twice. */
describe('reloading while a batch job is on its way', () => {
  let workbench: Workbench;
  let second: WorkbenchWindow;

  before(async () => {
    workbench = await Workbench.start();
    // VS Code's own complaints of a page that goes away while it still works.
    workbench.health.expect(/'vscode-web-db' is closed|on 'IDBTransaction'|Throttler is disposed/);
    workbench.health.expect(/big\.csv failed\. The upload was interrupted/);
    second = await workbench.openWindow();
    await second.openSideBar('Azure ML Services');
    await second.tree('Web services').expand(service);
    await workbench.window.page.bringToFront();
  });

  after(() => workbench.close());

  const records = async (): Promise<JobRecord[]> => {
    const storage = join(
      workbench.host.userData,
      'data',
      'User',
      'globalStorage',
      'azureml-services.azureml-services',
    );
    const names = (await readdir(join(storage, 'jobs'))).filter((name) => name.endsWith('.json'));
    return Promise.all(
      names.map(async (name) => JSON.parse(await readFile(join(storage, 'jobs', name), 'utf8')) as JobRecord),
    );
  };

  /** How often the extension has sent a submission, whatever window it was in. */
  const submissions = async (): Promise<number> => {
    const log = await workbench.extensionLogs();
    return [...log.matchAll(/< \d+ POST \S+\/jobs\?/g)].length;
  };

  const run = async (name: string, rows: number): Promise<void> => {
    const file = join(workbench.host.workspace, name);
    await writeRows(file, rows);
    const { window } = workbench;
    await window.openSideBar('Azure ML Services');
    await window.tree('Web services').click([...service, 'BES Submit']);
    await window.quickInput.waitFor({ title: 'file for input1' });
    await window.quickInput.row(name).waitFor();
    await window.quickInput.enter(file);
    await window.quickInput.pick('Upload and run', { title: /^Run batch job/ });
  };

  it('says what became of an upload, and submits nothing', async () => {
    await run('big.csv', 30_000_000);
    await workbench.window.statusBar.waitFor(/\d+ % · [\d.]+ MB\/s/);
    for (let time = 0; time < 3; time++) await workbench.window.reload();
    const notification = await eventually('a line about the upload', async () => {
      for (const window of [workbench.window, second]) {
        const found = (await window.notifications.texts()).find((text) => text.includes('big.csv'));
        if (found !== undefined) return found;
      }
      return undefined;
    });
    assert.match(notification, /upload was interrupted .* nothing was submitted/);
    const [record, ...others] = await records();
    assert.deepEqual(others, []);
    assert.equal(record?.status, 'Failed');
    assert.equal(record.serviceJobId, undefined);
  });

  it('follows a running job through three reloads', async () => {
    await run('long.csv', 1_500_000);
    await workbench.window.statusBar.waitFor(/Running/);
    for (let time = 0; time < 3; time++) await workbench.window.reload();
    await eventually('the job has ended', async () =>
      (await records()).some(
        ({ serviceJobId, status }) => serviceJobId !== undefined && status === 'Finished',
      ),
    );
    const submitted = (await records()).filter(({ serviceJobId }) => serviceJobId !== undefined);
    assert.equal(submitted.length, 1);
    assert.equal(await submissions(), 1);
    await second
      .tree('Web services')
      .waitFor([...service, 'Jobs', 'long.csv'], ({ description }) => description === 'Finished');
  });
});

/** Writes in pieces, so that the file may be far bigger than the memory for it. */
async function writeRows(path: string, rows: number): Promise<void> {
  const piece = row.repeat(10_000);
  const file = await open(path, 'w');
  await file.write('Col2\r\n');
  for (let written = 0; written < rows; written += 10_000) await file.write(piece);
  await file.close();
}
