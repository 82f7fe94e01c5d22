import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';

/**
 * Starts npm, the one that runs this program if there is one. Without a shell where possible: on Windows a
 * plain `npm` is a batch file and needs one.
 */
export function spawnNpm(args: readonly string[], options: SpawnOptions): ChildProcess {
  const program = process.env['npm_execpath'];
  if (program?.endsWith('.js') === true) return spawn(process.execPath, [program, ...args], options);
  return spawn('npm', args, { ...options, shell: process.platform === 'win32' });
}
