import assert from 'node:assert/strict';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { closeInOrder } from './support/closeInOrder.ts';
import { giveInputFile } from './support/giveInputFile.ts';
import { OwnService } from './support/ownService.ts';
import { SecretScan, spellingsOf } from './support/secretScan.ts';
import { Workbench } from './support/workbench.ts';

const name = 'SimpleFeatureHashingExperiment';
const scoring = 'AdultCensusIncome';
const wrongKey = 'd3JvbmcgYnV0IHNlY3JldCBhbGwgdGhlIHNhbWU+Pw==';
const wrongSubscriptionKey = '0badc0de0badc0de0badc0de0badc0de';
const wrongToken = 'feedfacefeedfacefeedfacefeedface';
const body = {
  Inputs: { input1: { ColumnNames: ['Col2'], Values: [['This is a good day']] } },
  GlobalParameters: {},
};

/** Everything that handles a key, at the log level that says most; afterwards no file has any of them. */
describe('secrets', () => {
  let own: OwnService;
  let workbench: Workbench;
  /** What the consoles and the clipboard had. */
  const seen: string[] = [];

  before(async () => {
    own = await OwnService.start();
    const { baseUrl, gatewayUrl, managementUrl, workspaceId } = own.description;
    const services = { [name]: { endpoints: { default: own.service().endpointId } } };
    workbench = await Workbench.start({
      logLevel: 'trace',
      settings: {
        'azuremlServices.workspaces': {
          Mine: { workspaceId, baseUrl, services },
          Gate: {
            workspaceId,
            baseUrl: gatewayUrl,
            subscriptionKeyHeader: 'Ocp-Apim-Subscription-Key',
            services,
          },
          Managed: { workspaceId, baseUrl, managementUrl },
        },
      },
    });
    workbench.health.expect(/refused|CannotStartJob|not accepted|ManagementRequestUnauthorized/);
    workbench.window.page.on('console', (message) => seen.push(message.text()));
    await workbench.window.openSideBar('Azure ML Services');
  });
  after(() => closeInOrder(workbench, own));

  const open = async (workspace: string, service = name) => {
    const { window } = workbench;
    await window.tree('Web services').click([workspace, service, 'RRS Execute']);
    await window.editors.waitForActive('.rrs.json');
    const editor = window.editors.webview();
    const send = editor.getByRole('button', { name: 'Send', exact: true });
    await send.waitFor();
    return { editor, send, alert: editor.getByRole('alert'), cells: editor.getByRole('gridcell') };
  };
  const storeAnyway = async (): Promise<void> => {
    const doubt = await workbench.window.notifications.waitFor('This key was tried and not accepted.');
    await doubt.click('Store anyway');
  };
  const copied = async (): Promise<string> => {
    const text = await workbench.window.page.evaluate(() => navigator.clipboard.readText());
    seen.push(text);
    return text;
  };

  it('are typed for a service, refused, mended and used', async () => {
    const { window } = workbench;
    const { editor, send, alert, cells } = await open('Mine');
    await send.click();
    await window.quickInput.enter(wrongKey, { message: 'API key of the web service' });
    await storeAnyway();
    await alert.filter({ hasText: 'refused the API key' }).waitFor();
    await alert.getByRole('button', { name: 'Show details' }).click();
    await alert.getByRole('button', { name: 'Copy details' }).click();
    await alert.getByRole('button', { name: 'Set API key…' }).click();
    await window.quickInput.enter(own.service().apiKey, { message: 'API key of the web service' });
    await window.quickInput.waitForClosed();
    assert.match(await copied(), /Unauthorized/);
    await send.click();
    await cells.nth(8).waitFor();
    await editor.getByRole('button', { name: 'Save answer as…' }).click();
    await window.quickInput.enterPath(join(workbench.host.workspace, 'answer.json'));
    await editor.getByRole('button', { name: 'Open as document' }).click();
    await window.editors.waitForActive(/\.json$/);
  });

  it('are typed for a gateway, refused, mended and used', async () => {
    const { window } = workbench;
    const { editor, send, alert, cells } = await open('Gate');
    await editor.getByRole('tab', { name: 'JSON' }).first().click();
    await editor.getByRole('textbox', { name: 'Request body as JSON' }).fill(JSON.stringify(body));
    await send.click();
    await window.quickInput.enter(wrongSubscriptionKey, { message: 'Subscription key of the gateway' });
    await storeAnyway();
    await window.quickInput.enter(own.service().apiKey, { message: 'API key of the web service' });
    await alert.filter({ hasText: 'refused the subscription key' }).waitFor();
    await alert.getByRole('button', { name: 'Show details' }).click();
    await alert.getByRole('button', { name: 'Copy details' }).click();
    await alert.getByRole('button', { name: 'Set subscription key…' }).click();
    await window.quickInput.enter(own.description.subscriptionKey, { message: 'Subscription key' });
    await window.quickInput.waitForClosed();
    assert.match(await copied(), /GatewayUnauthorized/);
    await send.click();
    await cells.nth(8).waitFor();
  });

  it('of a storage are given to a job as signatures', async () => {
    const { window, host } = workbench;
    const { quickInput } = window;
    const file = join(host.workspace, 'day.csv');
    await writeFile(file, 'Col2\r\nThis is a good day\r\n');
    await window.tree('Web services').click(['Mine', name, 'BES Submit']);
    await giveInputFile(quickInput, file);
    await quickInput.pick('Connection string', { placeholder: 'How is the storage known?' });
    await quickInput.enter(own.storage.connectionString, { message: 'Connection string' });
    await quickInput.enter(own.description.storageContainer, { message: 'Container' });
    await quickInput.enter('Seen', { message: 'Name for this storage' });
    await quickInput.pick('Upload and run', { title: /^Run batch job/ });
    const finished = await window.notifications.waitFor(/day\.csv finished/);
    await finished.click('Open results');
    await window.editors.waitForActive(/output1.*\.csv/);
    await window.runCommand('Azure ML: Save results as…');
    await quickInput.pick('day.csv', { title: 'Save results' });
    await quickInput.enterPath(join(host.workspace, 'result.csv'), { title: 'Save output1' });
    await window.notifications.waitFor('result.csv');
    assert.match(
      await readFile(join(host.workspace, 'result.csv'), 'utf8'),
      /This is a good day,1,1,2,2,0,2,0,1/,
    );

    await window.runCommand('Azure ML: BES Status…');
    await quickInput.pick('day.csv');
    await window.editors.waitForActive(/^job /);
    await window.runCommand('Azure ML: BES Start…');
    await quickInput.pick('day.csv', { title: 'Start a batch job' });
    const refused = await window.notifications.waitFor('CannotStartJob');
    await refused.click('Show details');
    await window.editors.waitForActive('failure.txt');
    seen.push(await window.editors.text());
    assert.ok(own.storage.signatures.length >= 2, own.storage.signatures.join());
  });

  it('of a management API are typed, refused, and fetch others', async () => {
    const { window } = workbench;
    const { quickInput } = window;
    const { host } = new URL(own.description.managementUrl);
    const message = `No authorization token of the workspace "Managed" is stored for ${host}. Set it to list its web services.`;
    await window.tree('Web services').click(['Managed', message]);
    await quickInput.enter(wrongToken, { message: 'Workspace authorization token for' });
    const refused = await window.notifications.waitFor('refused the workspace authorization token');
    await refused.dismiss();
    await window.runCommand('Azure ML: Set workspace authorization token…');
    await quickInput.pick('Managed');
    await quickInput.enter(own.description.workspaceToken, { message: 'Workspace authorization token for' });
    const { send, cells } = await open('Managed', scoring);
    await send.click();
    await cells
      .filter({ hasText: /^[<>]=?50K$/ })
      .first()
      .waitFor();
    assert.equal(own.count('GET', /\/endpoints\/default$/), 1);
  });

  it('of the local service come from the service itself', async () => {
    const { send, cells } = await open('Local');
    await send.click();
    await cells.nth(8).waitFor();
  });

  it('are in no file, no console and no clipboard', async () => {
    const { userData, workspace } = workbench.host;
    assert.match(await workbench.extensionLogs(), /\[debug\] #\d+ > POST/, 'the log is not at its fullest');
    // The local service's own store of its keys, for its owner only; outside of a test it is no other one.
    const identity = join(
      userData,
      'data/User/globalStorage/azureml-services.azureml-services/local-service/identity.json',
    );
    if (process.platform !== 'win32') assert.equal((await stat(identity)).mode & 0o777, 0o600);
    const scan = new SecretScan({ ...ownSecrets(), ...(await localSecrets(identity)) });
    await assertFindsEverySpelling(scan, workspace);
    const leaks = [
      ...(await scan.folder(userData, [identity])),
      ...(await scan.folder(workspace)),
      ...scan.text('console or clipboard', seen.join('\n')),
    ];
    assert.deepEqual(leaks, []);
  });

  function ownSecrets(): Record<string, string> {
    const accountKey = /AccountKey=([^;]+)/.exec(own.storage.connectionString)?.[1] ?? '';
    return {
      'wrong API key': wrongKey,
      'wrong subscription key': wrongSubscriptionKey,
      'API key': own.service().apiKey,
      'fetched API key': own.service(scoring).apiKey,
      'subscription key': own.description.subscriptionKey,
      'account key': accountKey,
      'wrong token': wrongToken,
      'workspace token': own.description.workspaceToken,
      ...Object.fromEntries(own.storage.signatures.map((value, i) => [`signature ${i}`, value])),
    };
  }

  async function localSecrets(identity: string): Promise<Record<string, string>> {
    const text = await readFile(identity, 'utf8');
    const keys = [
      ...text.matchAll(/"(workspaceToken|subscriptionKey|storageKey|primaryKey|secondaryKey)":\s*"([^"]+)"/g),
    ];
    assert.ok(keys.length >= 4);
    return Object.fromEntries(keys.map(([, kind = '', value = ''], i) => [`local ${kind} ${i}`, value]));
  }

  /** A scan that finds nothing proves nothing, unless it finds what is there. */
  async function assertFindsEverySpelling(scan: SecretScan, folder: string): Promise<void> {
    for (const value of Object.values(ownSecrets())) {
      for (const [spelling, text] of Object.entries(spellingsOf(value))) {
        const path = join(folder, 'leak.log');
        await writeFile(path, `> POST https://example.test/?value=${text}&more`);
        const found = await scan.folder(folder);
        assert.ok(
          found.some((leak) => leak.place === path && leak.spelling === spelling),
          spelling,
        );
        await rm(path);
      }
    }
  }
});
