import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { seriousViolations } from './support/axe.ts';
import { TableView } from './support/tableView.ts';
import type { WorkbenchWindow } from './support/window.ts';
import { Workbench } from './support/workbench.ts';

const markup = '<img src=x onerror="document.title=1"><b>bold</b>';
const formula = '=HYPERLINK("http://127.0.0.1/","x")';
const longest = 100_000_000;
const columnCount = 50_000;
const mostRows = 100_000_000;

const million = 1_000_000;

/** A text over and over until it has so many millions of bytes; its own length divides a million. */
function* repeated(text: string, bytes: number, { before = '', after = '' } = {}): Generator<Buffer> {
  const part = Buffer.alloc(million, text);
  yield Buffer.from(before);
  for (let written = 0; written < bytes; written += million) yield part;
  yield Buffer.from(after);
}

/** Files that mean no good, or are only far too big, in the table editor as it is built. */
describe('a hostile table', () => {
  let workbench: Workbench;
  let window: WorkbenchWindow;
  let table: TableView;

  before(async () => {
    workbench = await Workbench.start({ theme: 'dark' });
    // It does not open such files as text without being asked twice.
    workbench.health.expect(/not displayed in the text editor because it is very large/);
    ({ window } = workbench);
    table = new TableView(workbench);
  });

  beforeEach(() => window.runCommand('View: Close All Editors'));
  after(() => workbench.close());

  const pathOf = (name: string): string => join(workbench.host.workspace, name);
  const press = (key: string): Promise<void> => window.page.keyboard.press(key);

  it('shows formulas and markup as text, and saves formulas as texts for a spreadsheet', async () => {
    const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    await writeFile(pathOf('foe.csv'), `${quoted(markup)},sum\r\n${quoted(markup)},${quoted(formula)}\r\n`);
    await table.open('foe.csv');
    await table.status('1 row');
    assert.deepEqual(await table.frame.getByRole('gridcell').allTextContents(), [markup, formula]);
    assert.equal(await table.frame.getByRole('grid').locator('img, b').count(), 0);
    assert.equal(await table.frame.locator('html').evaluate(() => document.title), 'Table');
    assert.deepEqual(await seriousViolations(table.frame), []);
    await window.screenshot('hostile-table-markup');

    for (const [format, prefix] of [
      ['CSV', ''],
      ['CSV for spreadsheets', "'"],
    ] as const) {
      const target = pathOf(`${format}.csv`);
      await table.button('Save rows as…').click();
      await window.quickInput.pick('All rows');
      await window.quickInput.pick(format);
      await window.quickInput.enterPath(target, { title: 'Save rows of foe.csv' });
      await window.notifications.waitFor(`Saved ${target}`);
      assert.equal(
        await readFile(target, 'utf8'),
        `${quoted(markup)},sum\r\n${quoted(markup)},${quoted(prefix + formula)}\r\n`,
      );
      await window.notifications.clear();
    }
  });

  it('is one line of 100 MB, and can still be worked with', async () => {
    await writeFile(pathOf('line.csv'), repeated('long ', longest));
    await table.open('line.csv');
    await table.status('1 row');
    await table.activeRow(/^1long long/);
    await window.screenshot('hostile-table-line');
    await rm(pathOf('line.csv'));
  });

  it('is a cell of 100 MB between others, and can still be worked with', async () => {
    await writeFile(
      pathOf('cell.csv'),
      repeated('long ', longest, { before: 'a,b\n1,', after: '\n2,end\n' }),
    );
    await table.open('cell.csv');
    await table.status('2 rows');
    await table.cell('end').waitFor();
    await table.goToRow('1');
    await table.activeRow(/^11long long/);
    await press('ControlOrMeta+End');
    await table.activeRow(/^22end/);
    await window.screenshot('hostile-table-cell');
    await table.goToRow('1');
    await table.frame.getByRole('searchbox', { name: 'Find' }).fill('end');
    await press('Enter');
    await table.activeRow(/^22end/);
    await rm(pathOf('cell.csv'));
  });

  it('has 50,000 columns, and shows the last one', async () => {
    const row = (value: (i: number) => string): string =>
      Array.from({ length: columnCount }, (_, i) => value(i)).join();
    await writeFile(pathOf('columns.csv'), `${row((i) => `c${i + 1}`)}\n${row((i) => `v${i + 1}`)}\n`);
    await table.open('columns.csv');
    await table.cell('v1').click();
    await press('End');
    await table.cell(`v${columnCount}`).waitFor();
    await table.frame.getByRole('columnheader', { name: new RegExp(`^c${columnCount}`) }).waitFor();
    assert.ok((await table.frame.getByRole('gridcell').count()) < 500);
    await table.button('Filter rows').first().click();
    const column = table.frame.getByRole('combobox', { name: 'Column' });
    assert.equal(await column.locator(':checked').textContent(), `c${columnCount}`);
    await window.screenshot('hostile-table-columns');
  });

  it('has 100,000,000 rows, and is scrolled to the last one', async () => {
    await writeFile(pathOf('rows.csv'), repeated('7\n', mostRows * 2, { before: 'n\n' }));
    await table.open('rows.csv');
    await table.status('100,000,000 rows');
    await table.frame.getByRole('grid').evaluate((grid) => grid.scrollTo({ top: grid.scrollHeight }));
    await table.frame.locator('.grid-number', { hasText: /^100,?000,?000$/ }).waitFor();
    await window.screenshot('hostile-table-rows');
    await table.goToRow('99,999,999');
    await table.activeRow(/^999999997$/);
    await rm(pathOf('rows.csv'));
  });
});
