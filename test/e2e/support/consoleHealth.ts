import type { ConsoleMessage, Page } from 'playwright-core';
import { isKnownNoise } from '../../support/host/noise.ts';

/** Collects what goes wrong in the console of windows: errors logged, exceptions, resources that fail. */
export class ConsoleHealth {
  readonly #errors: string[] = [];
  readonly #expected: RegExp[] = [];

  /** Listens to a window, its webviews and, through VS Code, the extension host's console. */
  watch(page: Page): void {
    page.on('console', (message) => {
      if (message.type() === 'error') this.note(lineOf(message));
    });
    page.on('pageerror', (error) => this.note(error.stack ?? error.message));
  }

  /** Takes errors that match for part of the test. */
  expect(pattern: RegExp): void {
    this.#expected.push(pattern);
  }

  /** The errors so far that neither every healthy run has nor the test expects. */
  errors(): string[] {
    return this.#errors.filter((line) => !this.#expected.some((pattern) => pattern.test(line)));
  }

  private note(line: string): void {
    if (!isKnownNoise(line)) this.#errors.push(line);
  }
}

/** VS Code colours its log lines: `%c  ERR color: #f33 message`. A failed resource is only named by its place. */
function lineOf(message: ConsoleMessage): string {
  const text = message.text().replace(/^%c\s*ERR\s+color: \S+\s/, '');
  return text.startsWith('Failed to load resource') ? `${text} ${message.location().url}` : text;
}
