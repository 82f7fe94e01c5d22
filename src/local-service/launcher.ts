import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as v from 'valibot';

import { Failure } from '../protocol/failure.ts';
import { callControl, CONTROL_PATHS } from './controlClient.ts';
import { descriptionSchema } from './description.ts';
import type { LocalServiceDescription } from './description.ts';
import { EXIT_IN_USE } from './exitCodes.ts';
import { PRIVATE_FILE, PRIVATE_FOLDER } from './files.ts';
import { inUse, isAlive, Lease, readLease } from './lease.ts';
import type { LeaseContent } from './lease.ts';

export interface JoinOptions {
  /** Where the one local service of this user keeps its state; made when it is not there. */
  readonly dataFolder: string;
  /** The program of the local service, run with this process's own executable. */
  readonly programPath: string;
  readonly signal?: AbortSignal;
  /** Milliseconds that the service stays after its last window; a minute when absent. */
  readonly lingerMs?: number;
}

/** A window's hold on the local service: it stays at least until this is disposed or the process ends. */
export interface LocalServiceHandle {
  readonly description: LocalServiceDescription;
  /** Resolves when the service is gone, or this handle is disposed. */
  readonly closed: Promise<void>;
  dispose(): void;
}

const LOG = 'service.log';
const STATE = ['identity.json', 'endpoints.json', 'ports.json', 'jobs', 'blobs', LOG];
const POLL_MS = 50;
const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 30_000;
const RESET_ATTEMPTS = 5;

/**
 * Joins the local service of a data folder, starting it when none runs. Any number of windows may do so
 * at once; the lease lets one program win, and the others find it.
 * @throws Failure `LocalServiceNotStarted`, `Cancelled`
 */
export async function joinLocalService(options: JoinOptions): Promise<LocalServiceHandle> {
  const { dataFolder, signal } = options;
  await mkdir(dataFolder, { recursive: true, mode: PRIVATE_FOLDER });
  const deadline = Date.now() + START_TIMEOUT_MS;
  let program: Program | undefined;
  while (Date.now() < deadline) {
    if (signal?.aborted) throw cancelled(signal);
    const lease = await readLease(dataFolder);
    const handle = isReady(lease) ? await hold(lease, signal) : undefined;
    if (handle) return handle;
    if (program?.failed) throw await notStarted(dataFolder);
    if ((!program || program.exited) && !(await isTaken(lease))) program = new Program(options);
    await delay(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
  throw await notStarted(dataFolder);
}

/** Whether the local service of a data folder runs, whoever started it. */
export async function localServiceRuns(dataFolder: string): Promise<boolean> {
  const lease = await readLease(dataFolder);
  return isReady(lease) && (await isAlive(lease));
}

/** Ends the local service of a data folder for all windows, and waits until its data is on disk. @throws Failure */
export async function stopLocalService(dataFolder: string): Promise<void> {
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const lease = await readLease(dataFolder);
    if (lease === undefined) return;
    if (lease !== 'unreadable') {
      if (!(await isAlive(lease))) return;
      if (lease.state === 'ready') await askToStop(lease);
    }
    await delay(POLL_MS);
  }
  throw new Failure({
    code: 'LocalServiceNotStopped',
    origin: 'client',
    sentence: `The local service did not stop within ${STOP_TIMEOUT_MS / 1000} seconds. Try again, or end its process.`,
  });
}

/** Ends the local service and forgets its ids, keys, ports, jobs and blobs; the next start makes new ones. @throws Failure */
export async function resetLocalService(dataFolder: string): Promise<void> {
  await mkdir(dataFolder, { recursive: true, mode: PRIVATE_FOLDER });
  const lease = await takeStopped(dataFolder);
  try {
    await Promise.all(
      STATE.map((name) => rm(join(dataFolder, name), { recursive: true, force: true, maxRetries: 3 })),
    );
  } finally {
    await lease.release();
  }
}

/** Takes the lease once nobody has it, however eagerly other windows start the service again. */
async function takeStopped(dataFolder: string): Promise<Lease> {
  for (let attempt = 0; attempt < RESET_ATTEMPTS; attempt += 1) {
    await stopLocalService(dataFolder);
    try {
      return await Lease.take(dataFolder);
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'LocalServiceInUse') throw error;
    }
  }
  throw inUse(dataFolder);
}

/** A started program that outlives this process, or not: it may find that another one is there already. */
class Program {
  failed = false;
  exited = false;

  constructor({ dataFolder, programPath, lingerMs }: JoinOptions) {
    const linger = lingerMs === undefined ? [] : ['--linger', String(lingerMs)];
    const log = openSync(join(dataFolder, LOG), 'a', PRIVATE_FILE);
    const child: ChildProcess = spawn(
      process.execPath,
      [programPath, '--shared', '--data', dataFolder, ...linger],
      {
        cwd: dataFolder,
        detached: true,
        windowsHide: true,
        stdio: ['ignore', 'ignore', log],
        env: environment(),
      },
    );
    closeSync(log);
    child.once('error', () => this.#end(true));
    child.once('exit', (code) => this.#end(code !== 0 && code !== EXIT_IN_USE));
    child.unref();
  }

  #end(failed: boolean): void {
    this.exited = true;
    this.failed = failed;
  }
}

/** The extension host's executable is Electron on the desktop, and its debugging options are not for a child. */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => name !== 'NODE_OPTIONS' && !name.startsWith('VSCODE_'),
  );
  return { ...Object.fromEntries(own), ELECTRON_RUN_AS_NODE: '1', NODE_NO_WARNINGS: '1' };
}

/** Whether another program starts, runs or ends, so that starting one more would be in vain. */
async function isTaken(lease: Awaited<ReturnType<typeof readLease>>): Promise<boolean> {
  return lease === 'unreadable' || (lease !== undefined && (await isAlive(lease)));
}

type ReadyLease = LeaseContent & { readonly port: number };

function isReady(lease: Awaited<ReturnType<typeof readLease>>): lease is ReadyLease {
  return lease !== undefined && lease !== 'unreadable' && lease.state === 'ready' && lease.port !== undefined;
}

/** Undefined when the holder of the lease does not let us in: it ends, or has died. */
async function hold(
  lease: ReadyLease,
  signal: AbortSignal | undefined,
): Promise<LocalServiceHandle | undefined> {
  const { port, token } = lease;
  try {
    const stream = await callControl({ port, token, path: CONTROL_PATHS.hold });
    if (stream.statusCode !== 200) {
      stream.destroy();
      return undefined;
    }
    if (signal?.aborted) {
      stream.destroy();
      throw cancelled(signal);
    }
    return await handleOf(stream);
  } catch (error) {
    if (error instanceof Failure) throw error;
    return undefined;
  }
}

async function handleOf(stream: IncomingMessage): Promise<LocalServiceHandle> {
  const closed = new Promise<void>((resolve) => {
    stream.once('close', resolve);
  });
  const description = v.parse(descriptionSchema, JSON.parse(await firstLine(stream)));
  stream.on('error', () => undefined);
  stream.resume();
  return { description, closed, dispose: () => stream.destroy() };
}

function firstLine(stream: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const onData = (chunk: Buffer): void => {
      text += chunk.toString('utf8');
      if (!text.includes('\n')) return;
      stream.off('data', onData);
      resolve(text);
    };
    stream.on('data', onData);
    stream.once('error', reject);
    stream.once('end', () => reject(new Error('The local service ended.')));
  });
}

async function askToStop({ port, token }: LeaseContent): Promise<void> {
  if (port === undefined) return;
  try {
    const answer = await callControl({ port, token, path: CONTROL_PATHS.stop, method: 'POST' });
    answer.resume();
  } catch {
    // It has ended, or is ending: the lease tells.
  }
}

async function notStarted(dataFolder: string): Promise<Failure> {
  const log = await readFile(join(dataFolder, LOG), 'utf8').catch(() => '');
  const lastLine = log.trim().split('\n').at(-1) ?? '';
  return new Failure({
    code: 'LocalServiceNotStarted',
    origin: 'client',
    sentence: `The local service did not start. ${lastLine}`.trim(),
  });
}

function cancelled(signal: AbortSignal): Failure {
  return new Failure({
    code: 'Cancelled',
    origin: 'client',
    sentence: 'Starting the local service was cancelled.',
    cause: signal.reason,
  });
}
