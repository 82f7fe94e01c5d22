import assert from 'node:assert/strict';
import type { FrameLocator, Locator } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { LocalTestService } from '../unit/local-service/localTestService.ts';
import { seriousViolations } from './support/axe.ts';
import { closeInOrder } from './support/closeInOrder.ts';
import { openRequest } from './support/openRequest.ts';
import { sizes, type WorkbenchWindow } from './support/window.ts';
import { themes, Workbench } from './support/workbench.ts';
import { workspaceOf } from './support/workspaces.ts';

const census = 'AdultCensusIncome';

/** One request from its first row to the code for it, in every theme that people use most; each screen is pictured. */
describe('a tour of the request editor', () => {
  let service: LocalTestService;
  let workbench: Workbench;
  let window: WorkbenchWindow;
  let editor: FrameLocator;

  before(async () => {
    service = await LocalTestService.start();
    workbench = await Workbench.start({
      theme: 'light',
      settings: { 'azuremlServices.workspaces': { Mine: workspaceOf(service.local) } },
    });
    ({ window } = workbench);
    editor = window.editors.webview();
    workbench.health.expect(/400/);
    await openRequest(window, census, 'Mine');
    await duplicateFirstRow(5);
    await button('Send').click();
    const { apiKey = '' } = service.local.services.find(({ name }) => name === census) ?? {};
    await window.quickInput.enter(apiKey, { message: /API key of the web service/ });
    await answers().waitFor();
  });

  after(() => closeInOrder(workbench, service.running));

  const button = (name: string | RegExp): Locator => editor.getByRole('button', { name, exact: true });
  const request = (): Locator => editor.getByRole('main', { name: 'Request', exact: true });
  const answers = (): Locator => editor.getByRole('grid', { name: 'Rows of output1' });
  const press = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) await window.page.keyboard.press(key);
  };

  async function look(screen: string): Promise<void> {
    await window.screenshot(`tour-${screen}`);
    assert.deepEqual(await seriousViolations(editor), [], screen);
  }

  /** A histogram wants some numbers. */
  async function duplicateFirstRow(times: number): Promise<void> {
    await request().getByRole('tab', { name: 'Grid' }).click();
    const grid = editor.getByRole('grid', { name: 'Rows of input1' });
    await grid.focus();
    await press('Control+Home');
    for (let copies = 1; copies <= times; copies++) {
      await press('Control+Shift+D');
      // The title and four rows are there already.
      await eventually(
        'one row more',
        async () => (await grid.getAttribute('aria-rowcount')) === String(5 + copies),
      );
    }
  }

  async function enterAge(text: string): Promise<void> {
    const cell = editor
      .getByRole('grid', { name: 'Rows of input1' })
      .locator('[role=row][aria-rowindex="2"] [role=gridcell][aria-colindex="1"]');
    await eventually(`${text} as the age`, async () => {
      await cell.click();
      await window.page.keyboard.type(text);
      await press('Enter');
      return (await cell.textContent()) === text;
    });
  }

  for (const theme of ['dark', 'light', 'highContrast'] as const) {
    it(`in the theme ${themes[theme]}`, async () => {
      await workbench.changeTheme(theme);
      await window.editors.activate(census);
      await request().getByRole('tab', { name: 'Form' }).click();
      await editor.getByLabel('age', { exact: true }).waitFor();
      await look(`${theme}-form`);

      await request().getByRole('tab', { name: 'Grid' }).click();
      await enterAge('old');
      await button('Send anyway').waitFor();
      await look(`${theme}-grid`);
      await button('Send anyway').click();
      await editor.getByRole('alert').getByText(/age/).waitFor();
      await button('Show details').click();
      await look(`${theme}-refused`);
      await button('Hide details').click();

      await enterAge('44');
      await button('Send').click();
      await answers().waitFor();
      await answers()
        .getByRole('columnheader', { name: /Scored Probabilities/ })
        .click();
      await editor.getByLabel('Filter rows').fill('married');
      await editor.getByText('8 of 9 rows').waitFor();
      await editor.getByRole('img', { name: /Histogram of Scored Probabilities/ }).waitFor();
      await look(`${theme}-answer`);

      await enterAge('100');
      await button('Send').click();
      await answers().getByRole('gridcell', { name: '100', exact: true }).waitFor();
      await button('Compare with…').click();
      await window.quickInput.pick('200 OK', { title: 'Compare with an earlier answer' });
      await editor.getByText(/^Differing cells/).waitFor();
      await look(`${theme}-comparison`);

      await window.page.setViewportSize(sizes.narrow);
      await look(`${theme}-narrow`);
      await window.page.setViewportSize(sizes.wide);
      await button('End comparison').click();

      await button('Show history…').click();
      await window.quickInput.row('200 OK').first().waitFor();
      await window.screenshot(`tour-${theme}-history`);
      await window.quickInput.cancel();

      await window.openSideBar('Azure ML Services');
      await window.tree('Web services').clickContextMenu(['Mine', census, 'RRS Execute'], 'Show API help');
      await editor.getByRole('heading', { level: 1, name: `${census}: RRS Execute` }).waitFor();
      await window.screenshot(`tour-${theme}-help`);
    });
  }
});
