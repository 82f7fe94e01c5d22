import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import type { Arm } from '../support/arm/index.ts';
import { ArmCaller, namesOn, propertiesOf } from '../unit/arm/armCaller.ts';
import { closeInOrder } from './support/closeInOrder.ts';
import { OwnService } from './support/ownService.ts';
import type { QuickInput } from './support/quickInput.ts';
import type { WorkbenchWindow } from './support/window.ts';
import { type SignedIn, startSignedIn } from './support/signedIn.ts';
import type { Workbench } from './support/workbench.ts';

const service = 'SimpleFeatureHashingExperiment';
const portal = 'https://demoazureml.developer.azure-api.net/';

/** What a publication asks besides what the guide chooses, and instances that are not like the guide's. */
describe('the questions of publishing', () => {
  let own: OwnService;
  let arm: Arm;
  let caller: ArmCaller;
  let signedIn: SignedIn;
  let workbench: Workbench;
  let window: WorkbenchWindow;
  let quickInput: QuickInput;

  before(async () => {
    own = await OwnService.start();
    const { workspaceId, baseUrl } = own.description;
    const services = { [service]: { endpoints: { default: own.service(service).endpointId } } };
    signedIn = await startSignedIn(
      { instances: [{}, { name: 'serverless', tier: 'Consumption' }] },
      {
        settings: {
          'azuremlServices.workspaces': { Mine: { workspaceId, baseUrl, services } },
        },
      },
    );
    ({ arm, workbench } = signedIn);
    caller = new ArmCaller(arm);
    ({ window } = workbench);
    ({ quickInput } = window);
    await window.tree('Web services').clickContextMenu(['Mine', service], 'Set API key…');
    await quickInput.enter(own.service(service).apiKey, { message: 'API key of the web service' });
    await window.tree('Web services').find(['Mine', service]);
  });
  after(() => closeInOrder(signedIn, own));

  const publish = (): Promise<void> =>
    window.tree('Web services').clickContextMenu(['Mine', service], 'Publish to API Management…');
  const acceptNamesAt = async (instance: string): Promise<void> => {
    await quickInput.pick(instance, { placeholder: 'API Management instance' });
    await quickInput.accept({ message: 'Name of the API' });
    await quickInput.accept({ message: 'Web service URL' });
    await quickInput.accept({ message: 'URL suffix' });
  };
  /** A call of somebody who has the subscription key alone. */
  const callGateway = async (instance: string, path: string, method = 'GET'): Promise<Response> => {
    const { body } = await caller.ask('POST', `${instance}/subscriptions/azureml-demo-vscode/listSecrets`);
    const { gatewayUrl } = propertiesOf(await caller.ask('GET', instance));
    const { workspaceId } = own.description;
    const { endpointId } = own.service(service);
    const url = `${String(gatewayUrl)}/azureml-demo/workspaces/${workspaceId}/services/${endpointId}/${path}`;
    return fetch(url, {
      method,
      headers: { 'Ocp-Apim-Subscription-Key': String(body.primaryKey) },
      ...(method === 'POST' && { body: '{}' }),
    });
  };

  it('make a product with everything that was said of it', async () => {
    await publish();
    await window.dialog.click('Allow');
    await acceptNamesAt('demoazureml');
    await quickInput.pick('New product…', { placeholder: 'Product', title: '(4/6)' });
    await quickInput.enter('Scoring', { message: 'Name of the new product', title: '(5/13)' });
    await quickInput.enter('scoring!', { message: 'Id of the new product' });
    await quickInput.waitFor({ message: 'Up to 80 letters, digits and dashes are expected.' });
    await window.screenshot('publish-product-id');
    await quickInput.enter('scoring');
    await quickInput.enter('Scores for partners', { message: 'What the product is for' });
    await quickInput.pick('Anybody', { placeholder: 'Who may call it' });
    // It takes no subscriptions, so there is no limit of them to be asked for.
    await quickInput.waitFor({ placeholder: 'Is the product published?', title: '/12)' });
    await quickInput.clickButton('Back');
    await window.screenshot('publish-product-access');
    await quickInput.pick('Subscribers that were approved', { placeholder: 'Who may call it' });
    await quickInput.enter('two', { message: 'How many subscriptions' });
    await quickInput.waitFor({ message: 'A whole number is expected.' });
    await quickInput.enter('2');
    await quickInput.pick('Published', { placeholder: 'Is the product published?' });
    await quickInput.enter('Be fair.', { message: 'Terms of use' });
    await quickInput.waitFor({ placeholder: 'Operations to publish' });
  });

  it('change an operation, leave one out, and take in the swagger document', async () => {
    await quickInput.check('BES Delete', false);
    await quickInput.check('Swagger');
    const status = quickInput.row('BES Status').first();
    await status.hover();
    await status.locator('.action-label[aria-label^="Change name, verb, template"]').click();
    await quickInput.enter('Job state', {
      title: 'Change BES Status',
      message: 'Display name of the operation',
    });
    await quickInput.pick('GET', { placeholder: 'HTTP verb' });
    const template = '/workspaces/{workspace}/services/{service}/jobs/{job}?api-version={apiversion}';
    await quickInput.enter(template.replace('{job}', '{service}'), { message: 'URL template' });
    await quickInput.waitFor({ message: 'names each of its {parameters} once' });
    const swagger = '/workspaces/{workspace}/services/{service}/swagger.json';
    await quickInput.enter(swagger.replace('{service}', '{id}'));
    await quickInput.waitFor({ message: 'Swagger has this verb and template already.' });
    await quickInput.enter(template);
    await quickInput.check('401');
    await quickInput.check('404');
    await window.screenshot('publish-operation-responses');
    await quickInput.accept({ placeholder: 'Responses that are documented' });
    await quickInput.waitFor({ placeholder: 'Operations to publish' });
    const [, , , changed, left] = await quickInput.entries();
    assert.equal(changed?.label, 'Job state');
    assert.match(changed.detail, /\{job\}\?api-version=\{apiversion\} → 200, 401, 404$/);
    assert.equal(left?.label, 'BES Delete');
    await window.screenshot('publish-operations-changed');
    await quickInput.accept();
    await quickInput.pick('The gateway adds it', { placeholder: 'API key of' });
    await quickInput.waitFor({ title: 'Publish AzureML Demo API at demoazureml' });
    await window.screenshot('publish-questions-preview');
    await quickInput.accept();
    await window.notifications.waitFor('is published at');
    await window.notifications.clear();
  });

  it('end in what was said', async () => {
    const product = propertiesOf(await caller.ask('GET', 'products/scoring'));
    const { displayName, description, terms, subscriptionRequired, approvalRequired } = product;
    assert.deepEqual(
      { displayName, description, terms, subscriptionRequired, approvalRequired },
      {
        displayName: 'Scoring',
        description: 'Scores for partners',
        terms: 'Be fair.',
        subscriptionRequired: true,
        approvalRequired: true,
      },
    );
    assert.deepEqual([product.subscriptionsLimit, product.state], [2, 'published']);
    // Besides administrators, who see every product.
    assert.equal(namesOn(await caller.ask('GET', 'products/scoring/groups')).length, 2);
    const operations = await caller.ask('GET', 'apis/azureml-demo/operations');
    assert.deepEqual(namesOn(operations).toSorted(), [
      'bes-start',
      'bes-status',
      'bes-submit',
      'rrs-execute',
      'swagger',
    ]);
    const changed = propertiesOf(await caller.ask('GET', 'apis/azureml-demo/operations/bes-status'));
    assert.equal(changed.displayName, 'Job state');
    assert.deepEqual(
      (changed.templateParameters as readonly { name: string }[]).map(({ name }) => name),
      ['workspace', 'service', 'job', 'apiversion'],
    );
    assert.deepEqual(
      (changed.responses as readonly { statusCode: number }[]).map(({ statusCode }) => statusCode),
      [200, 401, 404],
    );
  });

  it('let the swagger document be read through the gateway, and not what was left out', async () => {
    const swagger = await callGateway(caller.instance, 'swagger.json');
    assert.equal(swagger.status, 200);
    assert.equal(((await swagger.json()) as { swagger: string }).swagger, '2.0');
    await callGateway(caller.instance, 'jobs/none?api-version=2.0');
    assert.equal(own.count('GET', /\/jobs\/none/), 1);
    const deleted = await callGateway(caller.instance, 'jobs/none?api-version=2.0', 'DELETE');
    assert.equal(deleted.status, 404);
    assert.equal(own.count('DELETE', /\/jobs\/none/), 0);
    await window.tree('Web services').clickContextMenu(['AzureML Demo API', service], 'Open swagger.json');
    await window.editors.waitForActive(/swagger\.json$/);
    await window.screenshot('publish-swagger-through-gateway');
  });

  it('are followed by the developer portal of the instance', async () => {
    const browser = window.page.context();
    await browser.route(`${portal}**`, (route) => route.fulfill({ body: 'The developer portal' }));
    await window.runCommand('Azure ML: Open developer portal…');
    await quickInput.pick('demoazureml', { title: 'Open the developer portal of' });
    assert.ok((await window.dialog.text()).includes(portal));
    const [page] = await Promise.all([browser.waitForEvent('page'), window.dialog.click('Open')]);
    await page.getByText('The developer portal').waitFor();
    assert.equal(page.url(), portal);
    await page.close();
  });

  it('know what the tier Consumption is without', async () => {
    await window.runCommand('Azure ML: Open developer portal…');
    await quickInput.pick('serverless', { title: 'Open the developer portal of' });
    await window.notifications.waitFor('serverless has no developer portal: its tier is Consumption.');
    await window.notifications.clear();
    await publish();
    await acceptNamesAt('serverless');
    await quickInput.waitFor({ placeholder: 'Product' });
    const [starter] = await quickInput.entries();
    assert.deepEqual([starter?.label, starter?.detail], ['Starter', 'Not there yet: it is made.']);
    await quickInput.pick('Starter');
    await quickInput.accept({ placeholder: 'Operations to publish' });
    await quickInput.pick('The gateway adds it', { placeholder: 'API key of' });
    await quickInput.waitFor({ title: 'Publish AzureML Demo API at serverless (5 calls a minute' });
    await window.screenshot('publish-consumption');
    await quickInput.accept();
    await window.notifications.waitFor('is published at');
    const calls = own.count('POST', /\/execute/);
    const serverless = caller.instance.replace(/[^/]+$/, 'serverless');
    await callGateway(serverless, 'execute?api-version=2.0&details=true', 'POST');
    assert.equal(own.count('POST', /\/execute/), calls + 1);
  });

  it('ask whether anybody is to call with the key that the gateway adds', async () => {
    await publish();
    await acceptNamesAt('demoazureml');
    await quickInput.pick('New product…', { placeholder: 'Product' });
    await quickInput.enter('Open house', { message: 'Name of the new product' });
    await quickInput.enter('open-house', { message: 'Id of the new product' });
    await quickInput.accept({ message: 'What the product is for' });
    await quickInput.pick('Anybody', { placeholder: 'Who may call it' });
    await quickInput.pick('Published', { placeholder: 'Is the product published?' });
    await quickInput.accept({ message: 'Terms of use' });
    await quickInput.accept({ placeholder: 'Operations to publish' });
    await quickInput.waitFor({ placeholder: 'API key of' });
    const [first] = await quickInput.entries();
    assert.equal(first?.label, 'Every caller sends it');
    await quickInput.pick('The gateway adds it');
    assert.match(await window.dialog.text(), /^Let anybody call .*The product Open house is open/);
    await window.screenshot('publish-for-anybody');
    await window.dialog.click('Cancel');
    await quickInput.waitFor({ placeholder: 'API key of' });
    await window.screenshot('publish-key-for-anybody');
    await quickInput.pick('The gateway adds it');
    await window.dialog.click('Add the key');
    await quickInput.accept({ title: `Publish ${service} API at demoazureml` });
    const { gatewayUrl } = propertiesOf(await caller.ask('GET', caller.instance));
    const { workspaceId } = own.description;
    const { endpointId } = own.service(service);
    const api = `${String(gatewayUrl)}/${service.toLowerCase()}`;
    await window.notifications.waitFor(`is published at ${api}`);
    await window.notifications.clear();
    // A menu that is opened while the tree changes has no target.
    await window.tree('Web services').find([`${service} API`, service]);
    const url = `${api}/workspaces/${workspaceId}/services/${endpointId}/jobs/none?api-version=2.0`;
    // The service would answer 401 to a call without its key.
    assert.equal((await fetch(url)).status, 404);
    await publish();
    await acceptNamesAt('demoazureml');
    await quickInput.waitFor({ placeholder: 'Product' });
    const product = (await quickInput.entries()).find(({ label }) => label === 'Open house');
    assert.equal(product?.description, 'no limit · open to anybody, without a key');
    await quickInput.cancel();
  });

  it('can be taken back, and what is left when that was stopped is said', async () => {
    const api = `${service} API`;
    const gate = new EventEmitter();
    const reached = once(gate, 'reached');
    arm.beforeNext(/^DELETE .*\/operations\/bes-delete$/, async () => {
      gate.emit('reached');
      await once(gate, 'released');
    });
    await window.tree('Web services').clickContextMenu([api, service], 'Unpublish…');
    await quickInput.accept({ title: `Unpublish ${api} at demoazureml` });
    await reached;
    await (await window.notifications.waitFor(/Operation BES Delete \(\d of \d+\)/)).click('Cancel');
    const stopped = await window.notifications.waitFor(`Unpublishing ${api} was stopped. What is left`);
    gate.emit('released');
    assert.match(stopped.text, /Operation BES Delete, .*, API .*, Product Open house\.$/);
    await window.screenshot('unpublish-stopped');
    await stopped.click('Go on');
    await quickInput.accept({ title: `Unpublish ${api} at demoazureml` });
    await window.notifications.waitFor(`${api} is unpublished.`);
    assert.equal((await caller.ask('GET', 'products/open-house')).status, 404);
    await window.tree('Web services').waitForGone([api]);
  });
});
