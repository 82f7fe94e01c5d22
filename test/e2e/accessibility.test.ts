import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FrameLocator, Locator } from 'playwright-core';
import { hostileAnswers, HostileService } from '../support/hostileService.ts';
import { LocalTestService } from '../unit/local-service/localTestService.ts';
import { seriousViolations } from './support/axe.ts';
import { closeInOrder } from './support/closeInOrder.ts';
import { openRequest } from './support/openRequest.ts';
import { SilentService } from './support/silentService.ts';
import { themes, Workbench } from './support/workbench.ts';
import type { WorkbenchWindow } from './support/window.ts';
import { keylessWorkspace, workspaceOf } from './support/workspaces.ts';

const census = 'AdultCensusIncome';

/** The request editor in all its states, looked at by axe-core in every kind of theme. */
describe('the request editor for everyone', () => {
  const silent = new SilentService();
  let service: LocalTestService;
  let hostile: HostileService;
  let workbench: Workbench;
  let window: WorkbenchWindow;
  let editor: FrameLocator;

  before(async () => {
    service = await LocalTestService.start();
    hostile = await HostileService.start();
    workbench = await Workbench.start({
      theme: 'highContrastLight',
      settings: {
        'azuremlServices.workspaces': {
          Mine: workspaceOf(service.local),
          Odd: keylessWorkspace(hostile.baseUrl, 'Foe'),
          Silent: keylessWorkspace(await silent.listen(), 'Sleeper'),
        },
      },
    });
    ({ window } = workbench);
    editor = window.editors.webview();
  });

  after(() => closeInOrder(workbench, service.running, hostile, silent));

  const button = (name: string): Locator => editor.getByRole('button', { name, exact: true });
  const answer = (): Locator => editor.getByRole('region', { name: 'Answer', exact: true });
  const request = (): Locator => editor.getByRole('main', { name: 'Request', exact: true });

  const open = (name: string, workspace: string): Promise<void> => openRequest(window, name, workspace);

  async function assertAccessible(state: string): Promise<void> {
    const found = await seriousViolations(editor);
    if (found.length > 0) await window.screenshot(`axe-${state}`);
    assert.deepEqual(found, [], state);
  }

  it('is ready for the themes: a request answered, one refused, one running, one broken', async () => {
    await open(census, 'Mine');
    await editor.getByLabel('age', { exact: true }).waitFor();
    await button('Send').click();
    const apiKey = service.local.services.find(({ name }) => name === census)?.apiKey ?? '';
    await window.quickInput.enter(apiKey, { message: /API key of the web service/ });
    await window.quickInput.waitForClosed();
    await editor.getByRole('gridcell').first().waitFor();
    await editor.getByLabel('age', { exact: true }).fill('no number');
    await editor.getByText('A whole number is expected.').waitFor();

    await open('Sleeper', 'Silent');
    await button('Send').click();
    await editor.getByText(/Running… \d/).waitFor();

    hostile.answerWith(hostileAnswers.hostileError);
    await open('Foe', 'Odd');
    await button('Send').click();
    await editor.getByText(/failed with __proto__/).waitFor();
    workbench.health.expect(/400/);
    await writeFile(join(workbench.host.workspace, 'broken.rrs.json'), '{ "workspace": }');
  });

  for (const theme of Object.keys(themes) as (keyof typeof themes)[]) {
    it(`has no serious violation in the theme ${themes[theme]}`, async () => {
      await workbench.changeTheme(theme);
      await window.editors.activate(census);
      await answer().getByRole('tab', { name: 'Table' }).click();
      await editor.getByRole('gridcell').first().waitFor();
      for (const name of ['Headers', 'Sent']) {
        const section = editor.getByRole('button', { name: new RegExp(`^${name}`) });
        if ((await section.getAttribute('aria-expanded')) === 'false') await section.click();
      }
      await button('Add header').click();
      await request().getByRole('tab', { name: 'Form' }).click();
      await assertAccessible(`${theme} form and table`);
      await window.screenshot(`accessible-${theme}`);
      await request().getByRole('tab', { name: 'JSON' }).click();
      await answer().getByRole('tab', { name: 'JSON' }).click();
      await assertAccessible(`${theme} JSON`);
      await answer().getByRole('tab', { name: 'Response headers' }).click();
      await assertAccessible(`${theme} response headers`);

      await window.editors.activate('Foe');
      await editor.getByText(/failed with __proto__/).waitFor();
      if (await button('Show details').isVisible()) await button('Show details').click();
      await button('Hide details').waitFor();
      await assertAccessible(`${theme} failure`);

      await window.editors.activate('Sleeper');
      await editor.getByText(/Running… \d/).waitFor();
      await assertAccessible(`${theme} running`);
    });
  }

  it('has none for a document that is broken', async () => {
    await window.sideBar.getByText('broken.rrs.json').dblclick();
    await editor.getByText('This request is not valid JSON').waitFor();
    await assertAccessible('broken');
  });
});
