import assert from 'node:assert/strict';
import type { TenantInit } from '../support/arm/directory.ts';
import { defaultTenant } from '../support/arm/index.ts';
import { eventually } from '../support/eventually.ts';
import { startSignedIn, type SignedIn } from './support/signedIn.ts';
import type { WorkbenchWindow } from './support/window.ts';

const ada = 'ada@contoso.com';
const grace = 'grace@fabrikam.com';
const lin = 'lin@northwind.com';

const contoso: TenantInit = { ...defaultTenant, accounts: [ada] };
const fabrikam = tenant('2', 'Fabrikam', 'Production', [grace]);
const northwind = tenant('3', 'Northwind', 'Shared', [ada, grace, lin]);

describe('several Microsoft accounts in one list', () => {
  let signedIn: SignedIn;
  let window: WorkbenchWindow;
  const command = 'Azure ML: Add API Management instance…';
  const asked = { placeholder: 'API Management instance' };

  before(async () => {
    signedIn = await startSignedIn(
      {
        tenants: [contoso, fabrikam, northwind],
        instances: [{}, instanceOf(fabrikam, 'fabrikam-apis'), instanceOf(northwind, 'northwind-apis')],
      },
      {
        theme: 'dark',
        accounts: [
          { id: 'ada', label: ada, homeTenant: contoso.tenantId, signedIn: true },
          { id: 'grace', label: grace, homeTenant: fabrikam.tenantId, signedIn: true },
          { id: 'lin', label: lin, homeTenant: northwind.tenantId, signedIn: true },
        ],
      },
    );
    signedIn.signIn.failing.add('lin');
    ({ window } = signedIn.workbench);
    for (const other of ['Web services', 'Jobs', 'Get started']) await window.tree(other).showPane(false);
    await tree().showPane(true);
  });
  after(() => signedIn.close());

  const found = [
    ['demoazureml', `Pay as you go · ${ada}`],
    ['fabrikam-apis', `Production · ${grace}`],
    ['northwind-apis', `Shared · ${ada}`],
    ['northwind-apis', `Shared · ${grace}`],
  ] as const;
  const anotherAccount = ['Sign in with another account…', ''];
  /** Waits for these rows, each with the heading above it. */
  const rowsAre = (...wanted: readonly (readonly [label: string, heading: string])[]): Promise<true> =>
    eventually('the rows', async () => {
      const entries = await window.quickInput.entries();
      const seen = entries.map(({ label, heading }) => [label, heading]);
      assert.deepEqual(seen, [...wanted, anotherAccount]);
      return true;
    });
  const tree = () => window.tree('API Management');
  /** The accounts that have asked for a path. */
  const askedAs = (path: string): readonly (string | undefined)[] => [
    ...new Set(signedIn.arm.requests.filter((seen) => seen.path === path).map(({ account }) => account)),
  ];

  it('shows what the one finds that may be used, and offers those that may not or cannot', async () => {
    const { quickInput, dialog } = window;
    await window.runCommand(command);
    await dialog.click('Allow');
    await quickInput.pick(ada);
    await quickInput.waitFor(asked);
    const rows = [
      ['demoazureml', `Pay as you go · ${ada}`],
      ['northwind-apis', `Shared · ${ada}`],
      [`Sign in to ${grace}…`, 'not searched'],
      [lin, ''],
    ] as const;
    await rowsAre(...rows);
    await quickInput.row(`Sign in to ${grace}…`).click();
    assert.match(await dialog.text(), /wants to sign in using Microsoft/);
    await dialog.click('Cancel');
    await rowsAre(...rows);
    assert.deepEqual(askedAs('/tenants'), [ada]);
  });

  it('shows what several find, each with its account, though another one fails', async () => {
    const { quickInput, dialog } = window;
    await quickInput.row(`Sign in to ${grace}…`).click();
    await dialog.click('Allow');
    await rowsAre(...found, [lin, 'not searched']);
    const entries = await quickInput.entries();
    const failing = entries.filter(({ label }) => label === lin);
    assert.deepEqual(
      failing.map(({ description }) => description),
      ['Try again'],
    );
    assert.match(String(failing[0]?.detail), /The account service does not answer/);
    await window.screenshot('azure-accounts');
  });

  it('goes on with the account that has failed, and comes back when VS Code has asked for one', async () => {
    const { quickInput, dialog } = window;
    signedIn.signIn.failing.clear();
    await quickInput.row(lin).click();
    await rowsAre(...found, [`Sign in to ${lin}…`, 'not searched']);
    await quickInput.row('Sign in with another account…').click();
    await dialog.click('Allow');
    await quickInput.pick(lin, { placeholder: 'Select an account' });
    await quickInput.waitFor(asked);
    await rowsAre(...found, ['northwind-apis', `Shared · ${lin}`]);
  });

  it('calls what was chosen with the token of the account that found it', async () => {
    const { quickInput } = window;
    const [, fabrikamApis = '', northwindApis = ''] = signedIn.arm.instances;
    await quickInput.pick('fabrikam-apis');
    await tree().find(['fabrikam-apis', 'Products', 'Starter']);
    await tree().clickContextMenu(['fabrikam-apis', 'Groups'], 'New group…');
    await quickInput.enter('Testers', { message: 'Name of the group' });
    await quickInput.enter('', { message: 'What the group is for' });
    await tree().find(['fabrikam-apis', 'Groups', 'Testers']);
    for (const path of ['', '/products', '/groups/testers'])
      assert.deepEqual(askedAs(fabrikamApis + path), [grace], path);
    await window.runCommand(command);
    await rowsAre(['fabrikam-apis', 'last used'], ...found.filter(([label]) => label !== 'fabrikam-apis'), [
      'northwind-apis',
      `Shared · ${lin}`,
    ]);
    const [last] = await quickInput.entries();
    assert.equal(last?.detail, `Production · ${grace}`);
    await window.screenshot('azure-accounts-last');
    await quickInput.row('northwind-apis').nth(1).click();
    await tree().find(['northwind-apis', 'Products', 'Starter']);
    assert.deepEqual(askedAs(`${northwindApis}/products`), [grace]);
  });

  it('offers the same instance as another account has chosen it, and takes that one from then on', async () => {
    const { quickInput } = window;
    const [, , northwindApis = ''] = signedIn.arm.instances;
    await window.runCommand(command);
    await rowsAre(
      ['northwind-apis', 'last used'],
      ...found.filter(([, heading]) => heading !== `Shared · ${grace}`),
      ['northwind-apis', `Shared · ${lin}`],
    );
    await quickInput.row('northwind-apis').nth(2).click();
    await quickInput.waitForClosed();
    await tree().clickContextMenu(['northwind-apis', 'Products'], 'Refresh');
    await eventually('the other account', () => askedAs(`${northwindApis}/products`).includes(lin));
  });
});

function tenant(
  digit: string,
  displayName: string,
  subscription: string,
  accounts: readonly string[],
): TenantInit {
  const subscriptionId = `00000000-0000-4000-8000-00000000000${digit}`;
  return {
    tenantId: `${digit.repeat(8)}-2222-4222-8222-222222222222`,
    displayName,
    accounts,
    subscriptions: [{ subscriptionId, displayName: subscription, resourceGroups: ['rg'] }],
  };
}

function instanceOf({ subscriptions: [subscription] }: TenantInit, name: string) {
  return { name, subscriptionId: subscription?.subscriptionId ?? '', resourceGroup: 'rg' };
}
