import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';

interface Local {
  readonly baseUrl: string;
  readonly workspaceId: string;
  readonly services: readonly { readonly name: string; readonly endpointId: string }[];
}

interface Drawn {
  readonly inputs: readonly {
    readonly name: string;
    readonly columns: readonly { readonly name: string }[];
  }[];
}

const run = <T = unknown>(command: string, call: object): Promise<T> =>
  Promise.resolve(vscode.commands.executeCommand<T>(`azuremlServices.${command}`, call));

const define = (workspaces: object | undefined): Thenable<void> =>
  vscode.workspace
    .getConfiguration('azuremlServices')
    .update('workspaces', workspaces, vscode.ConfigurationTarget.Global);

describe('schemas of request documents', () => {
  const opened: vscode.Uri[] = [];
  let local: Local;
  let count = 0;

  /** A document in the text editor, which asks for its schema when it is shown. */
  async function open(members: object, schema: string): Promise<vscode.TextDocument> {
    const path = join(tmpdir(), `schemas-${String(process.pid)}-${String(count++)}.rrs.json`);
    await writeFile(
      path,
      JSON.stringify({ $schema: `azureml-schema:/${schema}.json`, ...members }, undefined, 2),
    );
    const uri = vscode.Uri.file(path);
    opened.push(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
    return document;
  }

  /** The messages on a document once they say what is expected. */
  async function diagnosed(
    document: vscode.TextDocument,
    expected: (messages: readonly string[]) => boolean,
  ): Promise<string[]> {
    const now = (): string[] => vscode.languages.getDiagnostics(document.uri).map(({ message }) => message);
    if (expected(now())) return now();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        listening.dispose();
        reject(new Error(`Diagnosed instead: ${JSON.stringify(now())}`));
      }, 30_000);
      const listening = vscode.languages.onDidChangeDiagnostics(() => {
        if (!expected(now())) return;
        clearTimeout(timer);
        listening.dispose();
        resolve(now());
      });
    });
  }

  const idOf = (name: string): string => {
    const found = local.services.find((service) => service.name === name);
    assert.ok(found);
    return found.endpointId;
  };
  const swagger = async (name: string): Promise<string> =>
    (
      await fetch(`${local.baseUrl}/workspaces/${local.workspaceId}/services/${idOf(name)}/swagger.json`)
    ).text();
  const income = {
    workspace: 'Local',
    service: 'AdultCensusIncome',
    inputs: {},
    globalParameters: {},
  };

  before(async () => {
    await vscode.extensions.getExtension('azureml-services.azureml-services')?.activate();
    local = await vscode.commands.executeCommand<Local>('azuremlServices.startLocalService');
  });

  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const uri of opened.splice(0)) await vscode.workspace.fs.delete(uri);
    await define(undefined);
  });

  it('tell wrong names, types and members, and leave what is right alone', async () => {
    const table = { ColumnNames: ['age', 'nonsense'], Values: [[{}, 1]] };
    const document = await open(
      { ...income, inputs: { input1: table, input9: {} }, globalParameters: { none: 1 }, extra: 1 },
      'Local/AdultCensusIncome',
    );
    const messages = await diagnosed(document, (found) => found.length >= 5);
    for (const name of ['input9', 'none', 'extra']) {
      assert.ok(
        messages.some((message) => message.includes(name)),
        `${name} in ${JSON.stringify(messages)}`,
      );
    }
    assert.ok(
      messages.some((message) => message.includes('"age"')),
      JSON.stringify(messages),
    );
    assert.ok(
      messages.some((message) => message.startsWith('Incorrect type')),
      JSON.stringify(messages),
    );
    assert.ok(document.getText().includes('"extra": 1'));
  });

  it('propose the names of inputs and columns, and tell of a column under the pointer', async () => {
    const document = await open(
      { ...income, inputs: { input1: { ColumnNames: ['age', ''], Values: [[39, '']] } } },
      'Local/AdultCensusIncome',
    );
    await diagnosed(document, (found) => found.length > 0);
    const empty = document.positionAt(document.getText().indexOf('""') + 1);
    const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      document.uri,
      empty,
    );
    const labels = items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    assert.ok(labels.includes('"occupation"'), JSON.stringify(labels));
    const age = document.positionAt(document.getText().indexOf('"age"') + 2);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      age,
    );
    const text = hovers
      .flatMap(({ contents }) => contents)
      .map((content) => (content instanceof vscode.MarkdownString ? content.value : ''))
      .join('\n');
    assert.match(text, /Column age: /);
    assert.match(text, /Sample: /);
  });

  it('are written into a document opened from the tree, and never sent', async () => {
    const service = idOf('RestaurantRecommender');
    await vscode.commands.executeCommand('azuremlServices.openRequest', {
      node: 'endpoint',
      workspace: 'Local',
      service,
    });
    const tab = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    assert.ok(tab instanceof vscode.TabInputCustom);
    const text = await readFile(tab.uri.fsPath, 'utf8');
    assert.match(text, /^\{\s*"\$schema": "azureml-schema:\/Local\/RestaurantRecommender\.json"/);
    const document = await vscode.workspace.openTextDocument(tab.uri);
    await vscode.window.showTextDocument(document);
    await diagnosed(document, (found) => found.length === 0);
  });

  it('are attached from a file, a URL, the clipboard, another endpoint or a request, and detached', async () => {
    const swaggerText = await swagger('AdultCensusIncome');
    const server = createServer((request, response) => {
      if (request.url === '/given.json?sig=secret') response.end(swaggerText);
      else response.writeHead(404).end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const file = join(tmpdir(), `given-${String(process.pid)}.json`);
    await writeFile(file, swaggerText);
    opened.push(vscode.Uri.file(file));
    const services = { scorer: { endpoints: { default: 'a'.repeat(32) } } };
    await define({
      Gate: { workspaceId: 'b'.repeat(32), baseUrl: url, services, auth: { type: 'gateway' } },
    });
    const target = { workspace: 'Gate', service: 'scorer' };
    const attach = (from: object): Promise<Drawn> => run<Drawn>('attachSchema', { ...target, from });
    const namesOf = ({ inputs }: Drawn): unknown =>
      inputs.map(({ name, columns }) => [name, columns.length, columns[0]?.name]);
    try {
      const document = await open({ ...target, inputs: { wrong: {} }, globalParameters: {} }, 'Gate/scorer');
      assert.deepEqual(namesOf(await attach({ file })), [['input1', 11, 'age']]);
      await diagnosed(document, (found) => found.some((message) => message.includes('wrong')));
      assert.equal(await run('detachSchema', target), true);
      assert.equal(await run('detachSchema', target), false);
      await diagnosed(document, (found) => !found.some((message) => message.includes('wrong')));

      assert.deepEqual(namesOf(await attach({ url: `${url}/given.json?sig=secret` })), [
        ['input1', 11, 'age'],
      ]);
      await vscode.env.clipboard.writeText(swaggerText);
      assert.deepEqual(namesOf(await attach({ clipboard: true })), [['input1', 11, 'age']]);
      const drawn = await attach({ request: { Inputs: { one: [{ a: 1 }] }, GlobalParameters: {} } });
      assert.deepEqual(namesOf(drawn), [['one', 1, 'a']]);
      const other = await attach({ workspace: 'Local', service: 'RestaurantRecommender' });
      assert.equal(other.inputs[0]?.name, 'users');
      await assert.rejects(attach({ url: `${url}/none.json` }), /\[client\/NoSchema\]/);
      await assert.rejects(attach({ clipboard: false }), /\[client\/InvalidArguments\]/);
      await vscode.env.clipboard.writeText('{}');
      await assert.rejects(attach({ clipboard: true }), /\[client\/MalformedSchema\]/);
      await run('detachSchema', target);
    } finally {
      server.close();
    }
  });
});
