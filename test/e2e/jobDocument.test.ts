import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BlobSASPermissions, BlobServiceClient } from '@azure/storage-blob';
import type { FrameLocator, Locator } from 'playwright-core';
import { eventually, shortly } from '../support/eventually.ts';
import { seriousViolations } from './support/axe.ts';
import { closeInOrder } from './support/closeInOrder.ts';
import { closeSavedEditors } from './support/closeSavedEditors.ts';
import { OwnService } from './support/ownService.ts';
import { SecretScan } from './support/secretScan.ts';
import { isInState } from './support/tree.ts';
import { themes, Workbench } from './support/workbench.ts';
import type { WorkbenchWindow } from './support/window.ts';
import { workspaceOf } from './support/workspaces.ts';

const hashing = 'SimpleFeatureHashingExperiment';
const rows = 'Col2\r\nThis is a good day\r\n';

/** Batch jobs as files: made, filled in, run, followed and made again from a job. */
describe('batch job documents', () => {
  let own: OwnService;
  let workbench: Workbench;
  let window: WorkbenchWindow;
  let editor: FrameLocator;

  before(async () => {
    own = await OwnService.start();
    workbench = await Workbench.start({
      theme: 'dark',
      settings: {
        'azuremlServices.workspaces': { Mine: workspaceOf(own.description) },
        // Closing an editor asks nothing then.
        'files.autoSave': 'afterDelay',
        'files.autoSaveDelay': 100,
      },
    });
    workbench.health.expect(/not valid JSON/);
    ({ window } = workbench);
    editor = window.editors.webview();
    await mkdir(fileOf('data'));
    await writeFile(fileOf(join('data', 'rows.csv')), rows);
    await window.openSideBar('Azure ML Services');
    await window.tree('Web services').expand(['Local', hashing]);
  });

  after(() => closeInOrder(workbench, own));

  const fileOf = (name: string): string => join(workbench.host.workspace, name);
  const button = (name: string): Locator => editor.getByRole('button', { name, exact: true });
  const field = (name: string): Locator => editor.getByLabel(name, { exact: true });
  const runButton = (): Locator => editor.getByRole('button', { name: /^Run/ });
  const lastJob = (): Locator => editor.getByRole('region', { name: 'Last job', exact: true });
  const written = (text: string): Locator =>
    window.editors.textEditor().locator('.view-line span span').filter({ hasText: text }).last();

  /** What the file says once it has this in it. */
  const saved = (name: string, part: string): Promise<string> =>
    eventually(`${name} with ${part}`, async () => {
      const text = await readFile(fileOf(name), 'utf8').catch(() => '');
      return text.includes(part) ? text : undefined;
    });

  async function openFile(name: string, content: object | string): Promise<void> {
    const text = typeof content === 'string' ? content : `${JSON.stringify(content, undefined, 2)}\n`;
    await writeFile(fileOf(name), text);
    await open(name);
  }

  async function open(name: string): Promise<void> {
    await window.runCommand('File: Open File...');
    await window.quickInput.enterPath(fileOf(name), { title: 'Open File' });
    await window.editors.waitForActive(name);
  }

  const closeAll = (): Promise<void> => closeSavedEditors(window);

  it('is made from the tree, filled in as a form, run by its keys, and shows how the job ends', async () => {
    const tree = window.tree('Web services');
    await tree.clickContextMenu(['Local', hashing, 'BES Submit'], 'New batch job document…');
    await window.quickInput.enterPath(fileOf('hash.bes.json'), { title: 'Save batch job document as' });
    await window.editors.waitForActive('hash.bes.json');
    await button('Run anyway').waitFor();
    await editor.getByText('Say where the data is.').waitFor();
    await button('Choose file…').click();
    await window.quickInput.enterPath(fileOf(join('data', 'rows.csv')), { title: 'File for input1' });
    await eventually('a path', async () => (await field('input1').inputValue()) === 'data/rows.csv');
    await field('Hashing bitsize').fill('99999999999');
    await editor.getByText('The number is out of range for int32.').waitFor();
    await field('Hashing bitsize').fill('2');
    await button('Run').waitFor();
    await window.screenshot('job-document-dark');
    await field('Hashing bitsize').press('ControlOrMeta+Enter');
    await lastJob().getByText('Finished').waitFor();
    await window.screenshot('job-document-finished-dark');

    const text = await saved('hash.bes.json', '"Hashing bitsize": 2');
    assert.deepEqual(JSON.parse(text), {
      $schema: `azureml-schema://jobs/Local/${hashing}.json`,
      workspace: 'Local',
      service: hashing,
      storage: 'Local',
      inputs: { input1: { file: 'data/rows.csv' } },
      globalParameters: { 'Hashing bitsize': 2 },
    });
    await button('Open results').click();
    await window.editors.waitForActive(/output1.*\.csv/);
    assert.match(
      await window.editors.text(),
      /^Col2,Col2_HashingFeature\.0(?:,[^,]+){3}\r?\nThis is a good day/,
    );
    await window.editors.close(/output1/);
    await window.editors.waitForActive('hash.bes.json');
    await button('Show details').click();
    await window.editors.waitForActive(/^job /);
    await window.editors.close(/^job /);
  });

  it('has the last job again after a reload', async () => {
    // A reload in the middle of loading the page leaves requests for its files behind.
    await lastJob().getByText('Finished').waitFor();
    await window.reload();
    // VS Code does not always remember an editor that was opened only just before.
    await open('hash.bes.json');
    await lastJob().getByText('Finished').waitFor();
    await closeAll();
  });

  it('follows the text both ways, undoes, and says where a broken one breaks', async () => {
    await openFile('both.bes.json', {
      workspace: 'Local',
      service: hashing,
      inputs: { input1: { file: 'data/rows.csv' } },
    });
    await field('output1').fill('results/mine.csv');
    await saved('both.bes.json', '"output1": "results/mine.csv"');
    await field('output1').press('ControlOrMeta+Z');
    await eventually('undone', async () => (await field('output1').inputValue()) === '');
    await button('Open as text').click();
    await window.editors.textEditor().waitFor();
    const broken = '{ "workspace": "Local" "service": 1 }';
    await window.editors.replaceText(broken);
    await saved('both.bes.json', broken);
    await window.runCommand('View: Reopen Editor With...');
    await window.quickInput.pick(/^Azure ML batch job/);
    await editor.getByText('Line 1, column 24: a comma is expected').waitFor();
    await button('Reopen with text editor').click();
    await window.editors.textEditor().waitFor();
    assert.equal(await window.editors.text(), broken);
    await window.runCommand('Azure ML: Run batch job document');
    const refusal = await window.notifications.waitFor(/not valid JSON: see line 1, column 24/);
    await refusal.dismiss();
    await closeAll();
  });

  it('completes, describes and checks the text with the names of the service', async () => {
    await openFile('text.bes.json', {
      $schema: `azureml-schema://jobs/Local/${hashing}.json`,
      workspace: 'Local',
      service: hashing,
      inputs: { input1: { url: 'https://a.example/c/b.csv?sv=1' }, input7: { file: 'x.csv' } },
      outputs: { output1: 'results/mine.txt' },
      globalParameters: { 'N-grams': 'many' },
    });
    await runButton().waitFor();
    await window.runCommand('View: Reopen Editor with Text Editor');
    await window.editors.textEditor().waitFor();
    await window.runCommand('Problems: Focus on Problems View');
    const problems = window.page.locator('.markers-panel');
    for (const problem of [
      /A SAS is not kept in a document/,
      /Property input7 is not allowed/,
      /container\/name\.csv is expected\. Services write/,
      /This is no int32/,
    ]) {
      await problems.getByText(problem).first().waitFor();
    }
    await window.screenshot('job-document-problems');
    await window.page.keyboard.press('ControlOrMeta+J');
    await problems.waitFor({ state: 'hidden' });
    await written('"N-grams"').hover();
    await window.page.locator('.monaco-hover:visible', { hasText: 'Global parameter N-grams' }).waitFor();
    await window.page.mouse.move(10, 10);
    await eventually('a completion', async () => {
      await window.editors.textEditor().click({ timeout: shortly });
      await written('"many"').click({ timeout: shortly });
      await window.page.keyboard.press('End');
      await window.page.keyboard.type(', ');
      await window.page.keyboard.press('Control+Space');
      const suggestion = window.page.locator('.suggest-widget.visible .monaco-list-row', {
        hasText: 'Hashing bitsize',
      });
      const isThere = await suggestion.waitFor({ timeout: 2_000 }).then(
        () => true,
        () => false,
      );
      if (!isThere) await window.page.keyboard.press('Escape');
      return isThere;
    });
    await window.page.keyboard.press('Escape');
    await closeAll();
  });

  it('runs from the title of the text editor, after saying what the service may refuse', async () => {
    await openFile('doubtful.bes.json', {
      workspace: 'Local',
      service: hashing,
      inputs: { input1: { file: 'data/rows.csv' } },
      globalParameters: { Unknown: 'x'.repeat(3) },
      outputs: { nowhere: null },
    });
    await button('Run anyway').waitFor();
    await button('Open as text').click();
    await window.editors.textEditor().waitFor();
    const run = window.page.locator('.editor-actions .action-label[aria-label^="Run batch job document"]');
    await run.click();
    assert.match(await window.dialog.text(), /nowhere: The service has no output of this name\./);
    await window.dialog.click('Cancel');
    await window.editors.replaceText(
      JSON.stringify({
        workspace: 'Local',
        service: hashing,
        inputs: { input1: { file: 'data/rows.csv' } },
        globalParameters: { 'N-grams': 1 },
      }),
    );
    await run.click();
    await (await window.notifications.waitFor(/rows\.csv finished/)).dismiss();
    await closeAll();
  });

  it('compares its files with the columns of the service, and takes a converted one for the other', async () => {
    await writeFile(fileOf(join('data', 'tabelle.csv')), Buffer.from('Col2;Note\r\nZoë;x\r\n', 'latin1'));
    await openFile('check.bes.json', {
      workspace: 'Local',
      service: hashing,
      inputs: { input1: { file: 'data/tabelle.csv' } },
    });
    await button('Run').click();
    assert.match(
      await window.dialog.text(),
      /^tabelle\.csv does not fit input1 of .*in Windows-1252.*by semicolons.*not know: Note/s,
    );
    await window.dialog.click('Cancel');
    await button('Run').click();
    await window.dialog.click('Convert to a new file');
    assert.match(await window.dialog.text(), /^tabelle-converted\.csv does not fit.*not know: Note/s);
    await window.screenshot('job-document-check');
    await window.dialog.click('Show report');
    await window.editors.waitForActive('tabelle-converted.csv check.txt');
    await writeFile(fileOf(join('data', 'tabelle-converted.csv')), 'Col2\r\nZoë\r\n');
    await (await window.notifications.waitFor('tabelle-converted.csv waits to be run')).click('Check again');
    await (await window.notifications.waitFor(/tabelle-converted\.csv finished/)).dismiss();
    await saved('check.bes.json', '"data/tabelle-converted.csv"');
    await window.editors.activate('check.bes.json');
    await lastJob().getByText('Finished').waitFor();
    await closeAll();
  });

  /** A blob in the own storage, and a SAS that opens it, by way of the front that sees who reads. */
  async function blobWithSas(): Promise<{ url: string; sas: string; signature: string }> {
    const service = BlobServiceClient.fromConnectionString(own.storage.connectionString);
    const container = service.getContainerClient(own.description.storageContainer);
    const blob = container.getBlockBlobClient('input/naïve rows.csv');
    await blob.uploadData(Buffer.from(rows));
    const url = await blob.generateSasUrl({
      permissions: BlobSASPermissions.parse('r'),
      expiresOn: new Date(Date.now() + 3_600_000),
    });
    const [bare = '', sas = ''] = url.split('?');
    return { url: bare, sas, signature: new URL(url).searchParams.get('sig') ?? '' };
  }

  it('takes a SAS out of a URL, keeps it on wish in the secret storage, and reads the blob with it', async () => {
    const { url, sas, signature } = await blobWithSas();
    await openFile('blob.bes.json', {
      workspace: 'Mine',
      service: hashing,
      inputs: { input1: { url: '' } },
      outputs: { output1: null },
    });
    await window.page.evaluate((text) => navigator.clipboard.writeText(text), `${url}?${sas}`);
    await field('input1').click();
    await window.page.keyboard.press('ControlOrMeta+V');
    const offer = await window.notifications.waitFor(/A SAS is not kept in a document/);
    await offer.click('Keep in secret storage');
    await eventually('the bare URL', async () => (await field('input1').inputValue()) === url);
    const text = await saved('blob.bes.json', url);
    const scan = new SecretScan({ signature });
    assert.deepEqual(scan.text('blob.bes.json', text), []);

    await button('Run').click();
    await window.quickInput.enter(own.service().apiKey, { message: /API key of the web service/ });
    await lastJob().getByText('Finished').waitFor();
    assert.ok(own.storage.signatures.includes(signature), 'read with the SAS that was kept');
    const leaks = await scan.folder(join(workbench.host.userData, 'data'));
    // What the local service keeps is its own business, as a server.
    assert.deepEqual(
      leaks.filter(({ place }) => !place.includes('/local-service/')),
      [],
    );
    await closeAll();
  });

  it('takes a SAS out of a text before it is saved', async () => {
    const { url, sas, signature } = await blobWithSas();
    await openFile('typed.bes.json', { workspace: 'Mine', service: hashing });
    await runButton().waitFor();
    await button('Open as text').click();
    await window.editors.textEditor().waitFor();
    await window.editors.replaceText(
      JSON.stringify({ workspace: 'Mine', service: hashing, inputs: { input1: { url: `${url}?${sas}` } } }),
    );
    await window.page.keyboard.press('ControlOrMeta+S');
    await (await window.notifications.waitFor(/A SAS is not kept in a document/)).dismiss();
    const text = await saved('typed.bes.json', url);
    assert.deepEqual(new SecretScan({ signature }).text('typed.bes.json', text), []);
    await closeAll();
  });

  it('is made from a job of the tree, which runs again and overwrites nothing', async () => {
    await window.openSideBar('Azure ML Services');
    const tree = window.tree('Web services');
    const job = ['Local', hashing, 'Jobs', 'rows.csv'];
    await tree.waitFor(job, isInState('Finished'));
    const count = async (): Promise<number> => (await tree.children(job.slice(0, -1))).length;
    const before = await count();
    await tree.clickContextMenu(job, 'Duplicate as document…');
    await window.quickInput.enterPath(fileOf('again.bes.json'), { title: 'Save batch job document as' });
    await window.editors.waitForActive('again.bes.json');
    assert.deepEqual(JSON.parse(await saved('again.bes.json', 'workspace')), {
      $schema: `azureml-schema://jobs/Local/${hashing}.json`,
      workspace: 'Local',
      service: hashing,
      storage: 'Local',
      inputs: { input1: { file: 'data/rows.csv' } },
      globalParameters: { 'N-grams': 1 },
    });
    await button('Run').click();
    await lastJob().getByText('Finished').waitFor();

    await eventually('the job of the document', async () => (await count()) === before + 1);
    await tree.clickContextMenu(job, 'Run job again');
    await eventually('one more job', async () => (await count()) === before + 2);
    await tree.waitFor(job, isInState('Finished'));
    await tree.clickContextMenu(job, 'Show job details');
    await window.editors.waitForActive(/^job /);
    assert.match(await window.editors.text(), /^Global parameters\n +N-grams: 1$/m);
    await window.editors.close(/^job /);
  });

  for (const theme of ['light', 'dark', 'highContrast'] as const) {
    it(`is fit for everyone in the theme ${themes[theme]}, wide and narrow`, async () => {
      if (theme === 'dark') await workbench.changeTheme('highContrastLight');
      await workbench.changeTheme(theme);
      await window.editors.activate('again.bes.json');
      await lastJob().getByText('Finished').waitFor();
      assert.deepEqual(await seriousViolations(editor), []);
      await window.screenshot(`job-document-${theme}-wide`);
      await window.page.setViewportSize({ width: 760, height: 800 });
      await runButton().waitFor();
      await window.screenshot(`job-document-${theme}-narrow`);
      await window.page.setViewportSize({ width: 1280, height: 800 });
    });
  }
});
