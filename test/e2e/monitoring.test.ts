import assert from 'node:assert/strict';
import type { FrameLocator, Locator } from 'playwright-core';
import { type Arm, ArmError, faultOf } from '../support/arm/index.ts';
import { type LoggedCall, nobody } from '../support/arm/gateway/loggedCall.ts';
import { eventually } from '../support/eventually.ts';
import { seriousViolations } from './support/axe.ts';
import { holdDuring } from './support/holdDuring.ts';
import { SecretScan } from './support/secretScan.ts';
import { startSignedIn, type SignedIn } from './support/signedIn.ts';
import type { WorkbenchWindow } from './support/window.ts';
import { themes, type Workbench } from './support/workbench.ts';

const minute = 60_000;
const now = Date.now();
const metricsPath = /^GET .*\/demoazureml\/providers\/Microsoft\.Insights\/metrics$/;
const reportsPath = /^GET .*\/demoazureml\/reports\/by/;
/** More than Azure Monitor gives of a split unless it is asked for more. */
const small = Array.from({ length: 12 }, (_, index) => `small-${index}`);

describe('calls and latency of an instance of API Management', () => {
  let signedIn: SignedIn;
  let arm: Arm;
  let workbench: Workbench;
  let window: WorkbenchWindow;
  let page: FrameLocator;
  const refused = new ArmError(403, 'AuthorizationFailed', 'No action Microsoft.Insights/metrics/read.');

  before(async () => {
    signedIn = await startSignedIn(
      {
        instances: [{}, { name: 'paidbycall', tier: 'Consumption' }, { name: 'quiet' }],
        paging: { pageSize: 5 },
      },
      { theme: 'highContrastLight' },
    );
    ({ arm, workbench } = signedIn);
    ({ window } = workbench);
    page = window.editors.webview();
    const [demo = '', paidByCall = ''] = arm.instances;
    arm.seed(`${demo}/apis/scoring`, { displayName: 'Churn scoring', path: 'churn', protocols: ['https'] });
    for (const [operation, displayName] of Object.entries({ execute: 'RRS Execute', submit: 'BES Submit' }))
      arm.seed(`${demo}/apis/scoring/operations/${operation}`, {
        displayName,
        method: 'POST',
        urlTemplate: '/',
      });
    for (const id of small) arm.seed(`${demo}/apis/${id}`, { displayName: `API ${id}`, path: id });
    arm.seed(`${demo}/subscriptions/grace`, {
      displayName: 'Grace Hopper',
      scope: `${demo}/products/starter`,
      state: 'active',
    });
    arm.addCalls(demo, [...past, scoring(200, { minutesAgo: 5 * 24 * 60 })]);
    arm.addCalls(paidByCall, [callOf({ apiId: 'other', minutesAgo: 20, responseCode: 200 })]);
  });
  after(() => signedIn.close());

  const part = (title: string): Locator => page.getByRole('region', { name: title, exact: true });
  const button = (label: string | RegExp): Locator => page.getByRole('button', { name: label, exact: true });
  const range = (): Locator => page.getByRole('combobox', { name: 'Time' });
  const openTab = (name: string): Promise<void> => page.getByRole('tab', { name, exact: true }).click();
  /** Waits until all is read, and so many calls are counted. */
  const isRead = (calls: string): Promise<boolean> =>
    eventually(`${calls} calls`, async () => {
      if ((await figures()).Calls !== calls) return false;
      return (await page.locator('main[aria-busy="false"]').count()) === 1;
    });
  const choose = (label: string): Promise<unknown> => range().selectOption({ label });
  const show = async (instance: string, calls: string): Promise<void> => {
    await window.runCommand('Azure ML: Show calls and latency');
    if (signedIn.signIn.tokens.length === 0) await window.dialog.click('Allow');
    await window.quickInput.pick(instance, { placeholder: 'API Management instance' });
    await page.getByRole('heading', { name: instance, level: 1 }).waitFor();
    await isRead(calls);
  };
  /** The numbers at the top, by their names. */
  const figures = async (): Promise<Readonly<Record<string, string>>> => {
    const all = await part('Summary').locator('.figures > div').all();
    const pairs = all.map(async (each) => [
      await textOf(each.locator('dt')),
      await textOf(each.locator('dd')),
    ]);
    return Object.fromEntries(await Promise.all(pairs)) as Record<string, string>;
  };
  /** The rows of the table in front: name, and cells by the titles of their columns. */
  const rows = async (): Promise<readonly Readonly<Record<string, string>>[]> => {
    const table = part('Who was called, and by whom').getByRole('table');
    const titles = (await table.getByRole('columnheader').allTextContents()).map((title) => title.trim());
    const drawn = await table.locator('tbody tr').all();
    return Promise.all(
      drawn.map(async (row) => {
        const name = await textOf(row.getByRole('rowheader'));
        const cells = [name, ...(await row.getByRole('cell').allTextContents())];
        return Object.fromEntries(titles.map((title, index) => [title, cells[index]?.trim() ?? '']));
      }),
    );
  };
  const columns = async (
    ...titles: readonly string[]
  ): Promise<readonly (readonly (string | undefined)[])[]> =>
    (await rows()).map((row) => titles.map((title) => row[title]));
  const numbersOf = async (title: string): Promise<readonly string[][]> => {
    const section = part(title).first();
    if ((await section.locator('details[open]').count()) === 0) await section.locator('summary').click();
    const drawn = await section.locator('tbody tr').all();
    return Promise.all(drawn.map((row) => row.getByRole('cell').allTextContents()));
  };

  it('counts what went through it in the last day', async () => {
    await show('demoazureml', '23');
    await page.getByText('API Management instance, tier Developer').waitFor();
    assert.deepEqual(await figures(), {
      Calls: '23',
      Failed: '1 4.3%',
      Blocked: '2 8.7%',
      'Mean time': `${mean(past.map(({ apiTime }) => apiTime))} ms`,
      'Mean time of the backend': `${mean(past.map(({ serviceTime }) => serviceTime))} ms`,
      'Longest time': '900 ms',
      Bandwidth: '25.3 kB',
    });
    await window.screenshot('monitoring');
  });

  it('draws them over time, with a table of the same', async () => {
    const calls = await numbersOf('Calls over time');
    assert.deepEqual(
      calls.map((cells) => cells.slice(1)),
      [
        ['2', '0', '0', '0'],
        ['17', '2', '1', '1'],
      ],
    );
    const label = await part('Calls over time').getByRole('img').getAttribute('aria-label');
    assert.match(label ?? '', /^Calls over time: 23 in all, at most 21 in the part that begins at /);
    const legend = await textOf(part('Calls over time').locator('.legend'));
    assert.match(legend, /19 succeeded.*2 blocked.*1 failed.*1 other/);
    const times = await numbersOf('Latency over time');
    assert.deepEqual(times[0]?.slice(1), ['50 ms', '10 ms', '50 ms']);
    const bandwidth = await numbersOf('Bandwidth over time');
    assert.deepEqual(
      bandwidth.map((cells) => cells[1]),
      ['2.2 kB', '23.1 kB'],
    );
  });

  it('tells all APIs apart, however many, and sorts them', async () => {
    const apis = await columns('API', 'Calls', 'Of all calls', 'Failed', 'Blocked');
    assert.deepEqual(apis[0], ['Churn scoring', '11', '47.8%', '1', '2']);
    assert.deepEqual(
      apis
        .slice(1)
        .map(([name]) => name)
        .toSorted(),
      small.map((id) => `API ${id}`).toSorted(),
    );
    await button('API').click();
    assert.deepEqual((await columns('API'))[0], ['API small-0']);
    await button('Calls').click();
    assert.deepEqual((await columns('API'))[0], ['Churn scoring']);
    await page.locator('th[aria-sort="descending"]', { hasText: 'Calls' }).waitFor();
  });

  it('tells operations, products and subscriptions apart, by the reports', async () => {
    await openTab('Operation');
    assert.deepEqual(await columns('Operation', 'Calls', 'Failed'), [
      ['RRS Execute Churn scoring', '9', '1'],
      ['BES Submit Churn scoring', '2', '0'],
    ]);
    await page.getByText(/Microsoft retires them on 15 March 2027/).waitFor();
    await openTab('Product');
    assert.deepEqual(await columns('Product', 'Calls', 'Bandwidth'), [['Starter', '11', '12.1 kB']]);
    await page.getByRole('tab', { name: 'Product' }).press('ArrowRight');
    await eventually('the subscription', async () => {
      const [row] = await columns('Subscription', 'Calls', 'Blocked');
      return row?.join() === 'Grace Hopper Starter,11,2';
    });
    await window.screenshot('monitoring-subscriptions');
    await openTab('API');
  });

  it('looks at a shorter time', async () => {
    await choose('Last hour');
    await isRead('21');
    await choose('Last 7 days');
    await isRead('24');
    await choose('Between two times…');
    const local = (minutesAgo: number): string => {
      const time = now - minutesAgo * minute;
      return new Date(time - new Date(time).getTimezoneOffset() * minute).toISOString().slice(0, 16);
    };
    await page.getByLabel('To', { exact: true }).fill(local(8 * 24 * 60));
    assert.ok(await button('Show').isDisabled());
    await page.getByText(/^The first time has to be before the second one/).waitFor();
    await page.getByLabel('To', { exact: true }).fill(local(60));
    await button('Show').click();
    await isRead('3');
    await choose('Last 24 hours');
    await isRead('23');
  });

  it('narrows to one API, and shows all again', async () => {
    await button('Show only Churn scoring').click();
    await page.getByText('Only Churn scoring').waitFor();
    await isRead('11');
    const own = past.filter(({ apiId }) => apiId === 'scoring');
    const { Failed, Bandwidth, ...times } = await figures();
    assert.deepEqual([Failed, Bandwidth], ['1 9.1%', '12.1 kB']);
    assert.equal(times['Mean time'], `${mean(own.map(({ apiTime }) => apiTime))} ms`);
    assert.equal((await rows()).length, 13);
    await openTab('Product');
    await page.getByText(/cannot be narrowed to one/).waitFor();
    await openTab('API');
    await button('Show all APIs').click();
    await isRead('23');
  });

  it('opens on an API in the tree narrowed to that', async () => {
    const tree = window.tree('API Management');
    await window.tree('Jobs').showPane(false);
    await window.tree('Web services').showPane(false);
    await tree.showPane(true);
    await tree.clickContextMenu(['demoazureml', 'APIs', 'Churn scoring'], 'Show calls and latency');
    await page.getByText('Only Churn scoring').waitFor();
    await isRead('11');
    await button('Show all APIs').click();
    await isRead('23');
  });

  it('reads again, and shows what is new', async () => {
    arm.addCalls(arm.instances[0] ?? '', [callOf({ apiId: 'small-0', minutesAgo: 10, responseCode: 500 })]);
    await button('Refresh').click();
    await isRead('24');
    assert.equal((await figures()).Failed, '2 8.3%');
  });

  it('says which role it needs where metrics may not be read, and takes the reports', async () => {
    arm.failNext(metricsPath, faultOf(refused), 5);
    await choose('Last hour');
    await page
      .getByText(
        /^Your account may not read the metrics of demoazureml\. The role Monitoring Reader.* comes from the reports/,
      )
      .waitFor();
    await isRead('22');
    assert.deepEqual((await columns('API', 'Calls'))[0], ['Churn scoring', '9']);
    await window.screenshot('monitoring-without-metrics');
  });

  it('shows the metrics where only the reports fail, and says what collects the rest', async () => {
    const gone = faultOf(new ArmError(404, 'ResourceNotFound', 'Gone.'));
    arm.failNext(reportsPath, gone, 5);
    await choose('Last 24 hours');
    await isRead('24');
    assert.equal((await figures()).Bandwidth, '–');
    assert.equal((await rows()).length, 13);
    const why = (remedy: string): Locator =>
      part('Bandwidth over time').getByText(new RegExp(`^demoazureml gives no reports.*${remedy}`));
    await why('Switch on a diagnostic setting').waitFor();
    await button('Open diagnostic settings').first().waitFor();
    arm.seed(`${arm.instances[0] ?? ''}/providers/Microsoft.Insights/diagnosticSettings/all`, {
      workspaceId:
        '/subscriptions/1/resourceGroups/rg1/providers/Microsoft.OperationalInsights/workspaces/kept',
      logs: [{ categoryGroup: 'allLogs', enabled: true }],
    });
    arm.failNext(reportsPath, gone, 5);
    await button('Refresh').click();
    await why('The logs of the gateway go to the Log Analytics workspace kept').waitFor();
  });

  it('says what fails, and reads it when it is told to', async () => {
    const gone = new ArmError(404, 'ResourceNotFound', 'The resource was not found.');
    arm.failNext(/^GET .*\/service\/demoazureml$/, faultOf(gone));
    await button('Refresh').click();
    await page
      .getByRole('alert')
      .getByText(/The resource was not found/)
      .waitFor();
    await button('Try again').click();
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await eventually('the numbers', async () => (await figures()).Bandwidth === '26.4 kB');
  });

  it('gives up what it was reading when something else is to be shown', async () => {
    const release = await holdDuring(arm, metricsPath, async () => {
      await choose('Last 30 days');
    });
    await choose('Last hour');
    await isRead('22');
    await eventually('the call cancelled', async () =>
      /Insights\/metrics\S* \[client\/Cancelled\]/.test(await workbench.extensionLogs()),
    );
    release();
    await choose('Last 24 hours');
    await isRead('24');
  });

  for (const theme of Object.keys(themes) as (keyof typeof themes)[]) {
    it(`has no serious violation in the theme ${themes[theme]}`, async () => {
      await workbench.changeTheme(theme);
      await window.editors.activate('Calls: demoazureml');
      await button('Show only Churn scoring').waitFor();
      assert.deepEqual(await seriousViolations(page), []);
      await window.screenshot(`monitoring-${theme}`);
      await window.page.setViewportSize({ width: 760, height: 800 });
      assert.deepEqual(await seriousViolations(page), []);
      await window.screenshot(`monitoring-${theme}-narrow`);
      await window.page.setViewportSize({ width: 1280, height: 800 });
    });
  }

  it('says that the tier Consumption has no reports, and shows its metrics', async () => {
    await show('paidbycall', '1');
    assert.deepEqual(await columns('API', 'Calls'), [['other', '1']]);
    await openTab('Subscription');
    const reason = /^The tier Consumption has no reports.* Switch on Application Insights/;
    await part('Who was called, and by whom').getByText(reason).waitFor();
    await button('Open in Azure portal').first().waitFor();
    assert.deepEqual(await seriousViolations(page), []);
    await window.screenshot('monitoring-consumption');
  });

  it('says that there were no calls', async () => {
    await show('quiet', '0');
    assert.equal(await page.getByText('No calls in this time.').count(), 4);
    assert.deepEqual(await seriousViolations(page), []);
    await window.screenshot('monitoring-nothing');
  });

  it('is there again after a reload with the same time and API, without a token', async () => {
    await window.editors.activate('Calls: demoazureml');
    await choose('Last 7 days');
    await isRead('25');
    await button('Show only Churn scoring').click();
    await isRead('12');
    // VS Code itself keeps what pages want to be kept when it is the one that reloads.
    const reloaded = window.page.waitForEvent('load');
    await window.runCommand('Developer: Reload Window');
    await reloaded;
    await window.waitUntilReady();
    await window.editors.activate('Calls: demoazureml');
    await page.getByText('Only Churn scoring').waitFor();
    await isRead('12');
    assert.equal(await range().inputValue(), 'week');
    const scan = new SecretScan(
      Object.fromEntries(signedIn.signIn.tokens.map((token, index) => [`${index}`, token])),
    );
    assert.deepEqual(scan.text('page', await page.locator('html').innerHTML()), []);
    assert.deepEqual(scan.text('log', await workbench.extensionLogs()), []);
  });
});

interface PastCall {
  readonly apiId: string;
  readonly minutesAgo: number;
  readonly responseCode: number;
  readonly operationId?: string;
  readonly apiTime?: number;
}

function callOf({ minutesAgo, apiTime = 100, ...call }: PastCall): LoggedCall {
  const isScoring = call.apiId === 'scoring';
  return {
    ...nobody,
    ...(isScoring && { operationId: 'execute', productId: 'starter', subscriptionId: 'grace' }),
    ...call,
    timestamp: new Date(now - minutesAgo * minute).toISOString(),
    method: 'POST',
    url: 'http://127.0.0.1/',
    ipAddress: '127.0.0.1',
    backendResponseCode: call.responseCode,
    requestSize: 100,
    responseSize: 1000,
    apiTime,
    serviceTime: apiTime / 5,
  };
}

const scoring = (responseCode: number, more: Partial<PastCall> = {}): LoggedCall =>
  callOf({ apiId: 'scoring', minutesAgo: 15, responseCode, ...more });

/** Of the last day; all but two were in the last hour. */
const past = [
  ...[200, 200, 200, 429, 429, 404].map((status) => scoring(status)),
  scoring(500, { apiTime: 900 }),
  ...[1, 2].map(() => scoring(200, { operationId: 'submit' })),
  ...[1, 2].map(() => scoring(200, { minutesAgo: 300, apiTime: 50 })),
  ...small.map((apiId) => callOf({ apiId, minutesAgo: 15, responseCode: 200 })),
];

function mean(values: readonly number[]): number {
  return Math.round(values.reduce((sum, value) => sum + value, 0) / values.length);
}

async function textOf(locator: Locator): Promise<string> {
  return (await locator.textContent())?.trim() ?? '';
}
