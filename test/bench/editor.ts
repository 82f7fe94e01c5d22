import { once } from 'node:events';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Frame, FrameLocator, Page } from 'playwright-core';
import { Workbench } from '../e2e/support/workbench.ts';
import { eventually } from '../support/eventually.ts';
import { launchBrowser } from '../support/host/browser.ts';
import { projectRoot } from '../support/host/folders.ts';
import { median, type Measurement } from './measurement.ts';

const openings = 7;
const openAllowanceMs = 150;
const bundleBudget = 150_000;
const [rowCount, columnCount] = [10_000, 20];
const answerBytes = 4_000_000;
/** Scrolled in one go, a quarter of a screen in each frame. */
const frames = 240;
const frameBudgetMs = 33;
const patienceMs = 5_000;
const usualMs = 60_000;

interface Scrolling {
  /** Of the times between frames, in milliseconds: nineteen of twenty are below. */
  readonly frameMs: number;
  readonly elements: number;
  /** What the page holds after a collection of garbage, in megabytes. */
  readonly heap: number;
}

/**
 * The request editor in the real VS Code: how long it takes to open beside a webview with a button in it, and what it
 * costs to scroll its grids beside a plain table of as many cells.
 */
export async function run(): Promise<readonly Measurement[]> {
  const folder = await mkdtemp(join(tmpdir(), 'azureml-services-bench-'));
  const service = await startService();
  try {
    const workspace = join(folder, 'workspace');
    await mkdir(workspace);
    await writeFile(join(workspace, 'nothing.empty'), '{}');
    await writeFile(join(workspace, 'small.rrs.json'), requestText(1));
    await writeFile(join(workspace, 'large.rrs.json'), requestText(rowCount));
    const empty = await timeEmptyWebview(folder, workspace);
    const ours = await measureEditor(workspace, service.url);
    const plain = await measurePlainTable();
    return [await bundle(), ...opening(ours.open, empty, ours.openLarge), ...scrolling(ours, plain)];
  } finally {
    service.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function opening(open: number, empty: number, large: number): Measurement[] {
  const reference = `empty webview ${empty.toFixed(0)} ms`;
  return [
    {
      name: 'open the editor',
      value: open,
      unit: 'ms',
      reference,
      ratio: open / empty,
      budget: `reference + ${String(openAllowanceMs)} ms`,
      withinBudget: open <= empty + openAllowanceMs,
    },
    {
      name: 'open it with 10,000 × 20',
      value: large,
      unit: 'ms',
      reference,
      ratio: large / empty,
      budget: 'none, for comparison',
      withinBudget: true,
    },
  ];
}

function scrolling(ours: { readonly input: Scrolling; readonly answer: Scrolling }, plain: Scrolling) {
  const size = `${rowCount.toLocaleString('en')} × ${String(columnCount)}`;
  const rows = (['input', 'answer'] as const).flatMap((name): Measurement[] => {
    const what = name === 'input' ? `input ${size}` : 'answer of 4 MB';
    const { frameMs, elements, heap } = ours[name];
    return [
      {
        name: `frame, ${what}`,
        value: frameMs,
        unit: 'ms',
        reference: `plain table ${size} ${plain.frameMs.toFixed(1)} ms (19 of 20 frames)`,
        ratio: frameMs / plain.frameMs,
        budget: `${String(frameBudgetMs)} ms`,
        withinBudget: frameMs <= frameBudgetMs,
      },
      {
        name: `memory, ${what}`,
        value: heap,
        unit: 'MB',
        reference: `plain table ${plain.heap.toFixed(0)} MB of script, ${plain.elements.toLocaleString('en')} elements; here ${elements.toLocaleString('en')}`,
        ratio: elements / plain.elements,
        budget: '3,000 elements',
        withinBudget: elements <= 3_000,
      },
    ];
  });
  return rows;
}

async function bundle(): Promise<Measurement> {
  const { size } = await stat(join(projectRoot, 'dist', 'webviews', 'requestEditor.js'));
  const { outputFiles } = await build({
    stdin: {
      contents: `import { h, render } from 'preact'; import { useState } from 'preact/hooks';
        function Page() { const [n, set] = useState(0); return h('button', { onClick: () => set(n + 1) }, n); }
        render(h(Page, {}), document.body);`,
      resolveDir: projectRoot,
    },
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
  });
  const reference = outputFiles[0]?.contents.length ?? 0;
  return {
    name: 'editor bundle',
    value: size / 1000,
    unit: 'kB',
    reference: `Preact with a button ${(reference / 1000).toFixed(1)} kB`,
    ratio: size / reference,
    budget: '150 kB',
    withinBudget: size <= bundleBudget,
  };
}

function columnNames(): string[] {
  return Array.from({ length: columnCount }, (_, i) => `column ${String(i)}`);
}

function cells(row: number): (string | number)[] {
  return Array.from({ length: columnCount }, (_, i) => (i % 2 ? row * i : `text ${String(row)}`));
}

function requestText(rows: number): string {
  const Values = Array.from({ length: rows }, (_, row) => JSON.stringify(cells(row))).join(',\n');
  return `{"workspace": "Bench", "service": "Table", "inputs": {"input1": {"ColumnNames": ${JSON.stringify(columnNames())}, "Values": [\n${Values}\n]}}, "globalParameters": {}}`;
}

/** A service without a schema that answers each call with a table of 4 MB. */
async function startService(): Promise<{ readonly url: string; close(): void }> {
  const Values: string[][] = [];
  for (let bytes = 0; bytes < answerBytes;) {
    const row = cells(Values.length).map(String);
    bytes += JSON.stringify(row).length + 1;
    Values.push(row);
  }
  const value = { ColumnNames: columnNames(), ColumnTypes: columnNames().map(() => 'String'), Values };
  const answer = JSON.stringify({ Results: { output1: { type: 'table', value } } });
  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      response.writeHead(404).end();
      return;
    }
    request.resume().once('end', () => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A custom editor whose page has a button and nothing else. */
async function emptyExtension(folder: string): Promise<string> {
  const extension = join(folder, 'empty');
  await mkdir(extension);
  const manifest = {
    name: 'empty-editor',
    publisher: 'bench',
    version: '0.0.0',
    type: 'module',
    main: './extension.js',
    engines: { vscode: '^1.105.0' },
    contributes: {
      customEditors: [
        { viewType: 'bench.empty', displayName: 'Empty', selector: [{ filenamePattern: '*.empty' }] },
      ],
    },
  };
  await writeFile(join(extension, 'package.json'), JSON.stringify(manifest));
  await writeFile(
    join(extension, 'extension.js'),
    `import * as vscode from 'vscode';
    export function activate() {
      vscode.window.registerCustomEditorProvider('bench.empty', {
        resolveCustomTextEditor(document, panel) {
          panel.webview.options = { enableScripts: true };
          panel.webview.html = '<body><script>const b = document.createElement("button"); b.textContent = "Send"; document.body.append(b)</script></body>';
        },
      });
    }`,
  );
  return extension;
}

async function timeEmptyWebview(folder: string, workspace: string): Promise<number> {
  const workbench = await Workbench.start({ extension: await emptyExtension(folder), workspace });
  try {
    return await timeOpening(workbench, 'nothing.empty', buttonIn);
  } finally {
    await workbench.close();
  }
}

function buttonIn(editor: FrameLocator, timeout = usualMs): Promise<void> {
  return editor.getByRole('button', { name: 'Send', exact: true }).waitFor({ timeout });
}

/** The median time from the double click to an editor that can be used, after a first one that wakes everything. */
async function timeOpening(
  workbench: Workbench,
  file: string,
  ready: (editor: FrameLocator, timeout?: number) => Promise<void>,
): Promise<number> {
  const { window } = workbench;
  const item = window.sideBar.getByText(file);
  await item.waitFor();
  // Until the extension is known, VS Code opens the file as text; the first opening wakes everything besides.
  await eventually(`editor of ${file}`, async () => {
    await item.dblclick();
    const isOurs = await ready(window.editors.webview(), patienceMs).then(
      () => true,
      () => false,
    );
    await window.editors.close(file);
    return isOurs;
  });
  const times: number[] = [];
  for (let i = 0; i < openings; i++) {
    const start = performance.now();
    await item.dblclick();
    await ready(window.editors.webview());
    times.push(performance.now() - start);
    await window.editors.close(file);
  }
  return median(times);
}

async function measureEditor(workspace: string, url: string) {
  const workbench = await Workbench.start({
    workspace,
    settings: {
      'azuremlServices.workspaces': {
        Bench: {
          workspaceId: 'a'.repeat(32),
          baseUrl: url,
          auth: { type: 'gateway' },
          services: { Table: { endpoints: { default: 'b'.repeat(32) } } },
        },
      },
    },
  });
  try {
    const { window } = workbench;
    const editor = window.editors.webview();
    const open = await timeOpening(workbench, 'small.rrs.json', async (opened, timeout = usualMs) => {
      await buttonIn(opened, timeout);
      await opened.getByLabel('column 19', { exact: true }).waitFor({ timeout });
    });
    const openLarge = await timeOpening(workbench, 'large.rrs.json', (opened, timeout = usualMs) =>
      opened.getByRole('gridcell').first().waitFor({ timeout }),
    );
    await window.sideBar.getByText('large.rrs.json').dblclick();
    await editor.getByRole('grid', { name: 'Rows of input1' }).waitFor();
    const input = await measureScrolling(window.page, 'Rows of input1');
    await window.page.keyboard.press('Control+Enter');
    await editor.getByRole('grid', { name: 'Rows of output1' }).waitFor();
    const answer = await measureScrolling(window.page, 'Rows of output1');
    workbench.health.expect(/404/);
    return { open, openLarge, input, answer };
  } finally {
    await workbench.close();
  }
}

async function measureScrolling(page: Page, label: string): Promise<Scrolling> {
  for (const frame of page.frames()) {
    const grid = frame.locator(`[aria-label="${label}"]`);
    if ((await grid.count().catch(() => 0)) > 0) return scrollIn(frame, `[aria-label="${label}"]`);
  }
  throw new Error(`There is no "${label}".`);
}

/** The script runs in the page, where nothing of this file is known. */
function scrollIn(frame: Frame, selector: string): Promise<Scrolling> {
  return frame.evaluate(
    async ({ selector, frames }) => {
      const scroller = document.querySelector(selector);
      if (!scroller) throw new Error('nothing to scroll');
      const nextFrame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
      const times: number[] = [];
      let last = await nextFrame();
      for (let i = 0; i < frames; i++) {
        scroller.scrollTop += scroller.clientHeight / 4;
        const now = await nextFrame();
        times.push(now - last);
        last = now;
      }
      times.sort((a, b) => a - b);
      const { memory } = performance as { memory?: { usedJSHeapSize: number } };
      return {
        frameMs: times[Math.floor(times.length * 0.95)] ?? 0,
        elements: document.querySelectorAll('*').length,
        heap: (memory?.usedJSHeapSize ?? 0) / 1_000_000,
      };
    },
    { selector, frames },
  );
}

async function measurePlainTable(): Promise<Scrolling> {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.setContent('<div id="scroller" style="height: 500px; overflow: auto"><table></table></div>');
    await page.evaluate(
      ({ rows, columns }) => {
        const table = document.querySelector('table');
        for (let row = 0; row < rows; row++) {
          const line = table?.insertRow();
          for (let column = 0; column < columns; column++) {
            const cell = line?.insertCell();
            if (cell) cell.textContent = column % 2 ? String(row * column) : `text ${String(row)}`;
          }
        }
      },
      { rows: rowCount, columns: columnCount },
    );
    return await scrollIn(page.mainFrame(), '#scroller');
  } finally {
    await browser.close();
  }
}
