import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiManagementClient } from '@azure/arm-apimanagement';
import { defaultTenant, startArm, type Arm } from '../support/arm/index.ts';
import { officialClient } from '../unit/arm/officialClient.ts';
import { authProvider, SignInServer } from '../support/authProvider/signInServer.ts';
import { eventually } from '../support/eventually.ts';
import { closeInOrder } from './support/closeInOrder.ts';
import { OwnService } from './support/ownService.ts';
import { Workbench } from './support/workbench.ts';

const fabrikam = {
  tenantId: '22222222-2222-4222-8222-222222222222',
  displayName: 'Fabrikam',
  subscriptions: [
    {
      subscriptionId: '00000000-0000-4000-8000-000000000002',
      displayName: 'Production',
      resourceGroups: ['rg2'],
    },
  ],
};

/** The five operations as somebody else may have published them, and one more. */
const operations = [
  { name: 'score', method: 'POST', urlTemplate: '/workspaces/{ws}/services/{id}/execute' },
  { name: 'new-job', method: 'POST', urlTemplate: '/workspaces/{ws}/services/{id}/jobs' },
  { name: 'run-job', method: 'POST', urlTemplate: '/workspaces/{ws}/services/{id}/jobs/{job}/start' },
  { name: 'look', method: 'GET', urlTemplate: '/workspaces/{ws}/services/{id}/jobs/{job}' },
  { name: 'drop', method: 'DELETE', urlTemplate: '/workspaces/{ws}/services/{id}/jobs/{job}' },
  { name: 'describe', method: 'GET', urlTemplate: '/workspaces/{ws}/services/{id}/swagger.json' },
];

describe('adopting an API of API Management', () => {
  const command = 'Azure ML: Add gateway from API Management…';
  let own: OwnService;
  let arm: Arm;
  let signIn: SignInServer;
  let workbench: Workbench;
  let gateway: string;
  let subscriptionKey: string;

  before(async () => {
    own = await OwnService.start();
    const [production] = fabrikam.subscriptions;
    arm = await startArm({
      tenants: [defaultTenant, fabrikam],
      instances: [
        {},
        { name: 'fabrikam-apis', subscriptionId: production?.subscriptionId ?? '', resourceGroup: 'rg2' },
      ],
      paging: { pageSize: 2 },
    });
    ({ baseUrl: gateway, subscriptionKey } = await publish(officialClient(arm), own));
    signIn = new SignInServer(
      [
        {
          id: 'ada',
          label: 'ada@contoso.com',
          homeTenant: defaultTenant.tenantId,
          lockedTenants: [fabrikam.tenantId],
        },
      ],
      (tenantId, account) => arm.token(tenantId, account),
    );
    workbench = await Workbench.start({
      furtherExtensions: [authProvider],
      env: await signIn.listen(),
      settings: { 'azuremlServices.azure.resourceManagerUrl': arm.url },
    });
    await workbench.window.openSideBar('Azure ML Services');
  });
  after(() => closeInOrder(workbench, signIn, arm, own));

  const labels = async (): Promise<readonly string[]> =>
    (await workbench.window.quickInput.entries()).map(({ label }) => label);

  const details = (label: string, detail: RegExp): Promise<unknown> =>
    eventually(`${label}: ${String(detail)}`, async () => {
      const entries = await workbench.window.quickInput.entries();
      return entries.some((each) => each.label.includes(label) && detail.test(each.detail));
    });

  it('signs in when it is needed, and finds the instances of each tenant', async () => {
    const { window } = workbench;
    const { quickInput } = window;
    assert.equal(signIn.tokens.length, 0);
    await window.runCommand(command);
    assert.match(await window.dialog.text(), /Azure ML Services.*sign in.*Microsoft/);
    await window.dialog.click('Allow');
    await quickInput.waitFor({ placeholder: 'API Management instance' });
    await quickInput.row('demoazureml').waitFor();
    await quickInput.row(/Sign in to Fabrikam/).waitFor();
    await window.screenshot('azure-instances');
    signIn.failing.add('ada');
    await quickInput.row(/Sign in to Fabrikam/).click();
    await details('Sign in to Fabrikam', /Nobody was signed in .* The account service does not answer/);
    await window.screenshot('azure-sign-in-refused');
    signIn.failing.clear();
    await quickInput.row(/Sign in to Fabrikam/).click();
    await window.dialog.click('Cancel');
    await details('Sign in to Fabrikam', /is not signed in there/);
    await quickInput.row(/Sign in to Fabrikam/).click();
    await window.dialog.click('Allow');
    await quickInput.row('fabrikam-apis').waitFor();
    assert.deepEqual(
      (await labels()).filter((label) => !label.includes('Sign in')),
      ['demoazureml', 'fabrikam-apis'],
    );
    await quickInput.cancel();
  });

  it('shows which APIs are for web services, and why the others are not', async () => {
    const { window } = workbench;
    const { quickInput } = window;
    await window.runCommand(command);
    await quickInput.pick('demoazureml', { placeholder: 'API Management instance' });
    await quickInput.waitFor({ placeholder: 'API of demoazureml' });
    const wanted = [
      ['Churn scoring', gateway],
      ['Echo', 'It has none of the operations of a web service.'],
      ['Half', 'It lacks BES Submit, BES Start, BES Status, BES Delete.'],
    ];
    await eventually('three APIs', async () => {
      const entries = await quickInput.entries();
      assert.deepEqual(
        entries.map(({ label, detail }) => [label, detail]),
        wanted,
      );
      return true;
    });
    await window.screenshot('azure-apis');
    await quickInput.pick('Churn scoring');
  });

  it('asks for the service behind it, and calls it with the subscription key of the API', async () => {
    const { window } = workbench;
    const { quickInput } = window;
    const { endpointId } = own.service();
    await quickInput.enter(own.description.workspaceId, { message: 'Workspace id' });
    await quickInput.enter(endpointId, { message: 'Endpoint id' });
    await quickInput.waitFor({ message: 'Name of the workspace' });
    assert.equal(await quickInput.input.inputValue(), 'Churn scoring');
    await quickInput.accept();
    await quickInput.enter('Churn', { message: 'Name of the web service' });
    await window.notifications.waitFor('Churn is in the workspace Churn scoring.');
    const settings = await readFile(join(workbench.host.userData, 'data', 'User', 'settings.json'), 'utf8');
    assert.ok(settings.includes(gateway));
    assert.ok(!settings.includes(subscriptionKey));

    await window.tree('Web services').click(['Churn scoring', 'Churn', 'RRS Execute']);
    const editor = window.editors.webview();
    const send = editor.getByRole('button', { name: 'Send', exact: true });
    await send.waitFor();
    await send.click();
    await eventually('the call at the service', () => own.count('POST', /\/execute/) === 1);
    await editor.getByText('200 OK').first().waitFor();
  });

  it('finds workspaces and web services with the same sign-in', async () => {
    const { window } = workbench;
    const { quickInput } = window;
    const { baseUrl, managementUrl, workspaceId, workspaceToken } = own.description;
    const [scoring, hashing] = [own.service('AdultCensusIncome'), own.service()];
    const tokens = { primaryToken: workspaceToken, secondaryToken: 'none' };
    arm.addWorkspace('census', { workspaceId, ...tokens, studioEndpoint: baseUrl });
    arm.addWebService('income', {
      title: 'Income',
      swaggerLocation: `${baseUrl}/subscriptions/${workspaceId}/services/${scoring.endpointId}/swagger.json`,
      keys: { primary: scoring.apiKey, secondary: hashing.apiKey },
    });
    await window.runCommand('Azure ML: Add workspace or web service from Azure…');
    await quickInput.row('Income').waitFor();
    await quickInput.row('census').waitFor();
    await window.screenshot('azure-resources');
    await quickInput.pick('census');
    await quickInput.pick('Another address…', { placeholder: 'Region of the workspace' });
    await quickInput.enter(managementUrl, { message: 'Management URL' });
    await quickInput.enter('Census', { message: 'Name of the workspace' });
    await window.notifications.waitFor('The workspace Census has 4 web services.');

    await window.runCommand('Azure ML: Add workspace or web service from Azure…');
    await quickInput.pick('Income');
    await quickInput.enter('Resources', { message: 'Name of the workspace' });
    await quickInput.enter('Income', { message: 'Name of the web service' });
    await window.notifications.waitFor('Income is in the workspace Resources.');
    await window.tree('Web services').click(['Resources', 'Income', 'RRS Execute']);
    const editor = window.editors.webview();
    await editor.getByRole('button', { name: 'Send', exact: true }).click();
    await eventually(
      'the call at the service',
      () => own.count('POST', /\/subscriptions\/.*\/execute/) === 1,
    );
  });

  it('offers the instance that was chosen last before all others', async () => {
    const { window } = workbench;
    const { quickInput } = window;
    await window.runCommand(command);
    await quickInput.pick('fabrikam-apis', { placeholder: 'API Management instance' });
    await quickInput.waitFor({ placeholder: 'fabrikam-apis has no APIs yet.' });
    await quickInput.cancel();
    await window.runCommand(command);
    await quickInput.row('demoazureml').waitFor();
    const instances = (await labels()).filter((label) => !label.includes('Sign in'));
    assert.deepEqual(instances, ['fabrikam-apis', 'demoazureml']);
    await quickInput.cancel();
  });

  it('takes an API of the tree too, and says why another is none', async () => {
    const { window } = workbench;
    workbench.health.expect(/Half leads to no web service/);
    const tree = window.tree('API Management');
    await tree.showPane(true);
    for (const other of ['Jobs', 'Web services']) await window.tree(other).showPane(false);
    const apis = ['demoazureml', 'APIs'];
    await tree.clickContextMenu([...apis, 'Half'], 'Add gateway from API Management…');
    await window.notifications.waitFor(/Half leads to no web service\. It lacks BES Submit/);
    await tree.clickContextMenu([...apis, 'Churn scoring'], 'Add gateway from API Management…');
    await window.quickInput.waitFor({ placeholder: 'Which web service is behind "Churn scoring"?' });
    await window.quickInput.cancel();
  });

  it('keeps tokens and keys out of the log', async () => {
    const log = await workbench.extensionLogs();
    assert.match(log, /GET http:\/\/127\.0\.0\.1:\d+\/tenants/);
    for (const secret of [...signIn.tokens, subscriptionKey, own.service().apiKey])
      assert.ok(!log.includes(secret));
  });
});

/** Publishes APIs as another tool might: one of a web service under names of its own, and two others. */
async function publish(
  client: ApiManagementClient,
  own: OwnService,
): Promise<{ baseUrl: string; subscriptionKey: string }> {
  const at = ['rg1', 'demoazureml'] as const;
  const apis = [
    { id: 'churn', displayName: 'Churn scoring', has: operations },
    { id: 'echo', displayName: 'Echo', has: operations.slice(5) },
    { id: 'half', displayName: 'Half', has: operations.slice(0, 1) },
  ];
  const polling = { updateIntervalInMs: 5 };
  for (const { id, displayName, has } of apis) {
    const api = { displayName, path: id, serviceUrl: own.description.baseUrl, protocols: ['https'] };
    await client.api.beginCreateOrUpdateAndWait(...at, id, api, polling);
    for (const { name, method, urlTemplate } of has) {
      const templateParameters = [...urlTemplate.matchAll(/\{(\w+)\}/g)].map(([, parameter = '']) => {
        return { name: parameter, type: 'string', required: true };
      });
      const operation = { displayName: name, method, urlTemplate, templateParameters };
      await client.apiOperation.createOrUpdate(...at, id, name, operation);
    }
  }
  const key = { displayName: 'churn-key', value: `Bearer ${own.service().apiKey}`, secret: true };
  await client.namedValue.beginCreateOrUpdateAndWait(...at, 'churn-key', key, polling);
  const value =
    '<policies><inbound><base /><set-header name="Authorization" exists-action="override">' +
    '<value>{{churn-key}}</value></set-header></inbound></policies>';
  await client.apiPolicy.createOrUpdate(...at, 'churn', 'policy', { format: 'rawxml', value });
  const subscription = { scope: '/apis/churn', displayName: 'Analysts', state: 'active' as const };
  await client.subscription.createOrUpdate(...at, 'analysts', subscription);
  const { primaryKey = '' } = await client.subscription.listSecrets(...at, 'analysts');
  const { gatewayUrl = '' } = await client.apiManagementService.get(...at);
  return { baseUrl: `${gatewayUrl}/churn`, subscriptionKey: primaryKey };
}
