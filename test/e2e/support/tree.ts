import type { Locator, Page } from 'playwright-core';
import { eventually, shortly } from '../../support/eventually.ts';
import { ContextMenu } from './contextMenu.ts';
import { exactly, oneLine } from './text.ts';

/** A drawn row of a tree. */
export interface TreeRow {
  label: string;
  description: string;
  /** What a screen reader says: the item's own accessibility text, or its tooltip. */
  accessible: string;
  /** 1 for the roots. */
  level: number;
  /** Absent on a leaf. */
  expanded?: boolean;
  /** The row's number in the list, from 0, rows out of view included. */
  index: number;
}

/** A path of labels from a root down, for instance `['Local', 'SimpleFeatureHashingExperiment']`. */
export type TreePath = readonly string[];

/** Whether a job's row says that it is in this state; a time comes after it. */
export function isInState(state: string): (row: TreeRow) => boolean {
  return ({ description }) => description.startsWith(`${state} · `);
}

/** One tree view of the side bar or the panel. It draws only the rows in view; keep test trees small. */
export class Tree {
  readonly #page: Page;
  readonly #menu: ContextMenu;
  /** The pane, welcome content included. */
  readonly pane: Locator;

  /** @param name the view's name as its header shows it */
  constructor(page: Page, name: string) {
    this.#page = page;
    this.#menu = new ContextMenu(page);
    this.pane = page
      .locator('.pane')
      .filter({ has: page.locator(`.pane-header[aria-label^="${name}"]`) })
      .first();
  }

  /** Opens or closes the view as a whole: what is closed leaves its room to the others. */
  async showPane(shown: boolean): Promise<void> {
    const header = this.pane.locator('.pane-header');
    if ((await header.getAttribute('aria-expanded')) !== String(shown)) await header.click();
  }

  /** The drawn rows from top to bottom. */
  async rows(): Promise<TreeRow[]> {
    const rows = await this.pane.locator('.monaco-list-row').evaluateAll((elements) =>
      elements.map((element) => ({
        label: element.querySelector('.label-name')?.textContent ?? '',
        description: element.querySelector('.label-description')?.textContent ?? '',
        accessible: element.getAttribute('aria-label') ?? '',
        level: Number(element.getAttribute('aria-level')),
        expanded: element.getAttribute('aria-expanded'),
        index: Number(element.getAttribute('data-index')),
      })),
    );
    return rows
      .sort((a, b) => a.index - b.index)
      .map(({ expanded, ...row }) => ({
        ...row,
        label: oneLine(row.label),
        description: oneLine(row.description),
        ...(expanded === null ? {} : { expanded: expanded === 'true' }),
      }));
  }

  /** The labels of what is under an expanded item, or of the roots. */
  async children(path: TreePath = []): Promise<string[]> {
    if (path.length > 0) await this.expand(path);
    const rows = await this.rows();
    const parent = path.length === 0 ? -1 : rows.findIndex((row) => row === rowAt(rows, path));
    const labels: string[] = [];
    for (const row of rows.slice(parent + 1)) {
      if (row.level <= path.length) break;
      if (row.level === path.length + 1) labels.push(row.label);
    }
    return labels;
  }

  /** Waits for an item and gives it; the items above it are expanded first. */
  async find(path: TreePath): Promise<TreeRow> {
    await this.expand(path.slice(0, -1));
    return eventually(`tree item ${path.join(' › ')}`, async () => rowAt(await this.rows(), path));
  }

  /** Waits until an item is there and passes a test, for instance on its description. */
  async waitFor(path: TreePath, test: (row: TreeRow) => boolean): Promise<TreeRow> {
    await this.expand(path.slice(0, -1));
    return eventually(`tree item ${path.join(' › ')} as wanted`, async () => {
      const row = rowAt(await this.rows(), path);
      return row !== undefined && test(row) ? row : undefined;
    });
  }

  /** Waits until an item is gone. */
  async waitForGone(path: TreePath): Promise<void> {
    await eventually(
      `tree item ${path.join(' › ')} gone`,
      async () => rowAt(await this.rows(), path) === undefined,
    );
  }

  /** Expands every item of the path, again where the tree was drawn anew meanwhile. */
  async expand(path: TreePath): Promise<void> {
    for (let depth = 1; depth <= path.length; depth++) {
      const part = path.slice(0, depth);
      await eventually(`expanded ${part.join(' › ')}`, () => this.isExpanded(part));
    }
  }

  /** Whether all items of a path are expanded; the first one that is not gets a click. */
  private async isExpanded(path: TreePath): Promise<boolean> {
    for (let depth = 1; depth <= path.length; depth++) {
      const row = rowAt(await this.rows(), path.slice(0, depth));
      if (row === undefined) return false;
      if (row.expanded !== true) {
        await this.locate(row).locator('.monaco-tl-twistie').click({ timeout: shortly });
        return false;
      }
      if ((await this.locate(row).locator('.codicon-tree-item-loading').count()) > 0) return false;
    }
    return true;
  }

  /** Clicks an item, which runs its command if it has one. */
  async click(path: TreePath): Promise<void> {
    await this.act(path, (row) => row.locator('.label-name').click({ timeout: shortly }));
  }

  /** Selects these items and no others, without running their commands. */
  async select(...paths: TreePath[]): Promise<void> {
    const list = this.pane.locator('.monaco-list');
    await eventually('an empty selection', async () => {
      await list.press('Escape', { timeout: shortly });
      return (await list.locator('.monaco-list-row.selected').count()) === 0;
    });
    for (const path of paths) {
      await this.act(path, (row) =>
        row.locator('.label-name').click({ modifiers: ['ControlOrMeta'], timeout: shortly }),
      );
    }
  }

  /** Clicks the icon of an inline action, by the action's title. */
  async clickInlineAction(path: TreePath, title: string): Promise<void> {
    await this.act(path, async (row) => {
      await row.hover({ timeout: shortly });
      await row.locator(`.actions .action-label[aria-label^="${title}"]`).click({ timeout: shortly });
    });
  }

  /** Opens the context menu of an item and clicks an entry; more labels go down into submenus. */
  async clickContextMenu(path: TreePath, ...labels: string[]): Promise<void> {
    await this.openContextMenu(path);
    await this.#menu.click(...labels);
  }

  /** Opens the context menu of an item, gives its labels and closes it. */
  async contextMenuLabels(path: TreePath): Promise<string[]> {
    await this.openContextMenu(path);
    const labels = await this.#menu.labels();
    await this.#menu.close();
    return labels;
  }

  /** As `contextMenuLabels`, of the entries that are greyed. */
  async disabledContextMenuLabels(path: TreePath): Promise<string[]> {
    await this.openContextMenu(path);
    const labels = await this.#menu.disabledLabels();
    await this.#menu.close();
    return labels;
  }

  /** The text of the welcome content that an empty view shows. */
  async welcomeText(): Promise<string> {
    return oneLine(await this.pane.locator('.welcome-view-content').textContent());
  }

  /** Clicks a button or link of the welcome content. */
  async clickWelcome(label: string): Promise<void> {
    const content = this.pane.locator('.welcome-view-content');
    await content
      .locator('a')
      .filter({ hasText: exactly(label) })
      .first()
      .click();
  }

  private async openContextMenu(path: TreePath): Promise<void> {
    await this.act(path, (row) => row.locator('.label-name').click({ button: 'right', timeout: shortly }));
    await this.#menu.waitFor();
  }

  /** Rows move as the tree changes: an action that misses its row is tried again on the new one. */
  private async act(path: TreePath, action: (row: Locator) => Promise<void>): Promise<void> {
    await this.expand(path.slice(0, -1));
    await eventually(`action on tree item ${path.join(' › ')}`, async () => {
      const row = rowAt(await this.rows(), path);
      if (row === undefined) return false;
      await action(this.locate(row));
      return true;
    });
  }

  private locate(row: TreeRow): Locator {
    return this.pane
      .locator(`.monaco-list-rows > .monaco-list-row[data-index="${row.index}"]`)
      .filter({ has: this.#page.locator('.label-name', { hasText: exactly(row.label) }) });
  }
}

function rowAt(rows: readonly TreeRow[], path: TreePath): TreeRow | undefined {
  let from = 0;
  let found: TreeRow | undefined;
  for (const [depth, label] of path.entries()) {
    const end = rows.findIndex((row, index) => index >= from && row.level <= depth);
    const among = rows.slice(from, end === -1 ? undefined : end);
    found = among.find((row) => row.level === depth + 1 && row.label === label);
    if (found === undefined) return undefined;
    from = rows.indexOf(found) + 1;
  }
  return found;
}
