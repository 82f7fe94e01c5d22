import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';

import { LOOPBACK } from './ports.ts';

/** The paths by which windows join, watch and end a local service; each wants the token of its lease. */
export const CONTROL_PATHS = {
  ping: '/local-service/ping',
  /** Answers the description as one line of JSON and stays open as long as the window wants the service. */
  hold: '/local-service/hold',
  stop: '/local-service/stop',
} as const;

export const TOKEN_HEADER = 'x-local-service-token';

export interface ControlCall {
  readonly port: number;
  readonly token: string;
  readonly path: string;
  readonly method?: 'GET' | 'POST';
  readonly signal?: AbortSignal | undefined;
}

/** Sends a control call on a connection of its own and resolves with the head of the answer. */
export function callControl(call: ControlCall): Promise<IncomingMessage> {
  const { port, token, path, method = 'GET', signal } = call;
  const headers = { [TOKEN_HEADER]: token };
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: LOOPBACK, port, path, method, headers, agent: false, signal }, resolve);
    outgoing.once('error', reject);
    outgoing.end();
  });
}

const PING_TIMEOUT_MS = 3000;

/**
 * Whether the holder of a token answers at a port. Silence counts as an answer: a process that is busy
 * must not lose its data folder to another.
 */
export async function answersControl(port: number, token: string): Promise<boolean> {
  const signal = AbortSignal.timeout(PING_TIMEOUT_MS);
  try {
    const answer = await callControl({ port, token, path: CONTROL_PATHS.ping, signal });
    answer.resume();
    return answer.statusCode === 204;
  } catch {
    return signal.aborted;
  }
}
