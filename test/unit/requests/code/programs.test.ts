import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { BlobServiceClient, ContainerSASPermissions } from '@azure/storage-blob';
import { curlCommand } from '../../../../src/requests/code/curl.ts';
import { codeLanguages } from '../../../../src/requests/code/languages.ts';
import {
  besProgram,
  rrsProgram,
  type ClientProgram,
  type CodeTarget,
} from '../../../../src/requests/code/program.ts';
import { readRequest } from '../../../../src/shared/requestData.ts';
import type { Fault } from '../../../../src/local-service/options.ts';
import { ensureRuntimes, runtimes, type Runtime } from '../../../support/runtimes.ts';
import { LocalTestService } from '../../local-service/localTestService.ts';

interface Ended {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

/** How a program of each language is run; what `needs` names has to be on the machine, or its tests are left out. */
const languages = [
  { id: 'python', needs: [runtimes.python], command: runtimes.python.command, file: 'client.py' },
  { id: 'javascript', needs: [], command: process.execPath, file: 'client.mjs' },
  { id: 'curl', needs: [runtimes.bash, runtimes.curl], command: 'bash', file: 'client.sh' },
  { id: 'r', needs: [runtimes.r], command: runtimes.r.command, file: 'client.R' },
  // Mono has the language and the libraries that the program asks of .NET and .NET Framework, but is neither.
  { id: 'csharp', needs: [runtimes.csharp], command: 'mono', file: 'client.exe' },
] as const;

const compileCsharp = [
  '-langversion:7.2',
  '-warnaserror',
  '-r:System.Net.Http.dll,System.Runtime.Serialization.dll,System.Xml.dll,System.Xml.Linq.dll',
  '-out:client.exe',
  'client.cs',
];

const request = readRequest({ workspace: 'Local', service: 'any' }).data;
const nasty = `It's "quoted", $HOME \`id\` \${x} \\n {0} %s 'ä' 東京 \u2028 🙂\nsecond line`;

describe('generated programs, run against the local service', () => {
  let service: LocalTestService;
  let fault: Fault | undefined;
  let folder: string;
  let environment: Record<string, string>;
  let absent: ReadonlySet<string>;

  before(async function () {
    this.timeout(600_000);
    absent = ensureRuntimes(languages.flatMap(({ needs }): readonly Runtime[] => needs));
    service = await LocalTestService.start({
      fault: () => {
        const now = fault;
        fault = undefined;
        return now;
      },
    });
    const { local } = service;
    const account = BlobServiceClient.fromConnectionString(local.storageConnectionString);
    const sas = await account.getContainerClient(local.storageContainer).generateSasUrl({
      permissions: ContainerSASPermissions.parse('rcw'),
      expiresOn: new Date(Date.now() + 3_600_000),
    });
    environment = {
      AZUREML_API_KEY: local.services[0]?.apiKey ?? '',
      AZUREML_SUBSCRIPTION_KEY: local.subscriptionKey,
      AZUREML_CONTAINER_SAS_URL: sas,
    };
  });

  after(() => service.close());

  beforeEach(async () => {
    fault = undefined;
    folder = await mkdtemp(join(tmpdir(), 'azureml-test-'));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  const target = (change: Partial<CodeTarget> = {}): CodeTarget => ({
    label: 'Hashing\nexit 9',
    address: {
      baseUrl: service.local.baseUrl,
      style: 'workspaces',
      workspaceId: service.local.workspaceId,
      endpointId: service.local.services[0]?.endpointId ?? '',
    },
    auth: { type: 'apiKey' },
    outputs: ['output1'],
    ...change,
  });

  const body = (rows: readonly string[]): string =>
    JSON.stringify(
      {
        Inputs: { input1: { ColumnNames: ['Col2'], Values: rows.map((row) => [row]) } },
        GlobalParameters: {},
      },
      undefined,
      2,
    );

  const run = async (command: string, args: readonly string[], env: object): Promise<Ended> => {
    const child = spawn(command, args, {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', PYTHONUTF8: '1', ...env },
    });
    const exited = once(child, 'close') as Promise<[number]>;
    const [output, errors, [exitCode]] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
    return { output, errors, exitCode };
  };

  const rowsOf = (output: string): unknown => {
    const answer = JSON.parse(output) as { Results: { output1: { value: { Values: unknown } } } };
    return answer.Results.output1.value.Values;
  };

  for (const { id, needs, command, file } of languages) {
    describe(id, () => {
      const language = codeLanguages.find((each) => each.id === id);

      const runProgram = async (program: ClientProgram, env: object = environment): Promise<Ended> => {
        const text = language?.write(program) ?? '';
        await writeFile(join(folder, id === 'csharp' ? 'client.cs' : file), text);
        if (id === 'csharp') {
          const compiled = await run('mcs', compileCsharp, {});
          assert.equal(compiled.exitCode, 0, compiled.errors);
        }
        return run(command, [file], env);
      };

      before(function () {
        const missing = needs.find((runtime) => absent.has(runtime.command));
        if (missing === undefined) return;
        console.log(`      Left out: ${missing.command} is not on this machine.`);
        this.skip();
      });

      it('scores the rows of the request, whatever is written in them', async () => {
        const ended = await runProgram(rrsProgram(target(), request, body(['This is a good day', nasty])));
        assert.equal(ended.exitCode, 0, ended.errors);
        const [first, second] = rowsOf(ended.output) as string[][];
        assert.deepEqual(first, ['This is a good day', '1', '1', '2', '2', '0', '2', '0', '1']);
        assert.equal(second?.[0], nasty);
      });

      it('reaches the service through a gateway with both keys', async () => {
        const { gatewayUrl: baseUrl } = service.local;
        const behind = target({
          address: { ...target().address, baseUrl },
          subscriptionKeyHeader: 'Ocp-Apim-Subscription-Key',
        });
        const program = rrsProgram(behind, request, body(['x']));
        assert.equal((await runProgram(program)).exitCode, 0);
        const refused = await runProgram(program, { ...environment, AZUREML_SUBSCRIPTION_KEY: 'wrong' });
        assert.equal(refused.exitCode, 1);
        assert.match(refused.errors, /401[^]*subscription key/i);
      });

      it('runs the whole batch job and writes its output', async () => {
        const program = besProgram(target(), request, body(['This is a good day', 'a, "b"', nasty]));
        const ended = await runProgram(program);
        assert.equal(ended.exitCode, 0, ended.errors);
        assert.equal(ended.output.trim(), 'output1.csv');
        assert.match(ended.errors, /Job [\da-f]{32} is submitted[^]*Finished/);
        const result = await readFile(join(folder, 'output1.csv'), 'utf8');
        assert.match(result, /^Col2,.*\r\nThis is a good day,1,1,2,2,0,2,0,1\r\n"a, ""b""",/);
        assert.ok(result.includes(`"${nasty.replaceAll('"', '""')}",`));
      });

      it("prints the service's code for a wrong key and exits with 1", async () => {
        for (const program of [
          rrsProgram(target(), request, body(['x'])),
          besProgram(target(), request, body(['x'])),
        ]) {
          const ended = await runProgram(program, { ...environment, AZUREML_API_KEY: 'wrong' });
          assert.equal(ended.exitCode, 1);
          assert.match(ended.errors, /401[^]*Unauthorized[^]*ScoreRequestUnauthorized/);
          assert.equal(ended.output, '');
        }
      });

      it('names a variable that is not set and exits with 2', async () => {
        const ended = await runProgram(rrsProgram(target(), request, body(['x'])), {});
        assert.equal(ended.exitCode, 2);
        assert.match(ended.errors, /AZUREML_API_KEY/);
      });

      it('tries again when the service is busy, and does not follow a redirect', async () => {
        const program = rrsProgram(target(), request, body(['x']));
        fault = {
          status: 503,
          headers: { 'Retry-After': '0' },
          body: '{"error":{"code":"ServiceUnavailable"}}',
        };
        const busy = await runProgram(program);
        assert.equal(busy.exitCode, 0, busy.errors);
        assert.equal(fault, undefined);
        fault = { status: 302, headers: { Location: program.url } };
        const redirected = await runProgram(program);
        assert.equal(redirected.exitCode, 1);
        assert.match(redirected.errors, /302/);
      });

      it('ends with the reason when the job fails', async () => {
        const program = besProgram(target(), request, body(['x']));
        const [input] = program.inputs;
        assert.ok(input);
        const ended = await runProgram({ ...program, inputs: [{ ...input, rows: ['Other\r\n', 'x\r\n'] }] });
        assert.equal(ended.exitCode, 1, ended.errors);
        assert.match(ended.errors, /Failed[^]*Col2/);
      });
    }).timeout(60_000);
  }

  it('a command copied as cURL works in a shell', async () => {
    const command = curlCommand(rrsProgram(target(), request, body([nasty])));
    const ended = await run('bash', ['-c', command], environment);
    assert.equal(ended.exitCode, 0, ended.errors);
    assert.equal((rowsOf(ended.output) as string[][])[0]?.[0], nasty);
    const refused = await run('bash', ['-c', command], { AZUREML_API_KEY: 'wrong' });
    assert.equal(refused.exitCode, 22);
    assert.match(refused.output, /ScoreRequestUnauthorized/);
  }).timeout(30_000);
});
