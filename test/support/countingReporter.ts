/**
 * Mocha's usual report with a line for each test that is tried again, and at the end `{"passed": N, "failed": N}` in the file that the environment variable
 * `TEST_RESULT_FILE` names, for the runner that adds up all suites.
 */
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

const { EVENT_RUN_END, EVENT_TEST_RETRY } = Mocha.Runner.constants;

export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.on(EVENT_TEST_RETRY, (test: Mocha.Test, error: Error) => {
      console.log(`    Tried again: ${test.fullTitle()}, because of ${error.stack ?? error.message}`);
    });
    const file = process.env['TEST_RESULT_FILE'];
    if (file === undefined) return;
    runner.once(EVENT_RUN_END, () => {
      const { passes, failures } = this.stats;
      writeFileSync(file, JSON.stringify({ passed: passes, failed: failures }));
    });
  }
}
