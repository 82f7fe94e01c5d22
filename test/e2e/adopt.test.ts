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
  { name: 'ping', method: 'GET', urlTemplate: '/ping' },
];

describe('adopting an API of API Management', () => {
  const command = 'Azure ML: Add gateway from API Management…';
  let own: OwnService;
  let arm: Arm;
  let signIn: SignInServer;
  let workbench: Workbench;

  before(async () => {
    own = await OwnService.start();
    const { origin, pathname } = new URL(own.description.gatewayUrl);
    const [production] = fabrikam.subscriptions;
    arm = await startArm({
      tenants: [defaultTenant, fabrikam],
      instances: [
        { gatewayUrl: origin },
        { name: 'fabrikam-apis', subscriptionId: production?.subscriptionId ?? '', resourceGroup: 'rg2' },
      ],
      paging: { pageSize: 2 },
    });
    await publish(officialClient(arm), pathname.slice(1), own.description.subscriptionKey);
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
      ['Churn scoring', own.description.gatewayUrl],
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
    const { workspaceId, subscriptionKey, gatewayUrl } = own.description;
    const { endpointId, apiKey } = own.service();
    await quickInput.enter(workspaceId, { message: 'Workspace id' });
    await quickInput.enter(endpointId, { message: 'Endpoint id' });
    await quickInput.waitFor({ message: 'Name of the workspace' });
    assert.equal(await quickInput.input.inputValue(), 'Churn scoring');
    await quickInput.accept();
    await quickInput.enter('Churn', { message: 'Name of the web service' });
    await window.notifications.waitFor('Churn is in the workspace Churn scoring.');
    const settings = await readFile(join(workbench.host.userData, 'data', 'User', 'settings.json'), 'utf8');
    assert.ok(settings.includes(gatewayUrl));
    assert.ok(!settings.includes(subscriptionKey));

    await window.tree('Web services').click(['Churn scoring', 'Churn', 'RRS Execute']);
    const editor = window.editors.webview();
    const send = editor.getByRole('button', { name: 'Send', exact: true });
    await send.waitFor();
    await send.click();
    await quickInput.enter(apiKey, { message: 'API key of the web service Churn' });
    await editor.getByText('200', { exact: false }).first().waitFor();
    assert.ok(own.count('POST', /\/execute/) > 0);
  });

  it('keeps tokens and keys out of the log', async () => {
    const log = await workbench.extensionLogs();
    assert.match(log, /GET http:\/\/127\.0\.0\.1:\d+\/tenants/);
    for (const secret of [...signIn.tokens, own.description.subscriptionKey])
      assert.ok(!log.includes(secret));
  });
});

/** Publishes APIs as another tool might: one of a web service under names of its own, and two others. */
async function publish(client: ApiManagementClient, path: string, subscriptionKey: string): Promise<void> {
  const at = ['rg1', 'demoazureml'] as const;
  const apis = [
    { id: 'churn', displayName: 'Churn scoring', path, has: operations },
    { id: 'echo', displayName: 'Echo', path: 'echo', has: operations.slice(5) },
    { id: 'half', displayName: 'Half', path: 'half', has: operations.slice(0, 1) },
  ];
  for (const { id, displayName, path: suffix, has } of apis) {
    const api = {
      displayName,
      path: suffix,
      serviceUrl: 'https://example.com',
      protocols: ['http', 'https'],
    };
    await client.api.beginCreateOrUpdateAndWait(...at, id, api, { updateIntervalInMs: 5 });
    for (const { name, method, urlTemplate } of has) {
      const templateParameters = [...urlTemplate.matchAll(/\{(\w+)\}/g)].map(([, parameter = '']) => {
        return { name: parameter, type: 'string', required: true };
      });
      await client.apiOperation.createOrUpdate(...at, id, name, {
        displayName: name,
        method,
        urlTemplate,
        templateParameters,
      });
    }
  }
  const key = {
    scope: '/apis/churn',
    displayName: 'Analysts',
    state: 'active' as const,
    primaryKey: subscriptionKey,
  };
  await client.subscription.createOrUpdate(...at, 'analysts', key);
}
