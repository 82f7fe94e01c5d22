import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobRecord } from '../../src/jobs/jobRecord.ts';
import { eventually } from '../support/eventually.ts';
import { closeInOrder } from './support/closeInOrder.ts';
import { giveInputFile } from './support/giveInputFile.ts';
import { OwnService } from './support/ownService.ts';
import { isInState, type Tree } from './support/tree.ts';
import { Workbench } from './support/workbench.ts';
import { workspaceOf } from './support/workspaces.ts';

const name = 'SimpleFeatureHashingExperiment';
const otherName = 'AdultCensusIncome';
const oneRow = 'Col2\r\nThis is a good day\r\n';

/** Holds calls back until it is opened, and again after it was shut. */
class Gate {
  #opened: Promise<void> = Promise.resolve();
  #open: () => void = () => undefined;

  shut(): void {
    this.#opened = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  open(): void {
    this.#open();
  }

  pass(): Promise<void> {
    return this.#opened;
  }
}

describe('the Jobs view', () => {
  const statuses = new Gate();
  let own: OwnService;
  let workbench: Workbench;
  let jobs: Tree;

  before(async () => {
    own = await OwnService.start({
      fault: async ({ method, url }) => {
        if (method === 'GET' && url.includes('/jobs/')) await statuses.pass();
        return undefined;
      },
    });
    workbench = await Workbench.start({
      settings: { 'azuremlServices.workspaces': { Mine: workspaceOf(own.description) } },
    });
    // VS Code logs what an error notification says.
    workbench.health.expect(/Batch job one\.csv failed/);
    const { window } = workbench;
    const { quickInput } = window;
    jobs = window.tree('Jobs');
    await window.openSideBar('Azure ML Services');
    await window.tree('Web services').clickContextMenu(['Mine', name], 'Set API key…');
    await quickInput.enter(own.service().apiKey, { message: 'API key of the web service' });
    await quickInput.waitForClosed();
    await window.runCommand('Azure ML: Set storage…');
    await quickInput.pick('Connection string', { placeholder: 'How is the storage known?' });
    await quickInput.enter(own.storage.connectionString, { message: 'Connection string' });
    await quickInput.enter(own.description.storageContainer, { message: 'Container' });
    await quickInput.enter('Held', { message: 'Name for this storage' });
    await quickInput.waitForClosed();
    await jobs.showPane(true);
  });

  after(async () => {
    statuses.open();
    await closeInOrder(workbench, own);
  });

  /** A job of an earlier day, as the extension keeps it. */
  const keepJob = async (file: string, change: Partial<JobRecord> = {}): Promise<void> => {
    const path = join(workbench.host.workspace, file);
    await writeFile(path, oneRow);
    const record: JobRecord = {
      version: 1,
      ownId: `job-0-${file}`,
      serviceJobId: Buffer.from(file.padEnd(16)).toString('hex'),
      workspace: 'Mine',
      service: name,
      endpointId: own.service().endpointId,
      baseUrl: own.description.baseUrl,
      storage: 'Held',
      status: 'Finished',
      ended: true,
      inputs: { input1: { relativeLocation: '', file: path } },
      outputs: {},
      parameters: [],
      createdAt: '2026-01-02T03:04:05.000Z',
      startedAt: '2026-01-02T03:04:06.000Z',
      runningAt: '2026-01-02T03:04:16.000Z',
      endedAt: '2026-01-02T04:04:06.000Z',
      answers: {},
      ...change,
    };
    const folder = join(
      workbench.host.userData,
      'data/User/globalStorage/azureml-services.azureml-services/jobs',
    );
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `${record.ownId}.json`), JSON.stringify(record));
    await jobs.find([file]);
  };

  /** Of the jobs, without what is under them. */
  const labels = async (): Promise<string[]> =>
    (await jobs.rows()).filter(({ level }) => level === 1).map(({ label }) => label);

  const waitForLabels = (expected: readonly string[]): Promise<true> =>
    eventually(`the jobs ${expected.join(', ')}`, async () => {
      assert.deepEqual((await labels()).sort(), [...expected].sort());
      return true as const;
    });

  const badge = (): Promise<string> =>
    workbench.window.page
      .locator('.activitybar .action-item', {
        has: workbench.window.page.locator('.action-label[aria-label^="Azure ML Services"]'),
      })
      .locator('.badge-content')
      .innerText();

  const details = (pattern: RegExp): Promise<string> =>
    eventually(`job details with ${String(pattern)}`, async () => {
      const text = await workbench.window.editors.text();
      return pattern.test(text) ? text : undefined;
    });

  it('says what to do while there is no job', async () => {
    await eventually('the welcome of the view', async () =>
      (await jobs.welcomeText()).startsWith('No batch job has been run here yet.'),
    );
  });

  it('follows a job: times that go on, the number of running jobs, its outputs with their size', async () => {
    const { window } = workbench;
    const reading = own.storage.hold(({ method, url = '' }) => method === 'GET' && url.includes('/input1-'));
    await writeFile(join(workbench.host.workspace, 'rows.csv'), oneRow);
    const services = window.tree('Web services');
    await services.showPane(true);
    await services.click(['Mine', name, 'BES Submit']);
    await giveInputFile(window.quickInput, join(workbench.host.workspace, 'rows.csv'));
    await window.quickInput.pick('Held', { title: `${name}: storage` });
    await window.quickInput.pick('Upload and run', { title: /^Run batch job/ });
    // A tree draws only what is in view: from here on the jobs get all the room.
    await services.showPane(false);
    await reading.reached;
    const first = await jobs.waitFor(['rows.csv'], ({ description }) =>
      new RegExp(`^Running · \\d:\\d\\d · (?:queued \\d:\\d\\d · )?${name}$`).test(description),
    );
    await jobs.waitFor(['rows.csv'], ({ description }) => description !== first.description);
    assert.equal(await badge(), '1');
    reading.release();
    await jobs.waitFor(['rows.csv'], isInState('Finished'));
    await jobs.waitFor(['rows.csv', 'output1'], ({ description }) => /^\d+ bytes · /.test(description));
    await eventually('no badge', async () => {
      const { page } = window;
      return (await page.locator('.activitybar .badge-content:visible').count()) === 0;
    });

    await jobs.click(['rows.csv']);
    await details(
      /Steps\n.*State: Uploading\n.*Submitting\n[^]*BES Submit: HTTP 200\n[^]*BES Start: HTTP 2\d\d\n[^]*State: Running\n.*State: Finished/,
    );
  });

  it('copies the URL of an output only after it was said what that gives away', async () => {
    const { window } = workbench;
    await window.page.evaluate(() => navigator.clipboard.writeText('untouched'));
    const clipboard = (): Promise<string> => window.page.evaluate(() => navigator.clipboard.readText());
    const output = ['rows.csv', 'output1'];
    await jobs.clickContextMenu(output, 'Copy URL of results with SAS…');
    assert.match(
      await window.dialog.text(),
      /Copy the URL of output1 with its SAS\?.*can read the file without a key/,
    );
    await window.dialog.click('Cancel');
    assert.equal(await clipboard(), 'untouched');
    await jobs.clickContextMenu(output, 'Copy URL of results with SAS…');
    await window.dialog.click('Copy URL');
    const url = await eventually('a URL on the clipboard', async () => {
      const text = await clipboard();
      return text === 'untouched' ? undefined : text;
    });
    assert.match(await (await fetch(url)).text(), /This is a good day,1,1,2,2,0,2,0,1/);

    await jobs.clickInlineAction(output, 'Open results as table');
    await window.editors.waitForActive(/output1/);
    await window.editors.webview().getByRole('grid').waitFor();
    await window.runCommand('View: Close All Editors');
  });

  it('takes the reason of a failure apart, with the raw text behind it', async () => {
    const fixture = new URL('../fixtures/classic/bes-status-failed-details.json', import.meta.url);
    const { Details: reason } = JSON.parse(await readFile(fixture, 'utf8')) as { Details: string };
    const failed = { status: 'Failed', details: reason, service: otherName };
    await keepJob('broken.csv', failed);
    await jobs.click(['broken.csv']);
    const text = await details(/State: +Failed/);
    assert.match(text, /Why it failed\n +Error 1000: AFx Library library exception: All rows/);
    assert.match(text, /Error id: +AllRowsMustHaveSameElements\n.*\n.*\n +Module: +Reader\n/);
    assert.match(text, /JSON in the text\n +\{\n +"Exception": \{\n/);
    assert.match(text, /Whole text of the failure\n +Module: Reader; SNR Job Id/);
    await workbench.window.runCommand('View: Close All Editors');
  });

  it('filters by state, service and text, says so, and shows all again', async () => {
    const { window } = workbench;
    const { quickInput } = window;
    await keepJob('cancelled.csv', { status: 'Cancelled' });
    const all = ['rows.csv', 'broken.csv', 'cancelled.csv'];
    await waitForLabels(all);
    const description = (text: string): Promise<true> =>
      eventually(`the description ${text}`, async () => {
        assert.equal(await jobs.pane.locator('.pane-header .description').innerText(), text);
        return true as const;
      });

    await jobs.pane.locator('.pane-header').hover();
    await jobs.pane.locator('.pane-header .action-label[aria-label^="Filter jobs…"]').click();
    await quickInput.pick('State', { title: 'Filter jobs' });
    await quickInput.waitFor({ title: 'Jobs in these states' });
    await quickInput.check('Failed');
    await quickInput.check('Cancelled');
    await quickInput.accept();
    await waitForLabels(['broken.csv', 'cancelled.csv']);
    await description('Failed, Cancelled');

    await window.runCommand('Azure ML: Filter jobs…');
    await quickInput.pick('Service', { title: 'Filter jobs' });
    await quickInput.waitFor({ title: 'Jobs of these services' });
    await quickInput.check(`Mine / ${otherName}`);
    await quickInput.accept();
    await waitForLabels(['broken.csv']);
    await description(`Failed, Cancelled · Mine / ${otherName}`);

    await window.runCommand('Azure ML: Filter jobs…');
    await quickInput.pick('Text', { title: 'Filter jobs' });
    await quickInput.enter('no-such-word', { message: 'Words in the file' });
    await eventually('the welcome of a filter without jobs', async () =>
      (await jobs.welcomeText()).startsWith('No job matches the filter.'),
    );
    await jobs.clickWelcome('Show all jobs');
    await waitForLabels(all);

    await window.runCommand('Azure ML: Filter jobs…');
    await quickInput.pick('Text', { title: 'Filter jobs' });
    await quickInput.enter('SAME number', { message: 'Words in the file' });
    await waitForLabels(['broken.csv']);
    await window.runCommand('Azure ML: Clear the filter of jobs');
    await waitForLabels(all);
  });

  it('runs several jobs once more, tells of their ends together, and deletes and forgets them', async () => {
    const { window } = workbench;
    await window.notifications.clear();
    const files = ['one.csv', 'two.csv', 'three.csv'];
    for (const file of files) await keepJob(file);
    statuses.shut();
    const submitted = own.count('POST', /\/jobs\?/);
    await jobs.select(...files.map((file) => [file]));
    await jobs.clickContextMenu(['two.csv'], 'Run job again');
    for (const file of files) {
      await jobs.waitFor([file], ({ description }) => description.startsWith('Not started · queued'));
    }
    assert.equal(await badge(), '3');
    assert.equal(own.count('POST', /\/jobs\?/), submitted + 3);
    statuses.open();
    const notice = await window.notifications.waitFor(/^3 batch jobs finished$/);
    await notice.click('Show jobs');
    for (const file of files) await jobs.waitFor([file], isInState('Finished'));

    const deletes = own.count('DELETE', /\/jobs\//);
    await jobs.select(...files.map((file) => [file]));
    await jobs.clickContextMenu(['two.csv'], 'Delete job on server…');
    assert.match(
      await window.dialog.text(),
      /Delete 3 jobs on the server\?.*(?:(?:one|two|three)\.csv(?:, )?){3}$/,
    );
    await window.dialog.click('Delete on server');
    for (const file of files) await jobs.waitFor([file], isInState('Finished, deleted on the server'));
    assert.equal(own.count('DELETE', /\/jobs\//), deletes + 3);
    await jobs.clickContextMenu(['two.csv'], 'Forget job…');
    await eventually('only the jobs of the earlier day', async () => {
      const rows = await jobs.rows();
      return rows.every(({ description }) => !description.startsWith('Finished, deleted'));
    });
    assert.deepEqual((await labels()).filter((label) => files.includes(label)).sort(), [...files].sort());
  });

  it('duplicates a job: asks everything again, with its file filled in', async () => {
    const { quickInput } = workbench.window;
    const submitted = own.count('POST', /\/jobs\?/);
    await jobs.select(['rows.csv']);
    await jobs.clickContextMenu(['rows.csv'], 'Duplicate job…');
    await quickInput.waitFor({ title: `Run batch job on ${name}` });
    const lines = await eventually('what would be run', async () => {
      const entries = await quickInput.entries();
      return entries.length > 0 ? entries : undefined;
    });
    assert.equal(lines[0]?.label, 'Upload and run');
    assert.equal(lines[0].description, 'rows.csv');
    await quickInput.cancel();
    assert.equal(own.count('POST', /\/jobs\?/), submitted);
  });

  it('cancels several running jobs after one question', async () => {
    const { window } = workbench;
    const reading = own.storage.hold(({ method, url = '' }) => method === 'GET' && url.includes('/input1-'));
    await jobs.select(['one.csv'], ['two.csv']);
    await jobs.clickContextMenu(['one.csv'], 'Run job again');
    for (const file of ['one.csv', 'two.csv']) await jobs.waitFor([file], isInState('Running'));
    await jobs.select(['one.csv'], ['two.csv']);
    await jobs.clickContextMenu(['one.csv'], 'Cancel job…');
    assert.match(await window.dialog.text(), /Cancel 2 jobs\?/);
    await window.dialog.click('Cancel jobs');
    for (const file of ['one.csv', 'two.csv']) await jobs.waitFor([file], isInState('Cancelled'));
    reading.release();
  });

  it('tells of failures only when the user wants no more', async () => {
    const { window } = workbench;
    await workbench.changeTheme('light', { 'azuremlServices.jobs.notify': 'failures' });
    await window.notifications.clear();
    await writeFile(join(workbench.host.workspace, 'one.csv'), 'Wrong\r\n1\r\n');
    statuses.shut();
    await jobs.select(['one.csv'], ['three.csv']);
    await jobs.clickContextMenu(['one.csv'], 'Run job again');
    for (const file of ['one.csv', 'three.csv']) {
      await jobs.waitFor([file], ({ description }) => description.startsWith('Not started · queued'));
    }
    statuses.open();
    await window.notifications.waitFor(/^Batch job one\.csv failed\./);
    await jobs.waitFor(['three.csv'], isInState('Finished'));
    assert.deepEqual(
      (await window.notifications.texts()).filter((text) => /finished|ended/.test(text)),
      [],
    );
  });
});
