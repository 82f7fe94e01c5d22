/**
 * Runs the integration tests inside a real VS Code: the one from npm in a browser without a window, or with
 * `--desktop` the desktop build, which is downloaded. `--minimum` takes the oldest version that the extension
 * supports. `--grep TEXT` narrows the tests.
 */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { outFolder, projectRoot } from '../host/folders.ts';
import { installHost, minimumVersion } from '../host/install.ts';
import { endLocalService } from '../endLocalService.ts';

const { values } = parseArgs({
  options: {
    desktop: { type: 'boolean', default: false },
    minimum: { type: 'boolean', default: false },
    grep: { type: 'string' },
  },
});

const bundles = join(outFolder, 'test', 'integration');
/** The release that `engines.vscode` names; code-server's version 4.105.1 carries it. */
const minimumDesktop = '1.105.1';

/** Bundles each test module and the runner; `vscode` is given by the host, packages are loaded from the project. */
async function bundleTests(): Promise<void> {
  await rm(bundles, { recursive: true, force: true });
  const sources = join('test', 'integration');
  const names = await readdir(join(projectRoot, sources), { recursive: true });
  const tests = names.filter((name) => name.endsWith('.test.ts'));
  await build({
    absWorkingDir: projectRoot,
    entryPoints: [
      { in: 'test/support/integration/run.ts', out: 'run' },
      ...tests.map((name) => ({ in: join(sources, name), out: name.replace(/\.ts$/, '') })),
    ],
    outdir: bundles,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    packages: 'external',
    external: ['vscode'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
}

async function runInHost(profile: string): Promise<void> {
  const workspace = join(profile, 'workspace');
  await mkdir(workspace, { recursive: true });
  const version = values.minimum ? { version: minimumDesktop } : {};
  const launcher = join(
    projectRoot,
    'test',
    'support',
    'host',
    process.platform === 'win32' ? 'launcher.cmd' : 'launcher.ts',
  );
  await runTests({
    ...(values.desktop ? version : { vscodeExecutablePath: launcher }),
    extensionDevelopmentPath: projectRoot,
    extensionTestsPath: join(bundles, 'run.mjs'),
    launchArgs: [
      workspace,
      `--user-data-dir=${join(profile, 'user-data')}`,
      `--extensions-dir=${join(profile, 'extensions')}`,
      '--disable-workspace-trust',
    ],
    extensionTestsEnv: {
      ...(values.minimum ? { CODE_SERVER_VERSION: minimumVersion } : {}),
      ...(values.grep === undefined ? {} : { TEST_GREP: values.grep }),
    },
  });
}

await bundleTests();
if (!values.desktop) await installHost(values.minimum ? minimumVersion : undefined);
const profile = await mkdtemp(join(tmpdir(), 'azureml-services-integration-'));
try {
  await runInHost(profile);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await endLocalService(join(profile, 'user-data'));
  await rm(profile, { recursive: true, force: true, maxRetries: 5 });
}
