import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { projectRoot } from '../support/host/folders.ts';
import { giveInputFile } from './support/giveInputFile.ts';
import { Workbench } from './support/workbench.ts';

const vsix = join(projectRoot, 'azureml-services.vsix');
const row = ['This is a good day', '1', '1', '2', '2', '0', '2', '0', '1'];
const service = ['Local', 'SimpleFeatureHashingExperiment'];

/** The extension as people get it: the packed file, installed where nothing of the project can be reached. */
describe('the packed extension', () => {
  let workbench: Workbench;
  before(async () => {
    assert.ok(existsSync(vsix), 'Pack the extension first: npm run package');
    workbench = await Workbench.start({ vsix });
  });
  after(() => workbench.close());

  it('is installed without any packages beside it', async () => {
    const extensions = join(workbench.host.userData, 'extensions');
    const names = await readdir(extensions, { recursive: true });
    assert.equal(names.filter((name) => /^azureml-services\.azureml-services-[\d.]+$/.test(name)).length, 1);
    assert.ok(!names.some((name) => basename(name) === 'node_modules'));
    for (let folder = extensions; folder !== dirname(folder); folder = dirname(folder))
      assert.ok(!existsSync(join(folder, 'node_modules')), folder);
  });

  it('scores the sample sentence on the local service', async () => {
    const { window } = workbench;
    await window.openSideBar('Azure ML Services');
    await window.tree('Web services').click([...service, 'RRS Execute']);
    const editor = window.editors.webview();
    await editor.getByRole('button', { name: 'Send', exact: true }).click();
    const cells = editor.getByRole('gridcell');
    await cells.nth(8).waitFor();
    assert.deepEqual((await cells.allTextContents()).slice(0, 9), row);
  });

  it('scores a file as a batch job and opens the result', async () => {
    const { window, host } = workbench;
    const file = join(host.workspace, 'day.csv');
    await writeFile(file, 'Col2\r\nThis is a good day\r\n');
    await window.tree('Web services').click([...service, 'BES Submit']);
    await giveInputFile(window.quickInput, file);
    await window.quickInput.pick('Upload and run');
    const notification = await window.notifications.waitFor(/day\.csv finished/);
    await notification.click('Open results');
    await window.editors.waitForActive(/output1.*\.csv/);
    const [, scored] = (await window.editors.text()).split(/\r?\n/);
    assert.equal(scored, row.join(','));
  });
});
