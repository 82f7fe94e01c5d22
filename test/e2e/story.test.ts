import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DelimitedReader } from '../../src/protocol/csv.ts';
import { giveInputFile } from './support/giveInputFile.ts';
import { isInState } from './support/tree.ts';
import { Workbench } from './support/workbench.ts';

const service = ['Local', 'SimpleFeatureHashingExperiment'];
const features = ['1', '1', '2', '2', '0', '2', '0', '1'];

/** The main story: an empty profile, no account, no key; everything by palette, tree and webview. */
describe('from the tree to a scored file', () => {
  let workbench: Workbench;
  before(async () => (workbench = await Workbench.start({ theme: 'dark' })));
  after(() => workbench.close());

  it('scores the sample sentence on the local service', async () => {
    const { window } = workbench;
    await window.openSideBar('Azure ML Services');
    await window.tree('Web services').click([...service, 'RRS Execute']);
    const editor = window.editors.webview();
    await editor.getByRole('button', { name: 'Send', exact: true }).click();
    const cells = editor.getByRole('gridcell');
    await cells.nth(8).waitFor();
    assert.deepEqual((await cells.allTextContents()).slice(0, 9), ['This is a good day', ...features]);
    await window.screenshot('request-dark');
  });

  it('scores a file of 100,000 rows as a batch job and opens the result', async () => {
    const { window } = workbench;
    const tree = window.tree('Web services');
    const file = join(workbench.host.workspace, 'sentences.csv');
    await tree.clickContextMenu(service, 'Create sample data…');
    await window.quickInput.enter('100000', { message: 'Number of rows' });
    await window.quickInput.enterPath(file, { title: /sample data/ });
    await window.editors.waitForActive('sentences.csv');

    await tree.click([...service, 'BES Submit']);
    await giveInputFile(window.quickInput, file);
    await window.quickInput.pick('Upload and run');
    await window.statusBar.waitFor(/%|Submitting|NotStarted|Running|Finished/);
    const notification = await window.notifications.waitFor(/sentences\.csv finished/);
    await tree.waitFor([...service, 'Jobs', 'sentences.csv'], isInState('Finished'));
    await window.screenshot('job-dark');
    await notification.click('Open results');
    await window.editors.waitForActive(/output1.*\.csv/);
    await window.screenshot('result-dark');
    assertScoredInOrder(await readFile(file, 'utf8'), await window.editors.text());
  });
});

function readDelimited(text: string): string[][] {
  const reader = new DelimitedReader();
  return [...reader.read(text), ...reader.end()];
}

/** Every input row is in the result, once and at its place. */
function assertScoredInOrder(input: string, result: string): void {
  const sentences = readDelimited(input).slice(1);
  const [header, ...scored] = readDelimited(result);
  assert.deepEqual(header?.slice(0, 2), ['Col2', 'Col2_HashingFeature.0']);
  assert.equal(scored.length, 100_000);
  assert.deepEqual(scored[0], ['This is a good day', ...features]);
  assert.deepEqual(
    scored.map(([sentence]) => sentence),
    sentences.map(([sentence]) => sentence),
  );
}
