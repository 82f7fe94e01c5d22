import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BlobServiceClient, ContainerSASPermissions, type ContainerClient } from '@azure/storage-blob';
import { eventually, shortly } from '../support/eventually.ts';
import { closeInOrder } from './support/closeInOrder.ts';
import { giveKeyAndStorage } from './support/giveKeyAndStorage.ts';
import { OwnService } from './support/ownService.ts';
import { isInState } from './support/tree.ts';
import { Workbench } from './support/workbench.ts';
import { workspaceOf } from './support/workspaces.ts';

const name = 'SimpleFeatureHashingExperiment';
const rows = Buffer.from('Col2\r\nThis is a good day\r\n');
const whereFrom = { placeholder: 'Where is the data for input1?' };
const whichStorage = { placeholder: 'Which storage is the blob in?' };

/** Inputs of batch jobs that are in a container already. */
describe('blobs picked by browsing', () => {
  let own: OwnService;
  let workbench: Workbench;
  let blobs: BlobServiceClient;
  let held: ContainerClient;

  before(async () => {
    own = await OwnService.start();
    blobs = BlobServiceClient.fromConnectionString(own.storage.connectionString);
    held = blobs.getContainerClient(own.description.storageContainer);
    const names = ['input/may/rows of may.csv', 'input/notes.txt', 'input/june.csv'];
    const many = Array.from({ length: 302 }, (_, at) => `many/${String(at).padStart(3, '0')}.csv`);
    await held.getBlockBlobClient('input/may/wrong.csv').uploadData(Buffer.from('Sentence\r\nHello\r\n'));
    await Promise.all([...names, ...many].map((each) => held.getBlockBlobClient(each).uploadData(rows)));
    workbench = await Workbench.start({
      theme: 'dark',
      settings: { 'azuremlServices.workspaces': { Mine: workspaceOf(own.description) } },
    });
    workbench.health.expect(/ContainerNotFound|SasTooNarrow/);
    await workbench.window.openSideBar('Azure ML Services');
    await giveKeyAndStorage(workbench.window, own, ['Mine', name]);
  });

  after(() => closeInOrder(workbench, own));

  const startBrowsing = async (): Promise<void> => {
    const { window } = workbench;
    await window.tree('Web services').click(['Mine', name, 'BES Submit']);
    await window.quickInput.pick('From a container…', whereFrom);
  };
  const browse = async (storage: string): Promise<void> => {
    await startBrowsing();
    await workbench.window.quickInput.pick(storage, whichStorage);
  };
  const inFolder = (folder: string) => ({ placeholder: `Choose a blob in ${held.containerName}/${folder}` });
  const blobCount = async (): Promise<number> => {
    let count = 0;
    for await (const blob of held.listBlobsFlat()) count += blob.name === '' ? 0 : 1;
    return count;
  };

  it('are scored where they are, without an upload', async () => {
    const { window } = workbench;
    const { quickInput } = window;
    const before = await blobCount();
    await browse('Held');
    await quickInput.pick('input/', inFolder(''));
    await quickInput.row('june.csv').waitFor();
    await quickInput.row('Show all types').waitFor();
    assert.deepEqual(
      (await quickInput.entries()).map(({ label, description }) => [label, description.split(' · ')[0]]),
      [
        ['..', `${held.containerName}/`],
        ['may/', ''],
        ['june.csv', '26 bytes'],
        ['Show all types', 'not shown: 1'],
      ],
    );
    await window.screenshot('browse-folder-dark');
    await quickInput.pick('Show all types');
    await quickInput.row('notes.txt').waitFor();
    await quickInput.pick('may/', inFolder('input/'));
    await quickInput.pick('rows of may.csv', inFolder('input/may/'));
    await quickInput.waitFor({ title: /^Run batch job/ });
    assert.match((await quickInput.entries())[0]?.description ?? '', /\/input\/may\/rows of may\.csv$/);
    await quickInput.row('Storage: Held').waitFor();
    await quickInput.pick('Run', { title: /^Run batch job/ });
    await (await window.notifications.waitFor(/rows of may\.csv finished/)).dismiss();
    await window
      .tree('Web services')
      .waitFor(['Mine', name, 'Jobs', 'rows of may.csv'], isInState('Finished'));
    assert.equal(await blobCount(), before + 1, 'the output, and nothing else');
  });

  it('are compared with the columns of the service, as files are', async () => {
    const { window } = workbench;
    const { quickInput, dialog } = window;
    await browse('Held');
    await quickInput.pick('input/', inFolder(''));
    await quickInput.pick('may/', inFolder('input/'));
    await quickInput.pick('wrong.csv', inFolder('input/may/'));
    assert.match(await dialog.text(), /^wrong\.csv does not fit input1 of .*Missing columns: Col2/);
    assert.deepEqual((await dialog.buttons()).toSorted(), ['Cancel', 'Run anyway', 'Show report']);
    await dialog.click('Show report');
    await window.editors.waitForActive('wrong.csv check.txt');
    const place = `${held.containerName}/input/may/wrong.csv`;
    assert.ok((await window.editors.text()).split('\n').includes(place), 'the whole name of the blob');
    await (await window.notifications.waitFor('wrong.csv waits to be run')).click('Run anyway');
    await quickInput.waitFor({ title: /^Run batch job/ });
    await quickInput.cancel();
    await window.editors.close('wrong.csv check.txt');
  });

  it('come in pages, with the way back up by keyboard', async () => {
    const { window } = workbench;
    const { quickInput } = window;
    await browse('Held');
    await quickInput.pick('many/', inFolder(''));
    await quickInput.row('000.csv').waitFor();
    await quickInput.fill('More');
    await quickInput.row('More…').waitFor();
    await quickInput.row('More…').click();
    await quickInput.fill('301', inFolder('many/'));
    await quickInput.row('301.csv').waitFor();
    assert.equal(await quickInput.row('More…').count(), 0);
    await quickInput.enter('..', inFolder('many/'));
    await quickInput.row('input/').waitFor();
    await quickInput.cancel();
  });

  it('say in the list what the SAS does not allow', async () => {
    const { window } = workbench;
    const { quickInput } = window;
    const sasUrl = await held.generateSasUrl({
      permissions: ContainerSASPermissions.parse('rcw'),
      expiresOn: new Date(Date.now() + 3_600_000),
    });
    await window.runCommand('Azure ML: Set storage…');
    await quickInput.pick('Container SAS URL', { placeholder: 'How is the storage known?' });
    await quickInput.enter(sasUrl, { message: 'SAS URL of the container' });
    await quickInput.enter('Narrow', { message: 'Name for this storage' });
    await quickInput.waitForClosed();
    await browse('Narrow');
    await quickInput.row('Try again').waitFor();
    const [problem] = await quickInput.entries();
    assert.equal(
      problem?.detail,
      'The SAS has the permissions "rcw". To show what is in the container it needs list.',
    );
    await window.screenshot('browse-narrow-dark');
    await quickInput.cancel();
  });

  it('are none in a container that was made on wish', async () => {
    const { window } = workbench;
    const { quickInput } = window;
    await window.runCommand('Azure ML: Set storage…');
    await quickInput.pick('Connection string', { placeholder: 'How is the storage known?' });
    await quickInput.enter(own.storage.connectionString, { message: 'Connection string' });
    await quickInput.enter('made-on-wish', { message: 'Container' });
    await quickInput.enter('Made', { message: 'Name for this storage' });
    const made = blobs.getContainerClient('made-on-wish');
    const offer = await window.notifications.waitFor(/ContainerNotFound/);
    assert.equal(await made.exists(), false);
    await offer.click('Create container');
    await eventually('the container', () => made.exists());
    // It is stored a moment after its container is there, and a list that is open does not grow.
    await eventually('the storage in the list', async () => {
      await quickInput.cancel();
      await startBrowsing();
      await quickInput.waitFor(whichStorage);
      await quickInput.row('Made').click({ timeout: shortly });
      return true;
    });
    await quickInput.row('The container is empty.').waitFor();
    await quickInput.cancel();
  });

  it('are put into a document, with their storage', async () => {
    const { window, host } = workbench;
    const { quickInput } = window;
    const file = join(host.workspace, 'picked.bes.json');
    await writeFile(
      file,
      JSON.stringify({ workspace: 'Mine', service: name, inputs: { input1: { blob: '' } } }),
    );
    await window.runCommand('File: Open File...');
    await quickInput.enterPath(file);
    await window.editors.waitForActive('picked.bes.json');
    const editor = window.editors.webview();
    await editor.getByRole('button', { name: 'Browse…', exact: true }).click();
    await quickInput.pick('Held', whichStorage);
    await quickInput.pick('input/', inFolder(''));
    await quickInput.pick('june.csv', inFolder('input/'));
    const place = `${held.containerName}/input/june.csv`;
    await eventually('the blob in the form', async () => {
      return (await editor.getByLabel('input1', { exact: true }).inputValue()) === place;
    });
    await window.screenshot('browse-document-dark');
    await window.page.keyboard.press('ControlOrMeta+S');
    const saved = await eventually('the saved document', async () => {
      const text = await readFile(file, 'utf8');
      return text.includes(place) ? text : undefined;
    });
    assert.equal((JSON.parse(saved) as { storage?: string }).storage, 'Held');
  });
});
