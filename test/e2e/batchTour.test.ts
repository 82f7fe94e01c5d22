import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { eventually, shortly } from '../support/eventually.ts';
import { temporaryFolder } from '../support/batch.ts';
import { seriousViolations } from './support/axe.ts';
import { closeInOrder } from './support/closeInOrder.ts';
import { giveKeyAndStorage } from './support/giveKeyAndStorage.ts';
import { Keys } from './support/keys.ts';
import { OwnService, type Hold } from './support/ownService.ts';
import { TableView } from './support/tableView.ts';
import { isInState, type Tree } from './support/tree.ts';
import { sizes, type WorkbenchWindow } from './support/window.ts';
import { themes, Workbench } from './support/workbench.ts';
import { workspaceOf } from './support/workspaces.ts';

const hashing = 'SimpleFeatureHashingExperiment';
const score = 'Score with Azure ML…';
const name = 'naïve 100% #1.csv';
const rowCount = 2_000;
const sentences = Array.from({ length: rowCount }, (_, i) => `${i % 4 === 0 ? 'bad' : 'good'} day ${i + 1}`);
const fileOf = (title: string): string => `${[title, ...sentences].join('\r\n')}\r\n`;

/** A file of the explorer becomes a batch job and its result a table, in the themes that people use most and by key. */
describe('a tour of a batch job', () => {
  let own: OwnService;
  let folder: { path: string; remove: () => Promise<void> };
  let workbench: Workbench;
  let window: WorkbenchWindow;
  let keys: Keys;
  let table: TableView;
  let files: Tree;
  let jobs: Tree;
  let running: Hold;
  /** The storage is asked for once, then the workspace keeps it. */
  let isStorageKept = false;

  before(async () => {
    own = await OwnService.start();
    folder = await temporaryFolder();
    await writeFile(join(folder.path, name), fileOf('Sentence'));
    workbench = await Workbench.start({
      theme: 'light',
      workspace: folder.path,
      settings: { 'azuremlServices.workspaces': { Mine: workspaceOf(own.description) } },
    });
    ({ window } = workbench);
    keys = new Keys(window);
    table = new TableView(workbench);
    files = window.tree('Explorer Section');
    jobs = window.tree('Jobs');
    await window.openSideBar('Azure ML Services');
    await giveKeyAndStorage(window, own, ['Mine', hashing]);
    await jobs.showPane(true);
    await window.tree('Web services').showPane(false);
  });

  after(async () => {
    await closeInOrder(workbench, own);
    await folder.remove();
  });

  beforeEach(async () => {
    await window.runCommand('View: Close All Editors');
    await window.notifications.clear();
    await writeFile(join(folder.path, name), fileOf('Sentence'));
    await rm(saved(), { force: true });
    // The job stands still until it was looked at.
    running = own.storage.hold(({ method, url = '' }) => method === 'GET' && url.includes('/input1-'));
  });

  afterEach(() => {
    running.release();
  });

  const saved = (): string => join(folder.path, 'bad days.csv');
  const filterLine = (): Locator => table.frame.getByRole('group', { name: 'Filter rows' });

  async function picture(screen: string): Promise<void> {
    await window.screenshot(`batch-tour-${screen}`);
  }

  /** Pictures of what is the extension's own, with room and without. */
  async function look(screen: string): Promise<void> {
    await window.page.setViewportSize(sizes.narrow);
    await picture(`${screen}-narrow`);
    await window.page.setViewportSize(sizes.wide);
    await picture(screen);
  }

  async function lookAtTable(screen: string): Promise<void> {
    await look(screen);
    assert.deepEqual(await seriousViolations(table.frame), [], screen);
  }

  async function assertReport(): Promise<void> {
    await window.editors.waitForActive(`${name} check.txt`);
    await window.editors
      .textEditor()
      .locator('.view-line', { hasText: /^Col2\s+string\s+missing/ })
      .waitFor();
  }

  /** The header and every fourth row, as the filter had them shown. */
  async function assertSaved(): Promise<void> {
    await window.notifications.waitFor(/^Saved .*bad days\.csv/);
    const [header, ...rows] = (await readFile(saved(), 'utf8')).trimEnd().split('\r\n');
    assert.match(header ?? '', /^Col2,Col2_HashingFeature\.0,/);
    assert.deepEqual(
      rows.map((row) => row.split(',')[0]),
      sentences.filter((sentence) => sentence.startsWith('bad')),
    );
  }

  for (const theme of ['dark', 'light', 'highContrast'] as const) {
    it(`in the theme ${themes[theme]}`, async () => {
      await workbench.changeTheme(theme);
      await window.openSideBar('Explorer');
      await files.clickContextMenu([name], score);
      await window.quickInput.waitFor({ title: `Score ${name}` });
      const service = window.quickInput.row(hashing).filter({ hasText: 'Mine' });
      await service.waitFor();
      await picture(`${theme}-services`);
      await service.click();
      assert.match(await window.dialog.text(), /Missing columns: Col2/);
      await picture(`${theme}-complaint`);
      await window.dialog.click('Show report');
      await assertReport();
      await look(`${theme}-report`);

      await files.click([name]);
      await window.editors.waitForActive(name);
      await window.editors.replaceText(fileOf('Col2'));
      await (await window.notifications.waitFor(`${name} waits to be run`)).click('Check again');
      if (!isStorageKept) await window.quickInput.pick('Held', { title: `${hashing}: storage` });
      await window.quickInput.waitFor({ title: `Run batch job on ${hashing}` });
      await picture(`${theme}-confirmation`);
      await window.quickInput.pick('Upload and run');

      await running.reached;
      isStorageKept = true;
      await window.statusBar.waitFor(/^Running \d+:\d\d/);
      await window.statusBar.click(/Running \d+:\d\d/);
      await window.quickInput.waitFor({ title: 'Azure ML batch jobs' });
      await window.quickInput.cancel();
      await window.openSideBar('Azure ML Services');
      await jobs.waitFor([name], isInState('Running'));
      await look(`${theme}-running`);
      running.release();
      await jobs.waitFor([name], isInState('Finished'));
      await window.notifications.waitFor(`${name} finished`);
      await jobs.waitFor([name, 'output1'], ({ description }) => /bytes|[kM]B/.test(description));
      await look(`${theme}-finished`);
      await window.notifications.clear();

      await jobs.clickInlineAction([name, 'output1'], 'Open results as table');
      await table.status('2,000 rows');
      await table.cell('bad day 1').waitFor();
      await lookAtTable(`${theme}-result`);
      await table.button('Filter rows').first().click();
      await filterLine().getByRole('combobox', { name: 'Column' }).selectOption('Col2');
      await filterLine().getByRole('textbox', { name: 'Value' }).fill('bad');
      await table.button('Apply').click();
      await table.status('500 of 2,000 rows');
      await table.goToRow('2,000');
      await table.activeRow(/^1997bad day 1997/);
      await lookAtTable(`${theme}-last-row`);

      await table.button('Save rows as…').click();
      await window.quickInput.pick('Rows shown');
      await window.quickInput.row('CSV for spreadsheets').waitFor();
      await picture(`${theme}-save`);
      await window.quickInput.pick('CSV');
      await window.quickInput.enterPath(saved(), { title: /^Save rows of / });
      await assertSaved();
      await picture(`${theme}-saved`);
    });
  }

  it('with the keyboard alone', async () => {
    const { quickInput } = window;
    const goToFile = async (): Promise<void> => {
      await keys.runCommand('File: Focus on Files Explorer');
      await keys.goDownTo(files.pane, name);
    };
    /** Types the label of an entry, and takes it when it is the one to be taken. */
    const choose = async (label: string, title: string | RegExp): Promise<void> => {
      await quickInput.waitFor({ title });
      await keys.type(label);
      await quickInput.widget
        .locator('.monaco-list-row.focused .label-name')
        .getByText(label, { exact: true })
        .waitFor();
      await keys.press('Enter');
    };

    /** The keys of the text editor are commands of VS Code's, which come some time after it. */
    const pressUntil = (key: string, cursor: RegExp): Promise<true> =>
      eventually(`cursor at ${String(cursor)}`, async () => {
        await keys.press(key);
        return (await window.statusBar.texts()).some((text) => cursor.test(text)) || undefined;
      });

    await goToFile();
    await keys.chooseFromMenu(score);
    await quickInput.waitFor({ title: `Score ${name}` });
    await keys.type(hashing);
    const service = quickInput.widget.locator('.monaco-list-row.focused');
    await eventually('the service of the workspace', async () => {
      if (/Experiment\s*Mine/.test((await service.textContent({ timeout: shortly })) ?? '')) return true;
      await keys.press('ArrowDown');
      return false;
    });
    await keys.press('Enter');
    await keys.chooseInDialog('Show report');
    await assertReport();

    await goToFile();
    await keys.press('Enter');
    await window.editors.waitForActive(name);
    await keys.runCommand('View: Focus Active Editor Group');
    await pressUntil('ControlOrMeta+Home', /^Ln 1, Col 1$/);
    await pressUntil('Shift+End', /^Ln 1, Col 9 \(8 selected\)$/);
    await keys.type('Col2');
    await keys.press('ControlOrMeta+S');
    await window.notifications.waitFor(`${name} waits to be run`);
    await keys.runCommand('Notifications: Accept Notification Primary Action');
    if (!isStorageKept) await choose('Held', `${hashing}: storage`);
    await choose('Upload and run', `Run batch job on ${hashing}`);

    await running.reached;
    isStorageKept = true;
    await window.statusBar.waitFor(/^Running \d+:\d\d/);
    await keys.runCommand('Azure ML Services: Focus on Jobs View');
    await jobs.waitFor([name], isInState('Running'));
    running.release();
    await jobs.waitFor([name], isInState('Finished'));
    await keys.runCommand('Azure ML Services: Focus on Jobs View');
    await jobs.pane.locator('.monaco-list:focus').waitFor();
    await keys.press('Home');
    await keys.goDownTo(jobs.pane, name);
    await keys.press('ArrowRight');
    await keys.goDownTo(jobs.pane, 'output1');
    await keys.chooseFromMenu('Open results as table');
    await table.status('2,000 rows');

    await keys.runCommand('View: Focus Active Editor Group');
    await keys.tabTo(table.button('Filter rows').first());
    await keys.press('Enter');
    await keys.tabTo(filterLine().getByRole('textbox', { name: 'Value' }));
    await keys.type('bad');
    await keys.press('Enter');
    await table.status('500 of 2,000 rows');
    await keys.tabTo(table.frame.getByRole('grid'));
    await keys.press('ControlOrMeta+End');
    await table.activeRow(/^1997bad day 1997/);
    await keys.tabTo(table.button('Save rows as…'), 'Shift+Tab');
    await keys.press('Enter');
    await choose('Rows shown', /^Save rows of /);
    await eventually('the formats', () => quickInput.row('JSON Lines').isVisible());
    await choose('CSV', /^Save rows of /);
    await quickInput.enterPath(saved(), { title: /^Save rows of / });
    await assertSaved();
  });
});
