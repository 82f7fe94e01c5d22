import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ProxiedArguments, ProxiedResult } from './proxiedChild.ts';

const child = fileURLToPath(new URL('./proxiedChild.ts', import.meta.url));
const withLoopback = ['sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];

/** The command that gives a program a network of its own with nothing on it but loopback; needs Linux and the right to. */
const wall = [
  ['unshare', '--net', ...withLoopback],
  ['unshare', '--user', '--map-root-user', '--net', ...withLoopback],
].find(([command = '', ...rest]) => spawnSync(command, [...rest, 'true'], { timeout: 10_000 }).status === 0);

/** How direct sockets are refused to `onProxiedNetwork`. */
export const refusedBy: 'namespace' | 'guard' = wall ? 'namespace' : 'guard';

/**
 * Runs `proxiedChild.ts` where it can reach the proxy alone: in a network namespace of its own, where the kernel
 * refuses every other socket, else with a guard in the process.
 */
export async function onProxiedNetwork(
  given: ProxiedArguments,
  environment: Readonly<Record<string, string>> = {},
): Promise<ProxiedResult> {
  const [command, ...prefix] = [...(wall ?? []), process.execPath];
  const own = Object.entries(process.env).filter(([name]) => !/_proxy$|^NODE_EXTRA|^SSL_CERT/i.test(name));
  const { stdout } = await promisify(execFile)(command, [...prefix, child, JSON.stringify(given)], {
    env: { ...Object.fromEntries(own), ...environment },
    timeout: 60_000,
  });
  return JSON.parse(stdout) as ProxiedResult;
}
