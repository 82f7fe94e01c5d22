import type { Locator, Page } from 'playwright-core';
import { eventually, shortly } from '../../support/eventually.ts';
import { beginningWith, oneLine } from './text.ts';

/** The menu that a right click opens. */
export class ContextMenu {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async waitFor(): Promise<void> {
    await this.items().first().waitFor();
  }

  /** Clicks an entry; more labels go down into submenus. */
  async click(...labels: string[]): Promise<void> {
    for (const label of labels.slice(0, -1)) await this.item(label).hover();
    const last = this.item(labels.at(-1) ?? '');
    await last.waitFor();
    // A menu takes no clicks in its first moment.
    await eventually(`context menu closed by ${labels.join(' › ')}`, async () => {
      if (await last.isVisible()) await last.click({ timeout: shortly });
      return last.isHidden();
    });
  }

  async labels(): Promise<string[]> {
    const labels = await this.items().locator('.action-label').allTextContents();
    return labels.map(oneLine).filter((label) => label !== '');
  }

  /** Those of the labels that are greyed. */
  async disabledLabels(): Promise<string[]> {
    return (
      await this.items().and(this.#page.locator('.disabled')).locator('.action-label').allTextContents()
    ).map(oneLine);
  }

  async close(): Promise<void> {
    await eventually('context menu closed', async () => {
      await this.#page.keyboard.press('Escape');
      return (await this.items().count()) === 0;
    });
  }

  private items(): Locator {
    return this.#page.locator('.monaco-menu .action-menu-item');
  }

  private item(label: string): Locator {
    const hasText = beginningWith(label);
    return this.items()
      .filter({ has: this.#page.locator('.action-label', { hasText }) })
      .last();
  }
}
