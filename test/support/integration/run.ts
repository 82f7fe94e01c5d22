/** Runs in the extension host: mocha over every bundled `*.test` module beside this one. */
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Mocha from 'mocha';
import CountingReporter from '../countingReporter.ts';

/**
 * What VS Code calls. `TEST_GREP` narrows the tests to those whose title matches.
 * @throws Error when a test failed; VS Code ends with an exit code other than 0 then.
 */
export async function run(): Promise<void> {
  const grep = process.env['TEST_GREP'];
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: 60_000,
    reporter: CountingReporter,
    forbidOnly: process.env['CI'] !== undefined,
    ...(grep === undefined ? {} : { grep: new RegExp(grep) }),
  });
  const folder = dirname(fileURLToPath(import.meta.url));
  for (const name of (await readdir(folder, { recursive: true })).sort()) {
    if (name.endsWith('.test.mjs')) mocha.addFile(join(folder, name));
  }
  await mocha.loadFilesAsync();
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} failed`);
}
