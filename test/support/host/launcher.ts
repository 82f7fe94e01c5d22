#!/usr/bin/env node
/**
 * Stands in for the desktop program of VS Code: takes the arguments that `@vscode/test-electron` gives to it
 * (`--extensionDevelopmentPath`, `--extensionTestsPath`, `--user-data-dir`, `--extensions-dir`, a folder to
 * open) and opens them in the VS Code server and a browser without a window. What the tests print comes out
 * on standard output; the exit code is that of the tests.
 *
 * `CODE_SERVER_VERSION` chooses the version of VS Code.
 */
import { format, parseArgs } from 'node:util';
import { launchBrowser } from './browser.ts';
import { isKnownNoise } from './noise.ts';
import { startHost, type HostOptions } from './host.ts';
import { onAskedToEnd } from './processes.ts';

const { values, positionals } = parseArgs({
  strict: false,
  allowPositionals: true,
  options: {
    extensionDevelopmentPath: { type: 'string' },
    extensionTestsPath: { type: 'string' },
    'user-data-dir': { type: 'string' },
    'extensions-dir': { type: 'string' },
  },
});

/** Only what was given, so that the host's own defaults stand. */
function hostOptions(): HostOptions {
  const options: HostOptions = { gallery: false };
  const given = (name: string, use: (value: string) => void): void => {
    const value = values[name];
    if (typeof value === 'string') use(value);
  };
  given('extensionDevelopmentPath', (path) => (options.extension = path));
  given('extensionTestsPath', (path) => (options.extensionTests = path));
  given('user-data-dir', (path) => (options.userData = path));
  given('extensions-dir', (path) => (options.extensions = path));
  const [workspace] = positionals;
  if (workspace !== undefined) options.workspace = workspace;
  const version = process.env['CODE_SERVER_VERSION'];
  if (version !== undefined) options.version = version;
  return options;
}

/** The workbench reports each line of the extension host's console as a type and its arguments. */
function printLine(type: string, args: unknown[]): void {
  const line = format(...args);
  if (isKnownNoise(line)) return;
  const stream = type === 'error' || type === 'warn' ? process.stderr : process.stdout;
  stream.write(`${line}\n`);
}

async function runTests(): Promise<number> {
  const host = await startHost(hostOptions());
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const result = new Promise<number>((resolve, reject) => {
      page.once('crash', () => reject(new Error('The window has crashed.')));
      browser.once('disconnected', () => reject(new Error('The browser has ended.')));
      void host.ended.then(() => reject(new Error('The VS Code server has ended.')));
      onAskedToEnd(() => reject(new Error('Interrupted.')));
      void page.exposeFunction('codeAutomationExit', resolve);
      void page.exposeFunction('codeAutomationLog', printLine);
    });
    await page.goto(host.url);
    return await result;
  } finally {
    await browser.close();
    await host.close();
  }
}

try {
  process.exitCode = await runTests();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
