/** Starts a VS Code server with this extension in it, ready for a browser. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, existsSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse as parseJsonWithComments } from 'jsonc-parser';
import { endLocalService } from '../endLocalService.ts';
import { openFrontDoor, type FrontDoor } from './frontDoor.ts';
import { installHost } from './install.ts';
import { endProcessGroup, killProcessGroup } from './processes.ts';

/** What to start. Everything left out gets a fresh, empty one or the default. */
export interface HostOptions {
  /** Version of code-server; by default the newest one that the tests know. */
  version?: string;
  /** Folder of a built extension, run from where it is. */
  extension?: string;
  /** Folders of further extensions, run from where they are; one of a built-in extension's name takes its place. */
  furtherExtensions?: readonly string[];
  /** Path of a packed extension to install. */
  vsix?: string;
  /**
   * Module with an async `run()`; the window runs it in the extension host, then reports its end. The window
   * is VS Code's own test window then, which shows no notifications and no dialogs.
   */
  extensionTests?: string;
  /** Folder or `.code-workspace` file to open; by default a new empty folder. */
  workspace?: string;
  /** Folder of settings, global storage and logs; by default a new one, removed at the end. */
  userData?: string;
  /** Folder with unpacked extensions; by default one below `userData`. */
  extensions?: string;
  /** User settings to write before the start, over what the profile has or else over quiet defaults. */
  settings?: Record<string, unknown>;
  /** Whether VS Code asks if it may trust the workspace; by default it trusts every one. */
  workspaceTrust?: boolean;
  /** Log level of VS Code and its extensions; `info` by default. */
  logLevel?: 'trace' | 'debug' | 'info';
  /** Port of the address to open; 0, the default, takes a free one. */
  port?: number;
  /** Whether extensions can be searched on the network; true by default. Off, nothing leaves the machine. */
  gallery?: boolean;
  /** Added to the environment of the server, and so of the extension host. */
  env?: Record<string, string>;
}

/** A running VS Code server. */
export interface Host {
  /** Opens the window with the extension and the workspace: `http://127.0.0.1:PORT/`. */
  url: string;
  /** Absolute path of the opened folder or workspace file. */
  workspace: string;
  /** Absolute path of the user data folder; `data/User` below it is what a desktop has as `User`. */
  userData: string;
  /** Settles when the server ends, asked to or not. */
  ended: Promise<void>;
  /** Stops the server with its extension hosts; folders made for it are removed, and their local service ended. */
  close(): Promise<void>;
}

/** Keeps the window free of everything that asks, greets or reaches for the network. */
const quietSettings = {
  'chat.disableAIFeatures': true,
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'update.showReleaseNotes': false,
  'git.openRepositoryInParentFolders': 'never',
  'extensions.webWorker': false,
  'remote.autoForwardPorts': false,
};

/**
 * Installs VS Code if need be and starts it; it is ready for a browser when this resolves.
 * @throws Error when the server ends before it listens, with the end of its output, and Error with code
 * `EADDRINUSE` when `port` is taken.
 */
export async function startHost(options: HostOptions = {}): Promise<Host> {
  const { serverMain, node } = await installHost(options.version);
  const made: string[] = [];
  const userData = options.userData ?? (await temporaryFolder('user-data', made));
  const workspace = options.workspace ?? (await temporaryFolder('workspace', made));
  const extensions = options.extensions ?? join(userData, 'extensions');
  await mkdir(extensions, { recursive: true });
  await writeSettings(userData, options);

  const serverArguments = [
    serverMain,
    '--host=127.0.0.1',
    '--port=0',
    '--without-connection-token',
    '--accept-server-license-terms',
    `--server-data-dir=${userData}`,
    `--extensions-dir=${extensions}`,
    '--telemetry-level=off',
    // The extension host of a page that goes away without a word goes on for so many seconds, by default for hours.
    '--reconnection-grace-time=15',
    ...(options.workspaceTrust === true ? [] : ['--disable-workspace-trust']),
    `--log=${options.logLevel ?? 'info'}`,
  ];
  // Without it a built workbench ignores the paths of an extension under development and of its tests.
  if (options.extensionTests !== undefined) serverArguments.push('--enable-smoke-test-driver');
  else if (options.extension !== undefined) await registerExtension(extensions, options.extension);
  for (const folder of options.furtherExtensions ?? []) await registerExtension(extensions, folder);
  const env = {
    ...hostEnvironment(),
    ...(options.gallery === false ? { EXTENSIONS_GALLERY: '{"serviceUrl":""}' } : {}),
    ...options.env,
  };
  if (options.vsix !== undefined) await installExtension(node, serverArguments, options.vsix, env);

  const server = spawn(node, serverArguments, {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that its extension hosts end with it.
    detached: process.platform !== 'win32',
    env,
  });
  const ended = new Promise<void>((resolve) => server.once('close', () => resolve()));
  const killServer = (): void => {
    killProcessGroup(server);
    for (const folder of made) rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', killServer);
  const close = async (frontDoor?: FrontDoor): Promise<void> => {
    await frontDoor?.close();
    await endProcessGroup(server, ended);
    process.off('exit', killServer);
    if (made.includes(userData)) await endLocalService(userData);
    for (const folder of made) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const serverPort = await listeningPort(server, join(userData, 'server.log'));
    const frontDoor = await openFrontDoor({
      serverPort,
      port: options.port ?? 0,
      query: (origin) => windowQuery(origin, workspace, options),
    });
    return { url: `${frontDoor.origin}/`, workspace, userData, ended, close: () => close(frontDoor) };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What a window's address says: what to open, and in a test window which extension and tests to load. */
function windowQuery(origin: string, workspace: string, options: HostOptions): URLSearchParams {
  const remote = (path: string): string =>
    `vscode-remote://${new URL(origin).host}${pathToFileURL(path).pathname}`;
  const query = new URLSearchParams({
    [workspace.endsWith('.code-workspace') ? 'workspace' : 'folder']: workspace,
  });
  if (options.extensionTests !== undefined) {
    const payload = [['extensionTestsPath', remote(options.extensionTests)]];
    if (options.extension !== undefined) {
      payload.push(['extensionDevelopmentPath', remote(options.extension)]);
    }
    query.set('payload', JSON.stringify(payload));
  }
  return query;
}

/**
 * Makes VS Code take an extension from the folder where it is developed: as installed, by an entry in its list
 * of installed extensions. An extension under development would need VS Code's test window.
 */
async function registerExtension(extensions: string, folder: string): Promise<void> {
  const { name, publisher, version } = manifestOf(await readJson(join(folder, 'package.json')));
  const id = `${publisher}.${name}`;
  const list = join(extensions, 'extensions.json');
  const known = existsSync(list) ? await readJson(list) : [];
  const others = asArray(known).filter((entry) => !JSON.stringify(entry).includes(`"${id}"`));
  const location = { $mid: 1, scheme: 'file', path: pathToFileURL(folder).pathname };
  await writeFile(list, JSON.stringify([...others, { identifier: { id }, version, location }]));
}

interface Manifest {
  name: string;
  publisher: string;
  version: string;
}

function manifestOf(value: unknown): Manifest {
  const { name, publisher, version } = Object.fromEntries(Object.entries(asObject(value)));
  if (typeof name !== 'string' || typeof publisher !== 'string' || typeof version !== 'string') {
    throw new Error('The package.json of the extension has no name, publisher or version.');
  }
  return { name, publisher, version };
}

function asArray(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, 'utf8'));
}

async function temporaryFolder(name: string, made: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `azureml-services-${name}-`));
  made.push(folder);
  return folder;
}

/** A profile that has settings keeps them; they may have comments, which writing would lose. */
async function writeSettings(userData: string, options: HostOptions): Promise<void> {
  const folder = join(userData, 'data', 'User');
  const file = join(folder, 'settings.json');
  const exists = existsSync(file);
  if (exists && options.settings === undefined) return;
  await mkdir(folder, { recursive: true });
  const own: unknown = exists ? parseJsonWithComments(await readFile(file, 'utf8')) : {};
  const trust = { 'security.workspace.trust.enabled': options.workspaceTrust === true };
  const settings = { ...quietSettings, ...trust, ...asObject(own), ...options.settings };
  await writeFile(file, JSON.stringify(settings, undefined, 2));
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

/** The environment without what npm, a VS Code that this was started from and a local service in here have put there. */
function hostEnvironment(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !/^(npm_|VSCODE_|ELECTRON_|AZURITE_)/i.test(name)) env[name] = value;
  }
  return env;
}

async function installExtension(
  node: string,
  serverArguments: string[],
  vsix: string,
  env: Record<string, string>,
): Promise<void> {
  const child = spawn(node, [...serverArguments, `--install-extension=${vsix}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`VS Code did not install ${vsix} (exit code ${String(code)}).\n${output}`);
}

/** Waits for the line that names the port; everything the server prints goes to `logFile`. */
async function listeningPort(server: ChildProcess, logFile: string): Promise<number> {
  const log = createWriteStream(logFile);
  let output = '';
  return new Promise<number>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      log.write(chunk);
      if (output.length > 100_000) return;
      output += chunk.toString();
      const port = /Extension host agent listening on (\d+)/.exec(output)?.[1];
      if (port !== undefined) resolve(Number(port));
    };
    server.stdout?.on('data', read);
    server.stderr?.on('data', read);
    server.once('error', reject);
    server.once('close', (code) => {
      log.end();
      reject(new Error(`The VS Code server ended with ${String(code)} before it listened.\n${output}`));
    });
  });
}
