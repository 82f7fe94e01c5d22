import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BlobServiceClient, ContainerSASPermissions } from '@azure/storage-blob';
import type { BatchRequest } from '../../../src/jobs/batchJob.ts';
import { BlobClient } from '../../../src/storage/blobClient.ts';
import { downloadBytes } from '../../../src/storage/download.ts';
import { defineStorage } from '../../../src/storage/storageDefinition.ts';
import { outputUrl } from '../../../src/protocol/studio/bes.ts';
import { BatchWorld } from '../../support/batch.ts';

describe('a batch job', () => {
  let world: BatchWorld;

  before(async () => {
    world = await BatchWorld.start();
  });

  after(() => world.stop());

  it('is uploaded, submitted, started, followed, and its result can be read', async () => {
    const engine = await world.engine();
    const file = join(world.folder, 'input.csv');
    await writeFile(file, 'Col2\r\nThis is a good day\r\n');
    const storage = { name: 'Local', client: await world.storage() };
    const started = await engine.run({
      endpoint: world.endpoint(),
      inputs: { input1: file },
      storage,
      referenceForm: 'sas',
      start: true,
    });
    assert.match(started.serviceJobId ?? '', /^[\da-f]{32}$/);
    assert.ok(started.startedAt);

    const ended = await engine.store.waitFor(started.ownId, (record) => record.ended);
    assert.equal(ended?.status, 'Finished', ended?.details);
    assert.match(ended.outputs['output1']?.url ?? '', /output1\.csv$/);

    const { output1 } = await engine.freshOutputs(ended, false);
    assert.ok(output1);
    const bytes = await downloadBytes(world.http, { url: outputUrl(output1) ?? '' }, 1_000_000);
    assert.match(Buffer.from(bytes).toString(), /This is a good day,1,1,2,2,0,2,0,1/);
  });

  it('writes an output to its name in the folder of the job, and leaves one to the service', async () => {
    const engine = await world.engine();
    const inputs = { users: join(world.folder, 'users.csv'), restaurants: join(world.folder, 'places.csv') };
    await writeFile(inputs.users, 'userID,budget\nU1001,low\n');
    await writeFile(inputs.restaurants, 'placeID,name,price,rating\n1,Inn,low,1.5\n');
    const started = await engine.run({
      endpoint: world.endpoint('RestaurantRecommender'),
      inputs,
      outputs: { recommendations: 'best.tsv' },
      globalParameters: { 'Number of items to recommend': 1 },
      storage: { name: 'Local', client: await world.storage() },
      referenceForm: 'sas',
      start: true,
    });
    const ended = await engine.store.waitFor(started.ownId, (record) => record.ended);
    const place = `${world.local.storageContainer}/${started.ownId}/best.tsv`;
    assert.equal(ended?.outputs['recommendations']?.relativeLocation, place);
    assert.notEqual(ended.outputs['coverage']?.relativeLocation ?? '', '');
    assert.doesNotMatch(ended.outputs['coverage']?.relativeLocation ?? '', new RegExp(started.ownId));
  });

  it('is not begun when the storage cannot give what it needs', async () => {
    const engine = await world.engine();
    const file = join(world.folder, 'refused.csv');
    await writeFile(file, 'Col2\r\nThis is a good day\r\n');
    const { storageConnectionString, storageContainer } = world.local;
    const url = await BlobServiceClient.fromConnectionString(storageConnectionString)
      .getContainerClient(storageContainer)
      .generateSasUrl({
        permissions: ContainerSASPermissions.parse('rcw'),
        expiresOn: new Date(Date.now() + 3_600_000),
      });
    const client = await BlobClient.open(defineStorage({ kind: 'containerSas', url }), world.http);
    const refused = (change: Partial<BatchRequest>): Promise<unknown> =>
      engine.run({
        endpoint: world.endpoint(),
        inputs: { input1: file },
        storage: { name: 'SAS', client },
        referenceForm: 'sas',
        start: true,
        ...change,
      });
    await assert.rejects(refused({ outputs: { output1: 'elsewhere/out.csv' } }), /WrongContainer/);
    await assert.rejects(refused({ referenceForm: 'connectionString' }), /NoConnectionString/);
    assert.ok(!engine.store.list().some(({ storage }) => storage === 'SAS'));
  });
});
