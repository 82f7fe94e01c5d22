import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as vscode from 'vscode';

describe('the bundle', () => {
  it('has only chunks that load', async () => {
    const extension = vscode.extensions.getExtension('azureml-services.azureml-services');
    assert.ok(extension);
    const folder = join(extension.extensionPath, 'dist', 'chunks');
    const chunks = (await readdir(folder)).filter((name) => name.endsWith('.js'));
    assert.ok(chunks.length > 5);
    for (const chunk of chunks) await import(pathToFileURL(join(folder, chunk)).href);
  });
});
