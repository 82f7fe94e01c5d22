import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BlobServiceClient, ContainerSASPermissions } from '@azure/storage-blob';
import { closeInOrder } from './support/closeInOrder.ts';
import { giveInputFile } from './support/giveInputFile.ts';
import { OwnService } from './support/ownService.ts';
import { isInState } from './support/tree.ts';
import { Workbench } from './support/workbench.ts';
import { eventually } from '../support/eventually.ts';

const service = ['Local', 'SimpleFeatureHashingExperiment'];

/** What a person does with jobs and storages beside running a file. */
describe('batch jobs by hand', () => {
  let own: OwnService;
  let workbench: Workbench;
  let file: string;

  before(async () => {
    own = await OwnService.start();
    workbench = await Workbench.start();
    workbench.health.expect(/CannotStartJob|Timed out waiting for authentication provider/);
    file = join(workbench.host.workspace, 'rows.csv');
    await writeFile(file, 'Col2\r\nThis is a good day\r\n');
    await workbench.window.openSideBar('Azure ML Services');
    await workbench.window.tree('Web services').expand(service);
  });

  after(() => closeInOrder(workbench, own));

  const detailsWith = (pattern: RegExp): Promise<string> =>
    eventually(`job details with ${String(pattern)}`, async () => {
      const text = await workbench.window.editors.text();
      return pattern.test(text) ? text : undefined;
    });

  it('submits, asks, starts and deletes as single operations, each with its answer', async () => {
    const { window } = workbench;
    const tree = window.tree('Web services');
    await window.runCommand('Azure ML: BES Submit…');
    await window.quickInput.pick(service[1] ?? '', { placeholder: 'Web service' });
    await giveInputFile(window.quickInput, file);
    await window.quickInput.pick('Upload and submit', { title: /^Submit batch job/ });
    await window.editors.waitForActive(/^job /);
    await detailsWith(/State: +NotStarted/);
    const job = [...service, 'Jobs', 'rows.csv'];
    await tree.waitFor(job, isInState('NotStarted'));

    await window.runCommand('Azure ML: BES Start…');
    await window.quickInput.pick('rows.csv', { title: 'Start a batch job' });
    await tree.waitFor(job, isInState('Finished'));
    await detailsWith(/State: +Finished[^]*Last answer to BES Start/);

    await window.runCommand('Azure ML: BES Start…');
    await window.quickInput.pick('rows.csv', { title: 'Start a batch job' });
    const refusal = await window.notifications.waitFor(/CannotStartJob/);
    await refusal.dismiss();
    await detailsWith(/Last answer to BES Start\n[^\n]+\n +HTTP 400/);

    await window.runCommand('Azure ML: BES Delete…');
    await window.quickInput.pick('rows.csv', { title: 'Cancel a batch job' });
    assert.match(await window.dialog.text(), /Delete the job rows\.csv \(Finished\) on the server\?/);
    await window.dialog.click('Delete on server');
    await detailsWith(/State: +Finished \(deleted on the server\)[^]*Last answer to BES Delete/);
    await tree.waitFor(job, isInState('Finished, deleted on the server'));
    const labels = await tree.contextMenuLabels(job);
    assert.ok(labels.includes('Open results'), 'its results are in a storage that is known');
    assert.ok(!labels.some((label) => /BES (?:Start|Delete)/.test(label)), labels.join());
    await tree.clickContextMenu(job, 'Forget job…');
    await tree.waitForGone(job);
  });

  it('tries a storage before it is stored, and keeps it when told to', async () => {
    const { window } = workbench;
    const connectionString = own.description.storageConnectionString;
    const wrong = connectionString.replace(/AccountKey=[^;]+/, 'AccountKey=d3Jvbmcga2V5');
    await window.runCommand('Azure ML: Set storage…');
    await window.quickInput.pick('Connection string', { placeholder: 'How is the storage known?' });
    await window.quickInput.waitFor({ message: 'Connection string of the storage account' });
    assert.ok(await window.quickInput.isPassword());
    await window.quickInput.enter(wrong);
    await window.quickInput.enter(own.description.storageContainer, { message: 'Container for inputs' });
    await window.quickInput.enter('Mine', { message: 'Name for this storage' });
    const objection = await window.notifications.waitFor(/The storage was tried and does not work/);
    await objection.click('Enter again');
    await window.quickInput.pick('Connection string', { placeholder: 'How is the storage known?' });
    await window.quickInput.enter(connectionString, { message: 'Connection string of the storage account' });
    await window.quickInput.accept({ message: 'Container for inputs' });
    await window.quickInput.accept({ message: 'Name for this storage' });
    await window.quickInput.waitForClosed();

    await window.runCommand('Azure ML: Remove storage…');
    await eventually('the storage in the list', async () =>
      (await window.quickInput.entries()).some(({ label }) => label === 'Mine'),
    );
    await window.quickInput.pick('Mine', { title: 'Remove storage' });
    await window.quickInput.waitForClosed();
  });

  /** Runs a file with a storage that is chosen for it, and gives the result. */
  const resultBy = async (storage: string, name: string): Promise<string> => {
    const { window } = workbench;
    const path = join(workbench.host.workspace, name);
    await writeFile(path, 'Col2\r\nThis is a good day\r\n');
    await window.tree('Web services').click([...service, 'BES Submit']);
    await giveInputFile(window.quickInput, path);
    await window.quickInput.pick('Storage: Local', { title: /^Run batch job/ });
    await window.quickInput.pick(storage, { title: /: storage$/ });
    await window.quickInput.row(`Storage: ${storage}`).waitFor();
    await window.quickInput.pick('Upload and run', { title: /^Run batch job/ });
    const finished = await window.notifications.waitFor(new RegExp(`${name} finished`));
    await finished.click('Open results');
    await window.editors.waitForActive(/output1.*\.csv/);
    const text = await window.editors.text();
    await window.runCommand('View: Close All Editors');
    return text;
  };

  it('takes an account by name, key and container, and runs a job with it', async () => {
    const { window } = workbench;
    const { quickInput } = window;
    const { connectionString } = own.storage;
    const part = (name: string): string => new RegExp(`${name}=([^;]+)`).exec(connectionString)?.[1] ?? '';
    const account = part('AccountName');
    await window.runCommand('Azure ML: Set storage…');
    await quickInput.pick('Account name and key', { placeholder: 'How is the storage known?' });
    await quickInput.enter(account, { message: 'Name of the storage account' });
    await quickInput.waitFor({ message: 'Access key of the storage account' });
    assert.ok(await quickInput.isPassword());
    await quickInput.enter(part('AccountKey'));
    await quickInput.waitFor({ message: 'Endpoint suffix, or the URL of the blob endpoint' });
    assert.equal(await quickInput.input.inputValue(), 'core.windows.net');
    await quickInput.enter(part('BlobEndpoint'));
    await quickInput.enter(own.description.storageContainer, { message: 'Container for inputs' });
    await quickInput.waitFor({ message: 'Name for this storage' });
    assert.equal(await quickInput.input.inputValue(), `${account}/${own.description.storageContainer}`);
    await quickInput.enter('By key');
    await quickInput.waitForClosed();

    const before = own.storage.signatures.length;
    assert.match(await resultBy('By key', 'by-key.csv'), /This is a good day,1,1,2,2,0,2,0,1/);
    assert.ok(own.storage.signatures.length >= before + 2, 'input and output by a SAS of their own');
  });

  it('takes the SAS URL of a container, and runs a job with it', async () => {
    const { window } = workbench;
    const { quickInput } = window;
    const container = BlobServiceClient.fromConnectionString(own.storage.connectionString).getContainerClient(
      own.description.storageContainer,
    );
    const sasUrl = await container.generateSasUrl({
      permissions: ContainerSASPermissions.parse('rcwl'),
      expiresOn: new Date(Date.now() + 3_600_000),
    });
    await window.runCommand('Azure ML: Set storage…');
    await quickInput.pick('Container SAS URL', { placeholder: 'How is the storage known?' });
    await quickInput.waitFor({ message: 'SAS URL of the container' });
    assert.ok(await quickInput.isPassword());
    await quickInput.enter(` ${sasUrl} `);
    await quickInput.enter('By SAS', { message: 'Name for this storage' });
    await quickInput.waitForClosed();

    assert.match(await resultBy('By SAS', 'by-sas.csv'), /This is a good day,1,1,2,2,0,2,0,1/);
    assert.ok(own.storage.signatures.includes(new URL(sasUrl).searchParams.get('sig') ?? ''));
  });

  it('cancels a running job after asking, from the list behind the status bar', async () => {
    const { window } = workbench;
    await writeFile(file, `Col2\r\n${'This is a good day to go by train\r\n'.repeat(6_000_000)}`);
    const tree = window.tree('Web services');
    await tree.click([...service, 'BES Submit']);
    await giveInputFile(window.quickInput, file);
    await window.quickInput.pick('Upload and run', { title: /^Run batch job/ });
    await window.statusBar.waitFor(/Running/);
    await window.statusBar.click(/Running/);
    await window.quickInput.pick('rows.csv', { title: 'Azure ML batch jobs' });
    await window.quickInput.pick('Cancel job…', { title: /rows\.csv · Running/ });
    assert.match(await window.dialog.text(), /Cancel the job rows\.csv \(Running\)\?/);
    await window.dialog.click('Cancel job');
    await tree.waitFor([...service, 'Jobs', 'rows.csv'], isInState('Cancelled'));
  });

  it('follows a job by the URL of its status, and saves its result', async () => {
    const { window } = workbench;
    const tree = window.tree('Web services');
    await window.notifications.clear();
    await writeFile(file, 'Col2\r\nThis is a good day\r\n');
    await tree.click([...service, 'BES Submit']);
    await giveInputFile(window.quickInput, file);
    await window.quickInput.pick('Upload and run', { title: /^Run batch job/ });
    const finished = await window.notifications.waitFor(/rows\.csv finished/);
    await finished.click('Show details');
    const details = await detailsWith(/State: +Finished/);
    const url = /GET (http\S+)/.exec(details)?.[1] ?? '';
    const id = /\/jobs\/([\da-f]{32})/.exec(url)?.[1] ?? '';
    await tree.waitFor([...service, 'Jobs', 'rows.csv'], isInState('Finished'));
    const before = (await tree.children([...service, 'Jobs'])).length;
    await window.runCommand('Azure ML: Forget job…');
    await window.quickInput.waitFor({ title: 'Forget batch jobs' });
    await window.quickInput.check('rows.csv');
    await window.quickInput.accept();
    await eventually(
      'one job less',
      async () => (await tree.children([...service, 'Jobs'])).length === before - 1,
    );

    await window.runCommand('Azure ML: Track a job by id…');
    await window.quickInput.enter(`"${url}"`, { title: 'Track a job by its id' });
    await detailsWith(/State: +Finished[^]*Last answer to BES Status/);
    const job = [...service, 'Jobs', id.slice(0, 12)];
    await tree.waitFor(job, isInState('Finished'));

    const target = join(workbench.host.workspace, 'saved.csv');
    await tree.clickContextMenu(job, 'Save results as…');
    await window.quickInput.waitFor({ title: 'Save output1' });
    await window.quickInput.row('rows.csv').waitFor();
    await window.quickInput.enter(target);
    await window.notifications.waitFor(/^Saved .*saved\.csv/);
    assert.match(await readFile(target, 'utf8'), /This is a good day,1,1,2,2,0,2,0,1/);
  });
});
