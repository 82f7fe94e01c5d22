import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';

const workspace = 'Local';
const service = 'SimpleFeatureHashingExperiment';

interface Job {
  readonly id: string;
  readonly status: string;
  readonly details?: string;
  readonly outputs: Readonly<Record<string, { readonly relativeLocation: string; readonly url: string }>>;
  readonly submittedAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
}

describe('batch jobs in VS Code', () => {
  let folder: string;

  const run = <T>(command: string, call: object): Thenable<T> =>
    vscode.commands.executeCommand<T>(`azuremlServices.${command}`, call);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'azureml-batch-'));
    await vscode.extensions.getExtension('azureml-services.azureml-services')?.activate();
    await vscode.commands.executeCommand('azuremlServices.startLocalService');
  });

  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await rm(folder, { recursive: true, force: true });
  });

  it('runs a file, opens the result as a document and saves it', async () => {
    const file = join(folder, 'input.csv');
    await writeFile(file, 'Col2\r\nThis is a good day\r\n');
    const started = await run<Job>('runBatchJob', { workspace, service, inputs: { input1: file } });
    assert.match(started.id, /^[\da-f]{32}$/);
    assert.ok(started.startedAt);

    const ended = await run<Job>('waitForJob', { jobId: started.id, timeoutMs: 50_000 });
    assert.equal(ended.status, 'Finished', ended.details);
    assert.ok(ended.endedAt);
    assert.doesNotMatch(ended.outputs['output1']?.url ?? '?', /\?/);

    await run('openResult', { jobId: started.id });
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.uri.scheme, 'azureml-result');
    assert.match(document.fileName, /output1\.csv$/);
    assert.match(document.getText(), /This is a good day,1,1,2,2,0,2,0,1/);

    const target = join(folder, 'saved.csv');
    await run('downloadResult', { jobId: started.id, output: 'output1', target });
    assert.equal(await readFile(target, 'utf8'), document.getText());
    await assert.rejects(
      Promise.resolve(run('downloadResult', { jobId: started.id, output: 'output1', target })),
      /\[client\/TargetExists\]/,
    );
  });

  it('has the single operations', async () => {
    const target = join(folder, 'sample.csv');
    await run('createSampleData', { workspace, service, rows: 20, target });
    const submitted = await run<Job>('besSubmit', { workspace, service, inputs: { input1: target } });
    assert.equal(submitted.status, 'NotStarted');
    assert.equal(submitted.startedAt, undefined);
    const asked = await run<Job>('besStatus', { jobId: submitted.id });
    assert.equal(asked.status, 'NotStarted');
    await run<Job>('besStart', { jobId: submitted.id });
    await run<Job>('waitForJob', { jobId: submitted.id, timeoutMs: 50_000 });
    await assert.rejects(
      Promise.resolve(run('besStart', { jobId: submitted.id })),
      /\[service\/CannotStartJob\]/,
    );
    const deleted = await run<Job>('besDelete', { jobId: submitted.id });
    assert.equal(deleted.status, 'Finished');
  });

  it('leaves the local service stopped while its jobs are open, until somebody does something with it', async () => {
    const file = join(folder, 'stopped.csv');
    await writeFile(file, 'Col2\r\nThis is a good day\r\n');
    const { id } = await run<Job>('besSubmit', { workspace, service, inputs: { input1: file } });
    await vscode.commands.executeCommand('azuremlServices.stopLocalService');
    await assert.rejects(
      Promise.resolve(run('waitForJob', { jobId: id })),
      /\[client\/LocalServiceStopped\] The local service was stopped/,
    );
    await run('besStart', { jobId: id });
    assert.equal((await run<Job>('waitForJob', { jobId: id, timeoutMs: 50_000 })).status, 'Finished');
  });

  it('names the argument that is wrong', async () => {
    await assert.rejects(
      Promise.resolve(run('runBatchJob', { workspace, service, inputs: { input1: 7 } })),
      /\[client\/InvalidArguments\].*"inputs\.input1"/,
    );
    await assert.rejects(Promise.resolve(run('waitForJob', { jobId: 'x' })), /\[client\/UnknownJob\]/);
  });

  it('puts no credential into the records', async () => {
    const local = await vscode.commands.executeCommand<{ storageConnectionString: string }>(
      'azuremlServices.startLocalService',
    );
    const key = /AccountKey=([^;]+)/.exec(local.storageConnectionString)?.[1] ?? 'missing';
    const extension = vscode.extensions.getExtension('azureml-services.azureml-services');
    assert.ok(extension);
    const file = join(folder, 'secret.csv');
    await writeFile(file, 'Col2\r\nsecret\r\n');
    const job = await run<Job>('runBatchJob', { workspace, service, inputs: { input1: file } });
    const ended = await run<Job>('waitForJob', { jobId: job.id, timeoutMs: 50_000 });
    assert.doesNotMatch(JSON.stringify(ended), /sig=/);
    assert.ok(!JSON.stringify(ended).includes(key));
  });
});
