import assert from 'node:assert/strict';
import { join } from 'node:path';
import { eventually } from '../support/eventually.ts';
import { ArmCaller, propertiesOf } from '../unit/arm/armCaller.ts';
import { closeSavedEditors } from './support/closeSavedEditors.ts';
import { closeInOrder } from './support/closeInOrder.ts';
import { giveWorkspaceToken, listedWorkspace } from './support/giveWorkspaceToken.ts';
import { OwnService } from './support/ownService.ts';
import { SecretScan } from './support/secretScan.ts';
import { type SignedIn, startSignedIn } from './support/signedIn.ts';
import type { Workbench } from './support/workbench.ts';

const hashing = 'SimpleFeatureHashingExperiment';
const census = 'AdultCensusIncome';
const api = 'AzureML Demo API';

/** What a publication can have beside the guide's: types of bodies, and the keys of several endpoints. */
describe('publishing types of bodies and several endpoints', () => {
  let own: OwnService;
  let signedIn: SignedIn;
  let caller: ArmCaller;
  let workbench: Workbench;

  before(async () => {
    own = await OwnService.start();
    signedIn = await startSignedIn({}, { settings: listedWorkspace('Found', own) });
    ({ workbench } = signedIn);
    caller = new ArmCaller(signedIn.arm);
    await giveWorkspaceToken(workbench.window, 'Found', own);
    await workbench.window.tree('Web services').find(['Found', hashing]);
  });
  after(() => closeInOrder(signedIn, own));

  /** Answers the questions up to the operations. */
  const askForOperations = async (): Promise<void> => {
    const { window } = workbench;
    const { quickInput } = window;
    await window.tree('Web services').clickContextMenu(['Found', hashing], 'Publish to API Management…');
    if (signedIn.signIn.tokens.length === 0) await window.dialog.click('Allow');
    await quickInput.pick('demoazureml', { placeholder: 'API Management instance' });
    await quickInput.accept({ message: 'Name of the API' });
    await quickInput.accept({ message: 'Web service URL' });
    await quickInput.accept({ message: 'URL suffix' });
    await quickInput.pick('Unlimited', { placeholder: 'Product' });
    await quickInput.waitFor({ placeholder: 'Operations to publish' });
  };

  const preview = async (): Promise<readonly string[]> => {
    const { quickInput } = workbench.window;
    await quickInput.waitFor({ title: `Publish ${api} at demoazureml` });
    return (await quickInput.entries()).map(({ label }) => label);
  };

  /** Writes what the preview proposes. */
  const write = async (): Promise<void> => {
    const { window } = workbench;
    await window.quickInput.accept({ title: `Publish ${api} at demoazureml` });
    await window.notifications.waitFor('is published at');
    await window.notifications.clear();
  };

  const unpublish = async (): Promise<void> => {
    const { window } = workbench;
    await window.tree('Web services').clickContextMenu([api, hashing], 'Unpublish…');
    await window.quickInput.accept({ title: `Unpublish ${api} at demoazureml` });
    await window.notifications.waitFor(`${api} is unpublished.`);
    await window.notifications.clear();
    await closeSavedEditors(window);
    await window.tree('Web services').waitForGone([api]);
    assert.equal((await caller.ask('GET', 'apis/azureml-demo')).status, 404);
  };

  /** Scores the sample rows through the gateway, with the key of the subscription alone. */
  const score = async (service: string) => {
    const { window } = workbench;
    await window.tree('Web services').click([api, service, 'RRS Execute']);
    await window.editors.waitForActive(service);
    const editor = window.editors.webview();
    await editor.getByRole('button', { name: 'Send', exact: true }).click();
    return editor;
  };

  const holds = async (keyName: string): Promise<unknown> =>
    (await caller.ask('POST', `namedValues/${keyName}/listValue`)).body.value;

  it('imports the types from the service, shows them before, and leaves the operations as they are', async () => {
    const { window } = workbench;
    const { quickInput } = window;
    await askForOperations();
    await quickInput.check('Typed bodies');
    await window.screenshot('publish-typed-operations');
    await quickInput.accept();
    await quickInput.waitFor({ placeholder: 'the one endpoint that the typed bodies are of' });
    const choices = (await quickInput.entries()).map(({ label }) => label);
    assert.deepEqual(choices, ['The gateway adds it', 'Every caller sends it']);
    await quickInput.pick('The gateway adds it');
    assert.ok((await preview()).includes(`Types of the bodies of ${api}`));
    await window.screenshot('publish-typed-preview');
    await write();
    const { contentType, document } = propertiesOf(
      await caller.ask('GET', 'apis/azureml-demo/schemas/service-swagger'),
    );
    assert.equal(contentType, 'application/vnd.ms-azure-apim.swagger.definitions+json');
    assert.match(JSON.stringify(document), /"Col2"/);
    const execute = propertiesOf(await caller.ask('GET', 'apis/azureml-demo/operations/rrs-execute'));
    assert.match(
      JSON.stringify(execute.request),
      /"schemaId":"service-swagger","typeName":"ExecutionRequest"/,
    );
    const editor = await score(hashing);
    await editor.getByRole('gridcell').nth(8).waitFor();
    await unpublish();
  });

  it('adds the key of the endpoint that is called, and brings one of them up to date', async () => {
    const { window } = workbench;
    const { quickInput } = window;
    await askForOperations();
    await quickInput.accept();
    await quickInput.waitFor({ placeholder: 'API key of' });
    await window.screenshot('publish-several-key');
    await quickInput.pick('The gateway adds the one of the called endpoint');
    await quickInput.waitFor({ placeholder: 'Further endpoints that can be called' });
    await quickInput.check(census);
    await window.screenshot('publish-several-endpoints');
    await quickInput.accept();
    const values = (await preview()).filter((label) => label.startsWith('Named value'));
    assert.equal(values.length, 2);
    await window.screenshot('publish-several-preview');
    await write();
    await window.tree('Web services').find([api, census, 'RRS Execute']);
    await window.screenshot('publish-several-tree');
    for (const service of [hashing, census]) {
      const editor = await score(service);
      await editor.getByRole('gridcell').nth(8).waitFor();
    }
    const keyName = 'azureml-demo.adultcensusincome-key';
    assert.equal(await holds(keyName), `Bearer ${own.service(census).apiKey}`);
    await caller.ask(
      'PATCH',
      `namedValues/${keyName}`,
      { properties: { value: 'Bearer of-yesterday' } },
      { 'If-Match': '*' },
    );
    const editor = await score(census);
    await editor
      .getByText(/The service refused .* adds from its named value azureml-demo\.adultcensusincome-key\./)
      .first()
      .waitFor();
    await editor.getByRole('button', { name: 'Update the key at the gateway…' }).click();
    await window.screenshot('publish-several-update');
    await window.dialog.click('Update key');
    await eventually(
      'the new key',
      async () => (await holds(keyName)) === `Bearer ${own.service(census).apiKey}`,
    );
    await window.notifications.waitFor('adds the new key of');
    await window.notifications.clear();
    await unpublish();
    assert.equal((await caller.ask('GET', `namedValues/${keyName}`)).status, 404);
  });

  it('keeps the keys out of files and the log', async () => {
    const keys = [hashing, census].map((name) => [name, own.service(name).apiKey] as const);
    const scan = new SecretScan(Object.fromEntries(keys));
    const log = await workbench.extensionLogs();
    assert.match(log, /namedValue \/namedValues\/azureml-demo\.adultcensusincome-key created/);
    const data = join(workbench.host.userData, 'data');
    assert.deepEqual([...scan.text('log', log), ...(await scan.folder(data))], []);
  });
});
