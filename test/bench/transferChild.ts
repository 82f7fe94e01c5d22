/** Sends or reads one file in one way, in a process of its own; tells figures as JSON. */
import { open } from 'node:fs/promises';
import { Agent, request } from 'undici';
import { BlobClient } from '../../src/storage/blobClient.ts';
import { blobExtent, downloadToFile } from '../../src/storage/download.ts';
import { defineStorage } from '../../src/storage/storageDefinition.ts';
import { createHttpClient } from '../../src/transport/index.ts';
import type { TransferFigures, Way } from './transfers.ts';

const MiB = 1024 * 1024;
const account = 'bench';
const connection = { blocks: 4 * MiB, concurrency: 8 };

const http = createHttpClient({ log: () => undefined, settings: () => ({}), environment: {} });
const [way, port = '', path = ''] = process.argv.slice(2);
const endpoint = `http://127.0.0.1:${port}/${account}`;

const ways: Record<Way, () => Promise<() => Promise<void>>> = {
  upload: async () => {
    const client = await storage();
    await blobExtent(http, { url: client.readUrl('bench/file.csv') });
    return async () => {
      await client.upload({ file: path, blob: 'file.csv' });
    };
  },
  rawUpload: () => {
    const agent = new Agent();
    return Promise.resolve(async () => {
      const file = await open(path);
      const { size } = await file.stat();
      let next = 0;
      const send = async (): Promise<void> => {
        const buffer = Buffer.allocUnsafe(connection.blocks);
        for (let start = next; start < size; start = next) {
          next += connection.blocks;
          const { bytesRead } = await file.read(buffer, 0, connection.blocks, start);
          const answer = await request(`${endpoint}/bench/b?comp=block&blockid=${start}`, {
            method: 'PUT',
            body: buffer.subarray(0, bytesRead),
            dispatcher: agent,
          });
          await answer.body.dump();
        }
      };
      await Promise.all(Array.from({ length: connection.concurrency }, () => send()));
      await file.close();
    });
  },
  download: async () => {
    const client = await storage();
    const url = client.readUrl('bench/file.csv');
    await blobExtent(http, { url });
    return async () => {
      await downloadToFile(http, { url }, path);
    };
  },
  sdkDownload: async () => {
    const { BlobClient: SdkClient } = await import('@azure/storage-blob');
    const client = new SdkClient(`${endpoint}/bench/file.csv`);
    return async () => {
      await client.downloadToFile(path);
    };
  },
};

function storage(): Promise<BlobClient> {
  const connectionString = `AccountName=${account};AccountKey=a2V5;BlobEndpoint=${endpoint}`;
  return BlobClient.open(
    defineStorage({ kind: 'connectionString', connectionString, container: 'bench' }),
    http,
  );
}

/** What is loaded and idle does not count; what the work needs at its peak does. */
async function measure(work: () => Promise<void>): Promise<TransferFigures> {
  const idle = process.memoryUsage.rss();
  let peak = idle;
  const look = (): number => (peak = Math.max(peak, process.memoryUsage.rss()));
  const timer = setInterval(look, 25);
  const start = performance.now();
  await work();
  const seconds = (performance.now() - start) / 1000;
  look();
  clearInterval(timer);
  return { seconds, memory: peak - idle };
}

if (way === undefined || !(way in ways)) throw new Error(`There is no way "${way ?? ''}".`);
console.log(JSON.stringify(await measure(await ways[way as Way]())));
process.exit();
