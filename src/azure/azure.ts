import { posix } from 'node:path';
import * as vscode from 'vscode';
import { childPath, instanceSchema, parseArm, type Instance } from '../protocol/apim/arm.ts';
import { prefix, settings } from '../shared/contributions.ts';
import { asking } from '../shared/asking.ts';
import type { Foundation } from '../shared/feature.ts';
import { Failure } from '../protocol/failure.ts';
import { ArmClient } from './armClient.ts';
import { cloudAt } from './cloud.ts';
import type { Account, Place } from '../shared/azurePlace.ts';
import { instanceById } from './instanceById.ts';
import { KnownInstances } from './knownInstances.ts';
import { ResourcePick, type Picked, type Sought } from './resourcePick.ts';
import { SignIn } from './signIn.ts';

/** An API Management instance that the user has chosen, and the way to it. */
export interface ChosenInstance extends Picked<Instance> {
  readonly client: ArmClient;
}

/** Azure Resource Manager as the signed-in accounts see it. Nobody is asked to sign in before something needs it. */
export class Azure {
  readonly #foundation: Pick<Foundation, 'http'>;
  readonly #signIn = new SignIn(readCloud);
  /** Those that were chosen once. */
  readonly instances: KnownInstances;

  constructor(foundation: Pick<Foundation, 'context' | 'http'>) {
    this.#foundation = foundation;
    this.instances = new KnownInstances(foundation.context.globalState);
  }

  dispose(): void {
    this.instances.dispose();
  }

  /** Calls for an account in a tenant; a token that needs the user's hand asks for it. */
  clientAt(place: Place, how: 'silent' | 'ask' = 'ask'): ArmClient {
    return new ArmClient({
      http: this.#foundation.http,
      baseUrl: readCloud().resourceManagerUrl,
      token: (challenge) => this.#signIn.token(place, how, challenge),
    });
  }

  /** The page of a resource in Azure's portal; `path` is its own, and that of a part of it. */
  portalUrl(path: string): string {
    return `${readCloud().portalUrl}/#@/resource${path}`;
  }

  /** Lets the user choose among all instances of all subscriptions; the last one comes first. Undefined when dismissed. */
  async pickInstance(title: string): Promise<ChosenInstance | undefined> {
    const picked = await this.pick(instances(title), this.instances.list().at(0));
    if (picked === undefined) return undefined;
    const client = this.clientAt(picked.where);
    const item = await asking(client.baseUrl, (signal) => readInstance(client, picked.item.id, signal));
    await this.instances.remember({ ...picked, item });
    return { ...picked, item, client };
  }

  /**
   * The instance of a node, or the one that the user picks for a call without a node. Rejects with `UnknownInstance`
   * rather than let him pick another one for a path that was meant for the one he has seen.
   */
  async choose(id: string | undefined, title: string): Promise<ChosenInstance | undefined> {
    if (id === undefined) return this.pickInstance(title);
    const known = this.instances.find(id);
    if (known === undefined) throw unknownInstance(id);
    return { ...known, client: this.clientAt(known.where) };
  }

  /** Looks what a known instance is like now. Rejects with `SignInNeeded` where the user would have to be asked. */
  async refreshInstance(id: string, signal: AbortSignal): Promise<void> {
    const known = this.instances.find(id);
    if (known === undefined) return;
    await this.instances.update(await readInstance(this.clientAt(known.where, 'silent'), id, signal));
  }

  /**
   * The instance of an id, found without asking the user for anything in the tenants of
   * all accounts, or of the one with that name. Rejects with `SignInNeeded` or `NotFound`.
   */
  async findInstance(id: string, account?: string): Promise<ChosenInstance> {
    const clientAt = (place: Place): ArmClient => this.clientAt(place, 'silent');
    const accounts = (await this.#signIn.accounts()).filter(
      (each) => account === undefined || [each.id, each.label].includes(account),
    );
    if (accounts.length === 0) throw noAccount(account);
    const found = await instanceById(id, accounts, clientAt);
    return { ...found, client: clientAt(found.where) };
  }

  /** Lets the user choose among resources of all subscriptions. Signs in first where no account may be used. */
  async pick<T>(sought: Sought<T>, last?: Picked<T>): Promise<Picked<T> | undefined> {
    const accounts = await this.#accountsToSearch();
    const clientAt = (place: Place): ArmClient => this.clientAt(place, 'silent');
    return new ResourcePick(sought, this.#signIn, clientAt, last).choose(accounts);
  }

  /** All that are signed in; one that may not be used yet is offered in the list, beside what the others find. */
  async #accountsToSearch(): Promise<readonly Account[]> {
    const accounts = await this.#signIn.accounts();
    const silent = accounts.map((account) => succeeds(this.#signIn.token({ account }, 'silent')));
    if ((await Promise.all(silent)).includes(true)) return accounts;
    const asked = await this.#signIn.ask();
    return [asked, ...accounts.filter(({ id }) => id !== asked.id)];
  }
}

function noAccount(account: string | undefined): Failure {
  return new Failure({
    code: 'SignInNeeded',
    origin: 'client',
    sentence:
      account === undefined
        ? vscode.l10n.t('Nobody is signed in with Microsoft.')
        : vscode.l10n.t('Azure ML is not signed in there as {0} yet.', account),
  });
}

function unknownInstance(id: string): Failure {
  return new Failure({
    code: 'UnknownInstance',
    origin: 'client',
    sentence: vscode.l10n.t(
      'The instance {0} is not in the view API Management any more. "Add API Management instance…" brings it back.',
      posix.basename(id),
    ),
  });
}

function instances(title: string): Sought<Instance> {
  return {
    title,
    placeholder: vscode.l10n.t('API Management instance'),
    nothing: vscode.l10n.t('None of your subscriptions has an API Management instance.'),
    list: (client, subscriptionId, signal) =>
      client.list(
        childPath('/subscriptions', subscriptionId, 'providers', 'Microsoft.ApiManagement', 'service'),
        instanceSchema,
        { signal },
      ),
    describe: ({ id, name, sku, location }) => ({
      id,
      label: name,
      description: [sku?.name, location].filter((each) => each !== undefined).join(' · '),
    }),
  };
}

async function readInstance(client: ArmClient, id: string, signal: AbortSignal): Promise<Instance> {
  const { body } = await client.get(id, { signal });
  return parseArm(instanceSchema, body);
}

function readCloud(): ReturnType<typeof cloudAt> {
  return cloudAt(vscode.workspace.getConfiguration(prefix).get(settings.resourceManagerUrl));
}

function succeeds(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}
