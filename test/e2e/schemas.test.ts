import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FrameLocator, Locator } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { closeInOrder } from './support/closeInOrder.ts';
import { closeSavedEditors, waitUntilSaved } from './support/closeSavedEditors.ts';
import { OwnService } from './support/ownService.ts';
import { Workbench } from './support/workbench.ts';
import type { WorkbenchWindow } from './support/window.ts';

const hashing = 'SimpleFeatureHashingExperiment';
const income = 'AdultCensusIncome';

/** Where a form gets its fields from, and what a request document knows as text. */
describe('schemas of requests', () => {
  let own: OwnService;
  let workbench: Workbench;
  let window: WorkbenchWindow;
  let editor: FrameLocator;

  before(async () => {
    own = await OwnService.start();
    const { baseUrl, gatewayUrl, workspaceId, services } = own.description;
    const endpoints = Object.fromEntries(
      services.map(({ name, endpointId }) => [name, { endpoints: { default: endpointId } }]),
    );
    workbench = await Workbench.start({
      settings: {
        'azuremlServices.workspaces': {
          Mine: { workspaceId, baseUrl, services: endpoints },
          Gate: {
            workspaceId,
            baseUrl: gatewayUrl,
            subscriptionKeyHeader: 'Ocp-Apim-Subscription-Key',
            services: { scorer: endpoints[income] },
          },
        },
        // Closing an editor asks nothing then.
        'files.autoSave': 'afterDelay',
        'files.autoSaveDelay': 100,
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

  const closeAll = (): Promise<void> => closeSavedEditors(window);

  const button = (name: string, within = editor): Locator =>
    within.getByRole('button', { name, exact: true });
  const field = (name: string, within = editor): Locator => within.getByLabel(name, { exact: true });
  const fileOf = (name: string): string => join(workbench.host.workspace, name);

  /** Writes a request into the folder and opens it, as the request editor does. */
  async function openFile(name: string, content: object | string): Promise<void> {
    const text = typeof content === 'string' ? content : `${JSON.stringify(content, undefined, 2)}\n`;
    await writeFile(fileOf(name), text);
    await window.sideBar.getByText(name, { exact: true }).dblclick();
    await window.editors.waitForActive(name);
  }

  async function openAsText(name: string, content: object): Promise<void> {
    await openFile(name, content);
    await editor.getByRole('button', { name: /^Send/ }).first().waitFor();
    await window.runCommand('View: Reopen Editor with Text Editor');
    await window.editors.textEditor().waitFor();
  }

  /** Where a text stands on the screen, in the text editor in front. */
  const written = (text: string): Locator =>
    window.editors.textEditor().locator('.view-line span span').filter({ hasText: text }).last();

  describe('of a gateway that has only the five operations', () => {
    const attach = async (source: string): Promise<void> => {
      await button('Attach schema…').click();
      await window.quickInput.pick(source, { title: 'Attach a schema to scorer' });
    };
    const attached = async (): Promise<void> => {
      const note = await window.notifications.waitFor(
        'scorer has its schema now: 1 inputs, 1 outputs, 0 global parameters.',
      );
      await note.dismiss();
    };
    const detach = async (): Promise<void> => {
      await window.runCommand('Azure ML: Detach schema');
      await window.quickInput.fill('scorer', { title: 'Detach the schema of' });
      await window.quickInput.row('scorer').click();
      await (await window.notifications.waitFor('is detached.')).dismiss();
      await button('Attach schema…').waitFor();
    };
    const complete = async (): Promise<void> => {
      for (const column of ['age', 'occupation', 'hours-per-week']) await field(column).waitFor();
    };

    after(closeAll);

    before(async () => {
      await openFile('gate.rrs.json', { workspace: 'Gate', service: 'scorer' });
      await editor.getByText('The service publishes no schema').waitFor();
    });

    it('the form takes it from a file', async () => {
      await writeFile(fileOf('income.json'), await swagger());
      await attach('From a file…');
      await window.quickInput.enterPath(fileOf('income.json'), { title: 'Attach schema' });
      await attached();
      await button('Add row').first().click();
      await complete();
      await detach();
    });

    it('the form takes it from the clipboard', async () => {
      const text = await swagger();
      await window.page.evaluate((content) => navigator.clipboard.writeText(content), text);
      await attach('From the clipboard');
      await attached();
      await complete();
      await detach();
    });

    it('the form takes it from another endpoint, and sends with it', async () => {
      await attach('From another endpoint…');
      await window.quickInput.fill(income, { title: 'Take the schema of' });
      await window.quickInput.row(income).filter({ hasText: 'Mine' }).click();
      await attached();
      await complete();
      await window.screenshot('schema-attached');
      await field('age').fill('39');
      await button('Send').click();
      await window.quickInput.enter(own.description.subscriptionKey, { message: /Subscription key/ });
      await window.quickInput.enter(own.service(income).apiKey, { message: /API key/ });
      await editor.getByRole('gridcell').first().waitFor();
      await detach();
    });

    it('the form takes it from a request that worked', async () => {
      await attach('From the last request that worked');
      await attached();
      await complete();
      await waitUntilSaved(window);
      await window.reload();
      await button('Send').waitFor();
      await complete();
      assert.equal(await editor.getByText('The service publishes no schema').count(), 0);
    });
  });

  describe('in a document', () => {
    afterEach(closeAll);

    it('tells in the text editor what is wrong, completes names and explains them', async () => {
      await openAsText('typed.rrs.json', {
        $schema: `azureml-schema:/Mine/${income}.json`,
        workspace: 'Mine',
        service: income,
        inputs: { input1: { ColumnNames: ['age', 'agee'], Values: [[39, 1]] }, input9: {} },
        globalParameters: {},
      });
      await window.runCommand('Problems: Focus on Problems View');
      const problems = window.page.locator('.markers-panel .monaco-list-row');
      await problems.filter({ hasText: 'input9' }).first().waitFor();
      const unknownColumn = problems.filter({ hasText: 'The service has no column of this name.' });
      await unknownColumn.waitFor();
      await window.screenshot('schema-problems');

      await written('"agee"').dblclick();
      await window.page.keyboard.type('occu');
      await window.page.keyboard.press('Control+Space');
      await window.page.locator('.suggest-widget.visible').getByText('"occupation"').first().waitFor();
      await window.screenshot('schema-completion');
      await window.page.keyboard.press('Enter');
      await unknownColumn.waitFor({ state: 'detached' });

      await eventually('what a column is', async () => {
        await window.page.mouse.move(10, 10);
        await written('"age"').hover();
        const hover = window.page.locator('.monaco-hover:visible', { hasText: 'Column age' });
        await hover.waitFor({ timeout: 2_000 });
        return /Sample: /.test(await hover.innerText());
      });
      await window.screenshot('schema-hover');
    });

    it('warns of members that it does not know, and keeps them', async () => {
      await openFile(
        'noted.rrs.json',
        `{\n  // why this row\n  "workspace": "Mine",\n  "service": "${hashing}",\n  "reviewedBy": "me",\n  "inputs": { "input1": { "ColumnNames": ["Col2"], "Values": [["x"]] } }\n}\n`,
      );
      await editor.getByText('Not understood in this document, and not sent: reviewedBy').waitFor();
      await field('Col2').fill('changed');
      const saved = await eventually('saved', async () => {
        const text = await readFile(fileOf('noted.rrs.json'), 'utf8');
        return text.includes('changed') ? text : undefined;
      });
      assert.match(saved, /\/\/ why this row\n/);
      assert.match(saved, /"reviewedBy": "me"/);
    });

    it('keeps the request editor and the text editor in step, side by side', async () => {
      await openFile('both.rrs.json', {
        workspace: 'Mine',
        service: hashing,
        inputs: { input1: { ColumnNames: ['Col2'], Values: [['first']] } },
      });
      await field('Col2').waitFor();
      await window.runCommand('View: Split Editor Right');
      await eventually('two editors', async () => (await window.editors.titles()).length === 2);
      await window.runCommand('View: Reopen Editor with Text Editor');
      // The last in the page is the one on the right, whichever is active.
      const text = window.page.locator('.editor-instance .monaco-editor .view-lines').last();
      await text.getByText('"first"').waitFor();
      const write = async (content: string): Promise<void> => {
        await text.click();
        await window.page.keyboard.press('Control+A');
        // Typed brackets would be closed by the editor.
        await window.page.evaluate((written) => navigator.clipboard.writeText(written), content);
        await window.page.keyboard.press('Control+V');
      };

      await field('Col2').fill('from the form');
      await text.getByText('"from the form"').waitFor();

      await write(
        `{ "workspace": "Mine", "service": "${hashing}", "inputs": { "input1": { "ColumnNames": ["Col2"], "Values": [["from the text"]] } } }`,
      );
      await eventually(
        'the form shows it',
        async () => (await field('Col2').inputValue()) === 'from the text',
      );
      await window.screenshot('side-by-side');

      await window.page.keyboard.press('Control+Z');
      await eventually('the form undoes', async () => (await field('Col2').inputValue()) === 'from the form');
      await write('{ "workspace": "Mine" "service" }');
      await editor.getByText('Line 1, column 23: a comma is expected').waitFor();
      await window.page.keyboard.press('Control+Z');
      await eventually(
        'the form is back',
        async () => (await field('Col2').inputValue()) === 'from the form',
      );
    });

    it('offers to add a service that the catalog does not have', async () => {
      await openFile('other.rrs.json', {
        workspace: 'Other',
        service: 'counter',
        inputs: { input1: { ColumnNames: ['Col2'], Values: [['x']] } },
      });
      await button('Add service…').click();
      await window.quickInput.enter(own.executeUrl(), { message: 'Paste any URL' });
      // The catalog knows this address under other names: the document follows.
      await button('Choose workspace, now Mine').waitFor();
      await button(`Choose service, now ${hashing}`).waitFor();
      const elsewhere = own.executeUrl().replace('127.0.0.1', 'localhost');
      await openFile('new.rrs.json', {
        workspace: 'Other',
        service: 'counter',
        inputs: { input1: { ColumnNames: ['Col2'], Values: [['x']] } },
      });
      await editor.getByText('There is no workspace').first().waitFor();
      await window.screenshot('unknown-service');
      await button('Add service…').click();
      await window.quickInput.enter(elsewhere, { message: 'Paste any URL' });
      await window.quickInput.pick('API key', { placeholder: 'How are calls authorized?' });
      await window.quickInput.waitFor({ message: 'Name of the workspace' });
      assert.equal(await window.quickInput.input.inputValue(), 'Other');
      await window.quickInput.accept();
      await window.quickInput.waitFor({ message: 'Name of the web service' });
      assert.equal(await window.quickInput.input.inputValue(), 'counter');
      await window.quickInput.accept();
      await editor.getByText('int32').first().waitFor();
      assert.equal(await button('Add service…').count(), 0);
    });
  });

  function swagger(): Promise<string> {
    const { baseUrl, workspaceId } = own.description;
    return fetch(
      `${baseUrl}/workspaces/${workspaceId}/services/${own.service(income).endpointId}/swagger.json`,
    ).then((answer) => answer.text());
  }
});
