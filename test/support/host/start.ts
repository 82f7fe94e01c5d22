/**
 * `npm start`: builds the extension and opens a VS Code with it.
 *
 * `--port N` chooses the port of the address (8765), `--no-open` opens no browser, `--desktop` uses the
 * program `code` of an installed VS Code instead.
 */
import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { spawnNpm } from '../npm.ts';
import { cacheFolder, projectRoot } from './folders.ts';
import { startHost, type Host } from './host.ts';
import { onAskedToEnd } from './processes.ts';

const usualPort = 8765;
const triedPorts = 10;

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    open: { type: 'boolean', default: true },
    desktop: { type: 'boolean', default: false },
  },
  allowNegative: true,
});

const workspace = join(cacheFolder, 'workspace');

async function build(): Promise<void> {
  console.log('Building the extension …');
  const child = spawnNpm(['run', '--silent', 'build'], {
    cwd: projectRoot,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error('The extension was not built; the lines above say why.');
}

async function startDesktop(): Promise<void> {
  const args = ['--new-window', `--extensionDevelopmentPath=${projectRoot}`, workspace];
  // On Windows the program is a batch file, which only a shell starts.
  const child = spawn('code', args, { stdio: 'inherit', shell: process.platform === 'win32' });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', () =>
      reject(
        new Error(
          'There is no program "code" on the PATH. In VS Code run the command "Shell Command: Install \'code\' command in PATH", or start without --desktop.',
        ),
      ),
    );
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`"code" ended with ${String(code)}.`);
  console.log('VS Code is open with the extension in it.');
}

/** Keys and settings of the browser belong to its address, so the usual port is kept when it can be. */
async function startOnFirstFreePort(): Promise<Host> {
  const first = values.port === undefined ? usualPort : portFrom(values.port);
  for (let port = first; ; port++) {
    try {
      const host = await startHost({
        extension: projectRoot,
        workspace,
        userData: join(cacheFolder, 'user-data'),
        port,
      });
      if (port !== first) {
        console.log(`Port ${first} is taken, is another "npm start" running? This one uses port ${port}.`);
        console.log('Keys that were stored under another port are not known here.');
      }
      return host;
    } catch (error) {
      if (!isPortTaken(error)) throw error;
      if (values.port !== undefined || port === first + triedPorts - 1) {
        throw new Error(`Port ${port} is taken. Name a free one: npm start -- --port N`, { cause: error });
      }
    }
  }
}

function portFrom(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`"${text}" is no port.`);
  return port;
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

/** Opens the browser of the desktop, if there is a desktop; the printed address serves everyone else. */
function openBrowser(url: string): void {
  const hasDisplay = ['DISPLAY', 'WAYLAND_DISPLAY'].some((name) => (process.env[name] ?? '') !== '');
  if (!values.open || (process.platform === 'linux' && !hasDisplay)) return;
  const commands: Partial<Record<NodeJS.Platform, string[]>> = {
    darwin: ['open', url],
    win32: ['cmd', '/c', 'start', '', url],
  };
  const [program = 'xdg-open', ...args] = commands[process.platform] ?? ['xdg-open', url];
  const child = spawn(program, args, { stdio: 'ignore', detached: true });
  child.once('error', () => undefined);
  child.unref();
}

async function serve(): Promise<void> {
  console.log('Starting VS Code …');
  const stopped = new Promise<'stopped'>((resolve) => onAskedToEnd(() => resolve('stopped')));
  const host = await startOnFirstFreePort();
  console.log(`
VS Code is running with the extension in it. Open this address in a browser:

    ${host.url}

The Azure ML icon is in the bar on the left. The folder that is open is
${host.workspace}
Press Ctrl+C here to stop.
`);
  openBrowser(host.url);
  const end = await Promise.race([stopped, host.ended]);
  await host.close();
  if (end !== 'stopped') {
    throw new Error(`The VS Code server has ended by itself; see ${join(host.userData, 'server.log')}.`);
  }
  console.log('Stopped.');
}

try {
  await mkdir(workspace, { recursive: true });
  await build();
  await (values.desktop ? startDesktop() : serve());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
