import type { FrameLocator, Locator, Page } from 'playwright-core';
import { eventually, patience, shortly } from '../../support/eventually.ts';
import { ContextMenu } from './contextMenu.ts';
import { containing, oneLine } from './text.ts';

/** The editors of the window: tabs, texts, webviews. */
export class Editors {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** The labels of all tabs. */
  async titles(): Promise<string[]> {
    return labelsOf(this.#page.locator('.tab'));
  }

  /** Waits until the tab in front is one whose label contains or matches `title`, and gives the label. */
  async waitForActive(title: string | RegExp, timeout = patience): Promise<string> {
    const pattern = containing(title);
    const find = async (): Promise<string | undefined> =>
      (await labelsOf(this.activeTab())).find((label) => pattern.test(label));
    return eventually(`active editor ${String(title)}`, find, timeout);
  }

  /** Brings an open tab to the front. */
  async activate(title: string | RegExp): Promise<void> {
    await this.tab(title).click();
  }

  /** Clicks an entry of the context menu of an open tab. */
  async clickTabMenu(title: string | RegExp, label: string): Promise<void> {
    const menu = new ContextMenu(this.#page);
    await this.tab(title).click({ button: 'right' });
    await menu.waitFor();
    await menu.click(label);
  }

  /** Whether the tab has unsaved changes. */
  async isDirty(title: string | RegExp): Promise<boolean> {
    return /\bdirty\b/.test((await this.tab(title).getAttribute('class')) ?? '');
  }

  /** Closes a tab with its cross. */
  async close(title: string | RegExp): Promise<void> {
    await this.tab(title).hover();
    await this.tab(title).locator('.tab-actions .action-label').click();
  }

  /**
   * Waits until an editor whose address contains `part` would come back after a reload: VS Code in a browser writes down
   * every few seconds what is open, and not when it is closed.
   */
  async waitUntilKept(part: string): Promise<void> {
    await eventually(`${part} among the kept editors`, () => this.#page.evaluate(isKept, part));
  }

  /** Waits until an editor that is closed would not come back after a reload any more. */
  async waitUntilForgotten(part: string): Promise<void> {
    await eventually(`no ${part} among the kept editors`, async () => {
      return !(await this.#page.evaluate(isKept, part));
    });
  }

  /**
   * The whole text of the text editor in front, read as a person would: all of it copied. The cursor moves to
   * the end and the clipboard is overwritten.
   */
  async text(): Promise<string> {
    const editor = this.textEditor();
    await editor.waitFor();
    await this.#page.evaluate(() => navigator.clipboard.writeText(''));
    return eventually('text of the active editor', async () => {
      await editor.locator('.view-lines').click({ timeout: shortly });
      await this.#page.keyboard.press('ControlOrMeta+A');
      await this.#page.keyboard.press('ControlOrMeta+C');
      const copied = await this.#page.evaluate(() => navigator.clipboard.readText());
      return copied === '' ? undefined : copied;
    });
  }

  /** Puts a text in place of all that is in the text editor in front. The clipboard is overwritten. */
  async replaceText(text: string): Promise<void> {
    await this.text();
    await this.#page.evaluate((each) => navigator.clipboard.writeText(each), text);
    await this.#page.keyboard.press('ControlOrMeta+A');
    await this.#page.keyboard.press('ControlOrMeta+V');
  }

  /** The text editor in front; for an empty one `text()` never ends, its lines can be seen here. */
  textEditor(): Locator {
    return this.#page.locator('.editor-group-container.active .editor-instance .monaco-editor').first();
  }

  /**
   * The document inside the webview in front, for locators: `editors.webview().getByRole('button')`. With
   * several in sight, as in a split editor, `nth` chooses.
   */
  webview(nth = 0): FrameLocator {
    return this.#page
      .locator('iframe.webview.ready:visible')
      .nth(nth)
      .contentFrame()
      .locator('iframe#active-frame')
      .contentFrame();
  }

  private activeTab(): Locator {
    return this.#page.locator('.editor-group-container.active .tab.active');
  }

  private tab(title: string | RegExp): Locator {
    return this.#page
      .locator('.tab')
      .filter({ has: this.#page.locator('.monaco-icon-label-container', { hasText: containing(title) }) })
      .first();
  }
}

/** A tab shows name and extension apart from each other; its label has both. */
async function labelsOf(tabs: Locator): Promise<string[]> {
  const labels = await tabs.evaluateAll((each) => each.map((tab) => tab.getAttribute('data-resource-name')));
  return labels.map(oneLine);
}

/** Runs in the page. */
async function isKept(part: string): Promise<boolean> {
  const settled = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(new Error('IndexedDB does not answer.'));
    });
  const databases = await indexedDB.databases();
  const kept = databases.map(async ({ name = '' }) => {
    if (!name.startsWith('vscode-web-state-db')) return false;
    const database = await settled(indexedDB.open(name));
    const items = database.transaction('ItemTable').objectStore('ItemTable');
    const editors: unknown = await settled(items.get('memento/workbench.parts.editor'));
    database.close();
    return String(editors).includes(part);
  });
  return (await Promise.all(kept)).includes(true);
}
