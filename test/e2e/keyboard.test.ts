import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { FrameLocator, Locator } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { LocalTestService } from '../unit/local-service/localTestService.ts';
import { closeInOrder } from './support/closeInOrder.ts';
import { Keys } from './support/keys.ts';
import { SilentService } from './support/silentService.ts';
import { Workbench } from './support/workbench.ts';
import type { WorkbenchWindow } from './support/window.ts';
import { keylessWorkspace, workspaceOf } from './support/workspaces.ts';

const hashing = 'SimpleFeatureHashingExperiment';

/** A person without a mouse: every step below is a key. */
describe('with the keyboard alone', () => {
  const silent = new SilentService();
  let service: LocalTestService;
  let workbench: Workbench;
  let window: WorkbenchWindow;
  let editor: FrameLocator;
  let keys: Keys;

  before(async () => {
    service = await LocalTestService.start();
    workbench = await Workbench.start({
      theme: 'dark',
      settings: {
        'azuremlServices.workspaces': {
          Mine: workspaceOf(service.local),
          Silent: keylessWorkspace(await silent.listen(), 'Sleeper'),
        },
      },
    });
    ({ window } = workbench);
    editor = window.editors.webview();
    keys = new Keys(window);
  });

  after(() => closeInOrder(workbench, service.running, silent));

  const press = (key: string): Promise<void> => keys.press(key);
  const type = (text: string): Promise<void> => keys.type(text);

  const button = (name: string): Locator => editor.getByRole('button', { name, exact: true });
  const answer = (): Locator => editor.getByRole('region', { name: 'Answer', exact: true });

  /** The text of the cell that a screen reader is told to be at. */
  function activeCell(): Promise<string | null> {
    return editor.getByRole('grid').evaluate((grid) => {
      const id = grid.getAttribute('aria-activedescendant') ?? '';
      return document.getElementById(id)?.textContent ?? null;
    });
  }

  it('an operation is opened from the tree', async () => {
    await keys.runCommand('Azure ML Services: Focus on Web services View');
    const tree = window.tree('Web services');
    await tree.pane.locator('.monaco-list-row').filter({ hasText: 'Mine' }).waitFor();
    // A view that was empty when it got the focus does not pass it on to its rows.
    await keys.runCommand('Azure ML Services: Focus on Web services View');
    await tree.pane.locator('.monaco-list:focus').waitFor();
    const goTo = (label: string): Promise<void> => keys.goDownTo(tree.pane, label);
    await goTo('Mine');
    await press('ArrowRight');
    await tree.find(['Mine', hashing]);
    await goTo(hashing);
    await press('ArrowRight');
    await tree.find(['Mine', hashing, 'RRS Execute']);
    await goTo('RRS Execute');
    await press('Enter');
    await window.editors.waitForActive(hashing);
    await editor.getByLabel('Col2', { exact: true }).waitFor();
  });

  it('a cell is edited and sent, and the key is asked for', async () => {
    const field = editor.getByLabel('Col2', { exact: true });
    await keys.tabTo(field);
    // Tab selects what is in a field; the keys for that are a command of VS Code's, which comes some time later.
    await eventually('the text selected', () =>
      field.evaluate(
        (input: HTMLInputElement) => input.selectionStart === 0 && input.selectionEnd === input.value.length,
      ),
    );
    await type('good day good');
    await press('ControlOrMeta+Enter');
    await window.quickInput.waitFor({ message: /API key of the web service/ });
    await type(service.local.services.find(({ name }) => name === hashing)?.apiKey ?? '');
    await press('Enter');
    await eventually('the answer', async () =>
      (await editor.getByRole('gridcell').first().textContent())?.includes('good day good'),
    );
    await eventually('what a screen reader is told', async () =>
      (await answer().getByRole('status').first().textContent())?.startsWith('200 OK after'),
    );
  });

  it('the table of the answer is walked through and copied from', async () => {
    await keys.tabTo(editor.getByRole('grid'));
    assert.equal(await activeCell(), 'good day good');
    const cells = await editor.getByRole('row').nth(2).getByRole('gridcell').allTextContents();
    await press('ArrowDown');
    await press('ArrowRight');
    assert.equal(await activeCell(), cells[1]);
    await press('End');
    assert.equal(await activeCell(), cells.at(-1));
    await press('Home');
    await press('Shift+ArrowRight');
    await press('ControlOrMeta+C');
    const copied = await eventually('copied cells', () =>
      window.page.evaluate(() => navigator.clipboard.readText()).then((text) => text.includes('\t') && text),
    );
    assert.equal(copied, `${cells[0]}\t${cells[1]}`);
  });

  it('the tabs of the answer are chosen with the arrows', async () => {
    await keys.tabTo(answer().getByRole('tab', { name: 'Table' }), 'Shift+Tab');
    await press('ArrowRight');
    await keys.waitForFocus(answer().getByRole('tab', { name: 'JSON', selected: true }));
    await press('Tab');
    await press('Tab');
    await keys.tabTo(answer().getByLabel('JSON', { exact: true }).and(editor.locator('pre')));
    await press('Shift+Tab');
    await keys.tabTo(answer().getByRole('tab', { name: 'JSON' }), 'Shift+Tab');
    await press('End');
    await keys.waitForFocus(answer().getByRole('tab', { name: /Response headers/, selected: true }));
    await answer().getByText('content-type').first().waitFor();
    await press('Home');
  });

  it('a header is added, sent and seen among what was sent', async () => {
    await keys.tabTo(button('Add header'), 'Shift+Tab');
    await press('Enter');
    await keys.waitForFocus(editor.getByLabel('Header name', { exact: true }).last());
    await type('X-Trace-Id');
    await press('Tab');
    await type('by keyboard');
    await press('ControlOrMeta+Enter');
    await keys.tabTo(editor.getByRole('button', { name: 'Sent' }));
    await press('Enter');
    await eventually('the header', async () =>
      (await editor.locator('.sent-request').textContent())?.includes('by keyboard'),
    );
  });

  it('a call is cancelled, and the focus stays where one can send again', async () => {
    await keys.runCommand('Azure ML: Open request');
    await window.quickInput.waitFor({ title: 'Open a request for' });
    await type('Sleeper');
    await eventually(
      'one service',
      async () => (await window.quickInput.widget.locator('.monaco-list-row').count()) === 1,
    );
    await press('Enter');
    await window.editors.waitForActive('Sleeper');
    await button('Send').waitFor();
    await keys.tabTo(button('Send'));
    const [called, closed] = [once(silent, 'called'), once(silent, 'closed')];
    await press('Enter');
    await called;
    await keys.waitForFocus(button('Cancel'));
    await press('Space');
    await closed;
    await keys.waitForFocus(button('Send'));
    await answer().getByText('The call was cancelled.').first().waitFor();
  });
});
