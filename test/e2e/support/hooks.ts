/**
 * Mocha's root hooks for the end-to-end tests: a picture of every window and the end of the extension's logs when a test
 * fails, nothing more of its group, no servers left.
 */
import { onAskedToEnd } from '../../support/host/processes.ts';
import { groupOf } from '../../support/testGroups.ts';
import { openWorkbenches } from './workbench.ts';

// An orderly exit ends the VS Code servers too.
onAskedToEnd(() => process.exit(130));

const linesOfLog = 120;

/** Their tests build on one another, so that what comes after a failure says nothing. */
const failedGroups = new Set<string>();

export const mochaHooks = {
  beforeEach(this: Mocha.Context): void {
    if (this.currentTest !== undefined && failedGroups.has(groupOf(this.currentTest))) this.skip();
  },

  async afterEach(this: Mocha.Context): Promise<void> {
    const test = this.currentTest;
    if (test?.state !== 'failed') return;
    failedGroups.add(groupOf(test));
    const name = test.fullTitle().replace(/[^\w]+/g, '-');
    for (const [index, workbench] of openWorkbenches().entries()) {
      const path = await workbench.window.screenshot(`failed-${name}-${index}`);
      console.error(`      The window as it was: ${path}`);
      const log = await workbench.extensionLogs().catch(String);
      console.error(`      The logs of the extension:\n${log.split('\n').slice(-linesOfLog).join('\n')}`);
    }
  },
};
