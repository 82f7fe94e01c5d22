import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Failure } from '../../../src/protocol/failure.ts';
import { startBlobStorage, type BlobStorage } from '../../../src/local-service/blobStorage.ts';
import { BlobClient } from '../../../src/storage/blobClient.ts';
import { blobBeginning, blobExtent, downloadBytes, downloadToFile } from '../../../src/storage/download.ts';
import type { TransferProgress } from '../../../src/storage/speedMeter.ts';
import { defaultContainer, defineStorage } from '../../../src/storage/storageDefinition.ts';
import type { HttpClient, HttpRequest } from '../../../src/transport/index.ts';
import { plainHttpClient, temporaryFolder } from '../../support/batch.ts';

const MiB = 1024 * 1024;

/** Hash of what can be read under a URL. */
async function hashOf(http: HttpClient, url: string): Promise<string> {
  return digest(await downloadBytes(http, { url }, 1024 * MiB));
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A client that may do something of its own before it sends. */
function watched(http: HttpClient, before: (request: HttpRequest) => void | Promise<void>): HttpClient {
  return {
    send: async (request) => {
      await before(request);
      return http.send(request);
    },
    dispose: () => http.dispose(),
  };
}

function isBlock(request: HttpRequest): boolean {
  return request.method === 'PUT' && request.url.includes('comp=block&');
}

function failsWith(code: string, origin?: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof Failure, String(error));
    assert.equal(error.code, code, error.message);
    if (origin !== undefined) assert.equal(error.origin, origin);
    return true;
  };
}

describe('transfers to and from blob storage', () => {
  let folder: { path: string; remove: () => Promise<void> };
  let azurite: BlobStorage;
  let http: HttpClient;
  let storage: BlobClient;
  let bigFile: string;
  let bigHash: string;

  const container = 'transfers';

  const clientOver = (client: HttpClient): Promise<BlobClient> =>
    BlobClient.open(
      defineStorage({ kind: 'connectionString', connectionString: azurite.connectionString, container }),
      client,
    );

  before(async () => {
    folder = await temporaryFolder();
    azurite = await startBlobStorage({
      folder: join(folder.path, 'azurite'),
      account: 'transfertest',
      accountKey: randomBytes(64).toString('base64'),
      ports: [0],
      container,
    });
    http = plainHttpClient();
    storage = await clientOver(http);
    bigFile = join(folder.path, 'big.csv');
    const bytes = randomBytes(33 * MiB + 17);
    bigHash = digest(bytes);
    await writeFile(bigFile, bytes);
  });

  after(async () => {
    await http.dispose();
    await azurite.close();
    await folder.remove();
  });

  it('sends a file in blocks and brings the same bytes back in ranges', async () => {
    const steps: TransferProgress[] = [];
    const location = await storage.upload({
      file: bigFile,
      blob: 'a/big.csv',
      onProgress: (step) => steps.push(step),
    });
    assert.equal(location, `${container}/a/big.csv`);
    assert.equal(steps.at(-1)?.doneBytes, 33 * MiB + 17);
    assert.ok(steps.length > 5, 'progress comes in steps');

    const target = join(folder.path, 'back.csv');
    const extent = await downloadToFile(http, { url: storage.readUrl(location) }, target);
    assert.equal(extent.size, 33 * MiB + 17);
    assert.equal(digest(await readFile(target)), bigHash);
    assert.equal((await blobExtent(http, { url: storage.readUrl(location) })).size, 33 * MiB + 17);
  });

  it('makes its container also when the first that waits for it gives up', async () => {
    let goOn = (): void => undefined;
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    const slow: HttpClient = {
      send: async (request) => {
        await gate;
        request.signal?.throwIfAborted();
        return http.send(request);
      },
      dispose: () => Promise.resolve(),
    };
    const { connectionString } = azurite;
    const definition = defineStorage({
      kind: 'connectionString',
      connectionString,
      container: defaultContainer,
    });
    const fresh = await BlobClient.open(definition, slow);
    const abort = new AbortController();
    const first = fresh.prepare(abort.signal);
    const second = fresh.prepare(new AbortController().signal);
    abort.abort();
    await assert.rejects(first, { code: 'Cancelled' });
    goOn();
    await second;
    assert.equal(await fresh.exists('nothing.csv'), false);
  });

  it('sends a small file in one call', async () => {
    const file = join(folder.path, 'small.csv');
    await writeFile(file, 'a\r\n1\r\n');
    let blocks = 0;
    const counting = await clientOver(watched(http, (request) => void (blocks += isBlock(request) ? 1 : 0)));
    const location = await counting.upload({ file, blob: 'small.csv' });
    assert.equal(blocks, 0);
    assert.equal(
      Buffer.from(await downloadBytes(http, { url: storage.readUrl(location) }, 100)).toString(),
      'a\r\n1\r\n',
    );
  });

  it('reads the beginning of a blob, and no more of it', async () => {
    const beginning = async (name: string, bytes: Uint8Array, length: number): Promise<string> => {
      const file = join(folder.path, name);
      await writeFile(file, bytes);
      const url = storage.readUrl(await storage.upload({ file, blob: name }));
      return Buffer.from(await blobBeginning(http, { url }, length)).toString();
    };
    assert.equal(await beginning('longer.csv', Buffer.from('abcdef'), 4), 'abcd');
    assert.equal(await beginning('shorter.csv', Buffer.from('ab'), 4), 'ab');
  });

  it('overwrites nothing', async () => {
    const file = join(folder.path, 'small.csv');
    await writeFile(file, 'a\r\n1\r\n');
    await storage.upload({ file, blob: 'once.csv' });
    const hash = await hashOf(http, storage.readUrl(`${container}/once.csv`));
    await assert.rejects(
      storage.upload({ file: bigFile, blob: 'once.csv' }),
      failsWith('BlobAlreadyExists', 'storage'),
    );
    await assert.rejects(
      storage.upload({ file, blob: 'once.csv' }),
      failsWith('BlobAlreadyExists', 'storage'),
    );
    assert.equal(await hashOf(http, storage.readUrl(`${container}/once.csv`)), hash);
  });

  it('stops at once when it is cancelled, and no blob is there', async () => {
    const abort = new AbortController();
    let blocks = 0;
    const client = await clientOver(
      watched(http, (request) => {
        if (isBlock(request) && ++blocks === 3) abort.abort();
      }),
    );
    await assert.rejects(
      client.upload({ file: bigFile, blob: 'cancelled.csv', signal: abort.signal }),
      failsWith('Cancelled', 'client'),
    );
    assert.ok(blocks <= 9, `${blocks} blocks were begun`);
    await assert.rejects(
      hashOf(http, storage.readUrl(`${container}/cancelled.csv`)),
      failsWith('BlobNotFound', 'storage'),
    );
  });

  it('refuses a file that changes while it is sent', async () => {
    const file = join(folder.path, 'changing.csv');
    await writeFile(file, randomBytes(9 * MiB));
    let isChanged = false;
    const client = await clientOver(
      watched(http, async (request) => {
        if (!isBlock(request) || isChanged) return;
        isChanged = true;
        await appendFile(file, 'one more row\r\n');
      }),
    );
    await assert.rejects(client.upload({ file, blob: 'changing.csv' }), failsWith('FileChanged', 'client'));
    await assert.rejects(
      hashOf(http, storage.readUrl(`${container}/changing.csv`)),
      failsWith('BlobNotFound'),
    );
  });

  it('says what is wrong with a file before anything is sent', async () => {
    const empty = join(folder.path, 'empty.csv');
    await writeFile(empty, '');
    await assert.rejects(storage.upload({ file: empty, blob: 'x.csv' }), failsWith('EmptyFile', 'client'));
    await assert.rejects(
      storage.upload({ file: join(folder.path, 'none.csv'), blob: 'x.csv' }),
      failsWith('FileNotFound', 'client'),
    );
    await assert.rejects(
      storage.upload({ file: folder.path, blob: 'x.csv' }),
      failsWith('NotAFile', 'client'),
    );
  });

  it('repeats a block whose connection broke', async () => {
    let broken = 0;
    const client = await clientOver(
      watched(http, (request) => {
        if (!isBlock(request) || broken === 2) return;
        broken += 1;
        throw new Failure({ code: 'ConnectionReset', origin: 'network', sentence: 'The connection broke.' });
      }),
    );
    const location = await client.upload({ file: bigFile, blob: 'broken.csv' });
    assert.equal(broken, 2);
    assert.equal(await hashOf(http, storage.readUrl(location)), bigHash);
  });

  it('takes a commit whose answer was lost for what it is', async () => {
    let isLost = false;
    const losing: HttpClient = {
      send: async (request) => {
        const answer = await http.send(request);
        if (isLost || !request.url.includes('comp=blocklist')) return answer;
        isLost = true;
        await answer.text();
        throw new Failure({ code: 'ConnectionReset', origin: 'network', sentence: 'The connection broke.' });
      },
      dispose: () => http.dispose(),
    };
    const location = await (await clientOver(losing)).upload({ file: bigFile, blob: 'lost.csv' });
    assert.ok(isLost);
    assert.equal(await hashOf(http, storage.readUrl(location)), bigHash);
  });

  it('makes references that allow what a job needs and no more', async () => {
    const file = join(folder.path, 'small.csv');
    await writeFile(file, 'a\r\n1\r\n');
    const location = await storage.upload({ file, blob: 'ref.csv' });
    const input = storage.reference(location, 'read');
    assert.ok('baseLocation' in input);
    assert.match(input.sasBlobToken ?? '', /[?&]sp=r(&|$)/);
    assert.match(input.sasBlobToken ?? '', /[?&]sr=b(&|$)/);
    const output = storage.reference(`${container}/out.csv`, 'create');
    assert.ok('baseLocation' in output);
    const put = (token: string): Promise<number> =>
      http
        .send({
          method: 'PUT',
          url: `${input.baseLocation}${container}/out.csv${token}`,
          headers: { 'x-ms-blob-type': 'BlockBlob', 'x-ms-version': '2021-08-06' },
          body: 'result',
        })
        .then(async (answer) => {
          await answer.text();
          return answer.status;
        });
    assert.equal(await put(input.sasBlobToken ?? ''), 403);
    assert.equal(await put(output.sasBlobToken ?? ''), 201);
    assert.ok(!JSON.stringify([input, output]).includes(azurite.accountKey));
  });

  it('works with a container SAS, and says when it is too narrow', async () => {
    const sas = async (permissions: string): Promise<BlobClient> => {
      const sdk = await import('@azure/storage-blob');
      const credential = new sdk.StorageSharedKeyCredential(azurite.account, azurite.accountKey);
      const token = sdk
        .generateBlobSASQueryParameters(
          {
            containerName: container,
            permissions: sdk.ContainerSASPermissions.parse(permissions),
            expiresOn: new Date(Date.now() + 3_600_000),
          },
          credential,
        )
        .toString();
      const url = `${azurite.endpoint}${container}?${token}`;
      return BlobClient.open(defineStorage({ kind: 'containerSas', url }), http);
    };
    const wide = await sas('rcwl');
    await wide.check();
    const file = join(folder.path, 'small.csv');
    await writeFile(file, 'a\r\n1\r\n');
    const location = await wide.upload({ file, blob: 'sas.csv' });
    assert.equal((await downloadBytes(http, { url: wide.readUrl(location) }, 100)).byteLength, 6);
    await (await sas('rc')).check();
    await assert.rejects((await sas('rl')).check(), failsWith('SasTooNarrow', 'client'));
    assert.throws(() => wide.connectionStringReference(location), failsWith('NoConnectionString'));
  });

  it('tells a wrong key and a missing container', async () => {
    const open = (connectionString: string, name: string): Promise<BlobClient> =>
      BlobClient.open(defineStorage({ kind: 'connectionString', connectionString, container: name }), http);
    const wrongKey = azurite.connectionString.replace(azurite.accountKey, randomBytes(64).toString('base64'));
    await assert.rejects(
      (await open(wrongKey, container)).check(),
      failsWith('AuthorizationFailure', 'storage'),
    );
    const missing = await open(azurite.connectionString, 'not-there');
    await assert.rejects(missing.check(), failsWith('ContainerNotFound', 'storage'));
    await missing.createContainer();
    await missing.check();
  });

  it('gives up a download whose blob is replaced meanwhile', async () => {
    const file = join(folder.path, 'replaced.csv');
    await writeFile(file, randomBytes(12 * MiB));
    const location = await storage.upload({ file, blob: 'replaced.csv' });
    const url = storage.readUrl(location);
    let isReplaced = false;
    const replacing = watched(http, async (request) => {
      if (isReplaced || request.headers?.['If-Match'] === undefined) return;
      isReplaced = true;
      const answer = await http.send({
        method: 'PUT',
        url: writableUrl(storage, location),
        headers: { 'x-ms-blob-type': 'BlockBlob', 'x-ms-version': '2021-08-06' },
        body: randomBytes(12 * MiB),
      });
      assert.equal(answer.status, 201, await answer.text());
    });
    await assert.rejects(
      downloadToFile(replacing, { url }, join(folder.path, 'replaced.part')),
      failsWith('BlobChanged', 'storage'),
    );
  });

  it('stops a download when it is cancelled', async () => {
    const location = await storage.upload({ file: bigFile, blob: 'stop.csv' });
    const abort = new AbortController();
    await assert.rejects(
      downloadToFile(
        http,
        { url: storage.readUrl(location), signal: abort.signal, onProgress: () => abort.abort() },
        join(folder.path, 'stopped.part'),
      ),
      failsWith('Cancelled', 'client'),
    );
  });
});

function writableUrl(storage: BlobClient, location: string): string {
  const reference = storage.reference(location, 'create');
  assert.ok('baseLocation' in reference);
  return `${reference.baseLocation}${location}${reference.sasBlobToken ?? ''}`;
}

describe('downloads from other servers', () => {
  let server: Server;
  let http: HttpClient;
  let folder: { path: string; remove: () => Promise<void> };
  let answer: Parameters<typeof createServer>[1];
  let url: string;

  before(async () => {
    folder = await temporaryFolder();
    http = plainHttpClient();
    server = createServer((request, response) => answer?.(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/c/b.csv`;
  });

  after(async () => {
    await http.dispose();
    server.closeAllConnections();
    server.close();
    await folder.remove();
  });

  it('reads a server without ranges in one piece', async () => {
    const bytes = randomBytes(3 * MiB);
    answer = (_, response) => response.end(bytes);
    const target = join(folder.path, 'whole.csv');
    assert.equal((await downloadToFile(http, { url }, target)).size, bytes.byteLength);
    assert.deepEqual(await readFile(target), bytes);
  });

  it('reads an empty blob', async () => {
    answer = (_, response) => response.writeHead(416, { 'Content-Range': 'bytes */0' }).end('<Error/>');
    const target = join(folder.path, 'empty.csv');
    assert.equal((await downloadToFile(http, { url }, target)).size, 0);
    assert.equal((await readFile(target)).byteLength, 0);
  });

  it('asks again for a range whose connection was cut', async () => {
    const bytes = randomBytes(12 * MiB);
    let cuts = 0;
    answer = (request, response) => {
      const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
      const start = Number(from);
      const end = Math.min(Number(to), bytes.byteLength - 1);
      response.writeHead(206, {
        'Content-Range': `bytes ${start}-${end}/${bytes.byteLength}`,
        'Content-Length': end - start + 1,
        ETag: '"1"',
      });
      if (cuts < 2) {
        cuts += 1;
        response.write(bytes.subarray(start, start + 1000), () => response.destroy());
      } else {
        response.end(bytes.subarray(start, end + 1));
      }
    };
    const target = join(folder.path, 'cut.csv');
    await downloadToFile(http, { url }, target);
    assert.equal(cuts, 2);
    assert.equal(digest(await readFile(target)), digest(bytes));
  });

  it('does not take more into memory than allowed', async () => {
    answer = (_, response) => response.end(randomBytes(100_000));
    await assert.rejects(downloadBytes(http, { url }, 50_000), failsWith('TooLarge', 'client'));
  });
});
