import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** A program that tests run generated code with, and the Debian packages that it comes in. */
export interface Runtime {
  readonly command: string;
  readonly packages: readonly string[];
}

export const runtimes = {
  bash: { command: 'bash', packages: ['bash'] },
  curl: { command: 'curl', packages: ['curl', 'ca-certificates'] },
  python: { command: process.platform === 'win32' ? 'python' : 'python3', packages: ['python3'] },
  r: { command: 'Rscript', packages: ['r-base-core', 'r-cran-httr2', 'r-cran-jsonlite'] },
  csharp: {
    command: 'mcs',
    packages: [
      'mono-mcs',
      'mono-runtime',
      'libmono-system-net-http4.0-cil',
      'libmono-system-runtime-serialization4.0-cil',
      'libmono-system-xml-linq4.0-cil',
    ],
  },
} as const satisfies Readonly<Record<string, Runtime>>;

/** A machine that cannot reach the packages must not hold up the tests, in milliseconds. */
const longestInstall = 180_000;
const apt = ['-o', 'DPkg::Lock::Timeout=300', '-qq'];

/**
 * Installs what is missing, where that can be done without asking: as root on a Debian machine. Gives the commands that
 * are not there all the same; a line says so, because the tests of them are then left out.
 */
export function ensureRuntimes(
  wanted: readonly Runtime[],
  say: (line: string) => void = console.log,
): ReadonlySet<string> {
  const missing = wanted.filter(({ command }) => !isThere(command));
  if (missing.length > 0 && canInstall()) install(missing, say);
  const absent = missing.map(({ command }) => command).filter((command) => !isThere(command));
  if (absent.length > 0) say(`      Not on this machine: ${absent.join(', ')}.`);
  return new Set(absent);
}

function isThere(command: string): boolean {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
}

function canInstall(): boolean {
  return existsSync('/etc/debian_version') && process.getuid?.() === 0;
}

function install(missing: readonly Runtime[], say: (line: string) => void): void {
  const packages = missing.flatMap((runtime) => runtime.packages);
  const started = performance.now();
  say(`      Installing ${missing.map(({ command }) => command).join(', ')} from Debian, once.`);
  const installed =
    run(['install', '-y', '--no-install-recommends', ...packages]) ||
    // A new machine has no lists of packages yet, or old ones.
    (run(['update']) && run(['install', '-y', '--no-install-recommends', ...packages]));
  const seconds = Math.round((performance.now() - started) / 1000);
  say(`      ${installed ? 'Installed' : 'Not installed'} after ${String(seconds)} s.`);
}

function run(args: readonly string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return (
    spawnSync('apt-get', [...apt, ...args], { env, stdio: 'ignore', timeout: longestInstall }).status === 0
  );
}
