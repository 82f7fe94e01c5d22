import type { Locator, Page } from 'playwright-core';
import { exactly, oneLine } from './text.ts';

/** The modal dialog of the window. */
export class Dialog {
  readonly #box: Locator;

  constructor(page: Page) {
    this.#box = page.locator('.monaco-dialog-box');
  }

  /** Waits for the dialog and gives its message and detail as one line. */
  async text(): Promise<string> {
    return oneLine(await this.#box.locator('.dialog-message-container').textContent());
  }

  /** The labels of its buttons. */
  async buttons(): Promise<string[]> {
    await this.#box.waitFor();
    return (await this.#box.locator('.dialog-buttons .monaco-button').allTextContents()).map(oneLine);
  }

  /** Clicks one of its buttons and waits until it is gone. */
  async click(button: string): Promise<void> {
    await this.#box
      .locator('.monaco-button')
      .filter({ hasText: exactly(button) })
      .click();
    await this.#box.waitFor({ state: 'detached' });
  }
}
