import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startBlobStorage, type BlobStorage } from '../../../src/local-service/blobStorage.ts';
import { Failure } from '../../../src/protocol/failure.ts';
import { BlobClient } from '../../../src/storage/blobClient.ts';
import { downloadBytes } from '../../../src/storage/download.ts';
import type { TransferProgress } from '../../../src/storage/speedMeter.ts';
import { defineStorage } from '../../../src/storage/storageDefinition.ts';
import { UnfinishedUploads } from '../../../src/storage/unfinishedUploads.ts';
import type { HttpClient } from '../../../src/transport/index.ts';
import { plainHttpClient, temporaryFolder } from '../../support/batch.ts';
import { FaultyProxy } from '../../support/faultyProxy.ts';
import type { UploadArguments } from '../../support/uploadChild.ts';

const MiB = 1024 * 1024;
const block = 4 * MiB;
const container = 'resumed';

const isBlock = (line: string): boolean => line.startsWith('PUT') && line.includes('comp=block&');

describe('an upload that was broken off', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let azurite: BlobStorage;
  let proxy: FaultyProxy;
  let http: HttpClient;
  let storage: BlobClient;
  let uploads: string;
  let file: string;
  let bytes: Buffer;
  let lines: string[];

  before(async () => {
    folder = await temporaryFolder();
    azurite = await startBlobStorage({
      folder: join(folder.path, 'azurite'),
      account: 'resumetest',
      accountKey: randomBytes(64).toString('base64'),
      ports: [0],
      container,
    });
    proxy = await FaultyProxy.open(azurite.endpoint);
    http = plainHttpClient();
  });

  after(async () => {
    await http.dispose();
    await proxy.close();
    await azurite.close();
    await folder.remove();
  });

  beforeEach(async () => {
    const id = randomBytes(4).toString('hex');
    uploads = join(folder.path, `uploads-${id}`);
    file = join(folder.path, `${id}.csv`);
    bytes = randomBytes(9 * block + 5);
    await writeFile(file, bytes);
    lines = [];
    storage = await open();
    proxy.fault = () => undefined;
    proxy.asked.length = 0;
  });

  const open = (): Promise<BlobClient> =>
    BlobClient.open(
      defineStorage({
        kind: 'connectionString',
        connectionString: proxy.through(azurite.connectionString),
        container,
      }),
      http,
      { unfinished: new UnfinishedUploads(uploads), log: (line) => lines.push(line) },
    );

  const blocksSent = (): number => proxy.asked.filter(isBlock).length;

  /** Sends the file until so many blocks are there, and lets it fail then; the others never get to the storage. */
  async function breakOff(blob: string, blocks: number): Promise<void> {
    const abort = new AbortController();
    proxy.asked.length = 0;
    proxy.fault = () => (blocksSent() > blocks ? { kind: 'late', ms: 60_000 } : undefined);
    const upload = storage.upload({
      file,
      blob,
      signal: abort.signal,
      onProgress: ({ doneBytes }) => {
        if (doneBytes >= Math.min(blocks * block, bytes.byteLength)) abort.abort();
      },
    });
    await assert.rejects(upload, (error) => error instanceof Failure && error.code === 'Cancelled');
    proxy.fault = () => undefined;
    proxy.asked.length = 0;
  }

  async function assertWhole(location: string): Promise<void> {
    const got = await downloadBytes(http, { url: storage.readUrl(location) }, 100 * MiB);
    const digest = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');
    assert.equal(digest(got), digest(bytes));
  }

  it('goes on where it ended, under the name that it had', async () => {
    await breakOff('first/a.csv', 4);
    const steps: TransferProgress[] = [];
    const location = await storage.upload({
      file,
      blob: 'second/a.csv',
      onProgress: (step) => steps.push(step),
    });
    assert.equal(location, `${container}/first/a.csv`);
    assert.ok(blocksSent() <= 6, `${blocksSent()} of 10 blocks were sent`);
    assert.ok((steps[0]?.doneBytes ?? 0) >= 4 * block, 'progress begins at what is there');
    assert.equal(steps.at(-1)?.doneBytes, bytes.byteLength);
    assert.match(lines.join('\n'), /first\/a\.csv is taken up again: [4-9] blocks/);
    await assertWhole(location);
    assert.deepEqual(await readdir(uploads), []);
  });

  it('goes on after the process was killed', async () => {
    const given: UploadArguments = {
      connectionString: proxy.through(azurite.connectionString),
      container,
      file,
      blob: 'killed.csv',
      folder: uploads,
      blocks: 5,
    };
    const program = fileURLToPath(new URL('../../support/uploadChild.ts', import.meta.url));
    const child = spawn(process.execPath, [program, JSON.stringify(given)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');

    // While it lives, it is let alone.
    const beside = await storage.upload({ file, blob: 'beside.csv' });
    assert.equal(beside, `${container}/beside.csv`);
    proxy.asked.length = 0;

    child.kill('SIGKILL');
    await once(child, 'exit');
    const location = await storage.upload({ file, blob: 'again.csv' });
    assert.equal(location, `${container}/killed.csv`);
    assert.equal(blocksSent(), 5);
    await assertWhole(location);
  });

  it('begins anew when the file is another one, or the time of its change', async () => {
    await breakOff('before.csv', 4);
    const later = new Date(Date.now() + 10_000);
    await utimes(file, later, later);
    assert.equal(await storage.upload({ file, blob: 'touched.csv' }), `${container}/touched.csv`);
    assert.equal(blocksSent(), 10);
    await assertWhole(`${container}/touched.csv`);
  });

  it('lets one of several take it up, and never two', async () => {
    await breakOff('wanted.csv', 4);
    const locations = await Promise.all([
      storage.upload({ file, blob: 'one.csv' }),
      (await open()).upload({ file, blob: 'two.csv' }),
    ]);
    assert.equal(new Set(locations).size, 2);
    assert.ok(locations.includes(`${container}/wanted.csv`));
    for (const location of locations) await assertWhole(location);
  });

  it('sends again what the storage has lost meanwhile', async () => {
    await breakOff('forgotten.csv', 4);
    // Making it a blob and deleting that throws the blocks away.
    const { ContainerClient, StorageSharedKeyCredential } = await import('@azure/storage-blob');
    const blob = new ContainerClient(
      `${azurite.endpoint}${container}`,
      new StorageSharedKeyCredential(azurite.account, azurite.accountKey),
    ).getBlockBlobClient('forgotten.csv');
    await blob.commitBlockList([]);
    await blob.delete();
    const location = await storage.upload({ file, blob: 'new.csv' });
    assert.equal(blocksSent(), 10);
    await assertWhole(location);
  });

  it('notices blocks that the storage has lost while it was sent, says so, and sends them again', async () => {
    const { ContainerClient, StorageSharedKeyCredential } = await import('@azure/storage-blob');
    const blob = new ContainerClient(
      `${azurite.endpoint}${container}`,
      new StorageSharedKeyCredential(azurite.account, azurite.accountKey),
    ).getBlockBlobClient('lossy.csv');
    const losing = await BlobClient.open(
      storage.definition,
      {
        send: async (request) => {
          if (request.url.includes('comp=blocklist') && request.method === 'PUT' && lines.length === 0) {
            await blob.commitBlockList([]);
            await blob.delete();
          }
          return http.send(request);
        },
        dispose: () => http.dispose(),
      },
      { log: (line) => lines.push(line) },
    );
    const location = await losing.upload({ file, blob: 'lossy.csv' });
    assert.deepEqual(lines, ['The storage has lost 10 blocks of lossy.csv. They are sent again.']);
    assert.equal(blocksSent(), 20);
    await assertWhole(location);
  });

  it('leaves a blob alone that was whole when its window ended', async () => {
    const location = await storage.upload({ file, blob: 'whole.csv' });
    await breakOff('gone.csv', 2);
    const [name = ''] = await readdir(uploads);
    const record = join(uploads, name);
    await writeFile(record, (await readFile(record, 'utf8')).replace('gone.csv', 'whole.csv'));
    assert.equal(await storage.upload({ file, blob: 'other.csv' }), `${container}/other.csv`);
    await assertWhole(location);
    await assertWhole(`${container}/other.csv`);
  });

  it('keeps no credential on the disk', async () => {
    await breakOff('secret.csv', 2);
    const texts = await Promise.all(
      (await readdir(uploads)).map((name) => readFile(join(uploads, name), 'utf8')),
    );
    assert.equal(texts.length, 1);
    assert.ok(!texts.join().includes(azurite.accountKey));
    assert.ok(!/sig=|AccountKey/.test(texts.join()));
  });
});
