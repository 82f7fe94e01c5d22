import assert from 'node:assert/strict';
import type { FrameLocator, Locator } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import {
  hostileAnswers,
  hostileColumns,
  hostileRow,
  HostileService,
  type HostileAnswer,
  type RedirectTo,
} from '../support/hostileService.ts';
import { closeInOrder } from './support/closeInOrder.ts';
import { openRequest } from './support/openRequest.ts';
import { Workbench } from './support/workbench.ts';
import type { WorkbenchWindow } from './support/window.ts';

const subscriptionKey = 'c3Vic2NyaXB0aW9uIGtleQ';

/** Names that are markup, in a schema that the form is made of. */
const hostileSchema = JSON.stringify({
  swagger: '2.0',
  info: { title: '<script>document.title="executed"</script>' },
  definitions: {
    ExecutionRequest: {
      properties: { Inputs: { $ref: '#/definitions/ExecutionInputs' }, GlobalParameters: { properties: {} } },
    },
    ExecutionInputs: {
      properties: { '<b>input</b>': { type: 'array', items: { $ref: '#/definitions/Row' } } },
    },
    Row: {
      properties: Object.fromEntries(
        hostileColumns.filter(Boolean).map((name) => [name, { type: 'string', 'x-ms-isnullable': true }]),
      ),
    },
  },
});

/** What a service that means no good can do to the request editor. */
describe('a hostile service', () => {
  let service: HostileService;
  let workbench: Workbench;
  let window: WorkbenchWindow;
  let editor: FrameLocator;
  const dialogs: string[] = [];

  before(async () => {
    service = await HostileService.start();
    service.describeAs(hostileSchema);
    workbench = await Workbench.start({
      settings: {
        'azuremlServices.workspaces': {
          Hostile: {
            workspaceId: 'a'.repeat(32),
            baseUrl: service.baseUrl,
            auth: { type: 'gateway' },
            subscriptionKeyHeader: 'Ocp-Apim-Subscription-Key',
            services: { Foe: { endpoints: { default: 'b'.repeat(32) } } },
          },
        },
      },
    });
    ({ window } = workbench);
    window.page.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    editor = window.editors.webview();
    await openRequest(window, 'Foe', 'Hostile');
  });

  after(() => closeInOrder(workbench, service));

  const button = (name: string): Locator => editor.getByRole('button', { name, exact: true });
  const answer = (): Locator => editor.getByRole('region', { name: 'Answer', exact: true });

  /** Sends, and waits until the answer to this call is shown. */
  async function send(from: HostileAnswer | { readonly redirect: RedirectTo }): Promise<void> {
    service.answerWith(from);
    const before = service.calls.length;
    await button('Send').click();
    await eventually('the call', () => service.calls.length > before);
    await button('Send').waitFor();
  }

  async function firstCell(text: string): Promise<void> {
    await eventually(`first cell ${text.slice(0, 20)}`, async () => {
      return (await editor.getByRole('gridcell').first().textContent())?.startsWith(text);
    });
  }

  /** Nothing of what the service sent has become a part of the page or a program. */
  async function assertNothingRan(): Promise<void> {
    const page = editor.locator('html');
    assert.equal(await page.evaluate(() => document.title), 'Request');
    assert.equal(
      await editor.locator('#root :is(img, script, iframe, style, b, form, [onload], [onerror])').count(),
      0,
    );
    assert.equal(await editor.locator('body script').count(), 1);
    assert.deepEqual(dialogs, []);
  }

  it('has its names shown as text in the form', async () => {
    await editor.getByRole('region', { name: '<b>input</b>' }).waitFor();
    await button('Add row').click();
    for (const name of ['<script>document.title="executed"</script>', '__proto__']) {
      await editor.getByLabel(name, { exact: true }).fill(`"value" of <i>${name}</i>`);
    }
    await assertNothingRan();
  });

  it('has its markup, quotes and line breaks shown and copied as text', async () => {
    await button('Send').click();
    await window.quickInput.enter(subscriptionKey, { message: /[Ss]ubscription key/ });
    await window.quickInput.waitForClosed();
    await editor.getByRole('checkbox', { name: 'Sent columns' }).uncheck();
    await firstCell(hostileRow[0] ?? '');
    const shown = await editor.getByRole('row').nth(1).getByRole('gridcell').allTextContents();
    assert.deepEqual(shown, hostileRow);
    assert.deepEqual(await editor.locator('.grid-name').allTextContents(), hostileColumns);
    await window.screenshot('hostile-markup');
    await assertNothingRan();

    await send(hostileAnswers.markupInNames);
    for (const name of [hostileColumns[0] ?? '', '__proto__']) {
      await answer().getByRole('tab', { name }).click();
      await firstCell(name);
    }
    await assertNothingRan();
  });

  it('may send a cell of 1 MB, a name of 1 MB and 5,000 columns', async () => {
    await send(hostileAnswers.bigCell);
    await answer().getByText('after the big one').waitFor();
    await send(hostileAnswers.bigName);
    await answer().getByText('after the big name').waitFor();
    await send(hostileAnswers.manyColumns);
    await firstCell('0/0');
    await editor.getByRole('grid').focus();
    await window.page.keyboard.press('End');
    await answer().getByText('0/4999', { exact: true }).waitFor();
    await window.screenshot('hostile-columns');
    assert.ok((await editor.getByRole('gridcell').count()) < 5000);
  });

  it('may nest without end', async () => {
    await send(hostileAnswers.deepCell);
    await answer().getByText('beside').waitFor();
    await send(hostileAnswers.deep);
    await answer().getByText('The answer has no "Results"').waitFor();
    await answer().getByRole('tab', { name: 'JSON' }).click();
    await answer().getByText('[[[').first().waitFor();
    await answer().getByRole('tab', { name: 'Table' }).click();
  });

  it('is told what is wrong with its answers', async () => {
    await send(hostileAnswers.nan);
    await answer()
      .getByText(/is not JSON: NaN at line 3, column 18/)
      .waitFor();
    await send(hostileAnswers.cutOff);
    await answer()
      .getByText(/is cut off/)
      .waitFor();
    await send(hostileAnswers.invalidUtf8);
    await answer()
      .getByText(/not UTF-8/)
      .waitFor();
    await firstCell('caf\ufffd\ufffd');
    await send(hostileAnswers.wrongType);
    await firstCell('still a table');
    await send(hostileAnswers.hostileError);
    await answer()
      .getByText(/failed with __proto__ \(HTTP 400\)/)
      .waitFor();
    workbench.health.expect(/400/);
    await assertNothingRan();
  });

  it('cannot pass off the sign-in page of a network as an answer', async () => {
    await send(hostileAnswers.portal);
    await answer()
      .getByText(/with a web page \("Sign in to Airport Wi-Fi"\)/)
      .waitFor();
    await button('Show details').click();
    await answer().getByText('<form action="/login">').waitFor();
    await window.screenshot('hostile-portal');
    await assertNothingRan();
  });

  it('cannot lead a call and its keys to another host, port or scheme', async () => {
    for (const redirect of ['host', 'port', 'scheme'] as const) {
      await send({ redirect });
      const target = new URL(service.target(redirect));
      await answer().getByText(`POST sent to ${target.origin}`).waitFor();
      await answer().getByText('it was not sent on').waitFor();
    }
    assert.deepEqual(service.elsewhere, []);
    workbench.health.expect(/RedirectRefused|UnexpectedHtml|MalformedAnswer/);
    assert.doesNotMatch(await workbench.extensionLogs(), new RegExp(subscriptionKey));
    await assertNothingRan();
  });
});
