import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { patience } from '../../support/eventually.ts';
import { outFolder } from '../../support/host/folders.ts';
import { Dialog } from './dialog.ts';
import { Editors } from './editors.ts';
import { Notifications } from './notifications.ts';
import { Palette, QuickInput } from './quickInput.ts';
import { StatusBar } from './statusBar.ts';
import { Tree } from './tree.ts';

/** The sizes that a screen is looked at in: with room, and without. */
export const sizes = { wide: { width: 1280, height: 800 }, narrow: { width: 640, height: 800 } } as const;

/** One window of VS Code, driven as a person would. Every method waits for what it needs. */
export class WorkbenchWindow {
  /** The page itself, for what has no method here. */
  readonly page: Page;
  readonly quickInput: QuickInput;
  readonly palette: Palette;
  readonly notifications: Notifications;
  readonly statusBar: StatusBar;
  readonly editors: Editors;
  readonly dialog: Dialog;

  constructor(page: Page) {
    this.page = page;
    this.quickInput = new QuickInput(page);
    this.palette = new Palette(page, this.quickInput);
    this.notifications = new Notifications(page);
    this.statusBar = new StatusBar(page);
    this.editors = new Editors(page);
    this.dialog = new Dialog(page);
  }

  /** Runs a command from the palette by its full title: `Azure ML: Add workspace…`. */
  async runCommand(title: string): Promise<void> {
    await this.palette.run(title);
  }

  /** Opens a side bar by the name of its icon in the activity bar. */
  async openSideBar(name: string): Promise<void> {
    const item = this.page.locator('.activitybar .action-item').filter({
      has: this.page.locator(`.action-label[aria-label^="${name}"]`),
    });
    await item.waitFor();
    // A second click would close it.
    if ((await item.getAttribute('aria-expanded')) !== 'true') await item.click();
  }

  /** A tree view by the name in its header; its side bar must be open. */
  tree(name: string): Tree {
    return new Tree(this.page, name);
  }

  /** Clicks an action in the title of the side bar or of one of its views, by the action's title. */
  async clickViewAction(title: string): Promise<void> {
    const actions = this.page.locator('.sidebar .composite.title, .sidebar .pane-header');
    await actions.first().hover();
    await actions.locator(`.action-label[aria-label^="${title}"]`).first().click();
  }

  /** The side bar, for locators. */
  get sideBar(): Locator {
    return this.page.locator('.part.sidebar');
  }

  /** Loads the page again, as a person reloads the window; unsaved scratch content is VS Code's business. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.waitUntilReady();
  }

  /** Waits until the workbench has restored what it shows. */
  async waitUntilReady(): Promise<void> {
    await this.page.waitForFunction(
      () =>
        performance.getEntriesByName('code/didStartWorkbench').length > 0 &&
        document.querySelector('.monaco-workbench .statusbar-item') !== null,
      undefined,
      { timeout: patience },
    );
  }

  /** Writes `out/screenshots/NAME.png` and gives its path. */
  async screenshot(name: string): Promise<string> {
    const folder = join(outFolder, 'screenshots');
    await mkdir(folder, { recursive: true });
    const path = join(folder, `${name}.png`);
    // What comes into sight is pictured as it will be.
    await this.page.screenshot({ path, animations: 'disabled' });
    return path;
  }

  /** Closes the window, as closing its browser tab does. */
  async close(): Promise<void> {
    await this.page.close({ runBeforeUnload: false });
  }
}
