import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { skeletonOf } from '../../src/governance/policies/skeleton.ts';
import { type Arm, defaultTenant, startArm } from '../support/arm/index.ts';
import { authProvider, SignInServer } from '../support/authProvider/signInServer.ts';
import { eventually } from '../support/eventually.ts';
import { ArmCaller, propertiesOf } from '../unit/arm/armCaller.ts';
import { closeInOrder } from './support/closeInOrder.ts';
import { OwnService } from './support/ownService.ts';
import { oneLine } from './support/text.ts';
import { Workbench } from './support/workbench.ts';

const policyPath = 'apis/demo/policies/policy';
const file = 'demo.policy.xml';
/** Stands in policies only, so that it is found wherever they leak to. */
const marker = 'text-of-a-policy';

function policy(inbound: string): string {
  return `<policies>\n  <inbound>\n    <base />\n    ${inbound}\n  </inbound>\n  <backend>\n    <base />\n  </backend>\n</policies>\n`;
}

function header(value: string): string {
  return policy(
    `<set-header name="X-Note" exists-action="override">\n      <value>${marker} ${value}</value>\n    </set-header>`,
  );
}

/** Policies of an instance as documents and as fields. */
describe('policies of API Management', () => {
  let own: OwnService;
  let arm: Arm;
  let caller: ArmCaller;
  let signIn: SignInServer;
  let workbench: Workbench;

  before(async () => {
    own = await OwnService.start();
    arm = await startArm({ instances: [{}, { name: 'payperuse', tier: 'Consumption' }] });
    caller = new ArmCaller(arm);
    for (const instance of arm.instances) await publish(instance, own.description.baseUrl);
    signIn = new SignInServer(
      [{ id: 'ada', label: 'ada@contoso.com', homeTenant: defaultTenant.tenantId }],
      (tenantId, account) => arm.token(tenantId, account),
    );
    workbench = await Workbench.start({
      furtherExtensions: [authProvider],
      env: await signIn.listen(),
      settings: { 'azuremlServices.azure.resourceManagerUrl': arm.url, 'files.autoSave': 'off' },
    });
    // A document that cannot be saved is an error to VS Code too.
    workbench.health.expect(/azureml-policy|demo\.policy\.xml|Unable to write file/);
    const { window } = workbench;
    await window.openSideBar('Azure ML Services');
    for (const name of ['Web services', 'Jobs', 'Get started']) await window.tree(name).showPane(false);
    await window.tree('API Management').showPane(true);
  });
  after(() => closeInOrder(workbench, signIn, arm, own));

  async function publish(instance: string, serviceUrl: string): Promise<void> {
    const put = async (path: string, properties: Record<string, unknown>): Promise<void> => {
      const reply = await caller.put(`${instance}/${path}`, properties);
      assert.ok(reply.status < 300, JSON.stringify(reply.body));
      if (reply.status !== 200 && reply.headers.has('azure-asyncoperation')) await caller.follow(reply);
    };
    await put('apis/demo', { displayName: 'Demo', path: 'demo', serviceUrl, protocols: ['https'] });
    const parameters = ['workspace', 'service'].map((name) => ({ name, type: 'string', required: true }));
    await put('apis/demo/operations/execute', {
      displayName: 'Execute',
      method: 'POST',
      urlTemplate: '/workspaces/{workspace}/services/{service}/execute',
      templateParameters: parameters,
    });
    await put('subscriptions/caller', { displayName: 'Caller', scope: '/apis/demo', state: 'active' });
  }

  const policyNow = async (path = policyPath): Promise<string> =>
    String(propertiesOf(await caller.ask('GET', `${path}?format=rawxml`)).value).replaceAll('\r\n', '\n');
  const writeElsewhere = async (value: string, path = policyPath): Promise<void> => {
    const { status } = await caller.put(path, { format: 'rawxml', value }, { 'If-Match': '*' });
    assert.ok(status < 300);
  };
  const save = (): Promise<void> => workbench.window.page.keyboard.press('ControlOrMeta+S');
  /** A paste is not in the editor at once, and what is saved before it leaves it out. */
  const replaceText = async (text: string): Promise<void> => {
    const { editors } = workbench.window;
    await editors.replaceText(text);
    await eventually('a changed policy', () => editors.isDirty(file));
  };
  const isSaved = (): Promise<true | undefined> =>
    eventually('a saved policy', async () =>
      (await workbench.window.editors.isDirty(file)) ? undefined : true,
    );
  /** VS Code keeps what is not saved a moment after it was typed. */
  const isBackedUp = async (text: string): Promise<boolean> => {
    const cwd = join(workbench.host.userData, 'data', 'User', 'Backups');
    for await (const name of glob('*/azureml-policy/*', { cwd }))
      if ((await readFile(join(cwd, name), 'utf8')).includes(text)) return true;
    return false;
  };
  const waitForCompared = (text: string): Promise<void> =>
    workbench.window.page.locator('.monaco-diff-editor .view-line', { hasText: text }).first().waitFor();
  /** The tab of a comparison, which has no name of a file. */
  const comparison = (title: string): Locator => workbench.window.page.locator('.tab', { hasText: title });
  /** A tab that is just being drawn takes no click. */
  const closeComparison = (title: string): Promise<true | undefined> =>
    eventually(`${title} closed`, async () => {
      if ((await comparison(title).count()) === 0) return true;
      await workbench.window.editors.close(title);
      return undefined;
    });
  const problems = async (): Promise<readonly string[]> => {
    const rows = workbench.window.page.locator('.markers-panel .monaco-list-row');
    return (await rows.allTextContents()).map(oneLine);
  };
  const waitForProblem = (pattern: RegExp): Promise<true | undefined> =>
    eventually(`problem ${pattern}`, async () =>
      (await problems()).some((each) => pattern.test(each)) ? true : undefined,
    );
  const noProblems = (): Promise<true | undefined> =>
    eventually('no problems', async () => ((await problems()).length === 0 ? true : undefined));
  /** What calls of the API are answered, one after the other. */
  const statusesOf = async (calls: number): Promise<readonly number[]> => {
    const { gatewayUrl } = propertiesOf(await caller.ask('GET', caller.instance));
    const { body } = await caller.ask('POST', 'subscriptions/caller/listSecrets');
    const statuses: number[] = [];
    for (let call = 0; call < calls; call++) {
      const answer = await fetch(own.executeUrl(`${String(gatewayUrl)}/demo`), {
        method: 'POST',
        headers: { 'Ocp-Apim-Subscription-Key': String(body.primaryKey) },
        body: '{}',
      });
      statuses.push(answer.status);
      await answer.arrayBuffer();
    }
    return statuses;
  };

  it('open from the palette, as what holds without one', async () => {
    const { window } = workbench;
    const { quickInput } = window;
    await window.runCommand('Azure ML: Edit policy…');
    await window.dialog.click('Allow');
    await quickInput.pick('demoazureml', { placeholder: 'API Management instance' });
    await quickInput.waitFor({ placeholder: 'What is the policy for?' });
    await window.screenshot('policy-scope');
    await quickInput.pick('An API');
    await quickInput.pick('Demo', { placeholder: 'APIs of demoazureml' });
    await window.editors.waitForActive(file);
    assert.equal(await window.editors.text(), skeletonOf('api'));
  });

  it('that the service refuses are marked where it says, and stay unsaved', async () => {
    const { window } = workbench;
    await window.runCommand('Problems: Focus on Problems View');
    await window.editors.activate(file);
    await replaceText(policy(`<set-backend-service base-url="${marker}" />`));
    await save();
    await window.notifications.waitFor(/API Management refused the policy \(line 4, column 6\)/);
    await waitForProblem(/the attribute base-url has a wrong value.*API Management.*\[Ln 4, Col 6\]/);
    assert.ok(await window.editors.isDirty(file));
    await window.screenshot('policy-refused');
    assert.equal((await caller.ask('GET', policyPath)).status, 404);
    await window.notifications.clear();
    await window.editors.activate(file);
    await replaceText(header('one'));
    await save();
    await isSaved();
    await noProblems();
    assert.equal(await policyNow(), header('one').trimEnd());
  });

  it('with a known mistake are sent only by who insists', async () => {
    const { window } = workbench;
    const wrong = header('two').replace('X-Note', 'Content-Length');
    const writes = (): number => arm.requests.filter(({ method }) => method === 'PUT').length;
    const before = writes();
    await replaceText(wrong);
    await waitForProblem(/does not let a policy change Content-Length.*Azure ML.*\[Ln 4, Col 6\]/);
    await save();
    assert.match(
      await window.dialog.text(),
      /probably refuse.*Line 4, column 6: name: API Management does not let/,
    );
    await window.screenshot('policy-mistake');
    await window.dialog.click('Cancel');
    await window.notifications.waitFor('It was not sent');
    assert.equal(writes(), before);
    await window.notifications.clear();
    await window.editors.activate(file);
    await save();
    await window.dialog.click('Save anyway');
    await isSaved();
    assert.equal(await policyNow(), wrong.trimEnd());
  });

  it('that somebody else has written are compared, and written over by who has seen them', async () => {
    const { window } = workbench;
    await writeElsewhere(header('of somebody else'));
    await replaceText(header('mine'));
    await save();
    assert.match(await window.dialog.text(), /Somebody has changed the policy of demo since you opened it/);
    await window.screenshot('policy-conflict');
    await window.dialog.click('Compare');
    await waitForCompared('of somebody else');
    await window.screenshot('policy-compare');
    assert.equal(await policyNow(), header('of somebody else').trimEnd());
    await window.notifications.clear();
    await closeComparison('in Azure ↔ yours');
    await window.editors.activate(file);
    await save();
    await isSaved();
    assert.equal(await policyNow(), header('mine').trimEnd());

    await writeElsewhere(header('again of somebody else'));
    await replaceText(header('mine again'));
    await save();
    await window.dialog.click('Overwrite');
    await isSaved();
    assert.equal(await policyNow(), header('mine again').trimEnd());
  });

  it('are compared with what is in Azure by then, where the comparison comes back with the window', async () => {
    const { window } = workbench;
    await writeElsewhere(header('of somebody before'));
    await replaceText(header('compared'));
    await save();
    await window.dialog.click('Compare');
    await waitForCompared('of somebody before');
    await eventually('a backup of VS Code', () => isBackedUp('compared'));
    await window.editors.waitUntilKept('theirs');
    await writeElsewhere(header('of somebody after'));
    await window.reload();
    await waitForCompared('of somebody after');
    await closeComparison('in Azure ↔ yours');
    await window.editors.activate(file);
    await save();
    assert.match(await window.dialog.text(), /Somebody has changed the policy of demo/);
    await window.dialog.click('Overwrite');
    await isSaved();
    assert.equal(await policyNow(), header('compared').trimEnd());
  });

  it('keep the version that they were read from over a reload', async () => {
    const { window } = workbench;
    await replaceText(header('before the reload'));
    await eventually('a backup of VS Code', () => isBackedUp('before the reload'));
    await window.editors.waitUntilForgotten('theirs');
    await window.reload();
    await window.editors.waitForActive(file);
    assert.match(await window.editors.text(), /before the reload/);
    // Without its version it would be a new one, which must not replace the one that is there.
    await save();
    await isSaved();
    assert.equal(await policyNow(), header('before the reload').trimEnd());
  });

  it('are saved after a reload as before it', async () => {
    const { window } = workbench;
    // Azure gives it back in another writing.
    await replaceText(`${header('saved')}\n\n`);
    await save();
    await isSaved();
    await window.reload();
    await window.editors.waitForActive(file);
    assert.match(await window.editors.text(), /saved/);
    await replaceText(header('saved again'));
    await save();
    await isSaved();
    assert.equal(await policyNow(), header('saved again').trimEnd());
  });

  it('keep the version that was typed on when somebody looks at what is there by then', async () => {
    const { window } = workbench;
    await replaceText(header('mine as typed'));
    await writeElsewhere(header('their writing'));
    await window.runCommand('File: Compare Active File with Saved');
    await waitForCompared('their writing');
    await closeComparison('in file');
    await window.editors.activate(file);
    await save();
    assert.match(await window.dialog.text(), /Somebody has changed the policy of demo/);
    await window.dialog.click('Cancel');
    await window.notifications.waitFor('Somebody has changed it since you opened it');
    await window.notifications.clear();
    assert.equal(await policyNow(), header('their writing').trimEnd());

    // Who takes what is there may go on from it.
    await window.editors.activate(file);
    await window.runCommand('File: Revert File');
    await eventually('the text of somebody else', async () =>
      (await window.editors.text()).includes('their writing'),
    );
    await replaceText(header('typed on theirs'));
    await save();
    await isSaved();
    assert.equal(await policyNow(), header('typed on theirs').trimEnd());
  });

  it('are not read at the start where somebody would have to sign in', async () => {
    const { window } = workbench;
    signIn.signOut('ada');
    workbench.health.expect(/is not signed in there as/);
    await window.editors.waitUntilForgotten('showModifications');
    await window.reload();
    await window.editors.waitForActive(file);
    const word = await window.notifications.waitFor('is not signed in there as ada');
    assert.equal(await window.page.locator('.monaco-dialog-box').count(), 0);
    await window.screenshot('policy-signed-out');
    await word.click('Sign in');
    await window.dialog.click('Allow');
    await eventually('the policy', async () => (await window.editors.text()).includes('typed on theirs'));
    await replaceText(header('before the reload'));
    await save();
    await isSaved();
  });

  it('limit calls as fields, after a preview', async () => {
    const { window } = workbench;
    const { quickInput } = window;
    await window.tree('API Management').clickContextMenu(['demoazureml', 'APIs', 'Demo'], 'Limit calls…');
    await quickInput.waitFor({ title: 'Limit calls: Demo', placeholder: 'What is to be limited?' });
    await window.screenshot('policy-limit');
    await quickInput.pick('Rate limit');
    await quickInput.pick('Those of a subscription', { placeholder: 'Whose calls are counted together?' });
    await quickInput.enter('0', { message: 'How many calls?' });
    await quickInput.waitFor({ message: 'It is a whole number, 1 or more.' });
    await quickInput.enter('3');
    await quickInput.enter('300', { message: 'In how many seconds?' });
    await quickInput.waitFor({ placeholder: 'It takes effect as soon as it is written' });
    await waitForCompared('renewal-period="300"');
    await window.screenshot('policy-preview');
    assert.ok(!(await policyNow()).includes('rate-limit'));
    await quickInput.pick(/Write the policy/);
    await window.notifications.waitFor('The policy of Demo is written.');
    assert.equal(
      await policyNow(),
      header('before the reload')
        .replace(
          '<base />\n    <set',
          '<base />\n    <rate-limit calls="3" renewal-period="300" />\n    <set',
        )
        .trimEnd(),
    );
    await eventually('the editor as it is in Azure', async () =>
      (await window.editors.text()).includes('rate-limit') ? true : undefined,
    );
    const statuses = await statusesOf(4);
    assert.equal(statuses.at(-1), 429);
    assert.ok(statuses.slice(0, 3).every((status) => status !== 429));
  });

  it('show no preview of a change any more, once nobody is asked about it', async () => {
    const { window } = workbench;
    const { quickInput } = window;
    const before = await policyNow();
    await window.notifications.clear();
    await window.tree('API Management').clickContextMenu(['demoazureml', 'APIs', 'Demo'], 'Limit calls…');
    await quickInput.pick(/Remove rate limit/);
    await quickInput.waitFor({ placeholder: 'It takes effect as soon as it is written' });
    await comparison('as it is ↔ as it will be').waitFor();
    await window.editors.waitUntilKept('as it will be');
    await window.reload();
    await eventually('only the policy itself in front', async () => {
      const tabs = await window.page.locator('.tab').allTextContents();
      return tabs.length === 1 && !tabs[0]?.includes('↔') ? true : undefined;
    });
    assert.equal(await policyNow(), before);
  });

  it('are changed as fields on top of what somebody else has written meanwhile', async () => {
    const { window } = workbench;
    const { quickInput } = window;
    await window.notifications.clear();
    await window.tree('API Management').clickContextMenu(['demoazureml', 'APIs', 'Demo'], 'Limit calls…');
    await quickInput.waitFor({ placeholder: 'What is to be limited?' });
    assert.equal((await quickInput.entries())[0]?.description, '3 calls in 300 s');
    await quickInput.pick(/Remove rate limit/);
    arm.beforeNext(/^PUT .*\/policies\/policy$/, () =>
      writeElsewhere(
        policy(
          '<ip-filter action="forbid">\n      <address>1.2.3.4</address>\n    </ip-filter>\n    <rate-limit calls="9" renewal-period="9" />',
        ),
      ),
    );
    await quickInput.pick(/Write the policy/);
    await window.notifications.waitFor('Somebody has just changed the policy of Demo');
    await waitForCompared('1.2.3.4');
    await quickInput.pick(/Write the policy/);
    await window.notifications.waitFor('The policy of Demo is written.');
    assert.equal(
      await policyNow(),
      policy('<ip-filter action="forbid">\n      <address>1.2.3.4</address>\n    </ip-filter>').trimEnd(),
    );
  });

  it('require a token, filter addresses and set headers as fields', async () => {
    const { window } = workbench;
    const { quickInput } = window;
    const demo = ['demoazureml', 'APIs', 'Demo'];
    const written = async (): Promise<void> => {
      await quickInput.pick(/Write the policy/);
      await window.notifications.waitFor('The policy of Demo is written.');
      await window.notifications.clear();
    };
    await window.notifications.clear();
    await window.tree('API Management').clickContextMenu(demo, 'Require a token…');
    await quickInput.enter('contoso.example', { message: 'Id of the Microsoft Entra tenant' });
    await quickInput.enter('api://demo, other', { message: 'Audiences' });
    await quickInput.accept({ message: 'Header with the token' });
    await written();
    await window.tree('API Management').clickContextMenu(demo, 'Allow or forbid IP addresses…');
    await quickInput.pick(/Change it/);
    await quickInput.pick('Forbid them');
    await quickInput.waitFor({ message: 'IP addresses and ranges' });
    assert.equal(await quickInput.input.inputValue(), '1.2.3.4');
    await quickInput.enter('1.2.3.4, 10.0.0.0/8');
    await quickInput.waitFor({ message: '10.0.0.0/8 is a network' });
    await quickInput.enter('1.2.3.4, 10.0.0.1 - 10.0.0.9');
    await written();
    await window.tree('API Management').clickContextMenu(demo, 'Set headers…');
    await quickInput.pick(/New header of the answer/);
    await quickInput.enter('keep-alive', { message: 'Name of the header' });
    await quickInput.waitFor({ message: 'API Management does not let a policy change keep-alive.' });
    await quickInput.enter('X-Served-By');
    await quickInput.pick('Set it where there is none');
    await quickInput.enter('{{gateway}}', { message: 'A secret belongs into a named value' });
    await quickInput.pick(/Leave it as it is/);
    const now = await policyNow();
    assert.match(
      now,
      /<ip-filter action="forbid">\s+<address>1\.2\.3\.4<\/address>\s+<address-range from="10\.0\.0\.1" to="10\.0\.0\.9" \/>/,
    );
    assert.match(
      now,
      /login\.microsoftonline\.com\/contoso\.example\/v2\.0\/.*<audience>api:\/\/demo<\/audience>/s,
    );
    assert.ok(now.indexOf('<ip-filter') < now.indexOf('<validate-jwt'));
    assert.ok(!now.includes('X-Served-By'));
  });

  it('limit a product by a quota, set a header of the answer, and give up a limit', async () => {
    const { window } = workbench;
    const { quickInput } = window;
    const tree = window.tree('API Management');
    const written = async (name: string): Promise<void> => {
      await quickInput.pick(/Write the policy/);
      await window.notifications.waitFor(`The policy of ${name} is written.`);
      await window.notifications.clear();
    };
    await window.notifications.clear();
    await tree.clickContextMenu(['demoazureml', 'Products', 'Starter'], 'Limit calls…');
    await quickInput.pick('Quota', { placeholder: 'What is to be limited?' });
    await quickInput.pick('Those of a subscription', { placeholder: 'Whose calls are counted together?' });
    await quickInput.enter('7', { message: 'How many calls?' });
    await quickInput.accept({ message: 'How many kilobytes' });
    await quickInput.enter('3600', { message: 'In how many seconds?' });
    await written('Starter');
    const ofProduct = await policyNow('products/starter/policies/policy');
    assert.match(ofProduct, /<quota calls="7" renewal-period="3600" \/>/);
    assert.match(ofProduct, /<rate-limit calls="5" renewal-period="60" \/>/);

    const demo = ['demoazureml', 'APIs', 'Demo'];
    await tree.clickContextMenu(demo, 'Set headers…');
    await quickInput.pick(/New header of the answer/);
    await quickInput.enter('X-Served-By', { message: 'Name of the header' });
    await quickInput.pick('Set it where there is none');
    await quickInput.enter('gateway', { message: 'Value of X-Served-By' });
    await written('Demo');
    assert.match(
      await policyNow(),
      /<outbound>.*<set-header name="X-Served-By" exists-action="skip">\s*<value>gateway<\/value>/s,
    );
    await tree.clickContextMenu(['demoazureml', 'Products', 'Starter'], 'Limit calls…');
    await quickInput.pick(/Remove quota/);
    await written('Starter');
    assert.equal(
      await policyNow('products/starter/policies/policy'),
      ofProduct.replace(/\n\s*<quota [^>]*>/, ''),
    );
  });

  it('have fields for each header of a name, and for each limit of a kind', async () => {
    const { window } = workbench;
    const { quickInput } = window;
    const tree = window.tree('API Management');
    const demo = ['demoazureml', 'APIs', 'Demo'];
    const note = (value: string): string =>
      `<set-header name="X-Note" exists-action="append">\n      <value>${value}</value>\n    </set-header>`;
    const rate = '<rate-limit calls="3" renewal-period="60" />';
    const byKey =
      '<rate-limit-by-key calls="9" renewal-period="60" counter-key="@(context.Request.IpAddress)" />';
    const written = async (): Promise<void> => {
      await quickInput.pick(/Write the policy/);
      await window.notifications.waitFor('The policy of Demo is written.');
      await window.notifications.clear();
    };
    await writeElsewhere(policy([rate, byKey, note('one'), note('two')].join('\n    ')));
    await window.notifications.clear();

    await tree.clickContextMenu(demo, 'Set headers…');
    await quickInput.waitFor({ placeholder: 'Which header?' });
    assert.deepEqual(
      (await quickInput.entries()).slice(0, 2).map(({ label, description }) => `${label} ${description}`),
      ['X-Note of the request, 1 of 2', 'X-Note of the request, 2 of 2'],
    );
    await window.screenshot('policy-headers');
    await quickInput.row('X-Note').nth(1).click();
    await quickInput.pick(/Change it/, { title: 'Set headers: Demo (2/5)' });
    await quickInput.accept({ message: 'Name of the header' });
    await quickInput.accept({ placeholder: 'What is to happen?' });
    await quickInput.enter('three', { message: 'Value of X-Note' });
    await written();
    assert.equal(
      await policyNow(),
      policy([rate, byKey, note('one'), note('three')].join('\n    ')).trimEnd(),
    );

    await tree.clickContextMenu(demo, 'Set headers…');
    await quickInput.pick(/New header of the request/);
    await quickInput.enter('x-note', { message: 'Name of the header' });
    await quickInput.waitFor({ message: 'x-note is in the list already' });
    await quickInput.cancel();

    await tree.clickContextMenu(demo, 'Limit calls…');
    await quickInput.waitFor({ placeholder: 'What is to be limited?' });
    assert.deepEqual(
      (await quickInput.entries()).map(({ label, description }) => `${label}: ${description}`),
      [
        'Rate limit: 3 calls in 60 s · by subscription',
        'Rate limit: 9 calls in 60 s · @(context.Request.IpAddress)',
        'Quota: none yet',
        'Remove rate limit: 3 calls in 60 s · by subscription',
        'Remove rate limit: 9 calls in 60 s · @(context.Request.IpAddress)',
      ],
    );
    await window.screenshot('policy-limits');
    await quickInput.row('Rate limit').nth(1).click();
    await quickInput.pick(/Those of a subscription$/, { title: 'Limit calls: Demo (2/4)' });
    await window.notifications.waitFor('There is one by subscription already');
    await quickInput.accept({ placeholder: 'Whose calls are counted together?' });
    await quickInput.enter('8', { message: 'How many calls?' });
    await quickInput.accept({ message: 'In how many seconds?' });
    await written();
    assert.equal(
      await policyNow(),
      policy([rate, byKey.replace('9', '8'), note('one'), note('three')].join('\n    ')).trimEnd(),
    );
  });

  it('do not count by key in the tier Consumption, and say so before', async () => {
    const { window } = workbench;
    const { quickInput } = window;
    await window.runCommand('Azure ML: Limit calls…');
    await quickInput.pick('payperuse', { placeholder: 'API Management instance' });
    await quickInput.pick('An API');
    await quickInput.pick('Demo');
    await quickInput.pick('Rate limit');
    await quickInput.waitFor({ placeholder: 'Whose calls are counted together?' });
    await window.screenshot('policy-consumption');
    await quickInput.pick(/Those of an IP address/);
    await window.notifications.waitFor('The tier Consumption has no <rate-limit-by-key>');
    await quickInput.pick('Those of a subscription', { placeholder: 'Whose calls are counted together?' });
    await quickInput.accept({ message: 'How many calls?' });
    await quickInput.accept({ message: 'In how many seconds?' });
    await quickInput.pick(/Write the policy/);
    await window.notifications.waitFor('The policy of Demo is written.');
    const path = `${arm.instances[1] ?? ''}/${policyPath}`;
    assert.match(await policyNow(path), /<rate-limit calls="10" renewal-period="60" \/>/);
  });

  it('too long for the tier Consumption are said to be before they are written', async () => {
    const { window } = workbench;
    const { quickInput } = window;
    const path = `${arm.instances[1] ?? ''}/${policyPath}`;
    workbench.health.expect(/API Management refused the policy of Demo/);
    const almost = 16_370 - header('').length;
    await writeElsewhere(header('x'.repeat(almost)), path);
    await window.runCommand('Azure ML: Limit calls…');
    await quickInput.pick('payperuse', { placeholder: 'API Management instance' });
    await quickInput.pick('An API');
    await quickInput.pick('Demo');
    await quickInput.pick('Rate limit');
    await quickInput.pick('Those of a subscription', { placeholder: 'Whose calls are counted together?' });
    await quickInput.accept({ message: 'How many calls?' });
    await quickInput.accept({ message: 'In how many seconds?' });
    await quickInput.waitFor({ placeholder: 'It takes effect as soon as it is written' });
    await quickInput
      .row(/Write the policy/)
      .filter({
        hasText:
          /probably refuse it\. In the tier Consumption a policy document has at most 16,384 bytes; this one has 16,4\d\d bytes/,
      })
      .waitFor();
    await window.screenshot('policy-too-long');
    await quickInput.pick(/Write the policy/);
    await window.notifications.waitFor('API Management refused the policy of Demo');
    assert.ok(!(await policyNow(path)).includes('rate-limit'));
  });

  it('wait for a person to save them', async () => {
    const { window } = workbench;
    const before = await policyNow();
    await window.notifications.clear();
    await window.editors.activate(file);
    await window.runCommand('File: Toggle Auto Save');
    await replaceText(header('typed'));
    await window.notifications.waitFor('so it waits until you save it yourself');
    assert.equal(await policyNow(), before);
    await window.runCommand('File: Toggle Auto Save');
    await window.editors.activate(file);
    await save();
    await isSaved();
    assert.equal(await policyNow(), header('typed').trimEnd());
  });

  it('are removed when that is confirmed, and say why they cannot be read', async () => {
    const { window } = workbench;
    await window.notifications.clear();
    const demo = ['demoazureml', 'APIs', 'Demo'];
    arm.failNext(/^GET .*\/policies\/policy$/, {
      status: 403,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ error: { code: 'AuthorizationFailed', message: 'No rights.' } }),
    });
    workbench.health.expect(/AuthorizationFailed/);
    await window.tree('API Management').clickContextMenu(demo, 'Remove policy…');
    await window.notifications.waitFor('AuthorizationFailed');
    await window.tree('API Management').clickContextMenu(demo, 'Remove policy…');
    assert.match(await window.dialog.text(), /Remove the policy of Demo\?/);
    await window.dialog.click('Remove policy');
    await window.notifications.waitFor('The policy of Demo is removed.');
    assert.equal((await caller.ask('GET', policyPath)).status, 404);
  });

  it('leave nothing of their text in the log', async () => {
    const log = await workbench.extensionLogs();
    assert.match(log, /Policy of .*\/apis\/demo written/);
    assert.ok(!log.includes(marker));
    assert.ok(!/<polic|<inbound|renewal-period/.test(log));
  });
});
