import { mkdir } from 'node:fs/promises';

import { Failure } from '../protocol/failure.ts';
import { helpText, parseCommandLine } from './commandLine.ts';
import type { CommandLine } from './commandLine.ts';
import { Control } from './control.ts';
import { EXIT_FAILED, EXIT_IN_USE, EXIT_OK } from './exitCodes.ts';
import { PRIVATE_FOLDER } from './files.ts';
import { Lease } from './lease.ts';
import { startLocalService } from './server.ts';

const DEFAULT_LINGER_MS = 60_000;
const PARENT_CHECK_MS = 1000;

process.exit(await main());

async function main(): Promise<number> {
  try {
    const commandLine = parseCommandLine(process.argv.slice(2));
    if (commandLine.help) {
      process.stdout.write(helpText());
      return EXIT_OK;
    }
    return await run(commandLine);
  } catch (error) {
    const known = error instanceof Failure;
    process.stderr.write(
      `${known ? error.sentence : String(error instanceof Error ? error.stack : error)}\n`,
    );
    return known && error.code === 'LocalServiceInUse' ? EXIT_IN_USE : EXIT_FAILED;
  }
}

/** Runs until a signal, a window's wish or, when it is shared, a minute without windows ends it; gives the exit code. */
async function run({ options, shared, lingerMs = DEFAULT_LINGER_MS }: CommandLine): Promise<number> {
  keepProxiesFromLoopback();
  const end = endSignal(shared);
  const lease = await takeLease(options.dataFolder);
  try {
    const control =
      lease &&
      new Control({
        token: lease.token,
        lingerMs: shared ? lingerMs : undefined,
        onEnd: () => end.now(EXIT_OK),
      });
    const service = await startLocalService(
      options,
      (request, response) => control?.handle(request, response) ?? false,
    );
    try {
      await lease?.ready(Number(new URL(service.description.baseUrl).port));
      control?.open(service.description);
      if (!shared) process.stdout.write(`${JSON.stringify(service.description)}\n`);
      const exitCode = await end.reached;
      await lease?.ending();
      return exitCode;
    } finally {
      control?.close();
      await service.close();
    }
  } finally {
    await lease?.release();
  }
}

async function takeLease(dataFolder: string | undefined): Promise<Lease | undefined> {
  if (dataFolder === undefined) return undefined;
  await mkdir(dataFolder, { recursive: true, mode: PRIVATE_FOLDER });
  return Lease.take(dataFolder);
}

interface EndSignal {
  /** The exit code, once it is time to end. */
  readonly reached: Promise<number>;
  readonly now: (exitCode: number) => void;
}

/** Ends once, in order, however often it is asked: npm sends a signal on to a child that has it already. */
function endSignal(shared: boolean): EndSignal {
  let now: EndSignal['now'] = () => undefined;
  const reached = new Promise<number>((resolve) => {
    now = resolve;
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => now(EXIT_OK));
  process.on('uncaughtException', (error) => {
    process.stderr.write(`${error.stack ?? error.message}\n`);
    now(EXIT_FAILED);
  });
  // Signals do not reach the child of a child on Windows.
  if (!shared && process.platform === 'win32') {
    const parent = process.ppid;
    setInterval(() => {
      if (!isThere(parent)) now(EXIT_OK);
    }, PARENT_CHECK_MS).unref();
  }
  return { reached, now };
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The storage SDK sends everything to the proxy of the environment, this machine's own storage included. */
function keepProxiesFromLoopback(): void {
  const others = process.env['NO_PROXY'] ?? process.env['no_proxy'];
  process.env['NO_PROXY'] = [others, '127.0.0.1', 'localhost'].filter(Boolean).join(',');
}
