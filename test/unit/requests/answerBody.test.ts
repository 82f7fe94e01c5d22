import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AnswerFiles } from '../../../src/requests/answerFiles.ts';
import { viewOfAnswer } from '../../../src/requests/answerView.ts';
import { execute, type RrsCall } from '../../../src/requests/execute.ts';
import { Bench } from '../transport/servers.ts';

const head = '{"Results":{"output1":{"type":"table","value":{"ColumnNames":["text"],"Values":[';
const tail = ']}}}}';

describe('an answer that is more than is kept in memory', () => {
  const bench = new Bench();
  let folder = '';
  let files: AnswerFiles;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'answers-'));
    files = new AnswerFiles(folder);
  });
  afterEach(async () => {
    await bench.close();
    await rm(folder, { recursive: true, force: true });
  });

  function callOf(baseUrl: string, signal?: AbortSignal): RrsCall {
    return {
      address: { baseUrl, style: 'workspaces', workspaceId: 'w', endpointId: 'e' },
      query: { apiVersion: '2.0', details: false },
      headers: {},
      body: '{}',
      ...(signal ? { signal } : {}),
    };
  }

  /** A server that sends rows until the answer has about `megabytes`. */
  function serverOf(megabytes: number): Promise<string> {
    const piece = Buffer.from(`${'["'.padEnd(1_000, 'ä')}"],`.repeat(1_000));
    return bench.http((request, response) => {
      request.resume();
      void (async () => {
        response.write(head);
        for (let sent = 0; sent < megabytes * 1_000_000; sent += piece.length)
          if (!response.write(piece)) await once(response, 'drain');
        response.end(`["last"]${tail}`);
      })();
    });
  }

  it('of 500 MB goes to a file without growing the process', async function () {
    this.timeout(120_000);
    const origin = await serverOf(500);
    const client = bench.client();
    const before = process.memoryUsage().rss;
    let most = before;
    const answer = await execute(client, callOf(origin), {}, {
      limit: 20_000_000,
      newFile: () => files.newPath(),
      onProgress: () => (most = Math.max(most, process.memoryUsage().rss)),
    }); // prettier-ignore
    const grown = Math.round((most - before) / 1_000_000);
    assert.ok(grown < 150, `the process has grown by ${grown} MB`);
    assert.ok(answer.size > 500_000_000);
    assert.equal((await stat(answer.file ?? '')).size, answer.size);
    assert.ok(answer.text.length < 1_100_000);
    const view = viewOfAnswer(answer);
    assert.ok((view.outputs[0]?.rowCount ?? 0) > 100);
    assert.match(view.outputs[0]?.rows.at(-1)?.[0] ?? '', /^ä+$/);
  });

  it('is in the file byte for byte', async () => {
    const origin = await serverOf(3);
    const spill = { limit: 1_000_000, newFile: () => files.newPath() };
    const answer = await execute(bench.client(), callOf(origin), {}, spill);
    const text = await readFile(answer.file ?? '', 'utf8');
    assert.equal(Buffer.byteLength(text), answer.size);
    assert.ok(text.startsWith(answer.text));
    assert.ok(text.endsWith(`["last"]${tail}`));
    const { Results } = JSON.parse(text) as { Results: { output1: { value: { Values: unknown[] } } } };
    assert.equal(Results.output1.value.Values.at(-1)?.toString(), 'last');
  });

  it('stays in memory up to the limit', async () => {
    const origin = await serverOf(1);
    const spill = { limit: 10_000_000, newFile: () => files.newPath() };
    const answer = await execute(bench.client(), callOf(origin), {}, spill);
    assert.equal(answer.file, undefined);
    assert.ok(answer.text.endsWith(tail));
    assert.deepEqual(await readdir(folder), []);
  });

  it('leaves no file when it is cancelled on the way', async () => {
    const controller = new AbortController();
    const origin = await bench.http((_, response) => {
      response.write(Buffer.alloc(5_000_000, 32));
    });
    const answer = execute(bench.client(), callOf(origin, controller.signal), {}, {
      limit: 1_000_000,
      newFile: () => files.newPath(),
      onProgress: () => controller.abort(),
    }); // prettier-ignore
    await assert.rejects(answer, { code: 'Cancelled' });
    assert.deepEqual(await readdir(folder), []);
  });

  it('is refused when it cannot be written', async () => {
    const origin = await serverOf(3);
    const spill = { limit: 1_000, newFile: () => Promise.resolve(join(folder, 'none', 'a.json')) };
    await assert.rejects(execute(bench.client(), callOf(origin), {}, spill), { code: 'NotWritten' });
  });
});
