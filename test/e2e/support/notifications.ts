import type { Locator, Page } from 'playwright-core';
import { eventually, shortly } from '../../support/eventually.ts';
import { containing, exactly, oneLine } from './text.ts';

/** A notification on the screen. */
export class Notification {
  readonly #item: Locator;
  readonly text: string;

  constructor(item: Locator, text: string) {
    this.#item = item;
    this.text = text;
  }

  /** The labels of its buttons. */
  async buttons(): Promise<string[]> {
    const labels = await this.#item.locator('.monaco-button:not(.monaco-dropdown-button)').allTextContents();
    return labels.map(oneLine);
  }

  /** Clicks one of its buttons, which closes it. */
  async click(button: string): Promise<void> {
    await this.#item
      .locator('.monaco-button')
      .filter({ hasText: exactly(button) })
      .click();
  }

  /** Closes it as unanswered, and waits until it is gone: with it the focus goes back to the editor. */
  async dismiss(): Promise<void> {
    await this.#item.hover();
    await this.#item.locator('.codicon-notifications-clear').click();
    await this.#item.waitFor({ state: 'hidden' });
  }
}

/** Notifications, whether they are still on the screen or already kept in the notification centre. */
export class Notifications {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Waits for a notification whose text contains or matches `text`. */
  async waitFor(text: string | RegExp): Promise<Notification> {
    return eventually(`notification ${String(text)}`, async () => {
      const found = await this.find(text);
      if (found === undefined) await this.openCentreIfOneWent();
      return found;
    });
  }

  /** The texts of all notifications on the screen. */
  async texts(): Promise<string[]> {
    return (await this.items().locator('.notification-list-item-message').allTextContents()).map(oneLine);
  }

  /** Closes all of them. */
  async clear(): Promise<void> {
    await this.openCentreIfOneWent();
    for (;;) {
      const close = this.items().locator('.codicon-notifications-clear');
      if ((await close.count()) === 0) return;
      await this.items().first().hover();
      await close.first().click();
    }
  }

  private items(): Locator {
    return this.#page.locator(
      '.notifications-toasts.visible .notification-list-item, .notifications-center.visible .notification-list-item',
    );
  }

  private async find(text: string | RegExp): Promise<Notification | undefined> {
    const item = this.items()
      .filter({
        has: this.#page.locator('.notification-list-item-message', { hasText: containing(text) }),
      })
      .first();
    if ((await item.count()) === 0) return undefined;
    return new Notification(
      item,
      oneLine(await item.locator('.notification-list-item-message').textContent()),
    );
  }

  /** A notification leaves the screen after some seconds; the bell then says that there are more. */
  private async openCentreIfOneWent(): Promise<void> {
    const bell = this.#page.locator('[id="status.notifications"]');
    const waiting = await bell.locator('.codicon-bell-dot').count();
    const onScreen = await this.items().count();
    if (waiting > 0 && onScreen === 0) await bell.click({ timeout: shortly });
  }
}
