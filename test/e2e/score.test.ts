import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { temporaryFolder } from '../support/batch.ts';
import { eventually } from '../support/eventually.ts';
import { giveInputFile } from './support/giveInputFile.ts';
import { isInState } from './support/tree.ts';
import { Workbench } from './support/workbench.ts';
import type { WorkbenchWindow } from './support/window.ts';
import { keylessWorkspace } from './support/workspaces.ts';

const hashing = 'SimpleFeatureHashingExperiment';
const command = 'Score with Azure ML…';

const files = {
  'naïve 100% #1.csv': 'Sentence;Note\r\nThis is a good day;x\r\n',
  'again.csv': 'Col2\nThis is a good day\n',
  'tabelle.csv': Buffer.from('Col2;Note\r\n"Zoë, a good day";x\r\n', 'latin1'),
  'monday.csv': 'Col2\nA good Monday\n',
  'tuesday.csv': 'Col2\nA good Tuesday\n',
  'headless.csv': 'Sentence\nA good day\n',
  'hollow.csv': '',
  'guests.csv': 'userID,budget\nU1001,low\n',
  'places.csv': 'placeID,name,price,rating\n1,Inn,low,1.5\n',
};

/** Runs what it is asked to by itself, and remembers the bodies of the jobs. */
async function startServiceWithoutPorts(): Promise<{ url: string; submitted: string[]; server: Server }> {
  const submitted: string[] = [];
  const replies: Readonly<Record<string, unknown>> = {
    'GET /swagger.json': {
      info: { title: 'Nightly' },
      definitions: { ExecutionRequest: { properties: {} } },
    },
    'POST /jobs': 'c'.repeat(32),
    [`POST /jobs/${'c'.repeat(32)}/start`]: '',
    [`GET /jobs/${'c'.repeat(32)}`]: { StatusCode: 'Finished', Results: null, Details: null },
  };
  const server = createServer((request, response) => {
    const operation = /\/services\/\w+(\/[^?]*)/.exec(request.url ?? '')?.[1] ?? '';
    const reply = replies[`${request.method ?? ''} ${operation}`];
    void request.toArray().then((chunks: Buffer[]) => {
      if (operation === '/jobs') submitted.push(Buffer.concat(chunks).toString());
      response.writeHead(reply === undefined ? 404 : 200, { 'Content-Type': 'application/json' });
      response.end(reply === undefined ? '' : JSON.stringify(reply));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, submitted, server };
}

/** Files of the workspace become batch jobs without a way through the tree of services. */
describe('scoring a file', () => {
  let workbench: Workbench;
  let window: WorkbenchWindow;
  let folder: { path: string; remove: () => Promise<void> };

  let nightly: Awaited<ReturnType<typeof startServiceWithoutPorts>>;

  before(async () => {
    nightly = await startServiceWithoutPorts();
    folder = await temporaryFolder();
    // A window does not notice files that come while it opens its folder.
    for (const [name, content] of Object.entries(files)) await writeFile(pathOf(name), content);
    workbench = await Workbench.start({
      theme: 'dark',
      workspace: folder.path,
      settings: { 'azuremlServices.workspaces': { Night: keylessWorkspace(nightly.url, 'Nightly') } },
    });
    workbench.health.expect(/Nightly takes no input|hollow\.csv is empty/);
    ({ window } = workbench);
    // Its menus are there when its views are.
    await window.openSideBar('Azure ML Services');
    await window.tree('Web services').find(['Local']);
  });

  after(async () => {
    await workbench.close();
    await folder.remove();
    nightly.server.close();
    nightly.server.closeAllConnections();
  });

  const pathOf = (name: string): string => join(folder.path, name);

  async function scoreFromExplorer(name: string, ...others: readonly string[]): Promise<void> {
    await window.openSideBar('Explorer');
    const tree = window.tree('Explorer Section');
    if (others.length > 0) await tree.select(...[name, ...others].map((each) => [each]));
    await tree.clickContextMenu([name], command);
  }

  const waitForConfirmation = (service: string): Promise<void> =>
    window.quickInput.waitFor({ title: `Run batch job on ${service}` });

  async function descriptionOf(label: string): Promise<string> {
    const entries = await window.quickInput.entries();
    const entry = entries.find((each) => each.label.endsWith(label));
    assert.ok(entry, `${label} among ${entries.map((each) => each.label).join()}`);
    return entry.description;
  }

  it('names what is wrong with its header, takes it mended, and shows the result as a table', async () => {
    const name = 'naïve 100% #1.csv';
    await scoreFromExplorer(name);
    await window.quickInput.pick(hashing, { title: `Score ${name}` });
    const complaint = await window.dialog.text();
    assert.match(complaint, /naïve 100% #1\.csv does not fit input1 of SimpleFeatureHashingExperiment\./);
    assert.match(complaint, /Missing columns: Col2/);
    await window.screenshot('score-complaint-dark');
    await window.dialog.click('Show report');
    await window.editors.waitForActive(`${name} check.txt`);
    const report = await window.editors.text();
    assert.match(report, /^Col2 +string +missing$/m);
    await window.screenshot('score-report-dark');

    await window.tree('Explorer Section').click([name]);
    await window.editors.waitForActive(name);
    // Left unsaved: what is sent is what the editor shows.
    await window.editors.replaceText('Col2\r\nThis is a good day\r\n');
    await (await window.notifications.waitFor(`${name} waits to be run`)).click('Check again');
    await waitForConfirmation(hashing);
    assert.equal(await readFile(pathOf(name), 'utf8'), 'Col2\r\nThis is a good day\r\n');
    assert.equal(await descriptionOf('Output output1'), 'naive_100_1-output1.csv');
    await window.screenshot('score-confirmation-dark');
    await window.quickInput.pick('Upload and run');
    await window.notifications.waitFor(`${name} finished`);
    await window.notifications.clear();

    await window.runCommand('Azure ML: Open results as table');
    await window.quickInput.pick(name, { title: 'Open results of a batch job as table' });
    await window.editors.waitForActive(/output1.*\.csv/);
    const table = window.editors.webview();
    await table.getByRole('gridcell', { name: 'This is a good day', exact: true }).waitFor();
    await window.screenshot('score-result-dark');
  });

  it('offers the service that was used last first, from the menu of the tab', async () => {
    const name = 'again.csv';
    await scoreFromExplorer(name);
    await window.quickInput.pick(hashing, { title: `Score ${name}` });
    await waitForConfirmation(hashing);
    await window.quickInput.cancel();

    await window.tree('Explorer Section').click([name]);
    await window.editors.waitForActive(name);
    await window.editors.clickTabMenu(name, command);
    await window.quickInput.waitFor({ title: `Score ${name}` });
    const [first] = await eventually('services to pick', async () => {
      const entries = await window.quickInput.entries();
      return entries.length > 1 ? entries : undefined;
    });
    assert.deepEqual([first?.label, first?.description], [hashing, 'Local · last used']);
    await window.quickInput.accept();
    await waitForConfirmation(hashing);
    await window.quickInput.cancel();

    // From the palette it is the file in front.
    await window.runCommand(`Azure ML: ${command}`);
    await window.quickInput.waitFor({ title: `Score ${name}` });
    await window.quickInput.cancel();
  });

  it('converts a file of a spreadsheet to a new one, and sends that', async () => {
    const name = 'tabelle.csv';
    await scoreFromExplorer(name);
    await window.quickInput.pick(hashing, { title: `Score ${name}` });
    assert.match(
      await window.dialog.text(),
      /not written in UTF-8 but in Windows-1252.*separated by semicolons; services expect commas.*not know: Note/s,
    );
    await window.dialog.click('Convert to a new file');
    assert.match(await window.dialog.text(), /^tabelle-converted\.csv does not fit.*not know: Note/s);
    assert.equal(
      await readFile(pathOf('tabelle-converted.csv'), 'utf8'),
      'Col2,Note\r\n"Zoë, a good day",x\r\n',
    );
    assert.deepEqual(await readFile(pathOf(name)), files[name]);
    await writeFile(pathOf('tabelle-converted.csv'), 'Col2\r\n"Zoë, a good day"\r\n');
    await window.dialog.click('Run anyway');
    await waitForConfirmation(hashing);
    assert.equal(await descriptionOf('Upload and run'), 'tabelle-converted.csv');
    await window.quickInput.pick('Upload and run');
    await window.notifications.waitFor('tabelle-converted.csv finished');
    await window.notifications.clear();
  });

  it('runs a job for each of several files, without those that do not fit', async () => {
    await scoreFromExplorer('monday.csv', 'headless.csv', 'tuesday.csv');
    await window.quickInput.pick(hashing, { title: 'Score 3 files' });
    assert.match(await window.dialog.text(), /^headless\.csv does not fit input1 of .*Missing columns: Col2/);
    await window.screenshot('score-several-complaint-dark');
    await window.dialog.click('Run the others');
    await window.quickInput.waitFor({ title: `Run 2 batch jobs on ${hashing}` });
    assert.deepEqual((await descriptionOf('Upload and run')).split(', ').toSorted(), [
      'monday.csv',
      'tuesday.csv',
    ]);
    assert.equal(await descriptionOf('Output output1'), '*-output1.csv');
    await window.screenshot('score-several-confirmation-dark');
    await window.quickInput.pick('Output output1');
    await window.quickInput.fill('scored/all.csv', { title: 'Blob for the output output1' });
    await window.quickInput.waitFor({ message: /A name is expected\./ });
    await window.quickInput.enter('scored-*.csv');
    await window.quickInput.pick('Upload and run', { title: `Run 2 batch jobs on ${hashing}` });

    await window.openSideBar('Azure ML Services');
    const tree = window.tree('Web services');
    for (const day of ['monday', 'tuesday']) {
      const job = ['Local', hashing, 'Jobs', `${day}.csv`];
      await tree.waitFor(job, isInState('Finished'));
      await tree.clickContextMenu(job, 'Show job details');
      await window.editors.waitForActive(/^job /);
      assert.match(await window.editors.text(), new RegExp(`output1: .*/scored-${day}\\.csv$`, 'm'));
      await window.editors.close(/^job /);
    }
    assert.ok(!(await tree.children(['Local', hashing, 'Jobs'])).includes('headless.csv'));
    await window.notifications.waitFor(/2 batch jobs finished|(?:mon|tues)day\.csv finished/);
    await window.notifications.clear();
  });

  it('says which of several files was refused, and runs the other', async () => {
    await scoreFromExplorer('again.csv', 'hollow.csv');
    await window.quickInput.pick(hashing, { title: 'Score 2 files' });
    assert.match(await window.dialog.text(), /^hollow\.csv does not fit input1 of .*It has no rows\./);
    await window.dialog.click('Run anyway');
    await window.quickInput.pick('Upload and run', { title: `Run 2 batch jobs on ${hashing}` });
    await window.notifications.waitFor(/It failed with 1 of 2 jobs\. .*hollow\.csv is empty/);
    await window.notifications.waitFor('again.csv finished');
    await window.notifications.clear();
  });

  it('asks which of several inputs it is for, and leaves an output to the service', async () => {
    await scoreFromExplorer('places.csv');
    await window.quickInput.pick('RestaurantRecommender', { title: 'Score places.csv' });
    await window.quickInput.pick('restaurants', { placeholder: 'Which input is places.csv for?' });
    await giveInputFile(window.quickInput, pathOf('guests.csv'), 'users');
    await window.quickInput.enter('1', { message: 'Number of items to recommend' });
    await waitForConfirmation('RestaurantRecommender');
    await window.quickInput.pick('Output recommendations');
    await window.quickInput.fill('best.txt', { title: 'Blob for the output recommendations' });
    await window.quickInput.waitFor({ message: /writes \.csv, \.tsv, \.arff files/ });
    await window.quickInput.enter('best.tsv');
    await waitForConfirmation('RestaurantRecommender');
    await window.quickInput.pick('Output coverage');
    await window.quickInput.enter('', { title: 'Blob for the output coverage' });
    await waitForConfirmation('RestaurantRecommender');
    assert.equal(await descriptionOf('Output recommendations'), 'best.tsv');
    assert.match(await descriptionOf('Output coverage'), /left to the service/);
    await window.quickInput.pick('Upload and run');
    await window.notifications.waitFor(/(?:places|guests)\.csv finished/);
    await window.openSideBar('Azure ML Services');
    const tree = window.tree('Web services');
    const jobs = ['Local', 'RestaurantRecommender', 'Jobs'];
    const [job = ''] = await tree.children(jobs);
    await tree.waitFor([...jobs, job], isInState('Finished'));
    assert.deepEqual((await tree.children([...jobs, job])).toSorted(), ['coverage', 'recommendations']);
  });

  it('runs a service that takes and gives nothing, without file and storage', async () => {
    await scoreFromExplorer('again.csv');
    await window.quickInput.pick('Nightly', { title: 'Score again.csv' });
    const refusal = await window.notifications.waitFor(/Nightly takes no input/);
    await refusal.dismiss();

    await window.runCommand('Azure ML: Run batch job…');
    await window.quickInput.pick('Nightly', { placeholder: 'Web service' });
    await waitForConfirmation('Nightly');
    assert.deepEqual(
      (await window.quickInput.entries()).map(({ label }) => label),
      ['Run'],
    );
    await window.quickInput.accept();
    await window.notifications.waitFor(/c{12} finished/);
    assert.deepEqual(
      nightly.submitted.map((body) => JSON.parse(body) as unknown),
      [{ GlobalParameters: {} }],
    );
  });
});
