import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { downloadBytes } from '../../../src/storage/download.ts';
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
});
