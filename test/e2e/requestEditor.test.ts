import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { FrameLocator, Locator } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { LocalTestService } from '../unit/local-service/localTestService.ts';
import { closeInOrder } from './support/closeInOrder.ts';
import { openRequest } from './support/openRequest.ts';
import { SilentService } from './support/silentService.ts';
import { Workbench } from './support/workbench.ts';
import type { WorkbenchWindow } from './support/window.ts';
import { keylessWorkspace, workspaceOf } from './support/workspaces.ts';

const hashing = 'SimpleFeatureHashingExperiment';

/** A service whose host does not answer until it is back, and which then has a schema. */
class AwayService {
  #server = createServer();
  #port = 0;

  async reserve(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
    await this.close();
    return `http://127.0.0.1:${this.#port}`;
  }

  async comeBack(schema: string): Promise<void> {
    this.#server = createServer((request, response) => {
      const known = request.url?.endsWith('/swagger.json') === true;
      response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' }).end(known ? schema : '');
    });
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

/** The request editor as a person uses it, on services that this test runs itself. */
describe('the request editor', () => {
  const silent = new SilentService();
  const away = new AwayService();
  let service: LocalTestService;
  let workbench: Workbench;
  let window: WorkbenchWindow;
  let editor: FrameLocator;

  before(async () => {
    service = await LocalTestService.start();
    const silentUrl = await silent.listen();
    workbench = await Workbench.start({
      settings: {
        'azuremlServices.workspaces': {
          Mine: workspaceOf(service.local),
          Silent: keylessWorkspace(silentUrl, 'Sleeper'),
          Headed: {
            workspaceId: 'e'.repeat(32),
            baseUrl: silentUrl,
            auth: { type: 'header', name: 'X-Own' },
            services: { Sleeper: { endpoints: { default: 'f'.repeat(32) } } },
          },
          Away: {
            workspaceId: 'c'.repeat(32),
            baseUrl: await away.reserve(),
            auth: { type: 'gateway' },
            services: { Absent: { endpoints: { default: 'd'.repeat(32) } } },
          },
        },
      },
    });
    ({ window } = workbench);
    editor = window.editors.webview();
  });

  after(async () => {
    await closeInOrder(workbench, service.running, silent, away);
  });

  const button = (name: string): Locator => editor.getByRole('button', { name, exact: true });

  const keyOf = (name: string): string => {
    const found = service.local.services.find((each) => each.name === name);
    assert.ok(found);
    return found.apiKey;
  };

  const cells = async (): Promise<string[]> => {
    await editor.getByRole('gridcell').first().waitFor();
    return editor.getByRole('gridcell').allTextContents();
  };

  const open = (name: string, workspace: string): Promise<void> => openRequest(window, name, workspace);

  /** Every file below the user data folder and the workspace that has this text in it. */
  async function filesWith(text: string): Promise<string[]> {
    const found: string[] = [];
    for (const folder of [workbench.host.userData, workbench.host.workspace]) {
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        if (entry.isFile() && (await readFile(path)).includes(text)) found.push(path);
      }
    }
    return found;
  }

  it('takes its question for a key back with the call', async () => {
    await open(hashing, 'Mine');
    await button('Send').click();
    await window.quickInput.waitFor({ message: /API key of the web service/ });
    await editor.getByText('Preparing…').first().waitFor();
    assert.equal(await editor.getByText(/Running… \d/).count(), 0, 'nothing runs before it is sent');
    await button('Cancel').click();
    await window.quickInput.waitForClosed();
    await editor.getByText('The call was cancelled.').first().waitFor();
  });

  it('replaces the value of a header that authorizes', async () => {
    await open('Sleeper', 'Headed');
    await editor.getByRole('button', { name: /^Headers/ }).click();
    await button('Set key…').click();
    await window.quickInput.enter('a value', { message: 'Value of the header X-Own' });
    await button('Replace key…').click();
    await window.quickInput.enter('another value', { message: 'Value of the header X-Own' });
    await window.quickInput.waitForClosed();
    await window.editors.close('Sleeper');
  });

  it('asks for the key that it needs, says which one is wrong, and has what mends it', async () => {
    await open(hashing, 'Mine');
    await editor.getByText('API key: none stored yet').waitFor();
    await button('Send').click();
    await window.quickInput.enter('d3Jvbmcga2V5', { message: /API key of the web service/ });
    await (await window.notifications.waitFor(/not accepted/)).click('Store anyway');
    await editor.getByText('401 Unauthorized').first().waitFor();
    await editor.getByText(/refused the API key of the endpoint/).waitFor();
    await button('Show details').click();
    await editor.getByText('ScoreRequestUnauthorized').first().waitFor();
    await editor.getByText('x-ms-request-id').waitFor();
    workbench.health.expect(/401/);

    await button('Set API key…').click();
    await window.quickInput.enter(`Bearer ${keyOf(hashing)}`, { message: /API key of the web service/ });
    await window.quickInput.waitForClosed();
    await button('Send').click();
    assert.deepEqual((await cells()).slice(0, 9), [
      'This is a good day',
      '1',
      '1',
      '2',
      '2',
      '0',
      '2',
      '0',
      '1',
    ]);
    await editor.getByText('API key from secret storage').waitFor();
  });

  it('sends what was just typed, by the keyboard', async () => {
    await editor.getByLabel('Col2', { exact: true }).fill('good good');
    await window.page.keyboard.press('Control+Enter');
    await eventually('answer to what was typed', async () => (await cells())[0] === 'good good');
    assert.equal(await window.editors.isDirty(hashing), false);
  });

  it('shows the same body as a form and as JSON, and undoes in steps', async () => {
    await editor.getByRole('tab', { name: 'JSON' }).first().click();
    const json = editor.getByLabel('Request body as JSON');
    const before = await json.inputValue();
    assert.equal(
      (JSON.parse(before) as { Inputs: { input1: { Values: string[][] } } }).Inputs.input1.Values[0]?.[0],
      'good good',
    );
    await json.fill(
      '{"Inputs":{"input1":{"ColumnNames":["Col2"],"Values":[["one row"]]}},"GlobalParameters":{"N-grams":1}}',
    );
    await editor.getByRole('tab', { name: 'Form' }).click();
    await editor.getByText('Row 1 of 1').waitFor();
    assert.equal(await editor.getByLabel('Col2', { exact: true }).inputValue(), 'one row');
    assert.equal(await editor.getByLabel('N-grams', { exact: true }).inputValue(), '1');

    await button('Duplicate row').click();
    await editor.getByText('Row 2 of 2').waitFor();
    await window.page.keyboard.press('Control+Z');
    await editor.getByText('Row 1 of 1').waitFor();
    await window.page.keyboard.press('Control+Z');
    await editor.getByText('of 3').waitFor();
    await editor.getByRole('tab', { name: 'JSON' }).first().click();
    assert.equal(await json.inputValue(), before);
  });

  it('keeps and sends a body that is no JSON, and says where it breaks', async () => {
    const json = editor.getByLabel('Request body as JSON');
    await json.fill('{\n  "Inputs": {},\n  oops\n}');
    await editor.getByText('Line 3, column 3').waitFor();
    await button('Send').click();
    await editor.getByText('400 Bad Request').first().waitFor();
    workbench.health.expect(/400/);
    await json.focus();
    await window.page.keyboard.press('Control+Z');
    await editor.getByText('Line 3, column 3').waitFor({ state: 'hidden' });
    assert.doesNotMatch(await json.inputValue(), /oops/);
    await editor.getByRole('tab', { name: 'Form' }).click();
  });

  it('takes no key for a header', async () => {
    await button('Add header').click();
    await window.page.keyboard.type('authorization');
    await window.page.keyboard.press('Tab');
    await window.page.keyboard.type('Bearer c2VjcmV0IHR5cGVk');
    await editor.getByText(/Keys are not kept in request files/).waitFor();
    await button('Send').click();
    await window.dialog.click('Cancel');
    await button('Discard').last().click();
    assert.deepEqual(await filesWith('c2VjcmV0IHR5cGVk'), []);
  });

  it('ends a call that takes too long, by the button and by closing the editor', async () => {
    await open('Sleeper', 'Silent');
    let called = once(silent, 'called');
    let closed = once(silent, 'closed');
    await button('Send').click();
    await called;
    await editor.getByText(/Running… \d/).waitFor();
    await button('Cancel').click();
    await closed;
    await editor.getByText('The call was cancelled.').first().waitFor();

    called = once(silent, 'called');
    closed = once(silent, 'closed');
    await button('Send').click();
    await called;
    await window.editors.close('Sleeper');
    await closed;
  });

  it('shows the same request and answer again after it was hidden', async () => {
    await window.editors.activate(hashing);
    await editor.getByLabel('Col2', { exact: true }).fill('seen again');
    await button('Send').click();
    await eventually('answer', async () => (await cells()).includes('seen again'));
    await open('AdultCensusIncome', 'Mine');
    await editor.getByLabel('age', { exact: true }).waitFor();
    await window.editors.activate(hashing);
    await eventually('the answer again', async () => (await cells()).includes('seen again'));
    assert.equal(await editor.getByLabel('Col2', { exact: true }).inputValue(), 'seen again');
  });

  it('saves a copy into the workspace', async () => {
    await window.runCommand('Azure ML: Save request as…');
    const file = join(workbench.host.workspace, 'mine.rrs.json');
    await window.quickInput.enterPath(join(workbench.host.workspace, 'mine.json'));
    await window.editors.waitForActive('mine.rrs.json');
    await button('Send').waitFor();
    const saved = JSON.parse(await readFile(file, 'utf8')) as { workspace: string; service: string };
    assert.deepEqual([saved.workspace, saved.service], ['Mine', hashing]);
    await editor.getByLabel('Col2', { exact: true }).fill('changed');
    await eventually('unsaved changes of a file of the user', () => window.editors.isDirty('mine.rrs.json'));
    await window.page.keyboard.press('Control+S');
    await eventually('saved', async () => (await readFile(file, 'utf8')).includes('changed'));
  });

  it('says where a document breaks, and leaves it alone', async () => {
    const file = join(workbench.host.workspace, 'broken.rrs.json');
    const text = '{\n  "workspace": "Mine"\n  "service": "x"\n}\n';
    await writeFile(file, text);
    await window.sideBar.getByText('broken.rrs.json').dblclick();
    await editor.getByText('Line 3, column 3: a comma is expected').waitFor();
    await button('Reopen with text editor').click();
    assert.equal((await window.editors.text()).replaceAll('\r\n', '\n'), text);
    assert.equal(await readFile(file, 'utf8'), text);
  });

  it('opens as it was left after a reload, with its key', async () => {
    await window.editors.activate(hashing);
    await editor.getByLabel('Col2', { exact: true }).fill('after reload');
    await eventually('saved', async () => (await filesWith('after reload')).length > 0);
    await eventually('no unsaved changes', async () => !(await window.editors.isDirty(hashing)));
    await window.reload();
    await window.editors.activate(hashing);
    await editor.getByLabel('Col2', { exact: true }).waitFor();
    assert.equal(await editor.getByLabel('Col2', { exact: true }).inputValue(), 'after reload');
    await button('Send').click();
    await eventually('answer', async () => (await cells()).includes('after reload'));
  });

  it('says that a schema could not be read, here and in the tree, and reads it when the host is back', async () => {
    const { baseUrl, workspaceId, services } = service.local;
    await open('Sleeper', 'Silent');
    await editor.getByText('The service publishes no schema').waitFor();
    await open('Absent', 'Away');
    await editor.getByText(/The schema could not be read\. Nothing listens at 127/).waitFor();
    assert.equal(await editor.getByText('publishes no schema').count(), 0);
    await window.screenshot('schema-unread');
    await window.openSideBar('Azure ML Services');
    const tree = window.tree('Web services');
    await tree.waitFor(['Away', 'Absent'], ({ description }) => description === 'not reachable');
    await tree.waitFor(['Silent', 'Sleeper'], ({ description }) => description === '');

    const endpointId = services.find(({ name }) => name === hashing)?.endpointId ?? '';
    const published = await fetch(`${baseUrl}/workspaces/${workspaceId}/services/${endpointId}/swagger.json`);
    await away.comeBack(await published.text());
    await button('Try again').click();
    await editor.getByText('The service wants this input').waitFor();
    await tree.waitFor(['Away', 'Absent'], ({ description }) => description === '');
  });

  it('leaves no key in any file', async () => {
    assert.deepEqual(await filesWith(keyOf(hashing)), []);
  });
});
