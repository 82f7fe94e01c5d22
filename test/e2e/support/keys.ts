import assert from 'node:assert/strict';
import type { FrameLocator, Locator } from 'playwright-core';
import { eventually, shortly } from '../../support/eventually.ts';
import type { WorkbenchWindow } from './window.ts';

/** More stops than any page has. */
const mostStops = 80;

/** Works a window as a person without a mouse does: everything here is a key. */
export class Keys {
  readonly #window: WorkbenchWindow;
  readonly #webview: FrameLocator;

  constructor(window: WorkbenchWindow) {
    this.#window = window;
    this.#webview = window.editors.webview();
  }

  press(key: string): Promise<void> {
    return this.#window.page.keyboard.press(key);
  }

  type(text: string): Promise<void> {
    return this.#window.page.keyboard.type(text);
  }

  /** The palette does not take in commands that come while it is open: then it is opened again. */
  async runCommand(title: string): Promise<void> {
    const { quickInput } = this.#window;
    const row = quickInput.widget.locator('.monaco-list-row.focused').filter({ hasText: title });
    await eventually(`command ${title}`, async () => {
      await quickInput.cancel();
      await this.press('F1');
      await quickInput.waitFor();
      await this.type(title);
      await row.waitFor({ timeout: shortly });
      await this.press('Enter');
      return true;
    });
  }

  /** Presses Tab, or Shift+Tab, until the focus of the webview in front is on what the locator names. */
  async tabTo(target: Locator, key = 'Tab'): Promise<void> {
    const stops: string[] = [];
    for (let i = 0; i < mostStops; i++) {
      if (await target.and(this.#focused()).count()) return;
      await this.press(key);
      stops.push(
        await this.#webview
          .locator('html')
          .evaluate(() => document.activeElement?.outerHTML.slice(0, 80) ?? ''),
      );
    }
    assert.fail(`Tab does not lead to ${target.toString()}:\n${stops.join('\n')}`);
  }

  async waitForFocus(target: Locator): Promise<void> {
    await eventually(
      `focus on ${target.toString()}`,
      async () => (await target.and(this.#focused()).count()) > 0,
    );
  }

  /** Goes down in a tree that has the focus until it is on the row of this label. */
  async goDownTo(pane: Locator, label: string): Promise<void> {
    const row = pane.locator('.monaco-list-row.focused');
    await eventually(`row ${label}`, async () => {
      if ((await row.locator('.label-name').allTextContents())[0] === label) return true;
      await this.press('ArrowDown');
      return false;
    });
  }

  /** Opens the context menu of what has the focus, and chooses the entry whose label begins with `label`. */
  async chooseFromMenu(label: string): Promise<void> {
    const menu = this.#window.page.locator('.monaco-menu');
    const entry = menu.locator('.action-item.focused', { hasText: label });
    await eventually(`menu with ${label}`, async () => {
      if ((await menu.count()) === 0) await this.press('Shift+F10');
      await menu.first().waitFor({ timeout: shortly });
      return true;
    });
    await eventually(`menu entry ${label}`, async () => {
      if (await entry.count()) return true;
      await this.press('ArrowDown');
      return false;
    });
    await eventually(`menu closed by ${label}`, async () => {
      if (await menu.count()) await this.press('Enter');
      return (await menu.count()) === 0;
    });
  }

  /** Chooses a button of the modal dialog. */
  async chooseInDialog(button: string): Promise<void> {
    const box = this.#window.page.locator('.monaco-dialog-box');
    await box.waitFor();
    await eventually(`focus on ${button}`, async () => {
      const at = await box.locator('.monaco-button:focus').allTextContents();
      if (at[0]?.trim() === button) return true;
      await this.press('Tab');
      return false;
    });
    await this.press('Enter');
    await box.waitFor({ state: 'detached' });
  }

  #focused(): Locator {
    return this.#webview.locator(':focus');
  }
}
