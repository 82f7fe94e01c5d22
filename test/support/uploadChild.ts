/**
 * A process that uploads one file and stands still in the middle of it, so that a test can kill it there. Takes one
 * JSON argument and prints one line when it has got there.
 */
import { BlobClient } from '../../src/storage/blobClient.ts';
import { defineStorage } from '../../src/storage/storageDefinition.ts';
import { UnfinishedUploads } from '../../src/storage/unfinishedUploads.ts';
import type { HttpClient } from '../../src/transport/index.ts';
import { plainHttpClient } from './batch.ts';

export interface UploadArguments {
  readonly connectionString: string;
  readonly container: string;
  readonly file: string;
  readonly blob: string;
  /** Where uploads are written down. */
  readonly folder: string;
  /** How many blocks to send first. */
  readonly blocks: number;
}

const { connectionString, container, file, blob, folder, blocks } = JSON.parse(
  process.argv[2] ?? '',
) as UploadArguments;
const http = plainHttpClient();
let begun = 0;
const standingStill: HttpClient = {
  send: (request) => {
    if (!request.url.includes('comp=block&') || ++begun <= blocks) return http.send(request);
    // Something has to keep the process alive.
    return new Promise(() => setInterval(() => undefined, 1_000_000));
  },
  dispose: () => http.dispose(),
};
const storage = await BlobClient.open(
  defineStorage({ kind: 'connectionString', connectionString, container }),
  standingStill,
  { unfinished: new UnfinishedUploads(folder) },
);
let sent = 0;
await storage.upload({
  file,
  blob,
  onProgress: () => {
    if (++sent === blocks) console.log('sent');
  },
});
