import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { BlobServiceClient } from '@azure/storage-blob';
import blobConfiguration from 'azurite/dist/src/blob/BlobConfiguration.js';
import blobServer from 'azurite/dist/src/blob/BlobServer.js';

import { PRIVATE_FOLDER } from './files.ts';
import { firstFreePort, LOOPBACK } from './ports.ts';

/** The blob storage account of the local service, answered by Azurite on loopback. */
export interface BlobStorage {
  readonly account: string;
  readonly accountKey: string;
  /** Where blobs are, ending in `/`: `http://127.0.0.1:port/account/`. */
  readonly endpoint: string;
  readonly connectionString: string;
  readonly port: number;
  /** Writes the index to disk; without it a sudden end loses the blobs of the last five seconds. */
  flush(): Promise<void>;
  /** Flushes, and ends. */
  close(): Promise<void>;
}

export interface BlobStorageInit {
  readonly folder: string;
  readonly account: string;
  readonly accountKey: string;
  /** Tried in this order; 0 is any free port. */
  readonly ports: readonly number[];
  /** Made when it does not exist. */
  readonly container: string;
}

const KEEP_ALIVE_SECONDS = 5;
const WRITERS = 50;

/** How long a call that is still running may hold up the end. */
const CLOSE_GRACE_MS = 2000;

/** Starts Azurite's blob service with its data in a folder. */
export async function startBlobStorage(init: BlobStorageInit): Promise<BlobStorage> {
  await mkdir(join(init.folder, 'extents'), { recursive: true, mode: PRIVATE_FOLDER });
  const removeAccount = addAccount(init.account, init.accountKey);
  const server = await startServer(init);
  const endpoint = `${server.getHttpServerAddress()}/${init.account}/`;
  const connectionString = [
    'DefaultEndpointsProtocol=http',
    `AccountName=${init.account}`,
    `AccountKey=${init.accountKey}`,
    `BlobEndpoint=${endpoint.slice(0, -1)}`,
  ].join(';');
  const storage: BlobStorage = {
    account: init.account,
    accountKey: init.accountKey,
    endpoint,
    connectionString,
    port: Number(new URL(endpoint).port),
    async flush() {
      await Promise.all([saved(server.extentMetadataStore), saved(server.metadataStore)]);
    },
    async close() {
      await stopTaking(server);
      await server.close();
      removeAccount();
    },
  };
  await BlobServiceClient.fromConnectionString(connectionString)
    .getContainerClient(init.container)
    .createIfNotExists();
  return storage;
}

type BlobServer = InstanceType<typeof blobServer.default>;

function saved({ db }: BlobServer['metadataStore']): Promise<void> {
  return new Promise((resolve, reject) => {
    db.saveDatabase((error) => {
      if (error instanceof Error) reject(error);
      else resolve();
    });
  });
}

async function startServer(init: BlobStorageInit): Promise<BlobServer> {
  const server = new blobServer.default(
    new blobConfiguration.default(
      LOOPBACK,
      // Azurite cannot be closed after a start on a taken port, so the port is chosen before.
      await firstFreePort(init.ports),
      KEEP_ALIVE_SECONDS,
      join(init.folder, 'blobs.json'),
      join(init.folder, 'extents.json'),
      [{ locationId: 'Default', locationPath: join(init.folder, 'extents'), maxConcurrency: WRITERS }],
      false,
      undefined,
      false,
      undefined,
      false,
      // The storage SDK is ahead of the versions that Azurite lists.
      true,
    ),
  );
  await server.start();
  return server;
}

/** Ends idle connections at once and busy ones after a grace, so that the index is written after the last call. */
async function stopTaking(server: BlobServer): Promise<void> {
  const { httpServer } = server;
  const closed = once(httpServer, 'close');
  httpServer.close();
  httpServer.closeIdleConnections();
  const grace = setTimeout(() => httpServer.closeAllConnections(), CLOSE_GRACE_MS);
  await closed;
  clearTimeout(grace);
}

/** Azurite takes its accounts from the environment only, for all servers of a process together. */
function addAccount(account: string, key: string): () => void {
  const entry = `${account}:${key}`;
  const others = () =>
    (process.env['AZURITE_ACCOUNTS'] ?? '').split(';').filter((other) => other && other !== entry);
  process.env['AZURITE_ACCOUNTS'] = [...others(), entry].join(';');
  return () => {
    process.env['AZURITE_ACCOUNTS'] = others().join(';');
  };
}
