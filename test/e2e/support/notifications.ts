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
    // One that leaves the screen just then cannot be clicked any more.
    await eventually('no notifications', async () => {
      await this.openCentreIfOneWent();
      const item = this.items().first();
      if ((await item.count()) === 0) return true;
      await item.hover({ timeout: shortly });
      await item.locator('.codicon-notifications-clear').click({ timeout: shortly });
      return false;
    });
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
