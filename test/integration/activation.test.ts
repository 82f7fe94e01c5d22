import assert from 'node:assert/strict';
import { extensions } from 'vscode';

describe('activation', () => {
  it('returns the object that other extensions call', async () => {
    const extension = extensions.getExtension('azureml-services.azureml-services');
    assert.ok(extension, 'the extension is not in this VS Code');
    const api: unknown = await extension.activate();
    assert.equal(typeof api, 'object');
    assert.notEqual(api, null);
  });
});
