import type { Locator, Page } from 'playwright-core';
import { eventually, shortly } from '../../support/eventually.ts';
import { containing, exactly, oneLine } from './text.ts';

/** One entry of a quick pick. */
export interface QuickPickEntry {
  label: string;
  description: string;
  /** The second line, if there is one. */
  detail: string;
  /** What the group is called that begins with it. */
  heading: string;
}

/** What must be seen in the quick input before it is answered: guards against answering the step before. */
export interface QuickInputStep {
  title?: string | RegExp;
  placeholder?: string | RegExp;
  /** The prompt of an input box. */
  message?: string | RegExp;
}

/** The widget at the top of the window: command palette, quick picks, input boxes, file dialogs. */
export class QuickInput {
  readonly #page: Page;
  readonly widget: Locator;
  readonly input: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.widget = page.locator('.quick-input-widget');
    this.input = this.widget.locator('.quick-input-filter input.input');
  }

  /** Waits until the widget shows this step. */
  async waitFor(step: QuickInputStep = {}): Promise<void> {
    await this.widget.waitFor({ state: 'visible' });
    await eventually(`quick input with ${describeStep(step)}`, async () => {
      const matches = async (wanted: string | RegExp | undefined, seen: () => Promise<string>) =>
        wanted === undefined || containing(wanted).test(await seen());
      return (
        (await this.widget.isVisible()) &&
        (await matches(step.title, () => this.title())) &&
        (await matches(step.placeholder, () => this.placeholder())) &&
        (await matches(step.message, () => this.message()))
      );
    });
  }

  async title(): Promise<string> {
    return oneLine(await this.widget.locator('.quick-input-title').textContent());
  }

  async placeholder(): Promise<string> {
    return (await this.input.getAttribute('placeholder')) ?? '';
  }

  /** The prompt of an input box, or what its validation says. */
  async message(): Promise<string> {
    return oneLine(await this.widget.locator('.quick-input-message').textContent());
  }

  /** Whether the input box hides what is typed. */
  async isPassword(): Promise<boolean> {
    return (await this.input.getAttribute('type')) === 'password';
  }

  /** Puts a text into the box and leaves it there. */
  async fill(text: string, step: QuickInputStep = {}): Promise<void> {
    await this.waitFor(step);
    await this.input.fill(text);
  }

  /** Puts a text into the box and accepts it. */
  async enter(text: string, step: QuickInputStep = {}): Promise<void> {
    await this.fill(text, step);
    await this.input.press('Enter');
  }

  /**
   * Puts a path into a file dialog, accepts it and waits until the dialog has taken it. Together with the entries of its
   * folder the dialog sets its own text, over whatever stands there by then, and it takes no Enter while it reads.
   */
  async enterPath(path: string, step: QuickInputStep = {}): Promise<void> {
    await this.waitFor(step);
    await this.row('..').first().waitFor();
    const title = await this.title();
    let acceptedAt: number | undefined;
    await eventually(`file dialog taking ${path}`, async () => {
      if (!(await this.widget.isVisible()) || (await this.title()) !== title) return true;
      const seen = await this.input.inputValue({ timeout: shortly });
      if (seen === path) {
        if (acceptedAt !== undefined && performance.now() - acceptedAt < shortly) return false;
        await this.input.press('Enter', { timeout: shortly });
        acceptedAt = performance.now();
      } else if (seen !== '') {
        await this.input.fill(path, { timeout: shortly });
        acceptedAt = undefined;
      }
      return false;
    });
  }

  /** Accepts what is there. */
  async accept(step: QuickInputStep = {}): Promise<void> {
    await this.waitFor(step);
    await this.input.press('Enter');
  }

  /** Picks the entry with exactly this label, or one that matches; waits until it is there. */
  async pick(label: string | RegExp, step: QuickInputStep = {}): Promise<void> {
    await this.waitFor(step);
    await this.row(label).first().click();
  }

  /** Sets the check mark of an entry of a quick pick that takes several. */
  async check(label: string | RegExp, checked = true): Promise<void> {
    await this.waitFor();
    const box = this.row(label).first().locator('.monaco-checkbox');
    if ((await box.getAttribute('aria-checked')) !== String(checked)) await box.click();
  }

  /** Clicks a button of the title bar or of the input, by its label. */
  async clickButton(label: string): Promise<void> {
    await this.waitFor();
    await this.widget.locator(`.action-label[aria-label^="${label}"]`).first().click();
  }

  /** The entries that are drawn; a long list draws only those in view. */
  async entries(): Promise<QuickPickEntry[]> {
    await this.waitFor();
    // All at one instant: a list that is being filled replaces its rows.
    const entries = await this.widget.locator('.quick-input-list .monaco-list-row').evaluateAll((rows) =>
      rows.map((row) => {
        const textOf = (part: string) => {
          const element = row.querySelector(part);
          // A row that is used again still has the text of its last entry.
          return element?.checkVisibility() === true ? element.textContent : null;
        };
        return [
          textOf('.label-name'),
          textOf('.label-description'),
          textOf('.quick-input-list-label-meta'),
          textOf('.quick-input-list-separator'),
        ] as const;
      }),
    );
    return entries.map(([label, description, detail, heading]) => ({
      label: oneLine(label),
      description: oneLine(description),
      detail: oneLine(detail),
      heading: oneLine(heading),
    }));
  }

  /** Closes the widget if it is open. */
  async cancel(): Promise<void> {
    if (!(await this.widget.isVisible())) return;
    // A widget that is only just there has the focus before it has its key bindings.
    await eventually('closed quick input', async () => {
      await this.input.press('Escape', { timeout: shortly }).catch(() => undefined);
      return (await this.widget.isVisible()) ? undefined : true;
    });
  }

  /** Waits until the widget is gone. */
  async waitForClosed(): Promise<void> {
    await this.widget.waitFor({ state: 'hidden' });
  }

  /** Whether what is typed goes into it. */
  async hasFocus(): Promise<boolean> {
    return this.widget.evaluate((element) => element.contains(document.activeElement), undefined, {
      timeout: shortly,
    });
  }

  /** The row of an entry, by its label. */
  row(label: string | RegExp): Locator {
    const hasText = typeof label === 'string' ? exactly(label) : label;
    return this.widget
      .locator('.quick-input-list .monaco-list-row')
      .filter({ has: this.#page.locator('.quick-input-list-row:first-child .label-name', { hasText }) });
  }
}

/** The command palette. */
export class Palette {
  readonly #page: Page;
  readonly #quickInput: QuickInput;

  constructor(page: Page, quickInput: QuickInput) {
    this.#page = page;
    this.#quickInput = quickInput;
  }

  /**
   * Opens the palette with a text typed, `Azure ML: ` for instance, and gives the labels that contain it. Waits
   * until there is one; stays open.
   */
  async search(text: string): Promise<string[]> {
    return eventually(`commands with "${text}" in the palette`, async () => {
      await this.type(text);
      const entries = await this.#quickInput.entries();
      const labels = entries.map(({ label }) => label).filter((label) => label.includes(text.trim()));
      return labels.length === 0 ? undefined : labels;
    });
  }

  /**
   * Runs a command by its full title, category included: `Azure ML: Add workspace…`. The palette does not
   * take in commands that come while it is open, so it is opened again until the command is there.
   */
  async run(title: string): Promise<void> {
    await eventually(`command "${title}" in the palette`, async () => {
      await this.type(title);
      await this.#quickInput.row(title).first().click({ timeout: shortly });
      return true;
    });
  }

  private async type(text: string): Promise<void> {
    await this.#quickInput.cancel();
    await this.#page.keyboard.press('F1');
    await this.#quickInput.input.fill(`>${text}`, { timeout: shortly });
  }
}

function describeStep(step: QuickInputStep): string {
  const parts = Object.entries(step).map(([name, value]) => `${name} ${String(value)}`);
  return parts.length === 0 ? 'anything' : parts.join(', ');
}
