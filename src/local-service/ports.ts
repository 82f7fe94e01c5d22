import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import type { AddressInfo } from 'node:net';

import { Failure } from '../protocol/failure.ts';
import { hasCode } from './files.ts';

/** The local service answers on this address only. */
export const LOOPBACK = '127.0.0.1';

/** Listens on the first of the ports that is free; 0 is any free one. @throws Failure `PortInUse` */
export async function listenOnFirstFree(server: Server, ports: readonly number[]): Promise<number> {
  for (const port of ports) {
    if (await listens(server, port)) return portOf(server);
  }
  throw portInUse(ports);
}

/** A port that nobody listens on at this moment. @throws Failure `PortInUse` */
export async function firstFreePort(ports: readonly number[]): Promise<number> {
  const probe = createServer();
  const port = await listenOnFirstFree(probe, ports);
  probe.close();
  await once(probe, 'close');
  return port;
}

/** The ports to try: exactly the one asked for, else the one of last time and then any. */
export function portsToTry(asked: number | undefined, last: number | undefined): readonly number[] {
  if (asked) return [asked];
  return last ? [last, 0] : [0];
}

async function listens(server: Server, port: number): Promise<boolean> {
  try {
    server.listen(port, LOOPBACK);
    await once(server, 'listening');
    return true;
  } catch (error) {
    if (hasCode(error, 'EADDRINUSE') || hasCode(error, 'EACCES')) return false;
    throw error;
  }
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function portInUse(ports: readonly number[]): Failure {
  return new Failure({
    code: 'PortInUse',
    origin: 'client',
    sentence: `Port ${ports.join(', ')} is in use. End the other program or start the local service on another port.`,
  });
}
