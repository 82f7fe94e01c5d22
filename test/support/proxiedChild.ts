/**
 * A program on a network on which nothing but a proxy can be reached. Takes one JSON argument, does one thing with the
 * extension's HTTP client, and prints one JSON line about how it went.
 */
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect, createServer, Socket, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Failure } from '../../src/protocol/failure.ts';
import { execute } from '../../src/requests/execute.ts';
import { BlobClient } from '../../src/storage/blobClient.ts';
import { downloadToFile } from '../../src/storage/download.ts';
import { defineStorage } from '../../src/storage/storageDefinition.ts';
import { createHttpClient, type NetworkSettings } from '../../src/transport/index.ts';

export interface ProxiedArguments {
  /** Where the proxy is: the path of its Unix socket, where this process has a network of its own, else its port. */
  readonly proxy: string | number;
  /** `{proxy}` in them and in the environment is the proxy's `host:port` as it is seen here. */
  readonly settings: NetworkSettings;
  readonly action:
    | { readonly kind: 'socket'; readonly host: string; readonly port: number }
    | { readonly kind: 'rrs'; readonly baseUrl: string; readonly body: string; readonly key: string }
    | {
        readonly kind: 'storage';
        readonly connectionString: string;
        readonly container: string;
        readonly folder: string;
      };
}

export type ProxiedResult = { readonly value: unknown } | { readonly code: string; readonly message: string };

const { proxy, settings, action } = JSON.parse(process.argv[2] ?? '') as ProxiedArguments;
const port = typeof proxy === 'string' ? await relayTo(proxy) : refuseAllBut(proxy);
for (const [name, value] of Object.entries(process.env)) {
  if (/proxy$/i.test(name)) process.env[name] = value?.replace('{proxy}', `127.0.0.1:${port}`);
}

const http = createHttpClient({
  log: () => undefined,
  settings: () =>
    JSON.parse(JSON.stringify(settings).replaceAll('{proxy}', `127.0.0.1:${port}`)) as NetworkSettings,
  allowPlainHttp: () => true,
  retryDelayMs: 1,
});
try {
  report({ value: await perform() });
} catch (error) {
  const code = error instanceof Failure ? error.code : (error as NodeJS.ErrnoException).code;
  report({ code: code ?? 'none', message: String(error) });
}
process.exit();

function report(result: ProxiedResult): void {
  console.log(JSON.stringify(result));
}

async function perform(): Promise<unknown> {
  switch (action.kind) {
    case 'socket': {
      const socket = connect(action.port, action.host);
      await once(socket, 'connect');
      return 'connected';
    }
    case 'rrs': {
      const [, workspaceId = '', endpointId = ''] =
        /workspaces\/(\w+)\/services\/(\w+)/.exec(action.baseUrl) ?? [];
      const baseUrl = new URL(action.baseUrl).origin;
      const answer = await execute(
        http,
        {
          address: { baseUrl, style: 'workspaces', workspaceId, endpointId },
          query: { apiVersion: '2.0', details: true },
          headers: {},
          body: action.body,
        },
        { Authorization: `Bearer ${action.key}` },
      );
      return { status: answer.status, text: answer.text, sent: answer.sent };
    }
    case 'storage': {
      const { connectionString, container, folder } = action;
      const open = (connection: string): Promise<BlobClient> =>
        BlobClient.open(
          defineStorage({ kind: 'connectionString', connectionString: connection, container }),
          http,
        );
      const storage = await open(connectionString);
      await storage.check();
      const file = join(folder, 'sent.csv');
      const text = 'a,b\r\n'.repeat(2_000_000);
      await writeFile(file, text);
      const blob = await storage.upload({ file, blob: `proxied-${process.pid}.csv` });
      const back = join(folder, `back-${process.pid}.csv`);
      // The storage behind the TLS front speaks plain http, so the signature has to allow that.
      const signing = await open(connectionString.replaceAll('https', 'http'));
      const url = signing.readUrl(blob).replace('http:', 'https:');
      await downloadToFile(http, { url }, back);
      return (await readFile(back, 'utf8')) === text;
    }
  }
}

/** Listens on this process's own loopback for the proxy, whose Unix socket reaches through the wall between networks. */
async function relayTo(path: string): Promise<number> {
  const relay = createServer((socket) => {
    const upstream = connect(path);
    socket.pipe(upstream).pipe(socket);
    for (const each of [socket, upstream]) each.on('error', () => undefined);
    socket.on('close', () => upstream.destroy());
    upstream.on('close', () => socket.destroy());
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  return (relay.address() as AddressInfo).port;
}

/** Where a process can have no network of its own: every other socket ends before it leaves. */
function refuseAllBut(allowed: number): number {
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const { connect: really } = Socket.prototype;
  Socket.prototype.connect = function (this: Socket, ...given: unknown[]): Socket {
    const [options] = given.flat() as [{ port?: number | string; path?: string } | undefined];
    if (Number(options?.port) === allowed) return Reflect.apply(really, this, given) as Socket;
    process.nextTick(() =>
      this.destroy(Object.assign(new Error('connect ENETUNREACH'), { code: 'ENETUNREACH' })),
    );
    return this;
  };
  return allowed;
}
