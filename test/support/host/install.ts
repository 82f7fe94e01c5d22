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
  /** Absolute path of the server's entry file. */
  serverMain: string;
  /** Absolute path of the Node that runs it: of the major version that its VS Code was made for. */
  node: string;
}

/** Written last, so a folder without it is an install that was cut short; its content names the recipe. */
const completeMark = 'complete';
const recipe = 'server, stand-ins, own Node';
const standIns = [
  { from: 'spdlog.cjs', to: ['@vscode', 'spdlog', 'index.js'] },
  { from: 'nativeWatchdog.cjs', to: ['@vscode', 'native-watchdog', 'index.js'] },
  // Its name until 2025.
  { from: 'nativeWatchdog.cjs', to: ['native-watchdog', 'index.js'] },
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
  if (await isComplete(folder)) return describeInstall(folder, version);

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
  return describeInstall(folder, version);
}

async function describeInstall(folder: string, version: string): Promise<InstalledHost> {
  const ownNode = await ownNodePackage(folder);
  const program = process.platform === 'win32' ? 'node.exe' : 'node';
  return {
    version,
    serverMain: join(serverFolder(folder), 'out', 'server-main.js'),
    node:
      ownNode === undefined ? process.execPath : join(folder, 'node_modules', ownNode.name, 'bin', program),
  };
}

/**
 * The npm package of the Node that this VS Code needs, when it is another major version than the running one:
 * an extension host of another version hangs as soon as it loads an ES module.
 */
async function ownNodePackage(folder: string): Promise<{ name: string; major: string } | undefined> {
  const manifest = await readFile(join(folder, 'node_modules', 'code-server', 'package.json'), 'utf8');
  const major = /"engines":\s*\{[^}]*"node":\s*"(\d+)/.exec(manifest)?.[1];
  if (major === undefined || Number(major) === Number.parseInt(process.versions.node, 10)) return undefined;
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  // The package of this platform has had another name from the start.
  const prefix = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
  return { name: `${prefix}-${platform}-${process.arch}`, major };
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
  await takeGitDependenciesFromRegistry(serverFolder(folder));
  await npm(serverFolder(folder), ['install', '--ignore-scripts', '--omit=dev']);
  const ownNode = await ownNodePackage(folder);
  if (ownNode !== undefined) {
    await npm(folder, ['install', '--ignore-scripts', `${ownNode.name}@${ownNode.major}`]);
  }
  for (const { from, to } of standIns) {
    const target = join(serverFolder(folder), 'node_modules', ...to);
    if (existsSync(target)) await copyFile(join(import.meta.dirname, 'standIns', from), target);
  }
  await writeFile(join(folder, completeMark), recipe);
}

/**
 * Older servers pin a package by its commit, which only a machine that reaches the git host can install. The
 * registry has the same version; it is taken instead, with the binaries that its own dependencies bring.
 */
async function takeGitDependenciesFromRegistry(folder: string): Promise<void> {
  const lock = join(folder, 'npm-shrinkwrap.json');
  const manifest = join(folder, 'package.json');
  const versions = new Map<string, string>();
  const withoutGit: unknown = JSON.parse(await readFile(lock, 'utf8'), (key, value: unknown) => {
    const version = key.startsWith('node_modules/') ? versionFromGit(value) : undefined;
    if (version === undefined) return value;
    versions.set(key.slice('node_modules/'.length), version);
    return undefined;
  });
  if (versions.size === 0) return;
  const byVersion = (key: string, value: unknown): unknown =>
    typeof value === 'string' && value.includes('#') ? (versions.get(key) ?? value) : value;
  await writeFile(lock, JSON.stringify(JSON.parse(JSON.stringify(withoutGit), byVersion)));
  await writeFile(manifest, JSON.stringify(JSON.parse(await readFile(manifest, 'utf8'), byVersion)));
}

/** The version of a locked package that comes from a git host. */
function versionFromGit(entry: unknown): string | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  if (!('resolved' in entry && 'version' in entry)) return undefined;
  const { resolved, version } = entry;
  if (typeof resolved !== 'string' || typeof version !== 'string') return undefined;
  return resolved.startsWith('git+') ? version : undefined;
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
