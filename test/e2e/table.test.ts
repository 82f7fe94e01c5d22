import assert from 'node:assert/strict';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FrameLocator, Locator } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { seriousViolations } from './support/axe.ts';
import { giveInputFile } from './support/giveInputFile.ts';
import { TableView } from './support/tableView.ts';
import { isInState } from './support/tree.ts';
import { Workbench } from './support/workbench.ts';
import type { WorkbenchWindow } from './support/window.ts';

const rowCount = 200_000;

/** Every tenth note has quotes, a comma and a line break. */
function manyRows(): string {
  const lines = ['id,name,score,note'];
  for (let i = 1; i <= rowCount; i++) {
    const note = i % 10 === 0 ? `"line one,\r\nline ""two"" of ${i}"` : `plain ${i}`;
    lines.push(`${i},name ${i % 7},${(i % 1000) / 10},${note}`);
  }
  return `${lines.join('\r\n')}\r\n`;
}

/** Files and results of any size as tables. */
describe('the table editor', () => {
  let workbench: Workbench;
  let window: WorkbenchWindow;
  let view: TableView;
  let table: FrameLocator;

  before(async () => {
    workbench = await Workbench.start({
      theme: 'dark',
      settings: { 'workbench.editorAssociations': { '*.tsv': 'azuremlServices.table' } },
    });
    ({ window } = workbench);
    await writeFile(join(workbench.host.workspace, 'many.csv'), manyRows());
    view = new TableView(workbench);
    table = view.frame;
  });

  after(() => workbench.close());

  const button = (name: string): Locator => view.button(name);
  const field = (name: string): Locator => table.getByRole('searchbox', { name, exact: true });
  const cell = (text: string | RegExp): Locator => view.cell(text);
  const activeRow = (wanted: RegExp): Promise<string> => view.activeRow(wanted);
  const status = (text: string | RegExp): Promise<void> => view.status(text);
  const press = (key: string): Promise<void> => window.page.keyboard.press(key);
  const clipboard = (): Promise<string> => window.page.evaluate(() => navigator.clipboard.readText());

  it('opens a file of 200,000 rows with "Reopen with…" and shows header, types and rows', async () => {
    await view.open('many.csv');
    await cell('plain 1').waitFor();
    const titles = await table.getByRole('columnheader').allTextContents();
    assert.deepEqual(
      titles.map((title) => title.replace(/\s+/g, ' ')),
      ['idinteger', 'nametext', 'scorenumber', 'notetext'],
    );
    await status('200,000 rows');
    assert.match(
      (await cell(/^line one,/)
        .first()
        .textContent()) ?? '',
      /line "two" of 10$/,
    );
    await window.screenshot('table-dark');
  });

  it('goes to the last row, by number and by key', async () => {
    await view.goToRow('200,000');
    await activeRow(/^200000200000name.*line "two" of 200000$/s);
    await press('ControlOrMeta+Home');
    await activeRow(/^11name 1/);
    await press('ControlOrMeta+End');
    await activeRow(/^200000200000name/);
  });

  it('copies a block as text for a spreadsheet, of rows that were never in sight too', async () => {
    await press('ControlOrMeta+Home');
    await activeRow(/^11name 1/);
    await press('ControlOrMeta+A');
    await window.page.keyboard.press('ControlOrMeta+C');
    await table.getByText('800,000 cells copied').waitFor();
    const lines = (await clipboard()).split('\n');
    assert.equal(lines[0], '1\tname 1\t0.1\tplain 1');
    assert.equal(lines.length, rowCount + rowCount / 10);
    assert.ok(lines.includes('line ""two"" of 200000"'));
  });

  it('finds a text, goes on to the next, and says when there is none', async () => {
    await press('ControlOrMeta+Home');
    await press('ControlOrMeta+F');
    await field('Find').fill('TWO" of 1234');
    await press('Enter');
    await activeRow(/^1234012340name/);
    await press('F3');
    await activeRow(/^123400123400name/);
    await field('Find').fill('plain 123401');
    await press('Enter');
    await activeRow(/^123401123401name/);
    await press('F3');
    await table.getByText('Went on from the other end', { exact: true }).waitFor();
    await activeRow(/^123401123401name/);
    await field('Find').fill('nowhere at all');
    await press('Enter');
    await table.getByText('No match').waitFor();
  });

  it('filters, sorts and sums up a column', async () => {
    await button('Filter rows').first().click();
    const line = table.getByRole('group', { name: 'Filter rows' });
    await line.getByRole('combobox', { name: 'Column' }).selectOption('score');
    await line.getByRole('combobox', { name: 'Comparison' }).selectOption('≥');
    await line.getByRole('textbox', { name: 'Value' }).fill('99.8');
    await button('Apply').click();
    await status('400 of 200,000 rows');
    await activeRow(/^998998name/);

    await table.getByRole('columnheader', { name: /^id/ }).click();
    await table.locator('[role=columnheader][aria-sort=ascending]').waitFor();
    await table.getByRole('columnheader', { name: /^id/ }).click();
    await table.locator('[role=columnheader][aria-sort=descending]').waitFor();
    await activeRow(/^199999199999name/);

    await table.getByRole('gridcell', { name: '99.9', exact: true }).first().click();
    await button('Column summary').click();
    const summary = table.getByRole('complementary', { name: 'Summary of score' });
    await summary.waitFor();
    assert.match(
      (await summary.textContent()) ?? '',
      /Rows400.*Different values2.*Least99\.8.*Greatest99\.9/,
    );
    await window.screenshot('table-filter-dark');
    assert.deepEqual(await seriousViolations(table), []);
  });

  it('saves the rows that are shown', async () => {
    const target = join(workbench.host.workspace, 'some.jsonl');
    await button('Save rows as…').click();
    await window.quickInput.pick('Rows shown');
    await window.quickInput.pick('JSON Lines');
    await window.quickInput.enterPath(target, { title: 'Save rows of many.csv' });
    await window.notifications.waitFor(/^Saved .*some\.jsonl/);
    const lines = (await readFile(target, 'utf8')).trim().split('\n');
    assert.equal(lines.length, 400);
    assert.deepEqual(JSON.parse(lines[0] ?? ''), {
      id: 199_999,
      name: 'name 2',
      score: 99.9,
      note: 'plain 199999',
    });
    await window.notifications.clear();
  });

  it('makes a column wider by key', async () => {
    await table.getByRole('gridcell', { name: '99.9', exact: true }).first().click();
    const title = table.getByRole('columnheader', { name: /^score/ });
    const before = (await title.boundingBox())?.width ?? 0;
    await press('Shift+Alt+ArrowRight');
    await eventually('a wider column', async () => ((await title.boundingBox())?.width ?? 0) > before + 8);
  });

  it('opens the file as text', async () => {
    await button('Open as text').click();
    await window.editors.textEditor().locator('.view-line').filter({ hasText: 'id,name,score' }).waitFor();
    await window.runCommand('View: Close All Editors');
  });

  it('says what is wrong with a file, and opens it when it is mended', async () => {
    const file = join(workbench.host.workspace, 'wide.csv');
    await writeFile(file, Buffer.from('\ufeffa,b\r\n1,2\r\n', 'utf16le'));
    await view.open('wide.csv');
    await table.getByRole('alert').filter({ hasText: 'UTF-16' }).waitFor();
    await writeFile(file, 'a,b\r\n1,two\r\n');
    await button('Open again').click();
    await cell('two').waitFor();
    await status('1 row');
    await writeFile(file, '');
    await window.runCommand('View: Close All Editors');
    await view.open('wide.csv');
    await table.getByText('The file is empty.').waitFor();
    await window.runCommand('View: Close All Editors');
  });

  it('shows the first rows of 8 GB at once, and stops counting and goes on when it is told to', async () => {
    const file = join(workbench.host.workspace, 'huge.tsv');
    const rows = Array.from({ length: 10_000 }, (_, i) => `${i + 1}\trow ${i + 1}\n`);
    await writeFile(file, `id\tname\n${rows.join('')}`);
    // The rest is one row of zeros, which takes no room on most disks.
    await truncate(file, 8 * 1024 ** 3);
    await window.runCommand('File: Open File...');
    await window.quickInput.enterPath(file);
    await cell('row 1').waitFor();
    await button('Stop counting').click();
    await button('Count all rows').waitFor();
    await status('10,000 rows so far');
    await button('Count all rows').click();
    await button('Stop counting').waitFor();
    await view.goToRow('5000');
    await activeRow(/^50005000row 5000$/);
    await window.screenshot('table-counting');
    await window.runCommand('View: Close All Editors');
    await rm(file);
  });

  it('opens the output of a job as a table, straight from the blob', async () => {
    const service = ['Local', 'SimpleFeatureHashingExperiment'];
    const file = join(workbench.host.workspace, 'sentences.csv');
    await writeFile(file, `Col2\r\n${'This is a good day\r\n'.repeat(20_000)}`);
    await window.openSideBar('Azure ML Services');
    const tree = window.tree('Web services');
    await tree.click([...service, 'BES Submit']);
    await giveInputFile(window.quickInput, file);
    await window.quickInput.pick('Upload and run');
    const job = [...service, 'Jobs', 'sentences.csv'];
    await tree.waitFor(job, isInState('Finished'));
    await tree.clickContextMenu(job, 'Open results as table');
    await window.editors.waitForActive(/output1.*\.csv/);
    await table.getByRole('grid').waitFor();
    await cell('This is a good day').first().waitFor();
    await status('20,000 rows');
    await view.goToRow('20000');
    await activeRow(/^20000This is a good day/);
    await window.screenshot('table-result');
  });
});
