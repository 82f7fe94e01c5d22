/**
 * Mocha's usual report with a line for each test that is tried again, and at the end the number of tests that passed and
 * failed, by the outermost `describe`, in the file that the environment variable `TEST_RESULT_FILE` names, for the runner
 * that adds up all suites.
 */
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';
import { groupOf } from './testGroups.ts';

const { EVENT_RUN_END, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_RETRY } = Mocha.Runner.constants;

export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.on(EVENT_TEST_RETRY, (test: Mocha.Test, error: Error) => {
      console.log(`    Tried again: ${test.fullTitle()}, because of ${error.stack ?? error.message}`);
    });
    const file = process.env['TEST_RESULT_FILE'];
    if (file === undefined) return;
    const groups: Record<string, { passed: number; failed: number }> = {};
    const countsOf = (runnable: Mocha.Runnable) => (groups[groupOf(runnable)] ??= { passed: 0, failed: 0 });
    runner.on(EVENT_TEST_PASS, (test) => (countsOf(test).passed += 1));
    runner.on(EVENT_TEST_FAIL, (test) => (countsOf(test).failed += 1));
    runner.once(EVENT_RUN_END, () => writeFileSync(file, JSON.stringify(groups)));
  }
}
