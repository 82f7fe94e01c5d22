import assert from 'node:assert/strict';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { EXIT_IN_USE } from '../../../src/local-service/exitCodes.ts';
import {
  joinLocalService,
  localServiceRuns,
  resetLocalService,
  stopLocalService,
  type LocalServiceHandle,
} from '../../../src/local-service/launcher.ts';
import { readLease } from '../../../src/local-service/lease.ts';
import { Failure } from '../../../src/protocol/failure.ts';
import { eventually } from '../../support/eventually.ts';

const programPath = fileURLToPath(new URL('../../../src/local-service/main.ts', import.meta.url));
const windowPath = fileURLToPath(new URL('joiningWindow.ts', import.meta.url));
const posix = process.platform !== 'win32';

interface OpenWindow {
  readonly window: ChildProcessByStdio<Writable, Readable, null>;
  /** What it printed when it had joined. */
  readonly description: string;
  readonly exited: Promise<unknown>;
}

describe('the shared local service', function () {
  this.timeout(60_000);

  let dataFolder: string;

  beforeEach(async () => {
    dataFolder = await mkdtemp(join(tmpdir(), 'azureml-test-'));
  });

  afterEach(async () => {
    await stopLocalService(dataFolder);
    await rm(dataFolder, { recursive: true, force: true, maxRetries: 5 });
  });

  function joinIt(lingerMs = 60_000): Promise<LocalServiceHandle> {
    return joinLocalService({ dataFolder, programPath, lingerMs });
  }

  async function pidOfService(): Promise<number> {
    const lease = await readLease(dataFolder);
    assert.ok(lease !== undefined && lease !== 'unreadable');
    return lease.pid;
  }

  async function openWindow(lingerMs: number): Promise<OpenWindow> {
    const window = spawn(process.execPath, [windowPath, dataFolder, programPath, String(lingerMs)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const exited = once(window, 'exit');
    const [description] = (await once(createInterface(window.stdout), 'line')) as [string];
    return { window, description, exited };
  }

  function isGone(pid: number): boolean {
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      return true;
    }
  }

  it('tells whether it runs, without starting it', async () => {
    assert.equal(await localServiceRuns(join(dataFolder, 'none')), false);
    assert.equal(await localServiceRuns(dataFolder), false);
    const handle = await joinIt();
    assert.equal(await localServiceRuns(dataFolder), true);
    handle.dispose();
    await stopLocalService(dataFolder);
    assert.equal(await localServiceRuns(dataFolder), false);
  });

  it('is started once by windows that come at the same time, and ends by itself after the last', async () => {
    const windows = await Promise.all([1, 2, 3].map(() => openWindow(200)));
    assert.equal(new Set(windows.map(({ description }) => description)).size, 1);
    const pid = await pidOfService();
    const [first, second, third] = windows;
    first?.window.kill('SIGKILL');
    second?.window.stdin.end();
    await Promise.all([first?.exited, second?.exited]);
    assert.equal(isGone(pid), false);
    third?.window.stdin.end();
    await eventually('the service ends', () => isGone(pid));
    assert.equal(await readLease(dataFolder), undefined);
  });

  it('is found again by a window that reloads, with the same ports, ids, keys and blobs', async () => {
    const before = await joinIt();
    const pid = await pidOfService();
    before.dispose();
    await before.closed;
    const after = await joinIt();
    assert.deepEqual(after.description, before.description);
    assert.equal(await pidOfService(), pid);
    after.dispose();
  });

  it('is started again with its state after it was killed', async () => {
    const before = await joinIt();
    process.kill(await pidOfService(), 'SIGKILL');
    await before.closed;
    const after = await joinIt();
    assert.deepEqual(after.description, before.description);
    after.dispose();
  });

  it('is started although the lease names a process that is something else', async () => {
    const lease = { pid: process.pid, token: 'x', state: 'ready', port: 9, since: Date.now() };
    await writeFile(join(dataFolder, 'lease.json'), JSON.stringify(lease));
    const handle = await joinIt();
    assert.notEqual(await pidOfService(), process.pid);
    handle.dispose();
  });

  it('tells all windows when it is stopped, and keeps its state', async () => {
    const [one, other] = await Promise.all([joinIt(), joinIt()]);
    const pid = await pidOfService();
    await stopLocalService(dataFolder);
    await Promise.all([one.closed, other.closed]);
    await eventually('the process is gone', () => isGone(pid));
    const again = await joinIt();
    assert.deepEqual(again.description, one.description);
    again.dispose();
  });

  it('forgets everything when it is reset', async () => {
    const before = await joinIt();
    await writeFile(join(dataFolder, 'endpoints.json'), 'unreadable');
    await resetLocalService(dataFolder);
    await before.closed;
    assert.deepEqual(await readdir(dataFolder), []);
    const { description } = await joinIt();
    assert.notEqual(description.workspaceId, before.description.workspaceId);
    assert.notEqual(description.storageConnectionString, before.description.storageConnectionString);
    assert.notEqual(description.services[0]?.apiKey, before.description.services[0]?.apiKey);
  });

  it('can be stopped and reset when it does not run', async () => {
    await stopLocalService(dataFolder);
    await resetLocalService(join(dataFolder, 'never used'));
    await rm(join(dataFolder, 'never used'), { recursive: true });
  });

  (posix ? it : it.skip)('keeps its keys from other users', async () => {
    const handle = await joinIt();
    for (const name of ['identity.json', 'lease.json', 'ports.json', 'service.log']) {
      assert.equal((await stat(join(dataFolder, name))).mode & 0o777, 0o600, name);
    }
    for (const name of ['jobs', 'blobs']) {
      assert.equal((await stat(join(dataFolder, name))).mode & 0o777, 0o700, name);
    }
    handle.dispose();
  });

  it('keeps a second program from its data', async () => {
    const handle = await joinIt();
    const second = spawn(process.execPath, [programPath, '--data', dataFolder], { stdio: 'ignore' });
    const [exitCode] = (await once(second, 'exit')) as [number];
    assert.equal(exitCode, EXIT_IN_USE);
    handle.dispose();
  });

  it('says why it does not start', async () => {
    await writeFile(join(dataFolder, 'identity.json'), 'no JSON');
    await chmod(join(dataFolder, 'identity.json'), 0o600);
    await assert.rejects(joinIt(), (error) => {
      assert.ok(error instanceof Failure);
      assert.equal(error.code, 'LocalServiceNotStarted');
      assert.match(error.sentence, /cannot read its ids and keys .* Reset the local service/);
      return true;
    });
  });

  it('does not keep a window that is cancelled', async () => {
    const cancel = new AbortController();
    const joining = joinLocalService({ dataFolder, programPath, lingerMs: 0, signal: cancel.signal });
    const rejected = assert.rejects(
      joining,
      (error) => error instanceof Failure && error.code === 'Cancelled',
    );
    await eventually('the program starts', async () => (await readLease(dataFolder)) !== undefined);
    cancel.abort();
    await rejected;
    await eventually('the program ends by itself', async () => (await readLease(dataFolder)) === undefined);
  });

  it('opens its control paths to holders of the token only', async () => {
    const handle = await joinIt();
    const lease = await readLease(dataFolder);
    assert.ok(lease !== undefined && lease !== 'unreadable');
    for (const [path, method] of [
      ['ping', 'GET'],
      ['hold', 'GET'],
      ['stop', 'POST'],
    ] as const) {
      const response = await fetch(`${handle.description.baseUrl}/local-service/${path}`, {
        method,
        headers: { 'x-local-service-token': 'guess' },
      });
      assert.equal(response.status, 404, path);
    }
    handle.dispose();
  });
});
