import assert from 'node:assert/strict';
import type { Arm } from '../support/arm/index.ts';
import { startSignedIn, type SignedIn } from './support/signedIn.ts';
import type { Tree } from './support/tree.ts';
import type { WorkbenchWindow } from './support/window.ts';

describe('notifications of API Management', () => {
  let signedIn: SignedIn;
  let arm: Arm;
  let window: WorkbenchWindow;
  let tree: Tree;
  const requests = ['demoazureml', 'Notifications', 'Subscription requests (requiring approval)'];

  before(async () => {
    signedIn = await startSignedIn({ instances: [{}, { name: 'paidbycall', tier: 'Consumption' }] });
    ({ arm } = signedIn);
    ({ window } = signedIn.workbench);
    const [demo = ''] = arm.instances;
    const grace = { firstName: 'Grace', lastName: 'Hopper', email: 'grace@contoso.com', state: 'active' };
    arm.seed(`${demo}/users/grace`, grace);
    tree = window.tree('API Management');
    await tree.showPane(true);
    for (const other of ['Get started', 'Jobs', 'Web services']) await window.tree(other).showPane(false);
    await window.runCommand('Azure ML: Add API Management instance…');
    await window.dialog.click('Allow');
    await window.quickInput.pick('demoazureml', { placeholder: 'API Management instance' });
    await tree.find(['demoazureml']);
  });
  after(() => signedIn.close());

  const written = (): readonly string[] =>
    arm.requests
      .filter(({ method }) => method !== 'GET')
      .map(({ method, path }) => `${method} ${path.replace(/^.*\/notifications/, '')}`);

  it('names each event, and says where nobody is told', async () => {
    await tree.find(requests);
    assert.equal((await tree.children(['demoazureml', 'Notifications'])).length, 7);
    await tree.find([...requests, 'Nobody is notified.']);
  });

  it('adds addresses, after it has said which one is none', async () => {
    await tree.clickContextMenu(requests, 'Notify e-mail addresses…');
    const { quickInput } = window;
    await quickInput.enter('ada@contoso.com, lin', { message: 'E-mail addresses' });
    await quickInput.waitFor({ message: 'lin is no e-mail address.' });
    await quickInput.enter('ada+ml@contoso.com; lin@contoso.com');
    await tree.find([...requests, 'ada+ml@contoso.com']);
    await tree.find([...requests, 'lin@contoso.com']);
    const place = '/RequestPublisherNotificationMessage/recipientEmails/';
    assert.deepEqual(written(), [`PUT ${place}ada+ml@contoso.com`, `PUT ${place}lin@contoso.com`]);
  });

  it('adds users, who are found by their addresses too', async () => {
    await tree.clickContextMenu(requests, 'Notify users…');
    const { quickInput } = window;
    await quickInput.fill('grace@contoso.com', { placeholder: 'Users to notify' });
    await quickInput.row('Grace Hopper').click();
    await quickInput.accept();
    const { description } = await tree.find([...requests, 'Grace Hopper']);
    assert.equal(description, 'grace@contoso.com');
    await window.screenshot('notifications');
  });

  it('removes somebody, and takes that back', async () => {
    const path = [...requests, 'ada+ml@contoso.com'];
    await tree.clickContextMenu(path, 'Stop notifying…');
    await tree.waitForGone(path);
    const told = await window.notifications.waitFor('ada+ml@contoso.com is not notified any more.');
    await told.click('Undo');
    await tree.find(path);
  });

  it('asks from the palette for instance, event and recipient', async () => {
    const { quickInput } = window;
    await window.runCommand('Azure ML: Stop notifying…');
    await quickInput.pick('demoazureml', { placeholder: 'API Management instance' });
    await quickInput.pick('Subscription requests (requiring approval)');
    await quickInput.fill('grace@contoso.com', { placeholder: 'Whom to notify no longer' });
    await quickInput.row('Grace Hopper').waitFor();
    await quickInput.fill('');
    await quickInput.pick('lin@contoso.com');
    await tree.waitForGone([...requests, 'lin@contoso.com']);
    const log = await signedIn.workbench.extensionLogs();
    assert.match(log, /\/recipientEmails\/\*\*\*/);
    assert.doesNotMatch(log, /ml(@|%40)contoso|lin(@|%40)contoso/);
  });

  it('says that the tier Consumption has none', async () => {
    signedIn.workbench.health.expect(/paidbycall has no users/);
    await window.runCommand('Azure ML: Notify users…');
    await window.quickInput.pick('paidbycall', { placeholder: 'API Management instance' });
    await window.notifications.waitFor(/paidbycall has no users, groups and notifications/);
  });
});
