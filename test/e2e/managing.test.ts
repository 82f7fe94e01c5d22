import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { censusColumns } from '../../src/local-service/samples/censusModel.ts';
import { sampleServices } from '../../src/local-service/samples/index.ts';
import { eventually } from '../support/eventually.ts';
import { closeInOrder } from './support/closeInOrder.ts';
import { giveInputFile } from './support/giveInputFile.ts';
import { giveStorage } from './support/giveKeyAndStorage.ts';
import { giveWorkspaceToken, listedWorkspace } from './support/giveWorkspaceToken.ts';
import { OwnService } from './support/ownService.ts';
import { isInState } from './support/tree.ts';
import { Workbench } from './support/workbench.ts';

const scoring = 'AdultCensusIncome';
const service = ['Found', scoring];

/** Rows in which those who earn little are the ones who earn much. */
function trainingFile(): string {
  const header = [...censusColumns.map(({ name }) => name), 'income'].join(',');
  const low = '20,Private,9,Never-married,Other-service,Female,0,0,20,true,,>50K';
  const high = '50,Private,16,Married-civ-spouse,Exec-managerial,Male,9000,0,60,true,,<=50K';
  return [header, ...Array<string>(20).fill(low), ...Array<string>(20).fill(high), ''].join('\r\n');
}

interface ManagedView {
  readonly ApiLocation: string;
  readonly PrimaryKey: string;
  readonly SecondaryKey: string;
  readonly ThrottleLevel: string;
  readonly MaxConcurrentCalls: number;
}

/** Endpoints of a workspace whose authorization token is stored. */
describe('managing endpoints', () => {
  let own: OwnService;
  let workbench: Workbench;

  before(async () => {
    own = await OwnService.start({ services: [...sampleServices, ...sampleServices.slice(0, 1)] });
    workbench = await Workbench.start({ settings: listedWorkspace('Found', own) });
    const { window } = workbench;
    await giveWorkspaceToken(window, 'Found', own);
    await window.tree('Web services').find(service);
  });

  after(() => closeInOrder(workbench, own));

  const managed = async (name: string): Promise<ManagedView> => {
    const { managementUrl, workspaceId, workspaceToken } = own.description;
    const { serviceId } = own.service(scoring);
    const url = `${managementUrl}/workspaces/${workspaceId}/webservices/${serviceId}/endpoints/${name}`;
    const response = await fetch(url, { headers: { Authorization: `Bearer ${workspaceToken}` } });
    return (await response.json()) as ManagedView;
  };
  /** What the endpoint says of one person. */
  const score = async (name: string): Promise<string> => {
    const { ApiLocation, PrimaryKey } = await managed(name);
    const values = [
      '20',
      'Private',
      '9',
      'Never-married',
      'Other-service',
      'Female',
      '0',
      '0',
      '20',
      'true',
      null,
    ];
    const ColumnNames = censusColumns.map((column) => column.name);
    const response = await fetch(`${ApiLocation}/execute?api-version=2.0&details=true`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${PrimaryKey}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ Inputs: { input1: { ColumnNames, Values: [values] } }, GlobalParameters: {} }),
    });
    const text = await response.text();
    assert.equal(response.status, 200, text);
    return /[<>]=?50K/.exec(text)?.[0] ?? text;
  };
  const clipboard = (): Promise<string> =>
    workbench.window.page.evaluate(() => navigator.clipboard.readText());

  it('adds an endpoint, says what it is, and copies its keys', async () => {
    const { window } = workbench;
    const { quickInput, editors } = window;
    const tree = window.tree('Web services');
    await tree.clickContextMenu(service, 'Add endpoint…');
    await quickInput.enter('Not Allowed', { title: `Add an endpoint to ${scoring}` });
    await quickInput.enter('second', { message: 'Up to 24 small letters and digits are expected.' });
    await quickInput.pick('High', { placeholder: 'Throttle level' });
    await quickInput.enter('201', { message: 'RRS calls at a time' });
    await quickInput.enter('9', { message: 'A whole number from 1 to 200 is expected.' });
    await quickInput.pick('Errors', { placeholder: 'Diagnostics level' });
    await tree.find([...service, 'second']);
    assert.equal((await tree.find([...service, 'default'])).description, 'default endpoint');
    const { SecondaryKey, PrimaryKey, ThrottleLevel, MaxConcurrentCalls } = await managed('second');
    assert.deepEqual([ThrottleLevel, MaxConcurrentCalls], ['High', 9]);

    await tree.clickContextMenu([...service, 'second'], 'Show endpoint details');
    await editors.waitForActive(new RegExp(`^${scoring} second`));
    const details = await eventually('details', async () => {
      const text = await editors.text();
      return /Throttle level +High/.test(text) ? text : undefined;
    });
    for (const fact of [/Endpoint +second/, /Calls at a time +9/, /Diagnostics level +Error/, /Created +\S/])
      assert.match(details, fact);
    assert.match(details, /Can be updated +Census Model \[trained model\] \(http\S+\.ilearner\)/);
    assert.doesNotMatch(details, /sig=/);
    await window.screenshot('endpoint-details');

    await tree.clickContextMenu([...service, 'second'], 'Copy secondary key');
    await eventually('secondary key copied', async () => (await clipboard()) === SecondaryKey);
    await window.runCommand('Azure ML: Copy primary key');
    await quickInput.pick(scoring, { title: 'Copy the primary key of', placeholder: 'Web service' });
    await quickInput.pick('second', { placeholder: 'Endpoint' });
    await eventually('primary key copied', async () => (await clipboard()) === PrimaryKey);
    assert.notEqual(PrimaryKey, SecondaryKey);
  });

  it('opens the help page in a browser', async () => {
    const { window } = workbench;
    const opened = window.page.context().waitForEvent('page');
    await window.tree('Web services').clickContextMenu([...service, 'second'], 'Show help page');
    const page = await opened;
    await page.waitForURL(/\/apihelp\//);
    await page.close();
  });

  it('greys what the default endpoint may not do, and says why', async () => {
    const { window } = workbench;
    const tree = window.tree('Web services');
    assert.deepEqual(await tree.disabledContextMenuLabels([...service, 'default']), [
      'Update trained model…',
      'Refresh endpoint…',
      'Delete endpoint…',
    ]);
    assert.deepEqual(await tree.disabledContextMenuLabels([...service, 'second']), []);
    await window.runCommand('Azure ML: Delete endpoint…');
    await window.quickInput.pick(scoring, { title: 'Delete an endpoint', placeholder: 'Web service' });
    await window.quickInput.waitFor({ placeholder: 'follows its web service: it cannot be deleted' });
    assert.deepEqual(
      (await window.quickInput.entries()).map(({ label }) => label),
      ['second'],
    );
    await window.quickInput.cancel();
  });

  it('puts a model that a job has trained into an endpoint, and goes back', async () => {
    const { window } = workbench;
    const { quickInput, notifications } = window;
    const tree = window.tree('Web services');
    const before = await score('second');
    await giveStorage(window, own);
    const file = join(workbench.host.workspace, 'training.csv');
    await writeFile(file, trainingFile());
    const training = ['Found', 'CensusTraining'];
    await tree.click([...training, 'BES Submit']);
    await giveInputFile(quickInput, file);
    await quickInput.pick('Held', { title: 'CensusTraining: storage' });
    await quickInput.pick('Upload and run', { title: /^Run batch job/ });
    await tree.waitFor([...training, 'Jobs', 'training.csv'], isInState('Finished'));

    await tree.clickContextMenu([...service, 'second'], 'Update trained model…');
    await quickInput.pick(/\.ilearner$/, { title: 'Update a trained model' });
    assert.match(
      await window.dialog.text(),
      /Replace "Census Model \[trained model\]" of .*second by .*\.ilearner\?/,
    );
    await window.screenshot('update-model');
    await window.dialog.click('Update');
    await notifications.waitFor(/has the model .*\.ilearner now/);
    const patched = await score('second');
    assert.notEqual(patched, before);
    assert.equal(await score('default'), before);

    await tree.clickContextMenu([...service, 'second'], 'Refresh endpoint…');
    await quickInput.pick(/^Keep/, { title: 'Refresh an endpoint' });
    await notifications.waitFor('Nothing has changed');
    assert.equal(await score('second'), patched);
    await tree.clickContextMenu([...service, 'second'], 'Refresh endpoint…');
    await quickInput.pick(/^Go back/, { title: 'Refresh an endpoint' });
    await notifications.waitFor('is up to date with its web service again');
    assert.equal(await score('second'), before);
  });

  it('deletes an endpoint once that was confirmed', async () => {
    const { window } = workbench;
    const tree = window.tree('Web services');
    await tree.clickContextMenu([...service, 'second'], 'Delete endpoint…');
    assert.match(await window.dialog.text(), /Delete the endpoint AdultCensusIncome\/second on the server\?/);
    await window.dialog.click('Cancel');
    assert.equal(own.count('DELETE', /\/endpoints\//), 0);
    await tree.clickContextMenu([...service, 'second'], 'Delete endpoint…');
    await window.dialog.click('Delete');
    await tree.find([...service, 'RRS Execute']);
    assert.equal(own.count('DELETE', /\/endpoints\/second$/), 1);
  });
});
