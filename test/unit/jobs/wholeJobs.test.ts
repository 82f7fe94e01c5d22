import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DelimitedReader } from '../../../src/protocol/csv.ts';
import { outputUrl } from '../../../src/protocol/studio/bes.ts';
import type { ReferenceForm } from '../../../src/jobs/jobBlobs.ts';
import type { JobEngine } from '../../../src/jobs/engine.ts';
import type { JobRecord } from '../../../src/jobs/jobRecord.ts';
import { writeSampleCsv } from '../../../src/results/sampleData.ts';
import { downloadToFile } from '../../../src/storage/download.ts';
import { BatchWorld } from '../../support/batch.ts';

function rowsOf(text: string): string[][] {
  const reader = new DelimitedReader();
  return [...reader.read(text), ...reader.end()];
}

describe('whole batch jobs', () => {
  let world: BatchWorld;
  let engine: JobEngine;

  before(async () => {
    world = await BatchWorld.start();
    engine = await world.engine();
  });

  after(() => world.stop());

  const run = async (
    service: string,
    inputs: Record<string, string>,
    globalParameters: Record<string, string>,
    referenceForm: ReferenceForm = 'sas',
  ): Promise<JobRecord> => {
    const record = await engine.run({
      endpoint: world.endpoint(service),
      inputs,
      globalParameters,
      storage: { name: 'Local', client: await world.storage() },
      referenceForm,
      start: true,
    });
    const ended = await engine.store.waitFor(record.ownId, (current) => current.ended);
    assert.equal(ended?.status, 'Finished', ended?.details);
    return ended;
  };

  const resultOf = async (record: JobRecord, output: string, file: string): Promise<string> => {
    const reference = (await engine.freshOutputs(record, false))[output];
    assert.ok(reference);
    const target = join(world.folder, file);
    await downloadToFile(world.http, { url: outputUrl(reference) ?? '' }, target);
    return readFile(target, 'utf8');
  };

  it('keep all of 100,000 rows in order, by SAS and by connection string alike', async () => {
    const service = 'SimpleFeatureHashingExperiment';
    const schema = await world.ports().schema(world.endpoint(service), new AbortController().signal);
    const [input] = schema?.inputs ?? [];
    assert.ok(input);
    const file = join(world.folder, 'many.csv');
    await writeSampleCsv(file, input, 100_000);
    const sent = rowsOf(await readFile(file, 'utf8'));

    const bySas = await resultOf(await run(service, { input1: file }, {}), 'output1', 'sas.csv');
    const got = rowsOf(bySas);
    assert.equal(got.length, 100_001);
    assert.equal(
      got.findIndex((row, index) => row[0] !== sent[index]?.[0]),
      -1,
    );

    const byKey = await run(service, { input1: file }, {}, 'connectionString');
    assert.ok((await resultOf(byKey, 'output1', 'key.csv')) === bySas, 'the same bytes');
  }).timeout(120_000);

  it('accept the sample data of every sample service', async () => {
    for (const { name } of world.local.services) {
      const schema = await world.ports().schema(world.endpoint(name), new AbortController().signal);
      const inputs: Record<string, string> = {};
      for (const port of schema?.inputs ?? []) {
        const file = join(world.folder, `${name}-${port.name}.csv`);
        await writeSampleCsv(file, port, 100);
        inputs[port.name] = file;
      }
      const required = (schema?.globalParameters ?? []).filter(
        (parameter) => parameter.default === undefined,
      );
      const ended = await run(
        name,
        inputs,
        Object.fromEntries(required.map((parameter) => [parameter.name, '3'])),
      );
      const outputs = schema?.outputs.map((port) => port.name).sort();
      assert.deepEqual(Object.keys(ended.outputs).sort(), outputs, name);
    }
  }).timeout(60_000);
});
