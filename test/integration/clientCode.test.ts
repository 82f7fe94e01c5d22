import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { eventually } from '../support/eventually.ts';

interface Local {
  readonly services: readonly {
    readonly name: string;
    readonly endpointId: string;
    readonly apiKey: string;
  }[];
}

describe('code to take away', () => {
  let local: Local;

  const run = (command: string, node: object): Thenable<unknown> =>
    vscode.commands.executeCommand(`azuremlServices.${command}`, node);
  const node = (operation: 'RRS Execute' | 'BES Submit'): object => ({
    node: 'operation',
    workspace: 'Local',
    service: local.services[0]?.endpointId,
    operation,
  });

  before(async () => {
    await vscode.extensions.getExtension('azureml-services.azureml-services')?.activate();
    local = await vscode.commands.executeCommand<Local>('azuremlServices.startLocalService');
  });

  afterEach(async () => {
    if (vscode.window.activeTextEditor?.document.isUntitled)
      await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('puts the request as cURL on the clipboard, without its key', async () => {
    await run('copyAsCurl', node('RRS Execute'));
    const command = await vscode.env.clipboard.readText();
    assert.match(command, /^curl .*\/execute\?api-version=2\.0&details=true/);
    assert.match(command, /\$\{AZUREML_API_KEY:\?\}/);
    assert.match(command, /"This is a good day"/);
    assert.ok(!command.includes(local.services[0]?.apiKey ?? ''));
  });

  it('copies the request in front when no node is named', async () => {
    await run('openRequest', node('RRS Execute'));
    await vscode.env.clipboard.writeText('');
    await vscode.commands.executeCommand('azuremlServices.copyAsCurl');
    assert.match(await vscode.env.clipboard.readText(), /"This is a good day"/);
  });

  for (const operation of ['RRS Execute', 'BES Submit'] as const) {
    it(`opens a program for ${operation} as an untitled document of its language`, async () => {
      const done = run('generateClientCode', node(operation));
      const document = await eventually('a program is open', async () => {
        await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
        const active = vscode.window.activeTextEditor?.document;
        return active?.isUntitled ? active : undefined;
      });
      await done;
      assert.equal(document.languageId, 'python');
      assert.match(document.getText(), /variable\("AZUREML_API_KEY"\)/);
      assert.match(document.getText(), /This is a good day/);
      assert.match(document.getText(), operation === 'RRS Execute' ? /\/execute\?/ : /\/jobs"/);
    });

    it(`opens the help on ${operation} as a preview`, async () => {
      await run('showApiHelp', node(operation));
      await eventually('the preview is open', () => {
        const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
        return input instanceof vscode.TabInputWebview && input.viewType.includes('markdown.preview');
      });
      const kind = operation === 'RRS Execute' ? 'RRS Execute' : 'BES';
      const uri = vscode.Uri.parse(
        `azureml-document:/${encodeURIComponent(`${local.services[0]?.name ?? ''} ${kind}.md`)}`,
      );
      const text = (await vscode.workspace.openTextDocument(uri)).getText();
      assert.match(text, /\| `Col2` \| string \|/);
      for (const language of ['Python 3', 'JavaScript', 'C#', 'R', 'cURL'])
        assert.ok(text.includes(`### ${language}\n`), language);
      assert.match(text, /`RequestThrottled`/);
    });
  }
});
