import { join } from 'node:path';
import type { FrameLocator, Locator } from 'playwright-core';
import { eventually, shortly } from '../../support/eventually.ts';
import type { Workbench } from './workbench.ts';

/** The table editor in front. */
export class TableView {
  readonly frame: FrameLocator;
  readonly #workbench: Workbench;

  constructor(workbench: Workbench) {
    this.#workbench = workbench;
    this.frame = workbench.window.editors.webview();
  }

  /** Opens a file of the workspace's folder as a table, with VS Code's own commands. */
  async open(name: string): Promise<void> {
    const { host, window } = this.#workbench;
    await window.runCommand('File: Open File...');
    await window.quickInput.enterPath(join(host.workspace, name));
    await window.editors.waitForActive(name);
    await window.runCommand('View: Reopen Editor With...');
    await window.quickInput.pick(/^Azure ML table/);
  }

  button(name: string): Locator {
    return this.frame.getByRole('button', { name, exact: true });
  }

  cell(text: string | RegExp): Locator {
    return this.frame.getByRole('gridcell', { name: text, exact: true });
  }

  /** The row whose cell is the active one, once it is there. */
  activeRow(wanted: RegExp): Promise<string> {
    return eventually(`active row ${String(wanted)}`, async () => {
      const id = await this.frame.getByRole('grid').getAttribute('aria-activedescendant');
      if (id === null) return undefined;
      const row = this.frame.getByRole('row').filter({ has: this.frame.locator(`[id="${id}"]`) });
      // It may go out of sight at any time.
      const text = (await row.textContent({ timeout: shortly })) ?? '';
      return wanted.test(text) ? text : undefined;
    });
  }

  /** Waits until the number of rows is said so. */
  async status(text: string | RegExp): Promise<void> {
    await this.frame.locator('.table-rows').filter({ hasText: text }).waitFor();
  }

  /** Goes to a row, counted from 1, with the box for it, and waits until the keys are the rows' again. */
  async goToRow(row: string): Promise<void> {
    await this.frame.getByLabel('Go to row', { exact: true }).fill(row);
    await this.#workbench.window.page.keyboard.press('Enter');
    await this.frame.locator('[role=grid]:focus').waitFor();
  }
}
