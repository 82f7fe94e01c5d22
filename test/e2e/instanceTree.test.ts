import assert from 'node:assert/strict';
import { ArmError, faultOf, type Arm } from '../support/arm/index.ts';
import { eventually } from '../support/eventually.ts';
import { startSignedIn, type SignedIn } from './support/signedIn.ts';
import type { Tree } from './support/tree.ts';
import type { Workbench } from './support/workbench.ts';

describe('the view of API Management', () => {
  let signedIn: SignedIn;
  let arm: Arm;
  let workbench: Workbench;
  let tree: Tree;
  let demo: string;

  before(async () => {
    signedIn = await startSignedIn({
      instances: [{}, { name: 'paidbycall', tier: 'Consumption' }],
      paging: { pageSize: 50 },
    });
    ({ arm, workbench } = signedIn);
    [demo = ''] = arm.instances;
    tree = workbench.window.tree('API Management');
    await tree.showPane(true);
    for (const other of ['Get started', 'Jobs', 'Web services'])
      await workbench.window.tree(other).showPane(false);
  });
  after(() => signedIn.close());

  const add = async (name: string): Promise<void> => {
    await workbench.window.runCommand('Azure ML: Add API Management instance…');
    if (signedIn.signIn.tokens.length === 0) await workbench.window.dialog.click('Allow');
    await workbench.window.quickInput.pick(name, { placeholder: 'API Management instance' });
    await tree.find([name]);
  };

  const labels = async (): Promise<readonly string[]> => (await tree.rows()).map(({ label }) => label);
  /** Goes down from the root that is selected, for rows out of view are not drawn. */
  const scrollTo = async (label: string): Promise<void> => {
    const { keyboard } = workbench.window.page;
    await tree.pane.locator('.monaco-list').focus();
    await keyboard.press('Home');
    await eventually(label, async () => {
      if ((await labels()).includes(label)) return true;
      await keyboard.press('PageDown');
      return false;
    });
  };

  it('says what it is for, and asks nobody to sign in before an instance is added', async () => {
    await tree.pane.getByRole('button', { name: 'Add instance' }).waitFor();
    assert.equal(signedIn.signIn.tokens.length, 0);
    await add('demoazureml');
    const { description } = await tree.find(['demoazureml']);
    assert.match(description, /^Developer · /);
  });

  it('lists what an instance has', async () => {
    await tree.find(['demoazureml', 'Notifications']);
    assert.deepEqual(await tree.children(['demoazureml']), [
      'APIs',
      'Products',
      'Subscriptions',
      'Users',
      'Groups',
      'Notifications',
    ]);
    arm.seed(`${demo}/subscriptions/waiting`, {
      displayName: 'Grace',
      scope: `${demo}/products/starter`,
      state: 'submitted',
    });
    const starter = await tree.find(['demoazureml', 'Products', 'Starter']);
    assert.equal(starter.description, '');
    await tree.expand(['demoazureml', 'Products', 'Starter']);
    await tree.find(['demoazureml', 'Products', 'Starter', 'Administrators']);
    await tree.waitFor(['demoazureml', 'Subscriptions', 'Grace'], ({ description }) =>
      description.startsWith('waits for approval · product starter'),
    );
    const { description } = await tree.find(['demoazureml', 'Groups', 'Developers']);
    assert.equal(description, 'built in');
    await workbench.window.screenshot('instance-tree');
  });

  it('tells versions of an API apart, and leaves out older revisions', async () => {
    const score = { displayName: 'Score', path: 'score' };
    arm.seed(`${demo}/apis/score`, score);
    arm.seed(`${demo}/apis/score;rev=2`, { ...score, apiRevision: '2', isCurrent: false });
    arm.seed(`${demo}/apis/score-v2`, { ...score, apiVersion: 'v2' });
    for (const id of ['score', 'score-v2']) arm.seed(`${demo}/products/unlimited/apis/${id}`, {});
    const both = ['Score', 'Score v2'];
    const scores = (children: readonly string[]) => children.filter((each) => each.startsWith('Score'));
    assert.deepEqual(scores(await tree.children(['demoazureml', 'APIs'])), both);
    assert.deepEqual(scores(await tree.children(['demoazureml', 'Products', 'Unlimited'])), both);
  });

  it('shows two hundred entries of a long list, and more when it is asked', async () => {
    for (let index = 0; index < 250; index += 1)
      arm.seed(`${demo}/users/user${index}`, {
        firstName: 'User',
        lastName: String(index).padStart(3, '0'),
        email: `user${index}@contoso.com`,
        state: index === 0 ? 'blocked' : 'active',
      });
    await tree.waitFor(['demoazureml', 'Users', 'User 000'], ({ description }) =>
      description.startsWith('blocked'),
    );
    await scrollTo('Show more…');
    assert.ok(!(await labels()).includes('User 200'));
    // A list that failed midway must not pass for a whole one.
    workbench.health.expect(/AuthorizationFailed/);
    arm.failNext(/^GET .*\/users$/, faultOf(new ArmError(403, 'AuthorizationFailed', 'No rights.')));
    await tree.pane.getByText('Show more…').click();
    await workbench.window.notifications.waitFor('AuthorizationFailed');
    await workbench.window.notifications.clear();
    await scrollTo('Show more…');
    await tree.pane.getByText('Show more…').click();
    await scrollTo('User 249');
    await tree.pane.locator('.monaco-list').focus();
    for (const key of ['Home', 'ArrowLeft']) await workbench.window.page.keyboard.press(key);
  });

  it('says what a tier does not have', async () => {
    await add('paidbycall');
    const [remark = ''] = await tree.children(['paidbycall', 'Groups']);
    assert.match(remark, /Consumption has no developer portal/);
    await tree.find(['paidbycall', 'Products', 'No products yet.']);
    assert.deepEqual(await tree.contextMenuLabels(['paidbycall', 'Groups']), ['Refresh']);
    const [, paidByCall = ''] = arm.instances;
    arm.seed(`${paidByCall}/products/starter`, { displayName: 'Starter', state: 'published' });
    await tree.clickContextMenu(['paidbycall', 'Products'], 'Refresh');
    const starter = ['paidbycall', 'Products', 'Starter'];
    assert.deepEqual(await tree.children(starter), ['No APIs, and no group that sees it.']);
    const offered = await tree.contextMenuLabels(starter);
    assert.ok(offered.includes('Unpublish product…') && !offered.includes('Choose who sees the product…'));
  });

  it('says why a list cannot be read, and reads it on a click', async () => {
    const refusal = new ArmError(403, 'AuthorizationFailed', 'No rights.');
    arm.failNext(/^GET .*paidbycall\/apis/, faultOf(refusal));
    const path = ['paidbycall', 'APIs'];
    const [sentence = ''] = await tree.children(path);
    assert.match(sentence, /AuthorizationFailed.*rights of a contributor/);
    await tree.click([...path, sentence]);
    await tree.find([...path, 'No APIs yet. Publish an endpoint from the view Web services.']);
  });

  it('keeps the instances over a reload, and forgets one', async () => {
    await workbench.window.reload();
    await workbench.window.openSideBar('Azure ML Services');
    await tree.showPane(true);
    await tree.find(['paidbycall']);
    await tree.clickContextMenu(['paidbycall'], 'Remove from this view');
    await tree.waitForGone(['paidbycall']);
    await tree.find(['demoazureml']);
  });
});
