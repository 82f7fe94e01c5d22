/** Finds a Chromium and starts it without a window: an installed one, else the one that npm carries. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromium, type Browser } from 'playwright-core';
import { cacheFolder } from './folders.ts';

/** A browser to start: its program and what its environment must add. */
interface BrowserProgram {
  path: string;
  env: Record<string, string>;
}

const quietArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Starts a headless Chromium; the caller closes it.
 *
 * `CHROME_PATH` names a program to use. Without it the first of Chromium, Chrome or Edge that is installed
 * is used, and on Linux x64 the one of `@sparticuz/chromium`, unpacked into the cache folder on first use.
 * @throws Error that says what to install when there is none.
 */
export async function launchBrowser(): Promise<Browser> {
  const { path, env } = await findBrowser();
  return chromium.launch({
    executablePath: path,
    args: quietArguments,
    env: { ...definedEnvironment(), ...env },
  });
}

async function findBrowser(): Promise<BrowserProgram> {
  const named = process.env['CHROME_PATH'];
  if (named !== undefined && named !== '') return { path: named, env: {} };
  const installed = installedBrowsers().find((path) => existsSync(path));
  if (installed !== undefined) return { path: installed, env: {} };
  if (process.platform === 'linux' && process.arch === 'x64') return packagedBrowser();
  throw new Error(
    'No Chromium, Chrome or Edge was found. Install one, or name its program in the environment variable CHROME_PATH.',
  );
}

function installedBrowsers(): string[] {
  switch (process.platform) {
    case 'darwin':
      return [
        '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
        '/Applications/Chromium.app/Contents/MacOS/Chromium',
        '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
      ];
    case 'win32':
      return ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA'].flatMap((name) => {
        const root = process.env[name];
        if (root === undefined) return [];
        return [
          join(root, 'Google', 'Chrome', 'Application', 'chrome.exe'),
          join(root, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
        ];
      });
    default:
      return [
        'chromium',
        'chromium-browser',
        'google-chrome',
        'google-chrome-stable',
        'microsoft-edge',
      ].flatMap((name) => (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name)));
  }
}

const packageFolder = fileURLToPath(new URL('..', import.meta.resolve('@sparticuz/chromium')));

async function packagedBrowser(): Promise<BrowserProgram> {
  const manifest = await readFile(join(packageFolder, 'package.json'), 'utf8');
  const version = /"version":\s*"([^"]+)"/.exec(manifest)?.[1] ?? 'unknown';
  const folder = join(cacheFolder, `chromium-${version}`);
  if (!existsSync(folder)) await unpackBrowser(folder);
  const path = join(folder, 'chromium');
  const env: Record<string, string> = { FONTCONFIG_FILE: join(folder, 'fonts.conf') };
  if (await lacksLibraries(path)) env['LD_LIBRARY_PATH'] = join(folder, 'al2023', 'lib');
  return { path, env };
}

/** Unpacks beside and renames, so a run that is cut short leaves no broken browser. */
async function unpackBrowser(folder: string): Promise<void> {
  await mkdir(cacheFolder, { recursive: true });
  const temporary = await mkdtemp(join(cacheFolder, 'unpacking-'));
  const ownTemporary = process.env['TMPDIR'];
  // The package unpacks into the folder for temporary files and into no other.
  process.env['TMPDIR'] = temporary;
  try {
    const { default: packaged, inflate } = await import('@sparticuz/chromium');
    await packaged.executablePath();
    await inflate(join(packageFolder, 'bin', 'al2023.tar.br'));
    await writeFile(join(temporary, 'fonts.conf'), fontConfiguration(join(folder, 'fonts')));
    await rename(temporary, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  } finally {
    if (ownTemporary === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = ownTemporary;
    await rm(temporary, { recursive: true, force: true });
  }
}

/** The machine's own fonts and the package's, so that text is drawn on a machine without any font. */
function fontConfiguration(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>${folder}</dir>
  <cachedir>${folder}-cache</cachedir>
</fontconfig>
`;
}

/** A machine without NSS gets the libraries that the package brings for such machines. */
async function lacksLibraries(program: string): Promise<boolean> {
  const { stdout } = await promisify(execFile)('ldd', [program]).catch(() => ({ stdout: '' }));
  return stdout.includes('not found');
}

function definedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
