import * as vscode from 'vscode';
import * as v from 'valibot';
import { childPath, instanceSchema, parseArm, type Instance } from '../protocol/apim/arm.ts';
import { prefix, settings } from '../shared/contributions.ts';
import { asking } from '../shared/asking.ts';
import type { Foundation } from '../shared/feature.ts';
import { ArmClient } from './armClient.ts';
import { cloudAt } from './cloud.ts';
import { whereSchema, type Place } from '../shared/azurePlace.ts';
import { ResourcePick, succeeds, type Picked, type Sought } from './resourcePick.ts';
import { SignIn } from './signIn.ts';

/** An API Management instance that the user has chosen, and the way to it. */
export interface ChosenInstance extends Picked<Instance> {
  readonly client: ArmClient;
}

const lastInstance = 'azure.lastInstance';
const lastInstanceSchema = v.object({ item: instanceSchema, where: whereSchema });

/** Azure Resource Manager as the signed-in accounts see it. Nobody is asked to sign in before something needs it. */
export class Azure {
  readonly #foundation: Pick<Foundation, 'context' | 'http'>;
  readonly #signIn = new SignIn(readCloud);

  constructor(foundation: Pick<Foundation, 'context' | 'http'>) {
    this.#foundation = foundation;
  }

  /** Calls for an account in a tenant; a token that needs the user's hand asks for it. */
  clientAt(place: Place, how: 'silent' | 'ask' = 'ask'): ArmClient {
    return new ArmClient({
      http: this.#foundation.http,
      baseUrl: readCloud().resourceManagerUrl,
      token: (challenge) => this.#signIn.token(place, how, challenge),
    });
  }

  /** Lets the user choose among all instances of all subscriptions; the last one comes first. Undefined when dismissed. */
  async pickInstance(title: string): Promise<ChosenInstance | undefined> {
    const { globalState } = this.#foundation.context;
    const last = v.safeParse(lastInstanceSchema, globalState.get(lastInstance));
    const picked = await this.pick(instances(title), last.success ? last.output : undefined);
    if (picked === undefined) return undefined;
    const client = this.clientAt(picked.where);
    const { body } = await asking(client.baseUrl, (signal) => client.get(picked.item.id, { signal }));
    const item = parseArm(instanceSchema, body);
    await globalState.update(lastInstance, { ...picked, item });
    return { ...picked, item, client };
  }

  /** Lets the user choose among resources of all subscriptions. Signs in first where no account may be used. */
  async pick<T>(sought: Sought<T>, last?: Picked<T>): Promise<Picked<T> | undefined> {
    const accounts = await this.#signIn.accounts();
    const silent = accounts.map((account) => succeeds(this.#signIn.token({ account }, 'silent')));
    const searched = (await Promise.all(silent)).includes(true) ? accounts : [await this.#signIn.ask()];
    const clientAt = (place: Place): ArmClient => this.clientAt(place, 'silent');
    return new ResourcePick(sought, this.#signIn, clientAt, last).choose(searched);
  }
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

function readCloud(): ReturnType<typeof cloudAt> {
  return cloudAt(vscode.workspace.getConfiguration(prefix).get(settings.resourceManagerUrl));
}
