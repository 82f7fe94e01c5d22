import assert from 'node:assert/strict';
import { Workbench } from './support/workbench.ts';

const operation = ['Local', 'SimpleFeatureHashingExperiment', 'RRS Execute'];

describe('from the tree to an answer', () => {
  let workbench: Workbench;
  before(async () => (workbench = await Workbench.start({ logLevel: 'trace' })));
  after(() => workbench.close());

  it('scores the sample sentence on the local service', async () => {
    const { window } = workbench;
    await window.openSideBar('Azure ML Services');
    await window.tree('Web services').click(operation);
    const editor = window.editors.webview();
    await editor.getByRole('button', { name: 'Send', exact: true }).click();
    const cells = editor.getByRole('gridcell');
    await cells.nth(8).waitFor();
    assert.deepEqual(await cells.allTextContents(), ['This is a good day', ...'11220201']);
    await window.screenshot('request-dark');
  });
});
