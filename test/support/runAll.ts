/**
 * Runs the project's checks and tests one after the other, also after one has failed, and ends with one line
 * for all: `N passed, N failed`. Arguments name the suites to run, by default all that need no download;
 * arguments after the name of a single suite are passed on to it: `e2e --grep palette`.
 *
 * A check that fails counts as one failed test, and so does a suite that ends without a result. Groups of the end-to-end
 * tests that fail are run once more as a whole, each in a new VS Code, and it is said which.
 */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { watch } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from './host/folders.ts';
import { endProcessGroup, killProcessGroup, onAskedToEnd } from './host/processes.ts';
import * as v from 'valibot';
import { spawnNpm } from './npm.ts';
import { grepFor } from './testGroups.ts';

interface Suite {
  name: string;
  /** What to run: an npm script, or a program of this project's Node with its arguments. */
  command: { script: string } | { node: string[] };
  /** Whether it counts tests and writes their number; a check does not. */
  counts: boolean;
  /** Suites that must have run before it. */
  needs?: string[];
  /** Whether it runs only when it is named. */
  onRequest?: boolean;
  /** Whether its groups that fail get a second chance: what a whole VS Code does on a busy machine is not ours alone. */
  secondChance?: boolean;
}

const resultSchema = v.object({ passed: v.number(), failed: v.number() });
type Result = v.InferOutput<typeof resultSchema>;

/** What came of the tests by the outermost `describe` that they are in. */
const groupsSchema = v.record(v.string(), resultSchema);
type Groups = v.InferOutput<typeof groupsSchema>;

const mocha = ['node_modules/mocha/bin/mocha.js', '--reporter', 'test/support/countingReporter.ts'];
const integration = 'test/support/integration/main.ts';

const suites: Suite[] = [
  { name: 'types', command: { script: 'typecheck' }, counts: false },
  { name: 'lint', command: { script: 'lint' }, counts: false },
  { name: 'build', command: { script: 'build' }, counts: false },
  { name: 'pack', command: { script: 'pack' }, counts: false },
  { name: 'unit', command: { node: mocha }, counts: true },
  { name: 'integration', command: { node: [integration] }, counts: true, needs: ['build'] },
  {
    name: 'e2e',
    command: { node: [...mocha, '--config', 'test/e2e/mocharc.json'] },
    counts: true,
    needs: ['build', 'pack'],
    secondChance: true,
  },
  {
    name: 'desktop',
    command: { node: [integration, '--desktop'] },
    counts: true,
    needs: ['build'],
    onRequest: true,
  },
  {
    name: 'minimum',
    command: { node: [integration, '--minimum'] },
    counts: true,
    needs: ['build'],
    onRequest: true,
  },
];

/** A suite that hangs is ended, so that the others still get their turn. */
const timeLimit = 40 * 60_000;

/** How long a suite may take to end after its last test; one that has something open would never end. */
const graceTime = 30_000;

let running: ChildProcess | undefined;
onAskedToEnd(() => {
  if (running !== undefined) killProcessGroup(running, 'SIGTERM');
  process.exit(130);
});

/** Splits the command line into suites and the arguments for a single one. */
function selection(args: readonly string[]): { selected: Suite[]; passedOn: string[] } {
  const names = suites.map(({ name }) => name);
  const firstOther = args.findIndex((arg) => !names.includes(arg));
  const named = firstOther === -1 ? args : args.slice(0, firstOther);
  const passedOn = firstOther === -1 ? [] : args.slice(firstOther);
  if (passedOn.length > 0 && named.length !== 1) {
    throw new Error(`Name one suite before its arguments; there are ${names.join(', ')}.`);
  }
  const wanted = suites.filter(({ name, onRequest }) =>
    named.length === 0 ? onRequest !== true : named.includes(name),
  );
  const needed = new Set(wanted.flatMap(({ needs }) => needs ?? []));
  return {
    selected: suites.filter((suite) => wanted.includes(suite) || needed.has(suite.name)),
    passedOn: [...passedOn],
  };
}

async function runSuite(suite: Suite, passedOn: readonly string[], folder: string): Promise<Result> {
  const { code, groups } = await runOnce(suite, passedOn, folder);
  if (!suite.counts) return { passed: 0, failed: code === 0 ? 0 : 1 };
  if (groups === undefined) {
    console.error(`The suite ${suite.name} ended without a result (exit code ${String(code)}).`);
    return { passed: 0, failed: 1 };
  }
  const failed = Object.keys(groups).filter((name) => groups[name]?.failed !== 0);
  if (suite.secondChance === true && passedOn.length === 0 && failed.length > 0) {
    console.log(`\nTried again as a whole: ${failed.join(', ')}.`);
    const again = await runOnce(suite, ['--grep', grepFor(failed)], folder);
    return resultOf(suite, { ...groups, ...again.groups }, again.code);
  }
  return resultOf(suite, groups, code, passedOn.length > 0);
}

function resultOf(suite: Suite, groups: Groups, code: number | null, mayBeEmpty = false): Result {
  const results = Object.values(groups);
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const failed = results.reduce((sum, result) => sum + result.failed, 0);
  if (passed + failed === 0 && !mayBeEmpty) {
    console.error(`The suite ${suite.name} has run no test.`);
    return { passed, failed: 1 };
  }
  // A failure outside of any test counts too.
  return { passed, failed: code === 0 ? failed : Math.max(failed, 1) };
}

async function runOnce(
  suite: Suite,
  passedOn: readonly string[],
  folder: string,
): Promise<{ code: number | null; groups: Groups | undefined }> {
  const resultFile = join(folder, `${suite.name}.json`);
  await rm(resultFile, { force: true });
  const options: SpawnOptions = {
    cwd: projectRoot,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, TEST_RESULT_FILE: resultFile },
    detached: process.platform !== 'win32',
  };
  const { command } = suite;
  const child =
    'script' in command
      ? spawnNpm(['run', '--silent', command.script], options)
      : spawn(process.execPath, [...command.node, ...passedOn], options);
  running = child;
  const code = await exitCode(child, suite.name, folder);
  running = undefined;
  return { code, groups: await readGroups(resultFile) };
}

/** Waits for the end of a suite, and sees to it: a hang, or something left open, must not hold up the others. */
async function exitCode(child: ChildProcess, name: string, folder: string): Promise<number | null> {
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      console.error(error.message);
      resolve(null);
    });
    child.once('close', resolve);
  });
  const endAfter = (milliseconds: number, why: string): NodeJS.Timeout =>
    setTimeout(() => {
      console.error(`The suite ${name} is ended: ${why}.`);
      void endProcessGroup(child, ended.then(ignore));
    }, milliseconds);
  const timers = [endAfter(timeLimit, `it has run for ${timeLimit / 60_000} minutes`)];
  const results = watch(folder, () => {
    results.close();
    timers.push(endAfter(graceTime, 'its tests are over, and something that they opened is not'));
  });
  const code = await ended;
  results.close();
  timers.forEach(clearTimeout);
  return code;
}

function ignore(): void {
  // Only the end itself is of interest.
}

async function readGroups(file: string): Promise<Groups | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : v.parse(groupsSchema, JSON.parse(text));
}

const { selected, passedOn } = selection(process.argv.slice(2));
const folder = await mkdtemp(join(tmpdir(), 'azureml-services-results-'));
const total: Result = { passed: 0, failed: 0 };
const summary: string[] = [];
for (const suite of selected) {
  console.log(`\n=== ${suite.name} ===`);
  const begun = performance.now();
  const isTarget = selected.at(-1) === suite;
  const { passed, failed } = await runSuite(suite, isTarget ? passedOn : [], folder);
  total.passed += passed;
  total.failed += failed;
  const outcome = suite.counts ? `${passed} passed, ${failed} failed` : failed === 0 ? 'good' : 'failed';
  summary.push(`${suite.name}: ${outcome} (${Math.round((performance.now() - begun) / 1000)} s)`);
}
await rm(folder, { recursive: true, force: true });
console.log(`\n${summary.join('\n')}\n`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
