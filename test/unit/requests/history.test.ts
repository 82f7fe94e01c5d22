import assert from 'node:assert/strict';
import files, { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import type { Endpoint } from '../../../src/catalog/model.ts';
import { Failure } from '../../../src/protocol/failure.ts';
import { History, type HistoryEntry } from '../../../src/requests/history.ts';
import { redactCall } from '../../../src/requests/historyRedaction.ts';
import {
  answerOfEntry,
  failureOfEntry,
  recordCall,
  requestOfEntry,
} from '../../../src/requests/historyRecord.ts';
import type { RrsAnswer } from '../../../src/requests/execute.ts';
import type { RequestData } from '../../../src/shared/requestData.ts';
import { withFilesInUse } from '../../support/busyFiles.ts';

const key = 'abcdEFGH1234/+abcdEFGH1234==';

const request: RequestData = {
  workspace: 'W',
  service: 'S',
  apiVersion: '2.0',
  details: true,
  headers: { 'Content-Type': 'application/json', 'X-My-Token': 'header-secret' },
  inputs: {},
  globalParameters: {},
};

const workspace = {
  name: 'W',
  workspaceId: 'w',
  baseUrl: 'http://127.0.0.1',
  auth: { type: 'apiKey' },
  style: 'workspaces',
  services: [],
  local: false,
} as const;

function endpointOf(endpointId: string): Endpoint {
  return {
    workspace,
    service: { name: 'S', endpoints: [] },
    name: 'default',
    endpointId,
    address: { baseUrl: 'http://127.0.0.1', style: 'workspaces', workspaceId: 'w', endpointId },
    label: 'S',
  };
}

function bodyOf(cell: string, parameters: object = {}): string {
  return JSON.stringify({
    Inputs: { i: { ColumnNames: ['c'], Values: [[cell]] } },
    GlobalParameters: parameters,
  });
}

function answerOf(cell: string, more: Partial<RrsAnswer> = {}): RrsAnswer {
  const text = JSON.stringify({ Results: { o: { type: 'table', value: { Values: [[cell]] } } } });
  return {
    requestUrl: 'http://127.0.0.1/execute?api-version=2.0&subscription-key=url-secret',
    status: 200,
    statusText: 'OK',
    timings: { firstByteMs: 1, totalMs: 2 },
    headers: [['Content-Type', 'application/json'], ['Set-Cookie', 'cookie-secret']], // prettier-ignore
    text,
    size: text.length,
    time: new Date(),
    ...more,
  };
}

describe('the history', () => {
  let folder = '';
  let limits = { entries: 50, bytes: 1_000_000 };
  let history: History;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'history-'));
    limits = { entries: 50, bytes: 1_000_000 };
    history = new History(folder, () => limits);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  let clock = 0;
  const record = async (
    endpointId: string,
    cell: string,
    more: Partial<RrsAnswer> = {},
  ): Promise<HistoryEntry> => {
    const entry = await recordCall(history, {
      endpoint: endpointOf(endpointId),
      request,
      body: bodyOf(cell),
      credentials: [],
      answer: answerOf(`of ${cell}`, { time: new Date(1_700_000_000_000 + ++clock), ...more }),
    });
    assert.ok(entry);
    return entry;
  };
  const previews = async (endpointId?: string): Promise<string[]> =>
    (await history.list(endpointId)).map(({ preview }) => preview);

  it('gives request and answer back, to another window too', async () => {
    const entry = await record('e1', 'first');
    const other = new History(folder, () => limits);
    assert.deepEqual(await other.list('e1'), [entry]);
    assert.equal(entry.preview, 'first → of first');
    assert.deepEqual([entry.status, entry.latencyMs, entry.workspace, entry.service], [200, 2, 'W', 'S']);
    const reopened = requestOfEntry(await other.request(entry));
    assert.equal(reopened.body, bodyOf('first'));
    assert.equal(reopened.request.workspace, 'W');
    const answer = await answerOfEntry(other, entry);
    assert.equal(answer?.text, answerOf('of first').text);
    assert.equal(answer.status, 200);
    assert.equal(answer.time.toISOString(), entry.time);
  });

  it('keeps the very numbers that were sent', async () => {
    const body =
      '{"Inputs":{"i":{"ColumnNames":["c"],"Values":[[12345678901234567890.10]]}},"GlobalParameters":{}}';
    const entry = await recordCall(history, { endpoint: endpointOf('e'), request, body, credentials: [] });
    assert.ok(entry);
    assert.equal(requestOfEntry(await history.request(entry)).body, body);
  });

  it('says why a call got no answer', async () => {
    const failure = new Failure({ code: 'HostNotFound', origin: 'network', sentence: 'No such host.' });
    const call = { endpoint: endpointOf('e'), request, body: bodyOf('x'), credentials: [], failure };
    const entry = await recordCall(history, call);
    assert.ok(entry);
    assert.equal(entry.preview, 'x → HostNotFound');
    const again = failureOfEntry(entry);
    assert.deepEqual(
      [again?.code, again?.origin, again?.sentence],
      ['HostNotFound', 'network', 'No such host.'],
    );
    assert.equal(failureOfEntry(await record('e', 'answered')), undefined);
  });

  it('tells of what is added and removed until nobody listens', async () => {
    let changes = 0;
    const stop = history.onDidChange(() => changes++);
    const entry = await record('e', 'a');
    assert.equal(changes, 1);
    await history.remove(entry);
    assert.equal(changes, 2);
    stop();
    await record('e', 'b');
    assert.equal(changes, 2);
  });

  it('has the newest first, of an endpoint or of all', async () => {
    for (const cell of ['1', '2']) await record('e1', cell);
    await record('e2', '3');
    assert.deepEqual(await previews('e1'), ['2 → of 2', '1 → of 1']);
    assert.deepEqual(await previews(), ['3 → of 3', '2 → of 2', '1 → of 1']);
  });

  it('keeps so many of each endpoint, and pinned ones beyond that', async () => {
    limits = { ...limits, entries: 2 };
    await history.pin(await record('e1', 'pinned'), true);
    for (const cell of ['1', '2', '3']) await record('e1', cell);
    await record('e2', 'other');
    assert.deepEqual(await previews('e1'), ['3 → of 3', '2 → of 2', 'pinned → of pinned']);
    assert.deepEqual(await previews('e2'), ['other → of other']);
    // Three files each, and the pin.
    assert.equal((await readdir(join(folder, 'e1'))).length, 10);
  });

  it('takes so many bytes, the oldest of all give way', async () => {
    limits = { ...limits, bytes: 130_000 };
    for (const cell of ['a', 'b', 'c', 'd', 'e']) await record(`e${cell}`, cell.repeat(15_000));
    const entries = await history.list();
    assert.deepEqual(entries.map(({ endpointId }) => endpointId), ['ee', 'ed', 'ec', 'eb']); // prettier-ignore
    assert.ok(entries.reduce((sum, { bytes }) => sum + bytes, 0) <= 130_000);
  });

  it('has room for the others once the endpoint has too many', async () => {
    limits = { entries: 1, bytes: 50_000 };
    await record('e1', 'a'.repeat(5_000));
    for (const cell of ['b', 'c', 'd']) await record('e2', cell.repeat(20_000));
    assert.deepEqual((await history.list()).map(({ endpointId }) => endpointId), ['e2', 'e1']); // prettier-ignore
  });

  it('counts what other windows keep', async () => {
    await record('e1', 'mine');
    limits = { ...limits, bytes: 130_000 };
    const other = new History(folder, () => ({ ...limits, bytes: 1_000_000 }));
    for (let index = 0; index < 5; index++)
      await other.add(
        { ...(await record('e2', 'x')), time: '2001-01-01T00:00:00.000Z' },
        '{}',
        'y'.repeat(30_000),
      );
    for (let index = 0; index < 20; index++) await record('e3', 'x');
    const used = (await history.list()).reduce((sum, { bytes }) => sum + bytes, 0);
    assert.ok(used <= 130_000, String(used));
  });

  it('reads no other entry for a call', async () => {
    limits = { ...limits, entries: 2 };
    for (const endpointId of ['e1', 'e2']) for (const cell of ['1', '2']) await record(endpointId, cell);
    const oldest = (await history.list('e1'))[1]?.id;
    const read = mock.method(files, 'readFile');
    const listed = mock.method(files, 'readdir');
    syncBuiltinESMExports();
    try {
      await record('e1', '3');
    } finally {
      mock.restoreAll();
      syncBuiltinESMExports();
    }
    const paths = (calls: readonly { arguments: readonly unknown[] }[]) =>
      calls.map((call) => String(call.arguments[0]));
    assert.deepEqual(paths(read.mock.calls), [join(folder, 'e1', `${oldest}.entry.json`)]);
    assert.deepEqual(paths(listed.mock.calls), [join(folder, 'e1')]);
    assert.deepEqual(await previews('e1'), ['3 → of 3', '2 → of 2']);
  });

  it('removes what a window that died left unfinished', async () => {
    const { id } = await record('e1', '1');
    const old = new Date(Date.now() - 3_600_000);
    for (const [name, time] of [
      ['dead', old],
      ['young', new Date()],
    ] as const) {
      const path = join(folder, 'e1', `${name}.request.json`);
      await writeFile(path, '{}');
      await utimes(path, time, time);
    }
    history = new History(folder, () => limits);
    const second = await record('e1', '2');
    const ids = new Set((await readdir(join(folder, 'e1'))).map((name) => name.split('.')[0]));
    assert.deepEqual([...ids].sort(), [id, second.id, 'young'].sort());
  });

  it('does without an answer that is too large, or in a file', async () => {
    limits = { ...limits, bytes: 100_000 };
    const large = await record('e1', 'x', { text: 'y'.repeat(30_000) });
    assert.equal(large.hasAnswer, false);
    assert.equal(await answerOfEntry(history, large), undefined);
    const inFile = await record('e1', 'x', { file: '/somewhere' });
    assert.equal(inFile.hasAnswer, false);
  });

  it('is written while another window reads it', async () => {
    await withFilesInUse(async () => history.pin(await record('e1', '1'), true));
    assert.equal((await history.list())[0]?.pinned, true);
  });

  it('keeps nothing when it is turned off', async () => {
    limits = { ...limits, entries: 0 };
    const entry = {
      time: new Date().toISOString(),
      workspace: 'W',
      service: 'S',
      endpointId: 'e',
      preview: '',
    };
    assert.equal(await history.add(entry, '{}', '{}'), undefined);
    assert.deepEqual(await readdir(folder), []);
  });

  it('deletes one, and clears all but the pinned', async () => {
    const [first, second] = [await record('e1', '1'), await record('e1', '2')];
    await record('e2', '3');
    await history.remove(first);
    await history.pin(second, true);
    await history.clear('e1');
    assert.deepEqual(await previews(), ['3 → of 3', '2 → of 2']);
    await history.clear();
    assert.deepEqual(await previews(), ['2 → of 2']);
    assert.equal((await history.list())[0]?.pinned, true);
  });

  it('has no secret in any file', async () => {
    const spellings = [
      key,
      encodeURIComponent(key),
      encodeURIComponent(key).replaceAll(/%../g, (escape) => escape.toLowerCase()),
      Buffer.from(key).toString('base64'),
    ];
    await recordCall(history, {
      endpoint: endpointOf('e1'),
      request: { ...request, headers: { ...request.headers, Authorization: `Bearer ${key}` } },
      body: bodyOf(`a cell with ${key}`, {
        'Database password': 'hunter22',
        Alpha: '0.5',
        Server: 'Data Source=x',
      }),
      credentials: [`Bearer ${key}`, key],
      answer: answerOf(`it was hunter22 and ${key}`),
    });
    const echo = spellings.join(' or ');
    await recordCall(history, {
      endpoint: endpointOf('e1'),
      request,
      body: bodyOf('x'),
      credentials: [`Bearer ${key}`, key],
      answer: answerOf(echo, {
        requestUrl: `http://127.0.0.1/${encodeURIComponent(key)}/execute`,
        status: 401,
        statusText: `No ${echo}`,
        headers: [['x-ms-request-id', echo]],
        text: JSON.stringify({ error: { code: key, message: echo } }),
      }),
      failure: new Failure({ code: key, origin: 'service', sentence: `The key ${echo} is not known.` }),
    });
    const written = await Promise.all(
      (await readdir(join(folder, 'e1'))).map((name) => readFile(join(folder, 'e1', name), 'utf8')),
    );
    const all = written.join('\n');
    const others = ['hunter22', 'header-secret', 'url-secret', 'cookie-secret', 'Authorization'];
    for (const secret of [...spellings, ...others]) assert.ok(!all.includes(secret), secret);
    assert.ok(all.includes('"Alpha": "0.5"'));
    assert.ok(all.includes('Data Source=x'));
    assert.ok(all.includes('The key *** or *** or *** or *** is not known.'));
  });
});

describe('a call without its secrets', () => {
  const masked = (parameters: object): unknown => {
    const call = { request, body: bodyOf('x', parameters), credentials: [], answerText: '', headers: [] };
    const document = JSON.parse(redactCall(call).request) as { globalParameters: unknown };
    return document.globalParameters;
  };

  it('masks parameters by their names and by their values', () => {
    const secret = {
      'Account key': 'short1',
      apiKey: 'short2',
      'DB.Password': 'p',
      'connection string': 'x',
      Value: 'DefaultEndpointsProtocol=https;AccountName=a;AccountKey=bbbbbbbbbb==',
      Other: 'Zm9vYmFyYmF6cXV4Zm9vYmFyMTIz',
    };
    assert.deepEqual(masked(secret), Object.fromEntries(Object.keys(secret).map((name) => [name, '***'])));
  });

  it('leaves the others as they are', () => {
    const plain = {
      Keyword: 'monkey',
      'N-grams': 2,
      Tokenizer: 'words',
      Query: 'SELECT * FROM t',
      Id: '6d1a1b2c-0000-4000-8000-0123456789ab',
      Flag: null,
    };
    assert.deepEqual(masked(plain), plain);
  });
});
