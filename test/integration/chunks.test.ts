import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as vscode from 'vscode';

describe('the bundle', () => {
  it('has only parts and chunks that load', async () => {
    const extension = vscode.extensions.getExtension('azureml-services.azureml-services');
    assert.ok(extension);
    for (const kind of ['parts', 'chunks']) {
      const folder = join(extension.extensionPath, 'dist', kind);
      const files = (await readdir(folder)).filter((name) => name.endsWith('.js'));
      assert.ok(files.length > 5);
      for (const file of files) await import(pathToFileURL(join(folder, file)).href);
    }
  });
});
