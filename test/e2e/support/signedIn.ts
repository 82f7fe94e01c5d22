import { type Arm, type ArmOptions, defaultTenant, startArm } from '../../support/arm/index.ts';
import { authProvider, SignInServer, type TestAccount } from '../../support/authProvider/signInServer.ts';
import { closeInOrder } from './closeInOrder.ts';
import { Workbench } from './workbench.ts';

interface Options extends NonNullable<Parameters<typeof Workbench.start>[0]> {
  /** Who can sign in; one account that has yet to when absent. */
  readonly accounts?: readonly TestAccount[];
}

/** A workbench in which somebody can sign in to an emulated Azure Resource Manager. */
export interface SignedIn {
  readonly arm: Arm;
  readonly signIn: SignInServer;
  readonly workbench: Workbench;
  readonly close: () => Promise<void>;
}

/** Starts it with the side bar open; unless told otherwise who signs in is an owner of the first tenant. */
export async function startSignedIn(
  azure: ArmOptions = {},
  { accounts, settings, furtherExtensions = [], env, ...more }: Options = {},
): Promise<SignedIn> {
  const arm = await startArm(azure);
  const [{ tenantId: homeTenant } = defaultTenant] = azure.tenants ?? [];
  const ada = { id: 'ada', label: 'ada@contoso.com', homeTenant };
  const signIn = new SignInServer(accounts ?? [ada], (tenant, account) => arm.token(tenant, account));
  const workbench = await Workbench.start({
    furtherExtensions: [authProvider, ...furtherExtensions],
    env: { ...(await signIn.listen()), ...env },
    ...more,
    settings: { 'azuremlServices.azure.resourceManagerUrl': arm.url, ...settings },
  });
  await workbench.window.openSideBar('Azure ML Services');
  return { arm, signIn, workbench, close: () => closeInOrder(workbench, signIn, arm) };
}
