import assert from 'node:assert/strict';
import { Workbench } from './support/workbench.ts';

describe('command palette', () => {
  let workbench: Workbench;
  before(async () => (workbench = await Workbench.start()));
  after(() => workbench.close());

  it('offers the commands under their category', async () => {
    const labels = await workbench.window.palette.search('Azure ML: ');
    assert.ok(labels.includes('Azure ML: Add workspace…'), labels.join('\n'));
  });
});
