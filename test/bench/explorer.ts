import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import type { Tree } from '../e2e/support/tree.ts';
import type { WorkbenchWindow } from '../e2e/support/window.ts';
import { Workbench } from '../e2e/support/workbench.ts';
import { copyExtension } from './extensionCopy.ts';
import { median, type Measurement } from './measurement.ts';

const count = 10_000;
const rounds = 5;
const budgets = { childrenMs: 100, drawnMs: 300, blockedMs: 100 };

/** What the clock in the extension is told, through the manifest. */
export interface ClockSettings {
  /** The file to which it writes a `Clocked` for each call, a line each. */
  readonly log: string;
  readonly workspaces: readonly string[];
  readonly flatView: string;
  readonly flatRoots: readonly string[];
  /** Of the children of a flat root. */
  readonly count: number;
}

/** A call of a tree's `getChildren`. */
export interface Clocked {
  /** As JSON; empty for the root. */
  readonly element: string;
  readonly ms: number;
  /** When it answered, in milliseconds since 1970. */
  readonly at: number;
  /** The longest time during the call that the extension host could do nothing else. */
  readonly blockedMs: number;
}

/**
 * Workspaces of 10,000 services in the tree of the real VS Code, each opened once as the management API has just listed
 * it, and one of its pages; beside trees with as many children and nothing behind them, in turn in the same window.
 */
export async function run(): Promise<readonly Measurement[]> {
  const folder = await mkdtemp(join(tmpdir(), 'azureml-services-bench-'));
  const api = await startManagementApi();
  const names = (prefix: string): string[] => Array.from({ length: rounds + 1 }, (_, i) => `${prefix}${i}`);
  const settings: ClockSettings = {
    log: join(folder, 'calls.log'),
    workspaces: names('W'),
    flatView: 'bench.flat',
    flatRoots: names('F'),
    count,
  };
  const workbench = await Workbench.start({
    extension: await clockedExtension(folder, settings),
    settings: {
      'azuremlServices.workspaces': Object.fromEntries(
        settings.workspaces.map((name, i) => [name, api.workspace(name, i)]),
      ),
    },
  });
  try {
    await workbench.window.openSideBar('Azure ML Services');
    return await measure(workbench.window, settings, api);
  } finally {
    await workbench.close();
    api.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function clockedExtension(folder: string, bench: ClockSettings): Promise<string> {
  const extension = await copyExtension(join(folder, 'clocked'), ({ contributes, ...manifest }) => {
    const [container = '', views = []] = Object.entries(contributes.views)[0] ?? [];
    const flat = { id: bench.flatView, name: 'Flat', icon: 'media/activityBar.svg' };
    return {
      ...manifest,
      main: './dist/clock.js',
      contributes: { ...contributes, views: { [container]: [...views, flat] } },
      bench,
    };
  });
  await build({
    entryPoints: [join(import.meta.dirname, 'explorerClock.ts')],
    outfile: join(extension, 'dist', 'clock.js'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['vscode'],
  });
  return extension;
}

interface ManagementApi {
  /** The entry of a workspace in the settings. */
  workspace(name: string, number: number): object;
  /** When the last answer was sent, in milliseconds since 1970. */
  answeredAt(): number;
  close(): void;
}

/** A management API whose workspaces have 10,000 services each, named after the workspace. */
async function startManagementApi(): Promise<ManagementApi> {
  const answers = new Map<string, string>();
  let answeredAt = 0;
  const server = createServer((request, response) => {
    const [, , workspaceId = ''] = (request.url ?? '').split('/');
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(answers.get(workspaceId), () => (answeredAt = Date.now()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return {
    workspace: (name, number) => {
      const workspaceId = hex(number);
      const services = Array.from({ length: count }, (_, i) => ({
        Id: hex(i),
        Name: serviceName(name, i + 1),
        Description: null,
        CreationTime: new Date(i).toISOString(),
        WorkspaceId: workspaceId,
        DefaultEndpointName: 'default',
        EndpointCount: 1,
      }));
      answers.set(workspaceId, JSON.stringify(services));
      return { workspaceId, baseUrl: url, managementUrl: url, services: {} };
    },
    answeredAt: () => answeredAt,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function hex(number: number): string {
  return number.toString(16).padStart(32, '0');
}

function serviceName(workspace: string, number: number): string {
  return `${workspace} scorer ${number}`;
}

/** Milliseconds of each round from an answer to what is drawn of it. */
interface Drawn {
  /** From the answer of the management API. */
  readonly services: number[];
  /** From the answer of `getChildren`. */
  readonly page: number[];
  /** From the answer of `getChildren`. */
  readonly flat: number[];
}

async function measure(
  window: WorkbenchWindow,
  { log, workspaces, flatRoots }: ClockSettings,
  api: ManagementApi,
): Promise<readonly Measurement[]> {
  const { page } = window;
  const [tree, flatTree] = [window.tree('Web services'), window.tree('Flat')];
  const calls = async (): Promise<Clocked[]> => {
    const lines = (await readFile(log, 'utf8')).trim().split('\n');
    return lines.map((line) => JSON.parse(line) as Clocked);
  };
  const answered = async (element: string): Promise<number> =>
    (await calls()).find((call) => call.element.includes(element))?.at ?? Number.NaN;

  const drawn: Drawn = { services: [], page: [], flat: [] };
  for (const [round, workspace] of workspaces.entries()) {
    const root = flatRoots[round] ?? '';
    const firstPage = `${serviceName(workspace, 1)} … ${serviceName(workspace, 200)}`;
    const flatAt = await open(page, flatTree, [root], `${root} child 1`);
    const servicesAt = await open(page, tree, [workspace], firstPage);
    const pageAt = await open(page, tree, [workspace, firstPage], serviceName(workspace, 1));
    await collapse(page, flatTree, root);
    await collapse(page, tree, workspace);
    // The first round wakes everything.
    if (round === 0) continue;
    drawn.services.push(servicesAt - api.answeredAt());
    drawn.page.push(pageAt - (await answered(`"page","workspace":"${workspace}"`)));
    drawn.flat.push(flatAt - (await answered(`"${root}"`)));
  }
  return [...drawing(drawn), ...answering(await calls(), workspaces)];
}

function drawing(drawn: Drawn): readonly Measurement[] {
  const flat = median(drawn.flat);
  return (['services', 'page'] as const).map((part) => {
    const value = median(drawn[part]);
    return {
      name: part === 'services' ? '10,000 services, drawn' : 'a page of them, drawn',
      value,
      unit: 'ms',
      reference: `10,000 flat children with nothing behind them ${flat.toFixed(0)} ms`,
      ratio: value / flat,
      budget: `${String(budgets.drawnMs)} ms after the answer, or the reference where the machine is slower`,
      withinBudget: value <= Math.max(budgets.drawnMs, flat),
    };
  });
}

function answering(calls: readonly Clocked[], [, ...workspaces]: readonly string[]): readonly Measurement[] {
  const isOf = (workspace: string) => (call: Clocked) => call.element.includes(`"workspace":"${workspace}"`);
  const ofEach = workspaces.map((workspace) => calls.filter(isOf(workspace)));
  // The first call lists the services.
  const known = Math.max(...ofEach.flatMap(([, ...others]) => others.map(({ ms }) => ms)));
  const blocked = median(ofEach.flatMap(([first]) => first?.blockedMs ?? []));
  const flat = median(calls.filter(({ element }) => /^"F[1-9]"$/.test(element)).map(({ ms }) => ms));
  return [
    {
      name: 'their getChildren, slowest',
      value: known,
      unit: 'ms',
      reference: `with nothing behind it ${flat.toFixed(1)} ms`,
      budget: `${String(budgets.childrenMs)} ms`,
      withinBudget: known <= budgets.childrenMs,
    },
    {
      name: 'longest block, listing them',
      value: blocked,
      unit: 'ms',
      reference: 'of the extension host, from the question to the pages',
      budget: `${String(budgets.blockedMs)} ms`,
      withinBudget: blocked <= budgets.blockedMs,
    },
  ];
}

/** When a row that expanding an item brings was drawn, in milliseconds since 1970. */
async function open(page: Page, tree: Tree, path: readonly string[], label: string): Promise<number> {
  const drawn = drawnAt(page, label);
  await tree.expand(path);
  return drawn;
}

async function collapse(page: Page, tree: Tree, root: string): Promise<void> {
  await tree.select([root]);
  await page.keyboard.press('ArrowLeft');
  await tree.waitFor([root], ({ expanded }) => expanded === false);
}

/** The script runs in the page, where nothing of this file is known. */
function drawnAt(page: Page, label: string): Promise<number> {
  return page.evaluate(
    (label) =>
      new Promise<number>((resolve) => {
        const observer = new MutationObserver(() => {
          const labels = [...document.querySelectorAll('.sidebar .monaco-list-row .label-name')];
          if (!labels.some(({ textContent }) => textContent.replaceAll(/\s/g, ' ') === label)) return;
          observer.disconnect();
          requestAnimationFrame(() => setTimeout(() => resolve(Date.now())));
        });
        observer.observe(document.body, { subtree: true, childList: true, characterData: true });
      }),
    label,
  );
}
