import assert from 'node:assert/strict';
import { closeInOrder } from './support/closeInOrder.ts';
import { OwnService } from './support/ownService.ts';
import { Workbench } from './support/workbench.ts';
import { eventually } from '../support/eventually.ts';

const name = 'SimpleFeatureHashingExperiment';
const wrongKey = 'bm90IHRoZSBrZXkgYXQgYWxs';
const body = {
  Inputs: { input1: { ColumnNames: ['Col2'], Values: [['This is a good day']] } },
  GlobalParameters: {},
};
const scored = ['This is a good day', '1', '1', '2', '2', '0', '2', '0', '1'];

/** Services that are not the extension's own: added by their URLs, called with keys that are typed by hand. */
describe('adding services by hand', () => {
  let own: OwnService;
  let workbench: Workbench;
  before(async () => {
    own = await OwnService.start();
    workbench = await Workbench.start();
    await workbench.window.openSideBar('Azure ML Services');
  });
  after(() => closeInOrder(workbench, own));

  const add = async (url: string, access: string, workspace: string): Promise<string> => {
    const { quickInput, notifications, runCommand } = bound(workbench);
    await runCommand('Azure ML: Add workspace…');
    await quickInput.enter(url, { message: 'Paste any URL' });
    await quickInput.pick(access, { placeholder: 'How are calls authorized?' });
    await quickInput.enter(workspace, { message: 'Name of the workspace' });
    await quickInput.waitFor({ message: 'Name of the web service' });
    const proposed = await quickInput.input.inputValue();
    await quickInput.enter(name);
    const notification = await notifications.waitFor(`${name} is in the workspace ${workspace}.`);
    await notification.dismiss();
    return proposed;
  };
  const openRequest = async (workspace: string) => {
    const { window } = workbench;
    await window.tree('Web services').click([workspace, name, 'RRS Execute']);
    const editor = window.editors.webview();
    const send = editor.getByRole('button', { name: 'Send', exact: true });
    // Until the new editor is in front, the one before it would take the clicks.
    await editor.getByRole('button', { name: `Choose workspace, now ${workspace}`, exact: true }).waitFor();
    return { send, alert: editor.getByRole('alert'), cells: editor.getByRole('gridcell'), editor };
  };

  it('offers to add a workspace where there is none of one’s own', async () => {
    const { quickInput, notifications, runCommand } = bound(workbench);
    await runCommand('Azure ML: Edit workspace…');
    const offer = await notifications.waitFor('There is no workspace of your own yet.');
    await offer.click('Add workspace…');
    await quickInput.waitFor({ message: 'Paste any URL' });
    await quickInput.cancel();
    const { description } = await workbench.window.tree('Web services').find(['Local']);
    assert.equal(description, 'local service, stopped');
  });

  it('takes a URL with the noise of copying, and keeps the key over a reload', async () => {
    const { window } = workbench;
    const { host } = new URL(own.description.baseUrl);
    const url = own.executeUrl().replaceAll('&', '&amp;').replace('127.0.0.1', '127.0.0.1.');
    const proposed = await add(`  “ ${url} ” ;`, 'API key', 'Mine');
    assert.equal(proposed, name);

    await window.runCommand('Azure ML: Set API key…');
    const row = window.quickInput.row(name).filter({ hasText: 'Mine' });
    await row.click();
    await window.quickInput.waitFor({ message: `API key of the web service ${name} at ${host}` });
    assert.equal(await window.quickInput.isPassword(), true);
    await window.quickInput.enter(` 'Bearer ${own.service().apiKey}' `);
    await window.quickInput.waitForClosed();

    await window.reload();
    await window.openSideBar('Azure ML Services');
    const { send, cells } = await openRequest('Mine');
    await send.click();
    await cells.nth(8).waitFor();
    assert.deepEqual((await cells.allTextContents()).slice(0, 9), scored);
    assert.equal(await window.quickInput.widget.isVisible(), false);
  });

  it('tells a wrong subscription key from a wrong API key, and mends each', async () => {
    const { window } = workbench;
    const { quickInput } = window;
    const { host } = new URL(own.description.gatewayUrl);
    await add(`"${own.executeUrl(own.description.gatewayUrl)}"`, 'API key and subscription key', 'Gate');
    const { send, alert, cells, editor } = await openRequest('Gate');
    const refusal = async (sentence: RegExp, mend: string): Promise<void> => {
      await alert.filter({ hasText: sentence }).waitFor();
      const primary = alert.getByRole('button', { name: mend });
      await primary.click();
    };

    const answerDoubt = async (answer: 'Store anyway' | 'Enter again'): Promise<void> => {
      const doubt = await window.notifications.waitFor('This key was tried and not accepted.');
      assert.deepEqual(await doubt.buttons(), ['Enter again', 'Store anyway']);
      await doubt.click(answer);
    };

    await send.click();
    await quickInput.enter(wrongKey, { message: `Subscription key of the gateway ${host}` });
    await answerDoubt('Store anyway');
    await quickInput.enter(wrongKey, { message: `API key of the web service ${name}` });
    await refusal(
      new RegExp(
        `The gateway at ${host} refused the subscription key \\(header Ocp-Apim-Subscription-Key\\)`,
      ),
      'Set subscription key…',
    );
    await quickInput.enter(own.description.subscriptionKey, { message: 'Subscription key of the gateway' });
    await quickInput.waitForClosed();

    await send.click();
    await refusal(new RegExp(`The service at ${host} refused the API key of the endpoint`), 'Set API key…');
    await quickInput.enter(`${wrongKey}2`, { message: 'API key of the web service' });
    await answerDoubt('Enter again');
    await quickInput.enter(own.service().apiKey, { message: 'API key of the web service' });
    await quickInput.waitForClosed();

    // A gateway has no schema to fill the request from.
    await editor.getByRole('tab', { name: 'JSON' }).first().click();
    await editor.getByRole('textbox', { name: 'Request body as JSON' }).fill(JSON.stringify(body));
    await send.click();
    await cells.nth(8).waitFor();
    assert.deepEqual((await cells.allTextContents()).slice(0, 9), scored);
    assert.equal(await alert.count(), 0);
  });

  it('says that a retired host has ended, and leads to one that has not', async () => {
    const { quickInput, dialog, runCommand } = bound(workbench);
    const path = new URL(own.executeUrl()).pathname;
    await runCommand('Azure ML: Add workspace…');
    await quickInput.enter(`https://ussouthcentral.services.azureml.net${path}`, {
      message: 'Paste any URL',
    });
    assert.match(
      await dialog.text(),
      /ussouthcentral\.services\.azureml\.net no longer answers\..*ended on 2024-08-31/,
    );
    const buttons = await dialog.buttons();
    for (const label of ['Use a gateway URL', 'Use the local service', 'Add anyway'])
      assert.ok(buttons.includes(label), label);
    await dialog.click('Use a gateway URL');
    await quickInput.waitFor({ message: 'Paste any URL' });
    await quickInput.cancel();
    const rows = await eventually('the tree', async () => {
      const labels = await workbench.window.tree('Web services').children();
      return labels.includes('Local') ? labels : undefined;
    });
    assert.ok(!rows.some((label) => label.includes('ussouthcentral')), rows.join('\n'));
  });

  it('sends plain http with consent only, until that is taken back', async () => {
    const { dialog, notifications, quickInput, runCommand } = bound(workbench);
    await runCommand('Azure ML: Add workspace…');
    const path = new URL(own.executeUrl()).pathname;
    await quickInput.enter(`http://plain.invalid${path}`, { message: 'Paste any URL' });
    await dialog.click('Allow for plain.invalid');
    await quickInput.pick('API key', { placeholder: 'How are calls authorized?' });
    await quickInput.enter('Plain', { message: 'Name of the workspace' });
    await quickInput.enter(name, { message: 'Name of the web service' });
    const { send } = await openRequest('Plain');
    const objection = async () => {
      await send.click();
      await quickInput.enter(wrongKey, { message: 'API key of the web service' });
      return notifications.waitFor('The key could not be tried.');
    };
    const allowed = await objection();
    assert.doesNotMatch(allowed.text, /plain http/);
    await allowed.dismiss();

    await runCommand('Azure ML: Forget all stored keys…');
    assert.match(await dialog.text(), /your consent to plain http/);
    await dialog.click('Forget all');
    const refused = await objection();
    assert.match(refused.text, /plain\.invalid is not called over plain http/);
    await refused.dismiss();
  });

  it('finds a service that is there already, and forgets its key when it is removed', async () => {
    const { quickInput, notifications, dialog, runCommand } = bound(workbench);
    await runCommand('Azure ML: Add workspace…');
    await quickInput.enter(own.executeUrl(), { message: 'Paste any URL' });
    await notifications.waitFor(`${name} is in the workspace Mine.`);

    await runCommand('Azure ML: Remove…');
    await quickInput.pick('Mine', { title: 'Remove' });
    assert.match(await dialog.text(), /Remove "Mine" from this editor\?/);
    await dialog.click('Remove');

    await add(own.executeUrl(), 'API key', 'Again');
    const { send } = await openRequest('Again');
    await send.click();
    await quickInput.waitFor({ message: 'API key of the web service' });
    await eventually('focus in the prompt', () => quickInput.hasFocus());
    await quickInput.cancel();
  });

  it('says whether the local service runs', async () => {
    const { dialog, runCommand } = bound(workbench);
    const tree = workbench.window.tree('Web services');
    const says = (state: string): Promise<unknown> =>
      tree.waitFor(['Local'], ({ description }) => description === `local service, ${state}`);
    await runCommand('Azure ML: Start the local service');
    await says('running');
    await runCommand('Azure ML: Stop the local service');
    await says('stopped');
    await runCommand('Azure ML: Start the local service');
    await says('starting…');
    await runCommand('Azure ML: Stop the local service');
    await says('stopped');
    await runCommand('Azure ML: Start the local service');
    await says('starting…');
    await says('running');
    await runCommand('Azure ML: Reset the local service…');
    await dialog.click('Reset');
    await says('stopped');
  });
});

function bound({ window }: Workbench) {
  const { quickInput, notifications, dialog } = window;
  return {
    quickInput,
    notifications,
    dialog,
    runCommand: (title: string) => window.runCommand(title),
  };
}
