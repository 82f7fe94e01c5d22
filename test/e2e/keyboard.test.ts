import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { FrameLocator, Locator } from 'playwright-core';
import { eventually, shortly } from '../support/eventually.ts';
import { LocalTestService } from '../unit/local-service/localTestService.ts';
import { closeInOrder } from './support/closeInOrder.ts';
import { SilentService } from './support/silentService.ts';
import { Workbench } from './support/workbench.ts';
import type { WorkbenchWindow } from './support/window.ts';
import { keylessWorkspace, workspaceOf } from './support/workspaces.ts';

const hashing = 'SimpleFeatureHashingExperiment';
/** More stops than any page has. */
const mostStops = 80;

/** A person without a mouse: every step below is a key. */
describe('with the keyboard alone', () => {
  const silent = new SilentService();
  let service: LocalTestService;
  let workbench: Workbench;
  let window: WorkbenchWindow;
  let editor: FrameLocator;

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
  });

  after(() => closeInOrder(workbench, service.running, silent));

  const press = (key: string): Promise<void> => window.page.keyboard.press(key);
  const type = (text: string): Promise<void> => window.page.keyboard.type(text);
  const focused = (): Locator => editor.locator(':focus');

  /** The palette does not take in commands that come while it is open: then it is opened again. */
  async function runCommand(title: string): Promise<void> {
    const row = window.quickInput.widget.locator('.monaco-list-row.focused').filter({ hasText: title });
    await eventually(`command ${title}`, async () => {
      await window.quickInput.cancel();
      await press('F1');
      await window.quickInput.waitFor();
      await type(title);
      await row.waitFor({ timeout: shortly });
      await press('Enter');
      return true;
    });
  }

  /** Presses Tab, or Shift+Tab, until the focus is on what the locator names. */
  async function tabTo(target: Locator, key = 'Tab'): Promise<void> {
    const stops: string[] = [];
    for (let i = 0; i < mostStops; i++) {
      if (await target.and(focused()).count()) return;
      await press(key);
      stops.push(
        await editor.locator('html').evaluate(() => document.activeElement?.outerHTML.slice(0, 80) ?? ''),
      );
    }
    assert.fail(`Tab does not lead to ${target.toString()}:\n${stops.join('\n')}`);
  }

  async function waitForFocus(target: Locator): Promise<void> {
    await eventually(`focus on ${target.toString()}`, async () => (await target.and(focused()).count()) > 0);
  }

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
    await runCommand('Azure ML Services: Focus on Web services View');
    const tree = window.tree('Web services');
    const row = tree.pane.locator('.monaco-list-row.focused');
    await tree.pane.locator('.monaco-list-row').filter({ hasText: 'Mine' }).waitFor();
    // A view that was empty when it got the focus does not pass it on to its rows.
    await runCommand('Azure ML Services: Focus on Web services View');
    await tree.pane.locator('.monaco-list:focus').waitFor();
    const goTo = async (label: string): Promise<void> => {
      await eventually(`row ${label}`, async () => {
        if ((await row.locator('.label-name').allTextContents())[0] === label) return true;
        await press('ArrowDown');
        return false;
      });
    };
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
    await tabTo(field);
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
    await tabTo(editor.getByRole('grid'));
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
    await tabTo(answer().getByRole('tab', { name: 'Table' }), 'Shift+Tab');
    await press('ArrowRight');
    await waitForFocus(answer().getByRole('tab', { name: 'JSON', selected: true }));
    await press('Tab');
    await press('Tab');
    await tabTo(answer().getByLabel('JSON', { exact: true }).and(editor.locator('pre')));
    await press('Shift+Tab');
    await tabTo(answer().getByRole('tab', { name: 'JSON' }), 'Shift+Tab');
    await press('End');
    await waitForFocus(answer().getByRole('tab', { name: /Response headers/, selected: true }));
    await answer().getByText('content-type').first().waitFor();
    await press('Home');
  });

  it('a header is added, sent and seen among what was sent', async () => {
    await tabTo(button('Add header'), 'Shift+Tab');
    await press('Enter');
    await waitForFocus(editor.getByLabel('Header name', { exact: true }).last());
    await type('X-Trace-Id');
    await press('Tab');
    await type('by keyboard');
    await press('ControlOrMeta+Enter');
    await tabTo(editor.getByRole('button', { name: 'Sent' }));
    await press('Enter');
    await eventually('the header', async () =>
      (await editor.locator('.sent-request').textContent())?.includes('by keyboard'),
    );
  });

  it('a call is cancelled, and the focus stays where one can send again', async () => {
    await runCommand('Azure ML: Open request');
    await window.quickInput.waitFor({ title: 'Open a request for' });
    await type('Sleeper');
    await eventually(
      'one service',
      async () => (await window.quickInput.widget.locator('.monaco-list-row').count()) === 1,
    );
    await press('Enter');
    await window.editors.waitForActive('Sleeper');
    await button('Send').waitFor();
    await tabTo(button('Send'));
    const [called, closed] = [once(silent, 'called'), once(silent, 'closed')];
    await press('Enter');
    await called;
    await waitForFocus(button('Cancel'));
    await press('Space');
    await closed;
    await waitForFocus(button('Send'));
    await answer().getByText('The call was cancelled.').first().waitFor();
  });
});
