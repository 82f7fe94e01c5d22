import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FrameLocator, Locator } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { closeInOrder } from './support/closeInOrder.ts';
import { OwnService } from './support/ownService.ts';
import { Workbench } from './support/workbench.ts';
import type { WorkbenchWindow } from './support/window.ts';

const name = 'SimpleFeatureHashingExperiment';
const ownSecret = 'b3duIHNlY3JldCBvZiBhIGhlYWRlcg';
const otherSecret = 'YW5vdGhlciBzZWNyZXQgb2YgaXQ';
const inputs = { input1: { ColumnNames: ['Col2'], Values: [['This is a good day']] } };

/** Keys that are typed, pasted or found among the headers of a request go to the secret storage, and the call goes on. */
describe('keys in headers', () => {
  let own: OwnService;
  let workbench: Workbench;
  let window: WorkbenchWindow;
  let editor: FrameLocator;

  before(async () => {
    own = await OwnService.start();
    const { baseUrl, gatewayUrl, workspaceId } = own.description;
    const services = { [name]: { endpoints: { default: own.service().endpointId } } };
    workbench = await Workbench.start({
      settings: {
        'azuremlServices.workspaces': {
          Mine: { workspaceId, baseUrl, services },
          Gate: {
            workspaceId,
            baseUrl: gatewayUrl,
            subscriptionKeyHeader: 'Ocp-Apim-Subscription-Key',
            services,
          },
        },
      },
    });
    ({ window } = workbench);
    editor = window.editors.webview();
    // Once its view is there, files open in its editor.
    await window.openSideBar('Azure ML Services');
    await window.openSideBar('Explorer');
    // The tooltip of the icon would lie over the files.
    await window.page.mouse.move(640, 400);
  });

  after(() => closeInOrder(workbench, own));

  const button = (label: string): Locator => editor.getByRole('button', { name: label, exact: true });
  const pathOf = (file: string): string => join(workbench.host.workspace, file);

  async function open(file: string, content: object): Promise<void> {
    await writeFile(pathOf(file), `${JSON.stringify({ inputs, ...content }, undefined, 2)}\n`);
    await window.sideBar.getByText(file, { exact: true }).dblclick();
    await window.editors.waitForActive(file);
    await button('Send').waitFor();
  }

  async function save(file: string): Promise<string> {
    await window.runCommand('File: Save');
    await eventually('saved', async () => !(await window.editors.isDirty(file)));
    return readFile(pathOf(file), 'utf8');
  }

  /** Sends, and gives the headers that the service got. */
  async function answered(): Promise<Readonly<Record<string, unknown>>> {
    await editor.getByText('200 OK').first().waitFor();
    await editor.getByRole('gridcell').nth(8).waitFor();
    const last = own.requests.findLast(({ url }) => url.includes('/execute'));
    assert.ok(last);
    return last.headers;
  }

  it('that are found in a document are taken out of it and sent', async () => {
    await open('found.rrs.json', {
      workspace: 'Mine',
      service: name,
      headers: { 'X-Trace': 'kept', authorization: `Bearer ${own.service().apiKey}` },
    });
    await editor.getByText('This file holds a key in "authorization".').waitFor();
    await window.screenshot('key-found');
    await button('Send').click();
    assert.match(
      await window.dialog.text(),
      /^Store the key in the header authorization in the secret storage\?/,
    );
    await window.screenshot('key-offer');
    await window.dialog.click('Store and send');
    const headers = await answered();
    assert.equal(headers['x-trace'], 'kept');
    await editor.getByText('API key from secret storage').waitFor();
    const text = await save('found.rrs.json');
    assert.match(text, /"X-Trace": "kept"/);
    assert.doesNotMatch(text, /authorization/);
  });

  it('that are pasted go on with the call, behind a gateway too', async () => {
    await open('pasted.rrs.json', { workspace: 'Gate', service: name });
    const paste = async (header: string, value: string): Promise<void> => {
      await button('Add header').click();
      await editor.getByLabel('Header name').last().fill(header);
      await editor.getByLabel('Header value').last().focus();
      await window.page.evaluate((text) => navigator.clipboard.writeText(text), value);
      await window.page.keyboard.press('Control+V');
      await editor
        .getByText(/Keys are not kept in request files/)
        .nth(0)
        .waitFor();
    };
    await paste('Authorization', `Bearer ${own.service().apiKey}`);
    await paste('Ocp-Apim-Subscription-Key', own.description.subscriptionKey);
    await window.page.keyboard.press('Control+Enter');
    await window.dialog.click('Store and send');
    await answered();
    assert.equal(await editor.getByText(/Keys are not kept in request files/).count(), 0);
    await editor.getByText('Subscription key from secret storage').waitFor();
    assert.equal(await window.editors.isDirty('pasted.rrs.json'), false);
  });

  it('that the workspace has no place for become secrets with a name', async () => {
    await open('named.rrs.json', { workspace: 'Mine', service: name });
    await button('Add header').click();
    await editor.getByLabel('Header name').last().fill('X-Api-Key');
    await editor.getByLabel('Header value').last().fill(ownSecret);
    await button('Store in secret storage').click();
    await eventually(
      'the reference',
      async () =>
        (await editor.getByLabel('Value of X-Api-Key').inputValue({ timeout: 2_000 })) ===
        '${secret:x-api-key}',
    );
    await window.screenshot('key-named');
    await button('Send').click();
    assert.equal((await answered())['x-api-key'], ownSecret);
    assert.match(await save('named.rrs.json'), /"X-Api-Key": "\$\{secret:x-api-key\}"/);

    await window.runCommand('Azure ML: Copy as cURL');
    await window.statusBar.waitFor('AZUREML_SECRET_X_API_KEY');
  });

  it('that a document names are asked for when they are missing, and replaced by a command', async () => {
    await open('missing.rrs.json', {
      workspace: 'Mine',
      service: name,
      headers: { 'X-Token': 'Token ${secret:token}' },
    });
    await button('Send').click();
    await window.quickInput.waitFor({ message: /Secret "token" for 127\.0\.0\.1/ });
    assert.equal(await window.quickInput.isPassword(), true);
    await window.quickInput.enter(ownSecret);
    assert.equal((await answered())['x-token'], `Token ${ownSecret}`);
    await editor.getByRole('button', { name: /^Sent/ }).click();
    await editor.getByText('X-Token', { exact: true }).waitFor();
    assert.ok(!(await editor.locator('body').innerText()).includes(ownSecret));

    await window.runCommand('Azure ML: Set secret…');
    await window.quickInput.pick('Mine', { title: 'Set a secret of' });
    await window.quickInput.pick('token', { title: 'Set a secret of Mine' });
    await window.quickInput.enter(otherSecret, { message: /Secret "token"/ });
    await window.quickInput.waitForClosed();
    await button('Send').click();
    await eventually('the other secret', () =>
      own.requests.some(({ headers }) => headers['x-token'] === `Token ${otherSecret}`),
    );
  });

  it('are in no file and no log', async () => {
    const logs = await workbench.extensionLogs();
    const secrets = [own.service().apiKey, own.description.subscriptionKey, ownSecret, otherSecret];
    for (const secret of secrets) assert.ok(!logs.includes(secret));
    for (const folder of [workbench.host.userData, workbench.host.workspace]) {
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const text = await readFile(join(entry.parentPath, entry.name), 'latin1');
        for (const secret of secrets) assert.ok(!text.includes(secret), join(entry.parentPath, entry.name));
      }
    }
  });
});
