import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FrameLocator, Locator } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { LocalTestService } from '../unit/local-service/localTestService.ts';
import { closeInOrder } from './support/closeInOrder.ts';
import { Workbench } from './support/workbench.ts';
import type { WorkbenchWindow } from './support/window.ts';
import { workspaceOf } from './support/workspaces.ts';

const income = 'AdultCensusIncome';

/** The grid of a request's input, by the keyboard, on a service that this test runs itself. */
describe('the inputs of a request', () => {
  let service: LocalTestService;
  let workbench: Workbench;
  let window: WorkbenchWindow;
  let editor: FrameLocator;
  let grid: Locator;

  before(async () => {
    service = await LocalTestService.start();
    workbench = await Workbench.start({
      settings: {
        'azuremlServices.workspaces': {
          Mine: workspaceOf(service.local),
        },
      },
    });
    ({ window } = workbench);
    editor = window.editors.webview();
    grid = editor.getByRole('grid', { name: 'Rows of input1' });
  });

  after(() => closeInOrder(workbench, service.running));

  const button = (name: string): Locator => editor.getByRole('button', { name, exact: true });

  async function press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await window.page.keyboard.press(key);
  }

  const type = (text: string): Promise<void> => window.page.keyboard.type(text);

  /** A cell by its row and column as the grid numbers them, from 1. */
  const cell = (row: number, column: number): Locator =>
    grid.locator(`[role=row][aria-rowindex="${row + 1}"] [role=gridcell][aria-colindex="${column}"]`);

  async function seen(row: number, column: number, text: string): Promise<void> {
    await eventually(`"${text}" in row ${row}, column ${column}`, async () => {
      return (await cell(row, column).textContent()) === text;
    });
  }

  async function hasRows(count: number): Promise<void> {
    await eventually(`${count} rows`, async () => {
      return (await grid.getAttribute('aria-rowcount')) === String(count + 1);
    });
  }

  async function activeCell(): Promise<string | null> {
    const id = await grid.getAttribute('aria-activedescendant');
    return editor.locator(`[id="${id ?? ''}"]`).evaluate((element) => {
      const row = element.closest('[role=row]')?.getAttribute('aria-rowindex');
      return `${String(Number(row) - 1)}:${element.getAttribute('aria-colindex') ?? ''}`;
    });
  }

  async function isActive(row: number, column: number): Promise<void> {
    await eventually(`active cell ${row}:${column}`, async () => (await activeCell()) === `${row}:${column}`);
  }

  async function copied(): Promise<string> {
    return (await window.page.evaluate(() => navigator.clipboard.readText())).replaceAll('\r\n', '\n');
  }

  async function toClipboard(text: string): Promise<void> {
    await window.page.evaluate((value) => navigator.clipboard.writeText(value), text);
  }

  /** The request as it is on the disk, which is saved as it is edited. */
  async function saved(): Promise<string> {
    const [name] = (await readdir(workbench.host.userData, { recursive: true })).filter((path) =>
      path.endsWith(`${income}.rrs.json`),
    );
    assert.ok(name);
    return readFile(join(workbench.host.userData, name), 'utf8');
  }

  it('are shown as a spreadsheet, which types, Tab and Enter fill in', async () => {
    await window.runCommand('Azure ML: Open request');
    await window.quickInput.waitFor({ title: 'Open a request for' });
    await window.quickInput.widget
      .locator('.monaco-list-row')
      .filter({ hasText: income })
      .filter({ hasText: 'Mine' })
      .click();
    await window.editors.waitForActive(income);
    await editor.getByLabel('age', { exact: true }).waitFor();
    await editor.getByRole('tab', { name: 'Form' }).focus();
    await press('ArrowRight');
    await hasRows(4);
    await seen(1, 1, '39');
    await seen(4, 2, 'null');

    await grid.focus();
    await press('ArrowDown');
    await isActive(2, 1);
    await type('51');
    await press('Tab');
    await isActive(2, 2);
    await type('Own');
    await press('Enter');
    await isActive(3, 1);
    await seen(2, 1, '51');
    await seen(2, 2, 'Own');
    await press('F2', 'End');
    await type('0');
    await press('Escape');
    await seen(3, 1, '28');
    await eventually('cells in the file', async () => /\[51, "Own",/.test(await saved()));
  });

  it('tell null from empty text', async () => {
    await press('ArrowUp', 'ArrowRight', 'Delete');
    await isActive(2, 2);
    await seen(2, 2, '');
    await eventually('empty text in the file', async () => /\[51, "",/.test(await saved()));
    await press('Control+0');
    await seen(2, 2, 'null');
    await eventually('null in the file', async () => /\[51, null,/.test(await saved()));
  });

  it('say at the cell what does not fit the schema, and send it anyway', async () => {
    await press('ArrowLeft');
    await type('old');
    await press('Enter');
    await seen(2, 1, 'old');
    assert.equal(await cell(2, 1).getAttribute('aria-invalid'), 'true');
    await editor.getByText('One value does not fit the schema').waitFor();
    await button('Send anyway').waitFor();
    await press('Control+End', 'F8');
    await isActive(2, 1);
    await editor.getByRole('status').getByText('age, row 2: A whole number is expected.').waitFor();

    await editor.getByRole('tab', { name: 'Form' }).click();
    await button('Show list').click();
    await button('input1, row 2, age:').click();
    await editor.getByText('Row 2 of 4').waitFor();
    const field = editor.getByLabel('age', { exact: true });
    await eventually('focus on the field', () =>
      field.evaluate((element) => element === document.activeElement),
    );
    assert.equal(await field.inputValue(), 'old');
    await field.fill('51');
    await button('Send').waitFor();
    await editor.getByRole('tab', { name: 'Grid' }).click();
  });

  it('are undone in the steps that were made', async () => {
    await grid.focus();
    await press('Control+Home', 'Control+Shift+D');
    await hasRows(5);
    await seen(2, 1, '39');
    await type('99');
    await press('Enter');
    await seen(2, 1, '99');
    await press('Control+Z');
    await seen(2, 1, '39');
    await press('Control+Z');
    await hasRows(4);
    await press('Control+Y');
    await hasRows(5);
    await press('Control+Z');
    await hasRows(4);
  });

  it('insert and delete rows', async () => {
    await grid.focus();
    await press('Control+Home', 'ArrowDown', 'Shift+ArrowDown', 'Control++');
    await hasRows(6);
    await isActive(2, 1);
    await seen(2, 1, '0');
    await seen(4, 1, '51');
    await press('Control+-');
    await hasRows(4);
    await seen(2, 1, '51');
  });

  it('are copied and pasted as blocks, each in one step', async () => {
    await press('Control+Home', 'Shift+ArrowDown', 'Shift+ArrowRight', 'Control+C');
    await eventually('copied block', async () => (await copied()) === '39\tState-gov\n51\t');
    await press('Control+End', 'Control+ArrowLeft', 'Control+V');
    await hasRows(5);
    await seen(4, 1, '39');
    await seen(4, 2, 'State-gov');
    await seen(5, 1, '51');
    await seen(5, 2, 'null');
    await press('Control+Z');
    await hasRows(4);
    await seen(4, 1, '54');

    await toClipboard('sex\tage\r\nMale\t18\r\nFemale\t19\r\n');
    await press('Control+Home', 'Control+V');
    await seen(1, 1, '18');
    await seen(2, 1, '19');
    await editor.getByText('The columns are those of the header.').waitFor();
    await press('Control+Z');
    await seen(1, 1, '39');

    await press('Control+Home', 'Shift+ArrowDown', 'Control+X');
    await seen(1, 1, '');
    await editor.getByText('2 values do not fit the schema').waitFor();
    await press('Control+Z');
    await seen(1, 1, '39');
  });

  it('let the focus go on after Escape', async () => {
    await grid.focus();
    await press('ArrowDown', 'Tab');
    assert.ok(await grid.evaluate((element) => element === document.activeElement));
    await press('Escape', 'Tab');
    await eventually('focus beyond the grid', () =>
      grid.evaluate((element) => element !== document.activeElement),
    );
  });

  it('go as objects in the swagger form', async () => {
    await editor.getByLabel('Body format').selectOption('swagger');
    await seen(1, 1, '39');
    await grid.focus();
    await press('Control+Home');
    await type('40');
    await press('Enter');
    await eventually('an object in the file', async () => /"age": 40,/.test(await saved()));
    await editor.getByLabel('Body format').selectOption('');
    await eventually('a table in the file', async () => /\[40, "State-gov"/.test(await saved()));
  });

  it('come from a file, and stay fluent with ten thousand rows', async () => {
    const file = join(workbench.host.workspace, 'people.csv');
    const rows = Array.from({ length: 10_000 }, (_, i) => `Private,${i % 90},town ${i}`);
    await writeFile(file, ['workclass,age,town', ...rows].join('\r\n'));
    await button('Import…').click();
    await window.quickInput.enterPath(file, { title: 'Import rows into input1' });
    await hasRows(10_000);
    await editor.getByText('10,000 rows are imported from people.csv.').waitFor();
    await editor.getByText('The input has no column town.').waitFor();
    await seen(1, 2, 'Private');

    await grid.focus();
    await press('Control+End', 'Control+ArrowLeft');
    await seen(10_000, 1, String(9_999 % 90));
    await type('77');
    await press('Enter');
    await seen(10_000, 1, '77');
    await eventually('the last row in the file', async () => /\[77, "Private",[^[]*$/.test(await saved()));
    await press('Control+Z');
    await seen(10_000, 1, String(9_999 % 90));
    await press('Control+Z');
    await hasRows(4);
  });

  it('are in the JSON that is shown next, in a document too long to be told again', async () => {
    const name = 'long.rrs.json';
    const values = Array.from({ length: 1_500 }, (_, i) => [
      i,
      `people of the town number ${i}, who are many`,
    ]);
    const inputs = { input1: { ColumnNames: ['age', 'workclass'], Values: values } };
    await writeFile(
      join(workbench.host.workspace, name),
      JSON.stringify({ workspace: 'Mine', service: income, inputs }),
    );
    await window.openSideBar('Explorer');
    await window.sideBar.getByText(name).dblclick();
    await window.editors.waitForActive(name);
    await hasRows(1_500);
    await grid.focus();
    await press('Control+Home');
    await type('7007');
    await press('Enter');
    await seen(1, 1, '7007');
    await editor.getByRole('tab', { name: 'JSON' }).click();
    await eventually('the edited cell', async () =>
      (await editor.getByLabel('Request body as JSON').inputValue()).includes('7007'),
    );
    await window.runCommand('File: Save');
    await window.runCommand('View: Close Editor');
    await window.editors.waitForActive(income);
  });

  it('offer a batch job for a file that no request carries', async () => {
    const file = join(workbench.host.workspace, 'large.csv');
    await writeFile(file, `workclass,age\n${'Private,39\n'.repeat(400_000)}`);
    await button('Import…').click();
    await window.quickInput.enterPath(file, { title: 'Import rows into input1' });
    assert.match(await window.dialog.text(), /large\.csv is too large for a request.*4\.4 MB.*4 MB at most/);
    await window.dialog.click('Run as batch job…');
    assert.match(await window.dialog.text(), /^large\.csv does not fit/);
    await window.dialog.click('Run anyway');
    // The file is chosen already, so the next thing to be asked for is the storage.
    await window.quickInput.waitFor({ title: /storage/i });
    await window.quickInput.cancel();
  });
});
