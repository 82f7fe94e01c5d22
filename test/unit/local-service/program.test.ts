import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { BlobServiceClient } from '@azure/storage-blob';
import type { LocalServiceDescription } from '../../../src/local-service/description.ts';
import { eventually } from '../../support/eventually.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const main = join(root, 'src/local-service/main.ts');
const onWindows = process.platform === 'win32';

interface Program {
  readonly child: ChildProcess;
  readonly description: LocalServiceDescription;
}

async function start(command: string, args: readonly string[], cwd = root): Promise<Program> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], shell: onWindows });
  assert.ok(child.stdout);
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, description: JSON.parse(line) as LocalServiceDescription };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const exited = once(child, 'exit') as Promise<[number | null]>;
  child.kill(signal);
  return (await exited)[0];
}

async function isAnswering({ baseUrl }: LocalServiceDescription): Promise<boolean> {
  return fetch(baseUrl).then(
    () => true,
    () => false,
  );
}

/** The recipe of the release, with another place for the result. */
async function bundle(outdir: string): Promise<void> {
  const script = `
    import { build } from 'esbuild';
    import { localServiceBuild } from './esbuild.local-service.js';
    await build({ ...localServiceBuild({ minify: true }), outdir: ${JSON.stringify(outdir)} });`;
  const args = ['--input-type=module', '--eval', script];
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
  assert.deepEqual(await once(child, 'exit'), [0, null]);
}

/** One call and one job, so that everything that is bundled has been used. */
async function scoreBothWays(description: LocalServiceDescription): Promise<string[]> {
  const { baseUrl, workspaceId, services, storageConnectionString, storageContainer } = description;
  const url = `${baseUrl}/workspaces/${workspaceId}/services/${services[0]?.endpointId ?? ''}`;
  const headers = { Authorization: `Bearer ${services[0]?.apiKey ?? ''}` };
  const post = (path: string, body?: object): Promise<Response> => {
    return fetch(`${url}${path}`, {
      method: 'POST',
      headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  };
  const answer = await post('/execute?api-version=2.0', {
    Inputs: { input1: { ColumnNames: ['Col2'], Values: [['This is a good day']] } },
  });
  const container =
    BlobServiceClient.fromConnectionString(storageConnectionString).getContainerClient(storageContainer);
  await container.getBlockBlobClient('a.csv').uploadData(Buffer.from('Col2\r\nThis is a good day\r\n'));
  const reference = (name: string): object => {
    return { ConnectionString: storageConnectionString, RelativeLocation: `${storageContainer}/${name}` };
  };
  const submitted = await post('/jobs?api-version=2.0', {
    Input: reference('a.csv'),
    Output: reference('b.csv'),
  });
  const id = (await submitted.json()) as string;
  await post(`/jobs/${id}/start?api-version=2.0`);
  await eventually('the job finishes', async () => {
    const status = (await (await fetch(`${url}/jobs/${id}?api-version=2.0`, { headers })).json()) as {
      StatusCode: string;
    };
    return status.StatusCode === 'Finished';
  });
  return [await answer.text(), (await container.getBlobClient('b.csv').downloadToBuffer()).toString()];
}

describe('the program of the local service', function () {
  this.timeout(60_000);

  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'azureml-test-'));
  });

  after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    (onWindows ? it.skip : it)(
      `starts with npm, prints where it is, and ends on ${signal} to npm`,
      async () => {
        const { child, description } = await start('npm', [
          'run',
          '--silent',
          'local-service',
          '--',
          '--job-delay',
          '10',
        ]);
        assert.deepEqual(Object.keys(description), [
          'baseUrl',
          'managementUrl',
          'gatewayUrl',
          'subscriptionKey',
          'workspaceId',
          'workspaceToken',
          'storageConnectionString',
          'storageContainer',
          'services',
        ]);
        assert.equal(description.services[0]?.name, 'SimpleFeatureHashingExperiment');
        assert.ok(await isAnswering(description));
        await end(child, signal);
        await eventually('nobody answers any more', async () => !(await isAnswering(description)));
      },
    );
  }

  it('removes its temporary folder at the end, and keeps one that is given', async () => {
    const temporary = async (): Promise<string[]> => {
      return (await readdir(tmpdir())).filter((name) => name.startsWith('azureml-local-service-'));
    };
    const before = await temporary();
    const { child } = await start(process.execPath, [main]);
    const own = (await temporary()).filter((name) => !before.includes(name));
    assert.equal(await end(child, 'SIGTERM'), 0);
    for (const name of own) await eventually(`${name} is removed`, () => !existsSync(join(tmpdir(), name)));

    const data = join(folder, 'kept');
    const kept = await start(process.execPath, [main, '--data', data]);
    assert.equal(await end(kept.child, 'SIGTERM'), 0);
    assert.deepEqual((await readdir(data)).sort(), ['blobs', 'identity.json', 'jobs', 'ports.json']);
    const again = await start(process.execPath, [main, '--data', data]);
    assert.deepEqual(again.description, kept.description);
    await end(again.child, 'SIGTERM');
  });

  it('answers on the ports that it is given, or says that they are in use', async () => {
    const first = await start(process.execPath, [main]);
    const port = new URL(first.description.baseUrl).port;
    const second = spawn(process.execPath, [main, '--port', port], { stdio: ['ignore', 'ignore', 'pipe'] });
    const [message] = (await once(createInterface(second.stderr), 'line')) as [string];
    assert.match(message, new RegExp(`Port ${port} is in use`));
    await end(first.child, 'SIGTERM');
    const third = await start(process.execPath, [main, '--port', port]);
    assert.equal(new URL(third.description.baseUrl).port, port);
    await end(third.child, 'SIGTERM');
  });

  it('publishes a sample service twice if it is told to', async () => {
    const { child, description } = await start(process.execPath, [main, '--twice', 'CensusTraining']);
    const ids = description.services
      .filter(({ name }) => name === 'CensusTraining')
      .map(({ serviceId }) => serviceId);
    await end(child, 'SIGTERM');
    assert.equal(new Set(ids).size, 2);
  });

  it('refuses options that it does not know', async () => {
    for (const args of [
      ['--prot', '1'],
      ['--port', 'x'],
      ['--start-status', '201'],
      ['--other-answer', 'x'],
      ['--wrong-region', 'here'],
      ['--twice', 'x'],
    ]) {
      const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
      const [message] = (await once(createInterface(child.stderr), 'line')) as [string];
      assert.match(message, /--help lists the options\.$/);
    }
  });

  it('runs alone as one file, in a folder with nothing else', async () => {
    const outdir = join(folder, 'built');
    await bundle(outdir);
    const { child, description } = await start(process.execPath, [join(outdir, 'local-service.js')], outdir);
    const [answer, output] = await scoreBothWays(description);
    assert.match(answer ?? '', /"1","1","2","2","0","2","0","1"/);
    assert.match(output ?? '', /This is a good day,1,1,2,2,0,2,0,1/);
    assert.equal(await end(child, 'SIGTERM'), 0);
    const notices = await readFile(join(outdir, 'ThirdPartyNotices.local-service.txt'), 'utf8');
    for (const name of ['azurite', '@azure/storage-blob', 'valibot'])
      assert.ok(notices.includes(`\n${name} `), name);
  });
});
