import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { projectRoot } from '../support/host/folders.ts';
import { copyExtension } from './extensionCopy.ts';
import { median, type Measurement } from './measurement.ts';

const runs = 9;
const allowanceMs = 5;

/**
 * The time that `activate()` takes in the real VS Code, loading included, alone in a fresh host, beside an extension that
 * does nothing. Nothing wakes either of them before the clock starts.
 */
export async function run(): Promise<readonly Measurement[]> {
  const folder = await mkdtemp(join(tmpdir(), 'azureml-services-bench-'));
  try {
    // Without the events that would activate it before the clock starts.
    const asleep = { activationEvents: ['onCommand:bench.never'] };
    const ours = await copyExtension(join(folder, 'ours'), (manifest) => ({ ...manifest, ...asleep }));
    const idle = await doNothingExtension(folder);
    const times = { ours: [] as number[], idle: [] as number[] };
    for (let i = 0; i < runs; i++) {
      const order = i % 2 === 0 ? (['ours', 'idle'] as const) : (['idle', 'ours'] as const);
      for (const which of order)
        times[which].push(await timeActivation(which === 'ours' ? ours : idle, folder));
    }
    const [value, reference] = [median(times.ours), median(times.idle)];
    return [
      {
        name: 'activate()',
        value,
        unit: 'ms',
        reference: `do-nothing extension ${reference.toFixed(1)} ms (hexeditor 60, httpYac 324, REST Client 465)`,
        ratio: value / reference,
        budget: `reference + ${String(allowanceMs)} ms`,
        withinBudget: value <= reference + allowanceMs,
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function doNothingExtension(folder: string): Promise<string> {
  const idle = join(folder, 'idle');
  await mkdir(idle);
  const manifest = {
    name: 'do-nothing',
    publisher: 'bench',
    version: '0.0.0',
    type: 'module',
    main: './extension.js',
    engines: { vscode: '^1.105.0' },
    activationEvents: ['onCommand:bench.never'],
  };
  await writeFile(join(idle, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(idle, 'extension.js'), "import 'vscode'; export function activate() {}");
  return idle;
}

async function timeActivation(extension: string, folder: string): Promise<number> {
  const { publisher, name } = JSON.parse(await readFile(join(extension, 'package.json'), 'utf8')) as Record<
    string,
    string
  >;
  const result = join(folder, 'milliseconds');
  const clock = join(folder, 'clock.mjs');
  await build({
    stdin: {
      contents: `
        import * as vscode from 'vscode';
        import { writeFileSync } from 'node:fs';
        export async function run() {
          const extension = vscode.extensions.getExtension('${String(publisher)}.${String(name)}');
          if (extension === undefined || extension.isActive) throw new Error('There is nothing to measure.');
          const start = performance.now();
          await extension.activate();
          writeFileSync(${JSON.stringify(result)}, String(performance.now() - start));
        }`,
    },
    outfile: clock,
    format: 'esm',
    bundle: true,
    platform: 'node',
    external: ['vscode'],
  });
  const profile = await mkdtemp(join(folder, 'profile-'));
  await runTests({
    vscodeExecutablePath: join(projectRoot, 'test', 'support', 'host', 'launcher.ts'),
    extensionDevelopmentPath: extension,
    extensionTestsPath: clock,
    launchArgs: [
      profile,
      `--user-data-dir=${join(profile, 'user-data')}`,
      `--extensions-dir=${join(profile, 'extensions')}`,
    ],
  });
  return Number(await readFile(result, 'utf8'));
}
