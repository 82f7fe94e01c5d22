/**
 * Mocha's root hooks for the end-to-end tests: a picture of every window and the end of the extension's logs when a test
 * fails, no servers left.
 */
import { onAskedToEnd } from '../../support/host/processes.ts';
import { openWorkbenches } from './workbench.ts';

// An orderly exit ends the VS Code servers too.
onAskedToEnd(() => process.exit(130));

const linesOfLog = 120;

export const mochaHooks = {
  async afterEach(this: Mocha.Context): Promise<void> {
    const test = this.currentTest;
    if (test?.state !== 'failed') return;
    const name = test.fullTitle().replace(/[^\w]+/g, '-');
    for (const [index, workbench] of openWorkbenches().entries()) {
      const path = await workbench.window.screenshot(`failed-${name}-${index}`);
      console.error(`      The window as it was: ${path}`);
      const log = await workbench.extensionLogs().catch(String);
      console.error(`      The logs of the extension:\n${log.split('\n').slice(-linesOfLog).join('\n')}`);
    }
  },
};
