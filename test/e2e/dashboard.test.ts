import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FrameLocator, Locator } from 'playwright-core';
import type { Fault } from '../../src/local-service/options.ts';
import { eventually } from '../support/eventually.ts';
import { seriousViolations } from './support/axe.ts';
import { closeInOrder } from './support/closeInOrder.ts';
import { giveInputFile } from './support/giveInputFile.ts';
import { giveKeyAndStorage } from './support/giveKeyAndStorage.ts';
import { OwnService } from './support/ownService.ts';
import { SecretScan } from './support/secretScan.ts';
import type { WorkbenchWindow } from './support/window.ts';
import { themes, Workbench } from './support/workbench.ts';
import { keylessWorkspace } from './support/workspaces.ts';

const name = 'SimpleFeatureHashingExperiment';
const service = ['Mine', name];
const tab = `Dashboard: ${name} (Mine)`;

describe('the dashboard of an endpoint', () => {
  let own: OwnService;
  /** What the service answers requests with in the place of an answer. */
  let refusal: Fault | undefined;
  let workbench: Workbench;
  let window: WorkbenchWindow;
  let page: FrameLocator;

  before(async () => {
    own = await OwnService.start({ fault: ({ url }) => (url.includes('/execute') ? refusal : undefined) });
    const { baseUrl, managementUrl, workspaceId } = own.description;
    const idOf = (each: string): string => own.service(each).endpointId;
    const services = {
      [name]: { endpoints: { default: idOf(name) } },
      Two: { endpoints: { default: idOf('AdultCensusIncome'), second: idOf('CensusTraining') } },
    };
    workbench = await Workbench.start({
      theme: 'highContrastLight',
      settings: {
        'azuremlServices.workspaces': {
          Mine: { workspaceId, baseUrl, services },
          Found: { workspaceId, baseUrl, managementUrl },
          Away: keylessWorkspace('http://127.0.0.1:1', 'Sleeper'),
        },
      },
    });
    ({ window } = workbench);
    page = window.editors.webview();
    await window.openSideBar('Azure ML Services');
  });

  after(() => closeInOrder(workbench, own));

  const part = (title: string): Locator => page.getByRole('region', { name: title, exact: true });
  const button = (label: string): Locator => page.getByRole('button', { name: label, exact: true });
  const clipboard = (): Promise<string> => window.page.evaluate(() => navigator.clipboard.readText());
  /** A number at the top of a part. */
  const figure = async (title: string, label: string): Promise<string> =>
    (await part(title).locator('.figures > div').filter({ hasText: label }).locator('dd').textContent()) ??
    '';
  /** The cells of the list of a part. */
  const rows = async (title: string): Promise<string[][]> => {
    const found = await part(title).getByRole('row').all();
    return Promise.all(found.slice(1).map((row) => row.getByRole('cell').allTextContents()));
  };
  const show = async (): Promise<void> => {
    await window.editors.activate(tab);
    await part('Schema').waitFor();
  };

  it('opens from the tree with ids, URLs and schema, and says that nothing was done yet', async () => {
    await window.tree('Web services').clickInlineAction(service, 'Show dashboard');
    await page.getByText('No requests yet.').waitFor();
    await page.getByText('No batch jobs yet.').waitFor();
    const { baseUrl, workspaceId } = own.description;
    const { endpointId } = own.service();
    const url = `${baseUrl}/workspaces/${workspaceId}/services/${endpointId}`;
    for (const text of [workspaceId, endpointId, own.executeUrl(), `${url}/jobs?api-version=2.0`])
      await part('Keys, URLs and ids').getByText(text, { exact: true }).waitFor();
    const input = part('Input input1').getByRole('row').filter({ hasText: 'Col2' });
    assert.match((await input.textContent()) ?? '', /^Col2string/);
    await part('Output output1').getByRole('row').filter({ hasText: 'Col2' }).first().waitFor();
    await button('Copy Request URL (RRS)').click();
    await eventually('the URL on the clipboard', async () => (await clipboard()) === own.executeUrl());
    await page.getByText('Copied Request URL (RRS)').waitFor({ state: 'attached' });
    await window.screenshot('dashboard-empty');
  });

  it('copies the key once it is stored, and never has it', async () => {
    await part('Keys, URLs and ids').getByText('not stored').waitFor();
    await listen();
    await giveKeyAndStorage(window, own, service);
    await show();
    await button('Copy API key').click();
    const { apiKey } = own.service();
    await eventually('the key on the clipboard', async () => (await clipboard()) === apiKey);
    await page.getByText('Copied API key').waitFor({ state: 'attached' });
    assert.deepEqual(await leaksIn(apiKey), []);
  });

  it('counts a request that was answered and one that failed, and opens them again', async () => {
    await button('Test request').click();
    await button('Send').click();
    await page.getByRole('gridcell').first().waitFor();
    refusal = { status: 500, body: '{"error":{"code":"InternalError","message":"Broken on purpose"}}' };
    await button('Send').click();
    await page.getByText('Broken on purpose').first().waitFor();
    refusal = undefined;
    await show();
    await eventually('two requests', async () => (await figure('Requests', 'Requests')) === '2');
    assert.equal(await figure('Requests', 'Failed'), '1');
    const [failed, succeeded] = await rows('Requests');
    assert.equal(failed?.[1], '500 Internal Server Error');
    assert.equal(succeeded?.[1], '200 OK');
    assert.match(succeeded[0] ?? '', /^This is a good day/);
    assert.match(succeeded[2] ?? '', /^[\d.]+ (?:ms|s)$/);
    assert.equal(await figure('Requests', 'Mean time'), succeeded[2]);
    const label = await part('Requests').getByRole('img').getAttribute('aria-label');
    assert.match(label ?? '', /^Times of the last 2, oldest first: from .* to .*, 1 failed\.$/);
    assert.match(await legend('Requests'), /1 succeeded.*1 failed/);

    await part('Requests')
      .getByRole('button', { name: /^Open the request This is a good day.*1/ })
      .click();
    await page.getByText(/^From the history/).waitFor();
  });

  it('runs a job and counts it while it is shown', async () => {
    await show();
    const file = join(workbench.host.workspace, 'rows.csv');
    await writeFile(file, 'Col2\r\nThis is a good day\r\n');
    await button('Run batch job…').click();
    await giveInputFile(window.quickInput, file);
    await window.quickInput.pick('Held', { title: `${name}: storage` });
    await window.quickInput.pick('Upload and run', { title: /^Run batch job/ });
    await eventually('the end of the job', async () => /1 succeeded/.test(await legend('Batch jobs')));
    assert.equal(await figure('Batch jobs', 'Jobs'), '1');
    assert.equal(await figure('Batch jobs', 'Failed'), '0');
    const [job] = await rows('Batch jobs');
    assert.deepEqual(job?.slice(0, 2), ['rows.csv', 'Finished']);
    assert.equal(await figure('Batch jobs', 'Mean time'), job[2]);
    await part('Batch jobs').getByRole('button', { name: 'Show the details of rows.csv' }).click();
    await window.editors.waitForActive(/^job /);
  });

  it('leads to sample code and to the swagger document', async () => {
    await show();
    await button('Sample code…').click();
    await window.quickInput.waitFor({ title: 'What should the code do?' });
    await window.quickInput.cancel();
    await button('Open swagger.json').click();
    await window.editors.waitForActive(/swagger\.json$/);
  });

  it('has key and help page of the local service', async () => {
    await window.tree('Web services').clickInlineAction(['Local', name], 'Show dashboard');
    await page.getByRole('link', { name: /\/apihelp\/workspaces\// }).waitFor();
    await button('Copy API key').press('Enter');
    await page.getByText('Copied API key').waitFor({ state: 'attached' });
    const key = await clipboard();
    assert.match(key, /^[\w+/]{20,}=*$/);
    assert.deepEqual(await leaksIn(key), []);
    await window.editors.close(`Dashboard: ${name} (Local)`);
  });

  it('shows another endpoint of the same service', async () => {
    await window.tree('Web services').clickInlineAction(['Mine', 'Two'], 'Show dashboard');
    await part('Input input1').getByText('education-num').waitFor();
    await page.getByRole('combobox', { name: 'Endpoint' }).selectOption('second');
    const { endpointId } = own.service('CensusTraining');
    await part('Keys, URLs and ids').getByText(endpointId, { exact: true }).waitFor();
    await part('Output output2').waitFor();
    await page.getByText('No requests yet.').waitFor();
  });

  it('has both keys of an endpoint that the management API lists, and what that says of it', async () => {
    const tree = window.tree('Web services');
    await tree.clickContextMenu(['Found'], 'Set workspace authorization token…');
    const { workspaceToken } = own.description;
    await window.quickInput.enter(workspaceToken, { message: 'Workspace authorization token' });
    await tree.clickInlineAction(['Found', 'AdultCensusIncome'], 'Show dashboard');
    await part('Endpoint').getByText('Throttle level').waitFor();
    await page.getByRole('link', { name: /\/apihelp\/workspaces\// }).waitFor();
    const { apiKey } = own.service('AdultCensusIncome');
    await listen();
    await button('Copy Primary key').click();
    await eventually('the primary key on the clipboard', async () => (await clipboard()) === apiKey);
    await button('Copy Secondary key').click();
    const secondary = await eventually('the secondary key on the clipboard', async () => {
      const copied = await clipboard();
      return copied === apiKey ? undefined : copied;
    });
    assert.deepEqual([...(await leaksIn(apiKey)), ...(await leaksIn(secondary))], []);
    await window.screenshot('dashboard-managed');
  });

  it('says why there is no schema, and what helps', async () => {
    await window.runCommand('Azure ML: Show dashboard');
    await window.quickInput.fill('Sleeper', { title: 'Show the dashboard of' });
    await window.quickInput.pick('Sleeper');
    await part('Schema')
      .getByText(/^The schema could not be read\./)
      .waitFor();
    await button('Attach schema…').waitFor();
    await page.getByText('The gateway adds the API key of the endpoint.').waitFor();
    await button('Edit workspace…').waitFor();
    await window.screenshot('dashboard-unreachable');
    assert.deepEqual(await seriousViolations(page), []);
    await button('Try again').click();
    await part('Schema')
      .getByText(/^The schema could not be read\./)
      .waitFor();
  });

  for (const theme of Object.keys(themes) as (keyof typeof themes)[]) {
    it(`has no serious violation in the theme ${themes[theme]}`, async () => {
      await workbench.changeTheme(theme);
      await show();
      await part('Input input1').waitFor();
      assert.deepEqual(await seriousViolations(page), []);
      await window.screenshot(`dashboard-${theme}`);
      await window.page.setViewportSize({ width: 760, height: 800 });
      assert.deepEqual(await seriousViolations(page), []);
      await window.screenshot(`dashboard-${theme}-narrow`);
      await window.page.setViewportSize({ width: 1280, height: 800 });
    });
  }

  it('is there again after a reload, without the key', async () => {
    await window.reload();
    await show();
    await eventually('the numbers again', async () => (await figure('Requests', 'Requests')) === '2');
    await part('Batch jobs').getByText('rows.csv').waitFor();
    assert.deepEqual(await leaksIn(own.service().apiKey), []);
  });

  it('follows the history while it is shown', async () => {
    await button('Show history…').click();
    const failed = window.quickInput.row(/500/).first();
    await failed.hover();
    await failed.locator('.action-label[aria-label="Delete"]').click();
    await eventually('one request less', async () => (await figure('Requests', 'Failed')) === '0');
    assert.equal(await figure('Requests', 'Requests'), '1');
    await window.quickInput.cancel();
  });

  /** From now on the page has what it is told in its root too, for what it is told and does not draw. */
  async function listen(): Promise<void> {
    await page.locator('html').evaluate((root) => {
      addEventListener('message', ({ data }) => root.append(new Comment(JSON.stringify(data))));
    });
  }

  /** Where the page has the key. */
  async function leaksIn(apiKey: string) {
    return new SecretScan({ 'API key': apiKey }).text('page', await page.locator('html').innerHTML());
  }

  async function legend(title: string): Promise<string> {
    return (await part(title).locator('.legend').textContent()) ?? '';
  }
});
