/**
 * Installs VS Code as npm carries it: the package `code-server`, whose `lib/vscode` is the server and
 * the web workbench. Its own install script wants headers of Kerberos for modules that nothing here
 * uses, so the two halves are installed without scripts, apart from the project's `node_modules`. Two native
 * modules that are used get stand-ins in plain JavaScript, so no compiler is needed.
 *
 * Run as a program it installs the default version, or the versions named as arguments.
 */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spawnNpm } from '../npm.ts';
import { cacheFolder } from './folders.ts';

/** The VS Code that every test runs in: 1.139.1. */
export const defaultVersion = '4.139.1';

/** The oldest VS Code that `engines.vscode` admits: 1.105.1. */
export const minimumVersion = '4.105.1';

/** An installed VS Code server. */
export interface InstalledHost {
  /** Version of the package `code-server`. */
  version: string;
  /** Absolute path of the server's entry file, to be run by Node 24. */
  serverMain: string;
}

/** Written last, so a folder without it is an install that was cut short; its content names the recipe. */
const completeMark = 'complete';
const recipe = 'server and stand-ins 1';
const standIns = [
  { from: 'spdlog.cjs', to: ['@vscode', 'spdlog', 'index.js'] },
  { from: 'nativeWatchdog.cjs', to: ['@vscode', 'native-watchdog', 'index.js'] },
];
const temporaryPrefix = 'installing-';

/**
 * Gives the installed VS Code server, after installing it if it is not there or was left half done.
 * The install is made in a folder of its own and renamed when whole, so two that run at once do no harm.
 * @throws Error when npm fails; the message ends with npm's own output.
 */
export async function installHost(
  version = defaultVersion,
  say: (line: string) => void = console.log,
): Promise<InstalledHost> {
  const folder = join(cacheFolder, `code-server-${version}`);
  const installed = { version, serverMain: join(serverFolder(folder), 'out', 'server-main.js') };
  if (await isComplete(folder)) return installed;

  say(`Installing VS Code (code-server ${version}) into ${folder}; about 20 seconds, once.`);
  await mkdir(cacheFolder, { recursive: true });
  const temporary = join(cacheFolder, `${temporaryPrefix}${process.pid}-${version}`);
  try {
    await removeAbandonedInstalls();
    await installInto(temporary, version);
    await moveIntoPlace(temporary, folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  say(`VS Code (code-server ${version}) is installed.`);
  return installed;
}

function serverFolder(folder: string): string {
  return join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
}

async function isComplete(folder: string): Promise<boolean> {
  const mark = await readFile(join(folder, completeMark), 'utf8').catch(() => '');
  return mark === recipe && existsSync(join(serverFolder(folder), 'out', 'server-main.js'));
}

async function installInto(folder: string, version: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
  await npm(folder, ['install', '--ignore-scripts', `code-server@${version}`]);
  await npm(serverFolder(folder), ['install', '--ignore-scripts', '--omit=dev']);
  for (const { from, to } of standIns) {
    await copyFile(
      join(import.meta.dirname, 'standIns', from),
      join(serverFolder(folder), 'node_modules', ...to),
    );
  }
  await writeFile(join(folder, completeMark), recipe);
}

async function moveIntoPlace(temporary: string, folder: string): Promise<void> {
  if (!(await isComplete(folder))) await rm(folder, { recursive: true, force: true });
  try {
    await rename(temporary, folder);
  } catch (error) {
    // Another process may have finished first; its install is as good.
    if (!(await isComplete(folder))) throw error;
  }
}

/** An install that was killed leaves its folder behind; the process id in its name tells whether it lives. */
async function removeAbandonedInstalls(): Promise<void> {
  for (const name of await readdir(cacheFolder)) {
    if (!name.startsWith(temporaryPrefix)) continue;
    const pid = Number.parseInt(name.slice(temporaryPrefix.length), 10);
    if (!isAlive(pid)) await rm(join(cacheFolder, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function npm(folder: string, args: string[]): Promise<void> {
  const quiet = [...args, '--no-audit', '--no-fund', '--loglevel=error'];
  const child = spawnNpm(quiet, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`npm ${args.join(' ')} ended with ${String(code)}.\n${output.trim()}`);
}

if (import.meta.main) {
  const versions = process.argv.slice(2);
  for (const version of versions.length > 0 ? versions : [defaultVersion]) await installHost(version);
}
