import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type Arm, ArmError, faultOf } from '../support/arm/index.ts';
import { eventually } from '../support/eventually.ts';
import { ArmCaller, propertiesOf } from '../unit/arm/armCaller.ts';
import { holdDuring } from './support/holdDuring.ts';
import { answerCreation, workRecords } from './support/instanceWork.ts';
import { SecretScan } from './support/secretScan.ts';
import { type SignedIn, startSignedIn } from './support/signedIn.ts';
import type { Workbench } from './support/workbench.ts';

const group = '/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups';
const idOf = (name: string, inGroup = 'rg1'): string =>
  `${group}/${inGroup}/providers/Microsoft.ApiManagement/service/${name}`;

/** A person without an instance makes one, and moves it to another tier. */
describe('creating an instance of API Management', () => {
  const command = 'Azure ML: Create API Management instance…';
  let signedIn: SignedIn;
  let arm: Arm;
  let caller: ArmCaller;
  let workbench: Workbench;

  before(async () => {
    signedIn = await startSignedIn({
      instances: [{}, { name: 'paidbycall', tier: 'Consumption' }],
      async: { retryAfter: 1 },
    });
    ({ arm, workbench } = signedIn);
    arm.unregister();
    caller = new ArmCaller(arm);
  });
  after(() => signedIn.close());

  const records = (): Promise<readonly string[]> => workRecords(workbench);
  const puts = (path: string): number =>
    arm.requests.filter((seen) => seen.method === 'PUT' && seen.path === path).length;

  it('offers to register the subscription before it asks anything', async () => {
    const { window } = workbench;
    await window.runCommand(command);
    await window.dialog.click('Allow');
    await window.quickInput.waitFor({ placeholder: 'Subscription that pays' });
    await window.quickInput.row('Pay as you go').waitFor();
    await window.screenshot('create-subscription');
    await window.quickInput.pick('Pay as you go');
    assert.match(await window.dialog.text(), /Pay as you go is not registered for API Management/);
    await window.screenshot('create-register');
    assert.ok(!arm.requests.some(({ path }) => path.endsWith('/register')));
    await window.dialog.click('Register');
    await window.quickInput.waitFor({ message: 'Name of the instance' });
    const { registrationState } = (
      await caller.ask('GET', `${group.replace('/resourceGroups', '')}/providers/Microsoft.ApiManagement`)
    ).body;
    assert.equal(registrationState, 'Registered');
  });

  it('says at once what is wrong with a name', async () => {
    const { quickInput } = workbench.window;
    await quickInput.enter('9lives', { message: 'Name of the instance' });
    await quickInput.waitFor({ message: 'a letter first' });
    await quickInput.enter('demoazureml');
    await quickInput.waitFor({ message: 'demoazureml is the name of another instance' });
    await workbench.window.screenshot('create-name-taken');
    await quickInput.enter('fresh');
  });

  it('asks for what the guide asks for, and says what each tier lacks', async () => {
    const { window } = workbench;
    const { quickInput } = window;
    await quickInput.waitFor({ placeholder: 'Resource group', title: /\(2\/7\)$/ });
    await window.screenshot('create-group');
    await quickInput.pick('New resource group…');
    await quickInput.waitFor({ message: 'Name of the new resource group' });
    assert.equal(await quickInput.input.inputValue(), 'fresh');
    await quickInput.enter('rg1');
    await quickInput.waitFor({ message: 'There is one of that name' });
    await quickInput.enter('demo');
    await quickInput.waitFor({ placeholder: 'Pricing tier' });
    const [consumption, developer] = await quickInput.entries();
    assert.match(
      `${consumption?.label}: ${consumption?.detail}`,
      /^Consumption: .*developer portal.*limits by key/,
    );
    assert.match(
      `${developer?.label}: ${developer?.description}`,
      /^Developer: for tests · 30 minutes and more/,
    );
    await window.screenshot('create-tier');
    await quickInput.pick('Consumption');
    await quickInput.waitFor({ placeholder: 'Location' });
    const regions = (await quickInput.entries()).map(({ label }) => label);
    assert.deepEqual(regions, ['East US', 'South Central US', 'West US']);
    await window.screenshot('create-location');
    await quickInput.clickButton('Back');
    await quickInput.pick('Developer', { placeholder: 'Pricing tier' });
    await quickInput.pick('West Europe', { placeholder: 'Location' });
    await quickInput.enter('Contoso', { message: 'Name of your organisation' });
    await quickInput.waitFor({ message: 'API Management sends its notifications there' });
    assert.equal(await quickInput.input.inputValue(), 'ada@contoso.com');
    await window.screenshot('create-email');
    await quickInput.accept();
    const text = await window.dialog.text();
    assert.match(text, /Create the API Management instance fresh\?.*Developer in West Europe.*demo \(new\)/);
    assert.match(text, /Billing starts.*by the hour.*30 minutes and more/);
    await window.screenshot('create-confirm');
    assert.ok(!arm.requests.some(({ method }) => method === 'PUT'));
  });

  it('offers the groups that are there where no new one may be made', async () => {
    const { window } = workbench;
    arm.failNext(/^PUT .*\/resourceGroups\/demo$/i, faultOf(new ArmError(403, 'AuthorizationFailed', 'No.')));
    await window.dialog.click('Create instance');
    assert.match(await window.dialog.text(), /You may not create the resource group demo\./);
    await window.dialog.click('Choose another…');
    await window.quickInput.waitFor({ placeholder: 'Resource group' });
    const groups = (await window.quickInput.entries()).map(({ label }) => label);
    assert.deepEqual(groups, ['rg1']);
    await window.quickInput.pick('rg1');
    assert.match(await window.dialog.text(), /resource group rg1/);
  });

  it('goes on through a reload, and is in the view when Azure is done', async () => {
    const { window } = workbench;
    workbench.health.expect(/'vscode-web-db' is closed|on 'IDBTransaction'|Throttler is disposed/);
    arm.async.held = true;
    await window.dialog.click('Create instance');
    await window.statusBar.waitFor(/API Management: creating fresh… \d+:\d\d/);
    await window.screenshot('create-status');
    await eventually('a look at the operation', () =>
      arm.requests.some(({ path }) => path.includes('/operationResults/')),
    );
    assert.equal((await records()).length, 1);
    const before = arm.requests.length;
    await window.reload();
    await window.statusBar.waitFor(/API Management: creating fresh… \d+:\d\d/);
    await eventually('a look at the operation after the reload', () =>
      arm.requests.slice(before).some(({ path }) => path.includes('/operationResults/')),
    );
    await window.statusBar.click('creating fresh');
    await window.quickInput.waitFor({ title: /^API Management: creating fresh, \d/ });
    await window.screenshot('create-status-menu');
    await window.quickInput.cancel();
    arm.async.held = false;
    const ready = await window.notifications.waitFor(
      /fresh is ready at http:.* It is in the view API Management\./,
    );
    await window.screenshot('create-ready');
    await ready.click('Show instance');
    await window.tree('API Management').find(['fresh']);
    await window.screenshot('create-view');
    await window.statusBar.waitForGone('creating fresh');
    assert.equal(puts(idOf('fresh')), 1);
    assert.deepEqual(await records(), []);
    const { publisherName, publisherEmail } = propertiesOf(await caller.ask('GET', idOf('fresh')));
    assert.deepEqual([publisherName, publisherEmail], ['Contoso', 'ada@contoso.com']);
    await window.notifications.clear();
  });

  it('says why Azure gave up, and asks again with what was answered', async () => {
    const { window } = workbench;
    workbench.health.expect(/ActivationFailed/);
    arm.failLater(
      /^PUT .*\/service\/second$/,
      new ArmError(400, 'ActivationFailed', 'No room in the region.'),
    );
    await window.runCommand(command);
    await answerCreation(window.quickInput, { name: 'second', resourceGroup: 'rg1' });
    assert.match(await window.dialog.text(), /You pay for each call.*This takes some minutes/);
    await window.dialog.click('Create instance');
    const failed = await window.notifications.waitFor(/ActivationFailed.*No room in the region\./);
    await window.statusBar.waitForGone('creating second');
    assert.deepEqual(await records(), []);
    await failed.click('Try again');
    await window.quickInput.waitFor({ message: 'Name of the instance' });
    assert.equal(await window.quickInput.input.inputValue(), 'second');
    await window.quickInput.cancel();
    assert.equal((await caller.ask('GET', idOf('second'))).status, 404);
  });

  it('shows why Azure does not begin, and gives up after some tries', async () => {
    const { window } = workbench;
    workbench.health.expect(/InternalServerError/);
    const put = /^PUT .*\/service\/third$/;
    arm.failNext(put, faultOf(new ArmError(500, 'InternalServerError', 'No instances today.')), 3);
    await window.runCommand(command);
    await answerCreation(window.quickInput, { name: 'third', resourceGroup: 'rg1' });
    arm.beforeNext(put, () => Promise.resolve());
    const release = await holdDuring(arm, put, () => window.dialog.click('Create instance'));
    await window.statusBar.waitFor('API Management: creating third has not begun');
    await window.screenshot('create-not-begun');
    await window.statusBar.click('creating third has not begun');
    await window.quickInput.waitFor({ title: /^API Management: creating third, \d/ });
    const [again, , giveUp] = await window.quickInput.entries();
    assert.match(`${again?.label}: ${again?.detail}`, /Try again: .*InternalServerError.*No instances today\./);
    assert.match(`${giveUp?.label}: ${giveUp?.detail}`, /Give up: If Azure has begun all the same/);
    await window.screenshot('create-not-begun-menu');
    await window.quickInput.cancel();
    release();
    const failed = await window.notifications.waitFor(
      /^third was not created\..*InternalServerError.*No instances today\..*Try again later\./,
    );
    await window.screenshot('create-refused');
    await window.statusBar.waitForGone('third');
    assert.deepEqual([puts(idOf('third')), await records()], [3, []]);
    await failed.click('Try again');
    await window.quickInput.waitFor({ message: 'Name of the instance' });
    assert.equal(await window.quickInput.input.inputValue(), 'third');
    await window.quickInput.cancel();
  });

  it('changes the tier of an instance, after a warning', async () => {
    const { window } = workbench;
    const { quickInput } = window;
    await window.tree('API Management').clickContextMenu(['fresh'], 'Change pricing tier…');
    await quickInput.waitFor({ placeholder: 'Pricing tier; now it is Developer' });
    await window.screenshot('tier-choice');
    await quickInput.pick('Basic');
    await quickInput.enter('3', { message: 'Units of Basic, 1 to 2' });
    await quickInput.waitFor({ message: 'A whole number from 1 to 2' });
    await quickInput.enter('2');
    const text = await window.dialog.text();
    assert.match(text, /From Developer to Basic, 2 units\..*loses:.*Entra.*may not answer.*15 to 45 minutes/);
    await window.screenshot('tier-confirm');
    assert.ok(!arm.requests.some(({ method }) => method === 'PATCH'));
    arm.async.held = true;
    await window.dialog.click('Change tier');
    await window.statusBar.waitFor(/API Management: changing fresh to Basic, 2 units… \d+:\d\d/);
    await window.screenshot('tier-status');
    await window.reload();
    await window.statusBar.waitFor(/API Management: changing fresh to Basic, 2 units… \d+:\d\d/);
    workbench.health.expect(/AuthorizationFailed/);
    arm.failNext(
      /^GET .*\/operationResults\//,
      faultOf(new ArmError(403, 'AuthorizationFailed', 'Not now.')),
    );
    await window.statusBar.waitFor('API Management: fresh cannot be followed');
    await window.screenshot('tier-barred');
    await window.statusBar.click('fresh cannot be followed');
    await window.quickInput.pick('Try again');
    await window.statusBar.waitFor(/API Management: changing fresh to Basic, 2 units… \d+:\d\d/);
    arm.async.held = false;
    await window.notifications.waitFor('The pricing tier of fresh is Basic, 2 units now.');
    assert.deepEqual((await caller.ask('GET', idOf('fresh'))).body.sku, { name: 'Basic', capacity: 2 });
    assert.equal(arm.requests.filter(({ method }) => method === 'PATCH').length, 1);
    await window.openSideBar('Azure ML Services');
    await window.notifications.clear();
  });

  it('does not change what somebody else has changed since the warning', async () => {
    const { window } = workbench;
    workbench.health.expect(/PreconditionFailed/);
    await window.runCommand('Azure ML: Change pricing tier…');
    await window.quickInput.pick('fresh', { placeholder: 'API Management instance' });
    await window.quickInput.pick('Developer', { placeholder: 'Pricing tier' });
    arm.beforeNext(/^PATCH .*\/service\/fresh$/, async () => {
      await caller.ask('PATCH', idOf('fresh'), { properties: { publisherName: 'Fabrikam' } });
    });
    await window.dialog.click('Change tier');
    await window.notifications.waitFor(/PreconditionFailed.*was changed since it was read/);
    assert.deepEqual((await caller.ask('GET', idOf('fresh'))).body.sku, { name: 'Basic', capacity: 2 });
    await window.notifications.clear();
  });

  it('says that Consumption cannot be changed', async () => {
    const { window } = workbench;
    await window.runCommand('Azure ML: Change pricing tier…');
    await window.quickInput.pick('paidbycall', { placeholder: 'API Management instance' });
    await window.notifications.waitFor('paidbycall is in the tier Consumption, which cannot be changed');
    await window.notifications.clear();
  });

  it('keeps tokens out of files and the log', async () => {
    const scan = new SecretScan(
      Object.fromEntries(signedIn.signIn.tokens.map((token, index) => [`token ${index}`, token])),
    );
    const log = await workbench.extensionLogs();
    assert.match(log, /fresh \(create\) is done/);
    const data = join(workbench.host.userData, 'data');
    assert.deepEqual([...scan.text('log', log), ...(await scan.folder(data))], []);
  });
});
