import assert from 'node:assert/strict';
import { glob, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isRunning } from '../../src/shared/isRunning.ts';
import { eventually, patience } from '../support/eventually.ts';
import { closeInOrder } from './support/closeInOrder.ts';
import { giveInputFile } from './support/giveInputFile.ts';
import { giveKeyAndStorage } from './support/giveKeyAndStorage.ts';
import { OwnService } from './support/ownService.ts';
import type { WorkbenchWindow } from './support/window.ts';
import { isInState } from './support/tree.ts';
import { Workbench } from './support/workbench.ts';
import { workspaceOf } from './support/workspaces.ts';

const name = 'SimpleFeatureHashingExperiment';
const service = ['Mine', name];
const jobs = [...service, 'Jobs'];
const row = 'This is a good day\r\n';
const oneRow = `Col2\r\n${row}`;
/** Storage takes 4 MiB at a time. */
const threeBlocks = `Col2\r\n${row.repeat(Math.ceil((9 * 1024 * 1024) / row.length))}`;

/** Two windows on one folder, and a person who reloads the first one while it is at work. */
describe('reloading in the middle of an upload and of a running job', () => {
  let own: OwnService;
  let workbench: Workbench;
  let second: WorkbenchWindow;

  before(async () => {
    own = await OwnService.start();
    workbench = await Workbench.start({
      settings: {
        'azuremlServices.workspaces': {
          Mine: workspaceOf({ ...own.description, services: [own.service()] }),
        },
      },
    });
    // VS Code's own complaints of a page that goes away while it still works.
    workbench.health.expect(/'vscode-web-db' is closed|on 'IDBTransaction'|Throttler is disposed/);
    await workbench.window.openSideBar('Azure ML Services');
  });
  after(() => closeInOrder(workbench, own));

  it('is given key and storage by hand, and a second window', async () => {
    const { window } = workbench;
    await giveKeyAndStorage(window, own, service);

    // In a browser a window knows the secrets that were there when it was opened.
    second = await workbench.openWindow();
    await second.openSideBar('Azure ML Services');
    await second.tree('Web services').expand(service);
    await window.page.bringToFront();
  });

  it('loses nothing, submits nothing twice, and asks from one window', async () => {
    const { window } = workbench;
    const reading = own.storage.hold(
      ({ method, url = '' }) => method === 'GET' && /\/input1-(?:long|late)\.csv/.test(url),
    );
    await run('long.csv', oneRow, 'Held');
    await reading.reached;
    await window.tree('Web services').waitFor([...jobs, 'long.csv'], isInState('Running'));

    for (const file of ['first.csv', 'second.csv', 'third.csv']) {
      let blocks = 0;
      const uploading = own.storage.hold(
        ({ method, url = '' }) => method === 'PUT' && url.includes('comp=block&') && ++blocks > 1,
      );
      await run(file, threeBlocks);
      await uploading.reached;
      await window.statusBar.waitFor(/[1-9]\d* % · .* MB\/s · [\d:]+ left · 2 running/);
      const host = await extensionHostOf(file);
      await window.reload();
      await ended(host);
      uploading.release();
      await lineAbout(file);
      await window.openSideBar('Azure ML Services');
      await window.tree('Web services').waitFor([...jobs, file], isInState('Failed'));
      await window.tree('Web services').waitFor([...jobs, 'long.csv'], isInState('Running'));
    }

    // The younger a job, the more often it is asked for.
    await run('late.csv', oneRow);
    await assertOneWindowAsks();
    reading.release();
    for (const each of [window, second])
      for (const file of ['long.csv', 'late.csv'])
        await each.tree('Web services').waitFor([...jobs, file], isInState('Finished'));
    assert.equal(own.count('POST', /\/jobs\?/), 2);
    assert.equal(own.count('POST', /\/start\?/), 2);
    assert.equal(own.count('DELETE', /./), 0);
    assertOneLineForEachUpload();
  });

  it('goes on with an upload that a reload has broken off when the file is run again', async () => {
    const starts = own.count('POST', /\/start\?/);
    let blocks = 0;
    const counting = own.storage.hold(({ method, url = '' }) => {
      if (method === 'PUT' && url.includes('comp=block&')) blocks += 1;
      return false;
    });
    await run('third.csv');
    await eventually('the start of the job', () => own.count('POST', /\/start\?/) === starts + 1);
    counting.release();
    // The storage had the first of three, and those on their way that got through without their sender.
    assert.ok(blocks < 3, `${blocks} blocks were sent`);
  });

  /** Runs a batch job up to the beginning of its upload; without `content`, with the file as it is. */
  async function run(file: string, content?: string, storage?: string): Promise<void> {
    const { quickInput } = workbench.window;
    const path = join(workbench.host.workspace, file);
    if (content !== undefined) await writeFile(path, content);
    await workbench.window.tree('Web services').click([...service, 'BES Submit']);
    await giveInputFile(quickInput, path);
    if (storage !== undefined) await quickInput.pick(storage, { title: `${name}: storage` });
    await quickInput.pick('Upload and run', { title: /^Run batch job/ });
  }

  /** The process that works on a job. */
  async function extensionHostOf(file: string): Promise<number> {
    const cwd = join(workbench.host.userData, 'data', 'User', 'globalStorage');
    for await (const record of glob('*/jobs/*.json', { cwd })) {
      const { owner, inputs } = JSON.parse(await readFile(join(cwd, record), 'utf8')) as StoredJob;
      if (!JSON.stringify(inputs).includes(file) || owner === undefined) continue;
      const presence = await readFile(join(cwd, dirname(record), 'windows', owner), 'utf8');
      return (JSON.parse(presence) as { pid: number }).pid;
    }
    throw new Error(`No window works on ${file}.`);
  }

  /** Waits for the line that says what happened to an upload, in whatever window it is. */
  async function lineAbout(file: string): Promise<void> {
    const text = await eventually(`a line about ${file}`, async () => {
      const texts = [
        ...(await workbench.window.notifications.texts()),
        ...(await second.notifications.texts()),
      ];
      return texts.find((each) => each.includes(file));
    });
    assert.equal(
      text,
      `Batch job ${file} failed. The upload was interrupted when its window closed; nothing was submitted.`,
    );
  }

  /** VS Code puts every error that it shows in a window into the console, too. */
  function assertOneLineForEachUpload(): void {
    const lines = workbench.health.errors().filter((line) => line.includes('upload was interrupted'));
    assert.deepEqual(
      lines.map((line) => /\w+\.csv/.exec(line)?.[0]),
      ['first.csv', 'second.csv', 'third.csv'],
    );
    workbench.health.expect(/\.csv failed\. The upload was interrupted/);
  }

  /** Every window has a log of its own. */
  async function assertOneWindowAsks(): Promise<void> {
    const before = await pollsByLog();
    const asked = await eventually('three more looks at the job', async () => {
      const now = await pollsByLog();
      const more = [...now]
        .map(([log, polls]) => polls - (before.get(log) ?? 0))
        .filter((polls) => polls > 0);
      return more.reduce((sum, polls) => sum + polls, 0) >= 3 ? more : undefined;
    });
    assert.equal(asked.length, 1);
  }

  async function pollsByLog(): Promise<Map<string, number>> {
    const cwd = join(workbench.host.userData, 'data', 'logs');
    const polls = new Map<string, number>();
    for await (const log of glob('**/azureml-services.azureml-services/*.log', { cwd })) {
      const text = await readFile(join(cwd, log), 'utf8');
      polls.set(log, [...text.matchAll(/< 200 GET \S+\/jobs\/[\da-f]{32}\?/g)].length);
    }
    return polls;
  }
});

interface StoredJob {
  readonly owner?: string;
  readonly inputs: object;
}

/** A busy page goes away without telling its extension host, which then waits for it to come back and works on. */
async function ended(pid: number): Promise<void> {
  const waitsSince = performance.now();
  await eventually('the end of an extension host', () => {
    if (isRunning(pid) && performance.now() - waitsSince > patience / 4) process.kill(pid, 'SIGKILL');
    return !isRunning(pid);
  });
}
