import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { asArray, asObject, asText } from '../../src/protocol/json.ts';
import { ArmError, faultOf, throttled, type Arm } from '../support/arm/index.ts';
import { eventually } from '../support/eventually.ts';
import { closeAtOnce, listenOnLoopback } from '../support/loopback.ts';
import { programCaller, ProgramCaller } from '../support/programCaller/programCaller.ts';
import { ArmCaller, namesOn, propertiesOf } from '../unit/arm/armCaller.ts';
import { closeInOrder } from './support/closeInOrder.ts';
import { SecretScan } from './support/secretScan.ts';
import { keylessWorkspace } from './support/workspaces.ts';
import { startSignedIn, type SignedIn } from './support/signedIn.ts';
import type { Tree } from './support/tree.ts';
import type { Workbench } from './support/workbench.ts';

const demo = 'demoazureml';
const ada = 'Ada Byron';

/** An administrator lets people in, and gives and takes their keys. */
describe('who may use an instance of API Management', () => {
  let backend: Server;
  let signedIn: SignedIn;
  let program: ProgramCaller;
  let arm: Arm;
  let caller: ArmCaller;
  let workbench: Workbench;
  let tree: Tree;
  let gatewayUrl: string;
  /** All keys that there were. */
  const keys = new Set<string>();

  before(async () => {
    backend = createServer((_, response) => response.end('{"Results":{}}'));
    const serviceUrl = `http://127.0.0.1:${await listenOnLoopback(backend)}`;
    program = new ProgramCaller();
    signedIn = await startSignedIn(
      { instances: [{}, { name: 'paidbycall', tier: 'Consumption' }, { name: 'second', tier: 'BasicV2' }] },
      { furtherExtensions: [programCaller], env: await program.listen() },
    );
    ({ arm, workbench } = signedIn);
    caller = new ArmCaller(arm);
    gatewayUrl = String(propertiesOf(await caller.ask('GET', caller.instance)).gatewayUrl);
    const api = `${caller.instance}/apis/score`;
    arm.seed(api, { displayName: 'Score', path: 'score', serviceUrl });
    arm.seed(`${api}/operations/get`, { displayName: 'Get', method: 'GET', urlTemplate: '/' });
    const urlTemplate = '/workspaces/{workspace}/services/{service}/execute';
    arm.seed(`${api}/operations/execute`, { displayName: 'Execute', method: 'POST', urlTemplate });
    arm.seed(`${caller.instance}/products/unlimited/apis/score`, {});
    const { window } = workbench;
    for (const name of ['Web services', 'Jobs', 'Get started']) await window.tree(name).showPane(false);
    tree = window.tree('API Management');
    await tree.showPane(true);
    await window.runCommand('Azure ML: Add API Management instance…');
    await window.dialog.click('Allow');
    await window.quickInput.pick(demo, { placeholder: 'API Management instance' });
    await tree.find([demo, 'Users']);
  });
  after(() => closeInOrder(signedIn, program, { close: () => closeAtOnce(backend) }));
  afterEach(() => workbench.window.notifications.clear());

  /** The status with which the gateway answers a call with a key. */
  const callWith = async (key: string): Promise<number> => {
    const headers = { 'Ocp-Apim-Subscription-Key': key };
    return (await fetch(`${gatewayUrl}/score/`, { headers })).status;
  };
  const keysOf = async (subscription: string): Promise<{ primary: string; secondary: string }> => {
    const { body } = await caller.ask('POST', `subscriptions/${subscription}/listSecrets`);
    const [primary, secondary] = [String(body.primaryKey), String(body.secondaryKey)];
    keys.add(primary).add(secondary);
    return { primary, secondary };
  };
  const clipboardHas = (text: string): Promise<true> =>
    eventually('the key on the clipboard', async () => {
      const found = await workbench.window.page.evaluate(() => navigator.clipboard.readText());
      return found === text ? true : undefined;
    });
  const inMenu = (path: readonly string[], entry: string): Promise<void> =>
    tree.clickContextMenu([demo, ...path], entry);
  const userCalled = async (email: string): Promise<string> => {
    const { body } = await caller.ask('GET', 'users');
    const found = asArray(body.value)
      .map(asObject)
      .find((user) => asObject(user.properties).email === email);
    return asText(found?.name) ?? '';
  };
  /** What each write said about a mail to whom it concerns. */
  const mailsWith = (method: string, path: RegExp): readonly (string | null)[] =>
    arm.requests
      .filter((seen) => seen.method === method && path.test(seen.path))
      .map(({ query }) => query.get('notify'));
  const askForSubscription = async (name: string): Promise<void> => {
    await caller.put(`subscriptions/${name.toLowerCase()}`, {
      displayName: name,
      scope: '/products/unlimited',
      ownerId: `/users/${await userCalled('ada@example.com')}`,
    });
  };
  const stateOf = async (subscription: string): Promise<unknown> =>
    propertiesOf(await caller.ask('GET', `subscriptions/${subscription}`)).state;

  it('makes a group, and leaves alone those that are built in', async () => {
    const { quickInput, notifications } = workbench.window;
    await inMenu(['Groups'], 'New group…');
    await quickInput.enter('Testers', { title: 'New group (1/2)', message: 'Name of the group' });
    await quickInput.enter('They try it out.', { message: 'What the group is for' });
    await notifications.waitFor('The group Testers is made.');
    await tree.find([demo, 'Groups', 'Testers']);
    assert.deepEqual(await tree.disabledContextMenuLabels([demo, 'Groups', 'Guests']), [
      'Add members…',
      'Edit group…',
      'Delete group…',
    ]);
    await inMenu(['Groups', 'Testers'], 'Edit group…');
    await quickInput.accept({ message: 'Name of the group' });
    await quickInput.enter('They try everything out.', { message: 'What the group is for' });
    await notifications.waitFor('The group Testers is changed.');
    const { description } = propertiesOf(await caller.ask('GET', 'groups/testers'));
    assert.equal(description, 'They try everything out.');
  });

  it('says why a built-in group that was picked in the palette cannot be changed', async () => {
    const { window } = workbench;
    workbench.health.expect(/The group Developers is built in/);
    await window.runCommand('Azure ML: Delete group…');
    await window.quickInput.pick(demo, { placeholder: 'API Management instance' });
    await window.quickInput.pick('Developers', { title: 'Delete group' });
    await window.notifications.waitFor('The group Developers is built in');
  });

  it('invites somebody, after it was said that a mail goes out', async () => {
    const { quickInput, dialog, notifications, screenshot } = shortcuts();
    await inMenu(['Users'], 'Invite user…');
    await quickInput.enter('Ada', { title: 'Invite user (1/4)', message: 'First name' });
    await quickInput.enter('Byron', { message: 'Last name' });
    await quickInput.enter('nobody', { message: 'E-mail address' });
    await quickInput.enter('ada@example.com', { message: 'An address like' });
    await quickInput.accept({ placeholder: 'Groups to put the user into' });
    assert.match(await dialog.text(), /A mail goes to ada@example\.com with a link that is valid for 2 days/);
    await screenshot('access-invite');
    assert.equal(await userCalled('ada@example.com'), '');
    await dialog.click('Send invitation');
    await notifications.waitFor('Ada Byron is invited to demoazureml.');
    assert.deepEqual(mailsWith('PUT', /\/service\/demoazureml\/users\/[^/]+$/), ['true']);
    const { description } = await tree.find([demo, 'Users', ada]);
    assert.equal(description, 'not confirmed yet · ada@example.com');
    await screenshot('access-users');
  });

  it('does not make somebody active who has yet to follow his invitation', async () => {
    const { window } = workbench;
    const { quickInput, notifications } = shortcuts();
    const name = await userCalled('ada@example.com');
    await window.runCommand('Azure ML: Unblock user');
    await quickInput.pick(demo, { placeholder: 'API Management instance' });
    await quickInput.waitFor({ placeholder: 'There is none for which that can be done.' });
    await window.page.keyboard.press('Escape');
    const node = {
      node: 'entity',
      instanceId: caller.instance,
      kind: 'user',
      path: `/users/${name}`,
      label: ada,
    };
    await program.call('azuremlServices.unblockUser', node);
    await notifications.waitFor('Ada Byron is not blocked.');
    assert.equal(propertiesOf(await caller.ask('GET', `users/${name}`)).state, 'pending');
  });

  it('takes nobody out of a group that is built in', async () => {
    const { notifications } = shortcuts();
    workbench.health.expect(/The group Developers is built in/);
    const [developers = ''] = await groupsCalled('Developers');
    const path = `/groups/${developers}/users/${await userCalled('ada@example.com')}`;
    const node = { node: 'entity', instanceId: caller.instance, kind: 'member', path, label: ada };
    void program.call('azuremlServices.removeMember', node);
    await notifications.waitFor('The group Developers is built in');
  });

  it('names the field when the address belongs to another user, and adds one who has his own; tries a group again', async () => {
    const { quickInput, notifications } = shortcuts();
    workbench.health.expect(/ValidationError/);
    const add = async (email: string): Promise<void> => {
      await inMenu(['Users'], 'Add user…');
      await quickInput.enter('Augusta', { message: 'First name' });
      await quickInput.enter('King', { message: 'Last name' });
      await quickInput.enter(email, { message: 'E-mail address' });
      await quickInput.check('Testers');
      await quickInput.accept({ placeholder: 'Groups to put the user into' });
    };
    await add('ada@example.com');
    const { text } = await notifications.waitFor('with ValidationError');
    assert.match(text, /email: Another user has the address ada@example\.com/);
    const refusal = new ArmError(403, 'AuthorizationFailed', 'Not your role.');
    arm.failNext(/^PUT .*\/groups\/testers\/users\//, faultOf(refusal));
    await add('augusta@example.com');
    const without = await notifications.waitFor(
      'Augusta King is a user of demoazureml, but was not put into',
    );
    assert.match(without.text, /into Testers\. .*Not your role\./);
    await tree.find([demo, 'Users', 'Augusta King']);
    await without.click('Try again');
    await notifications.waitFor('Augusta King is a user of demoazureml. No mail was sent');
    await tree.waitFor(
      [demo, 'Users', 'Augusta King'],
      ({ description }) => description === 'augusta@example.com',
    );
    await tree.find([demo, 'Groups', 'Testers', 'Augusta King']);
  });

  it('puts a user into a group, and takes him out', async () => {
    const { quickInput, dialog, notifications } = shortcuts();
    const member = [demo, 'Groups', 'Testers', ada];
    await inMenu(['Groups', 'Testers'], 'Add members…');
    await quickInput.fill('ada@example.com', { placeholder: 'Users to put into the group' });
    await quickInput.check(ada);
    await quickInput.accept();
    await notifications.waitFor('Testers now has Ada Byron among its members.');
    await tree.find(member);
    await tree.clickContextMenu(member, 'Remove member…');
    await dialog.click('Remove');
    await notifications.waitFor('Ada Byron is not in the group any more.');
    await tree.waitForGone(member);
    const left = namesOn(await caller.ask('GET', 'groups/testers/users'));
    assert.deepEqual(left, [await userCalled('augusta@example.com')]);
  });

  it('shows a product to a group, unless somebody else is choosing too', async () => {
    const { quickInput, dialog, notifications, screenshot } = shortcuts();
    const linked = async (): Promise<readonly unknown[]> => {
      const { body } = await caller.ask('GET', 'products/unlimited/groups');
      return asArray(body.value).map((group) => asObject(asObject(group).properties).displayName);
    };
    await inMenu(['Products', 'Unlimited'], 'Choose who sees the product…');
    await quickInput.check('Testers');
    await quickInput.check('Guests', false);
    await screenshot('access-visibility');
    arm.beforeNext(/^GET .*\/products\/unlimited\/groups$/, async () => {
      const [developers] = await groupsCalled('Developers');
      await caller.ask('DELETE', `products/unlimited/groups/${developers ?? ''}`);
    });
    await quickInput.accept({ title: 'Who sees Unlimited' });
    assert.match(await dialog.text(), /Hide Unlimited from Guests\?/);
    await dialog.click('Hide product');
    await quickInput.waitFor({ placeholder: 'Somebody else has changed it meanwhile' });
    assert.deepEqual(await linked(), ['Administrators', 'Guests']);
    await quickInput.check('Testers');
    await quickInput.accept();
    await notifications.waitFor('Unlimited is seen by Administrators, Guests, Testers.');
    assert.deepEqual(await linked(), ['Administrators', 'Guests', 'Testers']);
    await tree.find([demo, 'Products', 'Unlimited', 'Testers']);
  });

  it('takes a product from the developers, and gives it back', async () => {
    const { dialog, notifications } = shortcuts();
    await inMenu(['Products', 'Starter'], 'Unpublish product…');
    await dialog.click('Unpublish');
    await notifications.waitFor('The product Starter is not published any more.');
    await tree.waitFor([demo, 'Products', 'Starter'], ({ description }) =>
      description.includes('not published'),
    );
    await inMenu(['Products', 'Starter'], 'Publish product…');
    await dialog.click('Publish');
    await tree.waitFor(
      [demo, 'Products', 'Starter'],
      ({ description }) => !description.includes('not published'),
    );
  });

  it('approves a request, whose keys then work at the gateway', async () => {
    const { window } = workbench;
    const { quickInput, dialog, notifications, screenshot } = shortcuts();
    await askForSubscription('Research');
    const { primary } = await keysOf('research');
    assert.equal(await callWith(primary), 401);
    await window.runCommand('Azure ML: Show subscription requests…');
    await quickInput.pick(demo, { placeholder: 'API Management instance' });
    await quickInput.waitFor({ title: 'Subscriptions that wait for approval' });
    await quickInput.row('Research').waitFor();
    assert.deepEqual(
      (await quickInput.entries()).map(({ label }) => label),
      ['Research'],
    );
    await quickInput.pick('Research');
    await quickInput.pick('Approve', { title: 'Research' });
    assert.match(
      await dialog.text(),
      /Approve the subscription Research\?.*For: product unlimited\. Owner: Ada Byron\. State: waits for approval\./,
    );
    await screenshot('access-approve');
    assert.deepEqual((await dialog.buttons()).toSorted(), ['Approve', 'Approve and send mail', 'Cancel']);
    await dialog.click('Approve and send mail');
    await notifications.waitFor('The subscription Research is active.');
    assert.deepEqual(mailsWith('PATCH', /\/research$/), ['true']);
    assert.equal(await callWith(primary), 200);
    await inMenu(['Subscriptions', 'Research'], 'Copy primary subscription key');
    await clipboardHas(primary);
  });

  it('shows a key only when it is asked for', async () => {
    const { secondary } = await keysOf('research');
    const { quickInput } = workbench.window;
    await inMenu(['Subscriptions', 'Research'], 'Show subscription keys…');
    const descriptions = async (): Promise<readonly (string | undefined)[]> =>
      (await quickInput.entries()).map(({ description }) => description);
    await quickInput.waitFor({ title: 'Keys of Research' });
    const hidden = '•'.repeat(32);
    assert.deepEqual(await descriptions(), [hidden, hidden]);
    await quickInput.row('Secondary key').hover();
    await quickInput.row('Secondary key').getByRole('button', { name: 'Show key' }).click();
    await eventually('the key', async () => (await descriptions())[1] === secondary);
    assert.equal((await descriptions())[0], hidden);
    await quickInput.pick('Secondary key');
    await clipboardHas(secondary);
  });

  it('suspends a subscription, whose keys then fail, and activates it', async () => {
    const { dialog, notifications } = shortcuts();
    const { primary } = await keysOf('research');
    const node = [demo, 'Subscriptions', 'Research'];
    arm.failNext(/^PATCH .*\/research$/, throttled(1));
    await inMenu(['Subscriptions', 'Research'], 'Suspend subscription…');
    await dialog.click('Suspend');
    await notifications.waitFor('The subscription Research is suspended.');
    assert.equal(await callWith(primary), 401);
    await tree.waitFor(node, ({ description }) => description.startsWith('suspended'));
    await inMenu(['Subscriptions', 'Research'], 'Activate subscription…');
    await dialog.click('Activate');
    await notifications.waitFor('The subscription Research is active.');
    assert.equal(await callWith(primary), 200);
  });

  it('makes a new key, with which the old one is refused', async () => {
    const { dialog, notifications, screenshot } = shortcuts();
    const before = await keysOf('research');
    await inMenu(['Subscriptions', 'Research'], 'Regenerate primary subscription key…');
    assert.match(await dialog.text(), /Calls with the old primary key are refused at once/);
    await screenshot('access-regenerate');
    await dialog.click('Regenerate key');
    const made = await notifications.waitFor('Research has a new primary key.');
    const after = await keysOf('research');
    assert.deepEqual(
      [await callWith(before.primary), await callWith(after.primary), after.secondary === before.secondary],
      [401, 200, true],
    );
    await made.click('Copy primary key');
    await clipboardHas(after.primary);
  });

  it('says what to do about keys that the instance does not say', async () => {
    const { notifications } = shortcuts();
    workbench.health.expect(/does not say the keys of Keyless/);
    const properties = { displayName: 'Keyless', scope: '/products/unlimited', state: 'active' };
    arm.seed(`${caller.instance}/subscriptions/keyless`, properties);
    await inMenu(['Subscriptions'], 'Refresh');
    await inMenu(['Subscriptions', 'Keyless'], 'Copy primary subscription key');
    await notifications.waitFor(
      'demoazureml does not say the keys of Keyless. Regenerate them, or ask somebody',
    );
    await inMenu(['Subscriptions', 'Keyless'], 'Regenerate primary subscription key…');
    await workbench.window.dialog.click('Regenerate key');
    const made = await notifications.waitFor('Keyless has a new primary key.');
    await made.click('Copy primary key');
    const { body } = await caller.ask('POST', 'subscriptions/keyless/listSecrets');
    keys.add(String(body.primaryKey));
    await clipboardHas(String(body.primaryKey));
  });

  it('gives a key to a workspace that is called through the instance', async () => {
    const { window } = workbench;
    const { quickInput, notifications } = shortcuts();
    const gateway = { subscriptionKeyHeader: 'Ocp-Apim-Subscription-Key' };
    await workbench.changeTheme('dark', {
      'azuremlServices.workspaces': {
        Through: { ...keylessWorkspace(`${gatewayUrl}/score`, 'Census'), ...gateway },
        Elsewhere: keylessWorkspace('http://127.0.0.1:9', 'Census'),
      },
    });
    await inMenu(['Subscriptions', 'Research'], 'Use subscription key for a workspace…');
    await quickInput.waitFor({ placeholder: 'Workspace that is called through demoazureml' });
    assert.deepEqual(
      (await quickInput.entries()).map(({ label }) => label),
      ['Through'],
    );
    await quickInput.pick('Through');
    await notifications.waitFor('Through is called with the primary key of Research.');
    const services = window.tree('Web services');
    await services.showPane(true);
    await services.click(['Through', 'Census', 'RRS Execute']);
    const editor = window.editors.webview();
    await editor.getByRole('button', { name: 'Send', exact: true }).click();
    await editor.getByText('200 OK').first().waitFor();
    await services.showPane(false);
  });

  it('overrules no other administrator, and shows what he has decided', async () => {
    const { quickInput, dialog, notifications, screenshot } = shortcuts();
    await askForSubscription('Contested');
    await tree.clickContextMenu([demo, 'Subscriptions'], 'Refresh');
    await tree.find([demo, 'Subscriptions', 'Contested']);
    await inMenu(['Subscriptions', 'Contested'], 'Reject subscription…');
    await quickInput.enter('Not enough said.', { message: 'Why Contested is rejected' });
    assert.match(await dialog.text(), /State: waits for approval/);
    arm.beforeNext(/^PATCH .*\/contested$/, async () => {
      const properties = { state: 'active' };
      await caller.ask('PATCH', 'subscriptions/contested', { properties }, { 'If-Match': '*' });
    });
    await dialog.click('Reject');
    await eventually('the question anew', async () =>
      (await dialog.text()).includes('Somebody else has changed it meanwhile') ? true : undefined,
    );
    assert.match(await dialog.text(), /State: active/);
    await screenshot('access-contested');
    assert.equal(await stateOf('contested'), 'active');
    await dialog.click('Reject');
    await notifications.waitFor('The subscription Contested is rejected.');
    assert.deepEqual(
      [
        await stateOf('contested'),
        propertiesOf(await caller.ask('GET', 'subscriptions/contested')).stateComment,
      ],
      ['rejected', 'Not enough said.'],
    );
  });

  it('cancels a subscription, whose keys then fail', async () => {
    const { dialog, notifications } = shortcuts();
    await caller.put('subscriptions/ended', {
      displayName: 'Ended',
      scope: '/products/unlimited',
      state: 'active',
    });
    const { secondary } = await keysOf('ended');
    assert.equal(await callWith(secondary), 200);
    await tree.clickContextMenu([demo, 'Subscriptions'], 'Refresh');
    await tree.find([demo, 'Subscriptions', 'Ended']);
    await inMenu(['Subscriptions', 'Ended'], 'Cancel subscription…');
    await dialog.click('Cancel subscription');
    await notifications.waitFor('The subscription Ended is cancelled.');
    assert.equal(await stateOf('ended'), 'cancelled');
    assert.equal(await callWith(secondary), 401);
  });

  it('says who could give the right that is missing', async () => {
    const { dialog, notifications } = shortcuts();
    workbench.health.expect(/AuthorizationFailed/);
    arm.failNext(/^PATCH .*\/research$/, faultOf(new ArmError(403, 'AuthorizationFailed', 'Not your role.')));
    await inMenu(['Subscriptions', 'Research'], 'Cancel subscription…');
    await dialog.click('Cancel subscription');
    const { text } = await notifications.waitFor('AuthorizationFailed');
    assert.match(text, /Not your role\..*Ask an owner of the subscription/);
    assert.equal(await stateOf('research'), 'active');
  });

  it('gives out a subscription that stands alone, and deletes it', async () => {
    const { quickInput, dialog, notifications } = shortcuts();
    await inMenu(['Subscriptions'], 'New subscription…');
    await quickInput.enter('Nightly job', {
      title: 'New subscription (1/4)',
      message: 'Name of the subscription',
    });
    await quickInput.pick('Nobody: it stands alone', { placeholder: 'Owner' });
    await quickInput.pick('Score', { placeholder: 'What the keys are for' });
    await quickInput.pick('Active', { placeholder: 'How it begins' });
    const made = await notifications.waitFor('The subscription Nightly job is made, with two keys.');
    const { primary } = await keysOf('nightly-job');
    await made.click('Copy primary key');
    await clipboardHas(primary);
    assert.equal(await callWith(primary), 200);
    await inMenu(['Subscriptions', 'Nightly job'], 'Delete subscription…');
    assert.match(await dialog.text(), /Owner: nobody, it stands alone/);
    await dialog.click('Delete');
    await tree.waitForGone([demo, 'Subscriptions', 'Nightly job']);
    assert.equal(await callWith(primary), 401);
  });

  it('makes a request for a product, whose keys work once it is approved', async () => {
    const { quickInput, dialog, notifications, screenshot } = shortcuts();
    await tree.waitFor(
      [demo, 'Products', 'Unlimited'],
      ({ description }) => description === 'needs approval',
    );
    await inMenu(['Products', 'Unlimited'], 'New subscription…');
    await quickInput.enter('Survey', {
      title: 'New subscription (1/3)',
      message: 'Name of the subscription',
    });
    await quickInput.pick('Augusta King', { placeholder: 'Owner' });
    await quickInput.waitFor({ placeholder: 'How it begins' });
    await screenshot('access-request');
    await quickInput.pick('Submitted');
    await notifications.waitFor('The subscription Survey is made. It waits for approval.');
    const node = [demo, 'Subscriptions', 'Survey'];
    const { description } = await tree.find(node);
    assert.equal(description, 'waits for approval · product unlimited');
    const { primary } = await keysOf('survey');
    assert.deepEqual([await stateOf('survey'), await callWith(primary)], ['submitted', 401]);
    await inMenu(['Subscriptions', 'Survey'], 'Approve subscription…');
    assert.match(
      await dialog.text(),
      /For: product unlimited\. Owner: Augusta King\. State: waits for approval\./,
    );
    await screenshot('access-request-approve');
    await dialog.click('Approve');
    await notifications.waitFor('The subscription Survey is active.');
    await tree.waitFor(node, (row) => row.description === 'product unlimited');
    assert.deepEqual([await stateOf('survey'), await callWith(primary)], ['active', 200]);
    assert.deepEqual(mailsWith('PATCH', /\/survey$/), ['false']);
  });

  it('asks again before keys open every API', async () => {
    const { window } = workbench;
    const { quickInput, dialog } = shortcuts();
    await window.runCommand('Azure ML: New subscription…');
    await quickInput.pick(demo, { placeholder: 'API Management instance' });
    await quickInput.enter('Everything', { message: 'Name of the subscription' });
    await quickInput.waitFor({ placeholder: 'Owner' });
    const owners = await quickInput.entries();
    const description = owners.find(({ label }) => label === ada)?.description;
    assert.equal(description, 'not confirmed yet · ada@example.com');
    await quickInput.pick(ada);
    await quickInput.pick(/All APIs/, { placeholder: 'What the keys are for' });
    await quickInput.pick('Submitted', { placeholder: 'How it begins' });
    assert.match(await dialog.text(), /calls every API, those to come included/);
    await dialog.click('Cancel');
    assert.equal((await caller.ask('GET', 'subscriptions/everything')).status, 404);
  });

  it('sends a password reset mail when that is confirmed', async () => {
    const { dialog, notifications } = shortcuts();
    const sent = (): number =>
      arm.requests.filter(({ path }) => path.endsWith('/confirmations/password/send')).length;
    await inMenu(['Users', ada], 'Send password reset mail…');
    await dialog.text();
    assert.equal(sent(), 0);
    await dialog.click('Send mail');
    await notifications.waitFor('A password reset mail is on its way to Ada Byron.');
    assert.equal(sent(), 1);
  });

  it('deletes a group, whose members stay', async () => {
    const { dialog, notifications } = shortcuts();
    await inMenu(['Groups', 'Testers'], 'Delete group…');
    await dialog.click('Delete');
    await notifications.waitFor('The group Testers is deleted.');
    await tree.waitForGone([demo, 'Groups', 'Testers']);
    await tree.waitForGone([demo, 'Products', 'Unlimited', 'Testers']);
    await tree.find([demo, 'Users', 'Augusta King']);
  });

  it('blocks a user, and deletes him with his subscriptions', async () => {
    const { dialog, notifications, screenshot } = shortcuts();
    await inMenu(['Users', ada], 'Block user…');
    await dialog.click('Block');
    await notifications.waitFor('Ada Byron is blocked.');
    assert.equal(await callWith((await keysOf('research')).primary), 401);
    await tree.waitFor([demo, 'Users', ada], ({ description }) => description.startsWith('blocked'));
    await inMenu(['Users', ada], 'Delete user…');
    assert.match(await dialog.text(), /deleted with the user \(2\): Research, Contested\./);
    assert.deepEqual((await dialog.buttons()).toSorted(), ['Cancel', 'Delete with subscriptions']);
    await screenshot('access-delete-user');
    await dialog.click('Delete with subscriptions');
    await notifications.waitFor('Ada Byron is deleted.');
    await tree.waitForGone([demo, 'Users', ada]);
    await tree.waitForGone([demo, 'Subscriptions', 'Research']);
    assert.equal((await caller.ask('GET', 'subscriptions/research')).status, 404);
  });

  it('deletes a user who has no subscriptions', async () => {
    const { dialog } = shortcuts();
    await caller.put('users/lin', { firstName: 'Lin', lastName: 'Wu', email: 'lin@example.com' });
    await inMenu(['Users'], 'Refresh');
    await inMenu(['Users', 'Lin Wu'], 'Delete user…');
    assert.match(await dialog.text(), /The user has no subscriptions\./);
    assert.deepEqual((await dialog.buttons()).toSorted(), ['Cancel', 'Delete user']);
    await dialog.click('Delete user');
    await tree.waitForGone([demo, 'Users', 'Lin Wu']);
  });

  it('says what the tier Consumption lacks, where subscriptions work all the same', async () => {
    const { window } = workbench;
    const { quickInput, notifications } = shortcuts();
    workbench.health.expect(/paidbycall has no users, groups and notifications/);
    await window.runCommand('Azure ML: Invite user…');
    await quickInput.pick('paidbycall', { placeholder: 'API Management instance' });
    await notifications.waitFor('paidbycall has no users, groups and notifications');
    const [, paidByCall = ''] = arm.instances;
    arm.seed(`${paidByCall}/products/starter`, { displayName: 'Starter', state: 'published' });
    arm.seed(`${paidByCall}/apis/score`, { displayName: 'Score', path: 'score' });
    arm.seed(`${paidByCall}/apis/score-v2`, { displayName: 'Score', path: 'score', apiVersion: 'v2' });
    await window.runCommand('Azure ML: New subscription…');
    await quickInput.pick('paidbycall', { placeholder: 'API Management instance' });
    await quickInput.enter('Alone', { title: 'New subscription (1/3)', message: 'Name of the subscription' });
    await quickInput.waitFor({ placeholder: 'What the keys are for' });
    const apis = (await quickInput.entries()).filter(({ description }) => description === 'API');
    assert.deepEqual(
      apis.map(({ label }) => label),
      ['Score', 'Score v2'],
    );
    await quickInput.pick('Starter');
    await quickInput.pick('Active', { placeholder: 'How it begins' });
    await notifications.waitFor('The subscription Alone is made, with two keys.');
  });

  it('does nothing to another instance for a node of one that was forgotten', async () => {
    workbench.health.expect(/is not in the view API Management any more/);
    const forgotten = caller.instance.replace(demo, 'elsewhere');
    const node = { node: 'entity', instanceId: forgotten, kind: 'product', path: '/products/starter' };
    void program.call('azuremlServices.unpublishProduct', { ...node, label: 'Starter' });
    await workbench.window.notifications.waitFor('The instance elsewhere is not in the view API Management');
  });

  it('says that invitations need a developer portal that is enabled', async () => {
    const { window } = workbench;
    workbench.health.expect(/The developer portal of second is not enabled/);
    await window.runCommand('Azure ML: Invite user…');
    await window.quickInput.pick('second', { placeholder: 'API Management instance' });
    await window.notifications.waitFor('The developer portal of second is not enabled');
  });

  it('keeps tokens and keys out of files and the log', async () => {
    const { tokens } = signedIn.signIn;
    const secrets = [...keys, ...tokens].map((secret, index) => [`secret ${index}`, secret]);
    const scan = new SecretScan(Object.fromEntries(secrets) as Record<string, string>);
    const log = await workbench.extensionLogs();
    assert.match(log, /PATCH http:.*\/subscriptions\/research/);
    assert.ok(keys.size >= 5);
    const data = join(workbench.host.userData, 'data');
    assert.deepEqual([...scan.text('log', log), ...(await scan.folder(data))], []);
  });

  function shortcuts() {
    const { window } = workbench;
    const { quickInput, dialog, notifications } = window;
    return { quickInput, dialog, notifications, screenshot: (name: string) => window.screenshot(name) };
  }

  /** Ids of groups that the service has named. */
  async function groupsCalled(displayName: string): Promise<readonly string[]> {
    const { body } = await caller.ask('GET', 'groups');
    return asArray(body.value)
      .map(asObject)
      .filter(({ properties }) => asObject(properties).displayName === displayName)
      .map(({ name }) => String(name));
  }
});
