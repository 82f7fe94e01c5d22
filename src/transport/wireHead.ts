import { subscribe, unsubscribe } from 'node:diagnostics_channel';

/** Where undici tells each head that it writes. Source: undici docs/docs/api/DiagnosticsChannel.md. */
const channel = 'undici:client:sendHeaders';

let expecting: ((head: string) => void) | undefined;

/** Starts to watch what undici writes; gives what ends that. */
export function watchWire(): () => void {
  subscribe(channel, onHead);
  return () => void unsubscribe(channel, onHead);
}

/**
 * Has the head of the request that starts at this moment told to `take`: request line and headers, without the
 * length of the body. undici writes it in the same turn, right after it has told that the request starts.
 */
export function expectHead(take: (head: string) => void): void {
  expecting = take;
  queueMicrotask(() => {
    if (expecting === take) expecting = undefined;
  });
}

function onHead(message: unknown): void {
  const take = expecting;
  expecting = undefined;
  if (take && typeof message === 'object' && message !== null && 'headers' in message) {
    take(String(message.headers));
  }
}

/** The headers of a head, in the order and spelling in which they went out. */
export function headersOfHead(head: string): (readonly [name: string, value: string])[] {
  return head.split('\r\n').flatMap((line, i) => {
    const colon = line.indexOf(':');
    return i === 0 || colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1).trim()] as const];
  });
}
