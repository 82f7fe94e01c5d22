import { spawnSync, type ChildProcess } from 'node:child_process';

/**
 * Ends a child that was spawned `detached`, with everything in its process group (on Windows: its tree),
 * also what the child has left behind. Synchronous, so it works while the process exits.
 */
export function killProcessGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL' = 'SIGKILL'): void {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(child.pid), '/t', '/f'], { stdio: 'ignore' });
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The whole group is gone.
  }
}

/** Asks a detached child's group to end, and ends it when it has not after five seconds. */
export async function endProcessGroup(child: ChildProcess, ended: Promise<void>): Promise<void> {
  killProcessGroup(child, 'SIGTERM');
  const force = setTimeout(() => killProcessGroup(child), 5000);
  await ended;
  clearTimeout(force);
  killProcessGroup(child);
}

/**
 * Calls back once, when this program is asked to end: by a signal, or because the program that started it is
 * gone. npm passes a signal on to its shell only, which ends without a word to what it runs.
 */
export function onAskedToEnd(callback: () => void): void {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== parent) end();
  }, 1000).unref();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const end = (): void => {
    clearInterval(watch);
    for (const signal of signals) process.off(signal, end);
    callback();
  };
  for (const signal of signals) process.once(signal, end);
}
