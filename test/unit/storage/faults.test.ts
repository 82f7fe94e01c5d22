import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import {
  BlobSASPermissions,
  StorageSharedKeyCredential,
  generateBlobSASQueryParameters,
} from '@azure/storage-blob';
import { startBlobStorage, type BlobStorage } from '../../../src/local-service/blobStorage.ts';
import { Failure } from '../../../src/protocol/failure.ts';
import { writeAtomically } from '../../../src/shared/wholeFile.ts';
import { BlobClient } from '../../../src/storage/blobClient.ts';
import { blobExtent, downloadBytes, downloadToFile } from '../../../src/storage/download.ts';
import { defineStorage } from '../../../src/storage/storageDefinition.ts';
import type { HttpClient } from '../../../src/transport/index.ts';
import { plainHttpClient, temporaryFolder } from '../../support/batch.ts';
import { FaultyProxy, type Fault } from '../../support/faultyProxy.ts';

const MiB = 1024 * 1024;
const container = 'faulty';

describe('transfers by way of a faulty network', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let azurite: BlobStorage;
  let proxy: FaultyProxy;
  let http: HttpClient;
  let storage: BlobClient;
  let file: string;
  let bytes: Buffer;
  let names = 0;

  before(async () => {
    folder = await temporaryFolder();
    azurite = await startBlobStorage({
      folder: join(folder.path, 'azurite'),
      account: 'faultytest',
      accountKey: randomBytes(64).toString('base64'),
      ports: [0],
      container,
    });
    proxy = await FaultyProxy.open(azurite.endpoint);
    http = plainHttpClient();
    const connectionString = proxy.through(azurite.connectionString);
    storage = await BlobClient.open(
      defineStorage({ kind: 'connectionString', connectionString, container }),
      http,
    );
    file = join(folder.path, 'file.csv');
    bytes = randomBytes(17 * MiB);
    await writeFile(file, bytes);
  });

  after(async () => {
    await http.dispose();
    await proxy.close();
    await azurite.close();
    await folder.remove();
  });

  beforeEach(() => {
    proxy.fault = () => undefined;
    proxy.asked.length = 0;
  });

  const isBlock = ({ method, url = '' }: IncomingMessage): boolean =>
    method === 'PUT' && url.includes('comp=block&');
  const isCommit = ({ method, url = '' }: IncomingMessage): boolean =>
    method === 'PUT' && url.includes('comp=blocklist');
  const isRead = ({ method }: IncomingMessage): boolean => method === 'GET';

  /** The fault befalls the first requests of a kind. */
  function failFirst(count: number, which: (request: IncomingMessage) => boolean, fault: Fault): void {
    let left = count;
    proxy.fault = (request) => (which(request) && left-- > 0 ? fault : undefined);
  }

  function failAlways(which: (request: IncomingMessage) => boolean, fault: Fault): void {
    failFirst(Number.POSITIVE_INFINITY, which, fault);
  }

  const upload = (signal?: AbortSignal): Promise<string> =>
    storage.upload({
      file,
      blob: `${(names += 1)}.csv`,
      ...(signal === undefined ? {} : { signal }),
    });

  const read = (location: string): Promise<Uint8Array> =>
    downloadBytes(http, { url: storage.readUrl(location) }, 64 * MiB);

  /** Asked past the proxy: blocks alone are no blob. */
  async function assertNoBlob(name: string): Promise<void> {
    proxy.fault = () => undefined;
    await assert.rejects(read(`${container}/${name}`), failsWith('BlobNotFound', 404));
  }

  function failsWith(code: string, status?: number): (error: unknown) => boolean {
    return (error) => {
      assert.ok(error instanceof Failure, String(error));
      assert.equal(error.code, code, error.message);
      if (status !== undefined) assert.equal(error.status, status);
      return true;
    };
  }

  const passing: readonly (readonly [name: string, fault: Fault])[] = [
    ['reset in the middle of a body', { kind: 'resetRequest' }],
    ['reset before the answer was whole', { kind: 'resetAnswer' }],
    ['500', { kind: 'answer', status: 500, code: 'InternalError' }],
    ['503', { kind: 'answer', status: 503, code: 'ServerBusy' }],
    ['slow', { kind: 'late', ms: 300 }],
  ];
  for (const [name, fault] of passing) {
    it(`sends a file though blocks and their list are met by: ${name}`, async () => {
      for (const which of [isBlock, isCommit]) {
        failFirst(1, which, fault);
        const location = await upload();
        assert.ok(Buffer.from(await read(location)).equals(bytes));
      }
    });

    if (fault.kind === 'resetRequest') continue;
    it(`reads a file though ranges are met by: ${name}`, async () => {
      const location = await upload();
      failFirst(2, isRead, fault);
      const target = join(folder.path, `read-${(names += 1)}.csv`);
      await downloadToFile(http, { url: storage.readUrl(location) }, target);
      assert.ok((await readFile(target)).equals(bytes));
    });
  }

  it('waits for as long as storage asks to', async () => {
    failFirst(1, isBlock, { kind: 'answer', status: 503, code: 'ServerBusy', retryAfter: '2' });
    const begin = performance.now();
    await upload();
    assert.ok(performance.now() - begin >= 1_000, 'longer than the first pause of half a second');
  });

  it('says what storage says when it goes on, and leaves no blob', async () => {
    failAlways(isBlock, { kind: 'answer', status: 500, code: 'InternalError' });
    await assert.rejects(upload(), failsWith('InternalError', 500));
    await assertNoBlob(`${names}.csv`);
  });

  it('does not repeat what a SAS that has expired refuses', async () => {
    failAlways(isBlock, { kind: 'answer', status: 403, code: 'AuthenticationFailed' });
    await assert.rejects(upload(), failsWith('AuthenticationFailed', 403));
    const blocks = proxy.asked.filter((line) => line.includes('comp=block&'));
    assert.equal(new Set(blocks).size, blocks.length, 'each block once');
    await assertNoBlob(`${names}.csv`);
  });

  it('says that nothing listens', async () => {
    const closed = await FaultyProxy.open(azurite.endpoint);
    const connectionString = closed.through(azurite.connectionString);
    await closed.close();
    const refused = await BlobClient.open(
      defineStorage({ kind: 'connectionString', connectionString, container }),
      http,
    );
    await assert.rejects(refused.upload({ file, blob: 'refused.csv' }), failsWith('ConnectionRefused'));
  });

  it('stops at once, whatever it is waiting for', async () => {
    const waits: readonly Fault[] = [
      { kind: 'late', ms: 600_000 },
      { kind: 'answer', status: 503, code: 'ServerBusy', retryAfter: '30' },
    ];
    for (const fault of waits) {
      const abort = new AbortController();
      proxy.fault = (request) => {
        if (!isBlock(request)) return undefined;
        setImmediate(() => abort.abort());
        return fault;
      };
      await assert.rejects(upload(abort.signal), failsWith('Cancelled'));
      await assertNoBlob(`${names}.csv`);
    }
  }).timeout(20_000);

  it('fetches a fresh SAS when the old one has expired, once for all ranges', async () => {
    const long = randomBytes(50 * MiB);
    const longFile = join(folder.path, 'long.csv');
    await writeFile(longFile, long);
    const location = await storage.upload({ file: longFile, blob: 'long.csv' });
    const expired = `${proxy.through(azurite.endpoint)}${location}?${expiredSas(location)}`;
    let renewals = 0;
    const freshUrl = (): Promise<string> => {
      renewals += 1;
      return Promise.resolve(storage.readUrl(location));
    };
    await assert.rejects(blobExtent(http, { url: expired }), failsWith('AuthorizationFailure', 403));

    const target = join(folder.path, 'fresh.csv');
    await downloadToFile(http, { url: expired, freshUrl }, target);
    assert.ok((await readFile(target)).equals(long));
    assert.equal(renewals, 1);

    const inMemory = await downloadBytes(http, { url: expired, freshUrl }, 64 * MiB);
    assert.ok(Buffer.from(inMemory).equals(long));

    // The SAS ends while ranges are under way.
    let ranges = 0;
    const good = storage.readUrl(location);
    proxy.fault = ({ url }) =>
      `http://${new URL(good).host}${url ?? ''}` === good && ++ranges > 2
        ? { kind: 'answer', status: 403, code: 'AuthenticationFailed' }
        : undefined;
    const halfway = join(folder.path, 'halfway.csv');
    renewals = 0;
    await downloadToFile(
      http,
      {
        url: good,
        freshUrl: () => {
          renewals += 1;
          return Promise.resolve(`${good}&new=${renewals}`);
        },
      },
      halfway,
    );
    assert.ok((await readFile(halfway)).equals(long));
    assert.equal(renewals, 1);
  });

  it('gives up when the fresh SAS is refused too', async () => {
    const location = await upload();
    const url = `${proxy.through(azurite.endpoint)}${location}?${expiredSas(location)}`;
    await assert.rejects(
      downloadToFile(http, { url, freshUrl: () => Promise.resolve(url) }, join(folder.path, 'no.csv')),
      failsWith('AuthorizationFailure', 403),
    );
  });

  it('stops at once while it waits for a fresh SAS', async () => {
    const location = await upload();
    const url = `${proxy.through(azurite.endpoint)}${location}?${expiredSas(location)}`;
    const abort = new AbortController();
    const freshUrl = (): Promise<string> => {
      abort.abort();
      return new Promise(() => undefined);
    };
    const download = { url, freshUrl, signal: abort.signal };
    await assert.rejects(
      downloadToFile(http, download, join(folder.path, 'stopped.csv')),
      failsWith('Cancelled'),
    );
  });

  it('ends SAS by the clock of the storage', async () => {
    const hours = 5;
    proxy.clockOffsetMs = hours * 3_600_000;
    await storage.check();
    proxy.clockOffsetMs = 0;
    const reference = storage.reference(`${container}/x.csv`, 'read');
    assert.ok('sasBlobToken' in reference);
    const query = new URLSearchParams(reference.sasBlobToken);
    const ends = Date.parse(query.get('se') ?? '') - Date.now();
    assert.ok(Math.abs(ends / 3_600_000 - 24 - hours) < 0.1, query.get('se') ?? '');
    assert.equal(query.get('st'), null, 'it has begun on every clock');
  });

  it('says that the disk is full, and leaves no file', async function () {
    const mount = join(folder.path, 'small-disk');
    await mkdir(mount);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', mount], { stdio: 'ignore' });
    } catch {
      console.log('      (skipped: a small file system needs the right to mount one)');
      this.skip();
    }
    try {
      const location = await upload();
      const target = join(mount, 'result.csv');
      const save = writeAtomically(target, false, (path) =>
        downloadToFile(http, { url: storage.readUrl(location) }, path),
      );
      await assert.rejects(save, failsWith('DiskFull'));
      assert.ok(!existsSync(target));
      assert.deepEqual(await readdir(mount), []);
    } finally {
      execFileSync('umount', [mount]);
    }
  });

  function expiredSas(location: string): string {
    const [containerName = '', ...path] = location.split('/');
    return generateBlobSASQueryParameters(
      {
        containerName,
        blobName: path.join('/'),
        permissions: BlobSASPermissions.parse('r'),
        expiresOn: new Date(Date.now() - 60_000),
      },
      new StorageSharedKeyCredential(azurite.account, azurite.accountKey),
    ).toString();
  }
});
