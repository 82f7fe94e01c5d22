import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunning } from '../../../src/shared/isRunning.ts';
import { eventually } from '../../support/eventually.ts';
import type { Workbench } from './workbench.ts';

/** Kills the extension host that was started last, as a crash does, and waits until it is gone. */
export async function killExtensionHost(workbench: Workbench): Promise<void> {
  // VS Code's own complaints of a host that is gone, and of a page that goes away while it still works.
  workbench.health.expect(
    /[Ee]xtension ?[Hh]ost|^CloseEvent$|Unknown reconnection token|'vscode-web-db' is closed|on 'IDBTransaction'|Throttler is disposed/,
  );
  const pid = await eventually('an extension host', () => lastStarted(workbench.host.userData));
  process.kill(pid, 'SIGKILL');
  await eventually('the end of the extension host', () => !isRunning(pid));
}

/** Reloads the window, and waits until the extension host that it had is gone: a busy server may keep that for a while. */
export async function reloadAlone(workbench: Workbench): Promise<void> {
  const pid = await eventually('an extension host', () => lastStarted(workbench.host.userData));
  await workbench.window.reload();
  await eventually('the end of the extension host', () => !isRunning(pid));
}

/** The server writes down each process that it starts. */
async function lastStarted(userData: string): Promise<number | undefined> {
  const cwd = join(userData, 'data', 'logs');
  for await (const log of glob('*/remoteagent.log', { cwd })) {
    const text = await readFile(join(cwd, log), 'utf8');
    const pids = [...text.matchAll(/<(\d+)> Launched Extension Host Process/g)].map(([, pid]) => Number(pid));
    const running = pids.findLast(isRunning);
    if (running !== undefined) return running;
  }
  return undefined;
}
