/** Starts a VS Code with the extension for an end-to-end test, from an empty user profile. */
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { patience } from '../../support/eventually.ts';
import { launchBrowser } from '../../support/host/browser.ts';
import { projectRoot } from '../../support/host/folders.ts';
import { startHost, type Host, type HostOptions } from '../../support/host/host.ts';
import { ConsoleHealth } from './consoleHealth.ts';
import { sizes, WorkbenchWindow } from './window.ts';

/** The colour themes that every screen is looked at in. */
export const themes = {
  light: 'Default Light Modern',
  dark: 'Default Dark Modern',
  highContrast: 'Default High Contrast',
  highContrastLight: 'Default High Contrast Light',
} as const;

/** What to start; by default the built extension of this project. */
export interface WorkbenchOptions extends Omit<HostOptions, 'extensionTests' | 'gallery' | 'port'> {
  theme?: keyof typeof themes;
}

/** What the workbench calls itself in a theme of each kind. */
const themeClasses = {
  light: 'vs',
  dark: 'vs-dark',
  highContrast: 'hc-black',
  highContrastLight: 'hc-light',
};

const opened = new Set<Workbench>();

/** Every workbench that is open now. */
export function openWorkbenches(): Workbench[] {
  return [...opened];
}

/**
 * A VS Code server with one or more windows on it. All windows share one browser profile, as the tabs of a
 * person's browser do, so secrets last over reloads and are seen by a second window.
 *
 * ```ts
 * let workbench: Workbench;
 * before(async () => (workbench = await Workbench.start()));
 * after(() => workbench.close());
 * ```
 */
export class Workbench {
  /** The server: its address, workspace folder and user data folder. */
  readonly host: Host;
  /** The first window. */
  readonly window: WorkbenchWindow;
  /** What went wrong in the consoles of all windows. */
  readonly health: ConsoleHealth;
  readonly #browser: Browser;
  readonly #context: BrowserContext;

  private constructor(
    host: Host,
    window: WorkbenchWindow,
    health: ConsoleHealth,
    browser: Browser,
    context: BrowserContext,
  ) {
    this.host = host;
    this.window = window;
    this.health = health;
    this.#browser = browser;
    this.#context = context;
    opened.add(this);
  }

  /** Starts the server and opens its first window. Without `userData` and `workspace` both are new and empty. */
  static async start(options: WorkbenchOptions = {}): Promise<Workbench> {
    const { theme, ...hostOptions } = options;
    const carriesExtension = options.extension !== undefined || options.vsix !== undefined;
    const host = await startHost({
      ...(carriesExtension ? {} : { extension: projectRoot }),
      ...hostOptions,
      gallery: false,
      settings: {
        // So that settings open in a tab.
        'workbench.editor.useModal': 'off',
        // On a slow machine a webview tells that it was clicked only after the question it has asked for is there.
        'workbench.quickOpen.closeOnFocusLost': false,
        ...(theme === undefined ? {} : { 'workbench.colorTheme': themes[theme] }),
        ...options.settings,
      },
    });
    const browser = await launchBrowser();
    const context = await browser.newContext({
      viewport: sizes.wide,
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    context.setDefaultTimeout(patience);
    const health = new ConsoleHealth();
    const window = await open(context, health, host.url);
    return new Workbench(host, window, health, browser, context);
  }

  /** Opens another window on the same folder. */
  async openWindow(): Promise<WorkbenchWindow> {
    return open(this.#context, this.health, this.host.url);
  }

  /** Changes the theme and any other user settings, and waits until they hold. The theme has to be another one. */
  async changeTheme(
    theme: keyof typeof themes,
    settings: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    const file = join(this.host.userData, 'data', 'User', 'settings.json');
    const before = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    const after = { ...before, 'workbench.colorTheme': themes[theme], ...settings };
    const { window } = this;
    await window.runCommand('Preferences: Open User Settings (JSON)');
    await window.editors.waitForActive('settings.json');
    await window.editors.replaceText(JSON.stringify(after, undefined, 2));
    await window.page.keyboard.press('ControlOrMeta+S');
    await window.page.locator(`.monaco-workbench.${themeClasses[theme]}`).waitFor();
    await window.editors.close('settings.json');
  }

  /** Everything that extensions' log channels have written, of all extension hosts so far. */
  async extensionLogs(): Promise<string> {
    const logs = join(this.host.userData, 'data', 'logs');
    let text = '';
    for await (const name of glob('**/azureml-services.azureml-services/*.log', { cwd: logs })) {
      text += await readFile(join(logs, name), 'utf8');
    }
    return text;
  }

  /**
   * Closes all windows and ends the server.
   * @throws Error that lists what was in the consoles and is no known noise; `health.expect` admits more.
   */
  async close(): Promise<void> {
    opened.delete(this);
    await this.#browser.close();
    await this.host.close();
    const errors = this.health.errors();
    if (errors.length > 0) throw new Error(`Errors in the console:\n${errors.join('\n')}`);
  }
}

async function open(context: BrowserContext, health: ConsoleHealth, url: string): Promise<WorkbenchWindow> {
  const page = await context.newPage();
  health.watch(page);
  await page.goto(url);
  const window = new WorkbenchWindow(page);
  await window.waitUntilReady();
  return window;
}
