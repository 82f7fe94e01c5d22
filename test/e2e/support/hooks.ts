/** Mocha's root hooks for the end-to-end tests: a picture of every window when a test fails. */
import { openWorkbenches } from './workbench.ts';

export const mochaHooks = {
  async afterEach(this: Mocha.Context): Promise<void> {
    const test = this.currentTest;
    if (test?.state !== 'failed') return;
    const name = test.fullTitle().replace(/[^\w]+/g, '-');
    for (const [index, workbench] of openWorkbenches().entries()) {
      const path = await workbench.window.screenshot(`failed-${name}-${index}`);
      console.error(`      The window as it was: ${path}`);
    }
  },
};
