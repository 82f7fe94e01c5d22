import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connectionStringMembers } from '../../../src/local-service/blobReference.ts';
import type { WireVariants } from '../../../src/local-service/options.ts';
import { LocalTestService } from './localTestService.ts';

const sample = new URL('bes_sample.py', import.meta.url).pathname;
const python = process.platform === 'win32' ? 'python' : 'python3';

/** Runs the program alone: nothing of the environment but the PATH, and none of the user's packages. */
async function runSample(settings: object): Promise<{ output: string; exitCode: number }> {
  const child = spawn(python, ['-I', sample], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'] },
  });
  const exited = once(child, 'exit') as Promise<[number]>;
  child.stdin.end(JSON.stringify(settings));
  const output = await text(child.stdout);
  const [exitCode] = await exited;
  return { output, exitCode };
}

describe("the guide's batch sample, in Python", () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'azureml-test-'));
  });

  after(() => rm(folder, { recursive: true }));

  const answers: readonly [name: string, variants: Partial<WireVariants>][] = [
    ['as it answers unasked', {}],
    ['with numbers for states and no content for a start', { statusCode: 'number', startStatus: 204 }],
  ];
  for (const [name, variants] of answers) {
    it(`runs against the local service, ${name}`, async () => {
      const service = await LocalTestService.start({ variants });
      const { local } = service;
      const storage = connectionStringMembers(local.storageConnectionString);
      const outputFile = join(folder, 'myresults.csv');
      await writeFile(join(folder, 'mydata.csv'), 'Col2\r\nThis is a good day\r\n');
      const { output, exitCode } = await runSample({
        service_url: local.baseUrl,
        workspace: local.workspaceId,
        service: local.services[0]?.endpointId,
        api_key: local.services[0]?.apiKey,
        storage_url: storage.get('BlobEndpoint'),
        storage_account_name: storage.get('AccountName'),
        storage_account_key: storage.get('AccountKey'),
        storage_container_name: local.storageContainer,
        input_file: join(folder, 'mydata.csv'),
        output_file: outputFile,
      });
      await service.close();
      assert.equal(exitCode, 0, output);
      assert.match(output, /Job ID: [\da-f]{32}\n/);
      assert.match(await readFile(outputFile, 'utf8'), /^Col2,.*\r\nThis is a good day,1,1,2,2,0,2,0,1\r\n$/);
      await rm(outputFile);
    });
  }
});
