import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BlobSASPermissions, BlobServiceClient } from '@azure/storage-blob';
import { membersOf } from '../../../src/jobs/documents/jobMembers.ts';
import { jobRequest, type JobSurroundings } from '../../../src/jobs/documents/jobRequest.ts';
import { bringsSas, parseJob, sasIn } from '../../../src/jobs/documents/jobText.ts';
import type { JobEngine } from '../../../src/jobs/engine.ts';
import type { JobRecord } from '../../../src/jobs/jobRecord.ts';
import { parseBlobUrl } from '../../../src/protocol/studio/bes.ts';
import { readJob } from '../../../src/shared/jobData.ts';
import { editText } from '../../../src/shared/editText.ts';
import type { JsonMembers } from '../../../src/shared/jsonEdits.ts';
import type { HttpClient } from '../../../src/transport/index.ts';
import { BlobAddresses } from '../../../src/storage/blobAddresses.ts';
import type { BlobClient } from '../../../src/storage/blobClient.ts';
import { BatchWorld } from '../../support/batch.ts';

const rows = 'Col2\r\nThis is a good day\r\n';

/** A secret storage in memory, and what was written to it. */
class Secrets {
  readonly kept = new Map<string, string>();
  get = (key: string) => Promise.resolve(this.kept.get(key));
  store = (key: string, value: string) => Promise.resolve(void this.kept.set(key, value));
  keys = () => Promise.resolve([...this.kept.keys()]);
  delete = (key: string) => Promise.resolve(void this.kept.delete(key));
  onDidChange = () => ({ dispose: () => undefined });
}

function unexpected(what: string): never {
  throw new Error(`Unexpected: ${what}`);
}

describe('batch job documents', () => {
  /** Bodies of BES Submit. */
  const submitted: string[] = [];
  let world: BatchWorld;
  let engine: JobEngine;
  let client: BlobClient;

  before(async () => {
    world = await BatchWorld.start();
    const { http } = world;
    const listening: HttpClient = {
      send: (request) => {
        if (typeof request.body === 'string' && request.url.includes('/jobs?')) submitted.push(request.body);
        return http.send(request);
      },
      dispose: () => http.dispose(),
    };
    engine = await world.engine({ http: () => Promise.resolve(listening) });
    client = await world.storage();
    await writeFile(join(world.folder, 'rows.csv'), rows);
  });

  after(() => world.stop());

  const addresses = (): BlobAddresses => new BlobAddresses(new Secrets(), { warn: unexpected } as never);

  const surroundings = (change: Partial<JobSurroundings> = {}): JobSurroundings => ({
    endpoint: world.endpoint(),
    schema: undefined,
    storage: { name: 'Local', client },
    storages: { blobReference: () => assert.fail('no blob is named by its URL') },
    catalog: { fillSecrets: (_, texts) => Promise.resolve({ ...texts }) },
    folder: world.folder,
    referenceForm: 'sas',
    interactive: false,
    ...change,
  });

  const dataOf = (members: JsonMembers) => readJob({ workspace: 'Local', service: 's', ...members }).data;

  async function run(members: JsonMembers, change?: Partial<JobSurroundings>): Promise<JobRecord> {
    const request = await jobRequest(dataOf(members), surroundings(change));
    const started = await engine.run({ ...request, start: true, document: 'file:///a.bes.json' });
    const ended = await engine.store.waitFor(started.ownId, (record) => record.ended);
    assert.equal(ended?.status, 'Finished', ended?.details);
    return ended;
  }

  it('run a file beside them, and the record says which document it was', async () => {
    const record = await run({ inputs: { input1: { file: 'rows.csv' } } });
    assert.equal(record.inputs['input1']?.file, join(world.folder, 'rows.csv'));
    assert.equal(record.document, 'file:///a.bes.json');
    assert.equal(record.generation, undefined);
  });

  it('send the body of the generation that they name', async () => {
    const record = await run({
      inputs: { input1: { file: 'rows.csv' } },
      outputs: { output1: null },
      generation: 'Input+Outputs',
    });
    const body: unknown = JSON.parse(submitted.at(-1) ?? '');
    assert.deepEqual(Object.keys(Object(body) as object), ['Input', 'GlobalParameters']);
    assert.equal(record.generation, 'Input+Outputs');
  });

  it('read a blob that is in the storage, and write to the place that they name', async () => {
    const first = await run({ inputs: { input1: { file: 'rows.csv' } } });
    const blob = first.inputs['input1']?.relativeLocation ?? '';
    const location = `${client.container}/chosen/mine.csv`;
    const record = await run({ inputs: { input1: { blob } }, outputs: { output1: location } });
    assert.equal(record.outputs['output1']?.relativeLocation, location);
    assert.equal(record.inputs['input1']?.file, undefined);
  });

  it('give a new blob to each output that is left out, and none to one that is null', async () => {
    const named = async (outputs: JsonMembers) => {
      const schema = {
        title: '',
        inputs: [],
        outputs: ['a', 'b', 'c'].map((name) => ({ name, columns: [], sampleRows: [] })),
        globalParameters: [],
      };
      return (await jobRequest(dataOf({ outputs }), surroundings({ schema }))).outputs;
    };
    assert.equal(await named({}), undefined);
    assert.deepEqual(await named({ a: '', b: 'c/b.csv', c: null }), { a: 'a.ilearner', b: 'c/b.csv' });
  });

  it('take secrets of parameters from the catalog', async () => {
    const { globalParameters, writtenParameters } = await jobRequest(
      dataOf({ globalParameters: { password: '${secret:db}', seed: 7, none: null } }),
      surroundings({
        catalog: {
          fillSecrets: (_, texts, { interactive }) => {
            assert.deepEqual([texts, interactive], [{ password: '${secret:db}' }, false]);
            return Promise.resolve({ password: 'hunter2' });
          },
        },
      }),
    );
    assert.deepEqual(globalParameters, { password: 'hunter2', seed: 7, none: null });
    assert.deepEqual(writtenParameters, { password: '${secret:db}', seed: 7, none: null });
  });

  it('leave the values of their parameters with the job, but no secret', async () => {
    const record = await run(
      {
        inputs: { input1: { file: 'rows.csv' } },
        globalParameters: { 'Hashing bitsize': '${secret:bits}', 'N-grams': 1 },
      },
      { catalog: { fillSecrets: (_, texts) => Promise.resolve({ ...texts, 'Hashing bitsize': '2' }) } },
    );
    const written = { 'Hashing bitsize': '${secret:bits}', 'N-grams': 1 };
    assert.deepEqual(record.parameterValues, written);
    assert.deepEqual(membersOf(record, client).globalParameters, written);
  });

  it('read a blob by its URL with the SAS that is kept for it, and keep no SAS in the record', async () => {
    const service = BlobServiceClient.fromConnectionString(world.local.storageConnectionString);
    const blob = service.getContainerClient(client.container).getBlockBlobClient('naïve rows.csv');
    await blob.uploadData(Buffer.from(rows));
    const sasUrl = await blob.generateSasUrl({
      permissions: BlobSASPermissions.parse('r'),
      expiresOn: new Date(Date.now() + 3_600_000),
    });
    const [url = '', sas = ''] = sasUrl.split('?');
    const known = addresses();
    await known.keepSas(sasUrl);
    const none = { names: () => Promise.resolve([]), open: () => assert.fail('there is none') };
    const storages = {
      blobReference: (address: Parameters<typeof known.reference>[0]) => known.reference(address, none),
    };
    const record = await run(
      { inputs: { input1: { url } }, outputs: { output1: null } },
      { storages, storage: undefined },
    );
    assert.equal(record.inputs['input1']?.url, url);
    assert.ok(!JSON.stringify(record).includes(new URLSearchParams(sas).get('sig') ?? ''), 'no signature');
  });

  it('read a blob of a storage that is known with a SAS made for it, and a public one without', async () => {
    const { blobEndpoint } = client.definition;
    const storages = { names: () => Promise.resolve(['Local']), open: () => Promise.resolve(client) };
    const referenceTo = async (url: string) => {
      const address = parseBlobUrl(url);
      assert.ok(address);
      return addresses().reference(address, storages);
    };
    const own = await referenceTo(`${blobEndpoint}/other/a%20b.csv`);
    assert.equal(own.relativeLocation, 'other/a b.csv');
    assert.match('sasBlobToken' in own ? (own.sasBlobToken ?? '') : '', /^\?.*sp=r&/);
    assert.deepEqual(await referenceTo('https://a.example/public/b.csv'), {
      baseLocation: 'https://a.example/',
      relativeLocation: 'public/b.csv',
    });
  });

  it('are made from a job without what was only its own', async () => {
    const location = `${client.container}/chosen/again.csv`;
    const inputs = { input1: { file: 'rows.csv' } };
    const chosen = await run({ inputs, outputs: { output1: location }, generation: 'Input+Outputs' });
    assert.deepEqual(membersOf(chosen, client), {
      storage: 'Local',
      inputs: { input1: { file: join(world.folder, 'rows.csv') } },
      outputs: { output1: location },
      globalParameters: {},
      generation: 'Input+Outputs',
    });
    assert.equal(membersOf(await run({ inputs }), client).outputs, undefined);
  });
});

describe('the text of a batch job document', () => {
  const sas = 'sv=2026-04-06&sr=b&sp=r&sig=c2VjcmV0';

  it('says where it breaks', () => {
    assert.deepEqual(parseJob('{ "workspace": "w" "service" }'), {
      kind: 'broken',
      problem: { code: 'CommaExpected', line: 1, column: 20, offset: 19 },
    });
  });

  it('loses every SAS, wherever it is, and nothing else', () => {
    const url = 'https://a.example/c/b.csv';
    const text = `{ // mine
  "inputs": { "a": { "url": "${url}?${sas}" }, "b": { "file": "${url}?${sas}" } },
  "globalParameters": { "connection": "BlobEndpoint=x;SharedAccessSignature=${sas}", "n": 1.0 }
}`;
    const { edits, urls } = sasIn(text);
    const after = editText(text, edits);
    assert.ok(!after.includes('c2VjcmV0'), after);
    assert.match(after, /^\{ \/\/ mine\n/);
    assert.match(after, /"n": 1\.0/);
    const parsed = parseJob(after);
    assert.ok(parsed.kind === 'job');
    assert.deepEqual(parsed.data.inputs, { a: { url }, b: { url } });
    assert.deepEqual(urls, [`${url}?${sas}`, `${url}?${sas}`]);
    assert.deepEqual(sasIn(after).edits, []);
  });

  it('lets no edit bring one in', () => {
    const set = (value: JsonMembers) => bringsSas({ kind: 'set', path: ['inputs', 'a'], value });
    assert.equal(set({ url: `https://a.example/c/b.csv?${sas}` }), true);
    assert.equal(set({ url: 'https://a.example/c/b.csv' }), false);
  });
});
