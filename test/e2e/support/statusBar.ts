import type { Page } from 'playwright-core';
import { eventually } from '../../support/eventually.ts';
import { containing, oneLine } from './text.ts';

/** The line at the bottom of the window. */
export class StatusBar {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** The texts of all items from left to right; icons are left out. */
  async texts(): Promise<string[]> {
    return (await this.#page.locator('.statusbar-item').allTextContents()).map(oneLine);
  }

  /** Waits for an item whose text contains or matches `text`, and gives its text. */
  async waitFor(text: string | RegExp): Promise<string> {
    const pattern = containing(text);
    return eventually(`status bar item ${String(text)}`, async () =>
      (await this.texts()).find((seen) => pattern.test(seen)),
    );
  }

  /** Waits until no item matches. */
  async waitForGone(text: string | RegExp): Promise<void> {
    const pattern = containing(text);
    await eventually(
      `no status bar item ${String(text)}`,
      async () => !(await this.texts()).some((seen) => pattern.test(seen)),
    );
  }

  /** Clicks the item whose text contains or matches `text`. */
  async click(text: string | RegExp): Promise<void> {
    await this.#page
      .locator('.statusbar-item')
      .filter({ hasText: containing(text) })
      .locator('.statusbar-item-label')
      .click();
  }
}
