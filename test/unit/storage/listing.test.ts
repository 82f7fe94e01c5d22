import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { BlobServiceClient, ContainerSASPermissions, type ContainerClient } from '@azure/storage-blob';
import { startBlobStorage, type BlobStorage } from '../../../src/local-service/blobStorage.ts';
import { Failure } from '../../../src/protocol/failure.ts';
import { BlobClient } from '../../../src/storage/blobClient.ts';
import { defineStorage } from '../../../src/storage/storageDefinition.ts';
import type { HttpClient } from '../../../src/transport/index.ts';
import { plainHttpClient, temporaryFolder } from '../../support/batch.ts';

describe('what is in a container', () => {
  let folder: { path: string; remove: () => Promise<void> };
  let azurite: BlobStorage;
  let http: HttpClient;
  let container: ContainerClient;
  let client: BlobClient;

  const clientOf = (name: string): Promise<BlobClient> =>
    BlobClient.open(
      defineStorage({
        kind: 'connectionString',
        connectionString: azurite.connectionString,
        container: name,
      }),
      http,
    );

  const clientWithSas = async (permissions: string): Promise<BlobClient> => {
    const url = await container.generateSasUrl({
      permissions: ContainerSASPermissions.parse(permissions),
      expiresOn: new Date(Date.now() + 3_600_000),
    });
    return BlobClient.open(defineStorage({ kind: 'containerSas', url }), http);
  };

  before(async () => {
    folder = await temporaryFolder();
    azurite = await startBlobStorage({
      folder: join(folder.path, 'azurite'),
      account: 'listingtest',
      accountKey: randomBytes(64).toString('base64'),
      ports: [0],
      container: 'listing',
    });
    http = plainHttpClient();
    client = await clientOf('listing');
    container = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient(
      'listing',
    );
    const names = ['rows.csv', 'naïve 100% #1&2.csv', '2025/may/a.csv', '2025/may/b.csv', '2025/june.csv'];
    for (const name of [...names, ...Array.from({ length: 7 }, (_, at) => `many/${at}.csv`)]) {
      await container.getBlockBlobClient(name).uploadData(Buffer.from('a\r\n1\r\n'));
    }
  });

  after(async () => {
    await http.dispose();
    await azurite.close();
    await folder.remove();
  });

  it('comes folder by folder, with sizes and dates', async () => {
    const root = await client.list('');
    assert.deepEqual(root.folders, ['2025/', 'many/']);
    assert.deepEqual(
      root.blobs.map(({ name, bytes }) => [name, bytes]),
      [
        ['naïve 100% #1&2.csv', 6],
        ['rows.csv', 6],
      ],
    );
    assert.ok(Math.abs((root.blobs[0]?.modified.getTime() ?? 0) - Date.now()) < 600_000);
    assert.equal(root.next, undefined);

    const year = await client.list('2025/');
    assert.deepEqual(year.folders, ['2025/may/']);
    assert.deepEqual(
      year.blobs.map(({ name }) => name),
      ['2025/june.csv'],
    );
    assert.deepEqual(await client.list('nothing here/'), { folders: [], blobs: [], next: undefined });
  });

  it('comes in pages', async () => {
    const pages: string[][] = [];
    let from: string | undefined;
    do {
      const { blobs, next } = await client.list('many/', { from, most: 3 });
      pages.push(blobs.map(({ name }) => name));
      from = next;
    } while (from !== undefined);
    assert.deepEqual(pages, [
      ['many/0.csv', 'many/1.csv', 'many/2.csv'],
      ['many/3.csv', 'many/4.csv', 'many/5.csv'],
      ['many/6.csv'],
    ]);
  });

  it('is shown by a SAS that lists, and by no other', async () => {
    assert.deepEqual((await (await clientWithSas('rl')).list('')).folders, ['2025/', 'many/']);
    await assert.rejects((await clientWithSas('rcw')).list(''), (error) => {
      assert.ok(error instanceof Failure);
      assert.equal(error.code, 'SasTooNarrow');
      assert.match(error.sentence, /"rcw".*needs list/);
      return true;
    });
  });

  it('is not there where the container is missing, and can be cancelled', async () => {
    const missing = await clientOf('missing');
    await assert.rejects(missing.list(''), { code: 'ContainerNotFound' });
    await missing.createContainer();
    assert.deepEqual(await missing.list(''), { folders: [], blobs: [], next: undefined });
    await assert.rejects(client.list('', { signal: AbortSignal.abort() }));
  });
});
