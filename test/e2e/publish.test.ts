import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Arm } from '../support/arm/index.ts';
import { ArmCaller, propertiesOf } from '../unit/arm/armCaller.ts';
import { closeInOrder } from './support/closeInOrder.ts';
import { eventually } from '../support/eventually.ts';
import { giveInputFile } from './support/giveInputFile.ts';
import { giveStorage } from './support/giveKeyAndStorage.ts';
import { holdDuring } from './support/holdDuring.ts';
import { OwnService } from './support/ownService.ts';
import { SecretScan } from './support/secretScan.ts';
import { isInState } from './support/tree.ts';
import { type SignedIn, startSignedIn } from './support/signedIn.ts';
import type { Workbench } from './support/workbench.ts';

const service = 'SimpleFeatureHashingExperiment';
const published = ['AzureML Demo API', service];
const secretOfOthers = 'key-of-another-service';
const policyOfOthers = `<policies><inbound><check-header name="x-key"><value>${secretOfOthers}</value></check-header></inbound></policies>`;
const interrupted = 'Publishing AzureML Demo API at demoazureml was interrupted.';

/** A web service that is found by its workspace's token becomes an API of API Management. */
describe('publishing to API Management', () => {
  let own: OwnService;
  let arm: Arm;
  let caller: ArmCaller;
  let signedIn: SignedIn;
  let workbench: Workbench;

  before(async () => {
    own = await OwnService.start();
    const { workspaceId, workspaceToken, baseUrl, managementUrl } = own.description;
    signedIn = await startSignedIn(
      {},
      {
        settings: {
          'azuremlServices.workspaces': { Found: { workspaceId, baseUrl, managementUrl } },
        },
      },
    );
    ({ arm, workbench } = signedIn);
    caller = new ArmCaller(arm);
    const { window } = workbench;
    await window.tree('Web services').clickContextMenu(['Found'], 'Set workspace authorization token…');
    await window.quickInput.enter(workspaceToken, { message: 'Workspace authorization token' });
    await window.tree('Web services').find(['Found', service]);
  });
  after(() => closeInOrder(signedIn, own));

  const subscriptionKey = async (): Promise<string> => {
    const { body } = await caller.ask('POST', 'subscriptions/azureml-demo-vscode/listSecrets');
    return String(body.primaryKey);
  };
  /** A call of another program with the same subscription. */
  const callOnce = async (): Promise<void> => {
    const { gatewayUrl } = propertiesOf(await caller.ask('GET', caller.instance));
    await fetch(own.executeUrl(`${String(gatewayUrl)}/azureml-demo`), {
      method: 'POST',
      headers: { 'Ocp-Apim-Subscription-Key': await subscriptionKey() },
      body: '{}',
    });
  };
  const limit = async (inbound: string): Promise<void> => {
    const value = `<policies><inbound>${inbound}<base /></inbound></policies>`;
    const path = 'products/starter/policies/policy';
    const { status } = await caller.put(path, { format: 'rawxml', value }, { 'If-Match': '*' });
    assert.equal(status, 200);
  };

  const apiPolicy = 'apis/azureml-demo/policies/policy';
  const writePolicy = async (value: string): Promise<void> => {
    await caller.put(apiPolicy, { format: 'rawxml', value }, { 'If-Match': '*' });
  };
  const policyNow = async (): Promise<string> =>
    String(propertiesOf(await caller.ask('GET', `${apiPolicy}?format=rawxml`)).value);
  /** Answers the questions of a publication with the guide's choices, whatever is proposed. */
  const chooseAsBefore = async (): Promise<void> => {
    const { window } = workbench;
    const { quickInput } = window;
    await window.tree('Web services').clickContextMenu(['Found', service], 'Publish to API Management…');
    await quickInput.pick('demoazureml', { placeholder: 'API Management instance' });
    await quickInput.enter('AzureML Demo API', { message: 'Name of the API' });
    await quickInput.accept({ message: 'Web service URL' });
    await quickInput.enter('azureml-demo', { message: 'URL suffix' });
    await quickInput.pick('Starter', { placeholder: 'Product' });
    await quickInput.accept({ placeholder: 'Operations to publish' });
    await quickInput.pick('The gateway adds it', { placeholder: 'API key of' });
  };

  it('asks for what the guide has, says the limits, and previews before it writes', async () => {
    const { window } = workbench;
    const { quickInput } = window;
    await window.tree('Web services').clickContextMenu(['Found', service], 'Publish to API Management…');
    await window.dialog.click('Allow');
    await quickInput.pick('demoazureml', { placeholder: 'API Management instance' });
    await quickInput.waitFor({ title: 'Publish to API Management (1/6)', message: 'Name of the API' });
    assert.equal(await quickInput.input.inputValue(), 'AzureML Demo API');
    await quickInput.accept();
    await quickInput.waitFor({ message: 'Web service URL' });
    assert.equal(await quickInput.input.inputValue(), own.description.baseUrl);
    await quickInput.accept();
    await quickInput.waitFor({ message: 'URL suffix' });
    assert.equal(await quickInput.input.inputValue(), 'azureml-demo');
    await quickInput.clickButton('Back');
    await quickInput.accept({ message: 'Web service URL' });
    await quickInput.accept({ message: 'URL suffix' });
    await quickInput.waitFor({ placeholder: 'Product' });
    const [starter] = await quickInput.entries();
    assert.equal(`${starter?.label}: ${starter?.description}`, 'Starter: 5 calls a minute, 100 calls a week');
    await window.screenshot('publish-product');
    await quickInput.pick('Starter');
    await quickInput.waitFor({ placeholder: 'Operations to publish' });
    await window.screenshot('publish-operations');
    await quickInput.accept();
    await quickInput.pick('The gateway adds it', { placeholder: 'API key of' });
    await quickInput.waitFor({
      title:
        'Publish AzureML Demo API at demoazureml (5 calls a minute, 100 calls a week for each subscription)',
    });
    await window.screenshot('publish-preview');
    assert.ok(!arm.requests.some(({ method }) => method === 'PUT'));
    await quickInput.accept();
    const { text } = await window.notifications.waitFor('is published at');
    assert.match(text, /\/azureml-demo\. It is in the tree as AzureML Demo API\.$/);
  });

  it('has made what the guide makes, and put the API into the tree', async () => {
    const { window } = workbench;
    const api = propertiesOf(await caller.ask('GET', 'apis/azureml-demo'));
    assert.deepEqual(
      [api.displayName, api.path, api.serviceUrl],
      ['AzureML Demo API', 'azureml-demo', own.description.baseUrl],
    );
    await window.tree('Web services').find([...published, 'RRS Execute']);
    await window.screenshot('publish-tree');
  });

  it('is called through the gateway with the subscription key alone', async () => {
    const { window } = workbench;
    const calls = own.count('POST', /\/execute/);
    await window.tree('Web services').click([...published, 'RRS Execute']);
    const editor = window.editors.webview();
    await editor.getByRole('button', { name: 'Send', exact: true }).click();
    await editor.getByRole('gridcell').nth(8).waitFor();
    assert.equal(own.count('POST', /\/execute/), calls + 1);
    await window.screenshot('publish-called');
  });

  it('says how long to wait when the rate limit and the quota of the product are used up', async () => {
    const { window } = workbench;
    const editor = window.editors.webview();
    const send = editor.getByRole('button', { name: 'Send', exact: true });
    for (let call = 1; call <= 5; call++) await callOnce();
    await send.click();
    await editor
      .getByText(/takes no more calls for now: its rate limit is reached/)
      .first()
      .waitFor();
    await window.screenshot('publish-rate-limited');
    await limit('<quota calls="1" renewal-period="3600" />');
    await callOnce();
    await send.click();
    await editor
      .getByText(/The call quota of this subscription .* is used up/)
      .first()
      .waitFor();
    await limit('');
  });

  it('names the named value with a key that was changed since, and brings it up to date', async () => {
    const { window } = workbench;
    const editor = window.editors.webview();
    await caller.put(
      'namedValues/azureml-demo-key',
      { displayName: 'azureml-demo-key', secret: true, value: 'Bearer of-yesterday', tags: ['azureml'] },
      { 'If-Match': '*' },
    );
    const refusal = editor
      .getByText(/The service refused the API key that .* adds from its named value azureml-demo-key\./)
      .first();
    const send = editor.getByRole('button', { name: 'Send', exact: true });
    await send.click();
    await refusal.waitFor();
    await window.screenshot('publish-key-changed');
    await editor.getByRole('button', { name: 'Update the key at the gateway…' }).click();
    await window.dialog.click('Update key');
    await window.notifications.waitFor('adds the new key of');
    const { body } = await caller.ask('POST', 'namedValues/azureml-demo-key/listValue');
    assert.equal(body.value, `Bearer ${own.service(service).apiKey}`);
    await window.notifications.clear();
    await send.click();
    await refusal.waitFor({ state: 'hidden' });
    await editor.getByRole('gridcell').nth(8).waitFor();
  });

  it('runs a batch job through the gateway', async () => {
    const { window } = workbench;
    const tree = window.tree('Web services');
    await giveStorage(window, own);
    const file = join(workbench.host.workspace, 'published.csv');
    await writeFile(file, 'Col2\r\nThis is a good day\r\n');
    await tree.click([...published, 'BES Submit']);
    await giveInputFile(window.quickInput, file);
    await window.quickInput.pick('Held', { title: `${service}: storage` });
    await window.quickInput.pick('Upload and run', { title: /^Run batch job/ });
    await tree.waitFor([...published, 'Jobs', 'published.csv'], isInState('Finished'));
  });

  it('stops where somebody else writes between the preview and the write, and looks again', async () => {
    const { window } = workbench;
    const { quickInput } = window;
    const policy = 'Policy of the API AzureML Demo API';
    await writePolicy(policyOfOthers);
    await chooseAsBefore();
    await quickInput.waitFor({ title: 'Publish AzureML Demo API at demoazureml' });
    const choices = await quickInput.entries();
    assert.deepEqual(
      choices.map(({ label, description }) => `${label}: ${description}`),
      [`${policy}: exists and differs: overwrite`],
    );
    await window.page.locator('.view-line', { hasText: '***1' }).first().waitFor();
    await window.screenshot('publish-overwrite');
    await quickInput.check(policy);
    arm.beforeNext(/^PUT .*\/policies\/policy$/, () => writePolicy('<policies><outbound /></policies>'));
    await quickInput.accept();
    const changed = await window.notifications.waitFor(
      'Somebody has changed apis/azureml-demo/policies/policy',
    );
    assert.match(await policyNow(), /<outbound \/>/);
    await changed.click('Look again');
    await quickInput.waitFor({ title: 'Publish AzureML Demo API at demoazureml' });
    await quickInput.check(policy);
    await quickInput.accept();
    await eventually('our policy', async () => (await policyNow()).includes('{{azureml-demo-key}}'));
    await window.notifications.waitFor('is published at');
    await window.notifications.clear();
  });

  it('shows no preview any more, once nobody is asked about it', async () => {
    const { window } = workbench;
    const ours = await policyNow();
    await writePolicy(policyOfOthers);
    await chooseAsBefore();
    await window.quickInput.waitFor({ title: 'Publish AzureML Demo API at demoazureml' });
    const preview = window.page.locator('.tab', { hasText: 'Publish AzureML Demo API at demoazureml' });
    await preview.waitFor();
    await window.reload();
    await window.tree('Web services').find(published);
    await preview.waitFor({ state: 'detached' });
    await writePolicy(ours);
  });

  it('keeps tokens and keys out of files and the log', async () => {
    const scan = new SecretScan({
      ...Object.fromEntries(signedIn.signIn.tokens.map((token, index) => [`token ${index}`, token])),
      'API key': own.service(service).apiKey,
      'subscription key': await subscriptionKey(),
      'secret of others': secretOfOthers,
    });
    const data = join(workbench.host.userData, 'data');
    const kept = join(data, 'User', 'globalStorage', 'azureml-services.azureml-services');
    assert.notDeepEqual(await readdir(join(kept, 'publications')), []);
    const files = await readdir(kept, { recursive: true });
    assert.ok(!files.some((file) => file.includes('as it will be')));
    const log = await workbench.extensionLogs();
    assert.match(log, /apiPolicy \/apis\/azureml-demo\/policies\/policy created/);
    assert.deepEqual([...scan.text('log', log), ...(await scan.folder(data))], []);
  });

  it('unpublishes what it made, and only that', async () => {
    const { window } = workbench;
    const { quickInput } = window;
    await window.tree('Web services').clickContextMenu(published, 'Unpublish…');
    await quickInput.waitFor({ title: 'Unpublish AzureML Demo API at demoazureml' });
    await window.screenshot('unpublish');
    await quickInput.accept();
    await window.notifications.waitFor('AzureML Demo API is unpublished.');
    assert.equal((await caller.ask('GET', 'apis/azureml-demo')).status, 404);
    assert.equal((await caller.ask('GET', 'namedValues/azureml-demo-key')).status, 404);
    assert.equal((await caller.ask('GET', 'products/starter')).status, 200);
    await window.tree('Web services').waitForGone(['AzureML Demo API']);
  });

  it('says what to do about a key that was not put into a gateway from here', async () => {
    const { window } = workbench;
    workbench.health.expect(/No key was put into a gateway/);
    await window.runCommand('Azure ML: Update the key at the gateway…');
    await window.quickInput.pick(service, { title: 'Update the key at the gateway' });
    await window.notifications.waitFor('No key was put into a gateway for');
    await window.notifications.clear();
  });

  it('removes what a closed window has left half-done', async () => {
    const { window } = workbench;
    const { quickInput } = window;
    await window.notifications.clear();
    await chooseAsBefore();
    await closeWindowDuring('bes-start', () =>
      quickInput.accept({ title: 'Publish AzureML Demo API at demoazureml' }),
    );
    const word = await window.notifications.waitFor(interrupted);
    await word.click('Unpublish');
    await quickInput.accept({ title: 'Unpublish AzureML Demo API at demoazureml' });
    await window.notifications.waitFor('AzureML Demo API is unpublished.');
    assert.equal((await caller.ask('GET', 'apis/azureml-demo')).status, 404);
  });

  it('says at start-up what closed windows have left half-done, and goes on with it', async () => {
    const { window } = workbench;
    await window.notifications.clear();
    await chooseAsBefore();
    await closeWindowDuring('bes-start', () =>
      window.quickInput.accept({ title: 'Publish AzureML Demo API at demoazureml' }),
    );
    const before = arm.requests.length;
    const word = await window.notifications.waitFor(interrupted);
    assert.deepEqual(await word.buttons(), ['Go on', 'Unpublish', 'Later']);
    await window.screenshot('publish-interrupted');
    await closeWindowDuring('bes-status', () => word.click('Go on'));
    await window.notifications.waitFor(interrupted);
    await closeWindowDuring('bes-delete', () => window.runCommand('Azure ML: Go on with publishing…'));
    const written = writtenSince(before);
    assert.ok(!written.some((path) => path.endsWith('/operations/rrs-execute')));
    assert.ok(written.some((path) => path.endsWith('/operations/bes-status')));
    await window.notifications.waitFor(interrupted);
    await window.notifications.clear();
  });

  it('keeps a second window away from what the first one publishes', async () => {
    const { window } = workbench;
    const before = arm.requests.length;
    const release = await holdDuring(arm, writing('policies/policy'), async () => {
      await window.tree('Web services').clickContextMenu(['Found', service], 'Publish to API Management…');
      await window.quickInput.pick('Go on', { placeholder: 'This endpoint was being published' });
    });
    workbench.health.expect(/is being published in another window/);
    const second = await workbench.openWindow();
    await second.runCommand('Azure ML: Go on with publishing…');
    await second.notifications.waitFor(
      'AzureML Demo API at demoazureml is being published in another window.',
    );
    assert.ok(!(await second.notifications.texts()).some((text) => text.includes(interrupted)));
    await second.page.close();
    release();
    await window.notifications.waitFor('is published at');
    assert.equal(writtenSince(before).filter((path) => path.endsWith('/policies/policy')).length, 1);
    await window.tree('Web services').find([...published, 'RRS Execute']);
  });

  /** The paths below the API that were written since so many requests. */
  function writtenSince(requests: number): string[] {
    return arm.requests
      .slice(requests)
      .filter(({ method }) => method === 'PUT')
      .map(({ path }) => path);
  }

  /** Closes the window while an operation is being written, and opens it again; the write goes on at the server. */
  async function closeWindowDuring(operation: string, begin: () => Promise<void>): Promise<void> {
    const release = await holdDuring(arm, writing(`operations/${operation}`), begin);
    await workbench.window.reload();
    release();
  }

  /** The write of something below the API. */
  function writing(path: string): RegExp {
    return new RegExp(`^PUT .*/apis/azureml-demo/${path}$`);
  }
});
